//! Records on their way into batches: decides which batch a record joins, when a batch is due, and when there is no
//! memory for more.
//!
//! Pure: time is an argument, and the one lock around it is its owner's. What must stay true:
//!
//! * Batches of one partition leave in the order in which they were opened.
//! * `buffered_bytes` is the sum over all batches that are not finished, open, waiting or sent, and never more than
//!   `buffer_memory_bytes`.
//! * A partition is in exactly one [`Place`]: nothing to do, in `ready`, or parked until its owner has room in flight.
//!   So a look costs as much as there is to do, however many partitions there are.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tidelog_model::{PartitionId, TimestampMs};
use tidelog_record::{BatchBuilder, Header};

use super::delivery::{Completion, Delivery};
use crate::backoff::Random;

/// A partition of this producer, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(pub u32);

/// A topic of this producer, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TopicIndex(pub u32);

/// A batch of this producer: they count up in the order in which they are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BatchId(pub u64);

/// Where a record goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// To this partition.
    Partition(Slot),
    /// To whichever partition of the topic is being filled (KIP-480).
    Any(TopicIndex),
}

/// A record's content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub timestamp: TimestampMs,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [Header<'a>],
}

/// The part of the options that is decided here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub linger_ms: u64,
    pub batch_size_bytes: usize,
    pub max_record_bytes: usize,
    pub buffer_memory_bytes: usize,
    pub delivery_timeout_ms: u64,
}

/// Why a record is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppendError {
    TooLarge { record_bytes: usize },
    Full,
    Closed,
}

/// A record was taken.
#[derive(Debug)]
pub(crate) struct Appended {
    pub delivery: Delivery,
    /// Whether whoever calls [`Accumulator::take`] has to be woken: it sleeps, and for too long.
    pub wake: bool,
}

/// A batch that is not built yet.
#[derive(Debug)]
pub(crate) struct Collected {
    pub id: BatchId,
    pub builder: BatchBuilder,
    pub completion: Arc<Completion>,
    pub charged_bytes: usize,
    due_ms: u64,
}

/// What there is to know about a batch from when it is opened until it is finished, wherever it is.
#[derive(Debug)]
struct Unfinished {
    slot: Slot,
    deadline_ms: u64,
    completion: Arc<Completion>,
}

/// See the module's description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Idle,
    Ready,
    Parked,
}

#[derive(Debug)]
struct Queue {
    partition: PartitionId,
    sealed: VecDeque<Collected>,
    open: Option<Collected>,
    place: Place,
    /// Size of the last batch, to reserve as much for the next.
    last_batch_bytes: usize,
}

#[derive(Debug, Default)]
struct Topic {
    slots: Vec<Slot>,
    /// The partition that records without a key go to, as long as its batch has room.
    sticky: Option<Slot>,
}

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Accumulator {
    limits: Limits,
    topics: Vec<Topic>,
    queues: Vec<Queue>,
    ready: VecDeque<Slot>,
    /// Batches by when they are due: they linger equally long, so the order is that of opening. Those that became full
    /// before stay in until their time comes.
    lingering: VecDeque<(u64, Slot, BatchId)>,
    unfinished: BTreeMap<BatchId, Unfinished>,
    buffered_bytes: usize,
    next_batch: BatchId,
    /// Batches before this one are due, however short they have lingered.
    flush_before: BatchId,
    closed: bool,
    /// Until when the taker sleeps, or [`AWAKE`].
    sleeps_until_ms: u64,
    random: Random,
}

impl Accumulator {
    pub fn new(limits: Limits, seed: u64) -> Self {
        Accumulator {
            limits,
            topics: Vec::new(),
            queues: Vec::new(),
            ready: VecDeque::new(),
            lingering: VecDeque::new(),
            unfinished: BTreeMap::new(),
            buffered_bytes: 0,
            next_batch: BatchId(0),
            flush_before: BatchId(0),
            closed: false,
            sleeps_until_ms: AWAKE,
            random: Random::from_seed(seed),
        }
    }

    /// Makes room for a topic.
    pub fn add_topic(&mut self) -> TopicIndex {
        self.topics.push(Topic::default());
        TopicIndex(self.topics.len() as u32 - 1)
    }

    /// Makes room for the next partition of a topic.
    pub fn add_partition(&mut self, topic: TopicIndex) -> Slot {
        let slot = Slot(self.queues.len() as u32);
        let slots = &mut self.topics[topic.0 as usize].slots;
        let partition = PartitionId(slots.len() as i32);
        slots.push(slot);
        let (sealed, open, place) = (VecDeque::new(), None, Place::Idle);
        self.queues.push(Queue { partition, sealed, open, place, last_batch_bytes: 0 });
        slot
    }

    /// Takes a record into the batch of its partition. The time matters only if that is a new batch.
    pub fn append(
        &mut self,
        target: Target,
        content: &Content<'_>,
        now_ms: impl FnOnce() -> u64,
    ) -> Result<Appended, AppendError> {
        if self.closed {
            return Err(AppendError::Closed);
        }
        let at_most = BatchBuilder::record_bytes_at_most(content.key, content.value, content.headers);
        if at_most > self.limits.max_record_bytes {
            return Err(AppendError::TooLarge { record_bytes: at_most });
        }
        if self.buffered_bytes + at_most + HEADER_BYTES > self.limits.buffer_memory_bytes {
            // Nobody gains by lingering now.
            self.make_all_due();
            return Err(AppendError::Full);
        }
        let asleep = self.sleeps_until_ms != AWAKE;
        let slot = self.slot_with_room(target, at_most);
        if self.queue(slot).open.is_none() {
            self.open(slot, now_ms());
        }
        let delivery = self.append_to_open(slot, content)?;
        if self.open_bytes(slot) >= self.limits.batch_size_bytes {
            self.seal(slot);
        }
        Ok(Appended { delivery, wake: asleep && self.sleeps_until_ms == AWAKE })
    }

    /// The next batch that is due, of a partition that `admit` lets through; partitions that it does not let through are
    /// parked until [`Accumulator::unpark`].
    pub fn take(&mut self, now_ms: u64, mut admit: impl FnMut(Slot) -> bool) -> Option<(Slot, Collected)> {
        self.collect_lingered(now_ms);
        while let Some(slot) = self.ready.pop_front() {
            self.queue(slot).place = Place::Idle;
            if !self.is_due(slot, now_ms) {
                continue;
            }
            let queue = self.queue(slot);
            if !admit(slot) {
                queue.place = Place::Parked;
                continue;
            }
            let Some(batch) = queue.sealed.pop_front().or_else(|| queue.open.take()) else { continue };
            queue.last_batch_bytes = batch.builder.size_bytes();
            self.mark_ready_if_due(slot, now_ms);
            return Some((slot, batch));
        }
        None
    }

    /// Lets a partition take part again that [`Accumulator::take`] parked.
    pub fn unpark(&mut self, slot: Slot, now_ms: u64) {
        if self.queue(slot).place == Place::Parked {
            self.queue(slot).place = Place::Idle;
            self.mark_ready_if_due(slot, now_ms);
        }
    }

    /// Lets all partitions take part again.
    pub fn unpark_all(&mut self, now_ms: u64) {
        for slot in 0..self.queues.len() as u32 {
            self.unpark(Slot(slot), now_ms);
        }
    }

    /// A batch that was taken is finished: gives its memory back.
    pub fn finish(&mut self, id: BatchId, charged_bytes: usize) {
        let known = self.unfinished.remove(&id).is_some();
        assert!(known, "batch {id:?} was finished twice");
        self.buffered_bytes -= charged_bytes;
    }

    /// The oldest batch if its time is over; it may be here or with whoever took it.
    pub fn first_expired(&self, now_ms: u64) -> Option<(Slot, BatchId)> {
        let (id, unfinished) = self.unfinished.first_key_value()?;
        (unfinished.deadline_ms <= now_ms).then_some((unfinished.slot, *id))
    }

    /// Takes a batch out, if it is still here.
    pub fn remove(&mut self, slot: Slot, id: BatchId) -> Option<Collected> {
        let queue = self.queue(slot);
        if let Some(at) = queue.sealed.iter().position(|batch| batch.id == id) {
            return queue.sealed.remove(at);
        }
        queue.open.take_if(|open| open.id == id)
    }

    /// Makes all batches due, and returns what to wait for until all records taken so far are answered.
    pub fn flush(&mut self) -> Vec<Arc<Completion>> {
        self.make_all_due();
        self.unfinished.values().map(|unfinished| Arc::clone(&unfinished.completion)).collect()
    }

    /// Takes no more records, and makes all batches due.
    pub fn close(&mut self) {
        self.closed = true;
        self.make_all_due();
    }

    /// Closed, and every batch finished.
    pub fn is_drained(&self) -> bool {
        self.closed && self.unfinished.is_empty()
    }

    /// Gives up all batches, wherever they are, and returns whom to tell.
    pub fn abandon(&mut self) -> Vec<Arc<Completion>> {
        self.closed = true;
        self.buffered_bytes = 0;
        std::mem::take(&mut self.unfinished).into_values().map(|unfinished| unfinished.completion).collect()
    }

    /// Whether [`Accumulator::take`] has something to look at now.
    pub fn has_work(&self, now_ms: u64) -> bool {
        !self.ready.is_empty() || self.lingering.front().is_some_and(|(due_ms, ..)| *due_ms <= now_ms)
    }

    /// The taker sleeps from now on until the time that is returned; a record that needs it earlier wakes it.
    pub fn sleep(&mut self) -> u64 {
        while let Some((_, slot, id)) = self.lingering.front().copied()
            && !self.is_open(slot, id)
        {
            self.lingering.pop_front();
        }
        let due_ms = self.lingering.front().map_or(u64::MAX, |(due_ms, ..)| *due_ms);
        self.sleeps_until_ms = due_ms.min(self.next_deadline_ms());
        self.sleeps_until_ms
    }

    /// When the oldest batch's time is over; `u64::MAX` if there is none.
    pub fn next_deadline_ms(&self) -> u64 {
        self.unfinished.first_key_value().map_or(u64::MAX, |(_, batch)| batch.deadline_ms)
    }

    /// The taker is awake.
    pub fn awake(&mut self) {
        self.sleeps_until_ms = AWAKE;
    }

    /// Bytes in unfinished batches.
    pub fn buffered_bytes(&self) -> usize {
        self.buffered_bytes
    }

    fn queue(&mut self, slot: Slot) -> &mut Queue {
        &mut self.queues[slot.0 as usize]
    }

    fn open_bytes(&self, slot: Slot) -> usize {
        self.queues[slot.0 as usize].open.as_ref().map_or(0, |open| open.builder.size_bytes())
    }

    fn has_room(&self, slot: Slot, record_bytes: usize) -> bool {
        self.open_bytes(slot) + record_bytes <= self.limits.batch_size_bytes
    }

    /// The target's partition, its open batch sealed if the record does not fit.
    fn slot_with_room(&mut self, target: Target, record_bytes: usize) -> Slot {
        let slot = match target {
            Target::Partition(slot) => slot,
            Target::Any(topic) => self.sticky(topic, record_bytes),
        };
        if self.queue(slot).open.is_some() && !self.has_room(slot, record_bytes) {
            self.seal(slot);
        }
        slot
    }

    /// The partition that is being filled, or another one once its batch is full or gone.
    fn sticky(&mut self, topic: TopicIndex, record_bytes: usize) -> Slot {
        if let Some(slot) = self.topics[topic.0 as usize].sticky
            && self.queue(slot).open.is_some()
            && self.has_room(slot, record_bytes)
        {
            return slot;
        }
        let slot = self.choose(topic);
        self.topics[topic.0 as usize].sticky = Some(slot);
        slot
    }

    /// Of two partitions at random the one with less to do: what a slow broker leads gets less.
    fn choose(&mut self, topic: TopicIndex) -> Slot {
        let slots = &self.topics[topic.0 as usize].slots;
        let mut pick = || slots[self.random.below(slots.len() as u64) as usize];
        let (one, other) = (pick(), pick());
        let load = |slot: Slot| {
            let queue = &self.queues[slot.0 as usize];
            queue.sealed.len() + usize::from(queue.place == Place::Parked)
        };
        if load(other) < load(one) { other } else { one }
    }

    fn open(&mut self, slot: Slot, now_ms: u64) {
        let id = self.next_batch;
        self.next_batch = BatchId(id.0 + 1);
        let due_ms = now_ms + self.limits.linger_ms;
        let deadline_ms = now_ms + self.limits.delivery_timeout_ms;
        let batch_size_bytes = self.limits.batch_size_bytes;
        let queue = self.queue(slot);
        let completion = Completion::new(queue.partition);
        let capacity = expected_bytes(queue.last_batch_bytes, batch_size_bytes);
        queue.open = Some(Collected {
            id,
            builder: BatchBuilder::with_capacity(capacity),
            completion: Arc::clone(&completion),
            charged_bytes: HEADER_BYTES,
            due_ms,
        });
        self.unfinished.insert(id, Unfinished { slot, deadline_ms, completion });
        self.buffered_bytes += HEADER_BYTES;
        if self.limits.linger_ms == 0 {
            self.mark_ready(slot);
        } else {
            self.lingering.push_back((due_ms, slot, id));
            self.needed_at(due_ms);
        }
    }

    fn append_to_open(&mut self, slot: Slot, content: &Content<'_>) -> Result<Delivery, AppendError> {
        let queue = &mut self.queues[slot.0 as usize];
        let Some(open) = queue.open.as_mut() else { unreachable!("a batch was opened") };
        let before = open.builder.size_bytes();
        let index = open.builder.record_count() as u32;
        let appended = open.builder.append(content.timestamp, content.key, content.value, content.headers);
        // Its only limit is 1 GiB, and the options allow for much less.
        appended.map_err(|_| AppendError::TooLarge { record_bytes: BatchBuilder::MAX_BYTES })?;
        let added = open.builder.size_bytes() - before;
        open.charged_bytes += added;
        self.buffered_bytes += added;
        Ok(Delivery::new(Arc::clone(&open.completion), index, content.timestamp))
    }

    fn seal(&mut self, slot: Slot) {
        let queue = self.queue(slot);
        queue.sealed.extend(queue.open.take());
        self.mark_ready(slot);
    }

    /// Puts a partition among the ready ones unless it is there or parked.
    fn mark_ready(&mut self, slot: Slot) {
        let queue = self.queue(slot);
        if queue.place == Place::Idle {
            queue.place = Place::Ready;
            self.ready.push_back(slot);
            self.needed_at(0);
        }
    }

    fn mark_ready_if_due(&mut self, slot: Slot, now_ms: u64) {
        if self.is_due(slot, now_ms) {
            self.mark_ready(slot);
        }
    }

    fn is_open(&self, slot: Slot, id: BatchId) -> bool {
        self.queues[slot.0 as usize].open.as_ref().is_some_and(|open| open.id == id)
    }

    /// Whether the partition has a batch to take now.
    fn is_due(&self, slot: Slot, now_ms: u64) -> bool {
        let queue = &self.queues[slot.0 as usize];
        let open_is_due = |open: &Collected| open.due_ms <= now_ms || open.id < self.flush_before;
        !queue.sealed.is_empty() || queue.open.as_ref().is_some_and(open_is_due)
    }

    fn collect_lingered(&mut self, now_ms: u64) {
        while let Some((_, slot, id)) = self.lingering.pop_front_if(|(due_ms, ..)| *due_ms <= now_ms) {
            if self.is_open(slot, id) {
                self.mark_ready(slot);
            }
        }
    }

    fn make_all_due(&mut self) {
        self.flush_before = self.next_batch;
        for (_, slot, id) in std::mem::take(&mut self.lingering) {
            if self.is_open(slot, id) {
                self.mark_ready(slot);
            }
        }
    }

    /// There is something to take at that time: a taker that sleeps for longer counts as woken from here on.
    fn needed_at(&mut self, due_ms: u64) {
        if due_ms < self.sleeps_until_ms {
            self.sleeps_until_ms = AWAKE;
        }
    }
}

/// In `sleeps_until_ms`.
const AWAKE: u64 = 0;

/// A batch's own bytes, charged when it is opened.
const HEADER_BYTES: usize = tidelog_record::layout::HEADER_BYTES;

/// What to reserve for a batch that follows one of this size. Nearly full ones are expected to become full.
fn expected_bytes(last_batch_bytes: usize, batch_size_bytes: usize) -> usize {
    if last_batch_bytes >= batch_size_bytes / 2 {
        batch_size_bytes
    } else {
        last_batch_bytes.next_power_of_two()
    }
}

#[cfg(test)]
mod tests {
    use tidelog_record::{Batch, Compression, Compressor, Decompressor};

    use super::*;

    const LIMITS: Limits = Limits {
        linger_ms: 5,
        batch_size_bytes: 200,
        max_record_bytes: 1000,
        buffer_memory_bytes: 2000,
        delivery_timeout_ms: 100,
    };

    fn with(limits: Limits, partitions: u32) -> (Accumulator, TopicIndex, Vec<Slot>) {
        let mut accumulator = Accumulator::new(limits, 1);
        let topic = accumulator.add_topic();
        let slots = (0..partitions).map(|_| accumulator.add_partition(topic)).collect();
        (accumulator, topic, slots)
    }

    fn content(value: &[u8]) -> Content<'_> {
        Content { timestamp: TimestampMs(0), key: None, value: Some(value), headers: &[] }
    }

    fn append(
        accumulator: &mut Accumulator,
        slot: Slot,
        value: &[u8],
        now_ms: u64,
    ) -> Result<bool, AppendError> {
        accumulator.append(Target::Partition(slot), &content(value), || now_ms).map(|appended| appended.wake)
    }

    /// What can be taken, as slot and values.
    fn take_all(accumulator: &mut Accumulator, now_ms: u64) -> Vec<(u32, Vec<Vec<u8>>)> {
        let mut taken = Vec::new();
        while let Some((slot, mut batch)) = accumulator.take(now_ms, |_| true) {
            let bytes = batch.builder.build(&mut Compressor::new(Compression::None)).unwrap();
            let bytes = Batch::parse(bytes).unwrap();
            let mut decompressor = Decompressor::default();
            let records = bytes.records(&mut decompressor).unwrap();
            taken.push((slot.0, records.map(|record| record.unwrap().value.unwrap().to_vec()).collect()));
        }
        taken
    }

    #[test]
    fn a_batch_is_due_when_it_has_lingered_and_not_before() {
        let (mut accumulator, _, slots) = with(LIMITS, 2);
        append(&mut accumulator, slots[0], b"a", 10).unwrap();
        append(&mut accumulator, slots[1], b"b", 12).unwrap();
        append(&mut accumulator, slots[0], b"c", 14).unwrap();
        assert_eq!((take_all(&mut accumulator, 14), accumulator.has_work(14)), (vec![], false));
        assert_eq!((accumulator.has_work(15), accumulator.sleep()), (true, 15));
        assert_eq!(take_all(&mut accumulator, 15), [(0, vec![b"a".to_vec(), b"c".to_vec()])]);
        assert_eq!(take_all(&mut accumulator, 17), [(1, vec![b"b".to_vec()])]);
    }

    #[test]
    fn a_full_batch_is_due_at_once_and_the_next_one_behind_it_is_not() {
        let (mut accumulator, _, slots) = with(LIMITS, 1);
        for value in [[1; 40], [2; 40], [3; 40]] {
            append(&mut accumulator, slots[0], &value, 0).unwrap();
        }
        assert_eq!(take_all(&mut accumulator, 0), [(0, vec![vec![1; 40], vec![2; 40]])]);
        assert_eq!(take_all(&mut accumulator, 5), [(0, vec![vec![3; 40]])]);
    }

    #[test]
    fn a_record_larger_than_a_batch_travels_alone() {
        let (mut accumulator, _, slots) = with(LIMITS, 1);
        for value in [&[1; 10][..], &[2; 900], &[3; 10]] {
            append(&mut accumulator, slots[0], value, 0).unwrap();
        }
        let batches = [(0, vec![vec![1; 10]]), (0, vec![vec![2; 900]])];
        assert_eq!(take_all(&mut accumulator, 0), batches);
        let too_large = append(&mut accumulator, slots[0], &[0; 1000], 0);
        assert_eq!(too_large, Err(AppendError::TooLarge { record_bytes: 1025 }));
    }

    #[test]
    fn the_taker_is_woken_once_and_only_if_it_would_sleep_for_too_long() {
        let (mut accumulator, _, slots) = with(LIMITS, 2);
        assert_eq!(append(&mut accumulator, slots[0], b"a", 0), Ok(false), "it is awake");
        assert_eq!(accumulator.sleep(), 5);
        assert_eq!(append(&mut accumulator, slots[0], b"b", 1), Ok(false), "it wakes in time for that batch");
        assert_eq!(append(&mut accumulator, slots[1], b"c", 1), Ok(false), "and for that one");
        assert_eq!(append(&mut accumulator, slots[1], &[0; 200], 1), Ok(true), "a batch is full");
        assert_eq!(append(&mut accumulator, slots[0], &[0; 200], 1), Ok(false), "it was woken already");
        accumulator.awake();
        assert_eq!(take_all(&mut accumulator, 1).len(), 4);
        assert_eq!(accumulator.sleep(), 100, "the oldest batch's deadline");
        assert_eq!(append(&mut accumulator, slots[0], b"d", 2), Ok(true));
    }

    #[test]
    fn a_partition_that_is_not_admitted_is_parked_and_does_not_hold_up_others() {
        let (mut accumulator, _, slots) = with(Limits { linger_ms: 0, ..LIMITS }, 2);
        append(&mut accumulator, slots[0], b"a", 0).unwrap();
        append(&mut accumulator, slots[1], b"b", 0).unwrap();
        let (slot, _) = accumulator.take(0, |slot| slot != slots[0]).unwrap();
        assert_eq!(slot, slots[1]);
        append(&mut accumulator, slots[0], b"c", 0).unwrap();
        assert!(!accumulator.has_work(0));
        accumulator.unpark(slots[0], 0);
        assert_eq!(take_all(&mut accumulator, 0), [(0, vec![b"a".to_vec(), b"c".to_vec()])]);
    }

    #[test]
    fn memory_is_bounded_and_given_back_and_wanting_more_ends_the_lingering() {
        let (mut accumulator, _, slots) = with(Limits { batch_size_bytes: 10_000, ..LIMITS }, 1);
        let mut count = 0;
        while append(&mut accumulator, slots[0], &[7; 90], 0) != Err(AppendError::Full) {
            count += 1;
            assert!(accumulator.buffered_bytes() <= 2000);
        }
        assert_eq!(count, 18);
        let (_, batch) = accumulator.take(0, |_| true).expect("due, though it has not lingered");
        assert_eq!(batch.charged_bytes, accumulator.buffered_bytes());
        accumulator.finish(batch.id, batch.charged_bytes);
        assert_eq!(accumulator.buffered_bytes(), 0);
        append(&mut accumulator, slots[0], &[7; 90], 0).unwrap();
    }

    #[test]
    fn records_without_a_key_fill_one_batch_before_they_go_elsewhere() {
        let (mut accumulator, topic, _) = with(Limits { buffer_memory_bytes: 1 << 20, ..LIMITS }, 8);
        let mut places = Vec::new();
        for _ in 0..400 {
            let appended = accumulator.append(Target::Any(topic), &content(&[0; 30]), || 0).unwrap();
            places.push(appended.delivery.partition().0);
        }
        let runs: Vec<usize> = places.chunk_by(|one, next| one == next).map(<[i32]>::len).collect();
        // Three fit; two batches in a row may by chance go to one partition.
        assert!(runs.iter().rev().skip(1).all(|run| run % 3 == 0), "{runs:?}");
        for partition in 0..8 {
            let share = places.iter().filter(|place| **place == partition).count();
            assert!((20..=90).contains(&share), "partition {partition} got {share} of 400");
        }
    }

    #[test]
    fn records_without_a_key_avoid_partitions_that_are_behind() {
        let (mut accumulator, topic, slots) = with(Limits { buffer_memory_bytes: 1 << 20, ..LIMITS }, 2);
        for _ in 0..100 {
            append(&mut accumulator, slots[0], &[0; 150], 0).unwrap();
        }
        let mut counts = [0; 2];
        for _ in 0..90 {
            let appended = accumulator.append(Target::Any(topic), &content(&[0; 30]), || 0).unwrap();
            counts[appended.delivery.partition().0 as usize] += 1;
        }
        // Two picks at random, both of them the one that is behind: a quarter.
        assert!(counts[0] < 45 && counts[1] > 45, "{counts:?}");
    }

    #[test]
    fn flushing_makes_due_what_was_there_and_names_what_to_wait_for() {
        let (mut accumulator, _, slots) = with(LIMITS, 2);
        append(&mut accumulator, slots[0], b"a", 0).unwrap();
        append(&mut accumulator, slots[1], b"b", 0).unwrap();
        assert_eq!(accumulator.flush().len(), 2);
        append(&mut accumulator, slots[1], b"c", 0).unwrap();
        let taken = take_all(&mut accumulator, 0);
        assert_eq!(taken, [(0, vec![b"a".to_vec()]), (1, vec![b"b".to_vec(), b"c".to_vec()])]);
        append(&mut accumulator, slots[0], b"d", 0).unwrap();
        assert_eq!(take_all(&mut accumulator, 0), []);
    }

    #[test]
    fn batches_expire_in_order_wherever_they_are() {
        let (mut accumulator, _, slots) = with(Limits { linger_ms: 0, ..LIMITS }, 1);
        append(&mut accumulator, slots[0], b"taken", 0).unwrap();
        let (_, taken) = accumulator.take(0, |_| true).unwrap();
        append(&mut accumulator, slots[0], &[0; 190], 10).unwrap();
        append(&mut accumulator, slots[0], b"open", 20).unwrap();
        assert_eq!((accumulator.next_deadline_ms(), accumulator.first_expired(99)), (100, None));

        assert_eq!(accumulator.first_expired(130), Some((slots[0], taken.id)));
        assert!(accumulator.remove(slots[0], taken.id).is_none());
        accumulator.finish(taken.id, taken.charged_bytes);
        for id in [BatchId(1), BatchId(2)] {
            assert_eq!(accumulator.first_expired(130), Some((slots[0], id)));
            let removed = accumulator.remove(slots[0], id).unwrap();
            accumulator.finish(id, removed.charged_bytes);
        }
        assert_eq!((accumulator.first_expired(130), accumulator.buffered_bytes()), (None, 0));
        assert!(accumulator.take(130, |_| true).is_none());
    }

    #[test]
    fn a_closed_accumulator_takes_nothing_and_is_drained_when_all_is_finished() {
        let (mut accumulator, _, slots) = with(LIMITS, 1);
        append(&mut accumulator, slots[0], b"a", 0).unwrap();
        accumulator.close();
        assert_eq!(append(&mut accumulator, slots[0], b"b", 0), Err(AppendError::Closed));
        assert!(!accumulator.is_drained());
        let (_, batch) = accumulator.take(0, |_| true).unwrap();
        accumulator.finish(batch.id, batch.charged_bytes);
        assert!(accumulator.is_drained());
    }

    #[test]
    fn as_much_is_reserved_as_the_last_batch_took() {
        let reserved: Vec<usize> =
            [0, 100, 300, 500, 999, 5000].map(|last| expected_bytes(last, 1000)).into();
        assert_eq!(reserved, [1, 128, 512, 1000, 1000, 1000]);
    }
}
