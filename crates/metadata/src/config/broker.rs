//! What a broker's configs mean.

use super::topic::unsigned;
use super::{ConfigValue, Layers};

/// A broker's configs, resolved and typed. Those that only give a topic's config its default are not here: they reach
/// [`TopicConfig`](super::TopicConfig).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerConfig {
    /// `broker.rack`.
    pub rack: Option<String>,
    /// `auto.create.topics.enable`.
    pub auto_create_topics_enable: bool,
    /// `delete.topic.enable`.
    pub delete_topic_enable: bool,
    /// `num.partitions`.
    pub num_partitions: i32,
    /// `default.replication.factor`.
    pub default_replication_factor: i16,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval_ms: u64,
    /// `producer.id.expiration.ms`.
    pub producer_id_expiration_ms: u64,
    /// `socket.request.max.bytes`.
    pub request_max_bytes: u32,
    /// `fetch.max.bytes`.
    pub fetch_max_bytes: u32,
    /// `connections.max.idle.ms`; 0: for ever.
    pub connections_max_idle_ms: u64,
    /// `max.connections`.
    pub max_connections: u32,
    /// `max.connections.per.ip`.
    pub max_connections_per_ip: u32,
    /// `max.incremental.fetch.session.cache.slots`.
    pub fetch_sessions: u32,
    /// `quota.window.num`.
    pub quota_window_num: u32,
    /// `quota.window.size.seconds`.
    pub quota_window_size_seconds: u32,
    /// `controller.quota.window.num`.
    pub controller_quota_window_num: u32,
    /// `controller.quota.window.size.seconds`.
    pub controller_quota_window_size_seconds: u32,
    /// `tidelog.memory.bytes`.
    pub memory_bytes: u64,
    /// `tidelog.journal.bytes`.
    pub journal_bytes: u64,
    /// `tidelog.journal.dir`; `None`: in the data directory.
    pub journal_dir: Option<String>,
    /// `tidelog.disk.reserve.bytes`.
    pub disk_reserve_bytes: u64,
    /// `tidelog.open.files`; `None`: half of what the process may have.
    pub open_files: Option<u32>,
    /// `tidelog.partitions.max`.
    pub partitions_max: u32,
}

impl BrokerConfig {
    /// What `layers` mean for their broker.
    pub fn resolve(layers: &Layers<'_>) -> Self {
        BrokerConfig {
            rack: text(layers, "broker.rack"),
            auto_create_topics_enable: boolean(layers, "auto.create.topics.enable"),
            delete_topic_enable: boolean(layers, "delete.topic.enable"),
            num_partitions: integer(layers, "num.partitions") as i32,
            default_replication_factor: integer(layers, "default.replication.factor") as i16,
            retention_check_interval_ms: integer(layers, "log.retention.check.interval.ms") as u64,
            producer_id_expiration_ms: integer(layers, "producer.id.expiration.ms") as u64,
            request_max_bytes: unsigned(integer(layers, "socket.request.max.bytes")),
            fetch_max_bytes: unsigned(integer(layers, "fetch.max.bytes")),
            connections_max_idle_ms: u64::try_from(integer(layers, "connections.max.idle.ms")).unwrap_or(0),
            max_connections: unsigned(integer(layers, "max.connections")),
            max_connections_per_ip: unsigned(integer(layers, "max.connections.per.ip")),
            fetch_sessions: unsigned(integer(layers, "max.incremental.fetch.session.cache.slots")),
            quota_window_num: unsigned(integer(layers, "quota.window.num")),
            quota_window_size_seconds: unsigned(integer(layers, "quota.window.size.seconds")),
            controller_quota_window_num: unsigned(integer(layers, "controller.quota.window.num")),
            controller_quota_window_size_seconds: unsigned(integer(
                layers,
                "controller.quota.window.size.seconds",
            )),
            memory_bytes: integer(layers, "tidelog.memory.bytes") as u64,
            journal_bytes: integer(layers, "tidelog.journal.bytes") as u64,
            journal_dir: text(layers, "tidelog.journal.dir"),
            disk_reserve_bytes: integer(layers, "tidelog.disk.reserve.bytes") as u64,
            open_files: layers.broker_value("tidelog.open.files").and_then(|v| v.as_integer()).map(unsigned),
            partitions_max: unsigned(integer(layers, "tidelog.partitions.max")),
        }
    }
}

// Names and types are those of the table, and the rules there make the casts above exact: anything else is a bug.

fn integer(layers: &Layers<'_>, name: &str) -> i64 {
    match layers.broker_value(name).and_then(|value| value.as_integer()) {
        Some(number) => number,
        None => panic!("{name} is not a whole number"),
    }
}

fn boolean(layers: &Layers<'_>, name: &str) -> bool {
    match layers.broker_value(name) {
        Some(ConfigValue::Boolean(value)) => value,
        other => panic!("{name} is not a switch: {other:?}"),
    }
}

/// A text; an empty one is none.
fn text(layers: &Layers<'_>, name: &str) -> Option<String> {
    match layers.broker_value(name)? {
        ConfigValue::Text(text) => Some(text).filter(|text| !text.is_empty()),
        other => panic!("{name} is not a text: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigMap, Origin, WrittenConfig};
    use super::*;

    fn resolve(written: &[(&str, &str)], cluster: &[(&str, &str)]) -> BrokerConfig {
        let written = WrittenConfig::new(written.iter().map(|(n, v)| (*n, *v, Origin::CommandLine))).unwrap();
        let cluster = cluster.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        BrokerConfig::resolve(&Layers { node: &ConfigMap::new(), cluster: &cluster, written: &written })
    }

    fn default() -> BrokerConfig {
        BrokerConfig {
            rack: None,
            auto_create_topics_enable: true,
            delete_topic_enable: true,
            num_partitions: 1,
            default_replication_factor: 1,
            retention_check_interval_ms: 300_000,
            producer_id_expiration_ms: 86_400_000,
            request_max_bytes: 104_857_600,
            fetch_max_bytes: 57_671_680,
            connections_max_idle_ms: 600_000,
            max_connections: i32::MAX as u32,
            max_connections_per_ip: i32::MAX as u32,
            fetch_sessions: 1000,
            quota_window_num: 11,
            quota_window_size_seconds: 1,
            controller_quota_window_num: 11,
            controller_quota_window_size_seconds: 1,
            memory_bytes: 64 << 20,
            journal_bytes: 128 << 20,
            journal_dir: None,
            disk_reserve_bytes: 1 << 30,
            open_files: None,
            partitions_max: 20_000,
        }
    }

    #[test]
    fn defaults_are_as_documented() {
        assert_eq!(resolve(&[], &[]), default());
    }

    #[test]
    fn what_was_written_and_set_live_counts() {
        let written = [
            ("broker.rack", "a"),
            ("auto.create.topics.enable", "false"),
            ("num.partitions", "2147483647"),
            ("default.replication.factor", "32767"),
            ("tidelog.open.files", "100"),
            ("tidelog.partitions.max", "5"),
            ("tidelog.journal.dir", ""),
        ];
        let expected = BrokerConfig {
            rack: Some("a".to_owned()),
            auto_create_topics_enable: false,
            num_partitions: i32::MAX,
            default_replication_factor: i16::MAX,
            open_files: Some(100),
            partitions_max: 6,
            ..default()
        };
        assert_eq!(resolve(&written, &[("tidelog.partitions.max", "6")]), expected);
    }
}
