//! What the feed, the readers and the view share while the demo runs.
//!
//! What must stay true: no lock is held across a wait; the feed never gets further ahead of the readers than [`WINDOW`].

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::ledger::{Lane, Totals};

/// How many events may be sent and not read back, over all partitions.
pub const WINDOW: u64 = 200_000;
/// Longer latencies count as this long, in microseconds: ten minutes.
const LONGEST_MICROS: u64 = 600_000_000;

/// See the module's description.
#[derive(Debug)]
pub struct Board {
    started: Instant,
    lanes: Vec<Mutex<Lane>>,
    latencies: Vec<Mutex<Histogram<u64>>>,
    sent: Traffic,
    read: Traffic,
    /// The feed ends with the next event.
    stop: AtomicBool,
    feed: OnceLock<Thread>,
    feed_waits: AtomicBool,
}

/// Records and the bytes of their keys and values.
#[derive(Debug, Default)]
struct Traffic {
    records: AtomicU64,
    bytes: AtomicU64,
}

/// How far it is.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Since the start.
    pub elapsed: Duration,
    /// Events sent.
    pub sent_records: u64,
    /// Bytes of their keys and lines.
    pub sent_bytes: u64,
    /// Records read back.
    pub read_records: u64,
    /// Bytes of their keys and values.
    pub read_bytes: u64,
    /// Events sent and not read back, by partition.
    pub behind: Vec<u64>,
}

impl Board {
    /// Before the first event.
    pub fn new(partitions: u32, readers: usize) -> Self {
        Board {
            started: Instant::now(),
            lanes: (0..partitions).map(|partition| Mutex::new(Lane::new(partition))).collect(),
            latencies: (0..readers).map(|_| Mutex::new(new_histogram())).collect(),
            sent: Traffic::default(),
            read: Traffic::default(),
            stop: AtomicBool::new(false),
            feed: OnceLock::new(),
            feed_waits: AtomicBool::new(false),
        }
    }

    /// Since the start.
    pub fn now_nanos(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }

    /// A partition's share of the comparison.
    pub fn lane(&self, partition: u32) -> MutexGuard<'_, Lane> {
        self.lanes[partition as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a reader has measured since it was last taken, in microseconds.
    pub fn latencies(&self, reader: usize) -> MutexGuard<'_, Histogram<u64>> {
        self.latencies[reader].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What all readers have measured since this was last called, in microseconds.
    pub fn take_latencies(&self) -> Histogram<u64> {
        let mut taken = new_histogram();
        for reader in 0..self.latencies.len() {
            let mut latencies = self.latencies(reader);
            // Both have the same bounds.
            let _ = taken.add(&*latencies);
            latencies.reset();
        }
        taken
    }

    /// An event was sent.
    pub fn count_sent(&self, bytes: usize) {
        self.sent.add(1, bytes as u64);
    }

    /// Records were read back.
    pub fn count_read(&self, records: u64, bytes: u64) {
        self.read.add(records, bytes);
        if self.feed_waits.load(Ordering::Acquire) {
            self.wake_feed();
        }
    }

    /// Waits on the feed's thread until the readers have caught up. False: it is to end.
    pub fn may_feed(&self) -> bool {
        self.feed.get_or_init(thread::current);
        while !self.is_stopped() && self.behind() >= WINDOW {
            self.feed_waits.store(true, Ordering::Release);
            // The readers may have caught up before they saw that; they will not wake anybody then.
            thread::park_timeout(Duration::from_millis(10));
            self.feed_waits.store(false, Ordering::Release);
        }
        !self.is_stopped()
    }

    /// Ends the feed.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.wake_feed();
    }

    /// How far it is.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            elapsed: self.started.elapsed(),
            sent_records: self.sent.records.load(Ordering::Relaxed),
            sent_bytes: self.sent.bytes.load(Ordering::Relaxed),
            read_records: self.read.records.load(Ordering::Relaxed),
            read_bytes: self.read.bytes.load(Ordering::Relaxed),
            behind: (0..self.lanes.len() as u32).map(|partition| self.lane(partition).behind()).collect(),
        }
    }

    /// Nothing more is read: what is wrong. What is still expected counts as missing if everything was awaited.
    pub fn finish(&self, is_drained: bool) -> Totals {
        let mut totals = Totals::default();
        for partition in 0..self.lanes.len() as u32 {
            let mut lane = self.lane(partition);
            if is_drained {
                lane.finish();
            }
            totals.merge(&lane.totals());
        }
        totals
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    fn behind(&self) -> u64 {
        let (sent, read) = (&self.sent.records, &self.read.records);
        sent.load(Ordering::Relaxed).saturating_sub(read.load(Ordering::Relaxed))
    }

    fn wake_feed(&self) {
        if let Some(feed) = self.feed.get() {
            feed.unpark();
        }
    }
}

impl Traffic {
    fn add(&self, records: u64, bytes: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Of latencies in microseconds, three digits exact.
pub fn new_histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, LONGEST_MICROS, 3).expect("the bounds are right");
    histogram.auto(false);
    histogram
}
