//! Directories that earlier versions wrote. Every later one reads them as they were meant.

use std::fs;
use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tidelog_model::{LeaderEpoch, Offset};
use tidelog_record::{Decompressor, split_batches};
use tidelog_storage::disk::{Disk, MemoryDisk};
use tidelog_storage::{Log, LogDirectory, Options};

use crate::support::{append_batch, at, batch_of, commit, open, partition, read_all};

/// Set it to have the newest version's directory written anew. Only while that version is not released!
const WRITE_VARIABLE: &str = "TIDELOG_TEST_WRITE_GOLDEN";

/// What `tests/golden/v1` holds: sealed, cut, trimmed and active segments, epochs, snapshots, a deleted log, and in the
/// journal what came after the checkpoint.
const V1: &str = "\
log 0 [1, 10)
epochs (0 from 1) (2 from 7)
producers at 3: producers at the roll
segments 3 7 10
1 1001 epoch 0 alpha
2 1002 epoch 0 alpha
3 2000 epoch 0 beta
4 2001 epoch 0 beta
5 2002 epoch 0 beta
6 3000 epoch 0 gamma
7 5000 epoch 2 in the journal
8 5001 epoch 2 in the journal
9 5002 epoch 2 in the journal
log 2 [0, 1)
epochs
producers at 1: saved
segments 1
0 4000 epoch -1 only
";

/// Makes that directory.
fn write_v1(disk: &MemoryDisk) {
    let (directory, _) = open(disk.clone()).unwrap();
    let mut logs: Vec<Log> = (0..3).map(|index| directory.create(partition(index))).collect();
    logs[0].assign_epoch(LeaderEpoch(0));
    append_batch(&mut logs[0], &[1_000, 1_001, 1_002], b"alpha");
    logs[0].roll(at(1_500), Some(b"producers at the roll".as_slice().into()));
    append_batch(&mut logs[0], &[2_000, 2_001, 2_002], b"beta");
    append_batch(&mut logs[0], &[3_000], b"gamma");
    append_batch(&mut logs[0], &[3_001], b"cut off");
    append_batch(&mut logs[1], &[1_000], b"deleted");
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    logs[0].truncate(Offset(7), at(3_500)).unwrap();
    logs[0].trim(Offset(1)).unwrap();
    append_in_epoch(&mut logs[2], -1, &[4_000], b"only");
    logs[2].save_producers(b"saved".as_slice().into());
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    let deleted = logs.remove(1);
    directory.delete(deleted).unwrap();
    logs[0].assign_epoch(LeaderEpoch(2));
    append_in_epoch(&mut logs[0], 2, &[5_000, 5_001, 5_002], b"in the journal");
    commit(&directory).unwrap();
}

fn append_in_epoch(log: &mut Log, epoch: i32, timestamps: &[i64], value: &[u8]) {
    let (header, sent) = batch_of(timestamps, value);
    if log.roll_is_due(&header, at(timestamps[0])) {
        log.roll(at(timestamps[0]), None);
    }
    log.append(&header, sent, LeaderEpoch(epoch), true).unwrap();
}

fn describe(logs: &[Log]) -> String {
    let mut text = String::new();
    for log in logs {
        let line = format!("log {} [{}, {})\n", log.partition().partition, log.start().0, log.end().0);
        text.push_str(&line);
        let epochs = log.epochs();
        let epochs = epochs.entries().iter().map(|(epoch, start)| format!(" ({epoch} from {start})"));
        text.push_str(&format!("epochs{}\n", epochs.collect::<String>()));
        if let Some(producers) = log.producers() {
            let state = String::from_utf8_lossy(&producers.state);
            text.push_str(&format!("producers at {}: {state}\n", producers.offset));
        }
        let segments = log.reader().segments().into_iter().map(|segment| format!(" {}", segment.end));
        text.push_str(&format!("segments{}\n", segments.collect::<String>()));
        let mut decompressor = Decompressor::default();
        for batch in split_batches(read_all(&log.reader()).unwrap().into()) {
            let batch = batch.unwrap();
            let epoch = batch.header().leader_epoch;
            for record in batch.records(&mut decompressor).unwrap().map(Result::unwrap) {
                if record.offset >= log.start().0 {
                    let value = String::from_utf8_lossy(record.value.unwrap());
                    text.push_str(&format!("{} {} epoch {epoch} {value}\n", record.offset, record.timestamp));
                }
            }
        }
    }
    text
}

fn golden(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(version)
}

/// The files of a directory on this machine, on a disk in memory.
fn load(directory: &Path) -> MemoryDisk {
    let disk = MemoryDisk::new(2);
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let name = path.strip_prefix(directory).unwrap();
            let file = disk.open(name, true).unwrap();
            file.write_all_at(&[IoSlice::new(&fs::read(&path).unwrap())], 0).unwrap();
            file.sync_data().unwrap();
            disk.sync_directory(name.parent().unwrap()).unwrap();
        }
    }
    disk
}

#[test]
fn a_directory_that_version_1_wrote_reads_as_it_was_meant() {
    let disk = load(&golden("v1"));
    // It is a copy, as every checkout is.
    let options = Options { adopt: true, ..Options::default() };
    let open = |disk: &MemoryDisk| {
        let disk = Arc::new(disk.clone());
        LogDirectory::open(disk.clone(), disk, options.clone(), 0xABCD).unwrap()
    };
    let (directory, logs, report) = open(&disk);
    assert_eq!((describe(&logs), report.redone_operations), (V1.to_string(), 3));
    directory.checkpoint().unwrap();
    drop((directory, logs));
    let (_directory, logs, report) = open(&disk.crash());
    assert_eq!((describe(&logs), report.redone_operations), (V1.to_string(), 0), "from the files alone");
}

#[test]
fn this_version_writes_the_same_directory_to_the_byte() {
    let disk = MemoryDisk::new(1);
    write_v1(&disk);
    if std::env::var_os(WRITE_VARIABLE).is_some() {
        for (path, bytes) in files(&disk, Path::new("")) {
            let path = golden("v1").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    // The identity has a number of the very file that it was written to.
    let comparable = |disk: &MemoryDisk| {
        let mut files = files(disk, Path::new(""));
        files.retain(|(path, _)| path.as_os_str() != "identity");
        files
    };
    assert_eq!(comparable(&disk), comparable(&load(&golden("v1"))));
}

fn files(disk: &MemoryDisk, directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for name in disk.list(directory).unwrap() {
        let path = directory.join(name);
        match disk.open(&path, false) {
            Ok(file) => {
                let mut bytes = vec![0; file.length().unwrap() as usize];
                file.read_exact_at(&mut bytes, 0).unwrap();
                found.push((path, bytes));
            }
            Err(_) => found.extend(files(disk, &path)),
        }
    }
    found
}
