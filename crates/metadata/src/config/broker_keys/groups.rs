//! Configs of a broker: groups and transactions.

use super::super::key::ConfigKey;
use super::super::key::Unit::{Bytes, Milliseconds, Minutes};
use super::super::key::Valid::{AtLeast, Between, Words};
use super::super::key::ValueType::{Boolean, Class, Int, List, Long, Short, String};
use super::{ignored, waits};

const GROUPS: &str = "consumer groups";
const JAVA: &str = "Tidelog loads no Java classes";
const SHARE: &str = "share groups";
const STREAMS: &str = "streams groups";
const TRANSACTIONS: &str = "transactions";

/// By name.
pub(super) const KEYS: &[ConfigKey] = &[
    waits(
        "add.partitions.to.txn.retry.backoff.max.ms",
        Int,
        "100",
        TRANSACTIONS,
        "The longest pause between two tries to add partitions to a transaction.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "add.partitions.to.txn.retry.backoff.ms",
        Int,
        "20",
        TRANSACTIONS,
        "The first pause between two tries to add partitions to a transaction.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "errors.deadletterqueue.auto.create.topics.enable",
        Boolean,
        "false",
        SHARE,
        "Whether topics for records that share groups could not deliver are created by \
             themselves.",
    )
    .live(),
    waits(
        "errors.deadletterqueue.topic.name.prefix",
        String,
        "dlq.",
        SHARE,
        "How the names of such topics must begin.",
    )
    .live(),
    waits(
        "group.consumer.assignment.interval.ms",
        Int,
        "1000",
        GROUPS,
        "How long a consumer group waits between two assignments.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .live(),
    waits(
        "group.consumer.assignor.offload.enable",
        Boolean,
        "true",
        GROUPS,
        "Whether assignments of consumer groups are computed on threads of their own.",
    )
    .live()
    .internal(),
    waits(
        "group.consumer.assignors",
        List,
        "uniform,range",
        GROUPS,
        "Which assignors consumer groups have, the default first.",
    ),
    waits(
        "group.consumer.heartbeat.interval.ms",
        Int,
        "5000",
        GROUPS,
        "How often members of a consumer group send a heartbeat.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.consumer.max.assignment.interval.ms",
        Int,
        "15000",
        GROUPS,
        "The largest `consumer.assignment.interval.ms` that a group may have.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.consumer.max.heartbeat.interval.ms",
        Int,
        "15000",
        GROUPS,
        "The largest `consumer.heartbeat.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.consumer.max.session.timeout.ms",
        Int,
        "60000",
        GROUPS,
        "The largest `consumer.session.timeout.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.consumer.max.size",
        Int,
        "2147483647",
        GROUPS,
        "How many members a consumer group may have.",
    )
    .valid(AtLeast(1)),
    waits(
        "group.consumer.migration.policy",
        String,
        "bidirectional",
        GROUPS,
        "Which way groups may move between the classic and the consumer protocol while \
             they have members.",
    ),
    waits(
        "group.consumer.min.assignment.interval.ms",
        Int,
        "0",
        GROUPS,
        "The smallest `consumer.assignment.interval.ms` that a group may have.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.consumer.min.heartbeat.interval.ms",
        Int,
        "5000",
        GROUPS,
        "The smallest `consumer.heartbeat.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.consumer.min.session.timeout.ms",
        Int,
        "45000",
        GROUPS,
        "The smallest `consumer.session.timeout.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.consumer.regex.refresh.interval.ms",
        Int,
        "600000",
        GROUPS,
        "How often subscriptions by regular expression are looked up again.",
    )
    .valid(AtLeast(10_000))
    .unit(Milliseconds)
    .internal(),
    waits(
        "group.consumer.session.timeout.ms",
        Int,
        "45000",
        GROUPS,
        "How long a member of a consumer group may be silent before it is out.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.coordinator.append.linger.ms",
        Int,
        "-1",
        GROUPS,
        "How long the group coordinator gathers records before it appends them; -1 adapts.",
    )
    .valid(AtLeast(-1))
    .unit(Milliseconds),
    waits(
        "group.coordinator.background.threads",
        Int,
        "2",
        GROUPS,
        "How many threads compute assignments and the like.",
    )
    .valid(AtLeast(1)),
    waits(
        "group.coordinator.cached.buffer.max.bytes",
        Int,
        "1048588",
        GROUPS,
        "How large a buffer the group coordinator keeps for its next records.",
    )
    .valid(AtLeast(524_288))
    .unit(Bytes)
    .live(),
    waits(
        "group.coordinator.rebalance.protocols",
        List,
        "classic,consumer,streams",
        GROUPS,
        "Which protocols groups may use.",
    )
    .valid(Words(&["consumer", "classic", "share", "streams"])),
    waits("group.coordinator.threads", Int, "4", GROUPS, "How many threads the group coordinator has.")
        .valid(AtLeast(1)),
    waits(
        "group.initial.rebalance.delay.ms",
        Int,
        "3000",
        GROUPS,
        "How long an empty classic group waits for more members before its first assignment.",
    )
    .unit(Milliseconds),
    waits(
        "group.max.session.timeout.ms",
        Int,
        "1800000",
        GROUPS,
        "The largest session timeout that members of classic groups may have.",
    )
    .unit(Milliseconds),
    waits("group.max.size", Int, "2147483647", GROUPS, "How many members a classic group may have.")
        .valid(AtLeast(1)),
    waits(
        "group.min.session.timeout.ms",
        Int,
        "6000",
        GROUPS,
        "The smallest session timeout that members of classic groups may have.",
    )
    .unit(Milliseconds),
    waits(
        "group.share.assignment.interval.ms",
        Int,
        "1000",
        SHARE,
        "How long a share group waits between two assignments.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .live(),
    waits(
        "group.share.assignor.offload.enable",
        Boolean,
        "true",
        SHARE,
        "Whether assignments of share groups are computed on threads of their own.",
    )
    .live()
    .internal(),
    waits("group.share.assignors", List, "simple", SHARE, "Which assignor share groups have."),
    waits(
        "group.share.delivery.count.limit",
        Int,
        "5",
        SHARE,
        "How often a record is delivered to a share group before it is given up.",
    )
    .valid(Between(2, 10)),
    ignored(
        "group.share.dlq.manager.class.name",
        String,
        "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager",
        JAVA,
        "A class that stores what share groups could not deliver.",
    )
    .internal(),
    waits(
        "group.share.heartbeat.interval.ms",
        Int,
        "5000",
        SHARE,
        "How often members of a share group send a heartbeat.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.share.initialize.retry.interval.ms",
        Int,
        "30000",
        SHARE,
        "How often the state of a share group's partitions is asked for again while it \
             is missing.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "group.share.max.assignment.interval.ms",
        Int,
        "15000",
        SHARE,
        "The largest `share.assignment.interval.ms` that a group may have.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.share.max.delivery.count.limit",
        Int,
        "10",
        SHARE,
        "The largest `share.delivery.count.limit` that a group may have.",
    )
    .valid(Between(5, 25)),
    waits(
        "group.share.max.heartbeat.interval.ms",
        Int,
        "15000",
        SHARE,
        "The largest `share.heartbeat.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.share.max.partition.max.record.locks",
        Int,
        "4000",
        SHARE,
        "The largest `share.partition.max.record.locks` that a group may have.",
    )
    .valid(Between(2000, 10_000)),
    waits(
        "group.share.max.record.lock.duration.ms",
        Int,
        "60000",
        SHARE,
        "The largest `share.record.lock.duration.ms` that a group may have.",
    )
    .valid(Between(30_000, 3_600_000))
    .unit(Milliseconds),
    waits(
        "group.share.max.session.timeout.ms",
        Int,
        "60000",
        SHARE,
        "The largest `share.session.timeout.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits("group.share.max.share.sessions", Int, "2000", SHARE, "How many share sessions a broker keeps.")
        .valid(AtLeast(1)),
    waits("group.share.max.size", Int, "200", SHARE, "How many members a share group may have.")
        .valid(Between(1, 1000)),
    waits(
        "group.share.min.assignment.interval.ms",
        Int,
        "0",
        SHARE,
        "The smallest `share.assignment.interval.ms` that a group may have.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.share.min.delivery.count.limit",
        Int,
        "2",
        SHARE,
        "The smallest `share.delivery.count.limit` that a group may have.",
    )
    .valid(Between(2, 5)),
    waits(
        "group.share.min.heartbeat.interval.ms",
        Int,
        "5000",
        SHARE,
        "The smallest `share.heartbeat.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.share.min.partition.max.record.locks",
        Int,
        "100",
        SHARE,
        "The smallest `share.partition.max.record.locks` that a group may have.",
    )
    .valid(Between(100, 2000)),
    waits(
        "group.share.min.record.lock.duration.ms",
        Int,
        "15000",
        SHARE,
        "The smallest `share.record.lock.duration.ms` that a group may have.",
    )
    .valid(Between(1000, 30_000))
    .unit(Milliseconds),
    waits(
        "group.share.min.session.timeout.ms",
        Int,
        "45000",
        SHARE,
        "The smallest `share.session.timeout.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.share.partition.max.record.locks",
        Int,
        "2000",
        SHARE,
        "How many records of one partition a share group may have out at a time.",
    )
    .valid(Between(100, 10_000)),
    ignored(
        "group.share.persister.class.name",
        String,
        "org.apache.kafka.server.share.persister.DefaultStatePersister",
        JAVA,
        "A class that stores the state of share groups.",
    )
    .internal(),
    waits(
        "group.share.record.lock.duration.ms",
        Int,
        "30000",
        SHARE,
        "How long a consumer of a share group has for a record before another gets it.",
    )
    .valid(Between(1000, 3_600_000))
    .unit(Milliseconds),
    waits(
        "group.share.session.timeout.ms",
        Int,
        "45000",
        SHARE,
        "How long a member of a share group may be silent before it is out.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.streams.acceptable.recovery.lag",
        Long,
        "10000",
        STREAMS,
        "How far behind a task may be and still move at once.",
    )
    .valid(AtLeast(0))
    .internal(),
    waits(
        "group.streams.assignment.interval.ms",
        Int,
        "1000",
        STREAMS,
        "How long a streams group waits between two assignments.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .live(),
    waits(
        "group.streams.assignor.offload.enable",
        Boolean,
        "true",
        STREAMS,
        "Whether assignments of streams groups are computed on threads of their own.",
    )
    .live()
    .internal(),
    waits(
        "group.streams.assignors",
        List,
        "sticky",
        STREAMS,
        "Which assignors streams groups have, the default first.",
    ),
    waits(
        "group.streams.heartbeat.interval.ms",
        Int,
        "5000",
        STREAMS,
        "How often members of a streams group send a heartbeat.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.streams.initial.rebalance.delay.ms",
        Int,
        "3000",
        STREAMS,
        "How long an empty streams group waits for more members before its first assignment.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.streams.max.assignment.interval.ms",
        Int,
        "15000",
        STREAMS,
        "The largest `streams.assignment.interval.ms` that a group may have.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.streams.max.heartbeat.interval.ms",
        Int,
        "15000",
        STREAMS,
        "The largest `streams.heartbeat.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.streams.max.session.timeout.ms",
        Int,
        "60000",
        STREAMS,
        "The largest `streams.session.timeout.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits("group.streams.max.size", Int, "2147483647", STREAMS, "How many members a streams group may have.")
        .valid(AtLeast(1)),
    waits(
        "group.streams.max.standby.replicas",
        Int,
        "2",
        STREAMS,
        "The largest `streams.num.standby.replicas` that a group may have.",
    )
    .valid(AtLeast(0)),
    waits(
        "group.streams.max.warmup.replicas",
        Int,
        "20",
        STREAMS,
        "The largest `streams.num.warmup.replicas` that a group may have.",
    )
    .valid(AtLeast(0))
    .internal(),
    waits(
        "group.streams.min.assignment.interval.ms",
        Int,
        "0",
        STREAMS,
        "The smallest `streams.assignment.interval.ms` that a group may have.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "group.streams.min.heartbeat.interval.ms",
        Int,
        "5000",
        STREAMS,
        "The smallest `streams.heartbeat.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.streams.min.session.timeout.ms",
        Int,
        "45000",
        STREAMS,
        "The smallest `streams.session.timeout.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.streams.min.task.offset.interval.ms",
        Int,
        "15000",
        STREAMS,
        "The smallest `streams.task.offset.interval.ms` that a group may have.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "group.streams.num.standby.replicas",
        Int,
        "0",
        STREAMS,
        "How many standby copies each task of a streams group has.",
    )
    .valid(AtLeast(0)),
    waits(
        "group.streams.num.warmup.replicas",
        Int,
        "2",
        STREAMS,
        "How many tasks of a streams group warm up at a time.",
    )
    .valid(AtLeast(0))
    .internal(),
    waits(
        "group.streams.rack.aware.assignment.tags",
        List,
        "",
        STREAMS,
        "Which tags of its clients a streams group spreads standby copies over.",
    ),
    waits(
        "group.streams.session.timeout.ms",
        Int,
        "45000",
        STREAMS,
        "How long a member of a streams group may be silent before it is out.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "group.streams.task.offset.interval.ms",
        Int,
        "60000",
        STREAMS,
        "How often members of a streams group tell how far their tasks are.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    ignored(
        "group.streams.topology.description.plugin.class",
        Class,
        "",
        JAVA,
        "A class that stores descriptions of topologies.",
    )
    .without_default(),
    waits(
        "offset.metadata.max.bytes",
        Int,
        "4096",
        GROUPS,
        "How long the text beside a committed offset may be.",
    )
    .unit(Bytes),
    waits(
        "offsets.commit.timeout.ms",
        Int,
        "5000",
        GROUPS,
        "How long a commit of offsets waits for its replicas.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "offsets.load.buffer.size",
        Int,
        "5242880",
        GROUPS,
        "How much is read at a time when a coordinator loads its offsets.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "offsets.retention.check.interval.ms",
        Long,
        "600000",
        GROUPS,
        "How often expired offsets are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "offsets.retention.minutes",
        Int,
        "10080",
        GROUPS,
        "How long the offsets of a group that is empty are kept.",
    )
    .valid(AtLeast(1))
    .unit(Minutes),
    waits(
        "offsets.topic.compression.codec",
        Int,
        "0",
        GROUPS,
        "How `__consumer_offsets` is compressed, as Kafka's number of the codec.",
    ),
    waits(
        "offsets.topic.num.partitions",
        Int,
        "50",
        GROUPS,
        "How many partitions `__consumer_offsets` gets.",
    )
    .valid(AtLeast(1)),
    waits(
        "offsets.topic.replication.factor",
        Short,
        "3",
        GROUPS,
        "How many replicas `__consumer_offsets` gets.",
    )
    .valid(AtLeast(1)),
    waits(
        "offsets.topic.segment.bytes",
        Int,
        "104857600",
        GROUPS,
        "How large a segment of `__consumer_offsets` grows.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "share.coordinator.append.linger.ms",
        Int,
        "-1",
        SHARE,
        "How long the share coordinator gathers records before it appends them; -1 adapts.",
    )
    .valid(AtLeast(-1))
    .unit(Milliseconds),
    waits(
        "share.coordinator.cached.buffer.max.bytes",
        Int,
        "1048588",
        SHARE,
        "How large a buffer the share coordinator keeps for its next records.",
    )
    .valid(AtLeast(524_288))
    .unit(Bytes)
    .live(),
    waits(
        "share.coordinator.cold.partition.snapshot.interval.ms",
        Int,
        "300000",
        SHARE,
        "How often snapshots of idle partitions of share groups are taken.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "share.coordinator.load.buffer.size",
        Int,
        "5242880",
        SHARE,
        "How much is read at a time when a share coordinator loads its state.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "share.coordinator.snapshot.update.records.per.snapshot",
        Int,
        "500",
        SHARE,
        "How many updates follow a snapshot until the next one.",
    )
    .valid(Between(0, 500)),
    waits(
        "share.coordinator.state.topic.compression.codec",
        Int,
        "0",
        SHARE,
        "How `__share_group_state` is compressed, as Kafka's number of the codec.",
    ),
    waits(
        "share.coordinator.state.topic.min.isr",
        Short,
        "2",
        SHARE,
        "How many replicas of `__share_group_state` must be in sync.",
    )
    .valid(AtLeast(1)),
    waits(
        "share.coordinator.state.topic.num.partitions",
        Int,
        "50",
        SHARE,
        "How many partitions `__share_group_state` gets.",
    )
    .valid(AtLeast(1)),
    waits(
        "share.coordinator.state.topic.prune.interval.ms",
        Int,
        "300000",
        SHARE,
        "How often what is not needed any more leaves `__share_group_state`.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "share.coordinator.state.topic.replication.factor",
        Short,
        "3",
        SHARE,
        "How many replicas `__share_group_state` gets.",
    )
    .valid(AtLeast(1)),
    waits(
        "share.coordinator.state.topic.segment.bytes",
        Int,
        "104857600",
        SHARE,
        "How large a segment of `__share_group_state` grows.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits("share.coordinator.threads", Int, "1", SHARE, "How many threads the share coordinator has.")
        .valid(AtLeast(1)),
    waits(
        "share.coordinator.write.timeout.ms",
        Int,
        "5000",
        SHARE,
        "How long a write of the share coordinator waits for its replicas.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        Int,
        "10000",
        TRANSACTIONS,
        "How often transactions that took too long are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "transaction.max.timeout.ms",
        Int,
        "900000",
        TRANSACTIONS,
        "The longest time that a producer may ask for a transaction.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "transaction.partition.verification.enable",
        Boolean,
        "true",
        TRANSACTIONS,
        "Whether a partition asks the coordinator before it takes a transaction's first batch.",
    )
    .live(),
    waits(
        "transaction.remove.expired.transaction.cleanup.interval.ms",
        Int,
        "3600000",
        TRANSACTIONS,
        "How often forgotten transactional ids are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "transaction.state.log.load.buffer.size",
        Int,
        "5242880",
        TRANSACTIONS,
        "How much is read at a time when a coordinator loads its transactions.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "transaction.state.log.min.isr",
        Int,
        "2",
        TRANSACTIONS,
        "How many replicas of `__transaction_state` must be in sync.",
    )
    .valid(AtLeast(1)),
    waits(
        "transaction.state.log.num.partitions",
        Int,
        "50",
        TRANSACTIONS,
        "How many partitions `__transaction_state` gets.",
    )
    .valid(AtLeast(1)),
    waits(
        "transaction.state.log.replication.factor",
        Short,
        "3",
        TRANSACTIONS,
        "How many replicas `__transaction_state` gets.",
    )
    .valid(AtLeast(1)),
    waits(
        "transaction.state.log.segment.bytes",
        Int,
        "104857600",
        TRANSACTIONS,
        "How large a segment of `__transaction_state` grows.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "transaction.two.phase.commit.enable",
        Boolean,
        "false",
        TRANSACTIONS,
        "Whether producers may prepare transactions that somebody else commits.",
    ),
    waits(
        "transactional.id.expiration.ms",
        Int,
        "604800000",
        TRANSACTIONS,
        "How long an unused transactional id is remembered.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
];
