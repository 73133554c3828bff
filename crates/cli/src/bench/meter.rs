//! What the senders and readers of one measurement share: its clock, its counters, its histograms.
//!
//! What must stay true: nothing here is touched once a record, only once a burst or a batch.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::target::Broker;
use crate::error::CliError;
use crate::process::Process;

/// Longer latencies count as this long, in microseconds: ten minutes.
const LONGEST_MICROS: u64 = 600_000_000;

/// See the module's description.
#[derive(Debug)]
pub struct Meter {
    epoch: Instant,
    /// Records that are due from then on count, in nanoseconds; `u64::MAX` while it is not known.
    counts_from_nanos: AtomicU64,
    baseline: OnceLock<Cpu>,
    broker: Option<Process>,
    /// Records sent, and read, that count.
    sent_records: AtomicU64,
    read_records: AtomicU64,
    /// When the last of those were read, in nanoseconds.
    last_read_nanos: AtomicU64,
    /// One for each reader: from when a record was due until it was read, in microseconds.
    read_latencies: Vec<Mutex<Histogram<u64>>>,
    /// From when a record was due until its sender knew that it was stored, in microseconds; of some records.
    ack_latencies: Mutex<Histogram<u64>>,
    /// How much later than they were due records were sent, in microseconds; of some records.
    lateness: Mutex<Histogram<u64>>,
    stop: AtomicBool,
    failure: Mutex<Option<CliError>>,
}

/// Processor time so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu {
    /// Of this process.
    pub client: Option<Duration>,
    /// Of the broker.
    pub broker: Option<Duration>,
}

impl Meter {
    /// Begins the clock.
    pub fn new(readers: usize, broker: &Broker) -> Self {
        Meter {
            epoch: Instant::now(),
            counts_from_nanos: AtomicU64::new(u64::MAX),
            baseline: OnceLock::new(),
            broker: broker.process,
            sent_records: AtomicU64::new(0),
            read_records: AtomicU64::new(0),
            last_read_nanos: AtomicU64::new(0),
            read_latencies: (0..readers).map(|_| Mutex::new(new_histogram())).collect(),
            ack_latencies: Mutex::new(new_histogram()),
            lateness: Mutex::new(new_histogram()),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    /// Since the clock began.
    pub fn now_nanos(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// Records that are due from then on count. The first call decides.
    pub fn count_from(&self, due_nanos: u64) {
        self.baseline.get_or_init(|| {
            self.counts_from_nanos.store(due_nanos, Ordering::Release);
            self.cpu()
        });
    }

    /// See [`Meter::count_from`].
    pub fn counts_from_nanos(&self) -> u64 {
        self.counts_from_nanos.load(Ordering::Acquire)
    }

    /// Processor time since records count.
    pub fn cpu_since(&self) -> Cpu {
        let (now, Some(then)) = (self.cpu(), self.baseline.get()) else { return Cpu::default() };
        let since = |now: Option<Duration>, then: Option<Duration>| Some(now?.saturating_sub(then?));
        Cpu { client: since(now.client, then.client), broker: since(now.broker, then.broker) }
    }

    fn cpu(&self) -> Cpu {
        Cpu { client: Process::Own.cpu_time(), broker: self.broker.and_then(Process::cpu_time) }
    }

    /// Records that count were sent.
    pub fn count_sent(&self, records: u64) {
        self.sent_records.fetch_add(records, Ordering::Relaxed);
    }

    /// Records that count were read, just now.
    pub fn count_read(&self, records: u64, now_nanos: u64) {
        self.read_records.fetch_add(records, Ordering::Relaxed);
        self.last_read_nanos.fetch_max(now_nanos, Ordering::Relaxed);
    }

    /// Records sent that count.
    pub fn sent_records(&self) -> u64 {
        self.sent_records.load(Ordering::Relaxed)
    }

    /// Records read that count.
    pub fn read_records(&self) -> u64 {
        self.read_records.load(Ordering::Relaxed)
    }

    /// When the last of those was read.
    pub fn last_read_nanos(&self) -> u64 {
        self.last_read_nanos.load(Ordering::Relaxed)
    }

    /// A reader's histogram.
    pub fn read_latencies(&self, reader: usize) -> MutexGuard<'_, Histogram<u64>> {
        lock(&self.read_latencies[reader])
    }

    /// The readers' histograms together.
    pub fn all_read_latencies(&self) -> Histogram<u64> {
        let mut all = new_histogram();
        for latencies in &self.read_latencies {
            all.add(&*lock(latencies)).expect("all have the same bounds");
        }
        all
    }

    /// The senders' histogram.
    pub fn ack_latencies(&self) -> MutexGuard<'_, Histogram<u64>> {
        lock(&self.ack_latencies)
    }

    /// How late records were sent.
    pub fn lateness(&self) -> MutexGuard<'_, Histogram<u64>> {
        lock(&self.lateness)
    }

    /// Ends the senders early.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Whether the senders are to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Ends the senders because of this.
    pub fn fail(&self, error: CliError) {
        lock(&self.failure).get_or_insert(error);
        self.stop();
    }

    /// Why it was ended, if something went wrong.
    pub fn failure(&self) -> Option<CliError> {
        lock(&self.failure).clone()
    }
}

/// Of latencies in microseconds, three digits exact.
fn new_histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST_MICROS, 3).expect("the bounds are right")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
