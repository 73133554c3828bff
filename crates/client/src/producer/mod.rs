//! Records in: the front door, and what its parts share.
//!
//! A record's way: [`Producer::send`] finds its partition, and puts it straight into that partition's open batch in the
//! [`accumulator`], under one short lock and on the caller's own task; there is no queue of records and no task for one.
//! The one [`sender`] task takes batches that are due, compresses and numbers them, and sends several in one request over
//! one stream; [`in_flight`] decides what an answer means. All records of a batch share one answer
//! ([`delivery::Completion`]).

mod accumulator;
mod delivery;
mod error;
mod in_flight;
mod options;
mod record;
mod sender;
mod topics;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout_at};

use self::accumulator::{Accumulator, AppendError, Content, Limits};
pub use self::delivery::{Delivery, RecordMetadata};
pub use self::error::{DeliveryError, SendError};
pub use self::options::ProducerOptions;
pub use self::record::ProducerRecord;
use self::sender::Sender;
use self::topics::Topics;
use crate::admin::AdminError;
use crate::client::Client;
use crate::clock::{Clock, seed, wall_clock};
use crate::error::{CallError, OptionsError};

/// Sends records to topics: batched, compressed, each stored once and in order.
///
/// Cheap to clone, and made to be shared by many tasks. Records that one task sends to one partition keep their order,
/// through failures and restarts of brokers, and idempotence (the default) stores each of them once. When the last clone
/// is dropped, what was accepted is still sent as long as the runtime lives; [`Producer::close`] waits for it.
///
/// ```no_run
/// # use tidelog_client::{Client, ProducerOptions, ProducerRecord};
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let producer = client.producer(ProducerOptions::default())?;
/// let mut deliveries = Vec::new();
/// for number in 0..1000 {
///     // Waits only if buffer_memory_bytes are under way already.
///     let value = number.to_string();
///     deliveries.push(producer.send(ProducerRecord::to("numbers").value(&value)).await?);
/// }
/// for delivery in deliveries {
///     delivery.await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Producer {
    shared: Arc<Shared>,
    /// Dropped with the last clone.
    _closes: Arc<CloseOnDrop>,
    finished: watch::Receiver<()>,
}

/// What callers and the sender share.
#[derive(Debug)]
struct Shared {
    client: Client,
    options: ProducerOptions,
    clock: Clock,
    topics: Topics,
    accumulator: Mutex<Accumulator>,
    /// There is something for the sender to do.
    wake_sender: Notify,
    /// Memory was given back.
    space: Notify,
    /// One task at a time describes topics.
    describing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct CloseOnDrop(Arc<Shared>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Producer {
    pub(crate) fn start(client: Client, options: ProducerOptions) -> Result<Producer, OptionsError> {
        options.check()?;
        let limits = Limits {
            linger_ms: options.linger_ms,
            batch_size_bytes: options.batch_size_bytes,
            max_record_bytes: options.max_request_bytes,
            buffer_memory_bytes: options.buffer_memory_bytes,
            delivery_timeout_ms: options.delivery_timeout_ms,
        };
        let shared = Arc::new(Shared {
            client,
            clock: Clock::start(),
            topics: Topics::default(),
            accumulator: Mutex::new(Accumulator::new(limits, seed())),
            wake_sender: Notify::new(),
            space: Notify::new(),
            describing: tokio::sync::Mutex::default(),
            options,
        });
        let (finish, finished) = watch::channel(());
        tokio::spawn(refresh_topics(Arc::downgrade(&shared), finished.clone()));
        let sender = Sender::new(Arc::clone(&shared));
        tokio::spawn(async move {
            sender.run().await;
            drop(finish);
        });
        let closes = Arc::new(CloseOnDrop(Arc::clone(&shared)));
        Ok(Producer { shared, _closes: closes, finished })
    }

    /// Accepts a record, waiting for memory and for the topic's description if need be (`max_block_ms` at most). The
    /// answer that it returns resolves when the record is stored; send on without waiting for it.
    ///
    /// Cancel safe: a record is accepted when this returns, or not at all.
    pub async fn send(&self, record: ProducerRecord<'_>) -> Result<Delivery, SendError> {
        let mut deadline = None;
        loop {
            // Asked for before looking, so that memory given back in between is not missed.
            let space = self.shared.space.notified();
            let error = match self.try_send(record) {
                Err(error @ (SendError::BufferFull { .. } | SendError::TopicNotLoaded { .. })) => error,
                decided => return decided,
            };
            let max_block_ms = self.shared.options.max_block_ms;
            let max_block = Duration::from_millis(max_block_ms);
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + max_block);
            if let SendError::BufferFull { .. } = error {
                timeout_at(deadline, space).await.map_err(|_| error)?;
            } else {
                self.shared.load_topic(record.topic, deadline).await?;
            }
        }
    }

    /// Accepts a record now or not at all: [`SendError::BufferFull`], [`SendError::TopicNotLoaded`].
    pub fn try_send(&self, record: ProducerRecord<'_>) -> Result<Delivery, SendError> {
        let shared = &*self.shared;
        let target = shared.topics.target(&record)?;
        let content = Content {
            timestamp: record.timestamp.unwrap_or_else(wall_clock),
            key: record.key,
            value: record.value,
            headers: record.headers,
        };
        let appended = shared.accumulator().append(target, &content, || shared.clock.now_ms());
        match appended {
            Ok(appended) => {
                if appended.wake {
                    shared.wake_sender.notify_one();
                }
                Ok(appended.delivery)
            }
            Err(error) => Err(shared.refuse(error, record.topic)),
        }
    }

    /// How many partitions a topic has, asking the broker if this producer has not sent to it yet.
    pub async fn partition_count(&self, topic: &str) -> Result<u32, SendError> {
        let deadline = Instant::now() + Duration::from_millis(self.shared.options.max_block_ms);
        self.shared.load_topic(topic, deadline).await
    }

    /// Sends everything now, however short it has lingered, and waits until each record accepted so far is stored or has
    /// failed. Which of the two, the records' own [`Delivery`]s say.
    pub async fn flush(&self) {
        let unfinished = self.shared.accumulator().flush();
        self.shared.wake_sender.notify_one();
        for completion in unfinished {
            completion.wait().await;
        }
    }

    /// Accepts no more records, for all clones, and waits until each record accepted so far is stored or has failed:
    /// `delivery_timeout_ms` at most.
    pub async fn close(&self) {
        self.shared.close();
        // It never changes: it ends with the sender.
        let _ = self.finished.clone().changed().await;
    }

    /// Bytes of records that have no answer yet, before compression; at most `buffer_memory_bytes`.
    pub fn buffered_bytes(&self) -> usize {
        self.shared.accumulator().buffered_bytes()
    }
}

impl Shared {
    fn accumulator(&self) -> MutexGuard<'_, Accumulator> {
        self.accumulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.accumulator().close();
        self.wake_sender.notify_one();
        // Whoever waits for memory learns that it is closed.
        self.space.notify_waiters();
    }

    fn refuse(&self, error: AppendError, topic: &str) -> SendError {
        match error {
            AppendError::Closed => SendError::Closed,
            AppendError::Full => {
                // What lingers is due now.
                self.wake_sender.notify_one();
                SendError::BufferFull { limit_bytes: self.options.buffer_memory_bytes }
            }
            AppendError::TooLarge { record_bytes } => SendError::RecordTooLarge {
                topic: topic.to_owned(),
                record_bytes,
                limit_bytes: self.options.max_request_bytes,
            },
        }
    }

    async fn load_topic(&self, topic: &str, deadline: Instant) -> Result<u32, SendError> {
        let started = Instant::now();
        let describe_once = async {
            let _one_at_a_time = self.describing.lock().await;
            match self.topics.partition_count(topic) {
                Some(count) => Ok(count),
                None => self.describe(topic).await,
            }
        };
        let cause = match timeout_at(deadline, describe_once).await {
            Ok(Ok(count)) => return Ok(count),
            Ok(Err(error)) if error.is_unknown_topic() => {
                return Err(SendError::UnknownTopic { topic: topic.to_owned() });
            }
            Ok(Err(AdminError::Refused { refusal, .. })) => CallError::Refused(refusal),
            Ok(Err(AdminError::Call(cause))) => cause,
            Err(_) => CallError::from(tonic::Status::deadline_exceeded("no answer within max_block_ms")),
        };
        let waited_ms = started.elapsed().as_millis() as u64;
        Err(SendError::Metadata { topic: topic.to_owned(), waited_ms, cause })
    }

    async fn describe(&self, topic: &str) -> Result<u32, AdminError> {
        let description = self.client.admin().describe_topic(topic).await?;
        let count = description.partitions.len() as u32;
        if count == 0 {
            let detail = ErrorDetail::new(ErrorCode::LeaderNotAvailable, "the topic has no partitions yet");
            return Err(CallError::Refused(detail.into()).into());
        }
        self.topics.learn(topic, count, &mut self.accumulator());
        Ok(count)
    }
}

/// Looks for added partitions, from time to time.
async fn refresh_topics(shared: Weak<Shared>, mut finished: watch::Receiver<()>) {
    loop {
        let Some(max_age_ms) = shared.upgrade().map(|shared| shared.options.metadata_max_age_ms) else {
            return;
        };
        let pause = tokio::time::sleep(Duration::from_millis(max_age_ms));
        tokio::select! {
            () = pause => {}
            _ = finished.changed() => return,
        }
        let Some(shared) = shared.upgrade() else { return };
        for topic in shared.topics.topic_names() {
            if let Err(error) = shared.describe(&topic).await {
                tracing::warn!(topic, %error, "the topic could not be described anew; its old partitions stay in use");
            }
        }
    }
}
