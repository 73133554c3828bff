//! Reading a set of partitions as they grow, for any dialect: no polling, a bounded number of bytes in memory.
//!
//! A [`FetchSession`] is told by its partitions which of them have news; the [`Fetcher`] that owns it reads only those.
//!
//! What must stay true: a partition whose reader is behind the watermark is in the queue of news, or being read. So a rise
//! that comes between a read and the wait is never missed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tidelog_model::Offset;
use tidelog_model::watermark::{HighWatermark, LogStart};
use tidelog_storage::ReadError;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::hosted::HostedPartition;
use crate::memory::{Budget, attach};

/// The most that is read of one partition before the others have their turn.
const PARTITION_BYTES: usize = 1 << 20;

/// Which partitions of a reader have something new.
#[derive(Debug)]
pub struct FetchSession {
    news: Mutex<News>,
    notify: Notify,
}

#[derive(Debug)]
struct News {
    queue: VecDeque<u32>,
    is_queued: Vec<bool>,
}

impl FetchSession {
    /// A reader of so many partitions, all of them with news.
    pub fn new(partitions: usize) -> Arc<Self> {
        let news = News { queue: (0..partitions as u32).collect(), is_queued: vec![true; partitions] };
        Arc::new(FetchSession { news: Mutex::new(news), notify: Notify::new() })
    }

    /// Partition `index` has more, or is gone.
    pub fn has_news(&self, index: u32) {
        let mut news = self.news.lock();
        let is_queued = std::mem::replace(&mut news.is_queued[index as usize], true);
        if !is_queued {
            news.queue.push_back(index);
            drop(news);
            self.notify.notify_one();
        }
    }

    /// One partition more, without news.
    pub fn grow(&self) {
        self.news.lock().is_queued.push(false);
    }

    /// Everything that has news now, the oldest first.
    pub fn take_all(&self) -> Vec<u32> {
        let mut news = self.news.lock();
        let taken = Vec::from(std::mem::take(&mut news.queue));
        for &index in &taken {
            news.is_queued[index as usize] = false;
        }
        taken
    }

    /// Waits for news; returns at once if some came since the last wait.
    pub async fn wait(&self) {
        self.notify.notified().await;
    }

    fn next(&self) -> Option<u32> {
        let mut news = self.news.lock();
        let index = news.queue.pop_front()?;
        news.is_queued[index as usize] = false;
        Some(index)
    }
}

/// One partition of a fetch.
#[derive(Debug)]
pub struct FetchedPartition {
    /// From where it is read.
    pub hosted: Arc<HostedPartition>,
    /// Where to go on.
    pub next_offset: Offset,
}

/// How much to gather, and how long.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// Bytes of batches in one answer; one batch is read whole, however large.
    pub max_bytes: usize,
    /// Gather this many before `max_wait` has passed.
    pub min_bytes: usize,
    /// The longest silence.
    pub max_wait: Duration,
    /// Go on as the partitions grow; else stop where each ended when the fetch began.
    pub follow: bool,
}

/// Why a partition's part of a fetch ends.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It was deleted.
    #[error("the partition was deleted")]
    Deleted,
    /// Its log cannot be read there.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Some of one partition, or where it stands.
#[derive(Debug)]
pub struct FetchedChunk {
    /// Which partition of the fetch.
    pub index: usize,
    /// Whole batches; empty for a position.
    pub batches: Bytes,
    /// Where the next chunk goes on.
    pub next_offset: Offset,
    /// The log's places.
    pub high_watermark: HighWatermark,
    /// The first readable offset.
    pub log_start: LogStart,
    /// Present: the partition's part ends here.
    pub error: Option<FetchError>,
}

/// A fetch that is under way.
#[derive(Debug)]
pub struct Fetcher {
    session: Arc<FetchSession>,
    partitions: Vec<Reading>,
    limits: FetchLimits,
    budget: Budget,
    open: usize,
    is_first: bool,
}

#[derive(Debug)]
struct Reading {
    partition: FetchedPartition,
    /// Read up to here and no further.
    stop_at: Option<Offset>,
    is_done: bool,
}

impl Fetcher {
    /// Begins a fetch; what it reads is held under `budget`.
    pub fn new(partitions: Vec<FetchedPartition>, limits: FetchLimits, budget: Budget) -> Self {
        let session = FetchSession::new(partitions.len());
        for (index, partition) in partitions.iter().enumerate() {
            partition.hosted.subscribe(&session, index as u32);
        }
        let reading = |partition: FetchedPartition| Reading {
            stop_at: (!limits.follow).then(|| partition.hosted.high_watermark().0),
            partition,
            is_done: false,
        };
        let partitions: Vec<Reading> = partitions.into_iter().map(reading).collect();
        Fetcher { session, open: partitions.len(), partitions, limits, budget, is_first: true }
    }

    /// The next chunks; `None` once no partition is left to read. The first answer, and each after a silence of
    /// `max_wait`, has every partition's position.
    pub async fn next(&mut self) -> Option<Vec<FetchedChunk>> {
        if std::mem::take(&mut self.is_first) {
            return Some(self.positions());
        }
        let deadline = Instant::now() + self.limits.max_wait;
        let mut gathered = Vec::new();
        let mut bytes = 0;
        loop {
            let is_full = self.gather(&mut gathered, &mut bytes).await;
            let has_error = gathered.iter().any(|chunk| chunk.error.is_some());
            if bytes >= self.limits.min_bytes.max(1) || is_full || has_error {
                return Some(gathered);
            }
            if self.open == 0 {
                return (!gathered.is_empty()).then_some(gathered);
            }
            if tokio::time::timeout_at(deadline, self.session.notify.notified()).await.is_err() {
                return Some(if gathered.is_empty() { self.positions() } else { gathered });
            }
        }
    }

    /// Reads partitions with news until nothing more is there, or (then true) nothing more fits.
    async fn gather(&mut self, gathered: &mut Vec<FetchedChunk>, bytes: &mut usize) -> bool {
        while *bytes < self.limits.max_bytes {
            let Some(index) = self.session.next() else { return false };
            if self.partitions[index as usize].is_done {
                continue;
            }
            let wanted = PARTITION_BYTES.min(self.limits.max_bytes - *bytes);
            let mut permit = match self.budget.try_reserve(wanted) {
                Some(permit) => permit,
                // What is gathered holds permits, and goes first.
                None if !gathered.is_empty() => {
                    self.session.has_news(index);
                    return true;
                }
                None => self.budget.reserve(wanted).await,
            };
            let Some(mut chunk) = self.read(index, wanted) else { continue };
            chunk.batches = attach(chunk.batches, &mut permit);
            *bytes += chunk.batches.len();
            if chunk.next_offset < chunk.high_watermark.0 && chunk.error.is_none() {
                self.session.has_news(index);
            }
            gathered.push(chunk);
        }
        true
    }

    /// One read of one partition; `None` if there is nothing, and nothing to say.
    fn read(&mut self, index: u32, max_bytes: usize) -> Option<FetchedChunk> {
        let reading = &mut self.partitions[index as usize];
        let hosted = &reading.partition.hosted;
        let high_watermark = hosted.high_watermark();
        let until = reading.stop_at.map_or(high_watermark.0, |stop_at| stop_at.min(high_watermark.0));
        let result = if hosted.is_closed() {
            Err(FetchError::Deleted)
        } else {
            hosted.reader().read(reading.partition.next_offset, until, max_bytes).map_err(FetchError::Read)
        };
        let (batches, error) = match result {
            Ok(batches) => {
                reading.partition.next_offset = batches.next_offset;
                (batches.bytes, None)
            }
            Err(error) => (Bytes::new(), Some(error)),
        };
        let reached_stop = reading.stop_at.is_some_and(|stop_at| reading.partition.next_offset >= stop_at);
        if error.is_some() || reached_stop {
            reading.is_done = true;
            self.open -= 1;
        }
        hosted.traffic.fetched_bytes.fetch_add(batches.len() as u64, Ordering::Relaxed);
        (!batches.is_empty() || error.is_some()).then(|| FetchedChunk {
            index: index as usize,
            batches,
            next_offset: reading.partition.next_offset,
            high_watermark,
            log_start: hosted.log_start(),
            error,
        })
    }

    fn positions(&self) -> Vec<FetchedChunk> {
        let open = self.partitions.iter().enumerate().filter(|(_, reading)| !reading.is_done);
        open.map(|(index, reading)| FetchedChunk {
            index,
            batches: Bytes::new(),
            next_offset: reading.partition.next_offset,
            high_watermark: reading.partition.hosted.high_watermark(),
            log_start: reading.partition.hosted.log_start(),
            error: None,
        })
        .collect()
    }
}
