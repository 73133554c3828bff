// Generated from proto/kafka by scripts/gen: change those, not this.

//! OffsetCommit (API key 8). Store how far a group has come.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Store how far a group has come.
///
/// - 3: as 2.
/// - 4: brokers answer first and throttle then (KIP-219).
/// - 5: drops retentionTimeMs. How long is the broker's to say (KIP-211).
/// - 6: adds committedLeaderEpoch (KIP-320).
/// - 7: adds groupInstanceId. Static members (KIP-345).
/// - 8: flexible.
/// - 9: for the members of KIP-848, too.
/// - 10: topicId instead of name (KIP-848).
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequest {
    /// `string`.
    pub group_id: Str,
    /// -1: not as a member; the generation (classic) or the member's epoch (KIP-848). -1 by default.
    pub generation_id_or_member_epoch: i32,
    /// Empty: not as a member.
    pub member_id: Str,
    /// Null: not a static member. Versions 7+, null by default.
    pub group_instance_id: Option<Str>,
    /// -1: the broker's. Versions 2-4, -1 by default, left out silently in others.
    pub retention_time_ms: i64,
    /// `[]OffsetCommitRequestTopic`.
    pub topics: Vec<OffsetCommitRequestTopic>,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        OffsetCommitRequest {
            group_id: Str::EMPTY,
            generation_id_or_member_epoch: -1,
            member_id: Str::EMPTY,
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Vec::new(),
        }
    }
}

impl Wire for OffsetCommitRequest {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetCommitRequest {
            group_id: decoder.string("groupId")?,
            generation_id_or_member_epoch: decoder.int32()?,
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 7 { decoder.nullable_string("groupInstanceId")? } else { None },
            retention_time_ms: if version <= 4 { decoder.int64()? } else { -1 },
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.int32(self.generation_id_or_member_epoch);
        encoder.string("memberId", &self.member_id)?;
        if version >= 7 {
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::unrepresentable("OffsetCommitRequest", "groupInstanceId", version));
        }
        if version <= 4 {
            encoder.int64(self.retention_time_ms);
        }
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for OffsetCommitRequest {
    const NAME: &'static str = "OffsetCommitRequest";
    const VERSIONS: RangeInclusive<i16> = 2..=10;
    const FIRST_FLEXIBLE: Option<i16> = Some(8);
}

impl Request for OffsetCommitRequest {
    const KEY: ApiKey = ApiKey::OffsetCommit;
    type Response = OffsetCommitResponse;
}

/// Part of [`OffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitRequestTopic {
    /// Versions 2-9, left out silently in others.
    pub name: Str,
    /// Versions 10+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]OffsetCommitRequestPartition`.
    pub partitions: Vec<OffsetCommitRequestPartition>,
}

impl Wire for OffsetCommitRequestTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetCommitRequestTopic {
            name: if version <= 9 { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 10 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            encoder.string("name", &self.name)?;
        }
        if version >= 10 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// Of the next record to read.
    pub committed_offset: i64,
    /// Of the last record read; -1: unknown. Versions 6+, -1 by default, left out silently in others.
    pub committed_leader_epoch: i32,
    /// The client's own words.
    pub committed_metadata: Option<Str>,
}

impl Default for OffsetCommitRequestPartition {
    fn default() -> Self {
        OffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: Some(Str::EMPTY),
        }
    }
}

impl Wire for OffsetCommitRequestPartition {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetCommitRequestPartition {
            partition_index: decoder.int32()?,
            committed_offset: decoder.int64()?,
            committed_leader_epoch: if version >= 6 { decoder.int32()? } else { -1 },
            committed_metadata: decoder.nullable_string("committedMetadata")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int64(self.committed_offset);
        if version >= 6 {
            encoder.int32(self.committed_leader_epoch);
        }
        encoder.nullable_string("committedMetadata", self.committed_metadata.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Store how far a group has come.
///
/// - 3: adds throttleTimeMs.
/// - 4: brokers answer first and throttle then (KIP-219).
/// - 5-7: as 4.
/// - 8: flexible.
/// - 9: may answer STALE_MEMBER_EPOCH and GROUP_ID_NOT_FOUND (KIP-848).
/// - 10: topicId instead of name (KIP-848).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponse {
    /// Versions 3+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `[]OffsetCommitResponseTopic`.
    pub topics: Vec<OffsetCommitResponseTopic>,
}

impl Wire for OffsetCommitResponse {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetCommitResponse {
            throttle_time_ms: if version >= 3 { decoder.int32()? } else { 0 },
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 3 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for OffsetCommitResponse {
    const NAME: &'static str = "OffsetCommitResponse";
    const VERSIONS: RangeInclusive<i16> = 2..=10;
    const FIRST_FLEXIBLE: Option<i16> = Some(8);
}

/// Part of [`OffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponseTopic {
    /// Versions 2-9, left out silently in others.
    pub name: Str,
    /// Versions 10+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]OffsetCommitResponsePartition`.
    pub partitions: Vec<OffsetCommitResponsePartition>,
}

impl Wire for OffsetCommitResponseTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetCommitResponseTopic {
            name: if version <= 9 { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 10 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            encoder.string("name", &self.name)?;
        }
        if version >= 10 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for OffsetCommitResponsePartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            OffsetCommitResponsePartition { partition_index: decoder.int32()?, error_code: decoder.int16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}
