//! Configs of a broker: several nodes.

use super::super::key::ConfigKey;
use super::super::key::Unit::{Bytes, Milliseconds, Seconds};
use super::super::key::Valid::{AtLeast, Words};
use super::super::key::ValueType::{Boolean, Int, List, Long, String};
use super::{ignored, waits};

const FAIL_STOP: &str = "a node with a failed log directory answers at once that it can serve nothing";
const JAVA: &str = "Tidelog loads no Java classes";
const QUORUM: &str = "several nodes and their quorum";
const REPLICATION: &str = "replication between brokers";
const UNCLEAN: &str = "a replica that misses records becomes leader by an operator's command only";

/// By name.
pub(super) const KEYS: &[ConfigKey] = &[
    waits(
        "alter.log.dirs.replication.quota.window.num",
        Int,
        "11",
        REPLICATION,
        "How many samples the quota on moves between log directories looks back on.",
    )
    .valid(AtLeast(1)),
    waits(
        "alter.log.dirs.replication.quota.window.size.seconds",
        Int,
        "1",
        REPLICATION,
        "How long one sample of that quota is.",
    )
    .valid(AtLeast(1))
    .unit(Seconds),
    waits(
        "auto.leader.rebalance.enable",
        Boolean,
        "true",
        REPLICATION,
        "Whether leaders go back to their preferred brokers by themselves.",
    ),
    waits(
        "broker.heartbeat.interval.ms",
        Int,
        "2000",
        QUORUM,
        "How often a broker tells the controller that it is there.",
    )
    .unit(Milliseconds),
    waits(
        "broker.session.timeout.ms",
        Int,
        "9000",
        QUORUM,
        "How long a broker may be silent before its partitions get other leaders.",
    )
    .unit(Milliseconds),
    waits(
        "controlled.shutdown.enable",
        Boolean,
        "true",
        QUORUM,
        "Whether a broker that stops hands its leaderships over first.",
    ),
    waits("controller.listener.names", List, "", QUORUM, "The listeners that controllers answer on.")
        .without_default(),
    waits(
        "controller.quorum.append.linger.ms",
        Int,
        "25",
        QUORUM,
        "How long the quorum's leader gathers records before it appends them.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "controller.quorum.auto.join.enable",
        Boolean,
        "false",
        QUORUM,
        "Whether a controller joins the voters by itself.",
    ),
    waits("controller.quorum.bootstrap.servers", List, "", QUORUM, "Where a node finds the quorum."),
    waits(
        "controller.quorum.election.backoff.max.ms",
        Int,
        "1000",
        QUORUM,
        "The longest pause between two elections.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "controller.quorum.election.timeout.ms",
        Int,
        "1000",
        QUORUM,
        "How long an election may go on without a leader.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "controller.quorum.fetch.max.bytes",
        Int,
        "1048576",
        QUORUM,
        "The most that one fetch of the metadata log answers.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "controller.quorum.fetch.snapshot.max.bytes",
        Int,
        "1048576",
        QUORUM,
        "The most that one fetch of a metadata snapshot answers.",
    )
    .valid(AtLeast(1))
    .unit(Bytes),
    waits(
        "controller.quorum.fetch.timeout.ms",
        Int,
        "2000",
        QUORUM,
        "How long a voter waits for the leader before it stands for election.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "controller.quorum.request.timeout.ms",
        Int,
        "2000",
        QUORUM,
        "How long a node waits for an answer of the quorum.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "controller.quorum.retry.backoff.ms",
        Int,
        "20",
        QUORUM,
        "The pause before a request to the quorum is sent again.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits("controller.quorum.voters", List, "", QUORUM, "Who votes: id@host:port of each."),
    waits(
        "controller.socket.timeout.ms",
        Int,
        "30000",
        QUORUM,
        "How long a connection to a controller may be silent.",
    )
    .unit(Milliseconds),
    waits("early.start.listeners", List, "", QUORUM, "Listeners that answer before authorization is ready.")
        .without_default(),
    waits(
        "initial.broker.registration.timeout.ms",
        Int,
        "60000",
        QUORUM,
        "How long a broker tries to register before it gives up.",
    )
    .unit(Milliseconds),
    waits(
        "inter.broker.listener.name",
        String,
        "",
        QUORUM,
        "The listener that brokers talk to each other on.",
    )
    .without_default(),
    waits(
        "leader.imbalance.check.interval.seconds",
        Long,
        "300",
        REPLICATION,
        "How often leaders away from their preferred brokers are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Seconds),
    ignored(
        "log.dir.failure.timeout.ms",
        Long,
        "30000",
        FAIL_STOP,
        "How long a broker with a failed log directory tries to tell the controller \
             before it stops.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits("num.replica.fetchers", Int, "1", REPLICATION, "How many fetchers a broker has for each leader.")
        .valid(AtLeast(1))
        .live(),
    waits("process.roles", List, "", QUORUM, "Whether the node is a broker, a controller, or both.")
        .without_default()
        .valid(Words(&["broker", "controller"])),
    waits(
        "replica.fetch.backoff.ms",
        Int,
        "1000",
        REPLICATION,
        "How long a follower rests after a failed fetch.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "replica.fetch.max.bytes",
        Int,
        "1048576",
        REPLICATION,
        "How much of one partition a follower fetches at a time.",
    )
    .valid(AtLeast(0))
    .unit(Bytes),
    waits(
        "replica.fetch.min.bytes",
        Int,
        "1",
        REPLICATION,
        "How much there must be before a leader answers a follower.",
    )
    .unit(Bytes),
    waits(
        "replica.fetch.response.max.bytes",
        Int,
        "10485760",
        REPLICATION,
        "How much a follower fetches at a time in all.",
    )
    .valid(AtLeast(0))
    .unit(Bytes),
    waits(
        "replica.fetch.wait.max.ms",
        Int,
        "500",
        REPLICATION,
        "How long a leader lets a follower wait for more.",
    )
    .unit(Milliseconds),
    waits(
        "replica.lag.time.max.ms",
        Long,
        "30000",
        REPLICATION,
        "How long a follower may be behind before it is out of sync.",
    )
    .unit(Milliseconds),
    ignored(
        "replica.selector.class",
        String,
        "",
        JAVA,
        "A class that chooses which replica a consumer reads from.",
    )
    .without_default(),
    waits(
        "replica.socket.receive.buffer.bytes",
        Int,
        "65536",
        REPLICATION,
        "How large the receive buffer of a follower's socket is.",
    )
    .unit(Bytes),
    waits(
        "replica.socket.timeout.ms",
        Int,
        "30000",
        REPLICATION,
        "How long a follower's connection may be silent.",
    )
    .unit(Milliseconds),
    waits(
        "replication.quota.window.num",
        Int,
        "11",
        REPLICATION,
        "How many samples the quota on replication looks back on.",
    )
    .valid(AtLeast(1)),
    waits(
        "replication.quota.window.size.seconds",
        Int,
        "1",
        REPLICATION,
        "How long one sample of that quota is.",
    )
    .valid(AtLeast(1))
    .unit(Seconds),
    waits(
        "request.timeout.ms",
        Int,
        "30000",
        QUORUM,
        "How long this broker waits for an answer of another node.",
    )
    .unit(Milliseconds),
    waits(
        "socket.connection.setup.timeout.max.ms",
        Long,
        "30000",
        QUORUM,
        "The longest time that a connection to another node may take after failures.",
    )
    .unit(Milliseconds),
    waits(
        "socket.connection.setup.timeout.ms",
        Long,
        "10000",
        QUORUM,
        "How long a connection to another node may take.",
    )
    .unit(Milliseconds),
    ignored(
        "unclean.leader.election.interval.ms",
        Long,
        "300000",
        UNCLEAN,
        "How often partitions without a leader are looked for, to elect one that misses records.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
];
