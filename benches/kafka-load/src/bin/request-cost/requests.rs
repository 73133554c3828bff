//! What is asked: topics for it, and the frames.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tidelog_kafka_wire::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
};
use tidelog_kafka_wire::messages::create_topics::{
    CreatableTopic, CreateTopicsRequest, CreateTopicsResponse,
};
use tidelog_kafka_wire::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use tidelog_kafka_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use tidelog_kafka_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use tidelog_kafka_wire::{Str, Uuid};

use crate::wire::{Connection, frame};

const CREATE_TOPICS: i16 = 7;
const CREATE_PARTITIONS: i16 = 3;
const METADATA: i16 = 13;
const LIST_OFFSETS: i16 = 11;
const FETCH: i16 = 18;

const MADE_WITHIN: Duration = Duration::from_secs(120);
/// Apache Kafka refuses a request that would write more than 10,000 metadata records, the topic's own among them.
const PARTITIONS_AT_ONCE: i32 = 5000;
const LATEST: i64 = -1;
const TOPIC_ALREADY_EXISTS: i16 = 36;

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Metadata of one topic with so many partitions.
    Metadata(i32),
    /// The latest offset of each of so many partitions.
    ListOffsets(i32),
    /// A fetch that names so many partitions, none of which has anything.
    Fetch(i32),
    /// The same in a session that knows them.
    FetchInSession(i32),
}

impl Kind {
    pub const ALL: [Kind; 7] = [
        Kind::Metadata(1),
        Kind::Metadata(1000),
        Kind::Metadata(10_000),
        Kind::ListOffsets(1),
        Kind::ListOffsets(1000),
        Kind::Fetch(1000),
        Kind::FetchInSession(1000),
    ];

    pub fn label(self) -> String {
        match self {
            Kind::Metadata(partitions) => format!("Metadata, {partitions} partitions"),
            Kind::ListOffsets(partitions) => format!("ListOffsets, {partitions} partitions"),
            Kind::Fetch(partitions) => format!("empty Fetch, {partitions} partitions"),
            Kind::FetchInSession(partitions) => format!("empty Fetch, {partitions} partitions, in a session"),
        }
    }

    pub fn partitions(self) -> i32 {
        match self {
            Kind::Metadata(partitions)
            | Kind::ListOffsets(partitions)
            | Kind::Fetch(partitions)
            | Kind::FetchInSession(partitions) => partitions,
        }
    }

    /// Asks once and checks the answer; returns what to ask again and again.
    pub fn prepare(self, connection: &mut Connection) -> io::Result<Script> {
        let partitions = self.partitions();
        let topic = topic(connection, partitions)?;
        match self {
            Kind::Metadata(_) => Script::repeat(frame(METADATA, &metadata(partitions)), connection),
            Kind::ListOffsets(_) => {
                let request = list_offsets(partitions);
                let answer: ListOffsetsResponse = connection.ask(LIST_OFFSETS, &request)?;
                let answered = answer.topics.iter().flat_map(|topic| &topic.partitions);
                checked(partitions, answered.map(|partition| partition.error_code))?;
                Script::repeat(frame(LIST_OFFSETS, &request), connection)
            }
            Kind::Fetch(_) => {
                let request = fetch(topic, partitions, -1);
                let answer: FetchResponse = connection.ask(FETCH, &request)?;
                let answered = answer.responses.iter().flat_map(|topic| &topic.partitions);
                checked(partitions, answered.map(|partition| partition.error_code))?;
                Script::repeat(frame(FETCH, &request), connection)
            }
            Kind::FetchInSession(_) => {
                let answer: FetchResponse = connection.ask(FETCH, &fetch(topic, partitions, 0))?;
                if answer.session_id == 0 {
                    return Err(io::Error::other("the broker gave no fetch session"));
                }
                Ok(Script::Session { id: answer.session_id, epoch: 0 })
            }
        }
    }
}

/// What is asked again and again.
pub enum Script {
    /// One frame; every answer is as long as the first.
    Repeat { frame: Bytes, answer_bytes: usize },
    /// The next fetch of a session, with nothing new.
    Session { id: i32, epoch: i32 },
}

impl Script {
    fn repeat(frame: Bytes, connection: &mut Connection) -> io::Result<Script> {
        let answer_bytes = connection.call(&frame)?.len();
        Ok(Script::Repeat { frame, answer_bytes })
    }

    /// Asks once.
    pub fn step(&mut self, connection: &mut Connection) -> io::Result<()> {
        match self {
            Script::Repeat { frame, answer_bytes } => {
                let bytes = connection.call(frame)?.len();
                if bytes == *answer_bytes {
                    return Ok(());
                }
                Err(io::Error::other(format!("an answer of {bytes} bytes, the first had {answer_bytes}")))
            }
            Script::Session { id, epoch } => {
                *epoch += 1;
                let request = FetchRequest { session_id: *id, session_epoch: *epoch, ..empty_fetch() };
                let answer: FetchResponse = connection.ask(FETCH, &request)?;
                match (answer.error_code, answer.responses.len()) {
                    (0, 0) => Ok(()),
                    (0, topics) => Err(io::Error::other(format!("{topics} topics, though nothing is new"))),
                    (code, _) => Err(io::Error::other(format!("error code {code}"))),
                }
            }
        }
    }
}

/// The id of the topic with so many partitions; it is made if it is not there.
fn topic(connection: &mut Connection, partitions: i32) -> io::Result<Uuid> {
    let at_once = partitions.min(PARTITIONS_AT_ONCE);
    let topic = CreatableTopic {
        name: name(partitions),
        num_partitions: at_once,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 120_000, validate_only: false };
    let answer: CreateTopicsResponse = connection.ask(CREATE_TOPICS, &request)?;
    let is_new = answer.topics.iter().all(|topic| topic.error_code != TOPIC_ALREADY_EXISTS);
    if is_new {
        checked(1, answer.topics.iter().map(|topic| topic.error_code))?;
    }
    if is_new && at_once < partitions {
        let more = CreatePartitionsTopic { name: name(partitions), count: partitions, assignments: None };
        let request =
            CreatePartitionsRequest { topics: vec![more], timeout_ms: 120_000, validate_only: false };
        let answer: CreatePartitionsResponse = connection.ask(CREATE_PARTITIONS, &request)?;
        checked(1, answer.results.iter().map(|topic| topic.error_code))?;
    }
    // Apache Kafka makes partitions after it has said so.
    let begun = Instant::now();
    loop {
        let answer: MetadataResponse = connection.ask(METADATA, &metadata(partitions))?;
        let topic = answer.topics.first().ok_or_else(|| io::Error::other("no topic in Metadata's answer"))?;
        let is_led = topic.partitions.iter().all(|partition| partition.error_code == 0);
        if topic.error_code == 0 && topic.partitions.len() == partitions as usize && is_led {
            return Ok(topic.topic_id);
        }
        if begun.elapsed() > MADE_WITHIN {
            return Err(io::Error::other(format!("partitions without a leader after {MADE_WITHIN:?}")));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn name(partitions: i32) -> Str {
    Str::from(format!("request-cost-{partitions}"))
}

fn metadata(partitions: i32) -> MetadataRequest {
    let topic = MetadataRequestTopic { name: Some(name(partitions)), ..MetadataRequestTopic::default() };
    MetadataRequest { topics: Some(vec![topic]), allow_auto_topic_creation: false, ..Default::default() }
}

fn list_offsets(partitions: i32) -> ListOffsetsRequest {
    let partitions_asked = (0..partitions)
        .map(|partition_index| ListOffsetsPartition {
            partition_index,
            current_leader_epoch: -1,
            timestamp: LATEST,
        })
        .collect();
    let topic = ListOffsetsTopic { name: name(partitions), partitions: partitions_asked };
    ListOffsetsRequest { replica_id: -1, topics: vec![topic], timeout_ms: 30_000, ..Default::default() }
}

fn fetch(topic_id: Uuid, partitions: i32, session_epoch: i32) -> FetchRequest {
    let partitions = (0..partitions)
        .map(|partition| FetchPartition { partition, partition_max_bytes: 1 << 20, ..Default::default() })
        .collect();
    let topic = FetchTopic { topic_id, partitions, ..Default::default() };
    FetchRequest { session_epoch, topics: vec![topic], ..empty_fetch() }
}

/// It waits for nothing, so it is answered at once.
fn empty_fetch() -> FetchRequest {
    FetchRequest { max_wait_ms: 0, min_bytes: 1, max_bytes: 50 << 20, ..FetchRequest::default() }
}

/// So many answers, none of them an error.
fn checked(expected: i32, mut codes: impl Iterator<Item = i16>) -> io::Result<()> {
    let mut count = 0;
    match codes.find(|code| {
        count += 1;
        *code != 0
    }) {
        Some(code) => Err(io::Error::other(format!("error code {code}"))),
        None if count == expected => Ok(()),
        None => Err(io::Error::other(format!("{count} answers, not {expected}"))),
    }
}
