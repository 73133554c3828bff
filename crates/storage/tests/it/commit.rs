//! What a shell and its partitions are told of commits, and when.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tidelog_model::LeaderEpoch;
use tidelog_model::watermark::{DurableEnd, WrittenEnd};
use tidelog_storage::disk::{MemoryDisk, Operation};
use tidelog_storage::{
    AppendError, CommitError, CommitListener, DirectoryFailed, LogDirectory, LogReader, Options,
};

use crate::support::{append, at, batch_of, commit, open, open_with, partition};

/// Writes down what it hears, and asks the log and the directory something each time, as a partition might.
struct Listener {
    name: &'static str,
    heard: Arc<Mutex<Vec<String>>>,
    reader: LogReader,
    directory: Arc<OnceLock<LogDirectory>>,
}

impl Listener {
    fn hear(&self, what: String) {
        self.heard.lock().unwrap().push(format!("{} {what}", self.name));
        self.reader.end();
        if let Some(directory) = self.directory.get() {
            directory.journal_used_bytes();
            directory.checkpoint().ok();
        }
    }
}

impl CommitListener for Listener {
    fn written(&self, end: WrittenEnd) {
        self.hear(format!("written {end}"));
    }

    fn durable(&self, end: DurableEnd) {
        self.hear(format!("durable {end}"));
    }

    fn failed(&self, failure: &DirectoryFailed) {
        self.hear(failure.to_string());
    }
}

#[test]
fn listeners_hear_each_logs_newest_end_of_each_round() {
    let options = Options { round_bytes: 1, ..Options::default() };
    let (directory, _) = open_with(MemoryDisk::new(1), options).unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let mut logs = ["one", "two"].map(|name| {
        let log = directory.create(partition(name.len() as i32));
        commit(&directory).unwrap();
        let (heard, reader, directory) = (heard.clone(), log.reader(), Arc::default());
        log.listen(Arc::new(Listener { name, heard, reader, directory }));
        log
    });
    for log in &mut logs {
        append(log, b"value");
        append(log, b"value");
    }
    let heard = || std::mem::take(&mut *heard.lock().unwrap());
    let mut rounds = Vec::new();
    while let Some(round) = directory.write_round().unwrap() {
        round.publish_written();
        rounds.push(round);
    }
    let expected = [
        "one written 0",
        "one written 1",
        "one written 2",
        "two written 0",
        "two written 1",
        "two written 2",
    ];
    assert_eq!(heard(), expected, "a frame for each operation, as no two fit: a roll and two batches");
    assert_eq!(rounds.iter().map(|round| round.operations).sum::<usize>(), 6);
    assert_eq!(directory.sync().unwrap(), rounds[5].sequence);
    rounds[5].publish_durable();
    assert_eq!(heard(), ["two durable 2"]);
}

#[test]
fn one_frame_takes_all_logs_that_waited() {
    let (directory, _) = open_with(MemoryDisk::new(1), Options::default()).unwrap();
    let mut logs: Vec<_> = (0..50).map(|index| directory.create(partition(index))).collect();
    logs.iter_mut().for_each(|log| drop(append(log, b"value")));
    let round = directory.write_round().unwrap().unwrap();
    assert_eq!((round.operations, round.wants_sync), (150, true));
    assert!(directory.write_round().unwrap().is_none());
    // A roll alone can wait for company.
    logs[0].roll(at(1), None);
    assert!(!directory.write_round().unwrap().unwrap().wants_sync);
}

#[test]
fn the_waker_is_called_when_the_queue_gets_its_first_entry() {
    let (directory, _) = open(MemoryDisk::new(1)).unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    directory.wake_on_work(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let mut log = directory.create(partition(0));
    append(&mut log, b"value");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    commit(&directory).unwrap();
    append(&mut log, b"value");
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn every_listener_hears_once_of_a_failure_and_no_lock_is_held_meanwhile() {
    type Fails = fn(&LogDirectory) -> bool;
    let cases: [(&str, Operation, &str, Fails); 5] = [
        ("journal", Operation::Write, "write of journal", |directory| {
            matches!(directory.write_round(), Err(CommitError::Failed(_)))
        }),
        ("journal", Operation::Sync, "sync of journal", |directory| directory.sync().is_err()),
        (".log", Operation::Write, "write of partitions/", |directory| directory.write_back().is_err()),
        (".bix", Operation::Sync, "sync of partitions/", |directory| directory.checkpoint().is_err()),
        ("manifest", Operation::Rename, "replacement of manifest", |directory| {
            directory.checkpoint().is_err()
        }),
    ];
    for (path, operation, what, fails) in cases {
        let disk = MemoryDisk::new(1);
        let (directory, _) = open(disk.clone()).unwrap();
        let (shared, heard) = (Arc::new(OnceLock::new()), Arc::new(Mutex::new(Vec::new())));
        let mut logs = ["one", "two"].map(|name| {
            let log = directory.create(partition(name.len() as i32));
            let (heard, reader, directory) = (heard.clone(), log.reader(), shared.clone());
            log.listen(Arc::new(Listener { name, heard, reader, directory }));
            log
        });
        append(&mut logs[0], b"value");
        let directory = shared.get_or_init(|| directory);
        disk.inject(path, operation, 1, io::ErrorKind::Other);
        assert!(fails(directory), "{operation:?} of {path}");
        assert!(commit(directory).is_err() && directory.checkpoint().is_err());
        let heard = heard.lock().unwrap().clone();
        assert_eq!(heard.len(), 2, "{heard:?}");
        for (name, heard) in ["one", "two"].into_iter().zip(heard) {
            assert!(heard.starts_with(&format!("{name} log directory stopped after {what}")), "{heard}");
        }
        let (header, sent) = batch_of(&[1], b"refused");
        let refused = logs[0].append(&header, sent, LeaderEpoch(0), true);
        assert!(matches!(refused, Err(AppendError::Failed(_))), "{refused:?}");
    }
}
