//! Topics, configs, the cluster: each call of `AdminService`, plus `ListOffsets`, as a function.
//!
//! Calls are repeated while that can help, up to `request_timeout_ms`. So a change whose first answer was lost may be
//! reported the second time for what it then is: a topic that was just created "exists already", one that was just deleted
//! "does not exist".

use std::collections::BTreeMap;

use bytes::Bytes;
use tidelog_grpc_api::limits;
use tidelog_grpc_api::v1::admin_service_client::AdminServiceClient;
use tidelog_grpc_api::v1::config_resource::Resource;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{
    AlterTopicConfigsRequest, ConfigChange, ConfigEntry, ConfigResource, CreatePartitionsRequest,
    CreateTopicsRequest, DeleteRecordsEntry, DeleteRecordsRequest, DeleteTopicsRequest,
    DescribeClusterRequest, DescribeClusterResponse, DescribeConfigsRequest, DescribeTopicsRequest,
    ErrorCode, ErrorDetail, ListOffsetsEntry, ListOffsetsRequest, ListTopicsRequest, NewPartitions, NewTopic,
    TopicConfigChanges, TopicDescription, TopicListing, TopicResult,
};
use tidelog_model::{NodeId, Offset, PartitionId, TimestampMs, TopicId};
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::client::Client;
use crate::consumer::StartAt;
use crate::error::{CallError, Refusal};

/// Why an administrative call failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AdminError {
    /// The broker refused what was asked for one topic, partition or broker.
    #[error("{subject}: {refusal}")]
    Refused {
        /// For which.
        subject: String,
        /// Why.
        refusal: Refusal,
    },
    /// The call as a whole failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl AdminError {
    /// Whether trying again may help.
    pub fn is_retriable(&self) -> bool {
        match self {
            AdminError::Refused { refusal, .. } => refusal.is_retriable(),
            AdminError::Call(error) => error.is_retriable(),
        }
    }

    /// The broker's code, if it was the broker.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            AdminError::Refused { refusal, .. } | AdminError::Call(CallError::Refused(refusal)) => {
                Some(refusal.code())
            }
            AdminError::Call(CallError::Transport { .. }) => None,
        }
    }

    /// Whether there is no such topic or partition.
    pub fn is_unknown_topic(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId))
    }
}

/// A topic as it was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its name.
    pub name: String,
    /// Its id; [`TopicId::ZERO`] if it was only checked whether it could be created.
    pub topic_id: TopicId,
    /// How many partitions it has.
    pub partitions: u32,
    /// How many replicas each has.
    pub replication_factor: u32,
}

/// An offset that was found by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundOffset {
    /// The offset.
    pub offset: Offset,
    /// That record's time, where the search was by time.
    pub timestamp: Option<TimestampMs>,
}

/// Operates a cluster. From [`Client::admin`].
///
/// ```no_run
/// # use tidelog_client::{AdminError, Client, NewTopic};
/// # async fn example(client: Client) -> Result<(), AdminError> {
/// let admin = client.admin();
/// let configs = [("retention.ms".to_owned(), "3600000".to_owned())].into();
/// admin.create_topic(NewTopic { name: "events".into(), partitions: 12, configs, ..NewTopic::default() }).await?;
/// for partition in admin.describe_topic("events").await?.partitions {
///     println!("{}: {:?} records", partition.partition, partition.high_watermark);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Admin {
    client: Client,
}

impl Admin {
    pub(crate) fn new(client: Client) -> Self {
        Admin { client }
    }

    /// Creates a topic. Zero partitions or replicas are the broker's default number.
    pub async fn create_topic(&self, topic: NewTopic) -> Result<CreatedTopic, AdminError> {
        self.create_topics(vec![topic], false).await?.pop().unwrap_or_else(|| Err(lacking("topic")))
    }

    /// Creates topics, each by itself, or only checks whether that would work.
    pub async fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
    ) -> Result<Vec<Result<CreatedTopic, AdminError>>, AdminError> {
        let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
        let request = CreateTopicsRequest { topics, validate_only };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).create_topics(request).await }
        });
        each(names, answer.await?.results, |name, result| {
            accept(&topic_subject(&name), result.error)?;
            Ok(CreatedTopic {
                name,
                topic_id: topic_id(&result.topic_id),
                partitions: result.partitions.unsigned_abs(),
                replication_factor: result.replication_factor.unsigned_abs(),
            })
        })
    }

    /// All topics, by name; on request also those that the brokers keep for themselves.
    pub async fn list_topics(&self, include_internal: bool) -> Result<Vec<TopicListing>, AdminError> {
        let request = ListTopicsRequest { include_internal };
        let answer = self.client.call(|channel| async move { admin(channel).list_topics(request).await });
        Ok(answer.await?.topics)
    }

    /// A topic with its partitions: who leads, who follows, how far, how large.
    pub async fn describe_topic(&self, name: &str) -> Result<TopicDescription, AdminError> {
        self.describe_topics([name]).await?.pop().unwrap_or_else(|| Err(lacking("topic")))
    }

    /// Topics with their partitions, each by itself.
    pub async fn describe_topics(
        &self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Vec<Result<TopicDescription, AdminError>>, AdminError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let request = DescribeTopicsRequest { names: names.clone(), topic_ids: Vec::new() };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).describe_topics(request).await }
        });
        each(names, answer.await?.topics, |name, mut topic| {
            accept(&topic_subject(&name), topic.error.take())?;
            Ok(topic)
        })
    }

    /// Changes some of a topic's configs and leaves the others, or only checks whether that would work.
    pub async fn alter_topic_configs(
        &self,
        name: &str,
        changes: Vec<ConfigChange>,
        validate_only: bool,
    ) -> Result<(), AdminError> {
        let topics = vec![TopicConfigChanges { name: name.to_owned(), changes }];
        let request = AlterTopicConfigsRequest { topics, validate_only };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).alter_topic_configs(request).await }
        });
        only_topic(name, answer.await?.results)
    }

    /// Deletes a topic and all of its records. There is no way back.
    pub async fn delete_topic(&self, name: &str) -> Result<(), AdminError> {
        let request = DeleteTopicsRequest { names: vec![name.to_owned()], topic_ids: Vec::new() };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).delete_topics(request).await }
        });
        only_topic(name, answer.await?.results)
    }

    /// Gives a topic more partitions, so many in the end, or only checks whether that would work. Records stay where they
    /// are, so a key may from now on go elsewhere.
    pub async fn create_partitions(
        &self,
        name: &str,
        total_count: u32,
        validate_only: bool,
    ) -> Result<(), AdminError> {
        let total_count = i32::try_from(total_count).unwrap_or(i32::MAX);
        let topics = vec![NewPartitions { name: name.to_owned(), total_count }];
        let request = CreatePartitionsRequest { topics, validate_only };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).create_partitions(request).await }
        });
        only_topic(name, answer.await?.results)
    }

    /// Deletes a partition's records below an offset (`None`: all), and returns its first readable offset then.
    pub async fn delete_records(
        &self,
        name: &str,
        partition: PartitionId,
        before: Option<Offset>,
    ) -> Result<Offset, AdminError> {
        let before_offset = before.map(|offset| offset.0);
        let entry = DeleteRecordsEntry { name: name.to_owned(), partition: partition.0, before_offset };
        let request = DeleteRecordsRequest { entries: vec![entry] };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).delete_records(request).await }
        });
        let result = only(answer.await?.results, "partition")?;
        accept(&format!("partition {partition} of topic '{name}'"), result.error)?;
        Ok(Offset(result.log_start_offset))
    }

    /// The cluster's id, its brokers, and its controller.
    pub async fn describe_cluster(&self) -> Result<DescribeClusterResponse, AdminError> {
        let answer = self
            .client
            .call(|channel| async move { admin(channel).describe_cluster(DescribeClusterRequest {}).await });
        Ok(answer.await?)
    }

    /// A topic's configs, by name: all of them, or those that are named.
    pub async fn describe_topic_configs(
        &self,
        topic: &str,
        names: &[&str],
    ) -> Result<Vec<ConfigEntry>, AdminError> {
        self.describe_configs(topic_subject(topic), Resource::Topic(topic.to_owned()), names).await
    }

    /// A broker's configs, by name: all of them, or those that are named.
    pub async fn describe_broker_configs(
        &self,
        node: NodeId,
        names: &[&str],
    ) -> Result<Vec<ConfigEntry>, AdminError> {
        self.describe_configs(format!("broker {node}"), Resource::NodeId(node.0), names).await
    }

    /// Finds offsets in all partitions of a topic: the first, the next to be written, or the first at or after a time.
    /// A partition without a record as young as that is `None`.
    pub async fn list_offsets(
        &self,
        topic: &str,
        at: StartAt,
    ) -> Result<BTreeMap<PartitionId, Option<FoundOffset>>, AdminError> {
        let description = self.describe_topic(topic).await?;
        let partitions: Vec<i32> =
            description.partitions.iter().map(|partition| partition.partition).collect();
        let entries = partitions.iter().map(|partition| ListOffsetsEntry {
            topic_id: description.topic_id.clone(),
            partition: *partition,
            at: Some(at.into()),
            ..ListOffsetsEntry::default()
        });
        let request = ListOffsetsRequest { entries: entries.collect() };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { log(channel).list_offsets(request).await }
        });
        let found = each(partitions, answer.await?.results, |partition, result| {
            accept(&format!("partition {partition} of topic '{topic}'"), result.error)?;
            let timestamp = result.timestamp_ms.map(TimestampMs);
            let found = result.offset.map(|offset| FoundOffset { offset: Offset(offset), timestamp });
            Ok((PartitionId(partition), found))
        })?;
        found.into_iter().collect()
    }

    async fn describe_configs(
        &self,
        subject: String,
        resource: Resource,
        names: &[&str],
    ) -> Result<Vec<ConfigEntry>, AdminError> {
        let request = DescribeConfigsRequest {
            resources: vec![ConfigResource { resource: Some(resource) }],
            config_names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let answer = self.client.call(|channel| {
            let request = request.clone();
            async move { admin(channel).describe_configs(request).await }
        });
        let result = only(answer.await?.results, "resource")?;
        accept(&subject, result.error)?;
        Ok(result.configs)
    }
}

fn admin(channel: Channel) -> AdminServiceClient<Channel> {
    AdminServiceClient::new(channel).max_decoding_message_size(limits::MAX_RESPONSE_BYTES)
}

fn log(channel: Channel) -> LogServiceClient<Channel> {
    LogServiceClient::new(channel).max_decoding_message_size(limits::MAX_RESPONSE_BYTES)
}

fn topic_subject(name: &str) -> String {
    format!("topic '{name}'")
}

/// Sixteen bytes, or no topic.
pub(crate) fn topic_id(bytes: &Bytes) -> TopicId {
    <[u8; 16]>::try_from(&bytes[..]).map_or(TopicId::ZERO, TopicId::from_bytes)
}

/// Success, or what the broker has against this part.
fn accept(subject: &str, error: Option<ErrorDetail>) -> Result<(), AdminError> {
    match error {
        None => Ok(()),
        Some(detail) => Err(AdminError::Refused { subject: subject.to_owned(), refusal: detail.into() }),
    }
}

/// Each part of an answer beside what was asked.
fn each<Q, A, T>(
    asked: Vec<Q>,
    answers: Vec<A>,
    read: impl Fn(Q, A) -> Result<T, AdminError>,
) -> Result<Vec<Result<T, AdminError>>, AdminError> {
    if asked.len() != answers.len() {
        return Err(lacking("part of what was asked"));
    }
    Ok(asked.into_iter().zip(answers).map(|(asked, answer)| read(asked, answer)).collect())
}

/// The one part of an answer to a question about one thing.
fn only<A>(mut answers: Vec<A>, what: &str) -> Result<A, AdminError> {
    answers.pop().filter(|_| answers.is_empty()).ok_or_else(|| lacking(what))
}

fn only_topic(name: &str, results: Vec<TopicResult>) -> Result<(), AdminError> {
    accept(&topic_subject(name), only(results, "topic")?.error)
}

fn lacking(what: &str) -> AdminError {
    let message = format!("the broker's answer lacks the {what} that was asked for");
    AdminError::Call(CallError::from(Status::new(Code::Internal, message)))
}
