//! One log, step by step, with exact outputs.

use tidelog_model::{LeaderEpoch, Offset};
use tidelog_storage::disk::{Disk, MemoryDisk};
use tidelog_storage::{Log, LogDirectory, RetentionLimits, SegmentLimits, retention};

use crate::support::{append_at, append_batch, at, batch_of, commit, open, partition, read_all};

/// A log with batches of ten records each, from offset 0.
fn log_of_tens(disk: &MemoryDisk, batches: usize) -> (LogDirectory, Log, Vec<Vec<u8>>) {
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    let batches = (0..batches).map(|n| append_batch(&mut log, &[1_000; 10], &[n as u8; 20])).collect();
    commit(&directory).unwrap();
    (directory, log, batches)
}

fn places(log: &Log) -> (i64, i64) {
    (log.start().0.0, log.end().0.0)
}

#[test]
fn a_truncation_takes_the_whole_batch_that_holds_the_offset() {
    let (_directory, mut log, batches) = log_of_tens(&MemoryDisk::new(1), 3);
    assert_eq!(log.truncate(Offset(30), at(1)).unwrap().0, Offset(30), "there is nothing behind the end");
    assert_eq!(log.truncate(Offset(25), at(1)).unwrap().0, Offset(20));
    assert_eq!(read_all(&log.reader()).unwrap(), batches[..2].concat());
    assert_eq!(log.truncate(Offset(10), at(1)).unwrap().0, Offset(10));
    assert_eq!(read_all(&log.reader()).unwrap(), batches[0]);
    let next = append_batch(&mut log, &[1_000; 10], b"goes on");
    assert_eq!(read_all(&log.reader()).unwrap(), [&batches[0][..], &next].concat());
}

#[test]
fn a_truncation_into_a_batch_that_was_trimmed_in_part_brings_nothing_back() {
    for to in [0, 14, 15, 17] {
        let disk = MemoryDisk::new(1);
        let (directory, mut log, _) = log_of_tens(&disk, 3);
        log.trim(Offset(14)).unwrap();
        assert_eq!(log.truncate(Offset(to), at(1)).unwrap().0, Offset(14), "truncated to {to}");
        assert_eq!((places(&log), read_all(&log.reader()).unwrap().len()), ((14, 14), 0));
        let next = append_batch(&mut log, &[1_000; 10], b"goes on");
        commit(&directory).unwrap();
        drop((directory, log));
        let (_directory, logs) = open(disk.crash()).unwrap();
        assert_eq!((places(&logs[0]), read_all(&logs[0].reader()).unwrap()), ((14, 24), next));
    }
}

/// Appends while no roll is due, at this time; returns how many batches went in.
fn append_until_due(log: &mut Log, now_ms: i64, timestamp: i64, value: &[u8]) -> usize {
    let mut count = 0;
    loop {
        let (header, sent) = batch_of(&[timestamp], value);
        if log.roll_is_due(&header, at(now_ms)) || count == 1_000 {
            return count;
        }
        log.append(&header, sent, LeaderEpoch(0), true).unwrap();
        count += 1;
    }
}

fn empty_log(limits: SegmentLimits) -> (LogDirectory, Log) {
    let (directory, _) = open(MemoryDisk::new(1)).unwrap();
    let mut log = directory.create(partition(0));
    log.set_limits(limits);
    let (header, _) = batch_of(&[0], b"");
    assert!(log.roll_is_due(&header, at(0)), "a log begins with its first segment");
    log.roll(at(0), None);
    (directory, log)
}

#[test]
fn a_segment_rolls_before_the_batch_that_would_not_fit() {
    // 61 bytes of header and 7 of record around each value.
    let (_directory, mut log) = empty_log(SegmentLimits { segment_bytes: 400, ..SegmentLimits::default() });
    assert_eq!(append_until_due(&mut log, 0, 0, &[0; 32]), 4, "400 bytes fit, and not a byte more");
    log.roll(at(0), None);
    assert_eq!(append_until_due(&mut log, 0, 0, &[0; 33]), 3);
    let (header, _) = batch_of(&[0], &[0; 1_000]);
    log.roll(at(0), None);
    assert!(!log.roll_is_due(&header, at(0)), "an empty segment takes a batch of any size");
    let index = SegmentLimits { index_bytes: 3 * 32, ..SegmentLimits::default() };
    assert_eq!(append_until_due(&mut empty_log(index).1, 0, 0, b""), 3);
}

#[test]
fn a_segment_rolls_by_the_batches_times_and_by_the_clock_where_they_have_none() {
    let limits = SegmentLimits { segment_ms: 100, ..SegmentLimits::default() };
    let due_at = |log: &Log, timestamp, now_ms| log.roll_is_due(&batch_of(&[timestamp], b"").0, at(now_ms));
    let (_directory, mut log) = empty_log(limits);
    append_at(&mut log, 1_000, b"");
    assert!(!due_at(&log, 1_100, 9_999) && due_at(&log, 1_101, 0));
    let (_directory, mut log) = empty_log(limits);
    append_batch(&mut log, &[-1], b"");
    assert!(!due_at(&log, -1, 100) && due_at(&log, -1, 101), "since it was begun");
}

#[test]
fn retention_lets_whole_segments_go_and_their_files_with_the_checkpoint() {
    let limits = SegmentLimits { segment_bytes: 200, ..SegmentLimits::default() };
    let disk = MemoryDisk::new(1);
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    log.set_limits(limits);
    for n in 0..10 {
        append_at(&mut log, 1_000 + n * 100, &[n as u8; 20]);
    }
    commit(&directory).unwrap();
    let facts = |log: &Log| log.reader().segments();
    assert_eq!(
        facts(&log).iter().map(|f| (f.end.0, f.length_bytes)).collect::<Vec<_>>(),
        [(2, 176), (4, 176), (6, 176), (8, 176), (10, 176)]
    );
    let by_time = RetentionLimits { retention_ms: Some(1_000), retention_bytes: None };
    let start = retention(&facts(&log), by_time, log.end().0, at(2_350)).unwrap();
    assert_eq!(start, Offset(4), "their newest records are of 1,100 and 1,300");
    log.trim(start).unwrap();
    let by_size = RetentionLimits { retention_ms: None, retention_bytes: Some(352) };
    let start = retention(&facts(&log), by_size, Offset(7), at(2_350)).unwrap();
    assert_eq!(start, Offset(6), "what is left may not be less than that");
    log.trim(start).unwrap();
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    let files = disk.list("partitions/AAAAAAAAAAAAAAAAcGluZw-0".as_ref()).unwrap();
    assert_eq!((files.len(), log.reader().size_bytes()), (4, 352));
    assert_eq!((places(&log), read_all(&log.reader()).unwrap().len()), ((6, 10), 352));
}

#[test]
fn a_bounded_read_takes_no_batch_that_does_not_fit_wherever_it_lies() {
    let (directory, log, batches) = log_of_tens(&MemoryDisk::new(1), 3);
    let (reader, one) = (log.reader(), batches[0].len());
    for place in ["memory", "files"] {
        let within = |bytes| reader.read_within(Offset(0), Offset(30), bytes).unwrap();
        assert_eq!((within(one - 1).bytes.len(), within(one - 1).next_offset), (0, Offset(0)), "{place}");
        assert_eq!(within(one).bytes, batches[0], "{place}");
        assert_eq!(within(3 * one - 1).bytes, batches[..2].concat(), "{place}");
        assert_eq!(within(3 * one).next_offset, Offset(30), "{place}");
        // Without the bound the first batch comes whatever its size.
        assert_eq!(reader.read(Offset(0), Offset(30), 1).unwrap().bytes, batches[0], "{place}");
        directory.write_back().unwrap();
    }
}
