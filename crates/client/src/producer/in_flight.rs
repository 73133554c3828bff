//! Batches on the wire: who is numbered how, what an answer means, what is sent again and when.
//!
//! Pure: time is an argument, bytes are never looked into but for renumbering. What must stay true, for each partition:
//!
//! * Batches are in `batches` in the order of their sequences, from when they are numbered until their fate is decided;
//!   never more than the options allow (5 with idempotence: what a broker can tell apart).
//! * While one of them waits to be sent again, nothing of its partition is sent; when the last outstanding one is
//!   answered and the pause is over, all that wait are sent again, in order.
//! * A batch is renumbered only when the broker said that it, the oldest one, leaves a gap. Then it is not stored, and nor
//!   is any later one, because a broker stores the sequences of a producer without gaps. So no batch is ever stored under
//!   two numbers, and whether a batch that timed out was stored need not be known.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tidelog_grpc_api::v1::ErrorCode;
use tidelog_model::{ProducerEpoch, ProducerId, Sequence};
use tidelog_record::{BatchHeader, crc32c, layout};

use super::accumulator::{BatchId, Slot};
use super::delivery::{Acknowledged, Completion};
use super::error::DeliveryError;
use crate::backoff::{Backoff, Random};
use crate::error::Refusal;

/// An idempotent producer's name for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
}

/// What a batch is numbered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub identity: Identity,
    pub base_sequence: Sequence,
}

impl Number {
    /// On batches of producers that do not number theirs.
    pub const NONE: Number = Number {
        identity: Identity { producer_id: ProducerId::NONE, producer_epoch: ProducerEpoch::NONE },
        base_sequence: Sequence::NONE,
    };
}

/// A batch that is built, and numbered.
#[derive(Debug)]
pub(crate) struct Built {
    pub id: BatchId,
    pub bytes: Bytes,
    pub record_count: i32,
    pub completion: Arc<Completion>,
    pub charged_bytes: usize,
}

/// A batch whose fate is decided.
#[derive(Debug)]
pub(crate) struct Finished {
    pub id: BatchId,
    pub charged_bytes: usize,
    pub completion: Arc<Completion>,
    pub outcome: Result<Acknowledged, DeliveryError>,
}

/// A batch to put into a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub slot: Slot,
    pub id: BatchId,
    pub bytes: Bytes,
}

/// The part of the options that is decided here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub idempotent: bool,
    pub max_per_partition: usize,
    pub backoff: Backoff,
    pub delivery_timeout_ms: u64,
}

#[derive(Debug)]
struct Sent {
    batch: Built,
    base_sequence: Sequence,
    /// Sent and not answered; otherwise it waits to be sent again.
    outstanding: bool,
}

#[derive(Debug, Default)]
struct Partition {
    batches: VecDeque<Sent>,
    /// Places for batches that are being built.
    reserved: usize,
    /// Under which identity the batches are numbered; none before the first.
    identity: Option<Identity>,
    next_sequence: i32,
    /// The oldest batch leaves a gap: begin again at sequence 0 in a new epoch.
    renumber: bool,
    /// Answers in a row that were failures.
    failures: u32,
    retry_at_ms: u64,
    last_failure: Option<String>,
}

/// A request without an answer.
#[derive(Debug)]
struct Request {
    sent_ms: u64,
    batches: Vec<(Slot, BatchId)>,
}

/// See the module's description.
#[derive(Debug)]
pub(crate) struct InFlight {
    rules: Rules,
    identity: Option<Identity>,
    partitions: Vec<Partition>,
    /// Partitions with batches that wait to be sent again.
    retrying: BTreeSet<Slot>,
    requests: BTreeMap<u64, Request>,
    random: Random,
}

impl InFlight {
    pub fn new(rules: Rules, seed: u64) -> Self {
        InFlight {
            rules,
            identity: None,
            partitions: Vec::new(),
            retrying: BTreeSet::new(),
            requests: BTreeMap::new(),
            random: Random::from_seed(seed),
        }
    }

    /// Whether nothing can be numbered before [`InFlight::identify`].
    pub fn needs_identity(&self) -> bool {
        self.rules.idempotent && self.identity.is_none()
    }

    /// The broker gave this producer its identity.
    pub fn identify(&mut self, identity: Identity) {
        self.identity = Some(identity);
    }

    /// Whether another batch of the partition may be built and sent now.
    pub fn admits(&mut self, slot: Slot) -> bool {
        let max_per_partition = self.rules.max_per_partition;
        let blocked = self.needs_identity() || self.retrying.contains(&slot);
        let partition = self.partition(slot);
        !blocked && partition.batches.len() + partition.reserved < max_per_partition
    }

    /// Keeps a place for a batch that [`InFlight::admits`] let through, until it is built.
    pub fn reserve(&mut self, slot: Slot) {
        self.partition(slot).reserved += 1;
    }

    /// Gives a reserved place back.
    pub fn release(&mut self, slot: Slot) {
        self.partition(slot).reserved -= 1;
    }

    /// The number that the partition's next batch gets.
    pub fn next_number(&mut self, slot: Slot) -> Number {
        let Some(first) = self.identity else { return Number::NONE };
        let partition = self.partition(slot);
        if partition.batches.is_empty() && std::mem::take(&mut partition.renumber) {
            partition.begin_new_epoch();
        }
        let identity = *partition.identity.get_or_insert(first);
        Number { identity, base_sequence: Sequence(partition.next_sequence) }
    }

    /// A batch with the partition's next number takes its reserved place.
    pub fn begin(&mut self, slot: Slot, batch: Built) -> Outgoing {
        let outgoing = Outgoing { slot, id: batch.id, bytes: batch.bytes.clone() };
        self.release(slot);
        let partition = self.partition(slot);
        let base_sequence = Sequence(partition.next_sequence);
        partition.next_sequence = base_sequence.plus(batch.record_count).0;
        partition.batches.push_back(Sent { batch, base_sequence, outstanding: true });
        outgoing
    }

    /// A request with these batches was sent.
    pub fn sent(&mut self, correlation_id: u64, batches: Vec<(Slot, BatchId)>, now_ms: u64) {
        self.requests.insert(correlation_id, Request { sent_ms: now_ms, batches });
    }

    /// An answer came: the batches of its request. `None` if there is no such request.
    pub fn answered(&mut self, correlation_id: u64) -> Option<Vec<(Slot, BatchId)>> {
        self.requests.remove(&correlation_id).map(|request| request.batches)
    }

    /// A batch was stored.
    pub fn on_stored(&mut self, slot: Slot, id: BatchId, acknowledged: Acknowledged) -> Option<Finished> {
        let partition = self.partition(slot);
        let at = partition.position(id)?;
        (partition.failures, partition.last_failure) = (0, None);
        Some(self.finish(slot, at, Ok(acknowledged)))
    }

    /// A batch was refused, or its fate is not known.
    pub fn on_refused(&mut self, slot: Slot, id: BatchId, refusal: Refusal, now_ms: u64) -> Option<Finished> {
        let idempotent = self.rules.idempotent;
        let partition = self.partition(slot);
        let at = partition.position(id)?;
        match refusal.code() {
            // Stored, long ago.
            ErrorCode::DuplicateSequenceNumber if idempotent => {
                return Some(self.finish(slot, at, Ok(Acknowledged::default())));
            }
            ErrorCode::OutOfOrderSequenceNumber | ErrorCode::UnknownProducerId
                if idempotent && partition.can_renumber() =>
            {
                // Behind another one that failed it is no news; that one will be sent again first.
                partition.renumber |= at == 0;
            }
            _ if refusal.is_retriable() => {}
            _ => {
                // Not stored: if nothing was numbered after it, its number is free again.
                if at + 1 == partition.batches.len() {
                    partition.next_sequence = partition.batches[at].base_sequence.0;
                }
                return Some(self.finish(slot, at, Err(DeliveryError::Refused(refusal))));
            }
        }
        self.retry(slot, at, &refusal, now_ms);
        None
    }

    /// The connection broke: the fate of all that was outstanding is not known.
    pub fn on_disconnect(&mut self, reason: &str, now_ms: u64) {
        self.requests.clear();
        for (index, partition) in self.partitions.iter_mut().enumerate() {
            for sent in partition.batches.iter_mut().filter(|sent| sent.outstanding) {
                sent.outstanding = false;
                partition.last_failure = Some(reason.to_owned());
                // Whoever connects again has paused already.
                partition.retry_at_ms = now_ms;
                self.retrying.insert(Slot(index as u32));
            }
        }
    }

    /// The batches of one partition that are to be sent again now.
    pub fn take_retries(&mut self, now_ms: u64) -> Option<Vec<Outgoing>> {
        let slot = *self.retrying.iter().find(|slot| {
            let partition = &self.partitions[slot.0 as usize];
            partition.retry_at_ms <= now_ms && !partition.has_outstanding()
        })?;
        self.retrying.remove(&slot);
        let partition = self.partition(slot);
        if std::mem::take(&mut partition.renumber) {
            partition.begin_new_epoch();
        }
        let retries = partition.batches.iter_mut().map(|sent| {
            sent.outstanding = true;
            Outgoing { slot, id: sent.batch.id, bytes: sent.batch.bytes.clone() }
        });
        Some(retries.collect())
    }

    /// When [`InFlight::take_retries`] has something next, unless an answer comes first.
    pub fn next_retry_ms(&self) -> Option<u64> {
        let partitions = self.retrying.iter().map(|slot| &self.partitions[slot.0 as usize]);
        partitions
            .filter(|partition| !partition.has_outstanding())
            .map(|partition| partition.retry_at_ms)
            .min()
    }

    /// A batch's time is over. It may have been stored.
    pub fn expire(&mut self, slot: Slot, id: BatchId) -> Option<Finished> {
        let timeout_ms = self.rules.delivery_timeout_ms;
        let partition = self.partition(slot);
        let at = partition.position(id)?;
        let last_failure = partition.last_failure.clone();
        let error = DeliveryError::TimedOut { timeout_ms, may_be_stored: true, last_failure };
        Some(self.finish(slot, at, Err(error)))
    }

    /// Why the last attempt in a partition failed.
    pub fn last_failure(&self, slot: Slot) -> Option<String> {
        self.partitions.get(slot.0 as usize)?.last_failure.clone()
    }

    /// When the oldest request without an answer was sent.
    pub fn oldest_request_ms(&self) -> Option<u64> {
        self.requests.first_key_value().map(|(_, request)| request.sent_ms)
    }

    fn partition(&mut self, slot: Slot) -> &mut Partition {
        let index = slot.0 as usize;
        if index >= self.partitions.len() {
            self.partitions.resize_with(index + 1, Partition::default);
        }
        &mut self.partitions[index]
    }

    fn retry(&mut self, slot: Slot, at: usize, refusal: &Refusal, now_ms: u64) {
        let backoff = self.rules.backoff;
        let partition = &mut self.partitions[slot.0 as usize];
        partition.batches[at].outstanding = false;
        partition.last_failure = Some(refusal.to_string());
        // Later batches that fail because an earlier one did say nothing about how the broker is.
        if at == 0 {
            partition.failures += 1;
            let pause_ms = match refusal.detail().retry_after_ms {
                0 => backoff.delay_ms(partition.failures, &mut self.random),
                asked_ms => u64::from(asked_ms),
            };
            partition.retry_at_ms = now_ms + pause_ms;
        }
        self.retrying.insert(slot);
    }

    fn finish(&mut self, slot: Slot, at: usize, outcome: Result<Acknowledged, DeliveryError>) -> Finished {
        let partition = &mut self.partitions[slot.0 as usize];
        let Some(Sent { batch, .. }) = partition.batches.remove(at) else { unreachable!("found before") };
        if partition.batches.iter().all(|sent| sent.outstanding) {
            self.retrying.remove(&slot);
        }
        Finished { id: batch.id, charged_bytes: batch.charged_bytes, completion: batch.completion, outcome }
    }
}

impl Partition {
    fn position(&self, id: BatchId) -> Option<usize> {
        self.batches.iter().position(|sent| sent.batch.id == id)
    }

    fn has_outstanding(&self) -> bool {
        self.batches.iter().any(|sent| sent.outstanding)
    }

    fn can_renumber(&self) -> bool {
        self.identity.is_some_and(|identity| identity.producer_epoch.0 < i16::MAX)
    }

    /// Numbers all batches anew, from 0 in the next epoch (KIP-360).
    fn begin_new_epoch(&mut self) {
        let Some(identity) = self.identity.as_mut() else { return };
        identity.producer_epoch.0 += 1;
        let identity = *identity;
        self.next_sequence = 0;
        for sent in &mut self.batches {
            sent.base_sequence = Sequence(self.next_sequence);
            self.next_sequence = sent.base_sequence.plus(sent.batch.record_count).0;
            sent.batch.bytes =
                renumbered(&sent.batch.bytes, Number { identity, base_sequence: sent.base_sequence });
        }
    }
}

/// The same batch under another number.
fn renumbered(batch: &Bytes, number: Number) -> Bytes {
    // Ours, from the builder: it parses.
    let Ok(mut header) = BatchHeader::parse(batch) else { return batch.clone() };
    header.producer_id = number.identity.producer_id;
    header.producer_epoch = number.identity.producer_epoch;
    header.base_sequence = number.base_sequence;
    let mut bytes = BytesMut::from(&batch[..]);
    bytes[..layout::HEADER_BYTES].copy_from_slice(&header.to_bytes());
    let crc = crc32c(&bytes[layout::CRC_UNCOVERED_BYTES..]);
    bytes[layout::CRC_AT..layout::CRC_UNCOVERED_BYTES].copy_from_slice(&crc.to_be_bytes());
    bytes.freeze()
}
