//! Idempotent producers (KIP-98, KIP-360): which sequence each may send next, and where its last batches went.
//!
//! What must stay true: the state is exactly what replaying the log's batch headers from its start would give, for
//! producers that have not expired. It moves when the order is fixed, not when a batch becomes durable.
//!
//! | batch                                   | state            | answer                                  |
//! |-----------------------------------------|------------------|-----------------------------------------|
//! | any first sequence                      | none             | taken (state expired or was trimmed)    |
//! | older epoch                             | epoch            | [`ProducerFault::Fenced`]               |
//! | newer epoch, sequence 0                 | epoch            | taken, the older epoch is fenced        |
//! | newer epoch, other sequence             | epoch            | [`ProducerFault::OutOfOrder`]           |
//! | one of the last five, exactly           | same epoch       | the first answer again                  |
//! | next sequence                           | same epoch       | taken                                   |
//! | any other sequence                      | same epoch       | [`ProducerFault::OutOfOrder`]           |

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use tidelog_model::{Now, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};
use tidelog_record::BatchHeader;

/// Kafka keeps as many, because a producer has at most as many in flight.
const BATCHES_KEPT: usize = 5;
const SNAPSHOT_VERSION: u8 = 1;
const NO_TRANSACTION: i64 = -1;
const NO_COORDINATOR_EPOCH: i32 = -1;

/// Why a batch does not follow what its producer sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProducerFault {
    /// A newer producer has taken over.
    #[error(
        "producer {id} sent epoch {sent}, the partition knows epoch {known}: a newer producer took over, close this one"
    )]
    Fenced {
        /// Who.
        id: ProducerId,
        /// The batch's epoch.
        sent: ProducerEpoch,
        /// The newest known.
        known: ProducerEpoch,
    },
    /// A batch is missing before this one, or it is a duplicate older than the last five batches.
    #[error(
        "producer {id} sent sequence {sent}, expected {expected}: an earlier batch is missing or this one is an old duplicate"
    )]
    OutOfOrder {
        /// Who.
        id: ProducerId,
        /// The batch's first sequence.
        sent: Sequence,
        /// What would have followed.
        expected: Sequence,
    },
}

/// A batch that a producer sent, as far as duplicates go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct SentBatch {
    first_sequence: Sequence,
    last_sequence: Sequence,
    base_offset: Offset,
    last_offset: Offset,
    timestamp: TimestampMs,
}

/// What is known of one producer on one partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerState {
    epoch: ProducerEpoch,
    /// Oldest first, at most [`BATCHES_KEPT`], all of `epoch`.
    batches: VecDeque<SentBatch>,
    /// When it last sent, by the broker's clock where that is known.
    last_seen: TimestampMs,
}

/// A producer that a partition remembers, as it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActiveProducer {
    /// Its id.
    pub id: ProducerId,
    /// Its epoch.
    pub epoch: ProducerEpoch,
    /// The last sequence that it sent.
    pub last_sequence: Sequence,
    /// The largest timestamp of its last batch.
    pub last_timestamp: TimestampMs,
}

/// Where a duplicate's original went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duplicate {
    /// Its base offset.
    pub base_offset: Offset,
    /// Its last record's offset.
    pub last_offset: Offset,
    /// Its largest timestamp.
    pub timestamp: TimestampMs,
}

/// All producers of one partition.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Producers {
    states: BTreeMap<ProducerId, ProducerState>,
}

impl Producers {
    /// How many producers are known.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// All of them, by id.
    pub fn active(&self) -> impl Iterator<Item = ActiveProducer> {
        self.states.iter().filter_map(|(id, state)| {
            let last = state.batches.back()?;
            Some(ActiveProducer {
                id: *id,
                epoch: state.epoch,
                last_sequence: last.last_sequence,
                last_timestamp: last.timestamp,
            })
        })
    }

    /// Whether a batch may be appended: `Ok(None)`, or is a duplicate of one that was.
    pub fn check(&self, header: &BatchHeader) -> Result<Option<Duplicate>, ProducerFault> {
        let id = header.producer_id;
        let Some(state) = self.states.get(&id) else { return Ok(None) };
        let (epoch, sent) = (header.producer_epoch, header.base_sequence);
        if epoch < state.epoch {
            return Err(ProducerFault::Fenced { id, sent: epoch, known: state.epoch });
        }
        let Some(last) = state.batches.back() else { return Ok(None) };
        if epoch > state.epoch {
            let expected = Sequence(0);
            return if sent == expected {
                Ok(None)
            } else {
                Err(ProducerFault::OutOfOrder { id, sent, expected })
            };
        }
        let original = state
            .batches
            .iter()
            .find(|batch| batch.first_sequence == sent && batch.last_sequence == header.last_sequence());
        if let Some(original) = original {
            return Ok(Some(Duplicate {
                base_offset: original.base_offset,
                last_offset: original.last_offset,
                timestamp: original.timestamp,
            }));
        }
        let expected = last.last_sequence.plus(1);
        if sent == expected { Ok(None) } else { Err(ProducerFault::OutOfOrder { id, sent, expected }) }
    }

    /// Takes note of an appended batch, or of one that is replayed from the log; batches without a producer are ignored.
    pub fn appended(&mut self, header: &BatchHeader, seen: TimestampMs) {
        if header.producer_id == ProducerId::NONE || header.attributes.is_control() {
            return;
        }
        let state = self.states.entry(header.producer_id).or_insert_with(|| ProducerState {
            epoch: header.producer_epoch,
            batches: VecDeque::new(),
            last_seen: seen,
        });
        if state.epoch != header.producer_epoch {
            state.epoch = header.producer_epoch;
            state.batches.clear();
        }
        if state.batches.len() == BATCHES_KEPT {
            state.batches.pop_front();
        }
        state.batches.push_back(SentBatch {
            first_sequence: header.base_sequence,
            last_sequence: header.last_sequence(),
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            timestamp: header.max_timestamp,
        });
        state.last_seen = seen;
    }

    /// Forgets producers that sent nothing for longer than `expiration_ms` (Kafka's `producer.id.expiration.ms`).
    pub fn expire(&mut self, now: Now, expiration_ms: i64) {
        self.states.retain(|_, state| now.wall.0.saturating_sub(state.last_seen.0) <= expiration_ms);
    }

    /// The state as bytes, for the log's checkpoint.
    ///
    /// ```text
    /// 0  1  version
    /// 1  4  number of producers, then for each:
    ///       producer id 8 · epoch 2 · last seen 8 · first offset of an open transaction 8 (−1: none)
    ///       coordinator epoch 4 (−1: none) · number of batches 1, then for each, oldest first:
    ///          first sequence 4 · last sequence 4 · base offset 8 · last offset 8 · timestamp 8
    /// ```
    pub fn encode(&self) -> Bytes {
        let mut out = vec![SNAPSHOT_VERSION];
        out.extend((self.states.len() as u32).to_be_bytes());
        for (id, state) in &self.states {
            out.extend(id.0.to_be_bytes());
            out.extend(state.epoch.0.to_be_bytes());
            out.extend(state.last_seen.0.to_be_bytes());
            out.extend(NO_TRANSACTION.to_be_bytes());
            out.extend(NO_COORDINATOR_EPOCH.to_be_bytes());
            out.push(state.batches.len() as u8);
            for batch in &state.batches {
                out.extend(batch.first_sequence.0.to_be_bytes());
                out.extend(batch.last_sequence.0.to_be_bytes());
                out.extend(batch.base_offset.0.to_be_bytes());
                out.extend(batch.last_offset.0.to_be_bytes());
                out.extend(batch.timestamp.0.to_be_bytes());
            }
        }
        Bytes::from(out)
    }

    /// The inverse of [`Producers::encode`]; `None` if the bytes are not such a snapshot. (The caller then replays the log
    /// from its start, which gives the same state.)
    pub fn decode(bytes: &[u8]) -> Option<Producers> {
        let mut reader = SnapshotReader(bytes);
        if reader.array::<1>()? != [SNAPSHOT_VERSION] {
            return None;
        }
        let count = u32::from_be_bytes(reader.array()?);
        let mut states = BTreeMap::new();
        for _ in 0..count {
            let id = ProducerId(i64::from_be_bytes(reader.array()?));
            let epoch = ProducerEpoch(i16::from_be_bytes(reader.array()?));
            let last_seen = TimestampMs(i64::from_be_bytes(reader.array()?));
            let _transaction = reader.array::<8>()?;
            let _coordinator_epoch = reader.array::<4>()?;
            let [batch_count] = reader.array()?;
            let mut batches = VecDeque::new();
            for _ in 0..batch_count {
                batches.push_back(SentBatch {
                    first_sequence: Sequence(i32::from_be_bytes(reader.array()?)),
                    last_sequence: Sequence(i32::from_be_bytes(reader.array()?)),
                    base_offset: Offset(i64::from_be_bytes(reader.array()?)),
                    last_offset: Offset(i64::from_be_bytes(reader.array()?)),
                    timestamp: TimestampMs(i64::from_be_bytes(reader.array()?)),
                });
            }
            states.insert(id, ProducerState { epoch, batches, last_seen });
        }
        reader.0.is_empty().then_some(Producers { states })
    }
}

struct SnapshotReader<'a>(&'a [u8]);

impl SnapshotReader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelog_record::{BatchBuilder, Compression, Compressor};

    fn batch(id: i64, epoch: i16, sequence: i32, records: i32, base_offset: i64) -> BatchHeader {
        let mut builder = BatchBuilder::new();
        builder.set_producer(ProducerId(id), ProducerEpoch(epoch), Sequence(sequence));
        for _ in 0..records {
            builder.append(TimestampMs(1), None, Some(b"v"), &[]).expect("fits");
        }
        let bytes = builder.build(&mut Compressor::new(Compression::None)).expect("has records");
        let header = BatchHeader::parse(&bytes).expect("just built");
        BatchHeader { base_offset: Offset(base_offset), ..header }
    }

    fn sent(batches: &[BatchHeader]) -> Producers {
        let mut producers = Producers::default();
        for header in batches {
            assert_eq!(producers.check(header), Ok(None));
            producers.appended(header, TimestampMs(5));
        }
        producers
    }

    #[test]
    fn any_first_sequence_of_an_unknown_producer_is_taken() {
        assert_eq!(Producers::default().check(&batch(7, 0, 42, 1, 0)), Ok(None));
    }

    #[test]
    fn the_last_five_batches_are_answered_again_and_older_ones_refused() {
        let batches: Vec<_> = (0..6).map(|n| batch(7, 0, n * 2, 2, i64::from(n) * 10)).collect();
        let producers = sent(&batches);
        for n in 1..6 {
            let original = Duplicate {
                base_offset: Offset(n * 10),
                last_offset: Offset(n * 10 + 1),
                timestamp: TimestampMs(1),
            };
            assert_eq!(producers.check(&batches[n as usize]), Ok(Some(original)));
        }
        let fault =
            ProducerFault::OutOfOrder { id: ProducerId(7), sent: Sequence(0), expected: Sequence(12) };
        assert_eq!(producers.check(&batches[0]), Err(fault));
    }

    #[test]
    fn a_gap_and_an_overlap_are_refused() {
        let producers = sent(&[batch(7, 0, 0, 3, 0)]);
        let fault = |sent| ProducerFault::OutOfOrder {
            id: ProducerId(7),
            sent: Sequence(sent),
            expected: Sequence(3),
        };
        assert_eq!(producers.check(&batch(7, 0, 4, 1, 9)), Err(fault(4)));
        assert_eq!(producers.check(&batch(7, 0, 1, 3, 9)), Err(fault(1)));
        assert_eq!(producers.check(&batch(7, 0, 3, 1, 9)), Ok(None));
    }

    #[test]
    fn a_newer_epoch_starts_at_zero_and_fences_the_older() {
        let mut producers = sent(&[batch(7, 3, 0, 3, 0)]);
        let out_of_order =
            ProducerFault::OutOfOrder { id: ProducerId(7), sent: Sequence(3), expected: Sequence(0) };
        assert_eq!(producers.check(&batch(7, 4, 3, 1, 3)), Err(out_of_order));
        let takes_over = batch(7, 4, 0, 1, 3);
        assert_eq!(producers.check(&takes_over), Ok(None));
        producers.appended(&takes_over, TimestampMs(5));
        let fenced =
            ProducerFault::Fenced { id: ProducerId(7), sent: ProducerEpoch(3), known: ProducerEpoch(4) };
        assert_eq!(producers.check(&batch(7, 3, 3, 1, 4)), Err(fenced));
    }

    #[test]
    fn sequences_wrap_past_the_largest_int() {
        let producers = sent(&[batch(7, 0, i32::MAX - 1, 3, 0)]);
        assert_eq!(producers.check(&batch(7, 0, 1, 1, 3)), Ok(None));
    }

    #[test]
    fn a_snapshot_reads_back_equal_and_a_damaged_one_is_refused() {
        let producers = sent(&[batch(7, 0, 0, 3, 0), batch(9, 2, 5, 1, 3), batch(7, 0, 3, 1, 4)]);
        let bytes = producers.encode();
        let active: Vec<_> = producers.active().map(|p| (p.id.0, p.epoch.0, p.last_sequence.0)).collect();
        assert_eq!(active, [(7, 0, 3), (9, 2, 5)]);
        assert_eq!(Producers::decode(&bytes), Some(producers));
        for length in 0..bytes.len() {
            assert_eq!(Producers::decode(&bytes[..length]), None);
        }
    }

    #[test]
    fn a_silent_producer_expires_and_starts_afresh() {
        let mut producers = sent(&[batch(7, 0, 0, 3, 0)]);
        producers.expire(Now { wall: TimestampMs(105), monotonic_ms: 0 }, 100);
        assert_eq!(producers.len(), 1);
        producers.expire(Now { wall: TimestampMs(106), monotonic_ms: 0 }, 100);
        assert_eq!(producers.check(&batch(7, 0, 9, 1, 3)), Ok(None));
    }
}
