//! ListOffsets: from a word or a time to an offset.
//!
//! A record is found if readers may see it: nothing at or above the high watermark counts, nor at or above the last stable
//! offset where only committed transactions are read. A client may say which leadership it believes in, and is told if
//! that one is over.
//!
//! Without tiered storage the local log is the whole log: its beginning is the earliest offset, and nothing is tiered or
//! about to be.

use tidelog_model::{LeaderEpoch, Offset, PartitionId, TimestampMs};
use tidelog_storage::ReadError;

use super::{IsolationLevel, LeadershipError, TopicRef, UnknownTopic, leadership};
use crate::hosted::HostedPartition;
use crate::node::Shared;

/// What to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first readable offset.
    Earliest,
    /// Behind the last readable record.
    Latest,
    /// The first record of this time or later.
    Time(TimestampMs),
    /// The record with the largest time.
    MaxTimestamp,
    /// The first offset that lies on this node's own disk.
    EarliestLocal,
    /// The last offset that lies in tiered storage.
    LatestTiered,
    /// The first offset that waits to be copied to tiered storage.
    EarliestPendingUpload,
}

/// A question about one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetQuery {
    /// What to find.
    pub place: Place,
    /// How far readers see.
    pub isolation: IsolationLevel,
    /// The leadership that the client believes in; `None`: it does not say.
    pub leader_epoch: Option<LeaderEpoch>,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundOffset {
    /// The offset.
    pub offset: Offset,
    /// The record's time, if it was found by time.
    pub timestamp: Option<TimestampMs>,
    /// Which leader wrote there, or will.
    pub leader_epoch: Option<LeaderEpoch>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ListOffsetsError {
    /// Nothing of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// Not under this leadership.
    #[error(transparent)]
    Leadership(#[from] LeadershipError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Place {
    /// What a timestamp of a ListOffsets request means at `version` of it: 0 and above are times, −1 to −6 are words that
    /// came with versions 1, 1, 7 (KIP-734), 8 (KIP-405), 9 (KIP-1005) and 11 (KIP-1023). `None` for what that version does
    /// not know.
    pub const fn from_kafka(timestamp: i64, version: i16) -> Option<Place> {
        let (place, since) = match timestamp {
            0.. => (Place::Time(TimestampMs(timestamp)), 1),
            -1 => (Place::Latest, 1),
            -2 => (Place::Earliest, 1),
            -3 => (Place::MaxTimestamp, 7),
            -4 => (Place::EarliestLocal, 8),
            -5 => (Place::LatestTiered, 9),
            -6 => (Place::EarliestPendingUpload, 11),
            _ => return None,
        };
        if version < since { None } else { Some(place) }
    }
}

/// Whoever names a place only sees what every reader sees.
impl From<Place> for OffsetQuery {
    fn from(place: Place) -> Self {
        OffsetQuery { place, isolation: IsolationLevel::ReadUncommitted, leader_epoch: None }
    }
}

/// The offset that a query means; `None` if no record is there.
pub fn list_offset(
    node: &Shared,
    topic: &TopicRef,
    partition: PartitionId,
    query: impl Into<OffsetQuery>,
) -> Result<Option<FoundOffset>, ListOffsetsError> {
    let query = query.into();
    let topics = node.topics.snapshot();
    let hosted = topics.find(topic)?.find(partition)?;
    let current = leadership(hosted, query.leader_epoch)?;
    Ok(find(hosted, current, query)?)
}

fn find(
    hosted: &HostedPartition,
    current: LeaderEpoch,
    query: OffsetQuery,
) -> Result<Option<FoundOffset>, ReadError> {
    let until = hosted.readable_end(query.isolation);
    let reader = hosted.reader();
    let found = match query.place {
        Place::Earliest | Place::EarliestLocal => {
            let offset = hosted.log_start().0;
            let leader_epoch = reader.epochs().at(offset);
            return Ok(Some(FoundOffset { offset, timestamp: None, leader_epoch }));
        }
        Place::Latest => {
            return Ok(Some(FoundOffset { offset: until, timestamp: None, leader_epoch: Some(current) }));
        }
        Place::LatestTiered | Place::EarliestPendingUpload => return Ok(None),
        Place::Time(timestamp) => reader.find_time(timestamp, until)?,
        Place::MaxTimestamp => reader.find_max_timestamp(until)?,
    };
    Ok(found.map(|found| FoundOffset {
        offset: found.offset,
        timestamp: Some(found.timestamp),
        leader_epoch: Some(found.leader_epoch),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_timestamps_are_known_from_the_version_that_brought_them() {
        for (timestamp, since, place) in [
            (-1, 1, Place::Latest),
            (-2, 1, Place::Earliest),
            (-3, 7, Place::MaxTimestamp),
            (-4, 8, Place::EarliestLocal),
            (-5, 9, Place::LatestTiered),
            (-6, 11, Place::EarliestPendingUpload),
            (0, 1, Place::Time(TimestampMs(0))),
            (i64::MAX, 1, Place::Time(TimestampMs(i64::MAX))),
        ] {
            assert_eq!(Place::from_kafka(timestamp, since - 1), None, "{timestamp}");
            assert_eq!(Place::from_kafka(timestamp, since), Some(place), "{timestamp}");
        }
        assert_eq!(Place::from_kafka(-7, 11), None);
        assert_eq!(Place::from_kafka(i64::MIN, 11), None);
    }
}
