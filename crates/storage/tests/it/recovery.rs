//! Restarts at the worst moments, one by one.

use std::io;
use std::path::Path;

use tidelog_storage::disk::{MemoryDisk, Operation, Survival};
use tidelog_storage::{Log, Options};

use crate::support::{
    Process, Verdict, WatchedDisk, Watcher, append, at, commit, open, open_with, partition, read_all,
};

/// A first life that is killed (the system keeps what it wrote), a second one in which everything is fine, and a power cut
/// that takes whatever the second did not sync.
#[test]
fn what_a_killed_process_had_not_synced_is_synced_before_the_next_one_builds_on_it() {
    let mut killed_at_each = 0;
    for operations in 0.. {
        let disk = MemoryDisk::new(operations);
        let process = Process::killed_after(operations);
        let mut acknowledged = Vec::new();
        first_life(WatchedDisk::new(disk.clone(), process.clone()), &mut acknowledged);
        if !process.is_dead() {
            break;
        }
        killed_at_each += 1;

        let (directory, logs) = open(disk.clone()).unwrap();
        let mut log = logs.into_iter().next().unwrap_or_else(|| directory.create(partition(0)));
        let mut expected = read_all(&log.reader()).unwrap();
        assert!(expected.starts_with(&acknowledged), "killed at operation {operations}");
        for value in ["second life", "goes on"] {
            expected.extend(append(&mut log, value.as_bytes()));
            commit(&directory).unwrap();
        }
        drop((directory, log));

        let disk = disk.crash_with(Survival::Nothing);
        let (_directory, logs) = open(disk.clone()).unwrap();
        let found = logs.first().map(|log| read_all(&log.reader()).unwrap());
        assert_eq!(
            found.as_deref(),
            Some(&expected[..]),
            "killed at operation {operations}\n{}",
            disk.trace()
        );
    }
    assert!(killed_at_each > 50, "{killed_at_each}");
}

/// Batches in two segments, two checkpoints; `None` once the process is dead.
fn first_life(disk: WatchedDisk, acknowledged: &mut Vec<u8>) -> Option<()> {
    let (directory, _) = open(disk).ok()?;
    let mut log = directory.create(partition(0));
    for round in 0..4_u8 {
        let batch = append(&mut log, &[round; 900]);
        commit(&directory).ok()?;
        acknowledged.extend(batch);
        if round % 2 == 1 {
            directory.checkpoint().ok()?;
            log.roll(at(1), None);
        }
    }
    Some(())
}

/// After a failed sync the system may take pages for clean that are not on the medium; a restart reads them from its cache
/// and would believe in them.
#[test]
fn frames_that_a_failed_sync_left_in_the_cache_are_written_again_before_they_are_believed() {
    for seed in 0..40 {
        let disk = MemoryDisk::new(seed);
        let (directory, _) = open(disk.clone()).unwrap();
        let mut log = directory.create(partition(0));
        let mut acknowledged = append(&mut log, b"acknowledged");
        commit(&directory).unwrap();
        disk.inject("journal", Operation::Sync, 1, io::ErrorKind::Other);
        append(&mut log, b"not acknowledged");
        commit(&directory).unwrap_err();
        drop((directory, log));

        let (directory, mut logs) = open(disk.clone()).unwrap();
        let recovered = read_all(&logs[0].reader()).unwrap();
        assert!(recovered.starts_with(&acknowledged));
        acknowledged = recovered;
        acknowledged.extend(append(&mut logs[0], b"second life"));
        commit(&directory).unwrap();
        drop((directory, logs));

        let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
        assert_eq!(read_all(&logs[0].reader()).unwrap(), acknowledged, "seed {seed}");
    }
}

/// Refuses to sync segment files one by one.
struct AllAtOnce;

impl Watcher for AllAtOnce {
    fn before(&self, operation: Operation, path: &Path) -> io::Result<Verdict> {
        let is_segment = path.starts_with("partitions");
        let is_sync = matches!(operation, Operation::Sync | Operation::SyncDirectory);
        if is_segment && is_sync { Err(io::Error::other("one by one")) } else { Ok(Verdict::Do) }
    }
}

#[test]
fn a_checkpoint_of_very_many_files_syncs_them_all_at_once() {
    let disk = MemoryDisk::new(1);
    let (directory, _) = open_with(WatchedDisk::new(disk.clone(), AllAtOnce), Options::default()).unwrap();
    let mut logs: Vec<Log> = (0..150).map(|index| directory.create(partition(index))).collect();
    let expected: Vec<Vec<u8>> = logs.iter_mut().map(|log| append(log, b"value")).collect();
    directory.checkpoint().unwrap();
    drop((directory, logs));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    let found: Vec<Vec<u8>> = logs.iter().map(|log| read_all(&log.reader()).unwrap()).collect();
    assert_eq!(found, expected);
}
