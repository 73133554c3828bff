//! Produce, versions 3 to 13 (advertised from 0; older ones close the connection, as on Kafka): records by topic name, from
//! 13 by topic id (KIP-516).
//!
//! `begin` returns once the order of the records is fixed; a [`Pending`] is answered when they are as safe as `acks` asks.
//! `acks=0` has no answer: an error closes the connection, which is how such a producer learns of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tidelog_kafka_wire::messages::produce::{
    BatchIndexAndErrorMessage, PartitionProduceData, PartitionProduceResponse, ProduceRequest,
    ProduceResponse, TopicProduceData, TopicProduceResponse,
};
use tidelog_kafka_wire::{ApiKey, Decoder, EncodedFrame, Message, Str, Uuid, encode_response};
use tidelog_metadata::QuotaKey;
use tidelog_model::{Acks, PartitionId};
use tidelog_partition::{ProduceError, Produced};
use tidelog_record::InvalidBatch;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::call::Call;
use super::disconnect::Disconnect;
use super::table::throttle;
use crate::committer::Owed;
use crate::errors::{KafkaCode, ToKafka, rejected_record};
use crate::handlers::{self, Ordered, ProduceBatch, TopicRef};
use crate::producing::{PendingProduce, ProduceAnswer, ProduceRefused};

/// The first version that names topics by id (KIP-516).
const FIRST_BY_ID: i16 = 13;
/// The first version that may bring zstd (KIP-110).
const FIRST_WITH_ZSTD: i16 = 7;

/// A client's timeout is about other replicas: on Kafka the leader's own write is never cut short by it, and here the commit
/// of that write should not be either.
const LEAST_TIMEOUT_MS: u32 = 1000;

/// A produce request whose order is fixed.
#[derive(Debug)]
pub struct Pending {
    call: Call,
    timeout_ms: u32,
    throttle_time_ms: i32,
    deadline: Instant,
    topics: Vec<TopicPlan>,
    request: Arc<PendingProduce>,
    receiver: oneshot::Receiver<Vec<ProduceAnswer>>,
    answers: Option<Vec<ProduceAnswer>>,
}

/// Where a topic's answers go.
#[derive(Debug)]
struct TopicPlan {
    name: Str,
    id: Uuid,
    partitions: Vec<i32>,
}

/// A produce request that has been looked at.
#[derive(Debug)]
pub struct Begun {
    /// What becomes of it.
    pub fate: Fate,
    /// How long the producer is over its quota.
    pub throttle: Duration,
}

/// What becomes of a produce request at once.
#[derive(Debug)]
pub enum Fate {
    /// It waits for its acks.
    Pending(Pending, Owed),
    /// It has its answer.
    Answered(EncodedFrame),
    /// It gets none.
    Silent(Owed),
}

/// Appends what the request brings.
pub async fn begin(call: Call, mut body: Decoder) -> Result<Begun, Disconnect> {
    let bytes = body.remaining();
    let request = ProduceRequest::decode(&mut body, call.version).map_err(|source| call.malformed(source))?;
    drop(body);
    call.node().kafka_counts.reached(ApiKey::Produce);
    let throttle_time_ms = call.charge(QuotaKey::ProducerByteRate, bytes);
    let fate = append(call, request, throttle_time_ms).await?;
    Ok(Begun { fate, throttle: throttle(throttle_time_ms) })
}

async fn append(call: Call, request: ProduceRequest, throttle_time_ms: i32) -> Result<Fate, Disconnect> {
    let acks = match request.acks {
        -1 => Acks::All,
        0 => Acks::None,
        1 => Acks::Leader,
        _ => return refuse_acks(&call, &request, throttle_time_ms).map(Fate::Answered),
    };
    let timeout_ms = u32::try_from(request.timeout_ms).unwrap_or(0).max(LEAST_TIMEOUT_MS);
    let (topics, batches) = take_apart(request, call.version);
    if batches.is_empty() {
        return match acks {
            Acks::None => Ok(Fate::Silent(Owed::default())),
            _ => Ok(Fate::Answered(encode(
                &call,
                ProduceResponse { throttle_time_ms, ..ProduceResponse::default() },
            )?)),
        };
    }
    let (sender, receiver) = oneshot::channel();
    let before_zstd = (call.version < FIRST_WITH_ZSTD).then_some(call.version);
    let request = handlers::ProduceRequest { batches, acks, timeout_ms, before_zstd };
    let Ordered { pending: request, owed } = handlers::produce(call.node(), request, move |answers| {
        // The connection may be gone.
        drop(sender.send(answers));
    })
    .await;
    let deadline = Instant::now() + Duration::from_millis(u64::from(timeout_ms));
    let mut pending =
        Pending { call, timeout_ms, throttle_time_ms, deadline, topics, request, receiver, answers: None };
    if acks == Acks::None {
        pending.look_for_errors()?;
        return Ok(Fate::Silent(owed));
    }
    Ok(Fate::Pending(pending, owed))
}

fn take_apart(request: ProduceRequest, version: i16) -> (Vec<TopicPlan>, Vec<ProduceBatch>) {
    let topic_data = each_once(request.topic_data);
    let mut batches = Vec::with_capacity(topic_data.iter().map(|topic| topic.partition_data.len()).sum());
    let mut topics = Vec::with_capacity(topic_data.len());
    for topic in topic_data {
        let name = topic_ref(&topic.name, topic.topic_id, version);
        let mut partitions = Vec::with_capacity(topic.partition_data.len());
        for partition in topic.partition_data {
            partitions.push(partition.index);
            batches.push(ProduceBatch {
                topic: name.clone(),
                partition: PartitionId(partition.index),
                bytes: partition.records.unwrap_or_default(),
            });
        }
        topics.push(TopicPlan { name: topic.name, id: topic.topic_id, partitions });
    }
    (topics, batches)
}

fn topic_ref(name: &Str, id: Uuid, version: i16) -> TopicRef {
    if version < FIRST_BY_ID { TopicRef::Name(name.to_string()) } else { TopicRef::Id(id.into()) }
}

/// Every topic once, and every partition of it: what comes twice is one, and its last records count, as on Kafka.
fn each_once(topics: Vec<TopicProduceData>) -> Vec<TopicProduceData> {
    let is_once = !any_twice(topics.iter().map(|topic| (&topic.name, topic.topic_id)))
        && !topics
            .iter()
            .any(|topic| any_twice(topic.partition_data.iter().map(|partition| partition.index)));
    if is_once {
        return topics;
    }
    let mut by_topic: BTreeMap<(Str, Uuid), BTreeMap<i32, PartitionProduceData>> = BTreeMap::new();
    for topic in topics {
        let partitions = by_topic.entry((topic.name, topic.topic_id)).or_default();
        partitions.extend(topic.partition_data.into_iter().map(|partition| (partition.index, partition)));
    }
    let merged = by_topic.into_iter().map(|((name, topic_id), partitions)| TopicProduceData {
        name,
        topic_id,
        partition_data: partitions.into_values().collect(),
    });
    merged.collect()
}

fn any_twice<T: Ord>(keys: impl ExactSizeIterator<Item = T>) -> bool {
    if keys.len() < 2 {
        return false;
    }
    let mut keys: Vec<T> = keys.collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// Acks are all, one or none.
fn refuse_acks(
    call: &Call,
    request: &ProduceRequest,
    throttle_time_ms: i32,
) -> Result<EncodedFrame, Disconnect> {
    let responses = request.topic_data.iter().map(|topic| TopicProduceResponse {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partition_responses: topic
            .partition_data
            .iter()
            .map(|partition| PartitionProduceResponse {
                index: partition.index,
                error_code: KafkaCode::InvalidRequiredAcks as i16,
                base_offset: -1,
                ..PartitionProduceResponse::default()
            })
            .collect(),
    });
    encode(
        call,
        ProduceResponse { responses: responses.collect(), throttle_time_ms, ..ProduceResponse::default() },
    )
}

fn encode(call: &Call, response: ProduceResponse) -> Result<EncodedFrame, Disconnect> {
    Ok(encode_response(call.correlation_id, ApiKey::Produce, call.version, &response)?)
}

impl Pending {
    /// Whether the answer can be made.
    pub fn is_answered(&mut self) -> bool {
        if self.answers.is_none() {
            self.answers = self.receiver.try_recv().ok();
        }
        self.answers.is_some()
    }

    /// Waits for the answers, or the request's deadline. Cancelling it loses nothing.
    pub async fn answered(&mut self) {
        while self.answers.is_none() {
            match tokio::time::timeout_at(self.deadline, &mut self.receiver).await {
                Ok(answers) => self.answers = Some(answers.unwrap_or_default()),
                Err(_) => self.request.expire(self.timeout_ms),
            }
        }
    }

    /// The answer.
    pub fn encode(self) -> Result<EncodedFrame, Disconnect> {
        let mut answers = self.answers.unwrap_or_default().into_iter();
        let call = &self.call;
        let responses = self.topics.into_iter().map(|topic| TopicProduceResponse {
            partition_responses: topic
                .partitions
                .iter()
                .zip(answers.by_ref())
                .map(|(&index, answer)| match answer {
                    Ok(produced) => acknowledged(index, &produced),
                    Err(error) => refused(index, &error, || topic.log_start(call, index)),
                })
                .collect(),
            name: topic.name,
            topic_id: topic.id,
        });
        let response = ProduceResponse {
            responses: responses.collect(),
            throttle_time_ms: self.throttle_time_ms,
            ..ProduceResponse::default()
        };
        encode(&self.call, response)
    }

    /// Without acks everything is answered by now, and only a failure is worth a word.
    fn look_for_errors(&mut self) -> Result<(), Disconnect> {
        let answers = self.receiver.try_recv().unwrap_or_default();
        match answers.into_iter().find_map(Result::err) {
            Some(error) => Err(Disconnect::Unacknowledged { reason: error.to_string() }),
            None => Ok(()),
        }
    }
}

impl TopicPlan {
    /// Where the partition's log begins; -1 if there is none.
    fn log_start(&self, call: &Call, partition: i32) -> i64 {
        let topics = call.node().topics.snapshot();
        let topic = topics.find(&topic_ref(&self.name, self.id, call.version)).ok();
        let hosted = topic.and_then(|topic| topic.partition(PartitionId(partition)));
        hosted.map_or(-1, |hosted| hosted.log_start().0.0)
    }
}

fn acknowledged(index: i32, produced: &Produced) -> PartitionProduceResponse {
    // Of a batch that was stored before, Kafka tells its own time in place of the time of its append.
    let log_append_time =
        if produced.is_duplicate { produced.max_timestamp } else { produced.log_append_time };
    PartitionProduceResponse {
        index,
        base_offset: produced.base_offset.0,
        log_append_time_ms: log_append_time.0,
        log_start_offset: produced.log_start.0.0,
        ..PartitionProduceResponse::default()
    }
}

fn refused(index: i32, error: &ProduceRefused, log_start: impl FnOnce() -> i64) -> PartitionProduceResponse {
    let told = error.to_kafka();
    PartitionProduceResponse {
        index,
        error_code: told.code as i16,
        base_offset: -1,
        log_start_offset: if tells_log_start(error) { log_start() } else { -1 },
        record_errors: record_errors(error),
        error_message: told.message.map(Str::from),
        ..PartitionProduceResponse::default()
    }
}

/// Whether Kafka tells where the log begins beside this error: where the log itself refused, and knew why.
fn tells_log_start(error: &ProduceRefused) -> bool {
    match error {
        ProduceRefused::Invalid(InvalidBatch::Malformed(_) | InvalidBatch::TooLarge { .. }) => false,
        ProduceRefused::Invalid(_) | ProduceRefused::Rejected { .. } => true,
        ProduceRefused::Partition(error) => {
            matches!(error, ProduceError::Producer(_) | ProduceError::NotEnoughReplicas(_))
        }
        _ => false,
    }
}

/// Which records are nothing for the topic (KIP-467).
fn record_errors(error: &ProduceRefused) -> Vec<BatchIndexAndErrorMessage> {
    let ProduceRefused::Rejected { topic, partition, records } = error else { return Vec::new() };
    let said = records.iter().map(|record| BatchIndexAndErrorMessage {
        batch_index: record.index(),
        batch_index_error_message: Some(Str::from(rejected_record(&record, topic, *partition))),
    });
    said.collect()
}
