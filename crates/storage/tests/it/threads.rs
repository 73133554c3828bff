//! What several threads do at once, in the one order that hurts.

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use tidelog_storage::disk::{MemoryDisk, Operation, Survival};

use crate::support::{Verdict, WatchedDisk, Watcher, append, commit, open, partition, read_all};

/// Holds threads at writes to .log files, by the first letters of their partition's directory, until a test lets them go.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    closed_for: Vec<String>,
    waiting: Vec<String>,
}

impl Gate {
    fn close(&self, path: &str) {
        self.0.0.lock().unwrap().closed_for.push(path.to_string());
    }

    fn open(&self, path: &str) {
        self.0.0.lock().unwrap().closed_for.retain(|closed| closed != path);
        self.0.1.notify_all();
    }

    /// Returns once a thread stands at the gate for this path.
    fn await_arrival(&self, path: &str) {
        let state = self.0.0.lock().unwrap();
        drop(
            self.0.1.wait_while(state, |state| !state.waiting.iter().any(|waiting| waiting == path)).unwrap(),
        );
    }
}

impl Watcher for Gate {
    fn before(&self, operation: Operation, path: &Path) -> io::Result<Verdict> {
        let path = path.to_string_lossy();
        if operation == Operation::Write && path.ends_with(".log") {
            let mut state = self.0.0.lock().unwrap();
            while let Some(closed) = state.closed_for.iter().find(|closed| path.contains(*closed)).cloned() {
                state.waiting.push(closed);
                self.0.1.notify_all();
                state = self.0.1.wait(state).unwrap();
            }
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
    thread::scope(|scope| {
        gate.close("w-2");
        let checkpoint = scope.spawn(|| directory.checkpoint());
        gate.await_arrival("w-2");
        // The checkpoint is done with log 1 and has not synced yet.
        expected.extend(append(&mut one, b"second"));
        commit(&directory).unwrap();
        gate.close("w-1");
        let write_back = scope.spawn(|| directory.write_back());
        gate.await_arrival("w-1");
        gate.open("w-2");
        checkpoint.join().unwrap().unwrap();
        gate.open("w-1");
        write_back.join().unwrap().unwrap();
    });
    directory.checkpoint().unwrap();
    drop((directory, one, two));
    let (_directory, logs) = open(disk.crash_with(Survival::Nothing)).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), expected);
}
