//! Configs of topics and brokers: set, delete, append to a list, subtract from it (KIP-339).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tidelog_model::NodeId;

use super::{Basis, Decision, Draft};
use crate::config::{
    ConfigKey, ConfigMap, ConfigValue, InvalidValue, Layers, Scope, UnknownConfig, Update, ValueType,
    find_key, known_key,
};
use crate::record::{BrokerConfigChanged, TopicConfigChanged};

/// Whose configs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResource {
    /// A topic's.
    Topic(String),
    /// A broker's, or with `None` the defaults of all.
    Broker(Option<NodeId>),
}

/// Changes to one resource: all or none are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigAlteration {
    /// Whose configs.
    pub resource: ConfigResource,
    /// What changes, each config at most once.
    pub changes: Vec<ConfigChange>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigChange {
    /// The config.
    pub name: String,
    /// What to do with it.
    pub operation: ConfigOperation,
    /// With what; not used by [`ConfigOperation::Delete`], needed by the others.
    pub value: Option<String>,
}

/// What to do with a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigOperation {
    /// Give it the value.
    Set,
    /// Go back to the default. Nothing happens if it is not set.
    Delete,
    /// Add the value's elements to a list, those that it does not have.
    Append,
    /// Take the value's elements from a list, those that it has.
    Subtract,
}

/// What is wrong with a config.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No config has the name.
    #[error(transparent)]
    Unknown(#[from] UnknownConfig),
    /// The config does not take the value.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// No value where one is needed.
    #[error("{name}: no value is given; give one, or delete the config to go back to its default")]
    Null {
        /// The config.
        name: String,
    },
    /// The same config twice: the order would decide.
    #[error("{name} comes more than once in the request: name it once")]
    Duplicate {
        /// The config.
        name: String,
    },
    /// Elements for what is no list.
    #[error("{name} is no list, so nothing can be {} it: set it instead", operation.participle())]
    NotAList {
        /// The config.
        name: String,
        /// What was asked.
        operation: ConfigOperation,
    },
    /// A broker's config that is read at its start only.
    #[error("{name} is read when a broker starts: write it to its configuration and start it again")]
    ReadOnly {
        /// The config.
        name: &'static str,
    },
    /// Two values that contradict each other.
    #[error(
        "{smaller} is {smaller_value}, which is above {larger}, {larger_value}: lower it, or raise the other"
    )]
    Conflict {
        /// The one that must not be above the other.
        smaller: &'static str,
        /// Its value.
        smaller_value: i64,
        /// The other one.
        larger: &'static str,
        /// Its value.
        larger_value: i64,
    },
    /// A value that asks for what this version does not have.
    #[error(
        "{name}={value} needs {missing}, which this version of Tidelog does not have: leave it at its default"
    )]
    NotAvailable {
        /// The config.
        name: &'static str,
        /// The value.
        value: &'static str,
        /// What it needs.
        missing: &'static str,
    },
}

/// Why a resource's configs stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlterConfigsError {
    /// No topic has the name.
    #[error("there is no topic '{name}': list the topics to see their names")]
    UnknownTopic {
        /// The name.
        name: String,
    },
    /// No broker has the id.
    #[error("there is no broker {node_id}: describe the cluster to see their ids")]
    UnknownBroker {
        /// The id.
        node_id: NodeId,
    },
    /// The request names the resource more than once: it stays as it is.
    #[error("the request changes the configs of {resource} more than once: name it once")]
    Duplicate {
        /// Whose configs.
        resource: ConfigResource,
    },
    /// A change that can't be made.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Decides about changes of configs.
pub fn alter_configs(
    basis: &Basis<'_>,
    alterations: &[ConfigAlteration],
    validate_only: bool,
) -> Decision<Vec<Result<(), AlterConfigsError>>> {
    let mut draft = Draft::new(basis.image);
    let mut times: BTreeMap<&ConfigResource, usize> = BTreeMap::new();
    alterations.iter().for_each(|alteration| *times.entry(&alteration.resource).or_default() += 1);
    let decide = |alteration: &ConfigAlteration| match times[&alteration.resource] {
        1 => alter(basis, alteration, &mut draft),
        _ => Err(AlterConfigsError::Duplicate { resource: alteration.resource.clone() }),
    };
    let answer = alterations.iter().map(decide).collect();
    draft.decide(answer, validate_only)
}

/// Checks the configs of a topic that is to be created; the values come back in their shortest form.
pub(super) fn check_new_configs(
    basis: &Basis<'_>,
    configs: &[(String, Option<String>)],
) -> Result<ConfigMap, ConfigError> {
    let set = |(name, value): &(String, Option<String>)| ConfigChange {
        name: name.clone(),
        operation: ConfigOperation::Set,
        value: value.clone(),
    };
    let changes: Vec<_> = configs.iter().map(set).collect();
    let none = ConfigMap::new();
    let new = changed(Scope::Topic, &none, &basis.layers(), &changes)?;
    check_topic(&new, &basis.layers())?;
    Ok(new)
}

fn alter(
    basis: &Basis<'_>,
    alteration: &ConfigAlteration,
    draft: &mut Draft,
) -> Result<(), AlterConfigsError> {
    let changes = &alteration.changes;
    match &alteration.resource {
        ConfigResource::Topic(name) => {
            let topic = basis.image.topic(name);
            let topic = topic.ok_or_else(|| AlterConfigsError::UnknownTopic { name: name.clone() })?;
            let new = changed(Scope::Topic, topic.configs(), &basis.layers(), changes)?;
            check_topic(&new, &basis.layers())?;
            if let Some((set, delete)) = difference(topic.configs(), &new) {
                draft.add(TopicConfigChanged { topic_id: topic.id(), set, delete });
            }
        }
        ConfigResource::Broker(node_id) => {
            let node_id = *node_id;
            if let Some(node_id) = node_id.filter(|id| basis.image.broker(*id).is_none()) {
                return Err(AlterConfigsError::UnknownBroker { node_id });
            }
            // Appending to a list that is not set at this layer begins with what the layers below say.
            let none = ConfigMap::new();
            let node = node_id.map_or(&none, |_| basis.image.broker_configs(node_id));
            let layers = Layers { node, ..basis.layers() };
            let old = basis.image.broker_configs(node_id);
            let new = changed(Scope::Broker, old, &layers, changes)?;
            if let Some((set, delete)) = difference(old, &new) {
                draft.add(BrokerConfigChanged { node_id, set, delete });
            }
        }
    }
    Ok(())
}

/// `old` after `changes`.
fn changed(
    scope: Scope,
    old: &ConfigMap,
    layers: &Layers<'_>,
    changes: &[ConfigChange],
) -> Result<ConfigMap, ConfigError> {
    let mut new = old.clone();
    let mut seen = BTreeSet::new();
    for change in changes {
        let name = &change.name;
        if !seen.insert(name) {
            return Err(ConfigError::Duplicate { name: name.clone() });
        }
        if change.operation == ConfigOperation::Delete {
            // Also of a name that is not known: then it is not set, and nothing happens, as in Kafka.
            new.remove(name);
            continue;
        }
        let key = find_key(scope, name)?;
        if key.update == Update::Restart {
            return Err(ConfigError::ReadOnly { name: key.name });
        }
        let Some(given) = &change.value else {
            return Err(ConfigError::Null { name: name.clone() });
        };
        let value = match change.operation {
            ConfigOperation::Append | ConfigOperation::Subtract => {
                edited_list(key, layers.value(key, old), change.operation, given)?
            }
            _ => given.clone(),
        };
        new.insert(name.clone(), key.parse(&value)?.to_string());
    }
    Ok(new)
}

/// The text of a list with elements added or taken.
fn edited_list(
    key: &'static ConfigKey,
    old: Option<ConfigValue>,
    operation: ConfigOperation,
    given: &str,
) -> Result<String, ConfigError> {
    if key.value_type != ValueType::List {
        return Err(ConfigError::NotAList { name: key.name.to_owned(), operation });
    }
    let mut elements = match old {
        Some(ConfigValue::List(elements)) => elements,
        _ => Vec::new(),
    };
    for element in given.split(',').map(str::trim).filter(|element| !element.is_empty()) {
        let has = elements.iter().any(|e| e == element);
        match operation {
            ConfigOperation::Append if !has => elements.push(element.to_owned()),
            ConfigOperation::Subtract => elements.retain(|e| e != element),
            _ => {}
        }
    }
    Ok(elements.join(","))
}

/// What one value alone can't show.
fn check_topic(topic: &ConfigMap, layers: &Layers<'_>) -> Result<(), ConfigError> {
    const TIERED: &str = "remote.storage.enable";
    if topic.get(TIERED).is_some_and(|value| value == "true") {
        return Err(ConfigError::NotAvailable { name: TIERED, value: "true", missing: "tiered storage" });
    }
    let (smaller, larger) = ("min.compaction.lag.ms", "max.compaction.lag.ms");
    let integer =
        |name| layers.value(known_key(Scope::Topic, name), topic).and_then(|value| value.as_integer());
    match (integer(smaller), integer(larger)) {
        (Some(smaller_value), Some(larger_value)) if smaller_value > larger_value => {
            Err(ConfigError::Conflict { smaller, smaller_value, larger, larger_value })
        }
        _ => Ok(()),
    }
}

/// What must be set and deleted to make `new` of `old`; `None` if they are equal.
fn difference(old: &ConfigMap, new: &ConfigMap) -> Option<(ConfigMap, BTreeSet<String>)> {
    let set: ConfigMap =
        new.iter().filter(|(n, v)| old.get(*n) != Some(*v)).map(|(n, v)| (n.clone(), v.clone())).collect();
    let delete: BTreeSet<String> = old.keys().filter(|name| !new.contains_key(*name)).cloned().collect();
    (!set.is_empty() || !delete.is_empty()).then_some((set, delete))
}

impl ConfigOperation {
    fn participle(self) -> &'static str {
        match self {
            ConfigOperation::Subtract => "subtracted from",
            _ => "appended to",
        }
    }
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigResource::Topic(name) => write!(f, "topic '{name}'"),
            ConfigResource::Broker(Some(node_id)) => write!(f, "broker {node_id}"),
            ConfigResource::Broker(None) => f.write_str("all brokers"),
        }
    }
}
