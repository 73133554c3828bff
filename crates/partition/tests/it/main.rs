//! The partition machine on a disk in memory: exact effects, step by step.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tidelog_model::watermark::{DurableEnd, WrittenEnd};
use tidelog_model::{
    Acks, Durability, LeaderEpoch, NodeId, Now, Offset, PartitionId, ProducerEpoch, ProducerId, Sequence,
    TimestampMs, TopicId, TopicPartition,
};
use tidelog_partition::{Effect, Event, Partition, PartitionConfig, ProducedBatch};
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor};
use tidelog_storage::disk::{MemoryDisk, Operation};
use tidelog_storage::{
    CommitListener, DirectoryFailed, Log, LogDirectory, Options, RetentionLimits, SegmentLimits,
};

const ME: NodeId = NodeId(0);
const NOW: Now = Now { wall: TimestampMs(1_000_000), monotonic_ms: 0 };

/// Collects what the log directory reports, to be stepped by hand.
#[derive(Default)]
struct Reports(Mutex<Vec<Report>>);

#[derive(Clone, Debug)]
enum Report {
    Written(WrittenEnd),
    Durable(DurableEnd),
    Failed(DirectoryFailed),
}

impl CommitListener for Reports {
    fn written(&self, end: WrittenEnd) {
        self.0.lock().expect("one thread").push(Report::Written(end));
    }

    fn durable(&self, end: DurableEnd) {
        self.0.lock().expect("one thread").push(Report::Durable(end));
    }

    fn failed(&self, failure: &DirectoryFailed) {
        self.0.lock().expect("one thread").push(Report::Failed(failure.clone()));
    }
}

struct Machine {
    disk: MemoryDisk,
    directory: LogDirectory,
    partition: Partition<&'static str>,
    reports: Arc<Reports>,
}

impl Machine {
    fn new(config: PartitionConfig) -> Machine {
        let disk = MemoryDisk::new(1);
        let (directory, logs, _) = open(&disk);
        assert!(logs.is_empty());
        let id = TopicPartition { topic: TopicId(9), partition: PartitionId(0) };
        let log = directory.create(id);
        Machine::host(disk, directory, log, config)
    }

    fn host(disk: MemoryDisk, directory: LogDirectory, log: Log, config: PartitionConfig) -> Machine {
        let partition = Partition::open(ME, log, config).expect("the log is readable");
        let reports = Arc::new(Reports::default());
        partition.listen(reports.clone());
        Machine { disk, directory, partition, reports }
    }

    /// Leads under `epoch`, with nothing left to report.
    fn leading(config: PartitionConfig, epoch: i32) -> Machine {
        let mut machine = Machine::new(config);
        machine.step(Event::Lead { epoch: LeaderEpoch(epoch), in_sync: vec![ME] });
        machine.commit();
        machine
    }

    /// Steps, and writes down what follows.
    fn step(&mut self, event: Event<&'static str>) -> String {
        let mut effects = Vec::new();
        self.partition.step(event, NOW, &mut effects);
        describe(effects)
    }

    fn produce(&mut self, waiter: &'static str, batch: ProducedBatch, acks: Acks) -> String {
        self.step(Event::Produce { waiter, batch, acks })
    }

    /// Writes and syncs a round, and steps through what the directory reports; `written` effects, then `durable` ones.
    fn commit(&mut self) -> (String, String) {
        let round = self.directory.write_round().expect("the ring has room");
        if let Some(round) = &round {
            round.publish_written();
        }
        let written = self.take_reports();
        self.directory.sync().expect("the disk syncs");
        if let Some(round) = &round {
            round.publish_durable();
        }
        (written, self.take_reports())
    }

    fn take_reports(&mut self) -> String {
        let reports = std::mem::take(&mut *self.reports.0.lock().expect("one thread"));
        let mut lines = String::new();
        for report in reports {
            lines += &self.step(match report {
                Report::Written(end) => Event::Written(end),
                Report::Durable(end) => Event::Durable(end),
                Report::Failed(failure) => Event::Failed(failure),
            });
        }
        lines
    }

    /// A power cut, and the partition as recovery finds it.
    fn power_cut(self, config: PartitionConfig) -> Machine {
        let Machine { disk, directory, .. } = self;
        drop(directory);
        let disk = disk.crash();
        let (directory, mut logs, _) = open(&disk);
        assert_eq!(logs.len(), 1);
        Machine::host(disk, directory, logs.remove(0), config)
    }
}

fn open(disk: &MemoryDisk) -> (LogDirectory, Vec<Log>, tidelog_storage::RecoveryReport) {
    let disk = Arc::new(disk.clone());
    LogDirectory::open(disk.clone(), disk, Options::default(), 5).expect("the directory opens")
}

fn describe(effects: Vec<Effect<&'static str>>) -> String {
    let mut lines = String::new();
    for effect in effects {
        match effect {
            Effect::Ordered { base_offset } => writeln!(lines, "ordered at {base_offset}"),
            Effect::Answered { waiter, answer: Ok(produced) } => {
                let again = if produced.is_duplicate { " again" } else { "" };
                writeln!(lines, "{waiter}: {} to {}{again}", produced.base_offset, produced.last_offset)
            }
            Effect::Answered { waiter, answer: Err(error) } => writeln!(lines, "{waiter}: {error}"),
            Effect::Visible(watermark) => writeln!(lines, "visible below {watermark}"),
            Effect::Trimmed(start) => writeln!(lines, "starts at {start}"),
            Effect::NotRetained(error) => writeln!(lines, "not retained: {error}"),
        }
        .expect("a string takes text");
    }
    lines
}

fn batch(records: i32) -> ProducedBatch {
    from_producer(None, records)
}

/// A batch of producer (id, epoch, first sequence).
fn from_producer(producer: Option<(i64, i16, i32)>, records: i32) -> ProducedBatch {
    let mut builder = BatchBuilder::new();
    if let Some((id, epoch, sequence)) = producer {
        builder.set_producer(ProducerId(id), ProducerEpoch(epoch), Sequence(sequence));
    }
    for _ in 0..records {
        builder.append(TimestampMs(1000), Some(b"key"), Some(b"value"), &[]).expect("it fits");
    }
    let bytes = builder.build(&mut Compressor::new(Compression::None)).expect("it has records");
    ProducedBatch { header: BatchHeader::parse(&bytes).expect("just built"), bytes }
}

fn replicated() -> PartitionConfig {
    PartitionConfig { durability: Durability::Replicated, ..PartitionConfig::default() }
}

#[test]
fn acks_release_only_after_the_sync() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    assert_eq!(machine.produce("all", batch(2), Acks::All), "ordered at 0\n");
    assert_eq!(machine.produce("leader", batch(1), Acks::Leader), "ordered at 2\n");
    let (written, durable) = machine.commit();
    assert_eq!(written, "");
    assert_eq!(durable, "visible below 3\nall: 0 to 1\nleader: 2 to 2\n");
}

#[test]
fn acks_of_none_are_answered_with_the_order() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    assert_eq!(machine.produce("none", batch(2), Acks::None), "ordered at 0\nnone: 0 to 1\n");
    assert_eq!(machine.commit().1, "visible below 2\n");
}

#[test]
fn replicated_durability_answers_when_written_and_not_again_when_synced() {
    let mut machine = Machine::leading(replicated(), 0);
    assert_eq!(machine.produce("all", batch(2), Acks::All), "ordered at 0\n");
    let (written, durable) = machine.commit();
    assert_eq!(written, "visible below 2\nall: 0 to 1\n");
    assert_eq!(durable, "");
}

#[test]
fn nobody_but_the_leader_takes_batches() {
    let mut machine = Machine::new(PartitionConfig::default());
    assert_eq!(
        machine.produce("early", batch(1), Acks::All),
        "early: this node does not lead the partition: refresh metadata and retry\n"
    );
}

#[test]
fn too_few_in_sync_replicas_refuse_acks_of_all_alone() {
    let config = PartitionConfig { min_insync_replicas: 2, ..PartitionConfig::default() };
    let mut machine = Machine::leading(config, 0);
    assert_eq!(
        machine.produce("all", batch(1), Acks::All),
        "all: 1 replicas are in sync, min.insync.replicas is 2: retry once a replica is back\n"
    );
    assert_eq!(machine.produce("leader", batch(1), Acks::Leader), "ordered at 0\n");
    assert_eq!(machine.commit().1, "leader: 0 to 0\n", "answered, yet not visible");
}

#[test]
fn a_duplicate_waits_for_its_original_and_gets_its_offset() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    let first = from_producer(Some((7, 0, 0)), 3);
    assert_eq!(machine.produce("first", first.clone(), Acks::All), "ordered at 0\n");
    assert_eq!(machine.produce("other", batch(1), Acks::All), "ordered at 3\n");
    assert_eq!(machine.produce("retry", first.clone(), Acks::All), "ordered at 0\n");
    assert_eq!(machine.commit().1, "visible below 4\nfirst: 0 to 2\nretry: 0 to 2 again\nother: 3 to 3\n");
    assert_eq!(machine.produce("late", first, Acks::All), "ordered at 0\nlate: 0 to 2 again\n");
}

#[test]
fn a_gap_in_the_sequence_is_refused_and_nothing_is_appended() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    machine.produce("first", from_producer(Some((7, 0, 0)), 3), Acks::All);
    assert_eq!(
        machine.produce("gap", from_producer(Some((7, 0, 4)), 1), Acks::All),
        "gap: producer 7 sent sequence 4, expected 3: an earlier batch is missing or this one is an old duplicate\n"
    );
    assert_eq!(machine.partition.watermarks().log_end.0, Offset(3));
}

#[test]
fn producers_are_known_after_a_power_cut_with_and_without_a_checkpoint() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    machine.produce("a", from_producer(Some((7, 0, 0)), 3), Acks::All);
    machine.commit();
    machine.step(Event::SaveProducers);
    machine.directory.checkpoint().expect("the disk syncs");
    machine.produce("b", from_producer(Some((7, 0, 3)), 2), Acks::All);
    machine.commit();

    let mut machine = machine.power_cut(PartitionConfig::default());
    assert_eq!(machine.step(Event::Lead { epoch: LeaderEpoch(1), in_sync: vec![ME] }), "visible below 5\n");
    assert_eq!(
        machine.produce("b again", from_producer(Some((7, 0, 3)), 2), Acks::All),
        "ordered at 3\nb again: 3 to 4 again\n"
    );
    assert_eq!(machine.produce("c", from_producer(Some((7, 0, 5)), 1), Acks::All), "ordered at 5\n");
}

#[test]
fn what_was_not_synced_is_gone_after_a_power_cut_and_its_offsets_are_given_again() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    machine.produce("kept", batch(1), Acks::All);
    machine.commit();
    machine.produce("lost", batch(4), Acks::All);
    let mut machine = machine.power_cut(PartitionConfig::default());
    machine.step(Event::Lead { epoch: LeaderEpoch(1), in_sync: vec![ME] });
    assert_eq!(machine.produce("next", batch(1), Acks::All), "ordered at 1\n");
}

#[test]
fn every_leadership_stamps_its_own_epoch() {
    let mut machine = Machine::leading(PartitionConfig::default(), 3);
    machine.produce("a", batch(1), Acks::All);
    machine.step(Event::Lead { epoch: LeaderEpoch(4), in_sync: vec![ME] });
    machine.produce("b", batch(1), Acks::All);
    machine.commit();
    let mut epochs = Vec::new();
    let reader = machine.partition.reader();
    reader
        .visit_headers(Offset::ZERO, |header| epochs.push(header.leader_epoch))
        .expect("the log is readable");
    assert_eq!(epochs, [LeaderEpoch(3), LeaderEpoch(4)]);
    assert_eq!(reader.epochs().entries(), [(LeaderEpoch(3), Offset(0)), (LeaderEpoch(4), Offset(1))]);
}

#[test]
fn trims_stop_at_the_watermark() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    machine.produce("a", batch(5), Acks::All);
    let mut effects = Vec::new();
    let error = machine.partition.trim(Offset(1), &mut effects).expect_err("nothing is committed");
    assert!(error.to_string().ends_with("is outside [0, 0]"), "{error}");
    machine.commit();
    machine.partition.trim(Offset(4), &mut effects).expect("committed now");
    assert_eq!(describe(effects), "starts at 4\n");
}

#[test]
fn retention_lets_whole_segments_go() {
    let config = PartitionConfig {
        segments: SegmentLimits { segment_bytes: 200, ..SegmentLimits::default() },
        retention: RetentionLimits { retention_ms: None, retention_bytes: Some(100) },
        ..PartitionConfig::default()
    };
    let mut machine = Machine::leading(config, 0);
    for _ in 0..4 {
        machine.produce("a", batch(5), Acks::All);
    }
    machine.commit();
    assert_eq!(machine.step(Event::Retain), "starts at 15\n");
    assert_eq!(machine.step(Event::Retain), "");
}

#[test]
fn a_failed_directory_answers_whoever_waits_with_an_error_that_can_be_retried() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    machine.produce("waits", batch(1), Acks::All);
    let failure =
        DirectoryFailed { operation: "sync", path: "journal".into(), reason: "input/output error".into() };
    assert_eq!(
        machine.step(Event::Failed(failure)),
        "waits: log directory stopped after sync of journal failed: input/output error\n"
    );
}

#[test]
fn a_start_reads_only_headers_behind_the_last_checkpoint() {
    let mut machine = Machine::leading(PartitionConfig::default(), 0);
    for _ in 0..3 {
        machine.produce("a", batch(5), Acks::All);
    }
    machine.commit();
    machine.step(Event::SaveProducers);
    machine.directory.checkpoint().expect("the disk syncs");
    let Machine { disk, directory, partition, .. } = machine;
    drop((directory, partition));
    let disk = disk.crash();
    disk.inject(".log", Operation::Read, 1, std::io::ErrorKind::Other);
    let (directory, mut logs, _) = open(&disk);
    let machine = Machine::host(disk, directory, logs.remove(0), PartitionConfig::default());
    assert_eq!(machine.partition.watermarks().log_end.0, Offset(15));
    let error = machine.partition.reader().read(Offset(0), Offset(15), 1 << 20);
    assert!(error.is_err(), "the first read of the segment, which would have been the start's");
}

#[test]
fn only_the_nodes_own_partitions_append_below_the_disks_reserve() {
    for is_internal in [false, true] {
        let disk = MemoryDisk::new(1);
        disk.set_capacity(10 << 20);
        let shared = Arc::new(disk.clone());
        let options = Options { reserve_bytes: 100 << 20, ..Options::default() };
        let opened = LogDirectory::open(shared.clone(), shared, options, 5);
        let (directory, _, _) = opened.expect("the directory opens");
        let log = directory.create(TopicPartition { topic: TopicId(9), partition: PartitionId(0) });
        let config = PartitionConfig { is_internal, ..PartitionConfig::default() };
        let mut machine = Machine::host(disk, directory, log, config);
        machine.step(Event::Lead { epoch: LeaderEpoch(0), in_sync: vec![ME] });
        machine.directory.check_space().expect("the disk says");
        let answer = machine.produce("full", batch(1), Acks::All);
        if is_internal {
            assert_eq!(answer, "ordered at 0\n");
        } else {
            assert!(answer.contains("below the reserve of 104857600"), "{answer}");
        }
    }
}
