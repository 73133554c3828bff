//! Fetch, versions 4 to 18: record batches of many partitions, as they lie in the log; by topic name, from 13 by topic id.
//!
//! Answers at once if `min_bytes` are there, if a partition has an error, or if nothing may be waited for; else when enough
//! came, or at `max_wait_ms`. Only whole batches are sent, where Kafka may cut the last: the first batch of an answer is sent
//! whatever its size (KIP-74), any other must fit into `max_bytes` and its partition's `partition_max_bytes`.
//!
//! Isolation levels are the same while there are no transactions: the last stable offset is the high watermark.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tidelog_kafka_wire::messages::fetch::{
    EpochEndOffset, FetchRequest, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch, PartitionData,
};
use tidelog_metadata::QuotaKey;
use tidelog_model::{LeaderEpoch, Offset};
use tidelog_storage::{Batches, ReadError};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::call::Call;
use super::epoch_if_any;
use super::fetch_sessions::{FINAL_EPOCH, INITIAL_EPOCH, SessionError, WatchList, Watched};
use super::table::Api;
use crate::errors::{KafkaCode, ToKafka};
use crate::handlers::leadership;
use crate::hosted::HostedPartition;
use crate::memory::attach;
use crate::node::Shared;

/// The first version that names topics by id (KIP-516).
const FIRST_BY_ID: i16 = 13;
/// The first version that tells who leads instead (KIP-951).
const FIRST_WITH_LEADER: i16 = 16;
const READ_UNCOMMITTED: i8 = 0;
const READ_COMMITTED: i8 = 1;
/// What a fetch brings although all memory for fetches is taken.
const FREE_BYTES: usize = 64 * 1024;
/// An answer takes at most one share in so many of that memory, so that a few that are not read leave some to others …
const SHARES: usize = 4;
/// … but whole batches of the usual `max.message.bytes`.
const SHARE_MIN_BYTES: usize = (1 << 20) + FREE_BYTES;

/// See the module.
#[derive(Debug)]
pub struct Fetch;

impl Api for Fetch {
    type Request = FetchRequest;

    async fn answer(call: &Call, mut request: FetchRequest) -> FetchResponse {
        // No answer alone is more than a window's quota.
        if let Some(burst) = call.node().controller.quotas().burst(QuotaKey::ConsumerByteRate, call.client())
        {
            request.max_bytes = request.max_bytes.min(i32::try_from(burst).unwrap_or(i32::MAX));
        }
        let answer = fetch(call, request).await;
        let throttle_time_ms = call.charge(QuotaKey::ConsumerByteRate, record_bytes(&answer));
        FetchResponse { throttle_time_ms, ..answer }
    }

    fn throttle_time_ms(answer: &FetchResponse) -> i32 {
        answer.throttle_time_ms
    }
}

/// Before it waits, the request is let go, and the memory of its frame with it.
async fn fetch(call: &Call, request: FetchRequest) -> FetchResponse {
    let node = call.node();
    if !matches!(request.isolation_level, READ_UNCOMMITTED | READ_COMMITTED) {
        return refused(&request);
    }
    let (id, epoch) = (request.session_id, request.session_epoch);
    if id != 0 && epoch <= INITIAL_EPOCH {
        node.fetch_sessions.close(id);
    }
    if epoch == FINAL_EPOCH || epoch == INITIAL_EPOCH {
        return whole(call, request, epoch == INITIAL_EPOCH).await;
    }
    match node.fetch_sessions.take(id, epoch, node.clock.now()) {
        Ok(mut list) => {
            list.update(&request);
            let has_room = node.fetch_sessions.resize(id, &list);
            let gathering = Gathering::new(call, &request, false, has_room);
            drop(request);
            let gathered = gathering.run(&mut list).await;
            let response = FetchResponse { session_id: id, ..gathered.respond(&mut list) };
            node.fetch_sessions.put_back(id, list);
            response
        }
        Err(error) => FetchResponse { error_code: session_error(error) as i16, ..FetchResponse::default() },
    }
}

/// Kafka's answer where there is no such isolation level: the same error in every place.
fn refused(request: &FetchRequest) -> FetchResponse {
    let error_code = KafkaCode::UnknownServerError as i16;
    let by_name = request.topics.iter().filter(|topic| !topic.topic.is_empty());
    let responses = by_name.map(|topic| FetchableTopicResponse {
        topic: topic.topic.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|partition| PartitionData {
                partition_index: partition.partition,
                error_code,
                high_watermark: -1,
                records: Some(Bytes::new()),
                ..PartitionData::default()
            })
            .collect(),
        ..FetchableTopicResponse::default()
    });
    FetchResponse { error_code, responses: responses.collect(), ..FetchResponse::default() }
}

/// What counts against the client's quota.
fn record_bytes(answer: &FetchResponse) -> usize {
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions);
    partitions.filter_map(|partition| partition.records.as_ref()).map(Bytes::len).sum()
}

/// A fetch that names everything that it reads; it may begin a session.
async fn whole(call: &Call, request: FetchRequest, wants_session: bool) -> FetchResponse {
    let node = call.node();
    let mut list = WatchList::of(&request);
    let session_id = if wants_session {
        let proposed = (Uuid::new_v4().as_u128() as i32) & i32::MAX;
        node.fetch_sessions.create(proposed, &list, node.clock.now())
    } else {
        None
    };
    if session_id.is_some() {
        list.subscribe();
    }
    let lent = if session_id.is_none() { node.fetch_sessions.lend(&list) } else { None };
    let gathering = Gathering::new(call, &request, true, session_id.is_some() || lent.is_some());
    drop(request);
    let gathered = gathering.run(&mut list).await;
    let response = FetchResponse { session_id: session_id.unwrap_or(0), ..gathered.respond(&mut list) };
    if let Some(id) = session_id {
        node.fetch_sessions.put_back(id, list);
    }
    response
}

fn session_error(error: SessionError) -> KafkaCode {
    match error {
        SessionError::NotFound => KafkaCode::FetchSessionIdNotFound,
        SessionError::InvalidEpoch => KafkaCode::InvalidFetchSessionEpoch,
    }
}

/// An answer that grows.
struct Gathering<'a> {
    node: &'a Shared,
    gone: &'a CancellationToken,
    max_bytes: usize,
    /// A limit below zero: Kafka finds no words for it.
    is_nonsense: bool,
    min_bytes: usize,
    reads_committed: bool,
    /// Topics are meant by their ids.
    by_id: bool,
    /// The reader says that it is a replica; a node without peers has none.
    is_follower: bool,
    /// It can be told who leads.
    tells_leader: bool,
    deadline: Instant,
    /// Partitions without news are in the answer, too.
    is_whole: bool,
    bytes: usize,
    has_error: bool,
    is_full: bool,
    /// In the order in which they were read first.
    parts: Vec<Part>,
    /// Where a partition's part is, by the partition's number.
    places: Vec<Option<u32>>,
}

/// What is answered of one partition.
#[derive(Debug)]
struct Part {
    number: u32,
    next_offset: Offset,
    chunks: Vec<Bytes>,
    bytes: usize,
    error_code: i16,
    high_watermark: i64,
    log_start: i64,
    diverging: Option<EpochEndOffset>,
    /// Told to who asks the wrong node.
    current_leader: LeaderIdAndEpoch,
    /// There is no such topic or partition.
    is_unknown: bool,
}

impl<'a> Gathering<'a> {
    /// Without room for what it watches it does not wait.
    fn new(call: &'a Call, request: &FetchRequest, is_whole: bool, has_room: bool) -> Self {
        let node = call.node();
        let share_bytes = (node.fetch_budget.limit_bytes() / SHARES).max(SHARE_MIN_BYTES);
        let max_bytes =
            usize::try_from(request.max_bytes).unwrap_or(0).min(node.fetch_max_bytes()).min(share_bytes);
        let wait_ms = u64::try_from(request.max_wait_ms).ok().filter(|_| has_room).unwrap_or(0);
        Gathering {
            node,
            gone: &call.peer.gone,
            max_bytes,
            is_nonsense: request.max_bytes < 0,
            reads_committed: request.isolation_level == READ_COMMITTED,
            by_id: call.version >= FIRST_BY_ID,
            is_follower: request.replica_id.max(request.replica_state.replica_id) >= 0,
            tells_leader: call.version >= FIRST_WITH_LEADER,
            min_bytes: usize::try_from(request.min_bytes).unwrap_or(0).min(max_bytes),
            deadline: Instant::now() + Duration::from_millis(wait_ms),
            is_whole,
            bytes: 0,
            has_error: false,
            is_full: false,
            parts: Vec::new(),
            places: Vec::new(),
        }
    }

    async fn run(mut self, list: &mut WatchList) -> Self {
        let mut numbers = if self.is_whole { list.numbers() } else { list.news.take_all() };
        loop {
            self.read_all(list, &numbers).await;
            let is_done = self.bytes >= self.min_bytes || self.has_error || self.is_full || list.len() == 0;
            if is_done || Instant::now() >= self.deadline {
                return self;
            }
            list.subscribe();
            let news = list.news.clone();
            let waited = tokio::select! {
                waited = tokio::time::timeout_at(self.deadline, news.wait()) => waited,
                () = self.node.stop.cancelled() => return self,
                () = self.gone.cancelled() => return self,
            };
            if waited.is_err() {
                return self;
            }
            numbers = list.news.take_all();
        }
    }

    async fn read_all(&mut self, list: &mut WatchList, numbers: &[u32]) {
        let topics = self.node.topics.snapshot();
        for &number in numbers {
            list.resolve(number, &topics);
            let Some(watched) = list.get_mut(number) else { continue };
            let at = self.part(number, watched);
            self.read(at, watched).await;
        }
    }

    /// The partition's part of the answer, made when it is first read.
    fn part(&mut self, number: u32, watched: &Watched) -> usize {
        if self.places.len() <= number as usize {
            self.places.resize(number as usize + 1, None);
        }
        let place = &mut self.places[number as usize];
        if let Some(at) = place {
            return *at as usize;
        }
        *place = Some(self.parts.len() as u32);
        self.parts.push(Part {
            number,
            next_offset: watched.fetch_offset,
            chunks: Vec::new(),
            bytes: 0,
            error_code: 0,
            high_watermark: -1,
            log_start: -1,
            diverging: None,
            current_leader: LeaderIdAndEpoch::default(),
            is_unknown: false,
        });
        self.parts.len() - 1
    }

    async fn read(&mut self, at: usize, watched: &Watched) {
        let part = &mut self.parts[at];
        let Some(hosted) = watched.hosted.as_ref().filter(|hosted| !hosted.is_closed()) else {
            part.is_unknown = true;
            let unknown = if self.by_id && !self.knows_topic(watched) {
                KafkaCode::UnknownTopicId
            } else {
                KafkaCode::UnknownTopicOrPartition
            };
            return self.fail(at, unknown);
        };
        if self.is_follower {
            if self.tells_leader {
                let leader_epoch = hosted.leader_epoch().map_or(-1, |epoch| epoch.0);
                let leader_id = self.node.controller.node_id().0;
                part.current_leader = LeaderIdAndEpoch { leader_id, leader_epoch };
            }
            return self.fail(at, KafkaCode::NotLeaderOrFollower);
        }
        if let Err(error) = leadership(hosted, epoch_if_any(watched.current_leader_epoch.0)) {
            return self.fail(at, error.to_kafka().code);
        }
        let Ok(max_bytes) = usize::try_from(watched.max_bytes) else {
            return self.fail(at, KafkaCode::UnknownServerError);
        };
        if self.is_nonsense {
            return self.fail(at, KafkaCode::UnknownServerError);
        }
        match diverging(hosted, watched) {
            Ok(diverging) => part.diverging = diverging,
            Err(code) => return self.fail(at, code),
        }
        let high_watermark = hosted.high_watermark().0;
        part.high_watermark = high_watermark.0;
        part.log_start = hosted.log_start().0.0;
        if part.diverging.is_some() {
            self.has_error = true;
            return;
        }
        if part.next_offset == high_watermark {
            return;
        }
        let is_first = self.bytes == 0;
        let left = self.max_bytes.saturating_sub(self.bytes);
        let wanted = max_bytes.saturating_sub(part.bytes).min(left);
        if wanted == 0 && !is_first {
            self.is_full |= left == 0;
            return;
        }
        let budget = &self.node.fetch_budget;
        let read = match budget.try_reserve(wanted) {
            Some(permit) => read_under(permit, hosted, part.next_offset, wanted, is_first),
            None if !is_first => {
                self.is_full = true;
                return;
            }
            None => {
                match hosted.reader().read_within(part.next_offset, high_watermark, wanted.min(FREE_BYTES)) {
                    // Others hold what there is, and perhaps never read it: little is for everybody all the same.
                    Ok(little) if !little.bytes.is_empty() => Ok(little),
                    Ok(_) => read_under(budget.reserve(wanted).await, hosted, part.next_offset, wanted, true),
                    Err(error) => Err(error),
                }
            }
        };
        match read {
            Ok(Batches { bytes, next_offset }) => {
                hosted.traffic.fetched(bytes.len());
                self.bytes += bytes.len();
                part.bytes += bytes.len();
                part.next_offset = next_offset;
                if !bytes.is_empty() {
                    part.chunks.push(bytes);
                }
            }
            Err(error) => {
                let is_out_of_range = matches!(error, ReadError::OutOfRange { .. });
                if !is_out_of_range {
                    tracing::error!(partition = %hosted.id(), %error, "a fetch failed");
                }
                self.fail(at, error.to_kafka().code);
            }
        }
    }

    fn knows_topic(&self, watched: &Watched) -> bool {
        self.node.topics.snapshot().with_id(watched.key.topic_id.into()).is_some()
    }

    fn fail(&mut self, at: usize, code: KafkaCode) {
        let part = &mut self.parts[at];
        part.error_code = code as i16;
        part.high_watermark = -1;
        part.log_start = -1;
        self.has_error = true;
    }

    /// The answer; remembers in the list what it says.
    fn respond(mut self, list: &mut WatchList) -> FetchResponse {
        let mut responses: Vec<FetchableTopicResponse> = Vec::new();
        // Kafka names what it does not know last.
        self.parts.sort_by_key(|part| part.is_unknown);
        let aborted = self.reads_committed;
        for part in self.parts {
            let number = part.number;
            let Some(watched) = list.get_mut(number) else { continue };
            let is_news = part.has_something() || watched.is_changed_by(&part);
            if !self.is_whole && !is_news {
                continue;
            }
            let stays_news = part.has_something();
            watched.seen_high_watermark = part.high_watermark;
            watched.seen_log_start = part.log_start;
            match responses.last_mut() {
                Some(last) if last.topic == watched.key.topic && last.topic_id == watched.key.topic_id => {
                    last.partitions.push(part.respond(watched.key.partition, aborted));
                }
                _ => responses.push(FetchableTopicResponse {
                    topic: watched.key.topic.clone(),
                    topic_id: watched.key.topic_id,
                    partitions: vec![part.respond(watched.key.partition, aborted)],
                }),
            }
            if stays_news {
                list.news.has_news(number);
            }
        }
        FetchResponse { responses, ..FetchResponse::default() }
    }
}

impl Part {
    /// Records, or an error: the next fetch of the session looks here again, whether or not the reader moves on.
    fn has_something(&self) -> bool {
        self.bytes > 0 || self.error_code != 0 || self.diverging.is_some()
    }

    /// With a list of aborted transactions, of which there are none, where Kafka has one.
    fn respond(self, partition_index: i32, reads_committed: bool) -> PartitionData {
        PartitionData {
            aborted_transactions: (reads_committed || self.is_unknown).then(Vec::new),
            partition_index,
            error_code: self.error_code,
            high_watermark: self.high_watermark,
            last_stable_offset: self.high_watermark,
            log_start_offset: self.log_start,
            current_leader: self.current_leader,
            diverging_epoch: self.diverging.unwrap_or_default(),
            records: Some(joined(self.chunks)),
            ..PartitionData::default()
        }
    }
}

impl Watched {
    fn is_changed_by(&self, part: &Part) -> bool {
        self.seen_high_watermark != part.high_watermark || self.seen_log_start != part.log_start
    }
}

/// Whole batches up to the high watermark that hold their share of `permit`: at most `max_bytes`, or with `takes_first` the
/// first, however large.
fn read_under(
    mut permit: OwnedSemaphorePermit,
    hosted: &HostedPartition,
    from: Offset,
    max_bytes: usize,
    takes_first: bool,
) -> Result<Batches, ReadError> {
    let until = hosted.high_watermark().0;
    let batches = match takes_first {
        true => hosted.reader().read(from, until, max_bytes)?,
        false => hosted.reader().read_within(from, until, max_bytes)?,
    };
    Ok(Batches { bytes: attach(batches.bytes, &mut permit), next_offset: batches.next_offset })
}

/// One piece, which several are only if records trickled in.
fn joined(mut chunks: Vec<Bytes>) -> Bytes {
    if chunks.len() <= 1 {
        return chunks.pop().unwrap_or_default();
    }
    let mut bytes = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
    for chunk in chunks {
        bytes.extend_from_slice(&chunk);
    }
    bytes.freeze()
}

/// Where the reader's log and this one part, if they do (KIP-595). An epoch that nobody has led is out of range.
fn diverging(hosted: &HostedPartition, watched: &Watched) -> Result<Option<EpochEndOffset>, KafkaCode> {
    let last_fetched = watched.last_fetched_epoch;
    if last_fetched < LeaderEpoch(0) {
        return Ok(None);
    }
    let reader = hosted.reader();
    let end = (Some(last_fetched) <= hosted.leader_epoch())
        .then(|| reader.epochs().end_of(last_fetched, reader.end().0))
        .flatten();
    let (epoch, end) = end.ok_or(KafkaCode::OffsetOutOfRange)?;
    let is_diverging = epoch < last_fetched || end < watched.fetch_offset;
    Ok(is_diverging.then_some(EpochEndOffset { epoch: epoch.0, end_offset: end.0 }))
}
