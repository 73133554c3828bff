//! The configs that a broker can have: all of Apache Kafka 4.4's, under its names, with its types, defaults and rules, and
//! ours. This file has those that topics and storage act on; those that give a topic's config its default repeat that
//! config's rules. The rooms below have the rest.
//!
//! Where a broker is (node id, data directory, addresses) is known and never set here: its operator says it as an option.

mod cluster;
mod groups;
mod security;
mod server;
mod storage;

use std::sync::LazyLock;

use super::key::Support::{Elsewhere, Ignored, Waits};
use super::key::Unit::{Bytes, Hours, Milliseconds, Minutes, Records};
use super::key::Valid::{Any, AtLeast, Between, MinusOneOrBetween, Words};
use super::key::ValueType::{Boolean, Double, Int, List, Long, String};
use super::key::{ConfigKey, ValueType};
use super::topic_keys::{
    CLEANUP_POLICIES, COMPRESSION_TYPES, DURABILITIES, RECORD_LIMIT, RECORD_MAX_BYTES, TIMESTAMP_TYPES,
};

const COMPACTION: &str = "log compaction";
const TIERED: &str = "tiered storage";
const SEE_TOPIC: &str = "the topic config that it is the default of has no effect";

const RETENTION: &[&str] = &["log.retention.ms", "log.retention.minutes", "log.retention.hours"];
const ROLL: &[&str] = &["log.roll.ms", "log.roll.hours"];
const ROLL_JITTER: &[&str] = &["log.roll.jitter.ms", "log.roll.jitter.hours"];
const FLUSH: &[&str] = &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"];

/// By name.
pub(super) static BROKER_KEYS: LazyLock<Vec<ConfigKey>> = LazyLock::new(|| {
    let rooms = [KEYS, cluster::KEYS, groups::KEYS, security::KEYS, server::KEYS, storage::KEYS];
    let mut keys = rooms.concat();
    keys.sort_by_key(|key| key.name);
    keys
});

/// A config that has no effect until there is `what`.
const fn waits(
    name: &'static str,
    value_type: ValueType,
    default: &'static str,
    what: &'static str,
    doc: &'static str,
) -> ConfigKey {
    ConfigKey::broker(name, value_type, default).support(Waits(what)).doc(doc)
}

/// A config that never has an effect, because of `why`.
const fn ignored(
    name: &'static str,
    value_type: ValueType,
    default: &'static str,
    why: &'static str,
    doc: &'static str,
) -> ConfigKey {
    ConfigKey::broker(name, value_type, default).support(Ignored(why)).doc(doc)
}

/// A config that is said as the option `option`.
const fn elsewhere(
    name: &'static str,
    value_type: ValueType,
    default: &'static str,
    option: &'static str,
    doc: &'static str,
) -> ConfigKey {
    ConfigKey::broker(name, value_type, default).support(Elsewhere(option)).doc(doc)
}

const KEYS: &[ConfigKey] = &[
    ConfigKey::broker("auto.create.topics.enable", Boolean, "true")
        .doc("Create a topic with the default configs when a client asks for its metadata or produces to it."),
    ConfigKey::broker("broker.rack", String, "")
        .without_default()
        .doc("The rack or zone that this broker stands in, as replica placement and clients are told."),
    ConfigKey::broker("compression.gzip.level", Int, "-1")
        .valid(MinusOneOrBetween(1, 9))
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `compression.gzip.level`."),
    ConfigKey::broker("compression.lz4.level", Int, "9")
        .valid(Between(1, 17))
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `compression.lz4.level`."),
    ConfigKey::broker("compression.type", String, "producer")
        .valid(Words(COMPRESSION_TYPES))
        .live()
        .doc("The default of the topic config `compression.type`."),
    ConfigKey::broker("compression.zstd.level", Int, "3")
        .valid(Between(-131_072, 22))
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `compression.zstd.level`."),
    ConfigKey::broker("default.replication.factor", Int, "1")
        .valid(Between(1, i16::MAX as i64))
        .doc("How many replicas a topic gets whose creator does not say."),
    ConfigKey::broker("delete.topic.enable", Boolean, "true")
        .doc("Whether topics can be deleted at all."),
    ConfigKey::broker("fetch.max.bytes", Int, "57671680")
        .valid(AtLeast(1024))
        .unit(Bytes)
        .doc("The most that one fetch answers, whatever the client asks for; a single larger batch is answered alone."),
    ConfigKey::broker("log.cleaner.delete.retention.ms", Long, "86400000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .live()
        .support(Waits(COMPACTION))
        .doc("The default of the topic config `delete.retention.ms`."),
    ConfigKey::broker("log.cleaner.max.compaction.lag.ms", Long, "9223372036854775807")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .live()
        .support(Waits(COMPACTION))
        .doc("The default of the topic config `max.compaction.lag.ms`."),
    ConfigKey::broker("log.cleaner.min.cleanable.ratio", Double, "0.5")
        .valid(Between(0, 1))
        .live()
        .support(Waits(COMPACTION))
        .doc("The default of the topic config `min.cleanable.dirty.ratio`."),
    ConfigKey::broker("log.cleaner.min.compaction.lag.ms", Long, "0")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .live()
        .support(Waits(COMPACTION))
        .doc("The default of the topic config `min.compaction.lag.ms`."),
    ConfigKey::broker("log.cleanup.policy", List, "delete")
        .valid(Words(CLEANUP_POLICIES))
        .live()
        .doc("The default of the topic config `cleanup.policy`."),
    ConfigKey::broker("log.flush.interval.messages", Long, "9223372036854775807")
        .valid(AtLeast(1))
        .unit(Records)
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `flush.messages`."),
    ConfigKey::broker("log.flush.interval.ms", Long, "")
        .without_default()
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(FLUSH)
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `flush.ms`."),
    ConfigKey::broker("log.flush.scheduler.interval.ms", Long, "9223372036854775807")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(FLUSH)
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `flush.ms` where `log.flush.interval.ms` is not set."),
    ConfigKey::broker("log.index.interval.bytes", Int, "4096")
        .valid(AtLeast(0))
        .unit(Bytes)
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `index.interval.bytes`."),
    ConfigKey::broker("log.index.size.max.bytes", Int, "10485760")
        .valid(AtLeast(4))
        .unit(Bytes)
        .live()
        .doc("The default of the topic config `segment.index.bytes`."),
    ConfigKey::broker("log.local.retention.bytes", Long, "-2")
        .valid(AtLeast(-2))
        .unit(Bytes)
        .live()
        .support(Waits(TIERED))
        .doc("The default of the topic config `local.retention.bytes`."),
    ConfigKey::broker("log.local.retention.ms", Long, "-2")
        .valid(AtLeast(-2))
        .unit(Milliseconds)
        .live()
        .support(Waits(TIERED))
        .doc("The default of the topic config `local.retention.ms`."),
    ConfigKey::broker("log.message.timestamp.after.max.ms", Long, "3600000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .live()
        .doc("The default of the topic config `message.timestamp.after.max.ms`."),
    ConfigKey::broker("log.message.timestamp.before.max.ms", Long, "9223372036854775807")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .live()
        .doc("The default of the topic config `message.timestamp.before.max.ms`."),
    ConfigKey::broker("log.message.timestamp.type", String, "CreateTime")
        .valid(Words(TIMESTAMP_TYPES))
        .live()
        .doc("The default of the topic config `message.timestamp.type`."),
    ConfigKey::broker("log.preallocate", Boolean, "false")
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `preallocate`."),
    ConfigKey::broker("log.remote.copy.lag.bytes", Long, "-1")
        .valid(AtLeast(-1))
        .unit(Bytes)
        .live()
        .support(Waits(TIERED))
        .doc("The default of the topic config `remote.copy.lag.bytes`."),
    ConfigKey::broker("log.remote.copy.lag.ms", Long, "0")
        .valid(AtLeast(-1))
        .unit(Milliseconds)
        .live()
        .support(Waits(TIERED))
        .doc("The default of the topic config `remote.copy.lag.ms`."),
    ConfigKey::broker("log.retention.bytes", Long, "-1")
        .valid(Any)
        .unit(Bytes)
        .live()
        .doc("The default of the topic config `retention.bytes`."),
    ConfigKey::broker("log.retention.check.interval.ms", Long, "300000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .doc("How often segments are looked at that `retention.ms` or `retention.bytes` may drop."),
    ConfigKey::broker("log.retention.hours", Int, "168")
        .valid(MinusOneOrBetween(1, i32::MAX as i64))
        .unit(Hours)
        .synonyms(RETENTION)
        .doc("The default of the topic config `retention.ms`, in hours; `log.retention.minutes` and `.ms` beat it."),
    ConfigKey::broker("log.retention.minutes", Int, "")
        .without_default()
        .valid(MinusOneOrBetween(1, i32::MAX as i64))
        .unit(Minutes)
        .synonyms(RETENTION)
        .doc("The default of the topic config `retention.ms`, in minutes; `log.retention.ms` beats it."),
    ConfigKey::broker("log.retention.ms", Long, "")
        .without_default()
        .valid(MinusOneOrBetween(1, i64::MAX))
        .unit(Milliseconds)
        .synonyms(RETENTION)
        .live()
        .doc("The default of the topic config `retention.ms`; -1 keeps records for ever."),
    ConfigKey::broker("log.roll.hours", Int, "168")
        .valid(AtLeast(1))
        .unit(Hours)
        .synonyms(ROLL)
        .doc("The default of the topic config `segment.ms`, in hours; `log.roll.ms` beats it."),
    ConfigKey::broker("log.roll.jitter.hours", Int, "0")
        .valid(AtLeast(0))
        .unit(Hours)
        .synonyms(ROLL_JITTER)
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `segment.jitter.ms`, in hours; `log.roll.jitter.ms` beats it."),
    ConfigKey::broker("log.roll.jitter.ms", Long, "")
        .without_default()
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(ROLL_JITTER)
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `segment.jitter.ms`."),
    ConfigKey::broker("log.roll.ms", Long, "")
        .without_default()
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(ROLL)
        .live()
        .doc("The default of the topic config `segment.ms`."),
    ConfigKey::broker("log.segment.bytes", Int, "1073741824")
        .valid(AtLeast(1_048_576))
        .unit(Bytes)
        .live()
        .doc("The default of the topic config `segment.bytes`."),
    ConfigKey::broker("log.segment.delete.delay.ms", Long, "60000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `file.delete.delay.ms`."),
    ConfigKey::broker("max.decompressed.message.bytes", Int, "2147483639")
        .valid(Between(1, RECORD_MAX_BYTES))
        .unit(Bytes)
        .live()
        .support(Waits(RECORD_LIMIT))
        .doc("The default of the topic config `max.decompressed.message.bytes`."),
    ConfigKey::broker("message.max.bytes", Int, "1048588")
        .valid(AtLeast(0))
        .unit(Bytes)
        .live()
        .doc("The default of the topic config `max.message.bytes`."),
    ConfigKey::broker("min.insync.replicas", Int, "1")
        .valid(AtLeast(1))
        .live()
        .doc("The default of the topic config `min.insync.replicas`."),
    ConfigKey::broker("num.partitions", Int, "1")
        .valid(AtLeast(1))
        .doc("How many partitions a topic gets whose creator does not say."),
    ConfigKey::broker("producer.id.expiration.ms", Int, "86400000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .live()
        .doc(
            "How long a partition remembers an idempotent producer that sends nothing more; a retry that comes later may \
             be stored twice.",
        ),
    ConfigKey::broker("socket.request.max.bytes", Int, "104857600")
        .valid(AtLeast(1))
        .unit(Bytes)
        .doc("The largest request that is read; a larger one closes its connection."),
    ConfigKey::broker("tidelog.disk.reserve.bytes", Long, "1073741824")
        .valid(AtLeast(0))
        .unit(Bytes)
        .doc(
            "How much of the disk is kept free. Below it produces are refused, with an error that can be retried, while \
             reads, retention and deletes go on.",
        ),
    ConfigKey::broker("tidelog.durability", String, "fsync")
        .valid(Words(DURABILITIES))
        .live()
        .doc("The default of the topic config `tidelog.durability`."),
    ConfigKey::broker("tidelog.journal.bytes", Long, "134217728")
        .valid(AtLeast(67_108_864))
        .unit(Bytes)
        .doc(
            "How large the commit journal may grow. It begins smaller and grows while checkpoints cannot keep up; a \
             larger one makes checkpoints rarer and the start after a crash slower.",
        ),
    ConfigKey::broker("tidelog.journal.dir", String, "")
        .without_default()
        .doc("Where the commit journal lies if not in the data directory: a second disk takes the double write off the first."),
    ConfigKey::broker("tidelog.memory.bytes", Long, "67108864")
        .valid(AtLeast(16_777_216))
        .unit(Bytes)
        .doc("How many bytes of requests and answers the broker holds at a time; beyond it connections wait."),
    ConfigKey::broker("tidelog.open.files", Int, "")
        .without_default()
        .valid(AtLeast(64))
        .doc("How many segment files are kept open. Not set: half of what the operating system lets the process have."),
    ConfigKey::broker("tidelog.partitions.max", Int, "20000")
        .valid(AtLeast(1))
        .live()
        .doc("How many partitions the cluster may have in all; creating more is refused."),
    ConfigKey::broker("unclean.leader.election.enable", Boolean, "false")
        .live()
        .support(Ignored(SEE_TOPIC))
        .doc("The default of the topic config `unclean.leader.election.enable`."),
];
