// Generated from proto/kafka by scripts/gen: change those, not this.

//! AlterShareGroupOffsets (API key 91). Set how far an empty share group has come (KIP-932).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Set how far an empty share group has come (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequest {
    /// `string`.
    pub group_id: Str,
    /// `[]AlterShareGroupOffsetsRequestTopic`.
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
}

impl Wire for AlterShareGroupOffsetsRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterShareGroupOffsetsRequest {
            group_id: decoder.string("groupId")?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterShareGroupOffsetsRequest {
    const NAME: &'static str = "AlterShareGroupOffsetsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AlterShareGroupOffsetsRequest {
    const KEY: ApiKey = ApiKey::AlterShareGroupOffsets;
    type Response = AlterShareGroupOffsetsResponse;
}

/// Part of [`AlterShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: Str,
    /// `[]AlterShareGroupOffsetsRequestPartition`.
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
}

impl Wire for AlterShareGroupOffsetsRequestTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterShareGroupOffsetsRequestTopic {
            topic_name: decoder.string("topicName")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AlterShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub start_offset: i64,
}

impl Wire for AlterShareGroupOffsetsRequestPartition {
    const MIN_BYTES: usize = 13;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AlterShareGroupOffsetsRequestPartition {
            partition_index: decoder.int32()?,
            start_offset: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int64(self.start_offset);
        encoder.no_tags();
        Ok(())
    }
}

/// Set how far an empty share group has come (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `[]AlterShareGroupOffsetsResponseTopic`.
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic>,
}

impl Wire for AlterShareGroupOffsetsResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterShareGroupOffsetsResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            responses: decoder.array("responses", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.array("responses", &self.responses, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterShareGroupOffsetsResponse {
    const NAME: &'static str = "AlterShareGroupOffsetsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`AlterShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponseTopic {
    /// `string`.
    pub topic_name: Str,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]AlterShareGroupOffsetsResponsePartition`.
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition>,
}

impl Wire for AlterShareGroupOffsetsResponseTopic {
    const MIN_BYTES: usize = 19;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterShareGroupOffsetsResponseTopic {
            topic_name: decoder.string("topicName")?,
            topic_id: decoder.uuid()?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.uuid(self.topic_id);
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AlterShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
}

impl Wire for AlterShareGroupOffsetsResponsePartition {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AlterShareGroupOffsetsResponsePartition {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
