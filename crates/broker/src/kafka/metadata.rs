//! Metadata, versions 0 to 13: which brokers there are, and who leads which partition; topics by name, from 10 by id, too.
//!
//! A topic that is not there is created if the request and `auto.create.topics.enable` allow it; where Kafka answers that it
//! does not know it yet, and lets the client ask again, the answer here waits for the topic.
//!
//! Versions 10 and 11 have ids and cannot ask by them: that, and a topic without name and id, is refused as a whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use tidelog_kafka_wire::messages::metadata::{
    MetadataRequest, MetadataResponse, MetadataResponseBroker, MetadataResponsePartition,
    MetadataResponseTopic,
};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_metadata::{MetadataImage, Topic};

use super::call::Call;
use super::listener::Advertised;
use super::table::Api;
use crate::errors::KafkaCode;
use crate::handlers::{TopicRef, auto_create_topics};

/// The first version that asks by topic ids (KIP-516); two before it have them.
const FIRST_BY_ID: i16 = 12;
/// What "not asked for" is among authorized operations.
pub const NO_OPERATIONS: i32 = i32::MIN;
/// What can be done with a topic where nobody is refused: a bit for each of Kafka's ACL operations.
pub const TOPIC_OPERATIONS: i32 =
    bits(&[READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS]);
/// What can be done with the cluster.
pub const CLUSTER_OPERATIONS: i32 =
    bits(&[CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE]);

const READ: u32 = 3;
const WRITE: u32 = 4;
const CREATE: u32 = 5;
const DELETE: u32 = 6;
const ALTER: u32 = 7;
const DESCRIBE: u32 = 8;
const CLUSTER_ACTION: u32 = 9;
const DESCRIBE_CONFIGS: u32 = 10;
const ALTER_CONFIGS: u32 = 11;
const IDEMPOTENT_WRITE: u32 = 12;

const fn bits(operations: &[u32]) -> i32 {
    let mut bits = 0;
    let mut at = 0;
    while at < operations.len() {
        bits |= 1 << operations[at];
        at += 1;
    }
    bits
}

/// See the module.
#[derive(Debug)]
pub struct Metadata;

impl Api for Metadata {
    type Request = MetadataRequest;

    async fn answer(call: &Call, request: MetadataRequest) -> MetadataResponse {
        let node = call.node();
        let asked = match asked_topics(&request, call.version) {
            Ok(asked) => asked,
            Err(code) => return refused(&request, code),
        };
        if request.allow_auto_topic_creation
            && let Some(asked) = &asked
        {
            let names = asked.iter().filter_map(|topic| match topic {
                TopicRef::Name(name) => Some(name.clone()),
                TopicRef::Id(_) => None,
            });
            auto_create_topics(node, names.collect()).await;
        }
        let image = node.controller.image();
        let with_operations = request.include_topic_authorized_operations;
        let topics = match asked {
            None => image.topics().map(|topic| describe(topic, with_operations)).collect(),
            Some(asked) => asked.iter().map(|topic| find(&image, topic, with_operations)).collect(),
        };
        MetadataResponse {
            brokers: vec![own_broker(call, &image)],
            cluster_id: image.cluster_id().map(|id| Str::from(id.to_string())),
            controller_id: node.controller.node_id().0,
            topics,
            cluster_authorized_operations: if request.include_cluster_authorized_operations {
                CLUSTER_OPERATIONS
            } else {
                NO_OPERATIONS
            },
            ..MetadataResponse::default()
        }
    }
}

/// What was asked for, each topic once; `None`: every topic. Version 0 says so with no topic, later ones with null. Once there
/// is an id, names count for nothing, as on Kafka: its own client leaves them empty, not null.
fn asked_topics(request: &MetadataRequest, version: i16) -> Result<Option<Vec<TopicRef>>, KafkaCode> {
    let Some(topics) = request.topics.as_ref().filter(|topics| version > 0 || !topics.is_empty()) else {
        return Ok(None);
    };
    let mut ids = BTreeSet::new();
    let asked = topics.iter().map(|topic| topic.topic_id).filter(|id| *id != Uuid::ZERO && ids.insert(*id));
    let by_id: Vec<_> = asked.map(|id| TopicRef::Id(id.into())).collect();
    if version < FIRST_BY_ID && !by_id.is_empty() {
        return Err(KafkaCode::InvalidRequest);
    }
    if !by_id.is_empty() {
        return Ok(Some(by_id));
    }
    let nameless = match version {
        ..FIRST_BY_ID => KafkaCode::InvalidRequest,
        // Kafka has no words for it.
        _ => KafkaCode::UnknownServerError,
    };
    let mut seen = BTreeSet::new();
    let mut by_name = Vec::with_capacity(topics.len());
    for topic in topics {
        let name = topic.name.as_ref().ok_or(nameless)?;
        if seen.insert(name) {
            by_name.push(TopicRef::Name(name.to_string()));
        }
    }
    Ok(Some(by_name))
}

/// The same error for every topic, and nothing of the cluster.
fn refused(request: &MetadataRequest, code: KafkaCode) -> MetadataResponse {
    let topics = request.topics.iter().flatten().map(|topic| MetadataResponseTopic {
        error_code: code as i16,
        name: Some(topic.name.clone().unwrap_or_default()),
        topic_id: topic.topic_id,
        topic_authorized_operations: NO_OPERATIONS,
        ..MetadataResponseTopic::default()
    });
    MetadataResponse {
        controller_id: -1,
        topics: topics.collect(),
        cluster_authorized_operations: NO_OPERATIONS,
        error_code: code as i16,
        ..MetadataResponse::default()
    }
}

/// This node, as the client that asks can reach it.
pub fn own_broker(call: &Call, image: &MetadataImage) -> MetadataResponseBroker {
    let node_id = call.node().controller.node_id();
    let (host, port) = match &call.peer.listener.advertised {
        Advertised::Auto => (call.peer.local.ip().to_canonical().to_string(), call.peer.local.port()),
        Advertised::Explicit { host, port } => (host.clone(), *port),
    };
    let rack = image.broker(node_id).and_then(|broker| broker.rack.clone());
    MetadataResponseBroker {
        node_id: node_id.0,
        host: Str::from(host),
        port: i32::from(port),
        rack: rack.map(|rack| Str::from(rack.to_string())),
    }
}

fn find(image: &MetadataImage, topic: &TopicRef, with_operations: bool) -> MetadataResponseTopic {
    let (found, name, topic_id) = match topic {
        TopicRef::Name(name) => (image.topic(name), Some(Str::from(name.clone())), Uuid::ZERO),
        TopicRef::Id(id) => (image.topic_by_id(*id), None, Uuid::from(*id)),
    };
    match found {
        Some(topic) => describe(topic, with_operations),
        None => {
            let error = match topic {
                TopicRef::Name(name) if tidelog_metadata::check_topic_name(name).is_err() => {
                    KafkaCode::InvalidTopicException
                }
                TopicRef::Name(_) => KafkaCode::UnknownTopicOrPartition,
                TopicRef::Id(_) => KafkaCode::UnknownTopicId,
            };
            MetadataResponseTopic {
                error_code: error as i16,
                name,
                topic_id,
                topic_authorized_operations: NO_OPERATIONS,
                ..MetadataResponseTopic::default()
            }
        }
    }
}

fn describe(topic: &Arc<Topic>, with_operations: bool) -> MetadataResponseTopic {
    let partitions = (0..).zip(topic.partitions()).map(|(index, partition)| MetadataResponsePartition {
        partition_index: index,
        leader_id: partition.leader.map_or(-1, |leader| leader.0),
        leader_epoch: partition.leader_epoch.0,
        replica_nodes: partition.replicas.iter().map(|node| node.0).collect(),
        isr_nodes: partition.isr.iter().map(|node| node.0).collect(),
        ..MetadataResponsePartition::default()
    });
    MetadataResponseTopic {
        name: Some(Str::from(topic.name().to_string())),
        topic_id: topic.id().into(),
        is_internal: topic.is_internal(),
        partitions: partitions.collect(),
        topic_authorized_operations: if with_operations { TOPIC_OPERATIONS } else { NO_OPERATIONS },
        ..MetadataResponseTopic::default()
    }
}
