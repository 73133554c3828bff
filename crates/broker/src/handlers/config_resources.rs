//! ListConfigResources (KIP-1142), and what Kafka clients call the things that have configs.

use tidelog_metadata::controller::ConfigResource;
use tidelog_model::NodeId;

use crate::node::Shared;

/// What kind of thing has configs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResourceType {
    /// A topic.
    Topic,
    /// A broker, or with an empty name all of them.
    Broker,
    /// A broker's loggers. There are none whose level changes while the broker runs.
    BrokerLogger,
    /// A subscription to clients' metrics (KIP-714).
    ClientMetrics,
    /// A group.
    Group,
}

impl ConfigResourceType {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Topic, Self::Broker, Self::BrokerLogger, Self::ClientMetrics, Self::Group];

    /// Kafka's number: 2, 4, 8, 16 or 32.
    pub const fn to_wire(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::BrokerLogger => 8,
            Self::ClientMetrics => 16,
            Self::Group => 32,
        }
    }

    /// The inverse of [`ConfigResourceType::to_wire`]; `None` for any other number.
    pub fn from_wire(number: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|resource_type| resource_type.to_wire() == number)
    }
}

/// A name that is none for its kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigResourceError {
    /// No such kind of thing, or none that this call is for.
    #[error("{number} is no type of resource for this call")]
    UnknownType {
        /// Kafka's number.
        number: i8,
    },
    /// Not a broker's id.
    #[error("'{name}' is not a broker's id: use a whole number")]
    NotANodeId {
        /// What was given.
        name: String,
    },
    /// Topics have no defaults of their own: those are the brokers' configs.
    #[error("the configs of all topics are broker configs: name a topic")]
    NoTopic,
}

/// What `AlterConfigs` and `IncrementalAlterConfigs` mean by a type and a name. Loggers are not among it.
pub fn config_resource(number: i8, name: &str) -> Result<ConfigResource, ConfigResourceError> {
    match ConfigResourceType::from_wire(number) {
        Some(ConfigResourceType::Topic) if name.is_empty() => Err(ConfigResourceError::NoTopic),
        Some(ConfigResourceType::Topic) => Ok(ConfigResource::Topic(name.to_owned())),
        Some(ConfigResourceType::Broker) if name.is_empty() => Ok(ConfigResource::Broker(None)),
        Some(ConfigResourceType::Broker) => node_id(name).map(|id| ConfigResource::Broker(Some(id))),
        Some(ConfigResourceType::ClientMetrics) => Ok(ConfigResource::ClientMetrics(name.to_owned())),
        Some(ConfigResourceType::Group) => Ok(ConfigResource::Group(name.to_owned())),
        Some(ConfigResourceType::BrokerLogger) | None => Err(ConfigResourceError::UnknownType { number }),
    }
}

pub(super) fn node_id(name: &str) -> Result<NodeId, ConfigResourceError> {
    let id = name.parse().map(NodeId);
    id.map_err(|_| ConfigResourceError::NotANodeId { name: name.to_owned() })
}

/// Everything of these types that has configs, or (groups, subscriptions) has some set.
pub fn list_config_resources(
    node: &Shared,
    resource_types: &[ConfigResourceType],
) -> Vec<(ConfigResourceType, String)> {
    let image = node.controller.image();
    let mut wanted = resource_types.to_vec();
    wanted.sort();
    wanted.dedup();
    let mut resources = Vec::new();
    for resource_type in wanted {
        let names: Vec<String> = match resource_type {
            ConfigResourceType::Topic => image.topics().map(|topic| topic.name().to_string()).collect(),
            ConfigResourceType::Broker | ConfigResourceType::BrokerLogger => {
                image.brokers().map(|broker| broker.node_id.to_string()).collect()
            }
            ConfigResourceType::ClientMetrics => {
                image.client_metrics().map(|(name, _)| name.to_owned()).collect()
            }
            ConfigResourceType::Group => image.configured_groups().map(str::to_owned).collect(),
        };
        resources.extend(names.into_iter().map(|name| (resource_type, name)));
    }
    resources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_what_kafka_means_by_its_type_and_name() {
        let topic = ConfigResource::Topic("t".to_owned());
        assert_eq!(config_resource(2, "t"), Ok(topic));
        assert_eq!(config_resource(2, ""), Err(ConfigResourceError::NoTopic));
        assert_eq!(config_resource(4, ""), Ok(ConfigResource::Broker(None)));
        assert_eq!(config_resource(4, "7"), Ok(ConfigResource::Broker(Some(NodeId(7)))));
        let name = "abc".to_owned();
        assert_eq!(config_resource(4, "abc"), Err(ConfigResourceError::NotANodeId { name }));
        for number in [0, 1, 3, 8, 77, -1] {
            assert_eq!(config_resource(number, "x"), Err(ConfigResourceError::UnknownType { number }));
        }
        for resource_type in ConfigResourceType::ALL {
            assert_eq!(ConfigResourceType::from_wire(resource_type.to_wire()), Some(resource_type));
        }
    }
}
