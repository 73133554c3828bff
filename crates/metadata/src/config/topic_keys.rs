//! The configs that a topic can have: all of Apache Kafka 4.4's, under its names, with its types, defaults and rules, and
//! ours. The tests compare this table with what Kafka 4.4's own classes say.

use super::key::ConfigKey;
use super::key::Support::{Ignored, Waits};
use super::key::Unit::{Bytes, Milliseconds, Records};
use super::key::Valid::{Any, AtLeast, Between, MinusOneOrBetween, Replicas, Words};
use super::key::ValueType::{Boolean, Double, Int, List, Long, String};

/// The words of `compression.type`.
pub(super) const COMPRESSION_TYPES: &[&str] = &["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"];
/// The words of `cleanup.policy`.
pub(super) const CLEANUP_POLICIES: &[&str] = &["compact", "delete"];
/// The words of `message.timestamp.type`.
pub(super) const TIMESTAMP_TYPES: &[&str] = &["CreateTime", "LogAppendTime"];
/// The words of `tidelog.durability`.
pub(super) const DURABILITIES: &[&str] = &["fsync", "replicated"];
/// The largest Java array, Kafka's limit for one record.
pub(super) const RECORD_MAX_BYTES: i64 = 2_147_483_639;

/// What a limit on single records waits for.
pub(super) const RECORD_LIMIT: &str =
    "a limit on single records; whole batches have one, whatever is set here";

const LEVEL: &str = "the broker compresses at the one level of each codec that suits a log";
const COMPACTION: &str = "log compaction";
const TIERED: &str = "tiered storage";
const REPLICATION: &str = "replication between brokers";

/// By name.
pub(super) static TOPIC_KEYS: &[ConfigKey] = &[
    ConfigKey::topic("cleanup.policy", List, "delete")
        .valid(Words(CLEANUP_POLICIES))
        .synonyms(&["log.cleanup.policy"])
        .doc(
            "What becomes of old records: `delete` drops whole segments by age and size, `compact` keeps the last record \
             of each key (every record then needs a key), both do both; the empty list keeps everything. Compaction \
             itself waits for a later version: until then `compact` keeps every record.",
        ),
    ConfigKey::topic("compression.gzip.level", Int, "-1")
        .valid(MinusOneOrBetween(1, 9))
        .synonyms(&["compression.gzip.level"])
        .support(Ignored(LEVEL))
        .doc("How hard gzip tries when `compression.type` is `gzip`; -1 is gzip's own default."),
    ConfigKey::topic("compression.lz4.level", Int, "9")
        .valid(Between(1, 17))
        .synonyms(&["compression.lz4.level"])
        .support(Ignored(LEVEL))
        .doc("How hard lz4 tries when `compression.type` is `lz4`."),
    ConfigKey::topic("compression.type", String, "producer")
        .valid(Words(COMPRESSION_TYPES))
        .synonyms(&["compression.type"])
        .doc(
            "How batches are stored: `producer` keeps what the producer chose, byte for byte; the others make the broker \
             compress again where the producer chose differently.",
        ),
    ConfigKey::topic("compression.zstd.level", Int, "3")
        .valid(Between(-131_072, 22))
        .synonyms(&["compression.zstd.level"])
        .support(Ignored(LEVEL))
        .doc("How hard zstd tries when `compression.type` is `zstd`."),
    ConfigKey::topic("delete.retention.ms", Long, "86400000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.cleaner.delete.retention.ms"])
        .support(Waits(COMPACTION))
        .doc("How long compaction keeps a record without a value, so that readers learn that its key is gone."),
    ConfigKey::topic("errors.deadletterqueue.group.enable", Boolean, "false")
        .support(Waits("share groups"))
        .doc("Whether share groups may put records here that they could not deliver."),
    ConfigKey::topic("file.delete.delay.ms", Long, "60000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.segment.delete.delay.ms"])
        .support(Ignored("a file is removed when the last reader has let go of it"))
        .doc("How long a dropped segment's files stay on disk."),
    ConfigKey::topic("flush.messages", Long, "9223372036854775807")
        .valid(AtLeast(1))
        .unit(Records)
        .synonyms(&["log.flush.interval.messages"])
        .support(Ignored("`tidelog.durability` decides: `fsync` syncs every record before it is acknowledged"))
        .doc("Sync the log after this many records."),
    ConfigKey::topic("flush.ms", Long, "9223372036854775807")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.flush.interval.ms", "log.flush.scheduler.interval.ms"])
        .support(Ignored("`tidelog.durability` decides: `fsync` syncs every record before it is acknowledged"))
        .doc("Sync the log this long after a record."),
    ConfigKey::topic("follower.replication.throttled.replicas", List, "")
        .valid(Replicas)
        .support(Waits(REPLICATION))
        .doc("Replicas whose copying is throttled where it arrives."),
    ConfigKey::topic("index.interval.bytes", Int, "4096")
        .valid(AtLeast(0))
        .unit(Bytes)
        .synonyms(&["log.index.interval.bytes"])
        .support(Ignored("the index has an entry for each batch"))
        .doc("How many bytes of batches go between two entries of the offset index."),
    ConfigKey::topic("internal.segment.bytes", Int, "")
        .without_default()
        .valid(AtLeast(1))
        .unit(Bytes)
        .internal()
        .doc("Overrides `segment.bytes` without its lower bound: for tests that need small segments."),
    ConfigKey::topic("leader.replication.throttled.replicas", List, "")
        .valid(Replicas)
        .support(Waits(REPLICATION))
        .doc("Replicas whose copying is throttled where it leaves."),
    ConfigKey::topic("local.retention.bytes", Long, "-2")
        .valid(AtLeast(-2))
        .unit(Bytes)
        .synonyms(&["log.local.retention.bytes"])
        .support(Waits(TIERED))
        .doc("How many bytes of a tiered partition stay on the broker's disk; -2 is `retention.bytes`."),
    ConfigKey::topic("local.retention.ms", Long, "-2")
        .valid(AtLeast(-2))
        .unit(Milliseconds)
        .synonyms(&["log.local.retention.ms"])
        .support(Waits(TIERED))
        .doc("How long a tiered segment stays on the broker's disk; -2 is `retention.ms`."),
    ConfigKey::topic("max.compaction.lag.ms", Long, "9223372036854775807")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["log.cleaner.max.compaction.lag.ms"])
        .support(Waits(COMPACTION))
        .doc("The longest time that a record may wait for compaction."),
    ConfigKey::topic("max.decompressed.message.bytes", Int, "2147483639")
        .valid(Between(1, RECORD_MAX_BYTES))
        .unit(Bytes)
        .synonyms(&["max.decompressed.message.bytes"])
        .support(Waits(RECORD_LIMIT))
        .doc("The largest record that is taken, measured after decompression."),
    ConfigKey::topic("max.message.bytes", Int, "1048588")
        .valid(AtLeast(0))
        .unit(Bytes)
        .synonyms(&["message.max.bytes"])
        .doc("The largest record batch that is taken, as it is sent and stored: compressed, with its header."),
    ConfigKey::topic("message.timestamp.after.max.ms", Long, "3600000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.message.timestamp.after.max.ms"])
        .doc("How far a record's own time may be ahead of the broker's clock; without effect with LogAppendTime."),
    ConfigKey::topic("message.timestamp.before.max.ms", Long, "9223372036854775807")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.message.timestamp.before.max.ms"])
        .doc("How far a record's own time may be behind the broker's clock; without effect with LogAppendTime."),
    ConfigKey::topic("message.timestamp.type", String, "CreateTime")
        .valid(Words(TIMESTAMP_TYPES))
        .synonyms(&["log.message.timestamp.type"])
        .doc("Whether records keep the time that the producer gave them, or get the broker's when they are appended."),
    ConfigKey::topic("min.cleanable.dirty.ratio", Double, "0.5")
        .valid(Between(0, 1))
        .synonyms(&["log.cleaner.min.cleanable.ratio"])
        .support(Waits(COMPACTION))
        .doc("Which share of a log must be new since the last compaction before the next one starts."),
    ConfigKey::topic("min.compaction.lag.ms", Long, "0")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.cleaner.min.compaction.lag.ms"])
        .support(Waits(COMPACTION))
        .doc("How long a record is safe from compaction."),
    ConfigKey::topic("min.insync.replicas", Int, "1")
        .valid(AtLeast(1))
        .synonyms(&["min.insync.replicas"])
        .doc("How many replicas, the leader among them, must be in sync for a produce with `acks=all` to be taken."),
    ConfigKey::topic("preallocate", Boolean, "false")
        .synonyms(&["log.preallocate"])
        .support(Ignored("space is preallocated in proportion to use"))
        .doc("Reserve a segment's whole space when it is made."),
    ConfigKey::topic("remote.copy.lag.bytes", Long, "-1")
        .valid(AtLeast(-1))
        .unit(Bytes)
        .synonyms(&["log.remote.copy.lag.bytes"])
        .support(Waits(TIERED))
        .doc("How many newer bytes there must be before a segment is copied to tiered storage."),
    ConfigKey::topic("remote.copy.lag.ms", Long, "0")
        .valid(AtLeast(-1))
        .unit(Milliseconds)
        .synonyms(&["log.remote.copy.lag.ms"])
        .support(Waits(TIERED))
        .doc("How old a segment must be before it is copied to tiered storage."),
    ConfigKey::topic("remote.log.copy.disable", Boolean, "false")
        .support(Waits(TIERED))
        .doc("Stop copying segments to tiered storage; those that are there stay readable."),
    ConfigKey::topic("remote.log.delete.on.disable", Boolean, "false")
        .support(Waits(TIERED))
        .doc("Delete what lies in tiered storage when it is switched off for the topic."),
    ConfigKey::topic("remote.storage.enable", Boolean, "false")
        .support(Waits(TIERED))
        .doc("Keep old segments in tiered storage. `true` is refused for now."),
    ConfigKey::topic("retention.bytes", Long, "-1")
        .valid(Any)
        .unit(Bytes)
        .synonyms(&["log.retention.bytes"])
        .doc(
            "With `cleanup.policy=delete`: above this size a partition's oldest segments are dropped. Counts for each \
             partition; below 0 there is no limit.",
        ),
    ConfigKey::topic("retention.ms", Long, "604800000")
        .valid(AtLeast(-1))
        .unit(Milliseconds)
        .synonyms(&["log.retention.ms", "log.retention.minutes", "log.retention.hours"])
        .doc(
            "With `cleanup.policy=delete`: segments whose newest record is older are dropped. This is how long consumers \
             have to read their records; -1 keeps them for ever.",
        ),
    ConfigKey::topic("segment.bytes", Int, "1073741824")
        .valid(AtLeast(1_048_576))
        .unit(Bytes)
        .synonyms(&["log.segment.bytes"])
        .doc("How large a segment grows before the next one begins. Old records are dropped by whole segments."),
    ConfigKey::topic("segment.index.bytes", Int, "10485760")
        .valid(AtLeast(4))
        .unit(Bytes)
        .synonyms(&["log.index.size.max.bytes"])
        .doc("How large a segment's index grows before the next segment begins."),
    ConfigKey::topic("segment.jitter.ms", Long, "0")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["log.roll.jitter.ms", "log.roll.jitter.hours"])
        .support(Ignored("beginning a segment costs no I/O, so that many at once do no harm"))
        .doc("Begin the next segment at random up to this much earlier than `segment.ms` says."),
    ConfigKey::topic("segment.ms", Long, "604800000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["log.roll.ms", "log.roll.hours"])
        .doc("How old a segment gets before the next one begins, however small it is."),
    ConfigKey::topic("tidelog.durability", String, "fsync")
        .valid(Words(DURABILITIES))
        .synonyms(&["tidelog.durability"])
        .doc(
            "What an acknowledgement means: with `fsync` the records would survive a power cut of all replicas at once; \
             with `replicated` they were written but not yet synced, which is what Apache Kafka promises.",
        ),
    ConfigKey::topic("unclean.leader.election.enable", Boolean, "false")
        .synonyms(&["unclean.leader.election.enable"])
        .support(Ignored("a replica that misses records becomes leader by an operator's command only"))
        .doc("Let a replica that misses acknowledged records become leader when no other is left."),
];
