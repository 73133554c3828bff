//! What a directory takes from its machine: descriptors, space.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tidelog_model::{LeaderEpoch, Offset};
use tidelog_storage::disk::{Disk, MemoryDisk, Operation, Survival};
use tidelog_storage::{AppendError, Log, Options};

use crate::support::{
    Process, Verdict, WatchedDisk, Watcher, append, at, batch_of, commit, open, open_with, partition,
    read_all,
};

/// How many files are open, and the most that ever were.
#[derive(Clone, Default)]
struct Handles(Arc<(AtomicI64, AtomicI64)>);

impl Watcher for Handles {
    fn before(&self, _: Operation, _: &Path) -> io::Result<Verdict> {
        Ok(Verdict::Do)
    }

    fn handles(&self, change: i64) {
        let now = self.0.0.fetch_add(change, Ordering::Relaxed) + change;
        self.0.1.fetch_max(now, Ordering::Relaxed);
    }
}

#[test]
fn open_files_stay_within_their_budget_however_many_logs_there_are() {
    const OPEN_FILES: i64 = 20;
    // The journal; and a segment's two files, a file that is synced or mapped, while others fill the budget.
    const BESIDE: i64 = 1 + 3;
    let handles = Handles::default();
    let disk = WatchedDisk::new(MemoryDisk::new(1), handles.clone());
    let options = Options { open_files: OPEN_FILES as usize, ..Options::default() };
    let (directory, _) = open_with(disk, options).unwrap();
    let mut logs: Vec<_> = (0..100).map(|index| directory.create(partition(index))).collect();
    for round in 0..6_u8 {
        for log in &mut logs {
            append(log, &[round; 100]);
            if round % 3 == 2 {
                log.roll(at(1_000), None);
            }
        }
        commit(&directory).unwrap();
        match round {
            0..=2 => drop(directory.write_back().unwrap()),
            _ => directory.checkpoint().unwrap(),
        }
        for log in &logs {
            assert_eq!(read_all(&log.reader()).unwrap().len(), (usize::from(round) + 1) * 170);
        }
    }
    let most = handles.0.1.load(Ordering::Relaxed);
    assert!(most > OPEN_FILES / 2 && most <= OPEN_FILES + BESIDE, "{most} files were open at once");
    drop((directory, logs));
    assert_eq!(handles.0.0.load(Ordering::Relaxed), 0, "files that stayed open");
}

/// Names of all segment files, sorted.
fn segment_files(disk: &MemoryDisk) -> Vec<String> {
    let mut files = Vec::new();
    for directory in disk.list("partitions".as_ref()).unwrap() {
        for file in disk.list(&Path::new("partitions").join(&directory)).unwrap() {
            files.push(format!("{}/{}", directory.display(), file.display()));
        }
    }
    files
}

const PAGE: u64 = 4096;

/// Lets this many bytes be free.
fn leave_free(disk: &MemoryDisk, bytes: u64) {
    const LARGE: u64 = 1 << 40;
    disk.set_capacity(LARGE);
    let used = LARGE - disk.free_bytes().unwrap();
    disk.set_capacity(used + bytes);
}

#[test]
fn a_full_disk_refuses_appends_keeps_what_it_took_and_goes_on_when_there_is_space() {
    let disk = MemoryDisk::new(1);
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    let expected = append(&mut log, &[1; 20_000]);
    commit(&directory).unwrap();
    leave_free(&disk, 2 * PAGE);
    assert_eq!(directory.write_back().unwrap(), 0);
    assert!(directory.is_low_on_space() && directory.unwritten_bytes() > 20_000);
    directory.checkpoint().unwrap();
    let (header, sent) = batch_of(&[1], b"refused");
    let refused = log.append(&header, sent, LeaderEpoch(0), true).unwrap_err();
    assert!(matches!(refused, AppendError::DiskReserve { .. }), "{refused}");
    assert_eq!(read_all(&log.reader()).unwrap(), expected);
    let mut own = directory.create(partition(1));
    own.use_reserve();
    append(&mut own, b"the node's own log, for without it nobody could make room");
    commit(&directory).unwrap();

    let after_a_crash = open(disk.crash()).unwrap().1;
    assert_eq!(read_all(&after_a_crash[0].reader()).unwrap(), expected, "also where the disk is still full");
}

#[test]
fn space_that_comes_free_is_used_without_a_restart() {
    let disk = MemoryDisk::new(1);
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    let mut expected = append(&mut log, &[1; 20_000]);
    commit(&directory).unwrap();
    leave_free(&disk, 2 * PAGE);
    directory.checkpoint().unwrap();
    assert!(directory.is_low_on_space());
    leave_free(&disk, 1 << 30);
    directory.check_space().unwrap();
    expected.extend(append(&mut log, b"goes on"));
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    assert_eq!((directory.unwritten_bytes(), directory.journal_used_bytes()), (0, 0));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), expected);
}

#[test]
fn what_is_trimmed_or_deleted_frees_space_even_while_the_disk_is_full() {
    let disk = MemoryDisk::new(1);
    let (directory, _) = open_with(disk.clone(), Options::default()).unwrap();
    let mut logs: Vec<Log> = (0..4).map(|index| directory.create(partition(index))).collect();
    for log in &mut logs {
        append(log, &[1; 20_000]);
    }
    logs[1].roll(at(1), None);
    append(&mut logs[1], &[1; 20_000]);
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    // None of this can be written any more.
    append(&mut logs[0], &[2; 60_000]);
    append(&mut logs[2], &[2; 60_000]);
    let expected = [read_all(&logs[0].reader()).unwrap(), read_all(&logs[1].reader()).unwrap()];
    commit(&directory).unwrap();
    leave_free(&disk, 2 * PAGE);
    directory.checkpoint().unwrap();
    assert_eq!(directory.unwritten_bytes(), 2 * 60_072);
    assert_eq!(segment_files(&disk).len(), 10);

    logs[1].trim(Offset(1)).unwrap();
    directory.delete(logs.pop().unwrap()).unwrap();
    directory.delete(logs.pop().unwrap()).unwrap();
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    assert_eq!(directory.unwritten_bytes(), 60_072, "log 0 still waits");
    let numbers: Vec<String> = segment_files(&disk).iter().map(|file| file[46..].to_string()).collect();
    assert_eq!(numbers, ["1.bix", "1.log", "5.bix", "5.log"]);
    directory.checkpoint().unwrap();
    assert_eq!(directory.unwritten_bytes(), 0, "its bytes fit where the others' were");
    drop((directory, logs));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    assert_eq!(logs.len(), 2);
    assert_eq!(read_all(&logs[0].reader()).unwrap(), expected[0]);
    assert_eq!(read_all(&logs[1].reader()).unwrap(), expected[1][20_072..]);
}

#[test]
fn files_go_at_the_checkpoint_after_their_segments_and_never_before() {
    let disk = MemoryDisk::new(1);
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    for _ in 0..3 {
        append(&mut log, b"value");
        log.roll(at(1), None);
    }
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    assert_eq!(segment_files(&disk).len(), 6, "an empty segment has no files");
    log.trim(Offset(2)).unwrap();
    commit(&directory).unwrap();
    directory.write_back().unwrap();
    assert_eq!(segment_files(&disk).len(), 6);
    directory.checkpoint().unwrap();
    assert_eq!(segment_files(&disk).len(), 2);
    log.truncate(Offset(2), at(1)).unwrap();
    directory.checkpoint().unwrap();
    assert_eq!(segment_files(&disk).len(), 0);
    append(&mut log, b"value");
    directory.delete(log).unwrap();
    assert_eq!(segment_files(&disk).len(), 2);
    directory.checkpoint().unwrap();
    assert_eq!(disk.list("partitions".as_ref()).unwrap().len(), 0);
}

/// A life that is killed at each of its operations, and what is left of it after another start and one checkpoint.
#[test]
fn files_that_a_crash_left_behind_go_after_the_next_start() {
    let mut crashes = 0;
    for operations in 0.. {
        let disk = MemoryDisk::new(operations);
        let process = Process::killed_after(operations);
        let life = || -> Option<()> {
            let (directory, _) = open(WatchedDisk::new(disk.clone(), process.clone())).ok()?;
            let mut logs: Vec<Log> = (0..2).map(|index| directory.create(partition(index))).collect();
            for log in &mut logs {
                append(log, b"value");
                log.roll(at(1), None);
                append(log, b"value");
            }
            directory.checkpoint().ok()?;
            logs[0].trim(Offset(1)).ok()?;
            directory.delete(logs.pop()?).ok()?;
            commit(&directory).ok()?;
            // Files of a segment that a crash takes back.
            logs[0].roll(at(1), None);
            append(&mut logs[0], b"value");
            directory.write_back().ok()?;
            directory.checkpoint().ok()
        };
        life();
        if !process.is_dead() {
            break;
        }
        crashes += 1;
        let (directory, logs) = open(disk.clone()).unwrap();
        directory.checkpoint().unwrap();
        let segments: usize = logs.iter().map(|log| log.reader().segments().len()).sum();
        assert_eq!(segment_files(&disk).len(), 2 * segments, "killed at operation {operations}");
        let directories = disk.list("partitions".as_ref()).unwrap().len();
        assert_eq!(directories, logs.len(), "killed at operation {operations}");
    }
    assert!(crashes > 60, "{crashes}");
}

/// Bytes that the segments' files take, reservations included.
fn segment_space(disk: &MemoryDisk) -> u64 {
    const LARGE: u64 = 1 << 40;
    disk.set_capacity(LARGE);
    let others: u64 = ["journal", "identity", "manifest"].map(|name| space_of(disk, name)).iter().sum();
    LARGE - disk.free_bytes().unwrap() - others
}

fn space_of(disk: &MemoryDisk, name: &str) -> u64 {
    const JOURNAL_SPACE: u64 = 16 << 20;
    if name == "journal" {
        JOURNAL_SPACE
    } else {
        disk.open(name.as_ref(), false).unwrap().length().unwrap().next_multiple_of(PAGE)
    }
}

#[test]
fn space_is_reserved_in_proportion_to_what_is_used_and_given_back_by_sealed_segments() {
    let disk = MemoryDisk::new(1);
    let (directory, _) = open_with(disk.clone(), Options::default()).unwrap();
    let mut logs: Vec<Log> = (0..100).map(|index| directory.create(partition(index))).collect();
    logs.iter_mut().for_each(|log| drop(append(log, b"small")));
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    assert_eq!(segment_space(&disk), 100 * 2 * PAGE, "a page for each .log and each .bix");

    for _ in 0..10 {
        append(&mut logs[0], &[1; 100_000]);
        directory.write_back().unwrap();
    }
    directory.checkpoint().unwrap();
    let beside = 99 * 2 * PAGE + PAGE;
    let reserved = segment_space(&disk) - beside;
    assert!((1_000_000..2_000_000).contains(&reserved), "{reserved} for 1,000,000 bytes");
    logs[0].roll(at(1), None);
    directory.checkpoint().unwrap();
    let (used, reserved) = (logs[0].reader().size_bytes(), segment_space(&disk) - beside);
    assert_eq!(reserved, used.next_multiple_of(PAGE));
}
