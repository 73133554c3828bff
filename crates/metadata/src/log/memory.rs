//! A log in memory, for tests: it commits, rejects and starts again when it is told to.

use std::collections::VecDeque;

use tidelog_model::Offset;

use super::{LogError, LogEvent, MetadataLog, Proposal, ProposeError};
use crate::record::MetadataRecord;

/// A [`MetadataLog`] that keeps its records, encoded, in memory. Proposals wait until [`MemoryMetadataLog::commit`] or
/// [`MemoryMetadataLog::reject`]; offsets are dense.
#[derive(Debug, Clone, Default)]
pub struct MemoryMetadataLog {
    committed: Vec<String>,
    outstanding: Vec<Vec<String>>,
    delivered: usize,
    rejections: VecDeque<Offset>,
}

impl MemoryMetadataLog {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Commits the oldest outstanding proposals, at most `count`.
    pub fn commit(&mut self, count: usize) {
        let count = count.min(self.outstanding.len());
        self.committed.extend(self.outstanding.drain(..count).flatten());
    }

    /// Commits all outstanding proposals.
    pub fn commit_all(&mut self) {
        self.commit(usize::MAX);
    }

    /// Rejects all outstanding proposals.
    pub fn reject(&mut self) {
        if !self.outstanding.is_empty() {
            self.outstanding.clear();
            self.rejections.push_back(self.committed_end());
        }
    }

    /// The log as the next start finds it: outstanding proposals are gone.
    pub fn reopen(self) -> Self {
        MemoryMetadataLog { committed: self.committed, ..Self::default() }
    }
}

impl MetadataLog for MemoryMetadataLog {
    fn propose(&mut self, records: &[MetadataRecord]) -> Result<Proposal, ProposeError> {
        assert!(!records.is_empty(), "a proposal without records");
        // What is rejected but not told yet still stands in the way: the proposer built on it.
        if !self.rejections.is_empty() {
            let reason = "a rejection has not been polled yet".to_owned();
            return Err(ProposeError::Unavailable { reason, retriable: true });
        }
        let first = self.committed_end().plus(self.outstanding.iter().map(Vec::len).sum::<usize>() as i64);
        self.outstanding.push(records.iter().map(MetadataRecord::encode).collect());
        Ok(Proposal { first, last: first.plus(records.len() as i64 - 1) })
    }

    fn poll(&mut self) -> Result<Option<LogEvent>, LogError> {
        if let Some(json) = self.committed.get(self.delivered) {
            let offset = Offset(self.delivered as i64);
            let record = MetadataRecord::decode(json.as_bytes());
            let record = record.map_err(|source| LogError::Record { offset, source })?;
            self.delivered += 1;
            return Ok(Some(LogEvent::Committed { offset, record }));
        }
        Ok(self.rejections.pop_front().map(|from| LogEvent::Rejected { from }))
    }

    fn deliver_from(&mut self, from: Offset) {
        self.delivered = usize::try_from(from.0).unwrap_or(0);
    }

    fn committed_end(&self) -> Offset {
        Offset(self.committed.len() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{self, Subject};
    use super::*;

    struct Memory(Option<MemoryMetadataLog>);

    impl Subject for Memory {
        type Log = MemoryMetadataLog;

        fn open(&mut self) -> MemoryMetadataLog {
            self.0.take().unwrap_or_default()
        }

        fn close(&mut self, log: MemoryMetadataLog) {
            self.0 = Some(log.reopen());
        }

        fn settle(&mut self, log: &mut MemoryMetadataLog) {
            log.commit_all();
        }

        fn reject(&mut self, log: &mut MemoryMetadataLog) -> bool {
            log.reject();
            true
        }
    }

    #[test]
    fn the_log_in_memory_keeps_the_contract() {
        conformance::check(|| Memory(None));
    }
}
