//! Which value counts: the maps that can set a config, one above the other, and where each value comes from.
//!
//! ```text
//!   the topic's own            wins
//!   this broker's, set live
//!   all brokers', set live
//!   written: command line, environment, file
//!   built in                   loses
//! ```
//!
//! A topic's config that is not set on the topic takes the value of its broker configs (its synonyms), the strongest name
//! first within each layer.

use super::written::{Origin, WrittenConfig};
use super::{ConfigKey, ConfigMap, ConfigValue, Scope, UnknownConfig, Update, find_key, known_key, table};

/// The maps that count for one broker, below the topic's own.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    /// Set live for this broker.
    pub node: &'a ConfigMap,
    /// Set live for all brokers.
    pub cluster: &'a ConfigMap,
    /// Written before the start.
    pub written: &'a WrittenConfig,
}

/// Where a value comes from; a later one wins over an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigSource {
    /// Built in.
    Default,
    /// Written before the broker's start.
    Written(Origin),
    /// Set live for all brokers.
    Cluster,
    /// Set live for one broker.
    Node,
    /// Set on the topic.
    Topic,
    /// Set on the group.
    Group,
    /// Set on the subscription to clients' metrics.
    ClientMetrics,
}

/// A config's value and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Which config.
    pub key: &'static ConfigKey,
    /// The value that counts. `None`: no value, or a secret.
    pub value: Option<String>,
    /// Where it comes from.
    pub source: ConfigSource,
    /// The value if nobody had set it. `None`: no value.
    pub default: Option<String>,
    /// All values that could count, the one that does first, each under the name it was set by. A secret's are empty.
    pub candidates: Vec<Candidate>,
}

/// One value that somebody set, or that is built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The name that it was set by: the config's own or a synonym's.
    pub key: &'static ConfigKey,
    /// As it was set, in that name's unit.
    pub value: String,
    /// Where.
    pub source: ConfigSource,
}

impl Explanation {
    /// Whether it takes a restart to change it.
    pub fn is_read_only(&self) -> bool {
        self.key.update == Update::Restart
    }
}

impl<'a> Layers<'a> {
    /// Explains a config of a topic, whose own configs are `topic`.
    pub fn explain_topic(&self, topic: &ConfigMap, name: &str) -> Result<Explanation, UnknownConfig> {
        Ok(self.explain(topic, find_key(Scope::Topic, name)?))
    }

    /// Explains a config of the broker.
    pub fn explain_broker(&self, name: &str) -> Result<Explanation, UnknownConfig> {
        Ok(self.explain(&ConfigMap::new(), find_key(Scope::Broker, name)?))
    }

    /// Explains all configs of a topic that are listed, by name.
    pub fn describe_topic(&self, topic: &ConfigMap) -> Vec<Explanation> {
        table(Scope::Topic).iter().filter(|key| !key.internal).map(|key| self.explain(topic, key)).collect()
    }

    /// Explains all configs of the broker that are listed, by name.
    pub fn describe_broker(&self) -> Vec<Explanation> {
        let none = ConfigMap::new();
        table(Scope::Broker).iter().filter(|key| !key.internal).map(|key| self.explain(&none, key)).collect()
    }

    /// Explains all configs of a group that are listed, by name; `group` holds those that are set on it.
    pub fn describe_group(&self, group: &ConfigMap) -> Vec<Explanation> {
        table(Scope::Group).iter().filter(|key| !key.internal).map(|key| self.explain(group, key)).collect()
    }

    /// Explains all configs of a subscription to clients' metrics, by name; `subscription` holds those that are set.
    pub fn describe_client_metrics(&self, subscription: &ConfigMap) -> Vec<Explanation> {
        table(Scope::ClientMetrics).iter().map(|key| self.explain(subscription, key)).collect()
    }

    /// The value of a topic's config that counts; `None` if it has none.
    pub(super) fn topic_value(&self, topic: &ConfigMap, name: &str) -> Option<ConfigValue> {
        self.value(known_key(Scope::Topic, name), topic)
    }

    /// The value of the broker's config that counts; `None` if it has none.
    pub(crate) fn broker_value(&self, name: &str) -> Option<ConfigValue> {
        self.value(known_key(Scope::Broker, name), &ConfigMap::new())
    }

    /// The value that counts; `resource` holds its own if `key` is not a broker's.
    pub(crate) fn value(&self, key: &'static ConfigKey, resource: &ConfigMap) -> Option<ConfigValue> {
        self.effective(resource, key).map(|(value, _)| value)
    }

    fn explain(&self, resource: &ConfigMap, key: &'static ConfigKey) -> Explanation {
        let shown = |value: String| if key.is_sensitive() { String::new() } else { value };
        let (value, source) = self.effective(resource, key).unzip();
        Explanation {
            key,
            value: value.filter(|_| !key.is_sensitive()).map(|value| value.to_string()),
            source: source.unwrap_or(ConfigSource::Default),
            default: key.default.map(str::to_owned),
            candidates: self
                .candidates(resource, key)
                .map(|(key, value, source)| Candidate { key, value: shown(value.to_owned()), source })
                .collect(),
        }
    }

    /// The value that counts, in the config's own unit. Synonyms set a topic's or a group's config, but not a broker's: there they only
    /// stand beside it.
    fn effective(
        &self,
        resource: &ConfigMap,
        key: &'static ConfigKey,
    ) -> Option<(ConfigValue, ConfigSource)> {
        let counts = |set_by: &ConfigKey| key.scope != Scope::Broker || set_by == key;
        let (set_by, value, source) = self.candidates(resource, key).find(|(set_by, ..)| counts(set_by))?;
        Some((convert(set_by, key, &checked(set_by, value)), source))
    }

    /// All values that could count, the strongest first.
    fn candidates<'b>(
        &self,
        resource: &'b ConfigMap,
        key: &'static ConfigKey,
    ) -> impl Iterator<Item = (&'static ConfigKey, &'b str, ConfigSource)>
    where
        'a: 'b,
    {
        let Layers { node, cluster, written } = *self;
        // Whoever has no synonyms stands for itself.
        let own = key.synonyms.is_empty().then_some(key);
        let names =
            move || own.into_iter().chain(key.synonyms.iter().map(|name| known_key(Scope::Broker, name)));
        let live = move |map: &'b ConfigMap, source| {
            names().filter_map(move |by| map.get(by.name).map(|value| (by, value.as_str(), source)))
        };
        let on_resource = match key.scope {
            Scope::Broker => None,
            Scope::Topic => Some(ConfigSource::Topic),
            Scope::Group => Some(ConfigSource::Group),
            Scope::ClientMetrics => Some(ConfigSource::ClientMetrics),
        };
        on_resource
            .and_then(|source| Some((key, resource.get(key.name)?.as_str(), source)))
            .into_iter()
            .chain(live(node, ConfigSource::Node))
            .chain(live(cluster, ConfigSource::Cluster))
            .chain(names().filter_map(move |by| {
                written.get(by).map(|(value, origin)| (by, value, ConfigSource::Written(origin)))
            }))
            .chain(names().filter_map(|by| by.default.map(|value| (by, value, ConfigSource::Default))))
    }
}

/// A value of `from` as a value of `to`, which means the same in another unit: hours become milliseconds.
pub(super) fn convert(from: &ConfigKey, to: &ConfigKey, value: &ConfigValue) -> ConfigValue {
    match (from.unit == to.unit, value.as_integer()) {
        // Every time below 0 is "no limit", which is -1 in each unit.
        (false, Some(number)) if number < 0 => ConfigValue::Long(-1),
        (false, Some(number)) => ConfigValue::Long(number * from.unit.in_milliseconds()),
        _ => value.clone(),
    }
}

/// Reads a value that was checked when it was set.
pub(super) fn checked(key: &'static ConfigKey, value: &str) -> ConfigValue {
    match key.parse(value) {
        Ok(value) => value,
        Err(error) => panic!("a config value came past its check: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, &str)]) -> ConfigMap {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn candidate(name: &'static str, value: &str, source: ConfigSource) -> Candidate {
        let scope = if source == ConfigSource::Topic { Scope::Topic } else { Scope::Broker };
        Candidate { key: known_key(scope, name), value: value.to_owned(), source }
    }

    #[test]
    fn the_highest_layer_wins_and_all_are_told() {
        let written = WrittenConfig::new([("log.retention.hours", "24", Origin::File)]).unwrap();
        let (node, cluster) =
            (map(&[("log.retention.ms", "5000000")]), map(&[("log.retention.ms", "6000000")]));
        let layers = Layers { node: &node, cluster: &cluster, written: &written };
        let topic = map(&[("retention.ms", "77")]);

        let explained = layers.explain_topic(&topic, "retention.ms").unwrap();
        assert_eq!(explained.value.as_deref(), Some("77"));
        assert_eq!(explained.source, ConfigSource::Topic);
        assert_eq!(explained.default.as_deref(), Some("604800000"));
        // The list that Apache Kafka 4.4 answers for these settings.
        let expected = [
            candidate("retention.ms", "77", ConfigSource::Topic),
            candidate("log.retention.ms", "5000000", ConfigSource::Node),
            candidate("log.retention.ms", "6000000", ConfigSource::Cluster),
            candidate("log.retention.hours", "24", ConfigSource::Written(Origin::File)),
            candidate("log.retention.hours", "168", ConfigSource::Default),
        ];
        assert_eq!(explained.candidates, expected);
        assert_eq!(
            layers.explain_topic(&map(&[]), "retention.ms").unwrap().value.as_deref(),
            Some("5000000")
        );
    }

    #[test]
    fn hours_of_the_broker_are_milliseconds_of_the_topic() {
        let none = ConfigMap::new();
        let explain = |written: &[(&str, &str)]| {
            let entries = written.iter().map(|(name, value)| (*name, *value, Origin::CommandLine));
            let written = WrittenConfig::new(entries).unwrap();
            let layers = Layers { node: &none, cluster: &none, written: &written };
            let explained = layers.explain_topic(&none, "retention.ms").unwrap();
            (explained.value.unwrap(), explained.source)
        };
        let command_line = ConfigSource::Written(Origin::CommandLine);
        assert_eq!(explain(&[]), ("604800000".to_owned(), ConfigSource::Default));
        assert_eq!(explain(&[("log.retention.hours", "24")]), ("86400000".to_owned(), command_line));
        assert_eq!(explain(&[("log.retention.hours", "-1")]), ("-1".to_owned(), command_line));
        let minutes_and_hours = [("log.retention.hours", "24"), ("log.retention.minutes", "2")];
        assert_eq!(explain(&minutes_and_hours), ("120000".to_owned(), command_line));
        assert_eq!(
            explain(&[("log.retention.hours", "2147483647")]),
            ("7730941129200000".to_owned(), command_line)
        );
    }

    #[test]
    fn a_broker_config_is_explained_by_its_own_value_beside_its_synonyms() {
        let none = ConfigMap::new();
        let written = WrittenConfig::new([("log.retention.minutes", "2", Origin::File)]).unwrap();
        let layers = Layers { node: &none, cluster: &none, written: &written };
        let explained = layers.explain_broker("log.retention.hours").unwrap();
        assert_eq!((explained.value.as_deref(), explained.source), (Some("168"), ConfigSource::Default));
        assert!(explained.is_read_only());
        assert_eq!(explained.candidates.len(), 2);
        let unset = layers.explain_broker("log.retention.ms").unwrap();
        assert_eq!((unset.value, unset.default, unset.source), (None, None, ConfigSource::Default));
    }

    #[test]
    fn internal_configs_are_explained_when_asked_for_and_not_listed() {
        let none = ConfigMap::new();
        let written = WrittenConfig::default();
        let layers = Layers { node: &none, cluster: &none, written: &written };
        assert_eq!(layers.explain_topic(&none, "internal.segment.bytes").unwrap().value, None);
        assert!(
            layers
                .describe_topic(&none)
                .iter()
                .all(|explained| explained.key.name != "internal.segment.bytes")
        );
        assert_eq!(layers.describe_topic(&none).len(), super::super::topic_keys().len() - 1);
        let listed = super::super::broker_keys().iter().filter(|key| !key.internal);
        assert_eq!(layers.describe_broker().len(), listed.count());
    }
}
