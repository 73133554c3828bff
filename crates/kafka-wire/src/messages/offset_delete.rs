// Generated from proto/kafka by scripts/gen: change those, not this.

//! OffsetDelete (API key 47). Delete a group's offsets of topics that it does not subscribe to (KIP-496).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Delete a group's offsets of topics that it does not subscribe to (KIP-496).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequest {
    /// `string`.
    pub group_id: Str,
    /// `[]OffsetDeleteRequestTopic`.
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

impl Wire for OffsetDeleteRequest {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetDeleteRequest {
            group_id: decoder.string("groupId")?,
            topics: decoder.array("topics", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.array("topics", &self.topics, version)?;
        Ok(())
    }
}

impl Message for OffsetDeleteRequest {
    const NAME: &'static str = "OffsetDeleteRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl Request for OffsetDeleteRequest {
    const KEY: ApiKey = ApiKey::OffsetDelete;
    type Response = OffsetDeleteResponse;
}

/// Part of [`OffsetDeleteRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestTopic {
    /// `string`.
    pub name: Str,
    /// `[]OffsetDeleteRequestPartition`.
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl Wire for OffsetDeleteRequestTopic {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetDeleteRequestTopic {
            name: decoder.string("name")?,
            partitions: decoder.array("partitions", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitions", &self.partitions, version)?;
        Ok(())
    }
}

/// Part of [`OffsetDeleteRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestPartition {
    /// `int32`.
    pub partition_index: i32,
}

impl Wire for OffsetDeleteRequestPartition {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetDeleteRequestPartition { partition_index: decoder.int32()? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        Ok(())
    }
}

/// Delete a group's offsets of topics that it does not subscribe to (KIP-496).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponse {
    /// Of the group.
    pub error_code: i16,
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]OffsetDeleteResponseTopic`.
    pub topics: Vec<OffsetDeleteResponseTopic>,
}

impl Wire for OffsetDeleteResponse {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetDeleteResponse {
            error_code: decoder.int16()?,
            throttle_time_ms: decoder.int32()?,
            topics: decoder.array("topics", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.int32(self.throttle_time_ms);
        encoder.array("topics", &self.topics, version)?;
        Ok(())
    }
}

impl Message for OffsetDeleteResponse {
    const NAME: &'static str = "OffsetDeleteResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

/// Part of [`OffsetDeleteResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponseTopic {
    /// `string`.
    pub name: Str,
    /// `[]OffsetDeleteResponsePartition`.
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

impl Wire for OffsetDeleteResponseTopic {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetDeleteResponseTopic {
            name: decoder.string("name")?,
            partitions: decoder.array("partitions", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitions", &self.partitions, version)?;
        Ok(())
    }
}

/// Part of [`OffsetDeleteResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for OffsetDeleteResponsePartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetDeleteResponsePartition { partition_index: decoder.int32()?, error_code: decoder.int16()? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        Ok(())
    }
}
