//! Who leads a partition, and whether a client knows it (KIP-320): the check before Fetch, ListOffsets and
//! OffsetForLeaderEpoch.

use tidelog_model::{LeaderEpoch, TopicPartition};

use crate::hosted::HostedPartition;

/// How far a reader sees (KIP-98).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IsolationLevel {
    /// Up to the high watermark.
    #[default]
    ReadUncommitted,
    /// Up to the last stable offset: no record of an open transaction.
    ReadCommitted,
}

impl IsolationLevel {
    /// Kafka's number: 0 or 1. Kafka reads every other one as 0, too.
    pub const fn from_kafka(level: i8) -> Self {
        match level {
            1 => IsolationLevel::ReadCommitted,
            _ => IsolationLevel::ReadUncommitted,
        }
    }
}

/// The client and this node don't agree on who leads the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeadershipError {
    /// Not this node.
    #[error("this node does not lead partition {partition}: refresh metadata and ask its leader")]
    NotLeader {
        /// Which.
        partition: TopicPartition,
    },
    /// The client believes in an earlier leadership.
    #[error(
        "partition {partition} is in leader epoch {current}, and the request is for epoch {asked}: refresh metadata"
    )]
    Fenced {
        /// Which.
        partition: TopicPartition,
        /// What the client believes in.
        asked: LeaderEpoch,
        /// The epoch now.
        current: LeaderEpoch,
    },
    /// The client knows a later leadership than this node does.
    #[error(
        "partition {partition} is in leader epoch {current} as far as this node knows, and the request is for epoch \
         {asked}: retry"
    )]
    Unknown {
        /// Which.
        partition: TopicPartition,
        /// What the client believes in.
        asked: LeaderEpoch,
        /// The epoch that this node knows.
        current: LeaderEpoch,
    },
}

/// The epoch under which this node leads the partition, if that is the one that the client asks for (or it asks for none).
pub fn leadership(
    hosted: &HostedPartition,
    asked: Option<LeaderEpoch>,
) -> Result<LeaderEpoch, LeadershipError> {
    let partition = hosted.id();
    let current = hosted.leader_epoch().ok_or(LeadershipError::NotLeader { partition })?;
    match asked {
        Some(asked) if asked < current => Err(LeadershipError::Fenced { partition, asked, current }),
        Some(asked) if asked > current => Err(LeadershipError::Unknown { partition, asked, current }),
        _ => Ok(current),
    }
}
