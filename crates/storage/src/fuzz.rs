//! One function for each file of ours, for fuzzers and for the corpora that `cargo test` replays: any bytes, as they are and
//! with their checksums set right.
//!
//! What must hold, or they panic: nothing but an error comes of bytes that are not ours; what is accepted can be read and,
//! once a checkpoint has stored it, opens again as it was; memory stays in proportion to the input.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Now, Offset, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor, stamped_prefix};

use crate::bytes_io::Writer;
use crate::directory::{LogDirectory, Options};
use crate::disk::{Disk, MemoryDisk};
use crate::error::{FormatError, OpenError};
use crate::index::{ENTRY_BYTES, IndexEntry, SegmentName, file_header};
use crate::journal::{Journal, Position};
use crate::layout::{self, Header, Kind, MANIFEST};
use crate::log::Log;
use crate::manifest::{Manifest, ManifestLog};
use crate::op::{Append, Entry, LogId, Lsn, NewSegment, Op, StampedBatch};
use crate::state::LogState;

const ID: u128 = 0x5EED;
const LIMIT_BYTES: u64 = 64 << 10;
const PARTITION: TopicPartition = TopicPartition { topic: TopicId(7), partition: PartitionId(0) };
const NOW: Now = Now { wall: TimestampMs(1_000), monotonic_ms: 0 };

/// The shared header, as each kind of file.
pub fn fuzz_header(data: &[u8]) {
    for kind in [Kind::Identity, Kind::Manifest, Kind::Journal, Kind::BatchIndex] {
        if let Ok((header, payload)) = Header::open(data, kind) {
            assert!(data.starts_with(&header.seal(payload)), "what is accepted is what would be written");
        }
    }
    let sealed = Header { kind: Kind::Manifest, directory_id: ID, item_id: 3 }.seal(data);
    assert_eq!(Header::open(&sealed, Kind::Manifest).map(|(_, payload)| payload), Ok(data));
}

/// A manifest's payload, in a directory with an empty journal.
pub fn fuzz_manifest(data: &[u8]) {
    let disk = formatted();
    write(&disk, MANIFEST, &Header { kind: Kind::Manifest, directory_id: ID, item_id: 0 }.seal(data));
    if let Ok(manifest) = Manifest::decode(data) {
        manifest.store(&disk, ID).expect("the disk is well");
        let stored = Manifest::load(&disk, ID).expect("just stored");
        assert_eq!(stored, manifest, "what is accepted is what would be written");
    }
    live(&disk);
}

/// The ring: as it is behind the header, and as the payload of a frame that follows one which makes a log and a batch.
pub fn fuzz_journal(data: &[u8]) {
    let disk = formatted();
    write_at(&disk, layout::JOURNAL, crate::journal::BLOCK_BYTES, data);
    live(&disk);

    let disk = formatted();
    let Some((operations, payload)) = data.split_first() else { return };
    let recovered = Journal::recover(&disk, ID, LIMIT_BYTES, Position::START, |_, _| Ok(()));
    let mut journal = recovered.expect("it was just formatted");
    journal.write(Lsn(1), [create(), roll(), append()].iter()).expect("there is room");
    if journal.write_raw(Lsn(4), u32::from(*operations), payload).is_ok() {
        live(&disk);
    }
}

/// A segment's two files: a byte that says whether it is sealed and how many entries follow, the index's entries with their
/// checksums set right, and the .log.
pub fn fuzz_index(data: &[u8]) {
    let Some((flags, rest)) = data.split_first() else { return };
    let entries = (usize::from(flags >> 1)).min(rest.len() / ENTRY_BYTES);
    let (index, log) = rest.split_at(entries * ENTRY_BYTES);
    if entries == 0 || log.is_empty() {
        return;
    }
    let disk = formatted();
    let name = SegmentName { base: Offset(0), file_number: 1 };
    let mut image = file_header(ID, name);
    for (number, entry) in (0..).zip(index.chunks(ENTRY_BYTES)) {
        image.extend(IndexEntry::repair(name, number, entry));
    }
    write(&disk, layout::index_path(PARTITION, name.base, 1), &image);
    write(&disk, layout::log_path(PARTITION, name.base, 1), log);
    let mut state = Writer::with_capacity(256);
    one_segment(flags & 1 != 0, entries as u32, log.len() as u64).encode(&mut state);
    let log = ManifestLog { partition: PARTITION, state: state.into_vec() };
    let manifest =
        Manifest { next_file_number: 2, next_log_id: 2, logs: [(LogId(1), log)].into(), ..Manifest::empty() };
    manifest.store(&disk, ID).expect("the disk is well");
    live(&disk);
}

/// Opens the directory, reads in every way, goes on as far as it can, and opens it again.
fn live(disk: &MemoryDisk) {
    let Ok((directory, logs)) = open(disk) else { return };
    let mut ends = Vec::new();
    for mut log in logs {
        read(&log);
        if let Some(end) = go_on(&mut log) {
            ends.push((log.partition(), log.start().0, end));
        }
    }
    if directory.checkpoint().is_err() {
        return;
    }
    let next = directory.create(PARTITION);
    drop((directory, next));
    let logs = match open(&disk.crash()) {
        Ok((_directory, logs)) => logs,
        // It was at its bound, and has been counted up.
        Err(OpenError::Format { source: FormatError::Damaged("counter"), .. }) => return,
        Err(error) => panic!("what was accepted and stored is not accepted again: {error}"),
    };
    for (partition, start, end) in ends {
        let is_it = |log: &Log| (log.partition(), log.start().0, log.end().0) == (partition, start, end);
        assert!(logs.iter().any(is_it), "{partition} was [{start}, {end})");
    }
}

fn open(disk: &MemoryDisk) -> Result<(LogDirectory, Vec<Log>), OpenError> {
    let disk = Arc::new(disk.clone());
    let options =
        Options { journal_bytes: LIMIT_BYTES, round_bytes: 4 << 10, adopt: true, ..Options::default() };
    let (directory, logs, _) = LogDirectory::open(disk.clone(), disk, options, ID)?;
    Ok((directory, logs))
}

fn read(log: &Log) {
    let reader = log.reader();
    drop(reader.visit_headers(Offset::ZERO, |_| {}));
    drop(reader.find_time(TimestampMs(500), log.end().0));
    drop(reader.find_max_timestamp(log.end().0));
    if let Ok(batches) = reader.read(log.start().0, log.end().0, 1 << 20) {
        assert!(batches.bytes.is_empty() || batches.next_offset > log.start().0);
    }
}

/// A truncation, a batch and a trim; `None` if the log is too damaged for that.
fn go_on(log: &mut Log) -> Option<Offset> {
    let (start, end) = (log.start().0, log.end().0);
    if end.0 > i64::MAX / 4 {
        return Some(end);
    }
    log.truncate(Offset(start.0 + (end.0 - start.0) / 2), NOW).ok()?;
    let (header, sent) = batch();
    log.roll(NOW, None);
    log.append(&header, sent, LeaderEpoch(0), true).ok()?;
    log.trim(Offset(start.0 + 1)).ok()?;
    Some(log.end().0)
}

fn formatted() -> MemoryDisk {
    let disk = MemoryDisk::new(1);
    drop(open(&disk).expect("an empty disk"));
    disk
}

fn write(disk: &MemoryDisk, path: impl AsRef<Path>, bytes: &[u8]) {
    disk.open(path.as_ref(), true).and_then(|file| file.set_length(0)).expect("the disk is well");
    write_at(disk, path, 0, bytes);
}

fn write_at(disk: &MemoryDisk, path: impl AsRef<Path>, at: u64, bytes: &[u8]) {
    let write = || -> io::Result<()> {
        let file = disk.open(path.as_ref(), true)?;
        file.write_all_at(&[IoSlice::new(bytes)], at)?;
        file.sync_data()?;
        disk.sync_directory(path.as_ref().parent().unwrap_or(Path::new("")))
    };
    write().expect("the disk is well");
}

fn batch() -> (BatchHeader, Bytes) {
    let mut builder = BatchBuilder::new();
    builder.append(TimestampMs(1_000), None, Some(b"value"), &[]).expect("fits");
    let sent = builder.build(&mut Compressor::new(Compression::None)).expect("has a record");
    (BatchHeader::parse(&sent).expect("just built"), sent)
}

fn create() -> Entry {
    Entry { log: LogId(1), op: Op::Create { partition: PARTITION } }
}

fn roll() -> Entry {
    let segment = NewSegment { base: Offset(0), file_number: 1, created: NOW.wall };
    Entry { log: LogId(1), op: Op::Roll { segment, producers: None } }
}

fn append() -> Entry {
    let (header, sent) = batch();
    let batch = StampedBatch::new(stamped_prefix(&header, Offset(0), LeaderEpoch(0)), sent);
    Entry { log: LogId(1), op: Op::Append(Append { file_number: 1, position: 0, header, batch }) }
}

/// A log whose one segment claims all of its files.
fn one_segment(sealed: bool, batches: u32, length: u64) -> LogState {
    let mut state = LogState::new();
    state.apply(&roll().op).expect("fits an empty log");
    if let Some(segment) = state.segments.back_mut() {
        (segment.sealed, segment.batches, segment.length) = (sealed, batches, length);
        (segment.end, segment.max_timestamp) = (Offset(i64::from(batches) * 4), TimestampMs(2_000));
        state.end = segment.end;
    }
    state.last_lsn = Lsn(3);
    state
}
