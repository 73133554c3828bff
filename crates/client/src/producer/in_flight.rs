//! Batches on the wire: who is numbered how, what an answer means, what is sent again and when.
//!
//! Pure: time is an argument, bytes are never looked into but for renumbering. What must stay true, for each partition:
//!
//! * Batches are in `batches` in the order of their sequences, from when they are numbered until they and all before them
//!   are answered; never more than the options allow. With idempotence that is 5, because a broker recognises a
//!   producer's last 5 batches: so long as one is not answered, at most 4 others are stored behind it, and it is
//!   recognised however often it is sent again.
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
    /// `None`: stored and answered, behind one that is not. It keeps its place.
    batches: VecDeque<Option<Sent>>,
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
        partition.batches.push_back(Some(Sent { batch, base_sequence, outstanding: true }));
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
        self.finish(slot, at, Ok(acknowledged))
    }

    /// A batch was refused, or its fate is not known.
    pub fn on_refused(&mut self, slot: Slot, id: BatchId, refusal: Refusal, now_ms: u64) -> Option<Finished> {
        let idempotent = self.rules.idempotent;
        let partition = self.partition(slot);
        let at = partition.position(id)?;
        match refusal.code() {
            // Stored, long ago.
            ErrorCode::DuplicateSequenceNumber if idempotent => {
                return self.finish(slot, at, Ok(Acknowledged::default()));
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
                if at + 1 == partition.batches.len()
                    && let Some(last) = &partition.batches[at]
                {
                    partition.next_sequence = last.base_sequence.0;
                }
                return self.finish(slot, at, Err(DeliveryError::Refused(refusal)));
            }
        }
        self.retry(slot, at, &refusal, now_ms);
        None
    }

    /// The connection broke: the fate of all that was outstanding is not known.
    pub fn on_disconnect(&mut self, reason: &str, now_ms: u64) {
        self.requests.clear();
        for (index, partition) in self.partitions.iter_mut().enumerate() {
            for sent in partition.batches.iter_mut().flatten().filter(|sent| sent.outstanding) {
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
        let retries = partition.batches.iter_mut().flatten().map(|sent| {
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
        self.finish(slot, at, Err(error))
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
        if let Some(sent) = &mut partition.batches[at] {
            sent.outstanding = false;
        }
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

    fn finish(
        &mut self,
        slot: Slot,
        at: usize,
        outcome: Result<Acknowledged, DeliveryError>,
    ) -> Option<Finished> {
        let partition = &mut self.partitions[slot.0 as usize];
        let Sent { batch, .. } = partition.batches[at].take()?;
        if outcome.is_err() {
            partition.batches.remove(at);
        }
        while partition.batches.pop_front_if(|first| first.is_none()).is_some() {}
        if partition.batches.iter().flatten().all(|sent| sent.outstanding) {
            self.retrying.remove(&slot);
        }
        let Built { id, charged_bytes, completion, .. } = batch;
        Some(Finished { id, charged_bytes, completion, outcome })
    }
}

impl Partition {
    fn position(&self, id: BatchId) -> Option<usize> {
        self.batches.iter().position(|sent| sent.as_ref().is_some_and(|sent| sent.batch.id == id))
    }

    fn has_outstanding(&self) -> bool {
        self.batches.iter().flatten().any(|sent| sent.outstanding)
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
        self.batches.retain(Option::is_some);
        for sent in self.batches.iter_mut().flatten() {
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

#[cfg(test)]
mod tests {
    use tidelog_grpc_api::v1::ErrorDetail;
    use tidelog_model::{Offset, PartitionId, TimestampMs};
    use tidelog_record::{Batch, BatchBuilder, Compression, Compressor};

    use super::*;

    const SLOT: Slot = Slot(3);

    fn in_flight() -> InFlight {
        let rules = Rules {
            idempotent: true,
            max_per_partition: 5,
            backoff: Backoff { first_ms: 100, max_ms: 100 },
            delivery_timeout_ms: 1000,
        };
        let mut in_flight = InFlight::new(rules, 1);
        in_flight.identify(Identity { producer_id: ProducerId(7), producer_epoch: ProducerEpoch(0) });
        in_flight
    }

    /// Sends batches of ten records with these ids, in one request each, which has the batch's id.
    fn send(in_flight: &mut InFlight, ids: std::ops::Range<u64>) {
        for id in ids {
            assert!(in_flight.admits(SLOT));
            in_flight.reserve(SLOT);
            let number = in_flight.next_number(SLOT);
            let mut builder = BatchBuilder::new();
            builder.set_producer(
                number.identity.producer_id,
                number.identity.producer_epoch,
                number.base_sequence,
            );
            for _ in 0..10 {
                builder.append(TimestampMs(0), None, Some(&id.to_be_bytes()), &[]).unwrap();
            }
            let bytes = builder.build(&mut Compressor::new(Compression::None)).unwrap();
            let completion = Completion::new(PartitionId(0));
            let built = Built { id: BatchId(id), bytes, record_count: 10, completion, charged_bytes: 1 };
            in_flight.begin(SLOT, built);
            in_flight.sent(id, vec![(SLOT, BatchId(id))], 0);
        }
    }

    fn refuse(in_flight: &mut InFlight, id: u64, code: ErrorCode, now_ms: u64) -> Option<Finished> {
        in_flight.on_refused(SLOT, BatchId(id), ErrorDetail::new(code, "no").into(), now_ms)
    }

    fn store(in_flight: &mut InFlight, id: u64) -> Finished {
        let acknowledged = Acknowledged { base_offset: Some(Offset(id as i64)), log_append_time: None };
        in_flight.on_stored(SLOT, BatchId(id), acknowledged).expect("it is in flight")
    }

    /// Ids, epochs and first sequences of what is sent again.
    fn retries(in_flight: &mut InFlight, now_ms: u64) -> Option<Vec<(u64, i16, i32)>> {
        let retries = in_flight.take_retries(now_ms)?.into_iter().map(|outgoing| {
            let batch = Batch::parse(outgoing.bytes).unwrap();
            batch.verify_crc().unwrap();
            let header = batch.header();
            (outgoing.id.0, header.producer_epoch.0, header.base_sequence.0)
        });
        Some(retries.collect())
    }

    #[test]
    fn nothing_is_numbered_before_the_producer_has_an_identity() {
        let mut in_flight = InFlight::new(Rules { ..in_flight().rules }, 1);
        assert_eq!((in_flight.needs_identity(), in_flight.admits(SLOT)), (true, false));
        let rules = Rules { idempotent: false, ..in_flight.rules };
        let mut plain = InFlight::new(rules, 1);
        assert_eq!((plain.needs_identity(), plain.admits(SLOT)), (false, true));
        assert_eq!(plain.next_number(SLOT), Number::NONE);
    }

    #[test]
    fn sequences_count_records_and_wrap_as_kafkas_do() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..2);
        assert_eq!(in_flight.next_number(SLOT).base_sequence, Sequence(20));
        in_flight.partition(SLOT).next_sequence = i32::MAX - 4;
        send(&mut in_flight, 2..3);
        assert_eq!(in_flight.next_number(SLOT).base_sequence, Sequence(5));
    }

    #[test]
    fn five_batches_of_a_partition_are_in_flight_at_most_counting_those_that_are_being_built() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..4);
        in_flight.reserve(SLOT);
        assert!(!in_flight.admits(SLOT));
        assert!(in_flight.admits(Slot(0)));
        in_flight.release(SLOT);
        send(&mut in_flight, 4..5);
        assert!(!in_flight.admits(SLOT));
        assert_eq!(store(&mut in_flight, 2).id, BatchId(2));
        assert!(!in_flight.admits(SLOT), "the first is not answered: it must not be six batches back");
        store(&mut in_flight, 0);
        assert!(in_flight.admits(SLOT));
        send(&mut in_flight, 5..6);
        assert!(!in_flight.admits(SLOT));
        store(&mut in_flight, 1);
        send(&mut in_flight, 6..8);
        assert!(!in_flight.admits(SLOT));
    }

    #[test]
    fn a_batch_that_is_sent_again_stays_among_the_last_five_whatever_comes_behind_it() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..1);
        for _ in 0..3 {
            // Stored, and said not to be acknowledged; meanwhile others behind it are.
            refuse(&mut in_flight, 0, ErrorCode::NotEnoughReplicasAfterAppend, 0);
            assert_eq!(retries(&mut in_flight, 200), Some(vec![(0, 0, 0)]));
        }
        send(&mut in_flight, 1..5);
        (1..5).for_each(|id| drop(store(&mut in_flight, id)));
        assert!(!in_flight.admits(SLOT));
        store(&mut in_flight, 0);
        assert!(in_flight.admits(SLOT));
    }

    #[test]
    fn a_failed_batch_and_those_behind_it_are_sent_again_in_order_when_all_are_answered() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..3);
        assert!(refuse(&mut in_flight, 0, ErrorCode::NotEnoughReplicas, 1000).is_none());
        assert!(refuse(&mut in_flight, 1, ErrorCode::OutOfOrderSequenceNumber, 1000).is_none());
        assert_eq!((in_flight.admits(SLOT), in_flight.next_retry_ms()), (false, None));
        assert_eq!(retries(&mut in_flight, 9999), None, "the third is not answered yet");
        assert!(refuse(&mut in_flight, 2, ErrorCode::OutOfOrderSequenceNumber, 1000).is_none());
        let retry_ms = in_flight.next_retry_ms().unwrap();
        assert!((1080..=1120).contains(&retry_ms), "{retry_ms}");
        assert_eq!(retries(&mut in_flight, retry_ms - 1), None);
        assert_eq!(retries(&mut in_flight, retry_ms), Some(vec![(0, 0, 0), (1, 0, 10), (2, 0, 20)]));
        assert_eq!((in_flight.admits(SLOT), retries(&mut in_flight, retry_ms)), (true, None));
    }

    #[test]
    fn the_brokers_own_pause_goes_before_ours() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..1);
        let busy = ErrorDetail::new(ErrorCode::ThrottlingQuotaExceeded, "later").with_retry_after_ms(5000);
        in_flight.on_refused(SLOT, BatchId(0), busy.into(), 100);
        assert_eq!(in_flight.next_retry_ms(), Some(5100));
    }

    #[test]
    fn after_a_broken_connection_all_that_was_outstanding_is_sent_again_under_its_old_numbers() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..3);
        store(&mut in_flight, 0);
        in_flight.on_disconnect("reset", 50);
        assert_eq!((in_flight.admits(SLOT), in_flight.oldest_request_ms()), (false, None));
        assert_eq!(in_flight.answered(1), None);
        assert_eq!(retries(&mut in_flight, 50), Some(vec![(1, 0, 10), (2, 0, 20)]));
        in_flight.on_disconnect("reset", 60);
        assert_eq!(retries(&mut in_flight, 60), Some(vec![(1, 0, 10), (2, 0, 20)]));
        assert_eq!(in_flight.last_failure(SLOT).as_deref(), Some("reset"));
    }

    #[test]
    fn a_gap_before_the_oldest_batch_begins_a_new_epoch_at_sequence_zero() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..3);
        // The first is refused for good, so the others leave a gap.
        let finished = refuse(&mut in_flight, 0, ErrorCode::InvalidRecord, 0).unwrap();
        assert!(matches!(finished.outcome, Err(DeliveryError::Refused(_))));
        for id in 1..3 {
            assert!(refuse(&mut in_flight, id, ErrorCode::OutOfOrderSequenceNumber, 0).is_none());
        }
        assert_eq!(retries(&mut in_flight, 200), Some(vec![(1, 1, 0), (2, 1, 10)]));
        let number = in_flight.next_number(SLOT);
        assert_eq!((number.identity.producer_epoch, number.base_sequence), (ProducerEpoch(1), Sequence(20)));
        // Other partitions are not concerned.
        assert_eq!(in_flight.next_number(Slot(0)).identity.producer_epoch, ProducerEpoch(0));
    }

    #[test]
    fn a_batch_behind_a_failed_one_is_not_renumbered_while_that_one_may_be_stored() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..2);
        refuse(&mut in_flight, 1, ErrorCode::OutOfOrderSequenceNumber, 0);
        refuse(&mut in_flight, 0, ErrorCode::RequestTimedOut, 0);
        assert_eq!(retries(&mut in_flight, 200), Some(vec![(0, 0, 0), (1, 0, 10)]));
    }

    #[test]
    fn the_number_of_a_last_batch_that_was_refused_is_used_again() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..2);
        refuse(&mut in_flight, 1, ErrorCode::MessageTooLarge, 0).unwrap();
        assert_eq!(in_flight.next_number(SLOT).base_sequence, Sequence(10));
    }

    #[test]
    fn a_batch_stored_long_ago_is_delivered_without_an_offset() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..1);
        let finished = refuse(&mut in_flight, 0, ErrorCode::DuplicateSequenceNumber, 0).unwrap();
        assert_eq!(finished.outcome, Ok(Acknowledged::default()));
    }

    #[test]
    fn what_expires_may_be_stored_and_the_rest_keeps_its_numbers() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..2);
        in_flight.on_disconnect("reset", 0);
        let expired = in_flight.expire(SLOT, BatchId(0)).unwrap();
        let last_failure = Some("reset".to_owned());
        let error = DeliveryError::TimedOut { timeout_ms: 1000, may_be_stored: true, last_failure };
        assert_eq!(
            error.to_string(),
            "no success within delivery_timeout_ms = 1000; the records may or may not be stored, sending them again may \
             store them twice: reset"
        );
        assert_eq!(expired.outcome, Err(error));
        assert_eq!(retries(&mut in_flight, 0), Some(vec![(1, 0, 10)]));
        // It was not stored, so the second leaves a gap.
        refuse(&mut in_flight, 1, ErrorCode::OutOfOrderSequenceNumber, 0);
        assert_eq!(retries(&mut in_flight, 200), Some(vec![(1, 1, 0)]));
    }

    #[test]
    fn an_epoch_that_is_due_begins_also_when_nothing_is_left_to_send_again() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..1);
        refuse(&mut in_flight, 0, ErrorCode::OutOfOrderSequenceNumber, 0);
        in_flight.expire(SLOT, BatchId(0)).unwrap();
        assert!(in_flight.admits(SLOT));
        let number = in_flight.next_number(SLOT);
        assert_eq!((number.identity.producer_epoch, number.base_sequence), (ProducerEpoch(1), Sequence(0)));
    }

    #[test]
    fn a_gap_in_the_last_epoch_is_final() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..1);
        in_flight.partition(SLOT).identity.as_mut().unwrap().producer_epoch = ProducerEpoch(i16::MAX);
        let finished = refuse(&mut in_flight, 0, ErrorCode::OutOfOrderSequenceNumber, 0).unwrap();
        assert!(matches!(finished.outcome, Err(DeliveryError::Refused(_))));
    }

    #[test]
    fn answers_about_batches_that_are_gone_change_nothing() {
        let mut in_flight = in_flight();
        send(&mut in_flight, 0..1);
        assert_eq!((in_flight.answered(0), in_flight.answered(0)), (Some(vec![(SLOT, BatchId(0))]), None));
        in_flight.expire(SLOT, BatchId(0)).unwrap();
        assert!(in_flight.on_stored(SLOT, BatchId(0), Acknowledged::default()).is_none());
        assert!(refuse(&mut in_flight, 0, ErrorCode::NotEnoughReplicas, 0).is_none());
        assert_eq!(in_flight.next_retry_ms(), None);
    }

    #[test]
    fn pauses_grow_with_failures_in_a_row_and_end_with_a_success() {
        let mut in_flight = in_flight();
        in_flight.rules.backoff = Backoff { first_ms: 100, max_ms: 10_000 };
        send(&mut in_flight, 0..2);
        let mut pauses = Vec::new();
        for _ in 0..4 {
            refuse(&mut in_flight, 0, ErrorCode::NotEnoughReplicas, 0);
            refuse(&mut in_flight, 1, ErrorCode::OutOfOrderSequenceNumber, 0);
            let pause = in_flight.next_retry_ms().unwrap();
            pauses.push(pause);
            retries(&mut in_flight, pause).unwrap();
        }
        let steady = [100, 200, 400, 800];
        let near = |(pause, steady): (&u64, u64)| (steady * 4 / 5..=steady * 6 / 5).contains(pause);
        assert!(pauses.iter().zip(steady).all(near), "{pauses:?}");
        store(&mut in_flight, 0);
        refuse(&mut in_flight, 1, ErrorCode::NotEnoughReplicas, 0);
        assert!(in_flight.next_retry_ms().unwrap() <= 120);
    }
}
