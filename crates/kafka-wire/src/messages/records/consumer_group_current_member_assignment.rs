// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupCurrentMemberAssignment. What a member owns, and what it must give back first.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// What a member owns, and what it must give back first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for ConsumerGroupCurrentMemberAssignmentKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerGroupCurrentMemberAssignmentKey {
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

impl Message for ConsumerGroupCurrentMemberAssignmentKey {
    const NAME: &'static str = "ConsumerGroupCurrentMemberAssignmentKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ConsumerGroupCurrentMemberAssignmentKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 8;
}

/// What a member owns, and what it must give back first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub previous_member_epoch: i32,
    /// 0: stable, 1: must revoke, 2: waits for others to revoke, 127: unknown.
    pub state: i8,
    /// `[]TopicPartitions`.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// `[]TopicPartitions`.
    pub partitions_pending_revocation: Vec<TopicPartitions>,
}

impl Wire for ConsumerGroupCurrentMemberAssignmentValue {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupCurrentMemberAssignmentValue {
            member_epoch: decoder.int32()?,
            previous_member_epoch: decoder.int32()?,
            state: decoder.int8()?,
            assigned_partitions: decoder.array("assignedPartitions", version)?,
            partitions_pending_revocation: decoder.array("partitionsPendingRevocation", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.member_epoch);
        encoder.int32(self.previous_member_epoch);
        encoder.int8(self.state);
        encoder.array("assignedPartitions", &self.assigned_partitions, version)?;
        encoder.array("partitionsPendingRevocation", &self.partitions_pending_revocation, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ConsumerGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "ConsumerGroupCurrentMemberAssignmentValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ConsumerGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// As many as partitions: the epoch in which each came to this member. Tag 0.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl Default for TopicPartitions {
    fn default() -> Self {
        TopicPartitions { topic_id: Uuid::ZERO, partitions: Vec::new(), assignment_epochs: Some(Vec::new()) }
    }
}

impl Wire for TopicPartitions {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = TopicPartitions {
            topic_id: decoder.uuid()?,
            partitions: decoder.array("partitions", version)?,
            assignment_epochs: Some(Vec::new()),
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 => read.assignment_epochs = decoder.nullable_array("assignmentEpochs", version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.array("partitions", &self.partitions, version)?;
        let tags = encoder.tags();
        if self.assignment_epochs.as_ref().is_none_or(|it| !it.is_empty()) {
            encoder.tag(&tags, 0, |encoder| {
                encoder.nullable_array("assignmentEpochs", self.assignment_epochs.as_deref(), version)
            })?;
        }
        Ok(())
    }
}
