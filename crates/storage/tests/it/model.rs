//! What a log must hold, in a hundred plain lines: vectors, no files, no cleverness.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Offset, TimestampMs};
use tidelog_record::{BatchHeader, stamp};
use tidelog_storage::{Log, ReadError, SegmentFacts};

use crate::support::read_all;

/// One batch in its place.
pub struct ModelBatch {
    pub base: i64,
    pub end: i64,
    pub timestamps: Vec<i64>,
    /// As it must lie on disk.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct ModelSegment {
    base: i64,
    created: i64,
    pub batches: Vec<Arc<ModelBatch>>,
}

/// A log's state.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub start: i64,
    pub end: i64,
    pub epochs: Vec<(i32, i64)>,
    pub segments: Vec<ModelSegment>,
    /// A digest of everything that was ever appended below each offset at which a batch ended, trimmed or not.
    digests: Vec<(i64, u64)>,
    /// Where the newest snapshot of producers that a roll brought was taken.
    rolled_snapshot: Option<i64>,
}

/// What is done to a log.
#[derive(Clone, Debug)]
pub enum ModelOp {
    Append(Arc<ModelBatch>),
    Roll { created: i64, with_producers: bool },
    Truncate { to: i64, created: i64 },
    Trim(i64),
    Epoch(i32),
}

impl ModelBatch {
    pub fn new(
        header: &BatchHeader,
        sent: &Bytes,
        timestamps: Vec<i64>,
        base: i64,
        epoch: i32,
    ) -> ModelBatch {
        let mut bytes = sent.to_vec();
        stamp(&mut bytes, Offset(base), LeaderEpoch(epoch));
        ModelBatch { base, end: base + i64::from(header.last_offset_delta) + 1, timestamps, bytes }
    }

    fn max_timestamp(&self) -> i64 {
        self.timestamps.iter().copied().max().unwrap_or(-1)
    }
}

impl fmt::Debug for ModelBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}) of {} bytes", self.base, self.end, self.bytes.len())
    }
}

impl Model {
    pub fn apply(&mut self, op: &ModelOp) {
        match op {
            ModelOp::Append(batch) => {
                self.end = batch.end;
                self.digests.push((batch.end, digest(self.digest_at(batch.base), &batch.bytes)));
                self.segments.last_mut().expect("rolled before").batches.push(batch.clone());
            }
            ModelOp::Roll { created, with_producers } => {
                if *with_producers {
                    self.rolled_snapshot = Some(self.end);
                }
                self.segments.push(ModelSegment { base: self.end, created: *created, batches: Vec::new() });
            }
            ModelOp::Truncate { to, created } => self.truncate(*to, *created),
            ModelOp::Trim(start) => {
                self.start = self.start.max(*start);
                while self.segments.len() > 1 && self.segments[0].end() <= self.start {
                    self.segments.remove(0);
                }
                let covered = self.epochs.iter().rposition(|epoch| epoch.1 <= self.start).unwrap_or(0);
                self.epochs.drain(..covered);
                self.epochs.iter_mut().for_each(|epoch| epoch.1 = epoch.1.max(self.start));
            }
            ModelOp::Epoch(epoch) => {
                self.epochs.retain(|known| known.1 < self.end);
                self.epochs.push((*epoch, self.end));
            }
        }
    }

    /// What a truncation to `to` really cuts at: a batch goes whole, but what was trimmed does not come back.
    pub fn cut_at(&self, to: i64) -> i64 {
        let to = to.max(self.start);
        let holder = self.batches().find(|batch| batch.base < to && to < batch.end);
        holder.map_or(to, |batch| batch.base).max(self.start)
    }

    fn truncate(&mut self, to: i64, created: i64) {
        for segment in &mut self.segments {
            segment.batches.retain(|batch| batch.end <= to);
        }
        while self.segments.last().is_some_and(|last| last.base >= to || last.batches.is_empty()) {
            self.segments.pop();
        }
        self.end = to;
        self.digests.retain(|digest| digest.0 <= to);
        // Snapshots above `to` go, and they may have pushed that one out.
        self.rolled_snapshot = None;
        if let Some(latest) = self.epochs.last().copied().filter(|latest| latest.1 >= to) {
            self.epochs.retain(|epoch| epoch.1 < to);
            self.epochs.push((latest.0, to));
        }
        self.segments.push(ModelSegment { base: to, created, batches: Vec::new() });
    }

    pub fn batches(&self) -> impl Iterator<Item = &Arc<ModelBatch>> {
        self.segments.iter().flat_map(|segment| &segment.batches)
    }

    /// Batches of which at least one record can be read.
    pub fn readable(&self) -> impl Iterator<Item = &Arc<ModelBatch>> {
        self.batches().filter(|batch| batch.end > self.start)
    }

    /// What the producers' state is at the log's end: here, a digest of all that was appended.
    pub fn producers(&self) -> Bytes {
        Bytes::copy_from_slice(&self.digest_at(self.end).to_be_bytes())
    }

    fn digest_at(&self, offset: i64) -> u64 {
        self.digests.iter().rev().find(|digest| digest.0 <= offset).map_or(0, |digest| digest.1)
    }

    pub fn facts(&self) -> Vec<SegmentFacts> {
        let facts = |segment: &ModelSegment| SegmentFacts {
            end: Offset(segment.end()),
            length_bytes: segment.batches.iter().map(|batch| batch.bytes.len() as u64).sum(),
            max_timestamp: TimestampMs(
                segment.batches.iter().map(|batch| batch.max_timestamp()).max().unwrap_or(-1),
            ),
            created: TimestampMs(segment.created),
        };
        self.segments.iter().map(facts).collect()
    }

    /// Whether `seen` is exactly this state; if not, what differs.
    pub fn compare(&self, seen: &Seen) -> Result<(), String> {
        let same = |what: &str, is: bool, expected: &dyn fmt::Debug, found: &dyn fmt::Debug| {
            if is { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
        };
        let (place, found) = ((self.start, self.end), (seen.start, seen.end));
        same("start and end", place == found, &place, &found)?;
        same("epochs", self.epochs == seen.epochs, &self.epochs, &seen.epochs)?;
        same("segments", self.facts() == seen.segments, &self.facts(), &seen.segments)?;
        let bytes: Vec<u8> = self.readable().flat_map(|batch| batch.bytes.iter().copied()).collect();
        same("content", bytes == seen.bytes, &bytes.len(), &seen.bytes.len())?;
        let Some((offset, state)) = &seen.producers else {
            return same("producers", self.rolled_snapshot.is_none(), &self.rolled_snapshot, &None::<i64>);
        };
        let expected = self.digest_at(*offset).to_be_bytes();
        same("producers", expected[..] == state[..], &(*offset, expected), &state)?;
        let is_new_enough =
            *offset <= self.end && self.rolled_snapshot.is_none_or(|rolled| *offset >= rolled);
        same("producers' offset", is_new_enough, &(self.rolled_snapshot, self.end), offset)
    }
}

impl ModelSegment {
    fn end(&self) -> i64 {
        self.batches.last().map_or(self.base, |last| last.end)
    }
}

/// What can be seen of a log from outside.
#[derive(Debug)]
pub struct Seen {
    start: i64,
    end: i64,
    epochs: Vec<(i32, i64)>,
    segments: Vec<SegmentFacts>,
    bytes: Vec<u8>,
    producers: Option<(i64, Bytes)>,
}

impl Seen {
    /// Reads the whole log, so that every byte is checked.
    pub fn of(log: &Log) -> Result<Seen, ReadError> {
        Ok(Seen {
            start: log.start().0.0,
            end: log.end().0.0,
            epochs: log.epochs().entries().iter().map(|entry| (entry.0.0, entry.1.0)).collect(),
            segments: log.reader().segments(),
            bytes: read_all(&log.reader())?,
            producers: log.producers().map(|snapshot| (snapshot.offset.0, snapshot.state)),
        })
    }
}

/// FNV-1a.
fn digest(before: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(before ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
