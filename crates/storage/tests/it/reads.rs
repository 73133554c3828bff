//! Reads of every kind against the model, wherever the batches are: in memory, in files, in both, before and after a
//! restart.

use std::sync::Arc;

use tidelog_model::{LeaderEpoch, Offset, TimestampMs};
use tidelog_storage::disk::MemoryDisk;
use tidelog_storage::{
    Batches, Log, LogDirectory, LogReader, Options, ReadError, SegmentLimits, TimedOffset,
};

use crate::model::{Model, ModelBatch, ModelOp, Seen};
use crate::support::{Rng, at, batch_of, commit, open_with, partition};

const SEEDS: u64 = 400;
const STEPS: u64 = 80;

struct Bench {
    rng: Rng,
    disk: MemoryDisk,
    options: Options,
    limits: SegmentLimits,
    directory: LogDirectory,
    log: Log,
    model: Model,
    epoch: i32,
    clock_ms: i64,
}

#[test]
fn reads_agree_with_the_model_wherever_the_batches_are() {
    for seed in 0..SEEDS {
        let mut bench = Bench::new(seed);
        for step in 0..STEPS {
            bench.step();
            for _ in 0..4 {
                let checked = bench.check();
                checked.unwrap_or_else(|what| panic!("seed {seed}, step {step}: {what}\n{:?}", bench.model));
            }
        }
    }
}

#[test]
fn a_read_goes_on_in_memory_where_the_file_ends() {
    let (directory, _) = open_with(MemoryDisk::new(1), Options::default()).unwrap();
    let mut log = directory.create(partition(0));
    log.assign_epoch(LeaderEpoch(0));
    log.roll(at(1), None);
    for is_last in [false, true] {
        let (header, batch) = batch_of(&[1], b"v");
        log.append(&header, batch, LeaderEpoch(0), true).unwrap();
        commit(&directory).unwrap();
        if !is_last {
            directory.write_back().unwrap();
        }
    }
    let reader = log.reader();
    let read = |until, max_bytes| {
        let found = reader.read(Offset(0), Offset(until), max_bytes).unwrap();
        (found.bytes.len(), found.next_offset.0)
    };
    let size = read(1, 1 << 20).0;
    assert_eq!(read(2, 1 << 20), (2 * size, 2));
    assert_eq!(read(2, 2 * size), (2 * size, 2));
    assert_eq!(read(2, 2 * size - 1), (size, 1), "the second does not fit");
    assert_eq!(read(1, 1 << 20), (size, 1), "the second is not to be read yet");
}

impl Bench {
    fn new(seed: u64) -> Bench {
        let mut rng = Rng::new(seed);
        let disk = MemoryDisk::new(seed);
        let options = Options { open_files: 4 + rng.below(8) as usize, ..Options::default() };
        let limits = SegmentLimits {
            segment_bytes: [300, 1_500, 1 << 20][rng.below(3) as usize],
            segment_ms: [30, 1_000_000][rng.below(2) as usize],
            index_bytes: 32 * [3, 70, 1_000][rng.below(3) as usize],
        };
        let (directory, _) = open_with(disk.clone(), options.clone()).unwrap();
        let log = directory.create(partition(0));
        log.set_limits(limits);
        Bench {
            rng,
            disk,
            options,
            limits,
            directory,
            log,
            model: Model::default(),
            epoch: -1,
            clock_ms: 1_000,
        }
    }

    fn step(&mut self) {
        self.clock_ms += self.rng.between(0, 5);
        match self.rng.below(20) {
            0..=9 => (0..self.rng.between(1, 9)).for_each(|_| self.append()),
            10 => self.roll(),
            11 => self.take_epoch(),
            12 => self.trim(),
            13 => self.truncate(),
            14 | 15 => drop(self.directory.write_back().unwrap()),
            16 | 17 => self.directory.checkpoint().unwrap(),
            18 => commit(&self.directory).unwrap(),
            _ => self.restart(),
        }
    }

    fn append(&mut self) {
        let records = self.rng.between(1, 5);
        let has_times = !self.rng.one_in(8);
        let time = |_| if has_times { self.clock_ms + self.rng.between(-9, 9) } else { -1 };
        let timestamps: Vec<i64> = (0..records).map(time).collect();
        let value = vec![b'v'; self.rng.below(60) as usize];
        let (header, sent) = batch_of(&timestamps, &value);
        if self.log.roll_is_due(&header, at(self.clock_ms)) {
            self.roll();
        }
        let base = self.model.end;
        self.log.append(&header, sent.clone(), LeaderEpoch(self.epoch), true).unwrap();
        let batch = ModelBatch::new(&header, &sent, timestamps, base, self.epoch);
        self.model.apply(&ModelOp::Append(Arc::new(batch)));
    }

    fn roll(&mut self) {
        self.log.roll(at(self.clock_ms), None);
        self.model.apply(&ModelOp::Roll { created: self.clock_ms, with_producers: false });
    }

    fn take_epoch(&mut self) {
        self.epoch += 1;
        self.log.assign_epoch(LeaderEpoch(self.epoch));
        self.model.apply(&ModelOp::Epoch(self.epoch));
    }

    fn trim(&mut self) {
        let to = self.rng.between(self.model.start, self.model.end);
        self.log.trim(Offset(to)).unwrap();
        if to > self.model.start {
            self.model.apply(&ModelOp::Trim(to));
        }
    }

    fn truncate(&mut self) {
        let to = self.rng.between(self.model.start, self.model.end);
        self.log.truncate(Offset(to), at(self.clock_ms)).unwrap();
        if to < self.model.end {
            let to = self.model.cut_at(to);
            self.model.apply(&ModelOp::Truncate { to, created: self.clock_ms });
        }
    }

    fn restart(&mut self) {
        commit(&self.directory).unwrap();
        self.disk = self.disk.crash();
        let (directory, mut logs) = open_with(self.disk.clone(), self.options.clone()).unwrap();
        (self.directory, self.log) = (directory, logs.remove(0));
        self.log.set_limits(self.limits);
    }

    fn check(&mut self) -> Result<(), String> {
        let reader = self.log.reader();
        match self.rng.below(5) {
            0 => self.model.compare(&Seen::of(&self.log).unwrap()),
            1 | 2 => self.check_read(&reader),
            3 => self.check_times(&reader),
            _ => self.check_headers(&reader),
        }
    }

    fn check_read(&mut self, reader: &LogReader) -> Result<(), String> {
        let (start, end) = (self.model.start, self.model.end);
        let from = self.rng.between(start - 1, end + 1);
        let until = self.rng.between(start, end + 2);
        let max_bytes = [0, 1, 100, 500, 1 << 20][self.rng.below(5) as usize];
        let found = reader.read(Offset(from), Offset(until), max_bytes);
        let asked = format!("read({from}, {until}, {max_bytes}) gave {found:?}");
        let found = match found {
            Err(ReadError::OutOfRange { .. }) if from < start || from > end => return Ok(()),
            Ok(found) if (start..=end).contains(&from) => found,
            _ => return Err(asked),
        };
        // Whole batches, one after the other; how many of those that fit is the log's choice, but at least one.
        let mut fitting = self.model.batches().filter(|batch| batch.end > from && batch.base < until);
        let (mut expected, mut next_offset) = (Vec::new(), from);
        while expected.len() < found.bytes.len()
            && let Some(batch) = fitting.next()
        {
            expected.extend_from_slice(&batch.bytes);
            next_offset = batch.end;
            let is_small_enough = expected.len() <= max_bytes || expected.len() == batch.bytes.len();
            if !is_small_enough {
                return Err(format!("{asked}: too much"));
            }
        }
        let is_enough = !expected.is_empty() || from >= until || fitting.next().is_none();
        let expected = Batches { bytes: expected.into(), next_offset: Offset(next_offset) };
        if is_enough && found == expected { Ok(()) } else { Err(format!("{asked} instead of {expected:?}")) }
    }

    fn check_times(&mut self, reader: &LogReader) -> Result<(), String> {
        // Between two batches, as watermarks are.
        let until = self.rng.between(self.model.start, self.model.end);
        let holder = self.model.batches().find(|batch| batch.base < until && until < batch.end);
        let until = holder.map_or(until, |batch| batch.end);
        let timestamp = self.clock_ms - self.rng.between(-10, 150);
        let readable = |record: &&TimedOffset| record.offset.0 >= self.model.start && record.offset.0 < until;
        let records: Vec<TimedOffset> = self.model.batches().flat_map(|batch| timed(batch)).collect();
        let first = records.iter().filter(readable).find(|record| record.timestamp.0 >= timestamp);
        let found = reader.find_time(TimestampMs(timestamp), Offset(until)).unwrap();
        if found != first.copied() {
            return Err(format!("find_time({timestamp}, {until}) gave {found:?} instead of {first:?}"));
        }
        let max = records.iter().filter(readable).map(|record| record.timestamp).max();
        let latest = max
            .filter(|max| *max != TimestampMs::NONE)
            .and_then(|max| records.iter().filter(readable).find(|record| record.timestamp == max));
        let found = reader.find_max_timestamp(Offset(until)).unwrap();
        if found != latest.copied() {
            return Err(format!("find_max_timestamp({until}) gave {found:?} instead of {latest:?}"));
        }
        Ok(())
    }

    fn check_headers(&mut self, reader: &LogReader) -> Result<(), String> {
        let from = self.rng.between(self.model.start - 1, self.model.end);
        let mut found = Vec::new();
        reader.visit_headers(Offset(from), |header| found.push(header.base_offset.0)).unwrap();
        let readable = self.model.readable().filter(|batch| batch.end > from);
        let expected: Vec<i64> = readable.map(|batch| batch.base).collect();
        let bytes: u64 = self.model.facts().iter().map(|segment| segment.length_bytes).sum();
        if found == expected && reader.size_bytes() == bytes {
            Ok(())
        } else {
            Err(format!("headers from {from}: {found:?} instead of {expected:?}"))
        }
    }
}

fn timed(batch: &ModelBatch) -> impl Iterator<Item = TimedOffset> {
    let leader_epoch = LeaderEpoch(i32::from_be_bytes(batch.bytes[12..16].try_into().unwrap()));
    (batch.base..).zip(&batch.timestamps).map(move |(offset, timestamp)| TimedOffset {
        offset: Offset(offset),
        timestamp: TimestampMs(*timestamp),
        leader_epoch,
    })
}
