//! DescribeConfigs: what is set, by whom, and what it means.
//!
//! As in Kafka, a name that is asked for and not known is left out, so that a client may ask an older broker for a newer
//! config. A broker describes its own configs only, because only it knows what its operator wrote.

use tidelog_metadata::Explanation;
use tidelog_model::NodeId;

use super::{TopicRef, UnknownTopic};
use crate::node::Shared;

/// Whose configs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigSubject {
    /// A topic's, by name.
    Topic(String),
    /// A broker's.
    Broker(NodeId),
}

/// Why configs are not described.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DescribeConfigsError {
    /// No topic has the name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// Another broker's configs, or those of none.
    #[error("broker {this} knows its own configs only, not those of broker {asked}: ask that one")]
    OtherBroker {
        /// Whose were asked for.
        asked: NodeId,
        /// Who was asked.
        this: NodeId,
    },
}

/// The configs of one topic or broker, by name: all that are listed, or of those only `names`.
pub fn describe_configs(
    node: &Shared,
    subject: &ConfigSubject,
    names: Option<&[String]>,
) -> Result<Vec<Explanation>, DescribeConfigsError> {
    let controller = &node.controller;
    let image = controller.image();
    let layers = image.layers(controller.node_id(), controller.written());
    let mut configs = match subject {
        ConfigSubject::Topic(name) => {
            let unknown = || UnknownTopic::Topic(TopicRef::Name(name.clone()));
            layers.describe_topic(image.topic(name).ok_or_else(unknown)?.configs())
        }
        ConfigSubject::Broker(asked) if *asked == controller.node_id() => layers.describe_broker(),
        ConfigSubject::Broker(asked) => {
            return Err(DescribeConfigsError::OtherBroker { asked: *asked, this: controller.node_id() });
        }
    };
    if let Some(names) = names {
        configs.retain(|config| names.iter().any(|name| name == config.key.name));
    }
    Ok(configs)
}
