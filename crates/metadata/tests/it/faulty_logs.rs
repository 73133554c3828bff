//! The conformance suite finds something: logs with one planted fault each, all of which it must refuse.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tidelog_metadata::MetadataRecord;
use tidelog_metadata::log::conformance::{self, Subject};
use tidelog_metadata::log::{LogError, LogEvent, MemoryMetadataLog, MetadataLog, Proposal, ProposeError};
use tidelog_model::Offset;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    /// Each record is delivered twice.
    DeliversTwice,
    /// Offsets are one more than was said.
    OtherOffsets,
    /// The last record of each proposal is lost.
    LosesTheLastOfAProposal,
    /// A proposal is lost when the log is closed, though it was committed.
    LosesTheLastProposalWhenClosed,
    /// Rejections are not told.
    KeepsRejectionsToItself,
    /// What was rejected is proposed again behind the proposer's back.
    CommitsWhatItRejected,
    /// A delivery can't be started again.
    DeliversOnlyOnce,
    /// A delivery starts one record too late.
    SkipsTheFirst,
}

struct Faulty {
    inner: MemoryMetadataLog,
    fault: Fault,
    proposals: Vec<Vec<MetadataRecord>>,
    again: Option<LogEvent>,
}

impl MetadataLog for Faulty {
    fn propose(&mut self, records: &[MetadataRecord]) -> Result<Proposal, ProposeError> {
        self.proposals.push(records.to_vec());
        let kept = match self.fault {
            Fault::LosesTheLastOfAProposal if records.len() > 1 => &records[..records.len() - 1],
            _ => records,
        };
        let proposal = self.inner.propose(kept)?;
        Ok(Proposal { last: proposal.first.plus(records.len() as i64 - 1), ..proposal })
    }

    fn poll(&mut self) -> Result<Option<LogEvent>, LogError> {
        if let Some(event) = self.again.take() {
            return Ok(Some(event));
        }
        let mut event = self.inner.poll()?;
        match (&mut event, self.fault) {
            (Some(LogEvent::Committed { .. }), Fault::DeliversTwice) => self.again.clone_from(&event),
            (Some(LogEvent::Committed { offset, .. }), Fault::OtherOffsets) => *offset = offset.next(),
            (Some(LogEvent::Rejected { .. }), Fault::KeepsRejectionsToItself) => return self.poll(),
            (Some(LogEvent::Rejected { .. }), Fault::CommitsWhatItRejected) => {
                if let Some(records) = self.proposals.pop() {
                    drop(self.inner.propose(&records));
                }
            }
            _ => {}
        }
        Ok(event)
    }

    fn deliver_from(&mut self, from: Offset) {
        match self.fault {
            Fault::DeliversOnlyOnce => {}
            Fault::SkipsTheFirst => self.inner.deliver_from(from.next()),
            _ => self.inner.deliver_from(from),
        }
    }

    fn committed_end(&self) -> Offset {
        self.inner.committed_end()
    }
}

struct Bench {
    fault: Fault,
    closed: Option<MemoryMetadataLog>,
}

impl Subject for Bench {
    type Log = Faulty;

    fn open(&mut self) -> Faulty {
        let inner = self.closed.take().unwrap_or_default();
        Faulty { inner, fault: self.fault, proposals: Vec::new(), again: None }
    }

    fn close(&mut self, log: Faulty) {
        let mut kept = log.inner.reopen();
        if self.fault == Fault::LosesTheLastProposalWhenClosed {
            kept = MemoryMetadataLog::new();
            for records in log.proposals.iter().rev().skip(1).rev() {
                kept.propose(records).unwrap();
            }
            kept.commit_all();
        }
        self.closed = Some(kept.reopen());
    }

    fn settle(&mut self, log: &mut Faulty) {
        log.inner.commit_all();
    }

    fn reject(&mut self, log: &mut Faulty) -> bool {
        log.inner.reject();
        true
    }
}

fn passes(fault: Fault) -> bool {
    catch_unwind(AssertUnwindSafe(|| conformance::check(|| Bench { fault, closed: None }))).is_ok()
}

#[test]
fn a_log_without_a_fault_passes() {
    assert!(passes(Fault::None));
}

#[test]
fn every_planted_fault_is_found() {
    for fault in [
        Fault::DeliversTwice,
        Fault::OtherOffsets,
        Fault::LosesTheLastOfAProposal,
        Fault::LosesTheLastProposalWhenClosed,
        Fault::KeepsRejectionsToItself,
        Fault::CommitsWhatItRejected,
        Fault::DeliversOnlyOnce,
        Fault::SkipsTheFirst,
    ] {
        assert!(!passes(fault), "{fault:?} passes");
    }
}
