// Generated from proto/kafka by scripts/gen: change those, not this.

//! DeleteShareGroupOffsets (API key 92). Delete an empty share group's state of topics (KIP-932).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Delete an empty share group's state of topics (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsRequest {
    /// `string`.
    pub group_id: Str,
    /// `[]DeleteShareGroupOffsetsRequestTopic`.
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic>,
}

impl Wire for DeleteShareGroupOffsetsRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteShareGroupOffsetsRequest {
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

impl Message for DeleteShareGroupOffsetsRequest {
    const NAME: &'static str = "DeleteShareGroupOffsetsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DeleteShareGroupOffsetsRequest {
    const KEY: ApiKey = ApiKey::DeleteShareGroupOffsets;
    type Response = DeleteShareGroupOffsetsResponse;
}

/// Part of [`DeleteShareGroupOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: Str,
}

impl Wire for DeleteShareGroupOffsetsRequestTopic {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DeleteShareGroupOffsetsRequestTopic { topic_name: decoder.string("topicName")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Delete an empty share group's state of topics (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `[]DeleteShareGroupOffsetsResponseTopic`.
    pub responses: Vec<DeleteShareGroupOffsetsResponseTopic>,
}

impl Wire for DeleteShareGroupOffsetsResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteShareGroupOffsetsResponse {
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

impl Message for DeleteShareGroupOffsetsResponse {
    const NAME: &'static str = "DeleteShareGroupOffsetsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DeleteShareGroupOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsResponseTopic {
    /// `string`.
    pub topic_name: Str,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
}

impl Wire for DeleteShareGroupOffsetsResponseTopic {
    const MIN_BYTES: usize = 21;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DeleteShareGroupOffsetsResponseTopic {
            topic_name: decoder.string("topicName")?,
            topic_id: decoder.uuid()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.uuid(self.topic_id);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
