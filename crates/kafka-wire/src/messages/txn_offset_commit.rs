// Generated from proto/kafka by scripts/gen: change those, not this.

//! TxnOffsetCommit (API key 28). Store a group's offsets as part of a transaction.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Store a group's offsets as part of a transaction.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: adds committedLeaderEpoch (KIP-320).
/// - 3: adds generationIdOrMemberEpoch, memberId, groupInstanceId; flexible. Fencing by generation
///   (KIP-447).
/// - 4: may be answered TRANSACTION_ABORTABLE (KIP-890).
/// - 5: adds the group to the transaction by itself (transactions v2, KIP-890).
/// - 6: topicId instead of name (KIP-1319).
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequest {
    /// `string`.
    pub transactional_id: Str,
    /// `string`.
    pub group_id: Str,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// -1: not as a member; the generation (classic) or the member's epoch (KIP-848). Versions 3+, -1 by
    /// default.
    pub generation_id_or_member_epoch: i32,
    /// Versions 3+.
    pub member_id: Str,
    /// Versions 3+, null by default.
    pub group_instance_id: Option<Str>,
    /// `[]TxnOffsetCommitRequestTopic`.
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        TxnOffsetCommitRequest {
            transactional_id: Str::EMPTY,
            group_id: Str::EMPTY,
            producer_id: 0,
            producer_epoch: 0,
            generation_id_or_member_epoch: -1,
            member_id: Str::EMPTY,
            group_instance_id: None,
            topics: Vec::new(),
        }
    }
}

impl Wire for TxnOffsetCommitRequest {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TxnOffsetCommitRequest {
            transactional_id: decoder.string("transactionalId")?,
            group_id: decoder.string("groupId")?,
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int16()?,
            generation_id_or_member_epoch: if version >= 3 { decoder.int32()? } else { -1 },
            member_id: if version >= 3 { decoder.string("memberId")? } else { Str::EMPTY },
            group_instance_id: if version >= 3 { decoder.nullable_string("groupInstanceId")? } else { None },
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.string("groupId", &self.group_id)?;
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        if version >= 3 {
            encoder.int32(self.generation_id_or_member_epoch);
            encoder.string("memberId", &self.member_id)?;
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        } else {
            if self.generation_id_or_member_epoch != -1 {
                return Err(EncodeError::unrepresentable(
                    "TxnOffsetCommitRequest",
                    "generationIdOrMemberEpoch",
                    version,
                ));
            }
            if !self.member_id.is_empty() {
                return Err(EncodeError::unrepresentable("TxnOffsetCommitRequest", "memberId", version));
            }
            if self.group_instance_id.is_some() {
                return Err(EncodeError::unrepresentable(
                    "TxnOffsetCommitRequest",
                    "groupInstanceId",
                    version,
                ));
            }
        }
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for TxnOffsetCommitRequest {
    const NAME: &'static str = "TxnOffsetCommitRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for TxnOffsetCommitRequest {
    const KEY: ApiKey = ApiKey::TxnOffsetCommit;
    type Response = TxnOffsetCommitResponse;
}

/// Part of [`TxnOffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitRequestTopic {
    /// Versions 0-5, left out silently in others.
    pub name: Str,
    /// Versions 6+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]TxnOffsetCommitRequestPartition`.
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
}

impl Wire for TxnOffsetCommitRequestTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TxnOffsetCommitRequestTopic {
            name: if version <= 5 { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 6 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 5 {
            encoder.string("name", &self.name)?;
        }
        if version >= 6 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`TxnOffsetCommitRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// Of the last record read; -1: unknown. Versions 2+, -1 by default, left out silently in others.
    pub committed_leader_epoch: i32,
    /// `string`.
    pub committed_metadata: Option<Str>,
}

impl Default for TxnOffsetCommitRequestPartition {
    fn default() -> Self {
        TxnOffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: Some(Str::EMPTY),
        }
    }
}

impl Wire for TxnOffsetCommitRequestPartition {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TxnOffsetCommitRequestPartition {
            partition_index: decoder.int32()?,
            committed_offset: decoder.int64()?,
            committed_leader_epoch: if version >= 2 { decoder.int32()? } else { -1 },
            committed_metadata: decoder.nullable_string("committedMetadata")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int64(self.committed_offset);
        if version >= 2 {
            encoder.int32(self.committed_leader_epoch);
        }
        encoder.nullable_string("committedMetadata", self.committed_metadata.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Store a group's offsets as part of a transaction. (KIP-1319).
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: as 1.
/// - 3: flexible. May answer ILLEGAL_GENERATION, FENCED_INSTANCE_ID and UNKNOWN_MEMBER_ID (KIP-447).
/// - 4: may answer TRANSACTION_ABORTABLE (KIP-890).
/// - 5: as 4.
/// - 6: topicId instead of name. Topics by id; may answer GROUP_ID_NOT_FOUND, STALE_MEMBER_EPOCH and
///   UNKNOWN_TOPIC_ID
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]TxnOffsetCommitResponseTopic`.
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
}

impl Wire for TxnOffsetCommitResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TxnOffsetCommitResponse {
            throttle_time_ms: decoder.int32()?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for TxnOffsetCommitResponse {
    const NAME: &'static str = "TxnOffsetCommitResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

/// Part of [`TxnOffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponseTopic {
    /// Versions 0-5, left out silently in others.
    pub name: Str,
    /// Versions 6+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]TxnOffsetCommitResponsePartition`.
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
}

impl Wire for TxnOffsetCommitResponseTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TxnOffsetCommitResponseTopic {
            name: if version <= 5 { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 6 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 5 {
            encoder.string("name", &self.name)?;
        }
        if version >= 6 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`TxnOffsetCommitResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for TxnOffsetCommitResponsePartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = TxnOffsetCommitResponsePartition {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
        };
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
