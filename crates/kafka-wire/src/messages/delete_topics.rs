// Generated from proto/kafka by scripts/gen: change those, not this.

//! DeleteTopics (API key 20). Delete topics.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Delete topics.
///
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: as 2.
/// - 4: flexible.
/// - 5: may be answered THROTTLING_QUOTA_EXCEEDED (KIP-599).
/// - 6: topics instead of topicNames. Topics by name or by id (KIP-516).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsRequest {
    /// Versions 6+.
    pub topics: Vec<DeleteTopicState>,
    /// Versions 1-5, left out silently in others.
    pub topic_names: Vec<Str>,
    /// `int32`.
    pub timeout_ms: i32,
}

impl Wire for DeleteTopicsRequest {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteTopicsRequest {
            topics: if version >= 6 { decoder.array("topics", version)? } else { Vec::new() },
            topic_names: if version <= 5 { decoder.array("topicNames", version)? } else { Vec::new() },
            timeout_ms: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 6 {
            encoder.array("topics", &self.topics, version)?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::unrepresentable("DeleteTopicsRequest", "topics", version));
        }
        if version <= 5 {
            encoder.array("topicNames", &self.topic_names, version)?;
        }
        encoder.int32(self.timeout_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteTopicsRequest {
    const NAME: &'static str = "DeleteTopicsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

impl Request for DeleteTopicsRequest {
    const KEY: ApiKey = ApiKey::DeleteTopics;
    type Response = DeleteTopicsResponse;
}

/// Part of [`DeleteTopicsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicState {
    /// Null: by id. Null by default.
    pub name: Option<Str>,
    /// `uuid`.
    pub topic_id: Uuid,
}

impl Wire for DeleteTopicState {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DeleteTopicState { name: decoder.nullable_string("name")?, topic_id: decoder.uuid()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("name", self.name.as_deref())?;
        encoder.uuid(self.topic_id);
        encoder.no_tags();
        Ok(())
    }
}

/// Delete topics.
///
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: may answer TOPIC_DELETION_DISABLED (KIP-322).
/// - 4: flexible.
/// - 5: adds errorMessage. May answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
/// - 6: adds topicId; name may be null (KIP-516).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeletableTopicResult`.
    pub responses: Vec<DeletableTopicResult>,
}

impl Wire for DeleteTopicsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteTopicsResponse {
            throttle_time_ms: decoder.int32()?,
            responses: decoder.array("responses", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("responses", &self.responses, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteTopicsResponse {
    const NAME: &'static str = "DeleteTopicsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

/// Part of [`DeleteTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeletableTopicResult {
    /// Null where the id is unknown.
    pub name: Option<Str>,
    /// Versions 6+, left out silently in others.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// Versions 5+, null by default, left out silently in others.
    pub error_message: Option<Str>,
}

impl Default for DeletableTopicResult {
    fn default() -> Self {
        DeletableTopicResult {
            name: Some(Str::EMPTY),
            topic_id: Uuid::ZERO,
            error_code: 0,
            error_message: None,
        }
    }
}

impl Wire for DeletableTopicResult {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeletableTopicResult {
            name: if version >= 6 { decoder.nullable_string("name")? } else { Some(decoder.string("name")?) },
            topic_id: if version >= 6 { decoder.uuid()? } else { Uuid::ZERO },
            error_code: decoder.int16()?,
            error_message: if version >= 5 { decoder.nullable_string("errorMessage")? } else { None },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 6 {
            encoder.nullable_string("name", self.name.as_deref())?;
        } else {
            let Some(value) = &self.name else {
                return Err(EncodeError::null("DeletableTopicResult", "name", version));
            };
            encoder.string("name", value)?;
        };
        if version >= 6 {
            encoder.uuid(self.topic_id);
        }
        encoder.int16(self.error_code);
        if version >= 5 {
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        }
        encoder.no_tags();
        Ok(())
    }
}
