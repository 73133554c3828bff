//! The consuming side: each reader has some partitions, and strikes out in the ledger what comes back.
//!
//! With sabotage a reader tampers with what it has read before it is compared, once: the proof that the proof can fail.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use clap::ValueEnum;
use tidelog_client::{Client, Consumer, ConsumerOptions, PartitionId, RecordBatch, StartAt};
use tokio::sync::watch;

use super::board::Board;
use crate::error::CliError;

/// What to do to what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sabotage {
    /// Lose one record
    Drop,
    /// Let two records of one key change places
    Swap,
}

/// Sabotage that happens once, by whichever reader can first.
#[derive(Debug)]
pub struct Saboteur {
    sabotage: Sabotage,
    is_done: Mutex<bool>,
}

impl Saboteur {
    /// Has not struck yet.
    pub fn new(sabotage: Sabotage) -> Self {
        Saboteur { sabotage, is_done: Mutex::new(false) }
    }

    /// Whether it has struck.
    pub fn is_done(&self) -> bool {
        *self.is_done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where each partition ends, once that is known.
pub type Ends = Arc<[i64]>;

/// One reader.
pub struct Reader {
    index: usize,
    consumer: Consumer,
    partitions: Range<u32>,
    /// Where each partition goes on.
    next_offsets: Vec<i64>,
    board: Arc<Board>,
    saboteur: Option<Arc<Saboteur>>,
}

/// A record as it is compared.
type Read<'a> = (i64, Option<&'a [u8]>, &'a [u8]);

impl Reader {
    /// Reads some partitions of a topic from their beginning on.
    pub async fn start(
        index: usize,
        client: &Client,
        topic: &str,
        partitions: Range<u32>,
        board: Arc<Board>,
        saboteur: Option<Arc<Saboteur>>,
    ) -> Result<Self, CliError> {
        let mut consumer = client.consumer(ConsumerOptions::default())?;
        for partition in partitions.clone() {
            consumer.assign(topic, PartitionId(partition as i32), StartAt::Earliest).await?;
        }
        let next_offsets = vec![0; partitions.len()];
        Ok(Reader { index, consumer, partitions, next_offsets, board, saboteur })
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
        let own = self.partitions.clone().zip(&self.next_offsets);
        own.into_iter().all(|(partition, next_offset)| *next_offset >= ends[partition as usize])
    }

    fn take(&mut self, batch: &RecordBatch) {
        let records = batch.records();
        let records = records.map(|record| (record.offset.0, record.key, record.value.unwrap_or_default()));
        match &self.saboteur {
            None => self.compare(batch, records),
            Some(saboteur) => {
                let mut records = records.collect();
                saboteur.strike(&mut records);
                self.compare(batch, records.into_iter());
            }
        }
        let partition = batch.partition().0 as u32;
        self.next_offsets[(partition - self.partitions.start) as usize] = batch.next_offset().0;
    }

    fn compare<'a>(&self, batch: &RecordBatch, records: impl Iterator<Item = Read<'a>>) {
        let now_nanos = self.board.now_nanos();
        let (mut count, mut bytes) = (0, 0);
        let mut latencies = self.board.latencies(self.index);
        let mut lane = self.board.lane(batch.partition().0 as u32);
        for (offset, key, line) in records {
            if let Some(sent_at_nanos) = lane.read(offset, key, line) {
                latencies.saturating_record(now_nanos.saturating_sub(sent_at_nanos) / 1000);
            }
            count += 1;
            bytes += line.len() + key.map_or(0, <[u8]>::len);
        }
        drop((latencies, lane));
        self.board.count_read(count, bytes as u64);
    }
}

impl Saboteur {
    fn strike(&self, records: &mut Vec<Read<'_>>) {
        let mut is_done = self.is_done.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_done {
            *is_done = match self.sabotage {
                // From the middle.
                Sabotage::Drop => (records.len() > 2).then(|| records.remove(1)).is_some(),
                Sabotage::Swap => swap_two_of_one_key(records),
            };
        }
    }
}

/// Lets two different records of one key change places, if there are two.
fn swap_two_of_one_key(records: &mut [Read<'_>]) -> bool {
    let mut seen = HashMap::new();
    let pair = records.iter().enumerate().find_map(|(index, (_, key, line))| {
        let earlier = *seen.entry((*key)?).or_insert(index);
        (records[earlier].2 != *line).then_some((earlier, index))
    });
    let Some((one, other)) = pair else { return false };
    (records[one].2, records[other].2) = (records[other].2, records[one].2);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: [Read<'static>; 5] = [
        (7, Some(b"a"), b"1"),
        (8, Some(b"b"), b"2"),
        (9, Some(b"a"), b"1"),
        (10, None, b"3"),
        (11, Some(b"a"), b"4"),
    ];

    #[test]
    fn a_drop_takes_one_record_out_once() {
        let saboteur = Saboteur::new(Sabotage::Drop);
        let mut records = RECORDS.to_vec();
        saboteur.strike(&mut records);
        assert_eq!(records.iter().map(|record| record.0).collect::<Vec<_>>(), [7, 9, 10, 11]);
        assert!(saboteur.is_done());
    }

    #[test]
    fn a_swap_exchanges_two_different_lines_of_one_key_and_leaves_the_offsets() {
        let saboteur = Saboteur::new(Sabotage::Swap);
        let mut records = RECORDS.to_vec();
        saboteur.strike(&mut records);
        let lines: Vec<(i64, &[u8])> = records.iter().map(|(offset, _, line)| (*offset, *line)).collect();
        assert_eq!(lines, [(7, &b"4"[..]), (8, b"2"), (9, b"1"), (10, b"3"), (11, b"1")]);
        assert!(saboteur.is_done());
    }

    #[test]
    fn a_swap_waits_for_a_batch_that_allows_it() {
        let saboteur = Saboteur::new(Sabotage::Swap);
        let mut records = RECORDS[..4].to_vec();
        saboteur.strike(&mut records);
        assert_eq!(records, RECORDS[..4]);
        assert!(!saboteur.is_done());
    }
}
