//! The few calls of librdkafka that a load needs, made safe. Not through the `rdkafka` crate: its producer makes a C string of
//! the topic's name for each record, and the client's own cost is what limits a run.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::time::Duration;

use rdkafka_sys as sys;

const ERROR_TEXT_BYTES: usize = 512;

/// A producer or a consumer, with one connection to each broker.
pub struct Client(*mut sys::rd_kafka_t);

// SAFETY: librdkafka's handles may be used from any thread, by several at once.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

/// A topic of a client.
pub struct Topic<'a> {
    client: &'a Client,
    topic: *mut sys::rd_kafka_topic_t,
    name: CString,
}

// SAFETY: as for the client.
unsafe impl Send for Topic<'_> {}
// SAFETY: as for the client.
unsafe impl Sync for Topic<'_> {}

/// Partitions being consumed.
pub struct Consumption<'a> {
    topic: &'a Topic<'a>,
    queue: *mut sys::rd_kafka_queue_t,
    partitions: i32,
}

/// What librdkafka says is wrong.
#[derive(Debug)]
pub struct Fault(pub String);

impl Client {
    /// A producer with these settings of librdkafka.
    pub fn producer(settings: &[(&str, String)]) -> Result<Client, Fault> {
        Client::new(sys::rd_kafka_type_t::RD_KAFKA_PRODUCER, settings)
    }

    /// A consumer with these settings of librdkafka.
    pub fn consumer(settings: &[(&str, String)]) -> Result<Client, Fault> {
        Client::new(sys::rd_kafka_type_t::RD_KAFKA_CONSUMER, settings)
    }

    fn new(kind: sys::rd_kafka_type_t, settings: &[(&str, String)]) -> Result<Client, Fault> {
        let mut text = [0 as c_char; ERROR_TEXT_BYTES];
        // SAFETY: a new configuration; each text outlives its call; `rd_kafka_new` takes the configuration over.
        unsafe {
            let configuration = sys::rd_kafka_conf_new();
            for (name, value) in settings {
                let (name, value) = (c_string(name)?, c_string(value)?);
                let set = sys::rd_kafka_conf_set(
                    configuration,
                    name.as_ptr(),
                    value.as_ptr(),
                    text.as_mut_ptr(),
                    text.len(),
                );
                if set != sys::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK {
                    sys::rd_kafka_conf_destroy(configuration);
                    return Err(said(&text));
                }
            }
            let client = sys::rd_kafka_new(kind, configuration, text.as_mut_ptr(), text.len());
            if client.is_null() {
                sys::rd_kafka_conf_destroy(configuration);
                return Err(said(&text));
            }
            Ok(Client(client))
        }
    }

    /// A topic by its name.
    pub fn topic(&self, name: &str) -> Result<Topic<'_>, Fault> {
        let name = c_string(name)?;
        // SAFETY: the client lives; a null configuration means the defaults.
        let topic = unsafe { sys::rd_kafka_topic_new(self.0, name.as_ptr(), ptr::null_mut()) };
        if topic.is_null() {
            Err(Fault(format!("no topic {name:?}")))
        } else {
            Ok(Topic { client: self, topic, name })
        }
    }

    /// Serves librdkafka's callbacks, waiting so long for one.
    pub fn poll(&self, wait: Duration) {
        // SAFETY: the client lives.
        unsafe { sys::rd_kafka_poll(self.0, wait.as_millis() as i32) };
    }

    /// Waits until everything produced is answered.
    pub fn flush(&self, wait: Duration) -> Result<(), Fault> {
        // SAFETY: the client lives.
        checked(unsafe { sys::rd_kafka_flush(self.0, wait.as_millis() as i32) }, "flush")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: topics borrow the client, so none is left.
        unsafe { sys::rd_kafka_destroy(self.0) };
    }
}

impl Topic<'_> {
    /// Queues a record; false when the queue is full. The value is not copied, therefore it lives for ever.
    pub fn produce(&self, partition: i32, value: &'static [u8]) -> Result<bool, Fault> {
        self.produce_flagged(partition, value, 0)
    }

    /// Queues a record, copying it; false when the queue is full.
    pub fn produce_copy(&self, partition: i32, value: &[u8]) -> Result<bool, Fault> {
        self.produce_flagged(partition, value, sys::RD_KAFKA_MSG_F_COPY)
    }

    fn produce_flagged(&self, partition: i32, value: &[u8], flags: i32) -> Result<bool, Fault> {
        let data = value.as_ptr().cast_mut().cast::<c_void>();
        // SAFETY: librdkafka only reads the value: now if it copies, else while it lives, which is for ever.
        let failed = unsafe {
            sys::rd_kafka_produce(
                self.topic,
                partition,
                flags,
                data,
                value.len(),
                ptr::null(),
                0,
                ptr::null_mut(),
            )
        };
        if failed == 0 {
            return Ok(true);
        }
        // SAFETY: reads this thread's last error.
        match unsafe { sys::rd_kafka_last_error() } {
            sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__QUEUE_FULL => Ok(false),
            error => checked(error, "produce").map(|()| true),
        }
    }

    /// The offset after a partition's last record.
    pub fn end(&self, partition: i32, wait: Duration) -> Result<i64, Fault> {
        let (mut low, mut high) = (0, 0);
        // SAFETY: the client lives; both offsets are live local variables.
        let error = unsafe {
            sys::rd_kafka_query_watermark_offsets(
                self.client.0,
                self.name.as_ptr(),
                partition,
                &mut low,
                &mut high,
                wait.as_millis() as i32,
            )
        };
        checked(error, "query the watermarks").map(|()| high)
    }

    /// Begins to consume each partition from the offset that is given for it.
    pub fn consume(&self, from: &[i64]) -> Result<Consumption<'_>, Fault> {
        // SAFETY: the client lives.
        let queue = unsafe { sys::rd_kafka_queue_new(self.client.0) };
        let consumption = Consumption { topic: self, queue, partitions: from.len() as i32 };
        for (partition, offset) in (0..).zip(from) {
            // SAFETY: topic and queue live.
            if unsafe { sys::rd_kafka_consume_start_queue(self.topic, partition, *offset, queue) } != 0 {
                // SAFETY: reads this thread's last error.
                checked(unsafe { sys::rd_kafka_last_error() }, "consume")?;
            }
        }
        Ok(consumption)
    }
}

impl Drop for Topic<'_> {
    fn drop(&mut self) {
        // SAFETY: consumptions borrow the topic, so none is left.
        unsafe { sys::rd_kafka_topic_destroy(self.topic) };
    }
}

impl Consumption<'_> {
    /// Hands the values that have come to `each`, waiting so long for the first.
    pub fn next<F: FnMut(&[u8])>(&self, wait: Duration, each: F) -> Result<(), Fault> {
        let mut visitor = Visitor { each, error: None };
        let opaque = (&raw mut visitor).cast::<c_void>();
        // SAFETY: the callback runs during this call only, with the visitor that is passed.
        unsafe {
            sys::rd_kafka_consume_callback_queue(
                self.queue,
                wait.as_millis() as i32,
                Some(visit::<F>),
                opaque,
            )
        };
        visitor.error.map_or(Ok(()), |error| checked(error, "consume"))
    }
}

impl Drop for Consumption<'_> {
    fn drop(&mut self) {
        for partition in 0..self.partitions {
            // SAFETY: the topic lives.
            unsafe { sys::rd_kafka_consume_stop(self.topic.topic, partition) };
        }
        // SAFETY: no partition feeds the queue any more.
        unsafe { sys::rd_kafka_queue_destroy(self.queue) };
    }
}

struct Visitor<F> {
    each: F,
    error: Option<sys::rd_kafka_resp_err_t>,
}

unsafe extern "C" fn visit<F: FnMut(&[u8])>(message: *mut sys::rd_kafka_message_t, opaque: *mut c_void) {
    // SAFETY: librdkafka passes a live message and the opaque pointer of `next`, which nobody else uses meanwhile.
    let (message, visitor) = unsafe { (&*message, &mut *opaque.cast::<Visitor<F>>()) };
    if message.err != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        visitor.error = Some(message.err);
    } else if !message.payload.is_null() {
        // SAFETY: the payload has that many bytes, until the callback returns.
        (visitor.each)(unsafe { std::slice::from_raw_parts(message.payload.cast::<u8>(), message.len) });
    }
}

fn checked(error: sys::rd_kafka_resp_err_t, what: &str) -> Result<(), Fault> {
    if error == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Ok(());
    }
    // SAFETY: librdkafka's texts of errors live for ever.
    let text = unsafe { CStr::from_ptr(sys::rd_kafka_err2str(error)) };
    Err(Fault(format!("{what}: {}", text.to_string_lossy())))
}

fn said(text: &[c_char; ERROR_TEXT_BYTES]) -> Fault {
    // SAFETY: librdkafka ends its texts with a zero, within the length that it is given.
    Fault(unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned())
}

fn c_string(text: &str) -> Result<CString, Fault> {
    CString::new(text).map_err(|_| Fault(format!("{text:?} has a zero byte")))
}
