//! Configs of a broker: logs on disk and elsewhere.

use super::super::key::ConfigKey;
use super::super::key::Unit::{Bytes, Milliseconds, Seconds};
use super::super::key::Valid::{AtLeast, Between};
use super::super::key::ValueType::{Boolean, Double, Int, List, Long, String};
use super::{ignored, waits};

const COMPACTION: &str = "log compaction";
const DIRECTORIES: &str = "several log directories";
const HOUSEKEEPING: &str = "it is part of every pass of `log.retention.check.interval.ms`";
const JAVA: &str = "Tidelog loads no Java classes";
const JOURNAL: &str = "the commit journal keeps that with every commit";
const METADATA_LOG: &str =
    "the metadata log is small, is kept whole, and is written only when something changes";
const RECOVERY: &str = "recovery reads the journal and no logs";
const TIERED: &str = "tiered storage";

/// By name.
pub(super) const KEYS: &[ConfigKey] = &[
    waits("cordoned.log.dirs", List, "", DIRECTORIES, "Log directories that get no new replicas.")
        .live_for_one(),
    waits(
        "follower.fetch.last.tiered.offset.enable",
        Boolean,
        "false",
        TIERED,
        "Whether a new follower begins at what tiered storage has.",
    )
    .live(),
    ignored(
        "internal.metadata.delete.delay.millis",
        Long,
        "60000",
        METADATA_LOG,
        "How long removed files of the metadata log stay on disk.",
    )
    .unit(Milliseconds)
    .internal(),
    ignored(
        "internal.metadata.log.segment.bytes",
        Int,
        "",
        METADATA_LOG,
        "How large a segment of the metadata log grows, for tests.",
    )
    .without_default()
    .unit(Bytes)
    .internal(),
    ignored(
        "internal.metadata.max.batch.size.in.bytes",
        Int,
        "8388608",
        METADATA_LOG,
        "How large a batch of the metadata log may be.",
    )
    .unit(Bytes)
    .internal(),
    waits(
        "log.cleaner.backoff.ms",
        Long,
        "15000",
        COMPACTION,
        "How long the cleaner rests where there is nothing to clean.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .live(),
    waits(
        "log.cleaner.dedupe.buffer.size",
        Long,
        "134217728",
        COMPACTION,
        "How much memory the cleaner has for keys.",
    )
    .unit(Bytes)
    .live(),
    waits("log.cleaner.enable", Boolean, "true", COMPACTION, "Whether compacted topics are cleaned at all."),
    waits(
        "log.cleaner.io.buffer.load.factor",
        Double,
        "0.9",
        COMPACTION,
        "How full the cleaner's table of keys may get.",
    )
    .live(),
    waits(
        "log.cleaner.io.buffer.size",
        Int,
        "524288",
        COMPACTION,
        "How much memory the cleaner has for reading and writing.",
    )
    .valid(AtLeast(0))
    .unit(Bytes)
    .live(),
    waits(
        "log.cleaner.io.max.bytes.per.second",
        Double,
        "1.7976931348623157E308",
        COMPACTION,
        "How fast the cleaner may read and write.",
    )
    .unit(Bytes)
    .live(),
    waits("log.cleaner.threads", Int, "1", COMPACTION, "How many threads clean.").valid(AtLeast(0)).live(),
    ignored(
        "log.flush.offset.checkpoint.interval.ms",
        Int,
        "60000",
        JOURNAL,
        "How often the offset up to which logs are synced is written down.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    ignored(
        "log.flush.start.offset.checkpoint.interval.ms",
        Int,
        "60000",
        JOURNAL,
        "How often the logs' first offsets are written down.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    ignored(
        "log.initial.task.delay.ms",
        Long,
        "30000",
        HOUSEKEEPING,
        "How long after its start the broker begins its housekeeping.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds)
    .internal(),
    ignored(
        "metadata.log.max.record.bytes.between.snapshots",
        Long,
        "20971520",
        METADATA_LOG,
        "After how many bytes of records a snapshot of the metadata is taken.",
    )
    .valid(AtLeast(1)),
    ignored(
        "metadata.log.max.snapshot.interval.ms",
        Long,
        "3600000",
        METADATA_LOG,
        "How long at most until a snapshot of the metadata is taken; 0 sets no time.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    ignored(
        "metadata.log.segment.bytes",
        Int,
        "1073741824",
        METADATA_LOG,
        "How large a segment of the metadata log grows.",
    )
    .valid(AtLeast(8_388_608))
    .unit(Bytes),
    ignored(
        "metadata.log.segment.ms",
        Long,
        "604800000",
        METADATA_LOG,
        "How old a segment of the metadata log gets.",
    )
    .unit(Milliseconds),
    ignored(
        "metadata.max.idle.interval.ms",
        Int,
        "500",
        METADATA_LOG,
        "How often a record is written to an idle metadata log, to show that its leader \
             lives; 0 writes none.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    ignored(
        "metadata.max.retention.bytes",
        Long,
        "104857600",
        METADATA_LOG,
        "How many bytes of old metadata log and snapshots are kept.",
    )
    .unit(Bytes),
    ignored(
        "metadata.max.retention.ms",
        Long,
        "604800000",
        METADATA_LOG,
        "How long old metadata log and snapshots are kept.",
    )
    .unit(Milliseconds),
    ignored(
        "num.recovery.threads.per.data.dir",
        Int,
        "2",
        RECOVERY,
        "How many threads read logs after a crash.",
    )
    .valid(AtLeast(1))
    .live(),
    waits(
        "num.replica.alter.log.dirs.threads",
        Int,
        "",
        DIRECTORIES,
        "How many threads move replicas between log directories.",
    )
    .without_default(),
    ignored(
        "producer.id.expiration.check.interval.ms",
        Int,
        "600000",
        HOUSEKEEPING,
        "How often forgotten producers are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits("remote.fetch.max.wait.ms", Int, "500", TIERED, "How long a fetch waits for tiered storage.")
        .valid(AtLeast(1))
        .unit(Milliseconds)
        .live(),
    waits(
        "remote.list.offsets.request.timeout.ms",
        Long,
        "30000",
        TIERED,
        "How long ListOffsets waits for tiered storage.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .live(),
    waits(
        "remote.log.index.file.cache.total.size.bytes",
        Long,
        "1073741824",
        TIERED,
        "How much disk indexes of tiered segments may take.",
    )
    .valid(AtLeast(1))
    .unit(Bytes)
    .live(),
    waits(
        "remote.log.index.file.cache.ttl.ms",
        Long,
        "900000",
        TIERED,
        "How long an index of a tiered segment is kept without use.",
    )
    .valid(AtLeast(-1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "remote.log.manager.copier.thread.pool.size",
        Int,
        "10",
        TIERED,
        "How many threads copy segments to tiered storage.",
    )
    .valid(AtLeast(1))
    .live(),
    waits(
        "remote.log.manager.copy.max.bytes.per.second",
        Long,
        "9223372036854775807",
        TIERED,
        "How fast segments are copied to tiered storage.",
    )
    .valid(AtLeast(1))
    .unit(Bytes)
    .live(),
    waits(
        "remote.log.manager.copy.quota.window.num",
        Int,
        "11",
        TIERED,
        "How many samples that limit looks back on.",
    )
    .valid(AtLeast(1)),
    waits(
        "remote.log.manager.copy.quota.window.size.seconds",
        Int,
        "1",
        TIERED,
        "How long one sample of that limit is.",
    )
    .valid(AtLeast(1))
    .unit(Seconds),
    waits(
        "remote.log.manager.expiration.thread.pool.size",
        Int,
        "10",
        TIERED,
        "How many threads remove expired segments from tiered storage.",
    )
    .valid(AtLeast(1))
    .live(),
    waits(
        "remote.log.manager.fetch.max.bytes.per.second",
        Long,
        "9223372036854775807",
        TIERED,
        "How fast tiered storage is read.",
    )
    .valid(AtLeast(1))
    .unit(Bytes)
    .live(),
    waits(
        "remote.log.manager.fetch.quota.window.num",
        Int,
        "11",
        TIERED,
        "How many samples that limit looks back on.",
    )
    .valid(AtLeast(1)),
    waits(
        "remote.log.manager.fetch.quota.window.size.seconds",
        Int,
        "1",
        TIERED,
        "How long one sample of that limit is.",
    )
    .valid(AtLeast(1))
    .unit(Seconds),
    waits(
        "remote.log.manager.follower.thread.pool.size",
        Int,
        "2",
        TIERED,
        "How many threads follow what leaders tier.",
    )
    .valid(AtLeast(1))
    .live(),
    waits(
        "remote.log.manager.task.interval.ms",
        Long,
        "30000",
        TIERED,
        "How often segments for tiered storage are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "remote.log.manager.task.retry.backoff.max.ms",
        Long,
        "30000",
        TIERED,
        "The longest pause between two tries to reach tiered storage.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "remote.log.manager.task.retry.backoff.ms",
        Long,
        "500",
        TIERED,
        "The first pause between two tries to reach tiered storage.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds)
    .internal(),
    waits(
        "remote.log.manager.task.retry.jitter",
        Double,
        "0.2",
        TIERED,
        "How much those pauses vary at random.",
    )
    .valid(Between(0, 1))
    .internal(),
    waits("remote.log.manager.thread.pool.size", Int, "2", TIERED, "How many threads manage tiered storage.")
        .valid(AtLeast(1)),
    waits(
        "remote.log.metadata.custom.metadata.max.bytes",
        Int,
        "128",
        TIERED,
        "How much a storage plug-in may note beside a segment.",
    )
    .valid(AtLeast(0))
    .unit(Bytes),
    ignored(
        "remote.log.metadata.manager.class.name",
        String,
        "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
        JAVA,
        "A class that keeps track of tiered segments.",
    ),
    ignored("remote.log.metadata.manager.class.path", String, "", JAVA, "Where that class is.")
        .without_default(),
    ignored(
        "remote.log.metadata.manager.impl.prefix",
        String,
        "rlmm.config.",
        JAVA,
        "How names of that class's own configs begin.",
    ),
    ignored(
        "remote.log.metadata.manager.listener.name",
        String,
        "",
        JAVA,
        "The listener on which that class finds the broker.",
    )
    .without_default(),
    waits(
        "remote.log.reader.max.pending.tasks",
        Int,
        "100",
        TIERED,
        "How many reads of tiered storage may wait.",
    )
    .valid(AtLeast(1)),
    waits("remote.log.reader.threads", Int, "10", TIERED, "How many threads read tiered storage.")
        .valid(AtLeast(1))
        .live(),
    ignored(
        "remote.log.storage.manager.class.name",
        String,
        "",
        JAVA,
        "A class that stores segments elsewhere.",
    )
    .without_default(),
    ignored("remote.log.storage.manager.class.path", String, "", JAVA, "Where that class is.")
        .without_default(),
    ignored(
        "remote.log.storage.manager.impl.prefix",
        String,
        "rsm.config.",
        JAVA,
        "How names of that class's own configs begin.",
    ),
    waits(
        "remote.log.storage.system.enable",
        Boolean,
        "false",
        TIERED,
        "Whether the broker has tiered storage.",
    ),
    ignored(
        "replica.high.watermark.checkpoint.interval.ms",
        Long,
        "5000",
        JOURNAL,
        "How often the high watermarks are written down.",
    )
    .unit(Milliseconds),
];
