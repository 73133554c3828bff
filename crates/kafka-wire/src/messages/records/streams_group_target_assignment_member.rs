// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupTargetAssignmentMember. The tasks that a member shall run.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// The tasks that a member shall run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTargetAssignmentMemberKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for StreamsGroupTargetAssignmentMemberKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(StreamsGroupTargetAssignmentMemberKey {
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

impl Message for StreamsGroupTargetAssignmentMemberKey {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMemberKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl StreamsGroupTargetAssignmentMemberKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 21;
}

/// The tasks that a member shall run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTargetAssignmentMemberValue {
    /// `[]TaskIds`.
    pub active_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks: Vec<TaskIds>,
}

impl Wire for StreamsGroupTargetAssignmentMemberValue {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupTargetAssignmentMemberValue {
            active_tasks: decoder.array("activeTasks", version)?,
            standby_tasks: decoder.array("standbyTasks", version)?,
            warmup_tasks: decoder.array("warmupTasks", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("activeTasks", &self.active_tasks, version)?;
        encoder.array("standbyTasks", &self.standby_tasks, version)?;
        encoder.array("warmupTasks", &self.warmup_tasks, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupTargetAssignmentMemberValue {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMemberValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupTargetAssignmentMemberValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds {
    /// `string`.
    pub subtopology_id: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TaskIds {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TaskIds {
            subtopology_id: decoder.string("subtopologyId")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("subtopologyId", &self.subtopology_id)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}
