// Generated from proto/kafka by scripts/gen: change those, not this.

//! CreateTopics (API key 19). Create topics.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Create topics.
///
/// - 3: brokers answer first and throttle then (KIP-219).
/// - 4: -1 partitions or replicas for the broker's defaults (KIP-464).
/// - 5: flexible. The answer has the configs (KIP-525).
/// - 6: may be answered THROTTLING_QUOTA_EXCEEDED (KIP-599).
/// - 7: the answer has the topic id (KIP-516).
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopicsRequest {
    /// `[]CreatableTopic`.
    pub topics: Vec<CreatableTopic>,
    /// 60000 by default.
    pub timeout_ms: i32,
    /// Answer as if, and do nothing.
    pub validate_only: bool,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        CreateTopicsRequest { topics: Vec::new(), timeout_ms: 60000, validate_only: false }
    }
}

impl Wire for CreateTopicsRequest {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreateTopicsRequest {
            topics: decoder.array("topics", version)?,
            timeout_ms: decoder.int32()?,
            validate_only: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.int32(self.timeout_ms);
        encoder.bool(self.validate_only);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for CreateTopicsRequest {
    const NAME: &'static str = "CreateTopicsRequest";
    const VERSIONS: RangeInclusive<i16> = 2..=7;
    const FIRST_FLEXIBLE: Option<i16> = Some(5);
}

impl Request for CreateTopicsRequest {
    const KEY: ApiKey = ApiKey::CreateTopics;
    type Response = CreateTopicsResponse;
}

/// Part of [`CreateTopicsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableTopic {
    /// `string`.
    pub name: Str,
    /// -1: the broker's default, or as many as are assigned.
    pub num_partitions: i32,
    /// -1: the broker's default, or as assigned.
    pub replication_factor: i16,
    /// Empty: the broker's choice.
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// `[]CreatableTopicConfig`.
    pub configs: Vec<CreatableTopicConfig>,
}

impl Wire for CreatableTopic {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreatableTopic {
            name: decoder.string("name")?,
            num_partitions: decoder.int32()?,
            replication_factor: decoder.int16()?,
            assignments: decoder.array("assignments", version)?,
            configs: decoder.array("configs", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int32(self.num_partitions);
        encoder.int16(self.replication_factor);
        encoder.array("assignments", &self.assignments, version)?;
        encoder.array("configs", &self.configs, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`CreateTopicsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfig {
    /// `string`.
    pub name: Str,
    /// `string`.
    pub value: Option<Str>,
}

impl Default for CreatableTopicConfig {
    fn default() -> Self {
        CreatableTopicConfig { name: Str::EMPTY, value: Some(Str::EMPTY) }
    }
}

impl Wire for CreatableTopicConfig {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            CreatableTopicConfig { name: decoder.string("name")?, value: decoder.nullable_string("value")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.nullable_string("value", self.value.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`CreateTopicsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableReplicaAssignment {
    /// `int32`.
    pub partition_index: i32,
    /// The preferred leader first.
    pub broker_ids: Vec<i32>,
}

impl Wire for CreatableReplicaAssignment {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreatableReplicaAssignment {
            partition_index: decoder.int32()?,
            broker_ids: decoder.array("brokerIds", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.array("brokerIds", &self.broker_ids, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Create topics.
///
/// - 3: brokers answer first and throttle then (KIP-219).
/// - 4: as 3.
/// - 5: adds topicConfigErrorCode, numPartitions, replicationFactor, configs; flexible (KIP-525).
/// - 6: may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
/// - 7: adds topicId (KIP-516).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateTopicsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]CreatableTopicResult`.
    pub topics: Vec<CreatableTopicResult>,
}

impl Wire for CreateTopicsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreateTopicsResponse {
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

impl Message for CreateTopicsResponse {
    const NAME: &'static str = "CreateTopicsResponse";
    const VERSIONS: RangeInclusive<i16> = 2..=7;
    const FIRST_FLEXIBLE: Option<i16> = Some(5);
}

/// Part of [`CreateTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicResult {
    /// `string`.
    pub name: Str,
    /// Versions 7+, left out silently in others.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// Why there are no configs, though the topic was created. Versions 5+, tag 0, left out silently in others.
    pub topic_config_error_code: i16,
    /// Versions 5+, -1 by default, left out silently in others.
    pub num_partitions: i32,
    /// Versions 5+, -1 by default, left out silently in others.
    pub replication_factor: i16,
    /// Null on an error. Versions 5+, left out silently in others.
    pub configs: Option<Vec<CreatableTopicConfigs>>,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        CreatableTopicResult {
            name: Str::EMPTY,
            topic_id: Uuid::ZERO,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Vec::new()),
        }
    }
}

impl Wire for CreatableTopicResult {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = CreatableTopicResult {
            name: decoder.string("name")?,
            topic_id: if version >= 7 { decoder.uuid()? } else { Uuid::ZERO },
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            topic_config_error_code: 0,
            num_partitions: if version >= 5 { decoder.int32()? } else { -1 },
            replication_factor: if version >= 5 { decoder.int16()? } else { -1 },
            configs: if version >= 5 {
                decoder.nullable_array("configs", version)?
            } else {
                Some(Vec::new())
            },
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 5 => read.topic_config_error_code = decoder.int16()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        if version >= 7 {
            encoder.uuid(self.topic_id);
        }
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        if version >= 5 {
            encoder.int32(self.num_partitions);
            encoder.int16(self.replication_factor);
            encoder.nullable_array("configs", self.configs.as_deref(), version)?;
        }
        let tags = encoder.tags();
        if version >= 5 && self.topic_config_error_code != 0 {
            encoder.tag(&tags, 0, |encoder| {
                encoder.int16(self.topic_config_error_code);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Part of [`CreateTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfigs {
    /// `string`.
    pub name: Str,
    /// `string`.
    pub value: Option<Str>,
    /// `bool`.
    pub read_only: bool,
    /// As in DescribeConfigs. -1 by default.
    pub config_source: i8,
    /// `bool`.
    pub is_sensitive: bool,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        CreatableTopicConfigs {
            name: Str::EMPTY,
            value: Some(Str::EMPTY),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
        }
    }
}

impl Wire for CreatableTopicConfigs {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = CreatableTopicConfigs {
            name: decoder.string("name")?,
            value: decoder.nullable_string("value")?,
            read_only: decoder.bool()?,
            config_source: decoder.int8()?,
            is_sensitive: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.nullable_string("value", self.value.as_deref())?;
        encoder.bool(self.read_only);
        encoder.int8(self.config_source);
        encoder.bool(self.is_sensitive);
        encoder.no_tags();
        Ok(())
    }
}
