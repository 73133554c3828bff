//! Configs of topics and brokers: what can be set, what was written, and what it means.
//!
//! Three nouns, in the order in which a value meets them. A [`ConfigKey`] is one row of the registry: name, type,
//! default, rule, documentation. A [`ConfigMap`] is what somebody wrote, checked once against the keys; [`Layers`] are
//! the maps that count for a broker, one above the other. [`TopicConfig`] and [`BrokerConfig`] are what that means, typed:
//! the rest of the program sees only these.

mod broker;
mod broker_keys;
mod group_keys;
mod key;
mod layers;
mod topic;
mod topic_keys;
mod value;
mod written;

use std::collections::BTreeMap;

pub use broker::BrokerConfig;
pub use key::{
    CLIENT_SELECTORS, CONFIG_VALUE_MAX_BYTES, ConfigKey, Scope, Support, Unit, Update, Valid, ValueType,
};
pub use layers::{Candidate, ConfigSource, Explanation, Layers};
pub use topic::{CleanupPolicy, CompressionConfig, TimestampType, TopicConfig};
pub use value::{ConfigValue, InvalidValue, ValueFault};
pub use written::{Origin, WrittenConfig, WrittenConfigError};

/// Values that somebody set, by config name, as text. Everything that leaves this crate in one has been checked against
/// its key.
pub type ConfigMap = BTreeMap<String, String>;

/// All configs that a topic can have, by name.
pub fn topic_keys() -> &'static [ConfigKey] {
    topic_keys::TOPIC_KEYS
}

/// All configs that a broker can have, by name.
pub fn broker_keys() -> &'static [ConfigKey] {
    &broker_keys::BROKER_KEYS
}

/// All configs that a group can have, by name.
pub fn group_keys() -> &'static [ConfigKey] {
    group_keys::GROUP_KEYS
}

/// All configs that a subscription to clients' metrics can have (KIP-714), by name.
pub fn client_metrics_keys() -> &'static [ConfigKey] {
    group_keys::CLIENT_METRICS_KEYS
}

/// The config of that name.
pub fn find_key(scope: Scope, name: &str) -> Result<&'static ConfigKey, UnknownConfig> {
    let keys = table(scope);
    match keys.binary_search_by(|key| key.name.cmp(name)) {
        Ok(index) => Ok(&keys[index]),
        Err(_) => Err(UnknownConfig::new(scope, name)),
    }
}

/// The config of that name, which is one of the table's.
pub(crate) fn known_key(scope: Scope, name: &str) -> &'static ConfigKey {
    find_key(scope, name)
        .unwrap_or_else(|error| panic!("the program asks for a config that it does not have: {error}"))
}

fn table(scope: Scope) -> &'static [ConfigKey] {
    match scope {
        Scope::Topic => topic_keys(),
        Scope::Broker => broker_keys(),
        Scope::Group => group_keys(),
        Scope::ClientMetrics => client_metrics_keys(),
    }
}

/// No config has this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownConfig {
    /// Whose config it should be.
    pub scope: Scope,
    /// The name.
    pub name: String,
    /// A name that may have been meant.
    pub suggestion: Option<&'static str>,
}

impl UnknownConfig {
    fn new(scope: Scope, name: &str) -> Self {
        let keys = table(scope);
        // Longer names are no slips of the finger, and comparing them takes time.
        let alike = |key: &&ConfigKey| name.len() <= 64 && distance(name, key.name) <= 2 + name.len() / 10;
        let suggestion = synonym(scope, name).or_else(|| {
            keys.iter().filter(alike).min_by_key(|key| distance(name, key.name)).map(|key| key.name)
        });
        UnknownConfig { scope, name: value::shorten(name), suggestion }
    }
}

impl std::fmt::Display for UnknownConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whose = match self.scope {
            Scope::Topic => "topic",
            Scope::Broker => "broker",
            Scope::Group => "group",
            Scope::ClientMetrics => "client metrics",
        };
        write!(f, "'{}' is not a {whose} config: ", self.name)?;
        match self.suggestion {
            Some(suggestion) => write!(f, "did you mean {suggestion}?"),
            None => f.write_str("describe the configs to see all names"),
        }
    }
}

impl std::error::Error for UnknownConfig {}

/// The name that the other scope has for the same thing: `log.retention.ms` for a broker, `retention.ms` for a topic.
fn synonym(scope: Scope, name: &str) -> Option<&'static str> {
    let mut topics = topic_keys().iter();
    match scope {
        Scope::Topic => topics.find(|key| key.synonyms.contains(&name)).map(|key| key.name),
        Scope::Broker => topics.find(|key| key.name == name).and_then(|key| key.synonyms.first().copied()),
        Scope::Group => group_keys().iter().find(|key| key.synonyms.contains(&name)).map(|key| key.name),
        Scope::ClientMetrics => None,
    }
}

/// How many bytes must be added, removed or replaced to make one text of the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_have_each_name_once() {
        for keys in [topic_keys(), broker_keys()] {
            assert!(keys.is_sorted_by(|a, b| a.name < b.name));
        }
    }

    #[test]
    fn every_default_is_a_valid_value_in_its_shortest_form() {
        for key in topic_keys().iter().chain(broker_keys()) {
            assert_eq!(
                key.default_value().map(|value| value.to_string()).as_deref(),
                key.default,
                "{}",
                key.name
            );
        }
    }

    #[test]
    fn every_config_is_documented() {
        for key in topic_keys().iter().chain(broker_keys()) {
            assert!(key.doc.ends_with('.'), "{}", key.name);
        }
    }

    #[test]
    fn every_synonym_is_a_broker_config_with_the_same_rules_support_and_default() {
        for key in topic_keys() {
            let mut defaults = Vec::new();
            for name in key.synonyms {
                let broker = known_key(Scope::Broker, name);
                defaults.extend(
                    broker.default_value().map(|value| layers::convert(broker, key, &value).to_string()),
                );
                assert_eq!(
                    matches!(broker.support, Support::Acts),
                    matches!(key.support, Support::Acts),
                    "{name}"
                );
                if key.synonyms.len() == 1 {
                    let rules = |key: &ConfigKey| (key.value_type, key.valid, key.unit, key.default);
                    assert_eq!(rules(broker), rules(key), "{name}");
                }
            }
            assert!(
                key.synonyms.is_empty() || defaults.first().map(String::as_str) == key.default,
                "{}",
                key.name
            );
        }
    }

    #[test]
    fn an_unknown_config_is_met_with_the_name_that_was_meant() {
        let message = |scope, name| find_key(scope, name).unwrap_err().to_string();
        assert_eq!(
            message(Scope::Topic, "retention.msec"),
            "'retention.msec' is not a topic config: did you mean retention.ms?"
        );
        assert_eq!(
            message(Scope::Topic, "log.retention.hours"),
            "'log.retention.hours' is not a topic config: did you mean retention.ms?"
        );
        assert_eq!(
            message(Scope::Broker, "retention.ms"),
            "'retention.ms' is not a broker config: did you mean log.retention.ms?"
        );
        assert_eq!(
            message(Scope::Broker, "colour"),
            "'colour' is not a broker config: describe the configs to see all names"
        );
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
