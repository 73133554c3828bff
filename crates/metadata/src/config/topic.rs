//! What a topic's configs mean.

use std::fmt;

use tidelog_model::Durability;

use super::{ConfigMap, ConfigValue, Layers};

/// A topic's configs, resolved and typed: only those that Tidelog acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicConfig {
    /// `cleanup.policy`.
    pub cleanup_policy: CleanupPolicy,
    /// `compression.type`.
    pub compression: CompressionConfig,
    /// `tidelog.durability`.
    pub durability: Durability,
    /// `max.message.bytes`: the largest batch.
    pub max_message_bytes: u32,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `min.insync.replicas`.
    pub min_insync_replicas: u32,
    /// `retention.bytes`; `None`: no limit.
    pub retention_bytes: Option<u64>,
    /// `retention.ms`; `None`: for ever.
    pub retention_ms: Option<i64>,
    /// `segment.bytes`, or `internal.segment.bytes` where it is set.
    pub segment_bytes: u32,
    /// `segment.index.bytes`.
    pub segment_index_bytes: u32,
    /// `segment.ms`.
    pub segment_ms: i64,
}

/// What becomes of old records (`cleanup.policy`). Neither: they stay for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanupPolicy {
    /// Segments are dropped by age and size.
    pub delete: bool,
    /// Only the last record of each key is kept, so every record needs one.
    pub compact: bool,
}

/// How batches are stored (`compression.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompressionConfig {
    /// As the producer compressed them.
    Producer,
    /// Not compressed.
    Uncompressed,
    /// With gzip.
    Gzip,
    /// With snappy.
    Snappy,
    /// With lz4.
    Lz4,
    /// With zstd.
    Zstd,
}

/// Whose clock gives records their time (`message.timestamp.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer's.
    CreateTime,
    /// The broker's, at the append.
    LogAppendTime,
}

impl TopicConfig {
    /// What `topic`, the topic's own configs, means on top of `layers`.
    pub fn resolve(topic: &ConfigMap, layers: &Layers<'_>) -> Self {
        let values = Values { topic, layers };
        let segment_bytes =
            values.optional("internal.segment.bytes").unwrap_or_else(|| values.integer("segment.bytes"));
        TopicConfig {
            cleanup_policy: values.cleanup_policy(),
            compression: values.compression(),
            durability: durability(&values.text("tidelog.durability")),
            max_message_bytes: unsigned(values.integer("max.message.bytes")),
            timestamp_type: values.timestamp_type(),
            timestamp_before_max_ms: values.integer("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: values.integer("message.timestamp.after.max.ms"),
            min_insync_replicas: unsigned(values.integer("min.insync.replicas")),
            retention_bytes: u64::try_from(values.integer("retention.bytes")).ok(),
            retention_ms: Some(values.integer("retention.ms")).filter(|&ms| ms >= 0),
            segment_bytes: unsigned(segment_bytes),
            segment_index_bytes: unsigned(values.integer("segment.index.bytes")),
            segment_ms: values.integer("segment.ms"),
        }
    }
}

/// The values that count, by name. Names and types are those of the table, so a wrong one is a bug.
struct Values<'a> {
    topic: &'a ConfigMap,
    layers: &'a Layers<'a>,
}

impl Values<'_> {
    fn integer(&self, name: &str) -> i64 {
        self.optional(name).unwrap_or_else(|| panic!("{name} has no value"))
    }

    fn optional(&self, name: &str) -> Option<i64> {
        let value = self.layers.topic_value(self.topic, name)?;
        Some(value.as_integer().unwrap_or_else(|| panic!("{name} is not a whole number")))
    }

    fn text(&self, name: &str) -> String {
        match self.layers.topic_value(self.topic, name) {
            Some(ConfigValue::Text(text)) => text,
            other => panic!("{name} is not a text: {other:?}"),
        }
    }

    fn cleanup_policy(&self) -> CleanupPolicy {
        let Some(ConfigValue::List(policies)) = self.layers.topic_value(self.topic, "cleanup.policy") else {
            panic!("cleanup.policy is not a list");
        };
        let has = |policy: &str| policies.iter().any(|p| p == policy);
        CleanupPolicy { delete: has("delete"), compact: has("compact") }
    }

    fn compression(&self) -> CompressionConfig {
        match self.text("compression.type").as_str() {
            "producer" => CompressionConfig::Producer,
            "uncompressed" => CompressionConfig::Uncompressed,
            "gzip" => CompressionConfig::Gzip,
            "snappy" => CompressionConfig::Snappy,
            "lz4" => CompressionConfig::Lz4,
            "zstd" => CompressionConfig::Zstd,
            other => panic!("compression.type {other} came past its check"),
        }
    }

    fn timestamp_type(&self) -> TimestampType {
        match self.text("message.timestamp.type").as_str() {
            "CreateTime" => TimestampType::CreateTime,
            "LogAppendTime" => TimestampType::LogAppendTime,
            other => panic!("message.timestamp.type {other} came past its check"),
        }
    }
}

fn durability(text: &str) -> Durability {
    match text {
        "fsync" => Durability::Fsync,
        "replicated" => Durability::Replicated,
        other => panic!("tidelog.durability {other} came past its check"),
    }
}

/// A number that its key lets be neither negative nor larger than 31 bits.
pub(super) fn unsigned(number: i64) -> u32 {
    match u32::try_from(number) {
        Ok(number) => number,
        Err(_) => panic!("{number} came past its check"),
    }
}

impl fmt::Display for TimestampType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimestampType::CreateTime => "CreateTime",
            TimestampType::LogAppendTime => "LogAppendTime",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, WrittenConfig};
    use super::*;

    const DEFAULT: TopicConfig = TopicConfig {
        cleanup_policy: CleanupPolicy { delete: true, compact: false },
        compression: CompressionConfig::Producer,
        durability: Durability::Fsync,
        max_message_bytes: 1_048_588,
        timestamp_type: TimestampType::CreateTime,
        timestamp_before_max_ms: i64::MAX,
        timestamp_after_max_ms: 3_600_000,
        min_insync_replicas: 1,
        retention_bytes: None,
        retention_ms: Some(7 * 24 * 3_600_000),
        segment_bytes: 1 << 30,
        segment_index_bytes: 10 << 20,
        segment_ms: 7 * 24 * 3_600_000,
    };

    fn resolve(topic: &[(&str, &str)], written: &[(&str, &str)]) -> TopicConfig {
        let topic = topic.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let written =
            WrittenConfig::new(written.iter().map(|(name, value)| (*name, *value, Origin::File))).unwrap();
        let none = ConfigMap::new();
        TopicConfig::resolve(&topic, &Layers { node: &none, cluster: &none, written: &written })
    }

    #[test]
    fn defaults_are_kafkas() {
        assert_eq!(resolve(&[], &[]), DEFAULT);
    }

    #[test]
    fn a_topics_own_values_beat_the_brokers() {
        let written = [("log.segment.bytes", "2000000"), ("tidelog.durability", "replicated")];
        let broker = TopicConfig { segment_bytes: 2_000_000, durability: Durability::Replicated, ..DEFAULT };
        assert_eq!(resolve(&[], &written), broker);
        let topic = [("segment.bytes", "3000000"), ("tidelog.durability", "fsync")];
        assert_eq!(resolve(&topic, &written), TopicConfig { segment_bytes: 3_000_000, ..DEFAULT });
    }

    #[test]
    fn no_limit_is_none_and_zero_is_a_limit() {
        let limits = |ms, bytes| {
            let config = resolve(&[("retention.ms", ms), ("retention.bytes", bytes)], &[]);
            (config.retention_ms, config.retention_bytes)
        };
        assert_eq!(limits("-1", "-5"), (None, None));
        assert_eq!(limits("0", "0"), (Some(0), Some(0)));
    }

    #[test]
    fn every_word_has_its_meaning() {
        let compression = |word| resolve(&[("compression.type", word)], &[]).compression;
        assert_eq!(compression("producer"), CompressionConfig::Producer);
        assert_eq!(compression("uncompressed"), CompressionConfig::Uncompressed);
        assert_eq!(compression("gzip"), CompressionConfig::Gzip);
        assert_eq!(compression("snappy"), CompressionConfig::Snappy);
        assert_eq!(compression("lz4"), CompressionConfig::Lz4);
        assert_eq!(compression("zstd"), CompressionConfig::Zstd);
        let log_append_time = resolve(&[("message.timestamp.type", "LogAppendTime")], &[]);
        assert_eq!(log_append_time.timestamp_type, TimestampType::LogAppendTime);
        let policy = |value| resolve(&[("cleanup.policy", value)], &[]).cleanup_policy;
        assert_eq!(policy(""), CleanupPolicy { delete: false, compact: false });
        assert_eq!(policy("compact,delete"), CleanupPolicy { delete: true, compact: true });
        assert_eq!(policy("compact"), CleanupPolicy { delete: false, compact: true });
    }

    #[test]
    fn the_internal_segment_size_beats_the_public_one() {
        assert_eq!(resolve(&[("internal.segment.bytes", "1000")], &[]).segment_bytes, 1000);
    }
}
