//! One log, step by step, with exact outputs.

use tidelog_model::Offset;
use tidelog_storage::Log;
use tidelog_storage::disk::MemoryDisk;

use crate::support::{append_batch, at, commit, open, partition, read_all};

/// A log with batches of ten records each, from offset 0.
fn log_of_tens(disk: &MemoryDisk, batches: usize) -> (tidelog_storage::LogDirectory, Log, Vec<Vec<u8>>) {
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
