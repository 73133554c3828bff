// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupTargetAssignmentMember. What a member shall own.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// What a member shall own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMemberKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for ConsumerGroupTargetAssignmentMemberKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerGroupTargetAssignmentMemberKey {
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

impl Message for ConsumerGroupTargetAssignmentMemberKey {
    const NAME: &'static str = "ConsumerGroupTargetAssignmentMemberKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ConsumerGroupTargetAssignmentMemberKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 7;
}

/// What a member shall own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMemberValue {
    /// `[]TopicPartition`.
    pub topic_partitions: Vec<TopicPartition>,
}

impl Wire for ConsumerGroupTargetAssignmentMemberValue {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupTargetAssignmentMemberValue {
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

impl Message for ConsumerGroupTargetAssignmentMemberValue {
    const NAME: &'static str = "ConsumerGroupTargetAssignmentMemberValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ConsumerGroupTargetAssignmentMemberValue`].
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
