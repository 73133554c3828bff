//! Configs of topics, brokers, groups and subscriptions to clients' metrics: set, delete, append to a list, subtract from it
//! (KIP-339), or all of them replaced at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tidelog_model::NodeId;

use super::{Basis, Decision, Draft};
use crate::config::{
    ConfigKey, ConfigMap, ConfigValue, InvalidValue, Layers, Scope, UnknownConfig, Update, ValueType,
    find_key, known_key,
};
use crate::name::{TopicNameError, check_topic_name};
use crate::record::{BrokerConfigChanged, ClientMetricsChanged, GroupConfigChanged, TopicConfigChanged};

/// Whose configs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResource {
    /// A topic's.
    Topic(String),
    /// A broker's, or with `None` the defaults of all.
    Broker(Option<NodeId>),
    /// A group's; it need not exist.
    Group(String),
    /// A subscription's to clients' metrics (KIP-714); it exists as long as it has configs.
    ClientMetrics(String),
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
    /// A broker's config that differs from broker to broker.
    #[error("{name} is each broker's own: set it for one broker, not for all")]
    OneBrokerOnly {
        /// The config.
        name: &'static str,
    },
    /// A group's value outside of what the broker's configs allow.
    #[error("{name}={value} is outside of {least} to {most}: the brokers' configs give these limits")]
    OutsideLimits {
        /// The config.
        name: &'static str,
        /// Its value.
        value: i64,
        /// The least.
        least: i64,
        /// The most.
        most: i64,
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
        /// Who decided.
        this: NodeId,
    },
    /// The request names the resource more than once: it stays as it is.
    #[error("the request changes the configs of {resource} more than once: name it once")]
    Duplicate {
        /// Whose configs.
        resource: ConfigResource,
    },
    /// A name that nothing has.
    #[error(transparent)]
    TopicName(#[from] TopicNameError),
    /// No name where one is needed: only brokers have defaults for all.
    #[error("configs are set on one group or subscription: name it")]
    Unnamed {
        /// Whose configs.
        resource: ConfigResource,
    },
    /// A change that can't be made.
    #[error("{error}")]
    Config {
        /// Whose configs.
        scope: Scope,
        /// What is wrong with it.
        error: ConfigError,
    },
}

/// Decides about changes of configs: what they don't name stays.
pub fn alter_configs(
    basis: &Basis<'_>,
    alterations: &[ConfigAlteration],
    validate_only: bool,
) -> Decision<Vec<Result<(), AlterConfigsError>>> {
    decide(basis, alterations, Mode::Alter, validate_only)
}

/// Decides about other configs in place of those that are set: what they don't name goes back to its default. (Kafka's
/// AlterConfigs, which clients should not use any more.)
pub fn replace_configs(
    basis: &Basis<'_>,
    alterations: &[ConfigAlteration],
    validate_only: bool,
) -> Decision<Vec<Result<(), AlterConfigsError>>> {
    decide(basis, alterations, Mode::Replace, validate_only)
}

/// What becomes of the configs that a request does not name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Alter,
    Replace,
}

fn decide(
    basis: &Basis<'_>,
    alterations: &[ConfigAlteration],
    mode: Mode,
    validate_only: bool,
) -> Decision<Vec<Result<(), AlterConfigsError>>> {
    let mut draft = Draft::new(basis.image);
    let mut times: BTreeMap<&ConfigResource, usize> = BTreeMap::new();
    alterations.iter().for_each(|alteration| *times.entry(&alteration.resource).or_default() += 1);
    let decide = |alteration: &ConfigAlteration| match times[&alteration.resource] {
        1 => alter(basis, alteration, mode, &mut draft),
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
    mode: Mode,
    draft: &mut Draft,
) -> Result<(), AlterConfigsError> {
    let ConfigAlteration { resource, changes } = alteration;
    // What is set, and the layers that lists are appended to where nothing is.
    let (scope, old, layers) = find(basis, resource)?;
    let in_scope = |error| AlterConfigsError::Config { scope, error };
    let one_broker_only =
        changes.iter().find_map(|change| find_key(scope, &change.name).ok().filter(|key| is_for_one(key)));
    if let Some(key) = one_broker_only.filter(|_| *resource == ConfigResource::Broker(None)) {
        return Err(in_scope(ConfigError::OneBrokerOnly { name: key.name }));
    }
    let none = ConfigMap::new();
    let kept = if mode == Mode::Alter { old } else { &none };
    let new = changed(scope, kept, &layers, changes).map_err(in_scope)?;
    check(scope, &new, &layers).map_err(in_scope)?;
    let Some((set, delete)) = difference(old, &new) else { return Ok(()) };
    match resource {
        ConfigResource::Topic(name) => {
            let topic_id = basis.image.topic(name).expect("was found above").id();
            draft.add(TopicConfigChanged { topic_id, set, delete });
        }
        ConfigResource::Broker(node_id) => draft.add(BrokerConfigChanged { node_id: *node_id, set, delete }),
        ConfigResource::Group(group) => draft.add(GroupConfigChanged { group: group.clone(), set, delete }),
        ConfigResource::ClientMetrics(subscription) => {
            draft.add(ClientMetricsChanged { subscription: subscription.clone(), set, delete });
        }
    }
    Ok(())
}

/// What a resource's configs are, what is set on it, and what counts below that.
fn find<'a>(
    basis: &Basis<'a>,
    resource: &ConfigResource,
) -> Result<(Scope, &'a ConfigMap, Layers<'a>), AlterConfigsError> {
    static NONE: ConfigMap = ConfigMap::new();
    let image = basis.image;
    match resource {
        ConfigResource::Group(name) | ConfigResource::ClientMetrics(name) if name.is_empty() => {
            Err(AlterConfigsError::Unnamed { resource: resource.clone() })
        }
        ConfigResource::Topic(name) => match image.topic(name) {
            Some(topic) => Ok((Scope::Topic, topic.configs(), basis.layers())),
            None => {
                check_topic_name(name)?;
                Err(AlterConfigsError::UnknownTopic { name: name.clone() })
            }
        },
        ConfigResource::Broker(node_id) => {
            if let Some(node_id) = node_id.filter(|id| image.broker(*id).is_none()) {
                return Err(AlterConfigsError::UnknownBroker { node_id, this: basis.node_id });
            }
            let node = node_id.map_or(&NONE, |_| image.broker_configs(*node_id));
            Ok((Scope::Broker, image.broker_configs(*node_id), Layers { node, ..basis.layers() }))
        }
        ConfigResource::Group(group) => Ok((Scope::Group, image.group_configs(group), basis.layers())),
        ConfigResource::ClientMetrics(name) => {
            Ok((Scope::ClientMetrics, image.client_metrics_configs(name), basis.layers()))
        }
    }
}

fn is_for_one(key: &ConfigKey) -> bool {
    key.update == Update::LiveForOne
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
    for ConfigChange { name, operation, value } in changes {
        if !seen.insert(name) {
            return Err(ConfigError::Duplicate { name: name.clone() });
        }
        if *operation == ConfigOperation::Delete {
            // Also of a name that is not known: then it is not set, and nothing happens, as in Kafka.
            new.remove(name);
            continue;
        }
        let Some(given) = value else {
            return Err(ConfigError::Null { name: name.clone() });
        };
        let key = find_key(scope, name)?;
        if key.update == Update::Restart {
            return Err(ConfigError::ReadOnly { name: key.name });
        }
        let value = match operation {
            ConfigOperation::Append | ConfigOperation::Subtract => {
                edited_list(key, layers.value(key, old), *operation, given)?
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
    // Kafka's controller does not know the types of clients' metrics.
    if key.value_type != ValueType::List || key.scope == Scope::ClientMetrics {
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
fn check(scope: Scope, configs: &ConfigMap, layers: &Layers<'_>) -> Result<(), ConfigError> {
    match scope {
        Scope::Topic => check_topic(configs, layers),
        Scope::Group => check_group(configs, layers),
        Scope::Broker | Scope::ClientMetrics => Ok(()),
    }
}

/// The broker's limits for what a group may set: the group's config, the least, the most.
const GROUP_LIMITS: &[(&str, Option<&str>, Option<&str>)] = &[
    limits(
        "consumer.assignment.interval.ms",
        "group.consumer.min.assignment.interval.ms",
        "group.consumer.max.assignment.interval.ms",
    ),
    limits(
        "consumer.heartbeat.interval.ms",
        "group.consumer.min.heartbeat.interval.ms",
        "group.consumer.max.heartbeat.interval.ms",
    ),
    limits(
        "consumer.session.timeout.ms",
        "group.consumer.min.session.timeout.ms",
        "group.consumer.max.session.timeout.ms",
    ),
    limits(
        "share.assignment.interval.ms",
        "group.share.min.assignment.interval.ms",
        "group.share.max.assignment.interval.ms",
    ),
    limits(
        "share.delivery.count.limit",
        "group.share.min.delivery.count.limit",
        "group.share.max.delivery.count.limit",
    ),
    limits(
        "share.heartbeat.interval.ms",
        "group.share.min.heartbeat.interval.ms",
        "group.share.max.heartbeat.interval.ms",
    ),
    limits(
        "share.partition.max.record.locks",
        "group.share.min.partition.max.record.locks",
        "group.share.max.partition.max.record.locks",
    ),
    limits(
        "share.record.lock.duration.ms",
        "group.share.min.record.lock.duration.ms",
        "group.share.max.record.lock.duration.ms",
    ),
    limits(
        "share.session.timeout.ms",
        "group.share.min.session.timeout.ms",
        "group.share.max.session.timeout.ms",
    ),
    limits(
        "streams.assignment.interval.ms",
        "group.streams.min.assignment.interval.ms",
        "group.streams.max.assignment.interval.ms",
    ),
    limits(
        "streams.heartbeat.interval.ms",
        "group.streams.min.heartbeat.interval.ms",
        "group.streams.max.heartbeat.interval.ms",
    ),
    ("streams.num.standby.replicas", None, Some("group.streams.max.standby.replicas")),
    ("streams.num.warmup.replicas", None, Some("group.streams.max.warmup.replicas")),
    limits(
        "streams.session.timeout.ms",
        "group.streams.min.session.timeout.ms",
        "group.streams.max.session.timeout.ms",
    ),
    ("streams.task.offset.interval.ms", Some("group.streams.min.task.offset.interval.ms"), None),
];

const fn limits(
    name: &'static str,
    least: &'static str,
    most: &'static str,
) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    (name, Some(least), Some(most))
}

fn check_group(group: &ConfigMap, layers: &Layers<'_>) -> Result<(), ConfigError> {
    let limit = |name: Option<&str>, otherwise| {
        name.and_then(|name| layers.broker_value(name)?.as_integer()).unwrap_or(otherwise)
    };
    for (name, least, most) in GROUP_LIMITS {
        let key = known_key(Scope::Group, name);
        let set = group.get(*name).and_then(|_| layers.value(key, group)?.as_integer());
        let (least, most) = (limit(*least, 0), limit(*most, i64::from(i32::MAX)));
        if let Some(value) = set.filter(|value| !(least..=most).contains(value)) {
            return Err(ConfigError::OutsideLimits { name: key.name, value, least, most });
        }
    }
    Ok(())
}

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
            ConfigResource::Group(name) => write!(f, "group '{name}'"),
            ConfigResource::ClientMetrics(name) => write!(f, "subscription '{name}' to clients' metrics"),
        }
    }
}
