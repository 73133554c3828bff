//! The configs that a group can have, and those of a subscription to clients' metrics (KIP-714): all of Apache Kafka 4.4's,
//! under its names, with its types, defaults and rules.

use super::key::ConfigKey;
use super::key::Support::{Ignored, Waits};
use super::key::Unit::{Milliseconds, Records};
use super::key::Valid::{AtLeast, Between, ClientMatch, OffsetReset, Words};
use super::key::ValueType::{Boolean, Int, List, Long, String};

const GROUPS: &str = "consumer groups";
const SHARE: &str = "share groups";
const STREAMS: &str = "streams groups";
const THREADS: &str = "one pool of threads, a thread a core, does all work";

/// By name.
pub(super) const GROUP_KEYS: &[ConfigKey] = &[
    ConfigKey::group("consumer.assignment.interval.ms", Int, "1000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["group.consumer.assignment.interval.ms"])
        .support(Waits(GROUPS))
        .doc("How long the group waits between two assignments."),
    ConfigKey::group("consumer.assignor.offload.enable", Boolean, "true")
        .synonyms(&["group.consumer.assignor.offload.enable"])
        .internal()
        .support(Ignored(THREADS))
        .doc("Whether assignments are computed on threads of their own."),
    ConfigKey::group("consumer.heartbeat.interval.ms", Int, "5000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.consumer.heartbeat.interval.ms"])
        .support(Waits(GROUPS))
        .doc("How often members send a heartbeat."),
    ConfigKey::group("consumer.session.timeout.ms", Int, "45000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.consumer.session.timeout.ms"])
        .support(Waits(GROUPS))
        .doc("How long a member may be silent before it is out."),
    ConfigKey::group("errors.deadletterqueue.copy.record.enable", Boolean, "false")
        .support(Waits(SHARE))
        .doc("Whether a record that could not be delivered is copied whole to the topic for such records."),
    ConfigKey::group("errors.deadletterqueue.topic.name", String, "")
        .support(Waits(SHARE))
        .doc("The topic for records that could not be delivered; none: they are dropped."),
    ConfigKey::group("share.assignment.interval.ms", Int, "1000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["group.share.assignment.interval.ms"])
        .support(Waits(SHARE))
        .doc("How long the group waits between two assignments."),
    ConfigKey::group("share.assignor.offload.enable", Boolean, "true")
        .synonyms(&["group.share.assignor.offload.enable"])
        .internal()
        .support(Ignored(THREADS))
        .doc("Whether assignments are computed on threads of their own."),
    ConfigKey::group("share.auto.offset.reset", String, "latest")
        .valid(OffsetReset)
        .support(Waits(SHARE))
        .doc("Where the group begins in a partition that it has not read yet."),
    ConfigKey::group("share.delivery.count.limit", Int, "5")
        .valid(AtLeast(2))
        .synonyms(&["group.share.delivery.count.limit"])
        .support(Waits(SHARE))
        .doc("How often a record is delivered before it is given up."),
    ConfigKey::group("share.heartbeat.interval.ms", Int, "5000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.share.heartbeat.interval.ms"])
        .support(Waits(SHARE))
        .doc("How often members send a heartbeat."),
    ConfigKey::group("share.isolation.level", String, "read_uncommitted")
        .valid(Words(&["read_committed", "read_uncommitted"]))
        .support(Waits(SHARE))
        .doc("Whether the group gets records of transactions before they are committed."),
    ConfigKey::group("share.partition.max.record.locks", Int, "2000")
        .valid(AtLeast(100))
        .unit(Records)
        .synonyms(&["group.share.partition.max.record.locks"])
        .support(Waits(SHARE))
        .doc("How many records of one partition may be out at a time."),
    ConfigKey::group("share.record.lock.duration.ms", Int, "30000")
        .valid(AtLeast(1000))
        .unit(Milliseconds)
        .synonyms(&["group.share.record.lock.duration.ms"])
        .support(Waits(SHARE))
        .doc("How long a consumer has for a record before another gets it."),
    ConfigKey::group("share.renew.acknowledge.enable", Boolean, "true")
        .support(Waits(SHARE))
        .doc("Whether a consumer may ask for more time for a record."),
    ConfigKey::group("share.session.timeout.ms", Int, "45000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.share.session.timeout.ms"])
        .support(Waits(SHARE))
        .doc("How long a member may be silent before it is out."),
    ConfigKey::group("streams.acceptable.recovery.lag", Long, "10000")
        .valid(AtLeast(0))
        .unit(Records)
        .synonyms(&["group.streams.acceptable.recovery.lag"])
        .internal()
        .support(Waits(STREAMS))
        .doc("How far behind a task may be and still move at once."),
    ConfigKey::group("streams.assignment.interval.ms", Int, "1000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["group.streams.assignment.interval.ms"])
        .support(Waits(STREAMS))
        .doc("How long the group waits between two assignments."),
    ConfigKey::group("streams.assignor.name", String, "")
        .without_default()
        .synonyms(&["group.streams.assignors"])
        .support(Waits(STREAMS))
        .doc("Which assignor the group has."),
    ConfigKey::group("streams.assignor.offload.enable", Boolean, "true")
        .synonyms(&["group.streams.assignor.offload.enable"])
        .internal()
        .support(Ignored(THREADS))
        .doc("Whether assignments are computed on threads of their own."),
    ConfigKey::group("streams.heartbeat.interval.ms", Int, "5000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.streams.heartbeat.interval.ms"])
        .support(Waits(STREAMS))
        .doc("How often members send a heartbeat."),
    ConfigKey::group("streams.initial.rebalance.delay.ms", Int, "3000")
        .valid(AtLeast(0))
        .unit(Milliseconds)
        .synonyms(&["group.streams.initial.rebalance.delay.ms"])
        .support(Waits(STREAMS))
        .doc("How long the empty group waits for more members before its first assignment."),
    ConfigKey::group("streams.num.standby.replicas", Int, "0")
        .valid(AtLeast(0))
        .synonyms(&["group.streams.num.standby.replicas"])
        .support(Waits(STREAMS))
        .doc("How many standby copies each task has."),
    ConfigKey::group("streams.num.warmup.replicas", Int, "2")
        .valid(AtLeast(0))
        .synonyms(&["group.streams.num.warmup.replicas"])
        .internal()
        .support(Waits(STREAMS))
        .doc("How many tasks warm up at a time."),
    ConfigKey::group("streams.rack.aware.assignment.tags", List, "")
        .synonyms(&["group.streams.rack.aware.assignment.tags"])
        .support(Waits(STREAMS))
        .doc("Which tags of its clients the group spreads standby copies over."),
    ConfigKey::group("streams.session.timeout.ms", Int, "45000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.streams.session.timeout.ms"])
        .support(Waits(STREAMS))
        .doc("How long a member may be silent before it is out."),
    ConfigKey::group("streams.task.offset.interval.ms", Int, "60000")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .synonyms(&["group.streams.task.offset.interval.ms"])
        .internal()
        .support(Waits(STREAMS))
        .doc("How often members tell how far their tasks are."),
];

/// By name.
pub(super) const CLIENT_METRICS_KEYS: &[ConfigKey] = &[
    ConfigKey::client_metrics("interval.ms", Int, "300000")
        .valid(Between(100, 3_600_000))
        .unit(Milliseconds)
        .doc("How often clients push their metrics."),
    ConfigKey::client_metrics("match", List, "")
        .valid(ClientMatch)
        .doc("Which clients push: all of the patterns must match; none match every client."),
    ConfigKey::client_metrics("metrics", List, "")
        .doc("What clients push: all metrics whose name begins with one of these; `*` is all of them."),
];
