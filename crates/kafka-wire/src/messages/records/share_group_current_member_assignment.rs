// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupCurrentMemberAssignment. What a member reads.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// What a member reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupCurrentMemberAssignmentKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for ShareGroupCurrentMemberAssignmentKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareGroupCurrentMemberAssignmentKey {
            group_id: decoder.string("groupId")?,
            member_id: decoder.string("memberId")?,
        })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("memberId", &self.member_id)?;
        Ok(())
    }
}

impl Message for ShareGroupCurrentMemberAssignmentKey {
    const NAME: &'static str = "ShareGroupCurrentMemberAssignmentKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareGroupCurrentMemberAssignmentKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 14;
}

/// What a member reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupCurrentMemberAssignmentValue {
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub previous_member_epoch: i32,
    /// `int8`.
    pub state: i8,
    /// `[]TopicPartitions`.
    pub assigned_partitions: Vec<TopicPartitions>,
}

impl Wire for ShareGroupCurrentMemberAssignmentValue {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupCurrentMemberAssignmentValue {
            member_epoch: decoder.int32()?,
            previous_member_epoch: decoder.int32()?,
            state: decoder.int8()?,
            assigned_partitions: decoder.array("assignedPartitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.member_epoch);
        encoder.int32(self.previous_member_epoch);
        encoder.int8(self.state);
        encoder.array("assignedPartitions", &self.assigned_partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "ShareGroupCurrentMemberAssignmentValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ShareGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartitions {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            TopicPartitions { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}
