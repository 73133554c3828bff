//! ListOffsets: from a word or a time to an offset.
//!
//! A record is found if readers may see it: nothing at or above the high watermark counts.

use tidelog_model::{Offset, PartitionId, TimestampMs};
use tidelog_storage::ReadError;

use super::{TopicRef, UnknownTopic};
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
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ListOffsetsError {
    /// Nothing of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The offset, and the time of the record if it was found by time; `None` if no record is as young.
pub fn list_offset(
    node: &Shared,
    topic: &TopicRef,
    partition: PartitionId,
    place: Place,
) -> Result<Option<(Offset, Option<TimestampMs>)>, ListOffsetsError> {
    let topics = node.topics.snapshot();
    let hosted = topics.find(topic)?.find(partition)?;
    let until = hosted.high_watermark().0;
    let found = match place {
        Place::Earliest => return Ok(Some((hosted.log_start().0, None))),
        Place::Latest => return Ok(Some((until, None))),
        Place::Time(timestamp) => hosted.reader().find_time(timestamp, until)?,
        Place::MaxTimestamp => hosted.reader().find_max_timestamp(until)?,
    };
    Ok(found.map(|found| (found.offset, Some(found.timestamp))))
}
