//! What several threads do at once, in the one order that hurts.

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use tidelog_model::Offset;
use tidelog_storage::disk::{MemoryDisk, Operation, Survival};
use tidelog_storage::{Batches, Log, ReadError};

use crate::support::{Verdict, WatchedDisk, Watcher, append, at, commit, open, partition, read_all};

/// An operation on a path that contains these letters.
type Place = (Operation, &'static str);

/// Holds threads in front of operations, until a test lets them go.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    closed: Vec<Place>,
    waiting: Vec<Place>,
}

impl Gate {
    fn close(&self, place: Place) {
        self.0.0.lock().unwrap().closed.push(place);
    }

    fn open(&self, place: Place) {
        self.0.0.lock().unwrap().closed.retain(|closed| *closed != place);
        self.0.1.notify_all();
    }

    /// Returns once a thread stands there.
    fn await_arrival(&self, place: Place) {
        let state = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(state, |state| !state.waiting.contains(&place)).unwrap());
    }
}

impl Watcher for Gate {
    fn before(&self, operation: Operation, path: &Path) -> io::Result<Verdict> {
        let path = path.to_string_lossy();
        let is_here = |place: &&Place| place.0 == operation && path.contains(place.1);
        let mut state = self.0.0.lock().unwrap();
        while let Some(place) = state.closed.iter().find(is_here).copied() {
            state.waiting.push(place);
            self.0.1.notify_all();
            state = self.0.1.wait(state).unwrap();
        }
        Ok(Verdict::Do)
    }
}

#[test]
fn bytes_written_back_while_a_checkpoint_syncs_are_synced_by_the_next_one() {
    let (disk, gate) = (MemoryDisk::new(1), Gate::default());
    let (directory, _) = open(WatchedDisk::new(disk.clone(), gate.clone())).unwrap();
    let (mut one, mut two) = (directory.create(partition(1)), directory.create(partition(2)));
    let mut expected = append(&mut one, b"first");
    append(&mut two, b"first");
    commit(&directory).unwrap();
    const ONE: Place = (Operation::Write, "-1/00000000000000000000.1.log");
    const TWO: Place = (Operation::Write, "-2/00000000000000000000.2.log");
    thread::scope(|scope| {
        gate.close(TWO);
        let checkpoint = scope.spawn(|| directory.checkpoint());
        gate.await_arrival(TWO);
        // The checkpoint is done with log 1 and has not synced yet.
        expected.extend(append(&mut one, b"second"));
        commit(&directory).unwrap();
        gate.close(ONE);
        let write_back = scope.spawn(|| directory.write_back());
        gate.await_arrival(ONE);
        gate.open(TWO);
        checkpoint.join().unwrap().unwrap();
        gate.open(ONE);
        write_back.join().unwrap().unwrap();
    });
    directory.checkpoint().unwrap();
    drop((directory, one, two));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), expected);
}

#[test]
fn what_is_committed_while_a_checkpoint_writes_is_not_behind_its_redo() {
    const TWO: Place = (Operation::Write, "-2/00000000000000000000.2.log");
    let (disk, gate) = (MemoryDisk::new(1), Gate::default());
    let (directory, _) = open(WatchedDisk::new(disk.clone(), gate.clone())).unwrap();
    let (mut one, mut two) = (directory.create(partition(1)), directory.create(partition(2)));
    let mut expected = append(&mut one, b"first");
    append(&mut two, b"first");
    commit(&directory).unwrap();
    thread::scope(|scope| {
        gate.close(TWO);
        let checkpoint = scope.spawn(|| directory.checkpoint());
        gate.await_arrival(TWO);
        // The checkpoint has taken log 1's state.
        expected.extend(append(&mut one, b"second"));
        commit(&directory).unwrap();
        gate.open(TWO);
        checkpoint.join().unwrap().unwrap();
    });
    drop((directory, one, two));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), expected);
}

/// A reader that has found its segment when `change` takes the segment away, files and all.
fn read_while(change: impl FnOnce(&mut Log)) -> Result<Batches, ReadError> {
    let gate = Gate::default();
    let (directory, _) = open(WatchedDisk::new(MemoryDisk::new(1), gate.clone())).unwrap();
    let mut log = directory.create(partition(1));
    append(&mut log, b"first");
    log.roll(at(1), None);
    append(&mut log, b"second");
    directory.checkpoint().unwrap();
    const INDEX: Place = (Operation::Read, "00000000000000000000.1.bix");
    gate.close(INDEX);
    let reader = log.reader();
    thread::scope(|scope| {
        let read = scope.spawn(|| reader.read(Offset(0), Offset(2), 1 << 20));
        gate.await_arrival(INDEX);
        change(&mut log);
        directory.checkpoint().unwrap();
        gate.open(INDEX);
        read.join().unwrap()
    })
}

#[test]
fn a_reader_whose_segment_is_trimmed_away_is_told_where_the_log_begins() {
    let read = read_while(|log| assert_eq!(log.trim(Offset(1)).unwrap().0, Offset(1)));
    assert!(matches!(read, Err(ReadError::OutOfRange { start: Offset(1), end: Offset(2), .. })), "{read:?}");
}

#[test]
fn a_reader_whose_segment_is_truncated_away_reads_what_took_its_place() {
    let mut expected = Vec::new();
    let read = read_while(|log| {
        log.truncate(Offset(0), at(1)).unwrap();
        expected = append(log, b"took its place");
    });
    assert_eq!(read.unwrap(), Batches { bytes: expected.into(), next_offset: Offset(1) });
}
