//! Fetch sessions (KIP-227): the broker remembers which partitions a consumer reads, and the consumer sends only changes.
//!
//! A session subscribes to its partitions: an incremental fetch looks only at those that have news, so an empty one over a
//! thousand partitions costs as much as over one. A session is a cache: it may be gone at the next request, and the
//! consumer then sends everything again.
//!
//! What must stay true: a session is worked on by one request at a time; its epoch rises by one with each, from 1 to
//! `i32::MAX` and to 1 again. All sessions together take at most [`MAX_BYTES`], whatever strangers name in them: one that
//! outgrows that is forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tidelog_kafka_wire::messages::fetch::{FetchPartition, FetchRequest};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_model::{LeaderEpoch, Now, Offset, PartitionId};

use crate::fetching::FetchSession;
use crate::hosted::HostedPartition;
use crate::topics::TopicSnapshot;

/// `min.incremental.fetch.session.eviction.ms`: a session that was used more recently is not evicted.
const MIN_EVICTION_MS: u64 = 120_000;
/// What the partitions of all sessions may take in memory.
const MAX_BYTES: usize = 64 << 20;
/// What a partition takes, besides its topic's name: its key twice, what is known of it, its place among the news.
const PARTITION_BYTES: usize = 256;

/// The request makes or ends no session.
pub const FINAL_EPOCH: i32 = -1;
/// The request asks for a new session.
pub const INITIAL_EPOCH: i32 = 0;

/// Which partition a reader means: by name up to version 12, by id from 13 on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionKey {
    /// The partition; in front, because comparing it is cheap and mostly enough.
    pub partition: i32,
    /// Zero up to version 12.
    pub topic_id: Uuid,
    /// Empty from version 13 on.
    pub topic: Str,
}

impl PartitionKey {
    /// Whether the topic is meant by its id.
    pub fn is_by_id(&self) -> bool {
        self.topic.is_empty() && self.topic_id != Uuid::ZERO
    }
}

/// A partition that is read, and what its reader knows of it.
#[derive(Debug)]
pub struct Watched {
    /// Which.
    pub key: PartitionKey,
    /// The log, once it was found.
    pub hosted: Option<Arc<HostedPartition>>,
    /// Where to read.
    pub fetch_offset: Offset,
    /// `partition_max_bytes`, as it was sent.
    pub max_bytes: i32,
    /// The epoch of the leader that the reader believes in; none if negative.
    pub current_leader_epoch: LeaderEpoch,
    /// The epoch of the last record that it has; none if negative.
    pub last_fetched_epoch: LeaderEpoch,
    /// The watermark of the last answer.
    pub seen_high_watermark: i64,
    /// The log start of the last answer.
    pub seen_log_start: i64,
}

/// The partitions of one reader, by a number that stays the same while they are read.
#[derive(Debug)]
pub struct WatchList {
    /// Which of them have news.
    pub news: Arc<FetchSession>,
    slots: Vec<Option<Watched>>,
    numbers: BTreeMap<PartitionKey, u32>,
    free: Vec<u32>,
    bytes: usize,
    is_subscribed: bool,
}

impl WatchList {
    /// What a request without a session reads.
    pub fn of(request: &FetchRequest) -> Self {
        let mut list = WatchList {
            news: FetchSession::new(0),
            slots: Vec::new(),
            numbers: BTreeMap::new(),
            free: Vec::new(),
            bytes: 0,
            is_subscribed: false,
        };
        list.update(request);
        list
    }

    /// How many partitions it has.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// What it takes in memory, about.
    pub fn memory_bytes(&self) -> usize {
        self.bytes
    }

    /// All numbers, in the order in which they came.
    pub fn numbers(&self) -> Vec<u32> {
        (0u32..).zip(&self.slots).filter(|(_, slot)| slot.is_some()).map(|(number, _)| number).collect()
    }

    /// The partition of this number.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Watched> {
        self.slots.get_mut(number as usize)?.as_mut()
    }

    /// Adds and changes what the request names, and forgets what it says to forget.
    pub fn update(&mut self, request: &FetchRequest) {
        for topic in &request.topics {
            let name = topic.topic.to_detached();
            for partition in &topic.partitions {
                let key = PartitionKey {
                    topic: name.clone(),
                    topic_id: topic.topic_id,
                    partition: partition.partition,
                };
                self.set(key, partition);
            }
        }
        for topic in &request.forgotten_topics_data {
            for &partition in &topic.partitions {
                let key = PartitionKey { topic: topic.topic.clone(), topic_id: topic.topic_id, partition };
                self.forget(&key);
            }
        }
    }

    /// The log of a partition, looked up once and again after a deletion.
    pub fn resolve(&mut self, number: u32, topics: &TopicSnapshot) {
        let (news, is_subscribed) = (self.news.clone(), self.is_subscribed);
        let Some(watched) = self.get_mut(number) else { return };
        if watched.hosted.as_ref().is_some_and(|hosted| !hosted.is_closed()) {
            return;
        }
        let key = &watched.key;
        let topic =
            if key.is_by_id() { topics.with_id(key.topic_id.into()) } else { topics.named(&key.topic) };
        watched.hosted = topic.and_then(|topic| topic.partition(PartitionId(key.partition))).cloned();
        if let (true, Some(hosted)) = (is_subscribed, &watched.hosted) {
            hosted.subscribe(&news, number);
        }
    }

    /// From now on rises of any partition are news, and everything that is there already is.
    pub fn subscribe(&mut self) {
        if std::mem::replace(&mut self.is_subscribed, true) {
            return;
        }
        for (number, watched) in (0u32..).zip(&self.slots) {
            let Some(watched) = watched else { continue };
            if let Some(hosted) = &watched.hosted {
                hosted.subscribe(&self.news, number);
            }
            self.news.has_news(number);
        }
    }

    fn set(&mut self, key: PartitionKey, partition: &FetchPartition) {
        let number = match self.numbers.get(&key) {
            Some(&number) => number,
            None => self.add(key),
        };
        if let Some(watched) = self.get_mut(number) {
            watched.fetch_offset = Offset(partition.fetch_offset);
            watched.max_bytes = partition.partition_max_bytes;
            watched.current_leader_epoch = LeaderEpoch(partition.current_leader_epoch);
            watched.last_fetched_epoch = LeaderEpoch(partition.last_fetched_epoch);
        }
        self.news.has_news(number);
    }

    fn add(&mut self, key: PartitionKey) -> u32 {
        let watched = Watched {
            key: key.clone(),
            hosted: None,
            fetch_offset: Offset(0),
            max_bytes: 0,
            current_leader_epoch: LeaderEpoch::NONE,
            last_fetched_epoch: LeaderEpoch::NONE,
            seen_high_watermark: -1,
            seen_log_start: -1,
        };
        let number = match self.free.pop() {
            Some(number) => number,
            None => {
                self.slots.push(None);
                self.news.grow();
                (self.slots.len() - 1) as u32
            }
        };
        self.slots[number as usize] = Some(watched);
        self.bytes += memory_bytes(&key);
        self.numbers.insert(key, number);
        number
    }

    fn forget(&mut self, key: &PartitionKey) {
        let Some(number) = self.numbers.remove(key) else { return };
        self.bytes -= memory_bytes(key);
        let watched = self.slots[number as usize].take();
        if let Some(hosted) = watched.and_then(|watched| watched.hosted) {
            hosted.unsubscribe(&self.news, number);
        }
        self.free.push(number);
    }
}

fn memory_bytes(key: &PartitionKey) -> usize {
    PARTITION_BYTES + key.topic.len()
}

/// Why an incremental fetch cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// It was evicted, or never was.
    NotFound,
    /// Not the next epoch.
    InvalidEpoch,
}

/// The sessions of a node.
#[derive(Debug)]
pub struct FetchSessions {
    /// `max.incremental.fetch.session.cache.slots`.
    slots: usize,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    sessions: BTreeMap<i32, Session>,
    bytes: usize,
}

#[derive(Debug)]
struct Session {
    /// `None` while a request works on it.
    list: Option<WatchList>,
    partitions: usize,
    bytes: usize,
    next_epoch: i32,
    used_ms: u64,
}

impl FetchSessions {
    /// Room for so many.
    pub fn new(slots: usize) -> Self {
        FetchSessions { slots, cache: Mutex::default() }
    }

    /// Takes a session out, to serve its next request; [`FetchSessions::put_back`] must follow.
    pub fn take(&self, id: i32, epoch: i32, now: Now) -> Result<WatchList, SessionError> {
        let mut cache = self.cache.lock();
        let session = cache.sessions.get_mut(&id).ok_or(SessionError::NotFound)?;
        if session.next_epoch != epoch {
            return Err(SessionError::InvalidEpoch);
        }
        let list = session.list.take().ok_or(SessionError::InvalidEpoch)?;
        session.next_epoch = next_epoch(epoch);
        session.used_ms = now.monotonic_ms;
        Ok(list)
    }

    /// Room for a list that is no session's, for as long as what is returned lives; `None` if there is none.
    pub fn lend(&self, list: &WatchList) -> Option<Lent<'_>> {
        let (mut cache, bytes) = (self.cache.lock(), list.memory_bytes());
        (cache.bytes + bytes <= MAX_BYTES).then(|| {
            cache.bytes += bytes;
            Lent { sessions: self, bytes }
        })
    }

    /// Whether there is room for what a session has become.
    pub fn resize(&self, id: i32, list: &WatchList) -> bool {
        self.cache.lock().resize(id, list)
    }

    /// Ends a request's work on a session. It is forgotten if there is no room for what it has become: its reader begins anew.
    pub fn put_back(&self, id: i32, list: WatchList) {
        let mut cache = self.cache.lock();
        if !cache.resize(id, &list) {
            cache.remove(id);
        }
        if let Some(session) = cache.sessions.get_mut(&id) {
            session.list = Some(list);
        }
    }

    /// Makes room for a session of what `list` has, and returns its id: `proposed`, or the next that is free. `None` if nothing
    /// can be evicted: the reader then goes on without.
    pub fn create(&self, proposed: i32, list: &WatchList, now: Now) -> Option<i32> {
        let (partitions, bytes) = (list.len(), list.memory_bytes());
        let mut cache = self.cache.lock();
        if self.slots == 0 {
            return None;
        }
        while cache.sessions.len() >= self.slots || cache.bytes + bytes > MAX_BYTES {
            cache.evict(now)?;
        }
        let mut id = proposed.max(1);
        while cache.sessions.contains_key(&id) {
            id = next_epoch(id);
        }
        let session = Session { list: None, partitions, bytes, next_epoch: 1, used_ms: now.monotonic_ms };
        cache.sessions.insert(id, session);
        cache.bytes += bytes;
        Some(id)
    }

    /// Ends a session.
    pub fn close(&self, id: i32) {
        self.cache.lock().remove(id);
    }

    /// How many sessions there are, and partitions in them.
    pub fn counts(&self) -> (usize, usize) {
        let cache = self.cache.lock();
        (cache.sessions.len(), cache.sessions.values().map(|session| session.partitions).sum())
    }
}

/// Room for a list that is no session's.
#[derive(Debug)]
pub struct Lent<'a> {
    sessions: &'a FetchSessions,
    bytes: usize,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.sessions.cache.lock().bytes -= self.bytes;
    }
}

impl Cache {
    fn resize(&mut self, id: i32, list: &WatchList) -> bool {
        if let Some(session) = self.sessions.get_mut(&id) {
            self.bytes = self.bytes - session.bytes + list.memory_bytes();
            (session.partitions, session.bytes) = (list.len(), list.memory_bytes());
        }
        self.bytes <= MAX_BYTES
    }

    fn evict(&mut self, now: Now) -> Option<()> {
        let (&id, session) = self.sessions.iter().min_by_key(|(_, session)| session.used_ms)?;
        let is_old = now.monotonic_ms.saturating_sub(session.used_ms) >= MIN_EVICTION_MS;
        is_old.then(|| self.remove(id))
    }

    fn remove(&mut self, id: i32) {
        if let Some(session) = self.sessions.remove(&id) {
            self.bytes -= session.bytes;
        }
    }
}

fn next_epoch(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

#[cfg(test)]
mod tests {
    use tidelog_kafka_wire::messages::fetch::{FetchTopic, ForgottenTopic};
    use tidelog_model::TimestampMs;

    use super::*;

    const SLOTS: usize = 100;

    fn at(monotonic_ms: u64) -> Now {
        Now { wall: TimestampMs(0), monotonic_ms }
    }

    fn list() -> WatchList {
        WatchList::of(&FetchRequest::default())
    }

    #[test]
    fn a_session_takes_its_epochs_in_order_and_one_request_at_a_time() {
        let sessions = FetchSessions::new(SLOTS);
        let id = sessions.create(7, &list(), at(0)).expect("there is room");
        sessions.put_back(id, list());
        assert_eq!(sessions.take(id, 2, at(1)).err(), Some(SessionError::InvalidEpoch));
        let first = sessions.take(id, 1, at(1)).expect("the first epoch");
        assert_eq!(
            sessions.take(id, 2, at(1)).err(),
            Some(SessionError::InvalidEpoch),
            "it is being worked on"
        );
        sessions.put_back(id, first);
        assert!(sessions.take(id, 2, at(1)).is_ok());
        assert_eq!(sessions.take(8, 1, at(1)).err(), Some(SessionError::NotFound));
    }

    #[test]
    fn a_full_cache_evicts_only_what_was_not_used_for_two_minutes() {
        let sessions = FetchSessions::new(SLOTS);
        for id in 1..=SLOTS as i32 {
            assert_eq!(sessions.create(id, &list(), at(id as u64)), Some(id));
        }
        assert_eq!(sessions.create(5000, &list(), at(MIN_EVICTION_MS)), None);
        assert_eq!(sessions.create(5000, &list(), at(MIN_EVICTION_MS + 1)), Some(5000));
        assert_eq!(sessions.take(1, 1, at(0)).err(), Some(SessionError::NotFound));
    }

    /// So many partitions of a topic with a long name.
    fn partitions(numbers: std::ops::Range<i32>) -> FetchRequest {
        let partition = |partition| FetchPartition { partition, ..FetchPartition::default() };
        let topic = Str::from("t".repeat(32_000));
        let topic =
            FetchTopic { topic, partitions: numbers.map(partition).collect(), ..FetchTopic::default() };
        FetchRequest { topics: vec![topic], ..FetchRequest::default() }
    }

    #[test]
    fn sessions_take_a_bounded_memory_whatever_is_named_in_them() {
        let sessions = FetchSessions::new(SLOTS);
        let each = PARTITION_BYTES + 32_000;
        let most = MAX_BYTES / each;
        let large = WatchList::of(&partitions(0..most as i32 - 1));
        assert_eq!(large.memory_bytes(), (most - 1) * each);
        let id = sessions.create(1, &large, at(0)).expect("there is room");
        sessions.put_back(id, large);
        assert_eq!(sessions.create(2, &WatchList::of(&partitions(0..2)), at(1)), None);
        let small = sessions.create(2, &WatchList::of(&partitions(0..1)), at(1)).expect("for one there is");
        // A session that outgrows the rest is forgotten, and what it had is free again.
        let mut list = WatchList::of(&partitions(0..1));
        list.update(&partitions(1..3));
        sessions.put_back(small, list);
        assert_eq!(sessions.take(small, 1, at(2)).err(), Some(SessionError::NotFound));
        assert_eq!(sessions.counts(), (1, most - 1));
        let lent = sessions.lend(&WatchList::of(&partitions(0..1))).expect("there is room for one");
        assert!(sessions.lend(&WatchList::of(&partitions(0..1))).is_none());
        drop(lent);
        assert!(sessions.create(3, &WatchList::of(&partitions(0..1)), at(3)).is_some());
    }

    #[test]
    fn what_is_forgotten_takes_nothing() {
        let mut list = WatchList::of(&partitions(0..3));
        let forgotten = FetchRequest {
            forgotten_topics_data: vec![ForgottenTopic {
                topic: Str::from("t".repeat(32_000)),
                partitions: vec![0, 1, 1, 2, 9],
                ..ForgottenTopic::default()
            }],
            ..FetchRequest::default()
        };
        list.update(&forgotten);
        assert_eq!((list.len(), list.memory_bytes()), (0, 0));
    }

    #[test]
    fn epochs_begin_again_at_one() {
        assert_eq!(next_epoch(i32::MAX), 1);
    }
}
