// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerProtocolAssignment. What the leader says in SyncGroup's assignment, behind the version (int16).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// What the leader says in SyncGroup's assignment, behind the version (int16).
///
/// - 1-3: as 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerProtocolAssignment {
    /// `[]TopicPartition`.
    pub assigned_partitions: Vec<TopicPartition>,
    /// Null by default.
    pub user_data: Option<Bytes>,
}

impl Wire for ConsumerProtocolAssignment {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerProtocolAssignment {
            assigned_partitions: decoder.array("assignedPartitions", version)?,
            user_data: decoder.nullable_bytes("userData")?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("assignedPartitions", &self.assigned_partitions, version)?;
        encoder.nullable_bytes("userData", self.user_data.as_ref())?;
        Ok(())
    }
}

impl Message for ConsumerProtocolAssignment {
    const NAME: &'static str = "ConsumerProtocolAssignment";
    const VERSIONS: RangeInclusive<i16> = 0..=3;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

/// Part of [`ConsumerProtocolAssignment`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(TopicPartition {
            topic: decoder.string("topic")?,
            partitions: decoder.array("partitions", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topic", &self.topic)?;
        encoder.array("partitions", &self.partitions, version)?;
        Ok(())
    }
}
