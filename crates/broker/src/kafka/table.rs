//! The APIs that are served, and their versions: what ApiVersions advertises, and where a request goes.
//!
//! One file for each API beside this one; a key without an entry is not advertised. Every version between the two numbers
//! is answered, except that Produce is advertised from 0, as Kafka does it: librdkafka looks there for compression, and no
//! client sends what is older than 3 (KAFKA-18659).

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tidelog_kafka_wire::{ApiKey, Decoder, EncodedFrame, Message, Request, encode_response};

use super::alter_client_quotas::AlterClientQuotas;
use super::alter_configs::AlterConfigs;
use super::alter_partition_reassignments::AlterPartitionReassignments;
use super::alter_replica_log_dirs::AlterReplicaLogDirs;
use super::api_versions::ApiVersions;
use super::call::Call;
use super::create_partitions::CreatePartitions;
use super::create_topics::CreateTopics;
use super::delete_records::DeleteRecords;
use super::delete_topics::DeleteTopics;
use super::describe_client_quotas::DescribeClientQuotas;
use super::describe_cluster::DescribeCluster;
use super::describe_configs::DescribeConfigs;
use super::describe_log_dirs::DescribeLogDirs;
use super::describe_producers::DescribeProducers;
use super::describe_quorum::DescribeQuorum;
use super::describe_topic_partitions::DescribeTopicPartitions;
use super::disconnect::Disconnect;
use super::elect_leaders::ElectLeaders;
use super::fetch::Fetch;
use super::get_telemetry_subscriptions::GetTelemetrySubscriptions;
use super::incremental_alter_configs::IncrementalAlterConfigs;
use super::init_producer_id::InitProducerId;
use super::list_config_resources::ListConfigResources;
use super::list_offsets::ListOffsets;
use super::list_partition_reassignments::ListPartitionReassignments;
use super::metadata::Metadata;
use super::offset_for_leader_epoch::OffsetForLeaderEpoch;
use super::push_telemetry::PushTelemetry;
use super::unregister_broker::UnregisterBroker;
use super::update_features::UpdateFeatures;

/// What is served of one API.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Which.
    pub key: ApiKey,
    /// The lowest version that is advertised.
    pub advertised: i16,
    /// The lowest version that is answered.
    pub lowest: i16,
    /// The highest version.
    pub highest: i16,
    /// Who answers.
    pub handler: Handler,
}

/// How a request is answered.
#[derive(Clone, Copy)]
pub enum Handler {
    /// In two stages: it is decided at once, and answered behind what came before; see `produce.rs`.
    Produce,
    /// Once everything that came before it on its connection is answered.
    Serve(fn(Call, Decoder) -> Served),
    /// The same, for what may wait for long: when it begins to, it holds nothing of its frame any more.
    Wait(fn(Call, Decoder) -> Served),
}

/// An answer that is being made.
pub type Served = Pin<Box<dyn Future<Output = Result<Answer, Disconnect>> + Send>>;

/// What a client is told.
#[derive(Debug)]
pub struct Answer {
    /// As it goes to the socket.
    pub frame: EncodedFrame,
    /// How long the client is over its quota: nothing more is taken from its connection before that has passed (KIP-219).
    pub throttle: Duration,
}

/// One of Kafka's APIs.
pub trait Api {
    /// What is asked.
    type Request: Request + Send + 'static;

    /// Answers it.
    fn answer(
        call: &Call,
        request: Self::Request,
    ) -> impl Future<Output = <Self::Request as Request>::Response> + Send;

    /// The answer's `throttle_time_ms`, where a quota can set it.
    fn throttle_time_ms(_answer: &<Self::Request as Request>::Response) -> i32 {
        0
    }
}

/// A `throttle_time_ms` as a time.
pub fn throttle(throttle_time_ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(throttle_time_ms).unwrap_or(0))
}

/// By key.
pub const TABLE: &[Entry] = &[
    Entry { advertised: 0, handler: Handler::Produce, ..of(ApiKey::Produce, 3, 13, serve::<Metadata>) },
    Entry { handler: Handler::Wait(serve::<Fetch>), ..of(ApiKey::Fetch, 4, 18, serve::<Fetch>) },
    of(ApiKey::ListOffsets, 1, 11, serve::<ListOffsets>),
    of(ApiKey::Metadata, 0, 13, serve::<Metadata>),
    of(ApiKey::ApiVersions, 0, 5, serve::<ApiVersions>),
    of(ApiKey::CreateTopics, 2, 7, serve::<CreateTopics>),
    of(ApiKey::DeleteTopics, 1, 6, serve::<DeleteTopics>),
    of(ApiKey::DeleteRecords, 0, 2, serve::<DeleteRecords>),
    of(ApiKey::InitProducerId, 0, 5, serve::<InitProducerId>),
    of(ApiKey::OffsetForLeaderEpoch, 2, 4, serve::<OffsetForLeaderEpoch>),
    of(ApiKey::DescribeConfigs, 1, 4, serve::<DescribeConfigs>),
    of(ApiKey::AlterConfigs, 0, 2, serve::<AlterConfigs>),
    of(ApiKey::AlterReplicaLogDirs, 1, 2, serve::<AlterReplicaLogDirs>),
    of(ApiKey::DescribeLogDirs, 1, 5, serve::<DescribeLogDirs>),
    of(ApiKey::CreatePartitions, 0, 3, serve::<CreatePartitions>),
    of(ApiKey::ElectLeaders, 0, 2, serve::<ElectLeaders>),
    of(ApiKey::IncrementalAlterConfigs, 0, 1, serve::<IncrementalAlterConfigs>),
    of(ApiKey::AlterPartitionReassignments, 0, 1, serve::<AlterPartitionReassignments>),
    of(ApiKey::ListPartitionReassignments, 0, 0, serve::<ListPartitionReassignments>),
    of(ApiKey::DescribeClientQuotas, 0, 1, serve::<DescribeClientQuotas>),
    of(ApiKey::AlterClientQuotas, 0, 1, serve::<AlterClientQuotas>),
    of(ApiKey::DescribeQuorum, 0, 2, serve::<DescribeQuorum>),
    of(ApiKey::UpdateFeatures, 0, 2, serve::<UpdateFeatures>),
    of(ApiKey::DescribeCluster, 0, 2, serve::<DescribeCluster>),
    of(ApiKey::DescribeProducers, 0, 0, serve::<DescribeProducers>),
    of(ApiKey::UnregisterBroker, 0, 0, serve::<UnregisterBroker>),
    of(ApiKey::GetTelemetrySubscriptions, 0, 0, serve::<GetTelemetrySubscriptions>),
    of(ApiKey::PushTelemetry, 0, 0, serve::<PushTelemetry>),
    of(ApiKey::ListConfigResources, 0, 1, serve::<ListConfigResources>),
    of(ApiKey::DescribeTopicPartitions, 0, 0, serve::<DescribeTopicPartitions>),
];

/// The entry that answers `version` of the API `key`.
pub fn find(key: i16, version: i16) -> Option<&'static Entry> {
    let at = TABLE.binary_search_by_key(&key, |entry| entry.key as i16).ok()?;
    TABLE.get(at).filter(|entry| (entry.lowest..=entry.highest).contains(&version))
}

const fn of(key: ApiKey, lowest: i16, highest: i16, serve: fn(Call, Decoder) -> Served) -> Entry {
    Entry { key, advertised: lowest, lowest, highest, handler: Handler::Serve(serve) }
}

fn serve<A: Api>(call: Call, mut body: Decoder) -> Served
where
    <A::Request as Request>::Response: Send,
{
    Box::pin(async move {
        let request = A::Request::decode(&mut body, call.version).map_err(|source| call.malformed(source))?;
        drop(body);
        call.node().kafka_counts.reached(A::Request::KEY);
        let response = A::answer(&call, request).await;
        let frame = encode_response(call.correlation_id, A::Request::KEY, call.version, &response)?;
        Ok(Answer { frame, throttle: throttle(A::throttle_time_ms(&response)) })
    })
}
