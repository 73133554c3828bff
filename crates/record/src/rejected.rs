//! Records that break their topic's rules. Kafka answers for each of them (KIP-467), so that a producer fails those alone
//! and may send the others of the batch again.
//!
//! What must stay true: at least one record is named, and no more than [`RejectedRecords::MAX_NAMED`], however many a
//! stranger packs into a batch.

use std::fmt;

use tidelog_model::TimestampMs;

/// A record that its topic does not take, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RejectedRecord {
    /// Compaction keeps the last record of each key, so each needs one.
    #[error("record {index} of the batch has no key, and the topic is compacted (cleanup.policy)")]
    NoKey {
        /// The record's index in the batch.
        index: i32,
    },
    /// A record's time lies too far from now.
    #[error(
        "record {index} of the batch has timestamp {timestamp}, the topic takes {earliest} to {latest} \
         (message.timestamp.before.max.ms, message.timestamp.after.max.ms)"
    )]
    Timestamp {
        /// The record's index in the batch.
        index: i32,
        /// Its time.
        timestamp: TimestampMs,
        /// The earliest that is taken now.
        earliest: TimestampMs,
        /// The latest that is taken now.
        latest: TimestampMs,
    },
}

impl RejectedRecord {
    /// Which record of the batch it is.
    pub const fn index(&self) -> i32 {
        match self {
            RejectedRecord::NoKey { index } | RejectedRecord::Timestamp { index, .. } => *index,
        }
    }
}

/// The records of one batch that its topic does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRecords {
    first: RejectedRecord,
    more: Vec<RejectedRecord>,
    count: usize,
    has_timestamp: bool,
}

impl RejectedRecords {
    /// So many are named at the most: what librdkafka puts into one batch if not told otherwise.
    pub const MAX_NAMED: usize = 10_000;

    pub(crate) const fn new(first: RejectedRecord) -> Self {
        let has_timestamp = matches!(first, RejectedRecord::Timestamp { .. });
        RejectedRecords { first, more: Vec::new(), count: 1, has_timestamp }
    }

    pub(crate) fn push(&mut self, record: RejectedRecord) {
        self.count += 1;
        self.has_timestamp |= matches!(record, RejectedRecord::Timestamp { .. });
        if self.named() < Self::MAX_NAMED {
            self.more.push(record);
        }
    }

    /// The first of them.
    pub const fn first(&self) -> RejectedRecord {
        self.first
    }

    /// Those that are named, by index.
    pub fn iter(&self) -> impl Iterator<Item = RejectedRecord> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    /// How many are named.
    pub const fn named(&self) -> usize {
        1 + self.more.len()
    }

    /// How many there are, named or not.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether one of them is refused for its time.
    pub const fn has_timestamp(&self) -> bool {
        self.has_timestamp
    }

    /// Names no more than `limit`, but the first in any case.
    pub fn name_at_most(&mut self, limit: usize) {
        self.more.truncate(limit.saturating_sub(1));
        self.more.shrink_to_fit();
    }
}

impl fmt::Display for RejectedRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count - 1 {
            0 => write!(f, "{}", self.first),
            others => write!(f, "{}; {others} more of its records are refused", self.first),
        }
    }
}
