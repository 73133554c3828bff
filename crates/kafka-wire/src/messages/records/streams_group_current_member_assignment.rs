// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupCurrentMemberAssignment. The tasks that a member runs, and those that it must give back
//! first.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// The tasks that a member runs, and those that it must give back first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupCurrentMemberAssignmentKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for StreamsGroupCurrentMemberAssignmentKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(StreamsGroupCurrentMemberAssignmentKey {
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

impl Message for StreamsGroupCurrentMemberAssignmentKey {
    const NAME: &'static str = "StreamsGroupCurrentMemberAssignmentKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl StreamsGroupCurrentMemberAssignmentKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 22;
}

/// The tasks that a member runs, and those that it must give back first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupCurrentMemberAssignmentValue {
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub previous_member_epoch: i32,
    /// `int8`.
    pub state: i8,
    /// `[]TaskIds`.
    pub active_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub active_tasks_pending_revocation: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks_pending_revocation: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks_pending_revocation: Vec<TaskIds>,
}

impl Wire for StreamsGroupCurrentMemberAssignmentValue {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupCurrentMemberAssignmentValue {
            member_epoch: decoder.int32()?,
            previous_member_epoch: decoder.int32()?,
            state: decoder.int8()?,
            active_tasks: decoder.array("activeTasks", version)?,
            standby_tasks: decoder.array("standbyTasks", version)?,
            warmup_tasks: decoder.array("warmupTasks", version)?,
            active_tasks_pending_revocation: decoder.array("activeTasksPendingRevocation", version)?,
            standby_tasks_pending_revocation: decoder.array("standbyTasksPendingRevocation", version)?,
            warmup_tasks_pending_revocation: decoder.array("warmupTasksPendingRevocation", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.member_epoch);
        encoder.int32(self.previous_member_epoch);
        encoder.int8(self.state);
        encoder.array("activeTasks", &self.active_tasks, version)?;
        encoder.array("standbyTasks", &self.standby_tasks, version)?;
        encoder.array("warmupTasks", &self.warmup_tasks, version)?;
        encoder.array("activeTasksPendingRevocation", &self.active_tasks_pending_revocation, version)?;
        encoder.array("standbyTasksPendingRevocation", &self.standby_tasks_pending_revocation, version)?;
        encoder.array("warmupTasksPendingRevocation", &self.warmup_tasks_pending_revocation, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "StreamsGroupCurrentMemberAssignmentValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct TaskIds {
    /// `string`.
    pub subtopology_id: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// As many as partitions: the epoch in which each came to this member. Tag 0.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl Default for TaskIds {
    fn default() -> Self {
        TaskIds { subtopology_id: Str::EMPTY, partitions: Vec::new(), assignment_epochs: Some(Vec::new()) }
    }
}

impl Wire for TaskIds {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = TaskIds {
            subtopology_id: decoder.string("subtopologyId")?,
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
        encoder.string("subtopologyId", &self.subtopology_id)?;
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
