//! Produce, versions 3 to 13 (advertised from 0; older ones close the connection, as on Kafka): records by topic name, from
//! 13 by topic id (KIP-516).
//!
//! `begin` returns once the order of the records is fixed; a [`Pending`] is answered when they are as safe as `acks` asks.
//! `acks=0` has no answer: an error closes the connection, which is how such a producer learns of it.

use std::sync::Arc;
use std::time::Duration;

use tidelog_kafka_wire::messages::produce::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, ProduceRequest, ProduceResponse,
    TopicProduceResponse,
};
use tidelog_kafka_wire::{ApiKey, Decoder, EncodedFrame, Message, Str, Uuid, encode_response};
use tidelog_metadata::QuotaKey;
use tidelog_model::{Acks, PartitionId};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::call::Call;
use super::disconnect::Disconnect;
use super::table::throttle;
use super::topic_ref;
use crate::committer::Owed;
use crate::errors::{KafkaCode, ToKafka, rejected_record};
use crate::handlers::{self, Ordered, ProduceBatch};
use crate::producing::{PendingProduce, ProduceAnswer, ProduceRefused};

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
    let timeout_ms = u32::try_from(request.timeout_ms).unwrap_or(0);
    let (topics, batches) = take_apart(request);
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
    let request = handlers::ProduceRequest { batches, acks, timeout_ms };
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

fn take_apart(request: ProduceRequest) -> (Vec<TopicPlan>, Vec<ProduceBatch>) {
    let mut batches =
        Vec::with_capacity(request.topic_data.iter().map(|topic| topic.partition_data.len()).sum());
    let mut topics = Vec::with_capacity(request.topic_data.len());
    for topic in request.topic_data {
        let name = topic_ref(&topic.name, topic.topic_id);
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
        let responses = self.topics.into_iter().map(|topic| TopicProduceResponse {
            name: topic.name,
            topic_id: topic.id,
            partition_responses: topic
                .partitions
                .into_iter()
                .zip(answers.by_ref())
                .map(|(index, answer)| partition_response(index, answer))
                .collect(),
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

fn partition_response(index: i32, answer: ProduceAnswer) -> PartitionProduceResponse {
    match answer {
        Ok(produced) => PartitionProduceResponse {
            index,
            base_offset: produced.base_offset.0,
            log_append_time_ms: produced.log_append_time.0,
            log_start_offset: produced.log_start.0.0,
            ..PartitionProduceResponse::default()
        },
        Err(error) => {
            let told = error.to_kafka();
            PartitionProduceResponse {
                index,
                error_code: told.code as i16,
                base_offset: -1,
                log_start_offset: log_start(&error),
                record_errors: record_errors(&error),
                error_message: told.message.map(Str::from),
                ..PartitionProduceResponse::default()
            }
        }
    }
}

/// Kafka tells it where records were looked at.
fn log_start(error: &ProduceRefused) -> i64 {
    match error {
        ProduceRefused::Rejected { log_start, .. } => log_start.0.0,
        _ => PartitionProduceResponse::default().log_start_offset,
    }
}

/// Which records are at fault (KIP-467).
fn record_errors(error: &ProduceRefused) -> Vec<BatchIndexAndErrorMessage> {
    let said = |batch_index, message: String| BatchIndexAndErrorMessage {
        batch_index,
        batch_index_error_message: Some(Str::from(message)),
    };
    match error {
        ProduceRefused::Rejected { topic, partition, records, .. } => records
            .iter()
            .map(|record| said(record.index(), rejected_record(&record, topic, *partition)))
            .collect(),
        ProduceRefused::Invalid(invalid) => {
            invalid.record_index().map(|index| said(index, invalid.to_string())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
