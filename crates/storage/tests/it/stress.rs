//! All threads at once: two that write logs, one that commits, one that writes back, one that runs checkpoints, two that
//! read. In the end every log is what its writer made it, in memory and after a restart.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tidelog_model::{LeaderEpoch, Offset};
use tidelog_record::split_batches;
use tidelog_storage::disk::{Disk, MemoryDisk, RealDisk, Survival};
use tidelog_storage::{CommitError, Log, LogDirectory, LogReader, Options, ReadError, SegmentLimits};

use crate::model::{Model, ModelBatch, ModelOp, Seen};
use crate::support::{Rng, at, batch_of, partition};

const WRITERS: u64 = 2;
const STEPS: u64 = 1_000;
const LOGS_OF_A_WRITER: i32 = 5;
/// Writers wait while this much is not in the segments' files.
const UNWRITTEN_BYTES: u64 = 1 << 20;

/// What the threads share.
struct Stage {
    directory: LogDirectory,
    readers: Mutex<BTreeMap<i32, LogReader>>,
    writers_left: AtomicU64,
    committed: AtomicBool,
    checkpoints: AtomicU64,
    reads: AtomicU64,
    /// A thread has panicked: the others must not wait for it.
    failed: AtomicBool,
}

/// Held by each thread.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Release);
        }
    }
}

fn options() -> Options {
    Options { journal_bytes: 256 << 10, round_bytes: 32 << 10, open_files: 12, ..Options::default() }
}

#[test]
fn many_threads_on_a_real_disk_make_of_every_log_what_its_writer_did() {
    let root = tempfile::tempdir().unwrap();
    let disk = || Arc::new(RealDisk::new(root.path().join("data")).unwrap()) as Arc<dyn Disk>;
    let models = live(disk());
    for _ in 0..2 {
        check(disk(), &models);
    }
}

#[test]
fn many_threads_leave_nothing_acknowledged_to_a_power_cut() {
    for seed in 0..3 {
        let disk = MemoryDisk::new(seed);
        let models = live(Arc::new(disk.clone()));
        check(Arc::new(disk.crash_with(Survival::Nothing)), &models);
    }
}

/// All threads until the writers are done and everything is committed; what each log must hold then.
fn live(disk: Arc<dyn Disk>) -> BTreeMap<i32, Model> {
    let (directory, _, _) = LogDirectory::open(disk.clone(), disk, options(), 0xF00D).unwrap();
    let stage = Stage {
        directory,
        readers: Mutex::default(),
        writers_left: AtomicU64::new(WRITERS),
        committed: AtomicBool::new(false),
        checkpoints: AtomicU64::new(0),
        reads: AtomicU64::new(0),
        failed: AtomicBool::new(false),
    };
    let mut models = BTreeMap::new();
    thread::scope(|scope| {
        let stage = &stage;
        scope.spawn(|| stage.commit());
        scope.spawn(|| stage.write_back());
        scope.spawn(|| stage.checkpoint());
        scope.spawn(|| stage.read(0));
        scope.spawn(|| stage.read(1));
        let writers = [0, 1].map(|number| scope.spawn(move || Writer::new(stage, number).run()));
        for writer in writers {
            models.extend(writer.join().unwrap());
        }
    });
    models
}

fn check(disk: Arc<dyn Disk>, models: &BTreeMap<i32, Model>) {
    let (directory, logs, _) = LogDirectory::open(disk.clone(), disk, options(), 0).unwrap();
    assert_eq!(logs.len(), models.len());
    for log in &logs {
        let model = &models[&log.partition().partition.0];
        let compared = model.compare(&Seen::of(log).unwrap());
        compared.unwrap_or_else(|what| panic!("{} after a restart: {what}", log.partition()));
    }
    directory.checkpoint().unwrap();
}

impl Stage {
    /// Lets others work, if all of them still do.
    fn pause(&self) {
        assert!(!self.failed.load(Ordering::Acquire), "another thread has panicked");
        thread::yield_now();
    }

    fn writers_are_done(&self) -> bool {
        self.writers_left.load(Ordering::Acquire) == 0
    }

    fn commit(&self) {
        let _alarm = Alarm(&self.failed);
        loop {
            let writers_were_done = self.writers_are_done();
            match self.directory.write_round() {
                Ok(Some(round)) => assert!(self.directory.sync().unwrap() >= round.sequence),
                Ok(None) if writers_were_done => break,
                Ok(None) => self.pause(),
                Err(CommitError::RingFull { .. }) => {
                    let before = self.checkpoints.load(Ordering::Acquire);
                    while self.checkpoints.load(Ordering::Acquire) < before + 2 {
                        self.pause();
                    }
                }
                Err(error) => panic!("{error}"),
            }
        }
        self.committed.store(true, Ordering::Release);
    }

    fn write_back(&self) {
        let _alarm = Alarm(&self.failed);
        while !self.committed.load(Ordering::Acquire) {
            self.directory.write_back().unwrap();
            self.pause();
        }
    }

    fn checkpoint(&self) {
        let _alarm = Alarm(&self.failed);
        while !self.committed.load(Ordering::Acquire) {
            self.directory.checkpoint().unwrap();
            self.checkpoints.fetch_add(1, Ordering::Release);
            self.pause();
        }
    }

    /// Reads anywhere: whole batches in order with their bytes intact, or a place that is out of range.
    fn read(&self, seed: u64) {
        let _alarm = Alarm(&self.failed);
        let mut rng = Rng::new(seed);
        while !self.committed.load(Ordering::Acquire) {
            self.pause();
            let key = rng.below(WRITERS * LOGS_OF_A_WRITER as u64) as i32;
            let Some(reader) = self.readers.lock().unwrap().get(&key).cloned() else { continue };
            let (start, end) = (reader.start().0.0, reader.end().0.0);
            let from = rng.between(start, start.max(end));
            match reader.read(Offset(from), Offset(end), 10_000) {
                Ok(batches) => {
                    let mut next = 0;
                    for batch in split_batches(batches.bytes) {
                        let batch = batch.unwrap();
                        batch.verify_crc().unwrap();
                        let header = batch.header();
                        assert!(header.base_offset.0 >= next && header.last_offset().0 >= from);
                        next = header.next_offset().0;
                    }
                    self.reads.fetch_add(1, Ordering::Relaxed);
                }
                Err(ReadError::OutOfRange { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

struct Writer<'a> {
    stage: &'a Stage,
    rng: Rng,
    first: i32,
    logs: BTreeMap<i32, (Log, Model)>,
    clock_ms: i64,
}

impl<'a> Writer<'a> {
    fn new(stage: &'a Stage, number: i32) -> Writer<'a> {
        let (first, rng) = (number * LOGS_OF_A_WRITER, Rng::new(number as u64));
        Writer { stage, rng, first, logs: BTreeMap::new(), clock_ms: 0 }
    }

    fn run(mut self) -> BTreeMap<i32, Model> {
        let _alarm = Alarm(&self.stage.failed);
        for _ in 0..STEPS {
            while self.stage.directory.unwritten_bytes() > UNWRITTEN_BYTES {
                self.stage.pause();
            }
            self.step();
        }
        // Whoever else is slow has its share, too.
        while self.stage.checkpoints.load(Ordering::Relaxed) < 5
            || self.stage.reads.load(Ordering::Relaxed) < 50
        {
            self.stage.pause();
        }
        for (key, (log, model)) in &self.logs {
            let compared = model.compare(&Seen::of(log).unwrap());
            compared.unwrap_or_else(|what| panic!("{key} while it lives: {what}"));
        }
        self.stage.writers_left.fetch_sub(1, Ordering::Release);
        self.logs.into_iter().map(|(key, (_, model))| (key, model)).collect()
    }

    fn step(&mut self) {
        self.clock_ms += 1;
        let now = at(self.clock_ms);
        let key = self.first + self.rng.below(LOGS_OF_A_WRITER as u64) as i32;
        let (log, model) = self.logs.entry(key).or_insert_with(|| {
            let log = self.stage.directory.create(partition(key));
            log.set_limits(SegmentLimits { segment_bytes: 20_000, segment_ms: 1_000, index_bytes: 640 });
            self.stage.readers.lock().unwrap().insert(key, log.reader());
            (log, Model::default())
        });
        let place = self.rng.between(model.start, model.end);
        match self.rng.below(1_000) {
            0..=9 => {
                log.trim(Offset(place)).unwrap();
                if place > model.start {
                    model.apply(&ModelOp::Trim(place));
                }
            }
            10..=14 => {
                log.truncate(Offset(place), now).unwrap();
                if place < model.end {
                    let to = model.cut_at(place);
                    model.apply(&ModelOp::Truncate { to, created: self.clock_ms });
                }
            }
            15..=16 => {
                let (log, _) = self.logs.remove(&key).unwrap();
                self.stage.directory.delete(log).unwrap();
            }
            17..=20 => log.save_producers(model.producers()),
            _ => {
                let value = vec![self.rng.next() as u8; self.rng.below(2_000) as usize];
                let timestamps = vec![self.clock_ms; self.rng.between(1, 3) as usize];
                let (header, sent) = batch_of(&timestamps, &value);
                if log.roll_is_due(&header, now) {
                    log.roll(now, Some(model.producers()));
                    model.apply(&ModelOp::Roll { created: self.clock_ms, with_producers: true });
                }
                log.append(&header, sent.clone(), LeaderEpoch(-1), true).unwrap();
                let batch = ModelBatch::new(&header, &sent, timestamps, model.end, -1);
                model.apply(&ModelOp::Append(Arc::new(batch)));
            }
        }
    }
}
