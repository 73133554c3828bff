//! The commit ring as a file: what stands where, and which frames count.

use std::io::IoSlice;

use tidelog_storage::disk::{Disk, MemoryDisk, Survival};
use tidelog_storage::{Log, LogDirectory, OpenError};

use crate::support::{append, commit, open, partition, read_all};

const BLOCK: u64 = 4096;

fn read(disk: &MemoryDisk, position: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    disk.open("journal".as_ref(), false).unwrap().read_exact_at(&mut bytes, position).unwrap();
    bytes
}

fn write(disk: &MemoryDisk, position: u64, bytes: &[u8]) {
    let file = disk.open("journal".as_ref(), false).unwrap();
    file.write_all_at(&[IoSlice::new(bytes)], position).unwrap();
    file.sync_data().unwrap();
}

/// A directory whose first frame (block 1) creates a log, and its log.
fn with_a_log(disk: &MemoryDisk) -> (LogDirectory, Log) {
    let (directory, _) = open(disk.clone()).unwrap();
    let log = directory.create(partition(0));
    commit(&directory).unwrap();
    (directory, log)
}

/// A life that writes `first` (frame 2) and `second` (frame 3), one block each, syncs neither, and loses the first one in
/// the power cut. Returns the block of the second.
fn lost_future(disk: &MemoryDisk, first: &[u8], second: &[u8]) -> Vec<u8> {
    let (directory, mut log) = with_a_log(disk);
    for value in [first, second] {
        append(&mut log, value);
        directory.write_round().unwrap().unwrap();
    }
    write(disk, 2 * BLOCK, &[0; BLOCK as usize]);
    read(disk, 3 * BLOCK, 300)
}

#[test]
fn a_frame_left_over_from_a_lost_future_does_not_follow_another_frame() {
    let disk = MemoryDisk::new(1);
    let leftover = lost_future(&disk, b"lost", b"left over");
    let (directory, mut logs) = open(disk.clone()).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), b"");
    let other = append(&mut logs[0], b"more");
    commit(&directory).unwrap();
    drop((directory, logs));
    // Even if it comes back, by sequence and place the very next one: it chains to the frame that was lost.
    write(&disk, 3 * BLOCK, &leftover);
    let (_directory, logs) = open(disk).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), other);
}

#[test]
fn a_frame_left_over_from_a_lost_future_does_not_even_follow_the_same_frame_written_again() {
    let disk = MemoryDisk::new(1);
    lost_future(&disk, b"same", b"left over");
    let (directory, mut logs) = open(disk.clone()).unwrap();
    let same = append(&mut logs[0], b"same");
    commit(&directory).unwrap();
    drop((directory, logs));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), same, "what its reader never saw stays away");
}

#[test]
fn rot_in_front_of_a_frame_that_proves_it_was_synced_is_refused() {
    let disk = MemoryDisk::new(1);
    let (directory, mut log) = with_a_log(&disk);
    for value in ["one", "two", "three"] {
        append(&mut log, value.as_bytes());
        commit(&directory).unwrap();
    }
    drop((directory, log));
    let frame = read(&disk, 3 * BLOCK, 300);
    disk.flip_bit("journal", 3 * BLOCK + 100, 3).unwrap();
    for _ in 0..2 {
        let refused = open(disk.clone()).unwrap_err();
        assert!(matches!(refused, OpenError::JournalRot { sequence: 3, position } if position == 3 * BLOCK));
    }
    write(&disk, 3 * BLOCK, &frame);
    let (_directory, logs) = open(disk).unwrap();
    assert_eq!(logs[0].end().0.0, 3, "a refusal changes nothing");
}
