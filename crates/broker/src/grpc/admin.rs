//! `AdminService`.
//!
//! What must stay true: a request that cannot be understood fails as a whole and changes nothing; one that can is answered
//! item by item, in its order. The number of items is limited, because each refusal is a text.

use std::sync::Arc;

use bytes::Bytes;
use tidelog_grpc_api::v1::admin_service_server::AdminService;
use tidelog_grpc_api::v1::config_resource::Resource;
use tidelog_grpc_api::v1::{
    self, AlterTopicConfigsRequest, AlterTopicConfigsResponse, ConfigEntry, ConfigResource,
    CreatePartitionsRequest, CreatePartitionsResponse, CreateTopicResult, CreateTopicsRequest,
    CreateTopicsResponse, DeleteRecordsEntry, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsResult, DeleteTopicsRequest, DeleteTopicsResponse, DescribeClusterRequest,
    DescribeClusterResponse, DescribeConfigsRequest, DescribeConfigsResponse, DescribeConfigsResult,
    DescribeTopicsRequest, DescribeTopicsResponse, ErrorDetail, ListTopicsRequest, ListTopicsResponse,
    NodeDescription, TopicListing, TopicResult,
};
use tidelog_metadata::controller::{
    self, ConfigAlteration, ConfigChange, ConfigOperation, CreateTopicError, CreatedTopic, DeleteTopicError,
    DeletedTopic, Replicas,
};
use tidelog_metadata::{Broker, ConfigSource, Explanation, Origin, Topic};
use tidelog_model::{NodeId, Offset, PartitionId};
use tonic::{Request, Response, Status};

use super::{invalid_request, topic_ref};
use crate::errors::ToDetail;
use crate::handlers::{self, ConfigSubject, PartitionDescription, TopicDescription, TopicRef, TopicToCreate};
use crate::node::Shared;

/// The most items of one call.
const ITEMS_MAX: usize = 10_000;

/// The service on one node.
#[derive(Clone, Debug)]
pub struct AdminApi(pub Arc<Shared>);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl AdminService for AdminApi {
    async fn create_topics(&self, request: Request<CreateTopicsRequest>) -> Answer<CreateTopicsResponse> {
        let CreateTopicsRequest { topics, validate_only } = request.into_inner();
        check_count("topics", topics.len())?;
        let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
        let topics = topics.into_iter().map(topic_to_create).collect();
        let created = handlers::create_topics(&self.0, topics, validate_only).await.map_err(status)?;
        let results = names.into_iter().zip(created);
        let results =
            results.map(|(name, created)| create_topic_result(name, created, validate_only)).collect();
        Ok(Response::new(CreateTopicsResponse { results }))
    }

    async fn list_topics(&self, request: Request<ListTopicsRequest>) -> Answer<ListTopicsResponse> {
        let topics = handlers::list_topics(&self.0, request.into_inner().include_internal);
        Ok(Response::new(ListTopicsResponse { topics: topics.iter().map(|topic| listing(topic)).collect() }))
    }

    async fn describe_topics(
        &self,
        request: Request<DescribeTopicsRequest>,
    ) -> Answer<DescribeTopicsResponse> {
        let DescribeTopicsRequest { names, topic_ids } = request.into_inner();
        let topics = topic_refs(names, topic_ids)?;
        let topics = topics.iter().map(|topic| describe_topic(&self.0, topic)).collect();
        Ok(Response::new(DescribeTopicsResponse { topics }))
    }

    async fn alter_topic_configs(
        &self,
        request: Request<AlterTopicConfigsRequest>,
    ) -> Answer<AlterTopicConfigsResponse> {
        let AlterTopicConfigsRequest { topics, validate_only } = request.into_inner();
        check_count("topics", topics.len())?;
        let names = topics.iter().map(|topic| topic.name.clone()).collect();
        let alterations = topics.into_iter().map(alteration).collect::<Result<_, _>>()?;
        let altered = handlers::alter_configs(&self.0, alterations, validate_only).await.map_err(status)?;
        Ok(Response::new(AlterTopicConfigsResponse { results: topic_results(names, altered) }))
    }

    async fn delete_topics(&self, request: Request<DeleteTopicsRequest>) -> Answer<DeleteTopicsResponse> {
        let DeleteTopicsRequest { names, topic_ids } = request.into_inner();
        check_count("names", names.len() + topic_ids.len())?;
        let topics = topic_refs(names, topic_ids)?;
        let deleted = handlers::delete_topics(&self.0, topics.clone()).await.map_err(status)?;
        let result = |(topic, deleted): (TopicRef, Result<DeletedTopic, DeleteTopicError>)| match deleted {
            Ok(deleted) => TopicResult { name: deleted.name.to_string(), error: None },
            Err(error) => TopicResult { name: asked_name(topic), error: Some(error.to_detail()) },
        };
        let results = topics.into_iter().zip(deleted).map(result).collect();
        Ok(Response::new(DeleteTopicsResponse { results }))
    }

    async fn create_partitions(
        &self,
        request: Request<CreatePartitionsRequest>,
    ) -> Answer<CreatePartitionsResponse> {
        let CreatePartitionsRequest { topics, validate_only } = request.into_inner();
        check_count("topics", topics.len())?;
        let names = topics.iter().map(|topic| topic.name.clone()).collect();
        let requested = |topic: v1::NewPartitions| controller::NewPartitions {
            name: topic.name,
            new_count: topic.total_count,
            given: None,
        };
        let requests = topics.into_iter().map(requested).collect();
        let created = handlers::create_partitions(&self.0, requests, validate_only).await.map_err(status)?;
        Ok(Response::new(CreatePartitionsResponse { results: topic_results(names, created) }))
    }

    async fn delete_records(&self, request: Request<DeleteRecordsRequest>) -> Answer<DeleteRecordsResponse> {
        let DeleteRecordsRequest { entries } = request.into_inner();
        check_count("entries", entries.len())?;
        let node = self.0.clone();
        // A trim first writes what the log still has in memory.
        let trim = move || entries.into_iter().map(|entry| delete_records(&node, entry)).collect();
        let results = tokio::task::spawn_blocking(trim).await;
        let results = results
            .map_err(|_| Status::internal("the broker failed while it deleted records; see its log"))?;
        Ok(Response::new(DeleteRecordsResponse { results }))
    }

    async fn describe_cluster(&self, _: Request<DescribeClusterRequest>) -> Answer<DescribeClusterResponse> {
        let cluster = handlers::describe_cluster(&self.0);
        Ok(Response::new(DescribeClusterResponse {
            cluster_id: cluster.id.map(|id| id.to_string()).unwrap_or_default(),
            controller: Some(cluster.controller.0),
            nodes: cluster.brokers.into_iter().map(node_description).collect(),
        }))
    }

    async fn describe_configs(
        &self,
        request: Request<DescribeConfigsRequest>,
    ) -> Answer<DescribeConfigsResponse> {
        let DescribeConfigsRequest { resources, config_names } = request.into_inner();
        check_count("resources", resources.len())?;
        let names = (!config_names.is_empty()).then_some(&config_names[..]);
        let results = resources.into_iter().map(|resource| describe_configs(&self.0, resource, names));
        Ok(Response::new(DescribeConfigsResponse { results: results.collect() }))
    }
}

fn status(error: crate::controller::ChangeError) -> Status {
    error.to_detail().to_status()
}

fn check_count(field: &str, count: usize) -> Result<(), ErrorDetail> {
    match count {
        0 => Err(invalid_request(field, format!("the request names nothing to do: {field} is empty"))),
        1..=ITEMS_MAX => Ok(()),
        _ => {
            let message =
                format!("{field} has {count} items, and the limit is {ITEMS_MAX} for one request: split it");
            Err(invalid_request(field, message).with_limit(field, ITEMS_MAX.to_string(), count.to_string()))
        }
    }
}

/// Names first, then ids.
fn topic_refs(names: Vec<String>, ids: Vec<Bytes>) -> Result<Vec<TopicRef>, ErrorDetail> {
    let names = names.iter().map(|name| topic_ref(name, &[]));
    let ids = ids.iter().map(|id| topic_ref("", id));
    names.chain(ids).collect::<Result<_, _>>().map_err(|error| error.to_detail())
}

fn asked_name(topic: TopicRef) -> String {
    match topic {
        TopicRef::Name(name) => name,
        TopicRef::Id(_) => String::new(),
    }
}

fn topic_to_create(topic: v1::NewTopic) -> TopicToCreate {
    let or_default = |count: i32| (count != 0).then_some(count);
    let saturated = |factor: i32| factor.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    TopicToCreate {
        name: topic.name,
        replicas: Replicas::Spread {
            partitions: or_default(topic.partitions),
            replication_factor: or_default(topic.replication_factor).map(saturated),
        },
        configs: topic.configs.into_iter().map(|(name, value)| (name, Some(value))).collect(),
    }
}

fn create_topic_result(
    name: String,
    created: Result<CreatedTopic, CreateTopicError>,
    validate_only: bool,
) -> CreateTopicResult {
    match created {
        Ok(created) => CreateTopicResult {
            name,
            topic_id: if validate_only { Bytes::new() } else { id_bytes(created.topic_id) },
            partitions: created.partitions,
            replication_factor: created.replication_factor.into(),
            error: None,
        },
        Err(error) => {
            CreateTopicResult { name, error: Some(error.to_detail()), ..CreateTopicResult::default() }
        }
    }
}

fn id_bytes(id: tidelog_model::TopicId) -> Bytes {
    Bytes::copy_from_slice(&id.to_bytes())
}

fn listing(topic: &Topic) -> TopicListing {
    TopicListing {
        name: topic.name().to_string(),
        topic_id: id_bytes(topic.id()),
        partitions: topic.partitions().len() as i32,
        replication_factor: topic.replication_factor() as i32,
        internal: topic.is_internal(),
    }
}

fn describe_topic(node: &Shared, topic: &TopicRef) -> v1::TopicDescription {
    match handlers::describe_topic(node, topic) {
        Ok(TopicDescription { topic, partitions }) => v1::TopicDescription {
            name: topic.name().to_string(),
            topic_id: id_bytes(topic.id()),
            internal: topic.is_internal(),
            partitions: (0..).zip(partitions).map(partition_description).collect(),
            error: None,
        },
        Err(error) => {
            let (name, topic_id) = match topic {
                TopicRef::Name(name) => (name.clone(), Bytes::new()),
                TopicRef::Id(id) => (String::new(), id_bytes(*id)),
            };
            let error = Some(error.to_detail());
            v1::TopicDescription { name, topic_id, error, ..v1::TopicDescription::default() }
        }
    }
}

fn partition_description((partition, description): (i32, PartitionDescription)) -> v1::PartitionDescription {
    let PartitionDescription { state, log } = description;
    let ids = |nodes: &[NodeId]| nodes.iter().map(|node| node.0).collect();
    v1::PartitionDescription {
        partition,
        leader: state.leader.map(|node| node.0),
        leader_epoch: state.leader_epoch.0,
        replicas: ids(&state.replicas),
        isr: ids(&state.isr),
        log_start_offset: log.map(|log| log.places.log_start.0.0),
        high_watermark: log.map(|log| log.places.high_watermark.0.0),
        log_end_offset: log.map(|log| log.places.log_end.0.0),
        size_bytes: log.map(|log| i64::try_from(log.size_bytes).unwrap_or(i64::MAX)),
    }
}

fn alteration(topic: v1::TopicConfigChanges) -> Result<ConfigAlteration, ErrorDetail> {
    let change = |change: v1::ConfigChange| {
        let operation = match v1::ConfigOperation::try_from(change.operation) {
            Ok(v1::ConfigOperation::Unspecified | v1::ConfigOperation::Set) => ConfigOperation::Set,
            Ok(v1::ConfigOperation::Delete) => ConfigOperation::Delete,
            Ok(v1::ConfigOperation::Append) => ConfigOperation::Append,
            Ok(v1::ConfigOperation::Subtract) => ConfigOperation::Subtract,
            Err(_) => {
                let message = format!("{} is no operation on a config", change.operation);
                return Err(invalid_request("operation", message));
            }
        };
        Ok(ConfigChange { name: change.name, operation, value: Some(change.value) })
    };
    Ok(ConfigAlteration {
        resource: controller::ConfigResource::Topic(topic.name),
        changes: topic.changes.into_iter().map(change).collect::<Result<_, _>>()?,
    })
}

fn topic_results<E: ToDetail>(names: Vec<String>, results: Vec<Result<(), E>>) -> Vec<TopicResult> {
    let result = |(name, result): (String, Result<(), E>)| TopicResult {
        name,
        error: result.err().map(|error| error.to_detail()),
    };
    names.into_iter().zip(results).map(result).collect()
}

fn delete_records(node: &Shared, entry: DeleteRecordsEntry) -> DeleteRecordsResult {
    let DeleteRecordsEntry { name, partition, before_offset } = entry;
    let trimmed = match topic_ref(&name, &[]) {
        Ok(topic) => {
            let before = before_offset.map(Offset);
            handlers::delete_records(node, &topic, PartitionId(partition), before)
                .map_err(|error| error.to_detail())
        }
        Err(unnamed) => Err(unnamed.to_detail()),
    };
    match trimmed {
        Ok(start) => DeleteRecordsResult { name, partition, log_start_offset: start.0.0, error: None },
        Err(error) => DeleteRecordsResult { name, partition, log_start_offset: -1, error: Some(error) },
    }
}

fn node_description(broker: Broker) -> NodeDescription {
    let address = |listener: &str| broker.listeners.get(listener).cloned().unwrap_or_default();
    NodeDescription {
        node_id: broker.node_id.0,
        grpc_address: address("GRPC"),
        kafka_address: address("KAFKA"),
        http_address: address("HTTP"),
        rack: broker.rack.clone().unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn describe_configs(
    node: &Shared,
    resource: ConfigResource,
    names: Option<&[String]>,
) -> DescribeConfigsResult {
    let subject = match &resource.resource {
        Some(Resource::Topic(name)) => Ok(ConfigSubject::Topic(name.clone())),
        Some(Resource::NodeId(id)) => Ok(ConfigSubject::Broker(NodeId(*id))),
        None => {
            Err(invalid_request("resource", "a resource is a topic, by its name, or a broker, by its id"))
        }
    };
    let described = subject.and_then(|subject| {
        handlers::describe_configs(node, &subject, names).map_err(|error| error.to_detail())
    });
    let (configs, error) = match described {
        Ok(configs) => (configs.into_iter().map(config_entry).collect(), None),
        Err(error) => (Vec::new(), Some(error)),
    };
    DescribeConfigsResult { resource: Some(resource), configs, error }
}

fn config_entry(config: Explanation) -> ConfigEntry {
    let source = match config.source {
        ConfigSource::Default => v1::ConfigSource::Default,
        ConfigSource::Written(Origin::File) => v1::ConfigSource::File,
        ConfigSource::Written(Origin::Environment) => v1::ConfigSource::Environment,
        ConfigSource::Written(Origin::CommandLine) => v1::ConfigSource::CommandLine,
        // No call of this service sets a broker's configs.
        ConfigSource::Cluster | ConfigSource::Node | ConfigSource::Group | ConfigSource::ClientMetrics => {
            v1::ConfigSource::Unspecified
        }
        ConfigSource::Topic => v1::ConfigSource::Topic,
    };
    ConfigEntry {
        name: config.key.name.to_owned(),
        read_only: config.is_read_only(),
        sensitive: config.key.is_sensitive(),
        doc: config.key.doc.to_owned(),
        value: config.value,
        default_value: config.default,
        source: source.into(),
    }
}
