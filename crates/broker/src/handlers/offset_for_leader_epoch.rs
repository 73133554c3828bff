//! OffsetForLeaderEpoch (KIP-101, KIP-320): where a leadership ended, for clients that find out whether their log was
//! truncated.

use tidelog_model::{LeaderEpoch, Offset, PartitionId};

use super::{LeadershipError, TopicRef, UnknownTopic, leadership};
use crate::node::Shared;

/// Where a leadership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// The largest epoch of the log that is not above the one that was asked for.
    pub leader_epoch: LeaderEpoch,
    /// One past its last offset.
    pub end_offset: Offset,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OffsetForLeaderEpochError {
    /// Nothing of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// Not under this leadership.
    #[error(transparent)]
    Leadership(#[from] LeadershipError),
}

/// Where `epoch` ended; `None` (Kafka: −1 and −1) if this log knows nothing of it. `current` is the leadership that the
/// client believes in.
pub fn offset_for_leader_epoch(
    node: &Shared,
    topic: &TopicRef,
    partition: PartitionId,
    current: Option<LeaderEpoch>,
    epoch: LeaderEpoch,
) -> Result<Option<EpochEnd>, OffsetForLeaderEpochError> {
    let topics = node.topics.snapshot();
    let hosted = topics.find(topic)?.find(partition)?;
    let leading = leadership(hosted, current)?;
    let reader = hosted.reader();
    Ok(end_of(reader.epochs().entries(), reader.end().0, leading, epoch))
}

/// Kafka's answers: of an epoch older than the log, where the log begins; of one that nobody has led, nothing.
fn end_of(
    entries: &[(LeaderEpoch, Offset)],
    log_end: Offset,
    current: LeaderEpoch,
    asked: LeaderEpoch,
) -> Option<EpochEnd> {
    if asked == LeaderEpoch::NONE || asked > current {
        return None;
    }
    let after = entries.partition_point(|entry| entry.0 <= asked);
    let leader_epoch = match after.checked_sub(1).and_then(|index| entries.get(index)) {
        Some(entry) => entry.0,
        None => asked,
    };
    Some(EpochEnd { leader_epoch, end_offset: entries.get(after).map_or(log_end, |next| next.1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_ends_where_the_next_begins_and_the_last_at_the_logs_end() {
        let entries = [(2, 10), (4, 20), (7, 30)].map(|(epoch, start)| (LeaderEpoch(epoch), Offset(start)));
        let ask = |asked| {
            end_of(&entries, Offset(35), LeaderEpoch(7), LeaderEpoch(asked))
                .map(|end| (end.leader_epoch.0, end.end_offset.0))
        };
        assert_eq!(ask(7), Some((7, 35)));
        assert_eq!(ask(4), Some((4, 30)));
        // Nobody wrote in epochs 5 and 3: the epoch before is the answer.
        assert_eq!(ask(5), Some((4, 30)));
        assert_eq!(ask(3), Some((2, 20)));
        // Older than the log: it diverges at the log's start at the latest.
        assert_eq!(ask(0), Some((0, 10)));
        assert_eq!(ask(-2), Some((-2, 10)));
        // Never led, and no epoch at all.
        assert_eq!(ask(8), None);
        assert_eq!(ask(-1), None);
    }
}
