//! DescribeConfigs: what is set, by whom, and what it means.
//!
//! As in Kafka, a name that is asked for and not known is left out, so that a client may ask an older broker for a newer
//! config. A broker describes its own configs only, because only it knows what its operator wrote; of all brokers, only
//! what is set live. A group or a subscription need not exist.

use std::collections::BTreeSet;

use tidelog_metadata::{ConfigMap, ConfigSource, Explanation, TopicNameError, check_topic_name};
use tidelog_model::NodeId;

use super::config_resources::{ConfigResourceError, ConfigResourceType, node_id};
use super::places::with_places;
use super::{TopicRef, UnknownTopic};
use crate::node::Shared;

/// Whose configs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigSubject {
    /// A topic's, by name.
    Topic(String),
    /// A broker's.
    Broker(NodeId),
    /// Those that are set live for all brokers.
    AllBrokers,
    /// A broker's loggers.
    BrokerLogger(NodeId),
    /// A subscription's to clients' metrics.
    ClientMetrics(String),
    /// A group's.
    Group(String),
}

/// Why configs are not described.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DescribeConfigsError {
    /// No topic has the name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// No topic can have the name.
    #[error(transparent)]
    TopicName(#[from] TopicNameError),
    /// Another broker's configs, or those of none.
    #[error("broker {this} knows its own configs only, not those of broker {asked}: ask that one")]
    OtherBroker {
        /// Whose were asked for.
        asked: NodeId,
        /// Who was asked.
        this: NodeId,
        /// Whether its loggers were meant.
        is_logger: bool,
    },
    /// Not a resource.
    #[error(transparent)]
    Resource(#[from] ConfigResourceError),
    /// No name where one is needed.
    #[error("configs of this type are one resource's: name it")]
    Unnamed {
        /// Which type.
        resource_type: ConfigResourceType,
    },
}

impl ConfigSubject {
    /// What a Kafka client means by a type and a name.
    pub fn from_kafka(number: i8, name: &str) -> Result<Self, DescribeConfigsError> {
        use ConfigResourceType::{Broker, BrokerLogger, ClientMetrics, Group, Topic};
        let resource_type =
            ConfigResourceType::from_wire(number).ok_or(ConfigResourceError::UnknownType { number })?;
        Ok(match resource_type {
            BrokerLogger | ClientMetrics | Group if name.is_empty() => {
                return Err(DescribeConfigsError::Unnamed { resource_type });
            }
            Topic => ConfigSubject::Topic(name.to_owned()),
            Broker if name.is_empty() => ConfigSubject::AllBrokers,
            Broker => ConfigSubject::Broker(node_id(name)?),
            BrokerLogger => ConfigSubject::BrokerLogger(node_id(name)?),
            ClientMetrics => ConfigSubject::ClientMetrics(name.to_owned()),
            Group => ConfigSubject::Group(name.to_owned()),
        })
    }
}

/// The configs of one resource, by name: all that are listed, or of those only `names`.
pub fn describe_configs(
    node: &Shared,
    subject: &ConfigSubject,
    names: Option<&[String]>,
) -> Result<Vec<Explanation>, DescribeConfigsError> {
    let controller = &node.controller;
    let (image, this) = (controller.image(), controller.node_id());
    let layers = image.layers(this, controller.written());
    let is_own = |asked: NodeId, is_logger| match asked == this {
        true => Ok(()),
        false => Err(DescribeConfigsError::OtherBroker { asked, this, is_logger }),
    };
    let mut configs = match subject {
        ConfigSubject::Topic(name) => match image.topic(name) {
            Some(topic) => layers.describe_topic(topic.configs()),
            None => {
                check_topic_name(name)?;
                return Err(UnknownTopic::Topic(TopicRef::Name(name.clone())).into());
            }
        },
        ConfigSubject::Broker(asked) => {
            is_own(*asked, false)?;
            with_places(node, layers.describe_broker())
        }
        ConfigSubject::AllBrokers => set_for_all(layers.describe_broker()),
        ConfigSubject::BrokerLogger(asked) => {
            is_own(*asked, true)?;
            Vec::new()
        }
        ConfigSubject::ClientMetrics(name) => {
            layers.describe_client_metrics(image.client_metrics_configs(name))
        }
        ConfigSubject::Group(name) => layers.describe_group(image.group_configs(name)),
    };
    if let Some(names) = names {
        // There may be many of them.
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        configs.retain(|config| names.contains(config.key.name));
    }
    Ok(configs)
}

/// Only what is set live for all brokers, whatever one of them has instead.
fn set_for_all(configs: Vec<Explanation>) -> Vec<Explanation> {
    let for_all = |mut config: Explanation| {
        let key = config.key;
        config.candidates.retain(|set| set.source == ConfigSource::Cluster && set.key == key);
        let set = config.candidates.first()?;
        config.value = (!key.is_sensitive()).then(|| set.value.clone());
        config.source = ConfigSource::Cluster;
        Some(config)
    };
    configs.into_iter().filter_map(for_all).collect()
}

/// What the configs of a topic would mean that has `configs` set: what CreateTopics answers, also when it only validates.
pub fn describe_new_topic(node: &Shared, configs: &ConfigMap) -> Vec<Explanation> {
    let controller = &node.controller;
    controller.image().layers(controller.node_id(), controller.written()).describe_topic(configs)
}
