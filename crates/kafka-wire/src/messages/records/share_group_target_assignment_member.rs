// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupTargetAssignmentMember. What a member shall read.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// What a member shall read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMemberKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for ShareGroupTargetAssignmentMemberKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareGroupTargetAssignmentMemberKey {
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

impl Message for ShareGroupTargetAssignmentMemberKey {
    const NAME: &'static str = "ShareGroupTargetAssignmentMemberKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareGroupTargetAssignmentMemberKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 13;
}

/// What a member shall read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMemberValue {
    /// `[]TopicPartition`.
    pub topic_partitions: Vec<TopicPartition>,
}

impl Wire for ShareGroupTargetAssignmentMemberValue {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupTargetAssignmentMemberValue {
            topic_partitions: decoder.array("topicPartitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topicPartitions", &self.topic_partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupTargetAssignmentMemberValue {
    const NAME: &'static str = "ShareGroupTargetAssignmentMemberValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ShareGroupTargetAssignmentMemberValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartition {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            TopicPartition { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
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
