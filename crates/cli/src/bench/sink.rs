//! A reader: a task that reads some partitions, and measures how long ago each record was due.
//!
//! With `--verify` it also checks each record: its bytes, that it comes once, and in the order in which its sender sent
//! it. What must stay true: nothing is allocated for a record.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelog_client::{Client, Consumer, ConsumerOptions, Offset, PartitionId, RecordBatch, StartAt};
use tokio::sync::watch;

use super::meter::Meter;
use super::payload::{Ring, Stamp};
use crate::error::CliError;

/// Where each partition ends, once that is known.
pub type Ends = Arc<[i64]>;

/// See the module's description.
pub struct Sink {
    index: usize,
    consumer: Consumer,
    partitions: Range<usize>,
    next_offsets: Vec<i64>,
    meter: Arc<Meter>,
    proof: Option<ReaderProof>,
}

impl Sink {
    /// Reads partitions from these offsets on; `starts` has one for each partition of the topic.
    pub async fn start(
        index: usize,
        client: &Client,
        topic: &str,
        partitions: Range<usize>,
        starts: &[i64],
        meter: Arc<Meter>,
        proof: Option<Arc<Proof>>,
    ) -> Result<Self, CliError> {
        let mut consumer = client.consumer(ConsumerOptions::default())?;
        for partition in partitions.clone() {
            let start = StartAt::Offset(Offset(starts[partition]));
            consumer.assign(topic, PartitionId(partition as i32), start).await?;
        }
        let next_offsets = starts[partitions.clone()].to_vec();
        let proof = proof.map(|proof| ReaderProof::new(proof, partitions.len()));
        Ok(Sink { index, consumer, partitions, next_offsets, meter, proof })
    }

    /// Until the partitions are read to their ends.
    pub async fn run(mut self, mut ends: watch::Receiver<Option<Ends>>) -> Result<(), CliError> {
        while !self.is_at(&ends) {
            tokio::select! {
                batch = self.consumer.next_batch() => match batch {
                    Some(batch) => self.take(&batch?),
                    None => return Ok(()),
                },
                changed = ends.changed() => if changed.is_err() {
                    return Ok(());
                },
            }
        }
        Ok(())
    }

    fn is_at(&self, ends: &watch::Receiver<Option<Ends>>) -> bool {
        let ends = ends.borrow();
        let Some(ends) = ends.as_deref() else { return false };
        self.next_offsets.iter().zip(&ends[self.partitions.clone()]).all(|(next, end)| next >= end)
    }

    fn take(&mut self, batch: &RecordBatch) {
        let partition = batch.partition().0 as usize - self.partitions.start;
        self.next_offsets[partition] = batch.next_offset().0;
        let now_nanos = self.meter.now_nanos();
        let from_nanos = self.meter.counts_from_nanos();
        let mut counted = 0;
        let mut latencies = self.meter.read_latencies(self.index);
        // Records that were sent together are due together: those are recorded at once.
        let (mut due_nanos, mut same) = (0, 0);
        let mut record_same = |due_nanos: u64, same: u64| {
            if same > 0 && due_nanos >= from_nanos {
                let micros = now_nanos.saturating_sub(due_nanos) / 1000;
                latencies.saturating_record_n(micros, same);
                counted += same;
            }
        };
        for record in batch.records() {
            let value = record.value.unwrap_or_default();
            if let Some(proof) = &mut self.proof {
                proof.check(partition, value);
            }
            let due = Stamp::due_nanos(value).unwrap_or(0);
            if due != due_nanos {
                record_same(due_nanos, same);
                (due_nanos, same) = (due, 0);
            }
            same += 1;
        }
        record_same(due_nanos, same);
        drop(latencies);
        self.meter.count_read(counted, now_nanos);
    }
}

/// What all readers know of all records of one measurement.
#[derive(Debug)]
pub struct Proof {
    ring: Ring,
    /// For each sender a bit for each of its records.
    seen: Vec<Box<[AtomicU64]>>,
    repeated: AtomicU64,
    disordered: AtomicU64,
    altered: AtomicU64,
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Records that were sent and not read.
    pub missing: u64,
    /// Records that were read more than once.
    pub repeated: u64,
    /// Records that were read after one that their sender sent later to the same partition.
    pub disordered: u64,
    /// Records that were read with other bytes, or that nobody sent.
    pub altered: u64,
}

/// A reader's part of it.
struct ReaderProof {
    proof: Arc<Proof>,
    senders: usize,
    /// For each partition and sender, the number that is expected next, at least.
    next_numbers: Vec<u64>,
}

impl Proof {
    /// For so many senders, each of so many records at most.
    pub fn new(ring: Ring, senders: usize, records: u64) -> Self {
        let bits = || (0..records.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Proof {
            ring,
            seen: (0..senders).map(|_| bits()).collect(),
            repeated: AtomicU64::new(0),
            disordered: AtomicU64::new(0),
            altered: AtomicU64::new(0),
        }
    }

    /// All is read: each sender sent so many.
    pub fn verdict(&self, sent: &[u64]) -> Verdict {
        let missing = self.seen.iter().zip(sent).map(|(seen, sent)| {
            let seen = seen.iter().map(|bits| u64::from(bits.load(Ordering::Relaxed).count_ones()));
            sent.saturating_sub(seen.sum())
        });
        Verdict {
            missing: missing.sum(),
            repeated: self.repeated.load(Ordering::Relaxed),
            disordered: self.disordered.load(Ordering::Relaxed),
            altered: self.altered.load(Ordering::Relaxed),
        }
    }
}

impl Verdict {
    /// Every record once, in order, unchanged.
    pub fn is_good(&self) -> bool {
        *self == Verdict::default()
    }
}

impl ReaderProof {
    fn new(proof: Arc<Proof>, partitions: usize) -> Self {
        let senders = proof.seen.len();
        ReaderProof { proof, senders, next_numbers: vec![0; partitions * senders] }
    }

    fn check(&mut self, partition: usize, record: &[u8]) {
        let proof = &*self.proof;
        let count = |fault: &AtomicU64| fault.fetch_add(1, Ordering::Relaxed);
        let Some(Stamp { producer, number, .. }) = Stamp::read(record) else {
            count(&proof.altered);
            return;
        };
        let sender = usize::from(producer);
        let bits = proof.seen.get(sender).and_then(|seen| seen.get((number / 64) as usize));
        let Some(bits) = bits.filter(|_| proof.ring.has_prepared(record, number)) else {
            count(&proof.altered);
            return;
        };
        let bit = 1 << (number % 64);
        if bits.fetch_or(bit, Ordering::Relaxed) & bit != 0 {
            count(&proof.repeated);
            return;
        }
        let next = &mut self.next_numbers[partition * self.senders + sender];
        if number < *next {
            count(&proof.disordered);
        }
        *next = (*next).max(number + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads records of one sender, who sent four, in one partition.
    fn verdict(numbers: &[u64], change: impl Fn(&mut Vec<u8>)) -> Verdict {
        let mut ring = Ring::new(100, 2.0);
        let proof = Arc::new(Proof::new(ring.clone(), 1, 4));
        let mut reader = ReaderProof::new(proof.clone(), 1);
        for number in numbers {
            let mut record = ring.stamped(Stamp { due_nanos: 5, producer: 0, number: *number }).to_vec();
            change(&mut record);
            reader.check(0, &record);
        }
        proof.verdict(&[4])
    }

    #[test]
    fn each_kind_of_fault_is_counted() {
        let same = |_: &mut Vec<u8>| {};
        let good = Verdict::default();
        assert_eq!(verdict(&[0, 1, 2, 3], same), good);
        assert_eq!(verdict(&[0, 2, 3], same), Verdict { missing: 1, ..good });
        assert_eq!(verdict(&[0, 2, 1, 3], same), Verdict { disordered: 1, ..good });
        assert_eq!(verdict(&[0, 1, 2, 3, 3], same), Verdict { repeated: 1, ..good });
        assert_eq!(verdict(&[0, 1, 2, 3, 9_999], same), Verdict { altered: 1, ..good });
        let changed = verdict(&[0, 1, 2, 3], |record| record[80] ^= 1);
        assert_eq!(changed, Verdict { missing: 4, altered: 4, ..good });
        let foreign = verdict(&[0, 1, 2, 3], |record| *record = b"something else".to_vec());
        assert_eq!(foreign, Verdict { missing: 4, altered: 4, ..good });
    }
}
