//! Which leader wrote which stretch of a log (KIP-101): a rising list of (epoch, first offset).

use tidelog_model::{LeaderEpoch, Offset};

use crate::bytes_io::{Reader, Writer};
use crate::error::FormatError;

/// The leader epochs of one log. Epochs and start offsets both rise; an epoch without records is kept only if it is the
/// newest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EpochHistory {
    entries: Vec<(LeaderEpoch, Offset)>,
}

impl EpochHistory {
    /// The newest epoch, if any was taken.
    pub fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|entry| entry.0)
    }

    /// All (epoch, first offset), oldest first.
    pub fn entries(&self) -> &[(LeaderEpoch, Offset)] {
        &self.entries
    }

    /// The epoch under which `offset` was or will be written.
    pub fn at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|entry| entry.1 <= offset);
        after.checked_sub(1).map(|index| self.entries[index].0)
    }

    /// KIP-101's question, asked of a log that ends at `end`: the largest epoch not above `epoch`, and one past its last
    /// offset. `None` if every known epoch is newer.
    pub fn end_of(&self, epoch: LeaderEpoch, end: Offset) -> Option<(LeaderEpoch, Offset)> {
        let after = self.entries.partition_point(|entry| entry.0 <= epoch);
        let found = self.entries[after.checked_sub(1)?].0;
        Some((found, self.entries.get(after).map_or(end, |next| next.1)))
    }

    /// Appends from `start` on are by the leader of `epoch`. The epoch must be newer than all known ones.
    pub(crate) fn assign(&mut self, epoch: LeaderEpoch, start: Offset) {
        assert!(
            self.latest().is_none_or(|latest| latest < epoch),
            "leader epoch {epoch} is not newer than {self:?}"
        );
        if self.entries.last().is_some_and(|last| last.1 == start) {
            self.entries.pop();
        }
        self.entries.push((epoch, start));
    }

    /// Forgets epochs that begin at or after `end`, but keeps that one epoch was the latest: it will not be taken again.
    pub(crate) fn truncate_to(&mut self, end: Offset) {
        let keep = self.entries.partition_point(|entry| entry.1 < end);
        if keep < self.entries.len() {
            let latest = self.entries[self.entries.len() - 1].0;
            self.entries.truncate(keep);
            self.entries.push((latest, end));
        }
    }

    /// Forgets epochs whose records all lie below `start`.
    pub(crate) fn trim_to(&mut self, start: Offset) {
        let after = self.entries.partition_point(|entry| entry.1 <= start);
        if after > 1 {
            self.entries.drain(..after - 1);
        }
        if let Some(first) = self.entries.first_mut()
            && first.1 < start
        {
            first.1 = start;
        }
    }

    pub(crate) fn encode(&self, out: &mut Writer) {
        out.u32(self.entries.len() as u32);
        for (epoch, start) in &self.entries {
            out.i32(epoch.0);
            out.i64(start.0);
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<EpochHistory, FormatError> {
        let count = reader.u32()?;
        let mut history = EpochHistory::default();
        for _ in 0..count {
            let (epoch, start) = (LeaderEpoch(reader.i32()?), Offset(reader.i64()?));
            if history.entries.last().is_some_and(|last| last.0 >= epoch || last.1 > start) {
                return Err(FormatError::Damaged("order of leader epochs"));
            }
            history.entries.push((epoch, start));
        }
        Ok(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(entries: &[(i32, i64)]) -> EpochHistory {
        let mut history = EpochHistory::default();
        for &(epoch, start) in entries {
            history.assign(LeaderEpoch(epoch), Offset(start));
        }
        history
    }

    #[test]
    fn the_end_of_an_epoch_is_where_the_next_one_starts() {
        let epochs = history(&[(1, 0), (4, 10), (5, 30)]);
        let end_of = |epoch| epochs.end_of(LeaderEpoch(epoch), Offset(50));
        assert_eq!(end_of(0), None);
        assert_eq!(end_of(1), Some((LeaderEpoch(1), Offset(10))));
        assert_eq!(end_of(3), Some((LeaderEpoch(1), Offset(10))));
        assert_eq!(end_of(4), Some((LeaderEpoch(4), Offset(30))));
        assert_eq!(end_of(9), Some((LeaderEpoch(5), Offset(50))));
    }

    #[test]
    fn an_epoch_that_wrote_nothing_is_replaced_by_the_next() {
        assert_eq!(history(&[(1, 0), (2, 10), (3, 10)]), history(&[(1, 0), (3, 10)]));
    }

    #[test]
    fn truncation_keeps_the_latest_epoch_taken() {
        let mut epochs = history(&[(1, 0), (4, 10), (5, 30)]);
        epochs.truncate_to(Offset(20));
        assert_eq!(
            epochs.entries(),
            [(LeaderEpoch(1), Offset(0)), (LeaderEpoch(4), Offset(10)), (LeaderEpoch(5), Offset(20))]
        );
        epochs.truncate_to(Offset(25));
        assert_eq!(epochs.latest(), Some(LeaderEpoch(5)));
    }

    #[test]
    fn trimming_keeps_the_epoch_of_the_first_record_left() {
        let mut epochs = history(&[(1, 0), (4, 10), (5, 30)]);
        epochs.trim_to(Offset(12));
        assert_eq!(epochs.entries(), [(LeaderEpoch(4), Offset(12)), (LeaderEpoch(5), Offset(30))]);
        assert_eq!(epochs.at(Offset(29)), Some(LeaderEpoch(4)));
        assert_eq!(epochs.at(Offset(11)), None);
    }
}
