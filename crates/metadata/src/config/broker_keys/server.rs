//! Configs of a broker: connections, requests, quotas, and what surrounds them.

use super::super::key::ConfigKey;
use super::super::key::Unit::{Bytes, Milliseconds, Seconds};
use super::super::key::Valid::AtLeast;
use super::super::key::ValueType::{Boolean, Class, Int, List, Long, String};
use super::{elsewhere, ignored, waits};

const JAVA: &str = "Tidelog loads no Java classes";
const KAFKA: &str = "limits of their own on the Kafka listener's connections, sessions and answers";
const LISTEN_LAST: &str = "listeners answer once everything is ready, or the start fails";
const MEMORY: &str = "`tidelog.memory.bytes` bounds the bytes of requests, whatever their number";
const METRICS: &str = "metrics are counters and histograms without windows, read at /metrics";
const PURGATORY: &str = "a wait that ends leaves nothing behind";
const SOCKETS: &str = "the operating system sizes them as the traffic needs";
const THREADS: &str = "one pool of threads, a thread a core, does all work";

/// By name.
pub(super) const KEYS: &[ConfigKey] = &[
    elsewhere(
        "advertised.listeners",
        List,
        "",
        "--kafka",
        "The addresses that clients are told to connect to.",
    )
    .without_default(),
    ignored("alter.config.policy.class.name", Class, "", JAVA, "A class that may refuse changes of configs.")
        .without_default(),
    ignored("background.threads", Int, "10", THREADS, "How many threads do housekeeping.")
        .valid(AtLeast(1))
        .live(),
    elsewhere("broker.id", Int, "", "--node-id", "The broker's id, under its old name.").without_default(),
    ignored(
        "client.quota.callback.class",
        Class,
        "",
        JAVA,
        "A class that decides which quota counts for a client.",
    )
    .without_default(),
    ignored("config.providers", List, "", JAVA, "Classes that fetch values of configs from elsewhere.")
        .live(),
    ConfigKey::broker("connections.max.idle.ms", Long, "600000")
        .doc("How long a connection may say nothing before it is closed.")
        .unit(Milliseconds),
    ignored(
        "controller.performance.always.log.threshold.ms",
        Long,
        "2000",
        METRICS,
        "How long an event of the controller must take to be logged always.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .internal(),
    ignored(
        "controller.performance.sample.period.ms",
        Long,
        "60000",
        METRICS,
        "How often the slowest event of the controller is logged.",
    )
    .valid(AtLeast(100))
    .unit(Milliseconds)
    .internal(),
    ConfigKey::broker("controller.quota.window.num", Int, "11").valid(AtLeast(1)).doc(
        "How many samples `controller_mutation_rate` looks back on: a client may save up \
             that many windows of its quota.",
    ),
    ConfigKey::broker("controller.quota.window.size.seconds", Int, "1")
        .valid(AtLeast(1))
        .unit(Seconds)
        .doc("How long one sample of `controller_mutation_rate` is."),
    ignored("create.topic.policy.class.name", Class, "", JAVA, "A class that may refuse new topics.")
        .without_default(),
    ignored(
        "delete.records.purgatory.purge.interval.requests",
        Int,
        "1",
        PURGATORY,
        "After how many requests finished waits of DeleteRecords are cleared away.",
    ),
    ignored(
        "fetch.purgatory.purge.interval.requests",
        Int,
        "1000",
        PURGATORY,
        "After how many requests finished waits of Fetch are cleared away.",
    ),
    ignored(
        "kafka.metrics.polling.interval.secs",
        Int,
        "10",
        METRICS,
        "How often reporters of metrics are called.",
    )
    .valid(AtLeast(1))
    .unit(Seconds),
    ignored("kafka.metrics.reporters", List, "", JAVA, "Classes that report metrics."),
    elsewhere("listeners", List, "", "--kafka", "Where the broker answers Kafka clients.").without_default(),
    elsewhere("log.dir", List, "", "--data-dir", "Where the log directory is.").without_default(),
    elsewhere("log.dirs", List, "", "--data-dir", "Where the log directories are.").without_default(),
    waits(
        "max.connection.creation.rate",
        Int,
        "2147483647",
        KAFKA,
        "How many connections a second the broker takes; more wait.",
    )
    .valid(AtLeast(0))
    .live(),
    ConfigKey::broker("max.connections", Int, "2147483647")
        .doc("How many connections the broker takes.")
        .valid(AtLeast(0))
        .live(),
    ConfigKey::broker("max.connections.per.ip", Int, "2147483647")
        .doc("How many connections the broker takes from one address.")
        .valid(AtLeast(0))
        .live(),
    waits(
        "max.connections.per.ip.overrides",
        String,
        "",
        KAFKA,
        "Other limits for some addresses, as address:number.",
    )
    .live(),
    ConfigKey::broker("max.incremental.fetch.session.cache.slots", Int, "1000")
        .doc("How many incremental fetch sessions the broker keeps.")
        .valid(AtLeast(0)),
    ConfigKey::broker("max.request.partition.size.limit", Int, "2000")
        .valid(AtLeast(1))
        .doc("The most partitions that one answer to DescribeTopicPartitions holds."),
    elsewhere("metadata.log.dir", String, "", "--data-dir", "Where the metadata log is.").without_default(),
    ignored(
        "metric.reporters",
        List,
        "org.apache.kafka.common.metrics.JmxReporter",
        JAVA,
        "Classes that report metrics.",
    )
    .live(),
    ignored("metrics.num.samples", Int, "2", METRICS, "How many samples a metric looks back on.")
        .valid(AtLeast(1)),
    ignored("metrics.recording.level", String, "INFO", METRICS, "How detailed metrics are."),
    ignored("metrics.sample.window.ms", Long, "30000", METRICS, "How long one sample of a metric is.")
        .valid(AtLeast(1))
        .unit(Milliseconds),
    elsewhere("node.id", Int, "", "--node-id", "The node's id.").without_default(),
    ignored("num.io.threads", Int, "8", THREADS, "How many threads handle requests.")
        .valid(AtLeast(1))
        .live(),
    ignored("num.network.threads", Int, "3", THREADS, "How many threads read and write connections.")
        .valid(AtLeast(1))
        .live(),
    ignored(
        "producer.purgatory.purge.interval.requests",
        Int,
        "1000",
        PURGATORY,
        "After how many requests finished waits of Produce are cleared away.",
    ),
    ignored(
        "queued.max.request.bytes",
        Long,
        "-1",
        MEMORY,
        "How many bytes of requests may wait; -1 sets no limit.",
    )
    .unit(Bytes),
    ignored(
        "queued.max.requests",
        Int,
        "500",
        MEMORY,
        "How many requests may wait before connections are read no further.",
    )
    .valid(AtLeast(1)),
    ConfigKey::broker("quota.window.num", Int, "11")
        .valid(AtLeast(1))
        .doc("How many samples a client quota looks back on."),
    ConfigKey::broker("quota.window.size.seconds", Int, "1")
        .valid(AtLeast(1))
        .unit(Seconds)
        .doc("How long one sample of a client quota is."),
    ignored(
        "server.max.startup.time.ms",
        Long,
        "9223372036854775807",
        LISTEN_LAST,
        "How long the broker may take to start before it gives up.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .internal(),
    ignored(
        "share.fetch.purgatory.purge.interval.requests",
        Int,
        "1000",
        PURGATORY,
        "After how many requests finished waits of ShareFetch are cleared away.",
    ),
    ignored("socket.listen.backlog.size", Int, "50", SOCKETS, "How many connections may wait to be taken.")
        .valid(AtLeast(1)),
    ignored(
        "socket.receive.buffer.bytes",
        Int,
        "102400",
        SOCKETS,
        "How large the receive buffer of a socket is; -1 leaves it to the system.",
    )
    .unit(Bytes),
    ignored(
        "socket.send.buffer.bytes",
        Int,
        "102400",
        SOCKETS,
        "How large the send buffer of a socket is; -1 leaves it to the system.",
    )
    .unit(Bytes),
    ConfigKey::broker("telemetry.max.bytes", Int, "1048576")
        .valid(AtLeast(1))
        .unit(Bytes)
        .doc("How much a client may push of its metrics at a time."),
    ignored(
        "unstable.api.versions.enable",
        Boolean,
        "false",
        JAVA,
        "Whether versions of the protocol that are not finished are offered.",
    )
    .internal(),
    ignored(
        "unstable.feature.versions.enable",
        Boolean,
        "false",
        JAVA,
        "Whether levels of features that are not finished are offered.",
    )
    .internal(),
];
