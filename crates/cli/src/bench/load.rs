//! A sender: a thread that hands records to a producer, at a rate or as fast as they are taken.
//!
//! It has a thread of its own because it sleeps more exactly than a runtime does. What must stay true: nothing is allocated
//! for a record, and no lock is taken for it but the producer's own.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tidelog_client::{Producer, ProducerRecord, SendError, TimestampMs};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::meter::Meter;
use super::payload::{Ring, Stamp};
use super::schedule::Schedule;
use crate::error::CliError;

/// Records that are sent between two looks at the clock.
const BURST: u64 = 64;
/// A sleep is at least this long: shorter ones cost more processor time than what is sent meanwhile.
const SHORTEST_SLEEP: Duration = Duration::from_micros(100);
/// One record in this time is watched until it is answered.
const WATCH_EVERY_NANOS: u64 = 1_000_000;

/// What is sent, and how.
#[derive(Debug)]
pub struct Load {
    /// Which sender it is.
    pub index: u16,
    /// How many records it sends.
    pub records: u64,
    /// How many of these, the first ones, do not count.
    pub warm_up_records: u64,
    /// When they are due; none: as soon as they are taken.
    pub schedule: Option<Schedule>,
    /// How many keys there are; none: records without keys.
    pub keys: Option<u32>,
    /// What they look like.
    pub ring: Ring,
    /// Where they go.
    pub topic: String,
    /// Sends them.
    pub producer: Producer,
    /// Counts them.
    pub meter: Arc<Meter>,
}

impl Load {
    /// Starts the thread; gives how many records were sent.
    pub fn start(self) -> oneshot::Receiver<u64> {
        let (sender, receiver) = oneshot::channel();
        let runtime = Handle::current();
        let meter = self.meter.clone();
        let run = move || {
            let mut sent = 0;
            if let Err(error) = self.run(&runtime, &mut sent) {
                meter.fail(error.into());
            }
            // Nobody waits for it any more after a second Ctrl-C.
            let _ = sender.send(sent);
        };
        thread::Builder::new().name("bench-sender".to_owned()).spawn(run).expect("the system starts threads");
        receiver
    }

    fn run(mut self, runtime: &Handle, sent: &mut u64) -> Result<(), SendError> {
        let mut watched_nanos = 0;
        self.warm_up_records = self.warm_up_records.min(self.records - 1);
        while *sent < self.records && !self.meter.is_stopped() {
            let now_nanos = self.meter.now_nanos();
            let burst = match &self.schedule {
                None => BURST,
                Some(schedule) => schedule.due_records(now_nanos).saturating_sub(*sent).min(BURST),
            };
            // The warm-up ends with a burst: what follows is due later.
            let end = if *sent < self.warm_up_records { self.warm_up_records } else { self.records };
            let burst = burst.min(end - *sent);
            if burst == 0 {
                self.sleep_until_due(*sent, now_nanos);
                continue;
            }
            let watches = now_nanos >= watched_nanos + WATCH_EVERY_NANOS;
            if watches {
                watched_nanos = now_nanos;
            }
            self.send_burst(runtime, *sent..*sent + burst, now_nanos, watches)?;
            *sent += burst;
        }
        Ok(())
    }

    fn send_burst(
        &mut self,
        runtime: &Handle,
        numbers: std::ops::Range<u64>,
        now_nanos: u64,
        watches: bool,
    ) -> Result<(), SendError> {
        let first = numbers.start;
        let timestamp = Some(wall_clock());
        for number in numbers.clone() {
            let due_nanos = self.schedule.map_or(now_nanos, |schedule| schedule.due_nanos(number));
            if number == self.warm_up_records {
                self.meter.count_from(due_nanos);
            }
            let key = self.keys.map(|keys| key(number, keys));
            let value = self.ring.stamped(Stamp { due_nanos, producer: self.index, number });
            let key = key.as_ref().map(<[u8; 4]>::as_slice);
            let record = ProducerRecord { key, timestamp, ..ProducerRecord::to(&self.topic).value(value) };
            let delivery = match self.producer.try_send(record) {
                Err(error) if error.is_retriable() => runtime.block_on(self.producer.send(record)),
                decided => decided,
            }?;
            if watches && number == first {
                self.watch(runtime, delivery, due_nanos);
            }
        }
        let counting = numbers.end.saturating_sub(first.max(self.warm_up_records));
        self.meter.count_sent(counting);
        Ok(())
    }

    /// Measures when a record is answered.
    fn watch(&self, runtime: &Handle, delivery: tidelog_client::Delivery, due_nanos: u64) {
        let meter = self.meter.clone();
        let late_nanos = meter.now_nanos().saturating_sub(due_nanos);
        runtime.spawn(async move {
            let outcome = delivery.await;
            let latency_nanos = meter.now_nanos().saturating_sub(due_nanos);
            match outcome {
                Ok(_) if due_nanos >= meter.counts_from_nanos() => {
                    meter.ack_latencies().saturating_record(latency_nanos / 1000);
                    meter.lateness().saturating_record(late_nanos / 1000);
                }
                Ok(_) => {}
                Err(error) => meter.fail(CliError::from(error)),
            }
        });
    }

    fn sleep_until_due(&self, number: u64, now_nanos: u64) {
        let Some(schedule) = &self.schedule else { return };
        let due_in = Duration::from_nanos(schedule.due_nanos(number).saturating_sub(now_nanos));
        thread::sleep(due_in.max(SHORTEST_SLEEP));
    }
}

fn wall_clock() -> TimestampMs {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimestampMs(since_epoch.as_millis() as i64)
}

/// Spread by a multiplication, so that keys that follow each other are far apart.
fn key(number: u64, keys: u32) -> [u8; 4] {
    let spread = (number as u32).wrapping_mul(0x9e37_79b9);
    (((u64::from(spread) * u64::from(keys)) >> 32) as u32).to_be_bytes()
}
