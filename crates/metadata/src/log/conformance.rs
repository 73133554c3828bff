//! The contract of [`MetadataLog`] as a test: [`check`] panics where an implementation breaks it.
//!
//! An implementation's test gives a [`Subject`] and calls [`check`] once. Nothing here sleeps or draws random numbers: the
//! interleavings come from a fixed generator, so a failure comes again.

use tidelog_model::{NodeId, Offset, ProducerId};

use super::{LogEvent, MetadataLog};
use crate::record::{MetadataRecord, ProducerIdsAllocated};

/// One log under test and the hands that drive it.
pub trait Subject {
    /// The implementation.
    type Log: MetadataLog;

    /// Opens the log: an empty one at first, and later what [`Subject::close`] left.
    fn open(&mut self) -> Self::Log;

    /// Ends the log as the end of its process would.
    fn close(&mut self, log: Self::Log);

    /// Drives the log until every outstanding proposal is committed, for example by a sync.
    fn settle(&mut self, log: &mut Self::Log);

    /// Makes the log reject every outstanding proposal, for example by a change of leadership. False: this implementation
    /// never rejects what it has queued.
    fn reject(&mut self, log: &mut Self::Log) -> bool;
}

/// Runs all checks, each on a subject of its own.
pub fn check<S: Subject>(mut subject: impl FnMut() -> S) {
    what_is_proposed_is_committed_once_in_order_at_the_offsets_that_were_said(subject());
    a_delivery_from_any_offset_is_the_rest_of_the_log(subject());
    a_log_that_is_opened_again_has_the_same_records_and_goes_on_behind_them(subject());
    what_is_rejected_is_told_and_never_comes_back(subject());
    a_rejection_spares_what_was_committed_before(subject());
    for seed in 1..=50 {
        any_interleaving_delivers_what_the_model_has(subject(), seed);
    }
}

fn what_is_proposed_is_committed_once_in_order_at_the_offsets_that_were_said<S: Subject>(mut subject: S) {
    let mut log = subject.open();
    assert_eq!(drain(&mut log), [], "an empty log delivers something");
    let (mut proposer, mut expected) = (Proposer::default(), Vec::new());
    for size in [1, 3, 2] {
        expected.extend(proposer.propose(&mut log, size));
    }
    subject.settle(&mut log);
    assert_eq!(drain(&mut log), committed(&expected));
    assert_eq!(drain(&mut log), [], "a record is delivered twice");
    assert!(expected.is_sorted_by(|a, b| a.0 < b.0), "offsets do not rise");
    assert_eq!(log.committed_end(), expected[5].0.next());
}

fn a_delivery_from_any_offset_is_the_rest_of_the_log<S: Subject>(mut subject: S) {
    let mut log = subject.open();
    let (mut proposer, mut expected) = (Proposer::default(), Vec::new());
    for size in [2, 2, 3] {
        expected.extend(proposer.propose(&mut log, size));
        subject.settle(&mut log);
    }
    for from in 0..=log.committed_end().0 {
        log.deliver_from(Offset(from));
        let rest: Vec<_> = expected.iter().filter(|(offset, _)| offset.0 >= from).cloned().collect();
        assert_eq!(drain(&mut log), committed(&rest), "delivered from {from}");
    }
}

fn a_log_that_is_opened_again_has_the_same_records_and_goes_on_behind_them<S: Subject>(mut subject: S) {
    let (mut proposer, mut expected) = (Proposer::default(), Vec::new());
    for run in 0..3 {
        let mut log = subject.open();
        assert_eq!(drain(&mut log), committed(&expected), "after {run} closings");
        expected.extend(proposer.propose(&mut log, 2));
        subject.settle(&mut log);
        assert_eq!(drain(&mut log), committed(&expected[2 * run..]));
        subject.close(log);
    }
}

fn what_is_rejected_is_told_and_never_comes_back<S: Subject>(mut subject: S) {
    let mut log = subject.open();
    let (mut proposer, mut expected) = (Proposer::default(), Vec::new());
    expected.extend(proposer.propose(&mut log, 2));
    subject.settle(&mut log);
    assert_eq!(drain(&mut log), committed(&expected));

    let (first, _) = proposer.propose(&mut log, 2)[0];
    proposer.propose(&mut log, 1);
    if !subject.reject(&mut log) {
        return;
    }
    assert_eq!(drain(&mut log), [LogEvent::Rejected { from: first }]);

    let before = expected.len();
    expected.extend(proposer.propose(&mut log, 2));
    subject.settle(&mut log);
    assert_eq!(drain(&mut log), committed(&expected[before..]));
    subject.close(log);
    assert_eq!(drain(&mut subject.open()), committed(&expected));
}

fn a_rejection_spares_what_was_committed_before<S: Subject>(mut subject: S) {
    let mut log = subject.open();
    let (mut proposer, mut expected) = (Proposer::default(), Vec::new());
    expected.extend(proposer.propose(&mut log, 1));
    subject.settle(&mut log);
    let (from, _) = proposer.propose(&mut log, 1)[0];
    if !subject.reject(&mut log) {
        return;
    }
    let mut events = committed(&expected);
    events.push(LogEvent::Rejected { from });
    assert_eq!(drain(&mut log), events);
}

/// The model: what was settled, and what is still outstanding.
fn any_interleaving_delivers_what_the_model_has<S: Subject>(mut subject: S, seed: u64) {
    let (mut dice, mut proposer) = (Dice(seed), Proposer::default());
    let mut log = subject.open();
    let (mut settled, mut outstanding, mut delivered) = (Vec::new(), Vec::new(), 0);
    for step in 0..60 {
        match dice.roll(6) {
            0 | 1 => {
                outstanding.extend(proposer.propose(&mut log, 1 + dice.roll(4)));
            }
            2 => {
                subject.settle(&mut log);
                settled.append(&mut outstanding);
            }
            3 => {
                let from = dice.roll(settled.len() + 1);
                log.deliver_from(settled.get(from).map_or(log.committed_end(), |(offset, _)| *offset));
                delivered = from;
            }
            4 if outstanding.is_empty() => {
                subject.close(log);
                log = subject.open();
                delivered = 0;
            }
            _ => {
                // An implementation may commit by itself, ahead of the model: then it is caught up with first.
                subject.settle(&mut log);
                settled.append(&mut outstanding);
                assert_eq!(drain(&mut log), committed(&settled[delivered..]), "seed {seed}, step {step}");
                delivered = settled.len();
            }
        }
    }
}

/// Makes proposals whose records are unlike all before.
#[derive(Default)]
struct Proposer {
    made: i64,
}

impl Proposer {
    /// Proposes `size` records and says where they will stand.
    fn propose(&mut self, log: &mut impl MetadataLog, size: usize) -> Vec<(Offset, MetadataRecord)> {
        let serials = self.made..self.made + size as i64;
        self.made = serials.end;
        let record =
            |serial| ProducerIdsAllocated { node_id: NodeId(1), next_producer_id: ProducerId(serial) }.into();
        let records: Vec<MetadataRecord> = serials.map(record).collect();
        let proposal =
            log.propose(&records).unwrap_or_else(|error| panic!("a small proposal is refused: {error}"));
        assert_eq!(
            proposal.last,
            proposal.first.plus(size as i64 - 1),
            "a proposal's records do not stand in a row"
        );
        assert!(proposal.first >= log.committed_end(), "a proposal would stand before the end");
        (proposal.first.0..).map(Offset).zip(records).collect()
    }
}

fn drain(log: &mut impl MetadataLog) -> Vec<LogEvent> {
    std::iter::from_fn(|| log.poll().unwrap_or_else(|error| panic!("the log fails: {error}"))).collect()
}

fn committed(records: &[(Offset, MetadataRecord)]) -> Vec<LogEvent> {
    records
        .iter()
        .map(|(offset, record)| LogEvent::Committed { offset: *offset, record: record.clone() })
        .collect()
}

/// A xorshift generator: the same numbers for the same seed.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}
