// Generated from proto/kafka by scripts/gen: change those, not this.

//! OffsetFetch (API key 9). Ask how far groups have come.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Ask how far groups have come.
///
/// - 2: topics may be null. Null for all topics.
/// - 3: as 2.
/// - 4: brokers answer first and throttle then (KIP-219).
/// - 5: as 4.
/// - 6: flexible.
/// - 7: adds requireStable. Wait for open transactions (KIP-447).
/// - 8: groups instead of groupId, topics. Many groups at once (KIP-709).
/// - 9: adds memberId, memberEpoch. For the members of KIP-848, too.
/// - 10: topicId instead of name (KIP-848).
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequest {
    /// Versions 1-7.
    pub group_id: Str,
    /// Null: all that the group has committed. Versions 1-7.
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// Versions 8+.
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// Answer UNSTABLE_OFFSET_COMMIT while a transaction could still change the offset. Versions 7+.
    pub require_stable: bool,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        OffsetFetchRequest {
            group_id: Str::EMPTY,
            topics: Some(Vec::new()),
            groups: Vec::new(),
            require_stable: false,
        }
    }
}

impl Wire for OffsetFetchRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchRequest {
            group_id: if version <= 7 { decoder.string("groupId")? } else { Str::EMPTY },
            topics: if version <= 7 {
                if version >= 2 {
                    decoder.nullable_array("topics", version)?
                } else {
                    Some(decoder.array("topics", version)?)
                }
            } else {
                Some(Vec::new())
            },
            groups: if version >= 8 { decoder.array("groups", version)? } else { Vec::new() },
            require_stable: if version >= 7 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 7 {
            encoder.string("groupId", &self.group_id)?;
            if version >= 2 {
                encoder.nullable_array("topics", self.topics.as_deref(), version)?;
            } else {
                let Some(value) = &self.topics else {
                    return Err(EncodeError::null("OffsetFetchRequest", "topics", version));
                };
                encoder.array("topics", value, version)?;
            };
        } else {
            if !self.group_id.is_empty() {
                return Err(EncodeError::unrepresentable("OffsetFetchRequest", "groupId", version));
            }
            if self.topics.as_ref().is_none_or(|it| !it.is_empty()) {
                return Err(EncodeError::unrepresentable("OffsetFetchRequest", "topics", version));
            }
        }
        if version >= 8 {
            encoder.array("groups", &self.groups, version)?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::unrepresentable("OffsetFetchRequest", "groups", version));
        }
        if version >= 7 {
            encoder.bool(self.require_stable);
        } else if self.require_stable {
            return Err(EncodeError::unrepresentable("OffsetFetchRequest", "requireStable", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for OffsetFetchRequest {
    const NAME: &'static str = "OffsetFetchRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=10;
    const FIRST_FLEXIBLE: Option<i16> = Some(6);
}

impl Request for OffsetFetchRequest {
    const KEY: ApiKey = ApiKey::OffsetFetch;
    type Response = OffsetFetchResponse;
}

/// Part of [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequestGroup {
    /// `string`.
    pub group_id: Str,
    /// Null: not as a member. Versions 9+, null by default, left out silently in others.
    pub member_id: Option<Str>,
    /// -1: not as a member. Versions 9+, -1 by default, left out silently in others.
    pub member_epoch: i32,
    /// Null: all that the group has committed.
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        OffsetFetchRequestGroup {
            group_id: Str::EMPTY,
            member_id: None,
            member_epoch: -1,
            topics: Some(Vec::new()),
        }
    }
}

impl Wire for OffsetFetchRequestGroup {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchRequestGroup {
            group_id: decoder.string("groupId")?,
            member_id: if version >= 9 { decoder.nullable_string("memberId")? } else { None },
            member_epoch: if version >= 9 { decoder.int32()? } else { -1 },
            topics: decoder.nullable_array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        if version >= 9 {
            encoder.nullable_string("memberId", self.member_id.as_deref())?;
            encoder.int32(self.member_epoch);
        }
        encoder.nullable_array("topics", self.topics.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopics {
    /// Versions 8-9, left out silently in others.
    pub name: Str,
    /// Versions 10+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl Wire for OffsetFetchRequestTopics {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchRequestTopics {
            name: if (8..=9).contains(&version) { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 10 { decoder.uuid()? } else { Uuid::ZERO },
            partition_indexes: decoder.array("partitionIndexes", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if (8..=9).contains(&version) {
            encoder.string("name", &self.name)?;
        }
        if version >= 10 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitionIndexes", &self.partition_indexes, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopic {
    /// `string`.
    pub name: Str,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl Wire for OffsetFetchRequestTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchRequestTopic {
            name: decoder.string("name")?,
            partition_indexes: decoder.array("partitionIndexes", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitionIndexes", &self.partition_indexes, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Ask how far groups have come.
///
/// - 2: adds errorCode.
/// - 3: adds throttleTimeMs.
/// - 4: brokers answer first and throttle then (KIP-219).
/// - 5: adds committedLeaderEpoch (KIP-320).
/// - 6: flexible.
/// - 7: may answer UNSTABLE_OFFSET_COMMIT (KIP-447).
/// - 8: groups instead of topics, errorCode. Many groups at once (KIP-709).
/// - 9: may answer STALE_MEMBER_EPOCH and UNKNOWN_MEMBER_ID (KIP-848).
/// - 10: topicId instead of name (KIP-848).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponse {
    /// Versions 3+, left out silently in others.
    pub throttle_time_ms: i32,
    /// Versions 1-7.
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// Versions 2-7, left out silently in others.
    pub error_code: i16,
    /// Versions 8+.
    pub groups: Vec<OffsetFetchResponseGroup>,
}

impl Wire for OffsetFetchResponse {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchResponse {
            throttle_time_ms: if version >= 3 { decoder.int32()? } else { 0 },
            topics: if version <= 7 { decoder.array("topics", version)? } else { Vec::new() },
            error_code: if (2..=7).contains(&version) { decoder.int16()? } else { 0 },
            groups: if version >= 8 { decoder.array("groups", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 3 {
            encoder.int32(self.throttle_time_ms);
        }
        if version <= 7 {
            encoder.array("topics", &self.topics, version)?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::unrepresentable("OffsetFetchResponse", "topics", version));
        }
        if (2..=7).contains(&version) {
            encoder.int16(self.error_code);
        }
        if version >= 8 {
            encoder.array("groups", &self.groups, version)?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::unrepresentable("OffsetFetchResponse", "groups", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for OffsetFetchResponse {
    const NAME: &'static str = "OffsetFetchResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=10;
    const FIRST_FLEXIBLE: Option<i16> = Some(6);
}

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseGroup {
    /// `string`.
    pub group_id: Str,
    /// `[]OffsetFetchResponseTopics`.
    pub topics: Vec<OffsetFetchResponseTopics>,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for OffsetFetchResponseGroup {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchResponseGroup {
            group_id: decoder.string("groupId")?,
            topics: decoder.array("topics", version)?,
            error_code: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.array("topics", &self.topics, version)?;
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopics {
    /// Versions 8-9, left out silently in others.
    pub name: Str,
    /// Versions 10+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]OffsetFetchResponsePartitions`.
    pub partitions: Vec<OffsetFetchResponsePartitions>,
}

impl Wire for OffsetFetchResponseTopics {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchResponseTopics {
            name: if (8..=9).contains(&version) { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 10 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if (8..=9).contains(&version) {
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

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    /// `int32`.
    pub partition_index: i32,
    /// -1: none.
    pub committed_offset: i64,
    /// -1 by default.
    pub committed_leader_epoch: i32,
    /// `string`.
    pub metadata: Option<Str>,
    /// `int16`.
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        OffsetFetchResponsePartitions {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(Str::EMPTY),
            error_code: 0,
        }
    }
}

impl Wire for OffsetFetchResponsePartitions {
    const MIN_BYTES: usize = 20;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchResponsePartitions {
            partition_index: decoder.int32()?,
            committed_offset: decoder.int64()?,
            committed_leader_epoch: decoder.int32()?,
            metadata: decoder.nullable_string("metadata")?,
            error_code: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int64(self.committed_offset);
        encoder.int32(self.committed_leader_epoch);
        encoder.nullable_string("metadata", self.metadata.as_deref())?;
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopic {
    /// `string`.
    pub name: Str,
    /// `[]OffsetFetchResponsePartition`.
    pub partitions: Vec<OffsetFetchResponsePartition>,
}

impl Wire for OffsetFetchResponseTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchResponseTopic {
            name: decoder.string("name")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// -1: none.
    pub committed_offset: i64,
    /// Versions 5-7, -1 by default, left out silently in others.
    pub committed_leader_epoch: i32,
    /// `string`.
    pub metadata: Option<Str>,
    /// `int16`.
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        OffsetFetchResponsePartition {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(Str::EMPTY),
            error_code: 0,
        }
    }
}

impl Wire for OffsetFetchResponsePartition {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OffsetFetchResponsePartition {
            partition_index: decoder.int32()?,
            committed_offset: decoder.int64()?,
            committed_leader_epoch: if (5..=7).contains(&version) { decoder.int32()? } else { -1 },
            metadata: decoder.nullable_string("metadata")?,
            error_code: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int64(self.committed_offset);
        if (5..=7).contains(&version) {
            encoder.int32(self.committed_leader_epoch);
        }
        encoder.nullable_string("metadata", self.metadata.as_deref())?;
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}
