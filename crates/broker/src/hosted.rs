//! A partition as the node hosts it: the machine behind its lock, and what follows from its effects.
//!
//! What must stay true: effects are followed outside the lock; the watermark that readers see only rises; whoever
//! subscribes is told of every rise after that.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tidelog_model::watermark::{DurableEnd, HighWatermark, LogStart, Watermarks, WrittenEnd};
use tidelog_model::{LeaderEpoch, Offset, TopicPartition};
use tidelog_partition::{ActiveProducer, Effect, Event, Partition};
use tidelog_storage::{CommitListener, DirectoryFailed, Log, LogReader, ReadError};

use crate::clock::Clock;
use crate::fetching::FetchSession;
use crate::handlers::IsolationLevel;
use crate::producing::ProduceWaiter;

/// One partition on this node. Shared by connections, the committer and fetch sessions.
pub struct HostedPartition {
    id: TopicPartition,
    /// `None` once the partition is deleted.
    machine: Mutex<Option<Partition<ProduceWaiter>>>,
    reader: LogReader,
    clock: Clock,
    /// Set once the machine is taken out; readers look here and never wait for the writer.
    is_closed: AtomicBool,
    high_watermark: AtomicI64,
    log_start: AtomicI64,
    /// −1: this node does not lead it.
    leader_epoch: AtomicI32,
    subscribers: Mutex<Vec<Subscriber>>,
    /// Counters for `/metrics`.
    pub traffic: Traffic,
}

/// What went in and out since the node started.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Records and bytes that were appended.
    pub produced_records: AtomicU64,
    /// Bytes of appended batches.
    pub produced_bytes: AtomicU64,
    /// Bytes of batches that were read.
    pub fetched_bytes: AtomicU64,
}

impl Traffic {
    /// Counts what a reader was given.
    pub fn fetched(&self, bytes: usize) {
        self.fetched_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

struct Subscriber {
    session: Weak<FetchSession>,
    index: u32,
}

impl fmt::Debug for HostedPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "partition {}", self.id)
    }
}

/// The partition is deleted, or was never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

impl HostedPartition {
    /// Hosts a partition from now on: its commits arrive here.
    pub fn new(machine: Partition<ProduceWaiter>, clock: Clock) -> Arc<Self> {
        let (places, epoch) = (*machine.watermarks(), machine.epoch());
        let hosted = Arc::new(HostedPartition {
            id: machine.id(),
            reader: machine.reader(),
            machine: Mutex::new(Some(machine)),
            clock,
            is_closed: AtomicBool::new(false),
            high_watermark: AtomicI64::new(places.high_watermark.0.0),
            log_start: AtomicI64::new(places.log_start.0.0),
            leader_epoch: AtomicI32::new(epoch.unwrap_or(LeaderEpoch::NONE).0),
            subscribers: Mutex::default(),
            traffic: Traffic::default(),
        });
        if let Some(machine) = hosted.machine.lock().as_ref() {
            machine.listen(Arc::new(Listener(Arc::downgrade(&hosted))));
        }
        hosted
    }

    /// Which partition.
    pub fn id(&self) -> TopicPartition {
        self.id
    }

    /// Reads its log.
    pub fn reader(&self) -> &LogReader {
        &self.reader
    }

    /// Readers stop here.
    pub fn high_watermark(&self) -> HighWatermark {
        HighWatermark(Offset(self.high_watermark.load(Ordering::Acquire)))
    }

    /// Readers start here.
    pub fn log_start(&self) -> LogStart {
        LogStart(Offset(self.log_start.load(Ordering::Acquire)))
    }

    /// Readers of this kind stop here. (The last stable offset is the high watermark until transactions come.)
    pub fn readable_end(&self, isolation: IsolationLevel) -> Offset {
        match isolation {
            IsolationLevel::ReadUncommitted | IsolationLevel::ReadCommitted => self.high_watermark().0,
        }
    }

    /// The leadership that this node has, without a look at the machine.
    pub fn leader_epoch(&self) -> Option<LeaderEpoch> {
        let epoch = LeaderEpoch(self.leader_epoch.load(Ordering::Acquire));
        (epoch != LeaderEpoch::NONE).then_some(epoch)
    }

    /// All its places, and who leads it.
    pub fn places(&self) -> Result<(Watermarks, Option<LeaderEpoch>), Gone> {
        let machine = self.machine.lock();
        machine.as_ref().map(|machine| (*machine.watermarks(), machine.epoch())).ok_or(Gone)
    }

    /// The producers that it remembers.
    pub fn producers(&self) -> Result<Vec<ActiveProducer>, Gone> {
        let machine = self.machine.lock();
        machine.as_ref().map(|machine| machine.producers().active().collect()).ok_or(Gone)
    }

    /// Lets the machine take a step, and follows the effects.
    pub fn step(&self, event: Event<ProduceWaiter>) {
        let mut effects = Vec::new();
        let now = self.clock.now();
        match (self.machine.lock().as_mut(), event) {
            (Some(machine), event) => {
                machine.step(event, now, &mut effects);
                let epoch = machine.epoch().unwrap_or(LeaderEpoch::NONE);
                self.leader_epoch.store(epoch.0, Ordering::Release);
            }
            (None, Event::Produce { waiter, .. }) => {
                let answer = Err(tidelog_partition::ProduceError::NotLeader);
                effects.push(Effect::Answered { waiter, answer });
            }
            (None, _) => {}
        }
        self.follow(effects);
    }

    /// Removes the records below `to`, at most up to the watermark.
    pub fn trim(&self, to: Option<Offset>) -> Result<Result<LogStart, ReadError>, Gone> {
        let mut effects = Vec::new();
        let result = {
            let mut machine = self.machine.lock();
            let machine = machine.as_mut().ok_or(Gone)?;
            let to = to.unwrap_or(machine.watermarks().high_watermark.0);
            machine.trim(to, &mut effects)
        };
        self.follow(effects);
        Ok(result)
    }

    /// Ends hosting; the log is the caller's, to delete it. Subscribers learn at their next read.
    pub fn close(&self) -> Option<Log> {
        let mut effects = Vec::new();
        let log = self.machine.lock().take().map(|machine| machine.close(&mut effects));
        self.is_closed.store(true, Ordering::Release);
        self.leader_epoch.store(LeaderEpoch::NONE.0, Ordering::Release);
        self.follow(effects);
        self.tell_subscribers();
        log
    }

    /// Whether the partition was deleted.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Tells `session` from now on when there is more to read, as news of its partition `index`.
    pub fn subscribe(&self, session: &Arc<FetchSession>, index: u32) {
        let mut subscribers = self.subscribers.lock();
        if subscribers.len() == subscribers.capacity() {
            // Sessions that are gone make room first: a silent partition would collect them.
            subscribers.retain(|subscriber| subscriber.session.strong_count() > 0);
            let alive = subscribers.len();
            subscribers.reserve(alive.max(4));
        }
        subscribers.push(Subscriber { session: Arc::downgrade(session), index });
    }

    /// Tells `session` no more of this partition as its partition `index`.
    pub fn unsubscribe(&self, session: &Arc<FetchSession>, index: u32) {
        let is_it = |subscriber: &Subscriber| {
            subscriber.index == index && std::ptr::eq(subscriber.session.as_ptr(), Arc::as_ptr(session))
        };
        self.subscribers.lock().retain(|subscriber| !is_it(subscriber));
    }

    fn follow(&self, effects: Vec<Effect<ProduceWaiter>>) {
        for effect in effects {
            match effect {
                Effect::Ordered { .. } => {}
                Effect::Answered { waiter, answer } => waiter.answer(answer),
                Effect::Visible(watermark) => {
                    self.high_watermark.fetch_max(watermark.0.0, Ordering::AcqRel);
                    self.tell_subscribers();
                }
                Effect::Trimmed(start) => {
                    self.log_start.fetch_max(start.0.0, Ordering::AcqRel);
                }
                Effect::NotRetained(error) => {
                    tracing::warn!(partition = %self.id, %error, "retention could not remove records; it tries again");
                }
            }
        }
    }

    fn tell_subscribers(&self) {
        self.subscribers.lock().retain(|subscriber| match subscriber.session.upgrade() {
            Some(session) => {
                session.has_news(subscriber.index);
                true
            }
            None => false,
        });
    }
}

/// What the log directory calls; it must not keep the partition alive.
struct Listener(Weak<HostedPartition>);

impl CommitListener for Listener {
    fn written(&self, end: WrittenEnd) {
        if let Some(hosted) = self.0.upgrade() {
            hosted.step(Event::Written(end));
        }
    }

    fn durable(&self, end: DurableEnd) {
        if let Some(hosted) = self.0.upgrade() {
            hosted.step(Event::Durable(end));
        }
    }

    fn failed(&self, failure: &DirectoryFailed) {
        if let Some(hosted) = self.0.upgrade() {
            hosted.step(Event::Failed(failure.clone()));
        }
    }
}
