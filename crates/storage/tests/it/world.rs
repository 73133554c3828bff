//! One log directory living many lives under one seed, beside a model of what it must hold.
//!
//! The oracle: operations become durable in the order in which they were submitted, so after a crash each log must be in
//! *exactly* one of the states that it went through from the last acknowledged operation on: same start, end, epochs,
//! segments, every byte, and producers' snapshots that fit. Nothing less (a loss), nothing else (garbage, a hole, a
//! resurrection). What a life finds, the next ones must find too.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

use tidelog_model::{LeaderEpoch, Offset, TopicPartition};
use tidelog_storage::disk::{Disk, MemoryDisk, Operation};
use tidelog_storage::{
    AppendError, CommitError, Log, LogDirectory, OpenError, Options, ReadError, SegmentLimits,
};

use crate::model::{Model, ModelBatch, ModelOp, Seen};
use crate::support::{Lies, Process, Rng, WatchedDisk, at, batch_of, partition};

/// What breaks, and what is broken on purpose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    /// The power fails, or the process is killed, at a random operation of most lives.
    pub deaths: bool,
    /// Operations fail with EIO.
    pub faults: bool,
    /// The disk runs full and is freed again.
    pub small_disk: bool,
    /// The journal lies on a disk of its own.
    pub two_disks: bool,
    /// Sabotage: a written round counts as acknowledged.
    pub acknowledges_before_sync: bool,
    /// Sabotage: these syncs do nothing.
    pub lies: Lies,
}

/// What a seed came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub power_cuts: u64,
    pub kills: u64,
    pub failures: u64,
    pub full_rings: u64,
    pub refused_appends: u64,
    pub acknowledged: u64,
    pub recovered_logs: u64,
    pub redone: u64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.power_cuts += other.power_cuts;
        self.kills += other.kills;
        self.failures += other.failures;
        self.full_rings += other.full_rings;
        self.refused_appends += other.refused_appends;
        self.acknowledged += other.acknowledged;
        self.recovered_logs += other.recovered_logs;
        self.redone += other.redone;
    }
}

/// A log, from its creation to its deletion.
struct Incarnation {
    partition: TopicPartition,
    /// `None` before the creation is acknowledged.
    acknowledged: Option<Model>,
    /// Submitted behind that, in order.
    pending: VecDeque<Change>,
    /// With everything that was submitted.
    live: Model,
    next_epoch: i32,
}

#[derive(Clone, Debug)]
enum Change {
    Create,
    Do(ModelOp),
    Delete,
}

/// See the module.
pub struct World {
    rng: Rng,
    conditions: Conditions,
    disk: MemoryDisk,
    journal_disk: MemoryDisk,
    process: Process,
    options: Options,
    limits: SegmentLimits,
    incarnations: BTreeMap<u64, Incarnation>,
    next_incarnation: u64,
    /// Whose operations wait in front of the journal, and in the rounds that are not acknowledged.
    queued: VecDeque<u64>,
    written: VecDeque<(u64, Vec<u64>)>,
    clock_ms: i64,
    pub tally: Tally,
}

/// A directory that is open, with its logs by incarnation.
struct Life {
    directory: LogDirectory,
    logs: BTreeMap<u64, Log>,
}

type Outcome<T = ()> = Result<T, Stop>;

/// Why a life ends early.
#[derive(Debug)]
enum Stop {
    /// The power is off, or the directory has stopped.
    Over,
    /// The directory broke a promise.
    Broken(String),
}

fn broken<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Stop::Broken(what.into()))
}

const PARTITIONS: u64 = 4;

impl World {
    pub fn new(seed: u64, conditions: Conditions) -> World {
        let mut rng = Rng::new(seed);
        let disk = MemoryDisk::new(rng.next());
        let journal_disk = if conditions.two_disks { MemoryDisk::new(rng.next()) } else { disk.clone() };
        let options = Options {
            journal_bytes: [32 << 10, 64 << 10, 256 << 10][rng.below(3) as usize],
            round_bytes: [1 << 10, 4 << 10, 8 << 10][rng.below(3) as usize],
            open_files: [4, 8, 64][rng.below(3) as usize],
            ..Options::default()
        };
        let limits = SegmentLimits {
            segment_bytes: [400, 2_000, 20_000][rng.below(3) as usize],
            segment_ms: 50,
            index_bytes: 32 * 8,
        };
        World {
            rng,
            conditions,
            disk,
            journal_disk,
            process: Process::killed_after(u64::MAX),
            options,
            limits,
            incarnations: BTreeMap::new(),
            next_incarnation: 1,
            queued: VecDeque::new(),
            written: VecDeque::new(),
            clock_ms: 1_000,
            tally: Tally::default(),
        }
    }

    /// Lives `lives` lives; an error says which promise was broken.
    pub fn run(&mut self, lives: u32) -> Result<(), String> {
        for life in 0..lives {
            let result = self.live().map_err(|what| format!("life {life}: {what}"));
            result.map_err(|what| format!("{what}\n{}", self.disk.trace()))?;
        }
        Ok(())
    }

    fn live(&mut self) -> Result<(), String> {
        self.arm();
        let life = match self.open() {
            Ok(life) => Some(life),
            Err(Stop::Over) => None,
            Err(Stop::Broken(what)) => return Err(what),
        };
        if let Some(mut life) = life {
            let steps = self.rng.between(5, 60);
            for _ in 0..steps {
                match self.step(&mut life) {
                    Ok(()) => {}
                    Err(Stop::Over) => break,
                    Err(Stop::Broken(what)) => return Err(what),
                }
            }
            if !self.is_over() && life.directory.failure().is_some() {
                self.tally.failures += 1;
                self.check_stopped(&mut life)?;
            }
        }
        self.end_life();
        Ok(())
    }

    /// Decides what will break in the coming life.
    fn arm(&mut self) {
        self.process = Process::killed_after(u64::MAX);
        if self.conditions.deaths && (!self.conditions.faults || self.rng.one_in(3)) {
            let within = if self.rng.one_in(4) { 12 } else { 120 };
            let nth = 1 + self.rng.below(within);
            match self.rng.below(6) {
                0..=2 => self.disk.cut_after(nth),
                3 => self.journal_disk.cut_after(nth),
                4 => self.process = Process::killed_after(nth - 1),
                _ => {}
            }
        }
        if self.conditions.faults {
            const OPERATIONS: [Operation; 9] = [
                Operation::Open,
                Operation::Create,
                Operation::Read,
                Operation::Write,
                Operation::Sync,
                Operation::Reserve,
                Operation::SetLength,
                Operation::Rename,
                Operation::SyncDirectory,
            ];
            let operation = OPERATIONS[self.rng.below(9) as usize];
            let path = ["", "journal", "manifest", ".log", ".bix"][self.rng.below(5) as usize];
            let nth = 1 + self.rng.below(8);
            self.disk.inject(path, operation, nth, io::ErrorKind::Other);
        }
        if self.conditions.small_disk {
            self.set_capacity();
        }
    }

    fn set_capacity(&mut self) {
        let bytes = if self.rng.one_in(3) { u64::MAX } else { 4096 * (60 + self.rng.below(140)) };
        self.disk.set_capacity(bytes);
    }

    fn power_is_off(&self) -> bool {
        self.disk.is_off() || self.journal_disk.is_off()
    }

    fn is_over(&self) -> bool {
        self.power_is_off() || self.process.is_dead()
    }

    /// The end of a process: with a power cut, or killed so that the system keeps what it wrote.
    fn end_life(&mut self) {
        self.queued.clear();
        self.written.clear();
        if self.power_is_off() || self.rng.one_in(2) {
            self.cut_power();
        } else {
            self.tally.kills += 1;
        }
    }

    fn cut_power(&mut self) {
        self.tally.power_cuts += 1;
        self.disk = self.disk.crash();
        self.journal_disk =
            if self.conditions.two_disks { self.journal_disk.crash() } else { self.disk.clone() };
    }

    fn open(&mut self) -> Outcome<Life> {
        let process = self.process.clone().with_lies(self.conditions.lies);
        let disk = Arc::new(WatchedDisk::new(self.disk.clone(), process.clone()));
        let journal_disk = Arc::new(WatchedDisk::new(self.journal_disk.clone(), process));
        let fresh_id = u128::from(self.rng.next()) << 64 | u128::from(self.rng.next());
        let (directory, logs, report) =
            match LogDirectory::open(disk, journal_disk, self.options.clone(), fresh_id) {
                Ok(opened) => opened,
                Err(OpenError::Io { .. }) if self.is_over() || self.conditions.faults => {
                    return Err(Stop::Over);
                }
                Err(OpenError::Io { source, .. }) if self.lacks_space_to_begin(&source) => {
                    return Err(Stop::Over);
                }
                Err(error) => return broken(format!("the directory does not open: {error}")),
            };
        self.tally.redone += report.redone_operations;
        let logs = self.recognise(logs)?;
        self.tally.recovered_logs += logs.len() as u64;
        Ok(Life { directory, logs })
    }

    /// A directory that is formatted opens on a full disk, too.
    fn lacks_space_to_begin(&self, error: &io::Error) -> bool {
        let is_formatted = self
            .disk
            .list("".as_ref())
            .is_ok_and(|names| names.iter().any(|name| name.as_os_str() == "identity"));
        self.conditions.small_disk && error.kind() == io::ErrorKind::StorageFull && !is_formatted
    }

    /// Finds for each log that was recovered the state of the model that it is in, and makes that the acknowledged one.
    fn recognise(&mut self, logs: Vec<Log>) -> Outcome<BTreeMap<u64, Log>> {
        let mut found = BTreeMap::new();
        for log in logs {
            log.set_limits(self.limits);
            let seen = self.see(&log)?;
            let mut complaint = format!("{} was never created", log.partition());
            let candidates = self.incarnations.iter_mut().rev();
            let mut candidates = candidates.filter(|(_, candidate)| candidate.partition == log.partition());
            let recognised = candidates.find_map(|(id, candidate)| match candidate.recognise(&seen) {
                Ok(()) => Some(*id),
                Err(what) => {
                    complaint = format!("{}: {what}", log.partition());
                    None
                }
            });
            match recognised {
                Some(id) if !found.contains_key(&id) => drop(found.insert(id, log)),
                Some(_) => return broken(format!("{} is there twice", log.partition())),
                None => return broken(complaint),
            }
        }
        for (id, lost) in &self.incarnations {
            if !found.contains_key(id) && !lost.may_be_absent() {
                return broken(format!("{} is lost: {:?}", lost.partition, lost.acknowledged));
            }
        }
        self.incarnations.retain(|id, _| found.contains_key(id));
        Ok(found)
    }

    /// Reads a whole log; a fault that strikes a read is not the log's.
    fn see(&mut self, log: &Log) -> Outcome<Seen> {
        // A kill forgets no fault, so that some may be armed.
        for _ in 0..20 {
            match Seen::of(log) {
                Ok(seen) => return Ok(seen),
                Err(ReadError::Io { .. }) if self.is_over() => return Err(Stop::Over),
                Err(ReadError::Io { .. }) if self.conditions.faults => {}
                Err(error) => return broken(format!("{} does not read: {error}", log.partition())),
            }
        }
        broken("every read fails")
    }

    fn step(&mut self, life: &mut Life) -> Outcome {
        self.clock_ms += self.rng.between(0, 9);
        match self.rng.below(100) {
            0..=39 => self.append(life)?,
            40..=42 => self.roll(life)?,
            43..=45 => self.truncate(life)?,
            46..=48 => self.trim(life)?,
            49..=50 => self.delete(life)?,
            51..=54 => self.take_epoch(life)?,
            55..=57 => self.save_producers(life),
            58..=71 => self.write_round(life)?,
            72..=81 => self.sync(life)?,
            82..=87 => self.write_back(life)?,
            88..=92 => self.checkpoint(life)?,
            93..=97 => self.read(life)?,
            _ if self.conditions.small_disk => self.set_capacity_and_look(life)?,
            _ => self.read(life)?,
        }
        if self.is_over() || life.directory.failure().is_some() { Err(Stop::Over) } else { Ok(()) }
    }

    /// A log that lives, or a new one.
    fn pick(&mut self, life: &mut Life) -> u64 {
        let partition = partition(self.rng.below(PARTITIONS) as i32);
        let living = self
            .incarnations
            .iter()
            .find(|(id, incarnation)| incarnation.partition == partition && life.logs.contains_key(*id));
        if let Some((id, _)) = living {
            return *id;
        }
        let id = self.next_incarnation;
        self.next_incarnation += 1;
        let log = life.directory.create(partition);
        log.set_limits(self.limits);
        life.logs.insert(id, log);
        let incarnation = Incarnation {
            partition,
            acknowledged: None,
            pending: VecDeque::new(),
            live: Model::default(),
            next_epoch: 0,
        };
        self.incarnations.insert(id, incarnation);
        self.submit(id, Change::Create);
        id
    }

    fn submit(&mut self, id: u64, change: Change) {
        let incarnation = self.incarnations.get_mut(&id).expect("it lives");
        if let Change::Do(op) = &change {
            incarnation.live.apply(op);
        }
        incarnation.pending.push_back(change);
        self.queued.push_back(id);
    }

    fn live_model(&self, id: u64) -> &Model {
        &self.incarnations[&id].live
    }

    fn append(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        let records = self.rng.between(1, 4);
        let timestamps: Vec<i64> = (0..records).map(|_| self.clock_ms + self.rng.between(-20, 20)).collect();
        let value_bytes = match self.rng.below(20) {
            0 => self.rng.below(12_000 / records as u64),
            1..=4 => self.rng.below(1_500),
            _ => self.rng.below(150),
        };
        let letter = self.rng.next().to_le_bytes();
        let value: Vec<u8> = letter.iter().copied().cycle().take(value_bytes as usize).collect();
        let (header, sent) = batch_of(&timestamps, &value);
        let now = at(self.clock_ms);
        if life.logs[&id].roll_is_due(&header, now) {
            self.roll_one(life, id);
        }
        let base = self.live_model(id).end;
        let epoch = self.incarnations[&id].next_epoch - 1;
        let wants_sync = self.rng.one_in(2);
        let log = life.logs.get_mut(&id).expect("it lives");
        match log.append(&header, sent.clone(), LeaderEpoch(epoch), wants_sync) {
            Ok(stamped) if stamped.base_offset.0 != base => {
                return broken(format!("appended at {} instead of {base}", stamped.base_offset));
            }
            Ok(_) => {}
            Err(AppendError::Failed(_)) => return Err(Stop::Over),
            Err(AppendError::DiskReserve { .. }) if self.conditions.small_disk => {
                self.tally.refused_appends += 1;
                return Ok(());
            }
            Err(error) => return broken(format!("refused without a reason: {error}")),
        }
        let batch = ModelBatch::new(&header, &sent, timestamps, base, epoch);
        self.submit(id, Change::Do(ModelOp::Append(Arc::new(batch))));
        Ok(())
    }

    fn roll(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        self.roll_one(life, id);
        Ok(())
    }

    fn roll_one(&mut self, life: &mut Life, id: u64) {
        let with_producers = self.rng.one_in(2);
        let producers = with_producers.then(|| self.live_model(id).producers());
        life.logs.get_mut(&id).expect("it lives").roll(at(self.clock_ms), producers);
        self.submit(id, Change::Do(ModelOp::Roll { created: self.clock_ms, with_producers }));
    }

    fn truncate(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        let model = self.live_model(id);
        let (start, end) = (model.start, model.end);
        let to = self.rng.between((start - 2).max(0), end);
        let changes = to < end && !self.live_model(id).segments.is_empty();
        let cut_at = self.live_model(id).cut_at(to);
        let now = at(self.clock_ms);
        let new_end = life.logs.get_mut(&id).expect("it lives").truncate(Offset(to), now);
        let Some(new_end) = self.io(life, new_end)? else { return Ok(()) };
        if changes {
            self.submit(id, Change::Do(ModelOp::Truncate { to: cut_at, created: self.clock_ms }));
        }
        self.expect("end after a truncation", self.live_model(id).end, new_end.0.0)
    }

    fn trim(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        let model = self.live_model(id);
        let (start, end) = (model.start, model.end);
        let to = self.rng.between(start, end);
        let new_start = life.logs.get_mut(&id).expect("it lives").trim(Offset(to));
        let Some(new_start) = self.io(life, new_start)? else { return Ok(()) };
        if to > start {
            self.submit(id, Change::Do(ModelOp::Trim(to)));
        }
        self.expect("start after a trim", to, new_start.0.0)
    }

    fn delete(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        let log = life.logs.remove(&id).expect("it lives");
        let deleted = life.directory.delete(log);
        if self.io(life, deleted)?.is_none() {
            return broken("a log cannot be deleted");
        }
        self.submit(id, Change::Delete);
        Ok(())
    }

    fn take_epoch(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        let incarnation = self.incarnations.get_mut(&id).expect("it lives");
        let epoch = incarnation.next_epoch;
        incarnation.next_epoch += 1 + self.rng.below(2) as i32;
        life.logs.get_mut(&id).expect("it lives").assign_epoch(LeaderEpoch(epoch));
        self.submit(id, Change::Do(ModelOp::Epoch(epoch)));
        Ok(())
    }

    fn save_producers(&mut self, life: &mut Life) {
        let id = self.pick(life);
        let producers = self.live_model(id).producers();
        life.logs.get_mut(&id).expect("it lives").save_producers(producers);
    }

    fn write_round(&mut self, life: &mut Life) -> Outcome {
        let round = match life.directory.write_round() {
            Err(CommitError::RingFull { .. }) => {
                self.tally.full_rings += 1;
                self.checkpoint(life)?;
                life.directory.write_round()
            }
            round => round,
        };
        match round {
            Ok(None) => self.expect("operations in the queue", 0, self.queued.len() as i64),
            Ok(Some(round)) => {
                let ids = self.queued.drain(..round.operations).collect();
                self.written.push_back((round.sequence, ids));
                if self.conditions.acknowledges_before_sync {
                    self.acknowledge(round.sequence);
                }
                Ok(())
            }
            Err(CommitError::Failed(failure)) => self.over_or_broken(&failure.to_string()),
            Err(CommitError::RingFull { .. }) if self.conditions.small_disk => Ok(()),
            Err(full) => broken(format!("right after a checkpoint: {full}")),
        }
    }

    fn sync(&mut self, life: &mut Life) -> Outcome {
        match life.directory.sync() {
            Ok(sequence) => self.acknowledge(sequence),
            Err(failure) => self.over_or_broken(&failure.to_string())?,
        }
        Ok(())
    }

    fn write_back(&mut self, life: &mut Life) -> Outcome {
        let logs = if self.rng.one_in(2) { usize::MAX } else { 1 };
        life.directory
            .write_back_some(logs)
            .map(drop)
            .or_else(|failure| self.over_or_broken(&failure.to_string()))
    }

    fn checkpoint(&mut self, life: &mut Life) -> Outcome {
        life.directory.checkpoint().or_else(|failure| self.over_or_broken(&failure.to_string()))
    }

    /// The disk is filled up, or freed; what is free is then known.
    fn set_capacity_and_look(&mut self, life: &mut Life) -> Outcome {
        self.set_capacity();
        life.directory.check_space().map(drop).or_else(|error| self.over_or_broken(&error.to_string()))
    }

    fn read(&mut self, life: &mut Life) -> Outcome {
        let id = self.pick(life);
        let seen = self.see(&life.logs[&id])?;
        self.live_model(id).compare(&seen).or_else(|what| broken(format!("while it lives, {what}")))
    }

    /// Everything up to this round is acknowledged.
    fn acknowledge(&mut self, sequence: u64) {
        while let Some((_, ids)) = self.written.pop_front_if(|(written, _)| *written <= sequence) {
            self.tally.acknowledged += ids.len() as u64;
            for id in ids {
                let incarnation = self.incarnations.get_mut(&id).expect("it is known until it is gone");
                let change = incarnation.pending.pop_front().expect("as many as were written");
                incarnation.acknowledge(change);
            }
        }
        self.incarnations.retain(|_, incarnation| !incarnation.is_gone());
    }

    /// After a failure the directory takes nothing and acknowledges nothing.
    fn check_stopped(&mut self, life: &mut Life) -> Result<(), String> {
        let (header, sent) = batch_of(&[1], b"too late");
        for log in life.logs.values_mut().filter(|log| !log.roll_is_due(&header, at(self.clock_ms))) {
            let refused = log.append(&header, sent.clone(), LeaderEpoch(0), true);
            if !matches!(refused, Err(AppendError::Failed(_))) {
                return Err(format!("appended to a directory that has stopped: {refused:?}"));
            }
        }
        let acts = [
            life.directory.sync().map(drop),
            life.directory.write_back().map(drop),
            life.directory.checkpoint(),
        ];
        let writes = !matches!(life.directory.write_round(), Err(CommitError::Failed(_)));
        if writes || acts.iter().any(|act| act.is_ok()) {
            return Err("a directory that has stopped goes on".to_string());
        }
        Ok(())
    }

    /// The result of an operation that does I/O at once; `None` if it was refused for want of space or by a fault, and
    /// nothing happened.
    fn io<T>(&mut self, life: &Life, result: Result<T, ReadError>) -> Outcome<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(_) if self.is_over() || life.directory.failure().is_some() => Err(Stop::Over),
            Err(ReadError::Io { source, .. })
                if self.conditions.small_disk && source.kind() == io::ErrorKind::StorageFull =>
            {
                Ok(None)
            }
            Err(ReadError::Io { .. }) if self.conditions.faults => Err(Stop::Over),
            Err(error) => broken(format!("it does not work: {error}")),
        }
    }

    fn over_or_broken(&self, what: &str) -> Outcome {
        if self.is_over() || self.conditions.faults { Err(Stop::Over) } else { broken(what) }
    }

    fn expect(&self, what: &str, expected: i64, found: i64) -> Outcome {
        if expected == found { Ok(()) } else { broken(format!("{what}: expected {expected}, found {found}")) }
    }
}

impl Incarnation {
    /// Takes on the first state, from the acknowledged one on, that is what was seen.
    fn recognise(&mut self, seen: &Seen) -> Result<(), String> {
        let mut state = self.acknowledged.clone();
        let mut complaint = None;
        let mut changes = self.pending.iter();
        loop {
            if let Some(model) = &state {
                match model.compare(seen) {
                    Ok(()) => break,
                    Err(what) => complaint = complaint.or(Some(what)),
                }
            }
            match changes.next() {
                Some(Change::Create) => state = Some(Model::default()),
                Some(Change::Do(op)) => state.as_mut().expect("created before").apply(op),
                Some(Change::Delete) | None => {
                    let changes: Vec<_> = self.pending.iter().collect();
                    return Err(format!(
                        "{}; none of the {} states since fits either: {changes:?}",
                        complaint.unwrap_or_default(),
                        changes.len()
                    ));
                }
            }
        }
        let model = state.expect("one was recognised");
        self.next_epoch = model.epochs.last().map_or(0, |epoch| epoch.0 + 1);
        self.live = model.clone();
        self.acknowledged = Some(model);
        self.pending.clear();
        Ok(())
    }

    fn may_be_absent(&self) -> bool {
        self.acknowledged.is_none() || self.pending.iter().any(|change| matches!(change, Change::Delete))
    }

    fn acknowledge(&mut self, change: Change) {
        match change {
            Change::Create => self.acknowledged = Some(Model::default()),
            Change::Do(op) => self.acknowledged.as_mut().expect("created before").apply(&op),
            Change::Delete => self.acknowledged = None,
        }
    }

    /// Its deletion is acknowledged.
    fn is_gone(&self) -> bool {
        self.acknowledged.is_none() && self.pending.is_empty()
    }
}
