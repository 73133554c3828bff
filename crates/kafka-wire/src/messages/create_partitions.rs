// Generated from proto/kafka by scripts/gen: change those, not this.

//! CreatePartitions (API key 37). Give topics more partitions.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Give topics more partitions.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
/// - 3: may be answered THROTTLING_QUOTA_EXCEEDED (KIP-599).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsRequest {
    /// `[]CreatePartitionsTopic`.
    pub topics: Vec<CreatePartitionsTopic>,
    /// `int32`.
    pub timeout_ms: i32,
    /// Answer as if, and do nothing.
    pub validate_only: bool,
}

impl Wire for CreatePartitionsRequest {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreatePartitionsRequest {
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

impl Message for CreatePartitionsRequest {
    const NAME: &'static str = "CreatePartitionsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for CreatePartitionsRequest {
    const KEY: ApiKey = ApiKey::CreatePartitions;
    type Response = CreatePartitionsResponse;
}

/// Part of [`CreatePartitionsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitionsTopic {
    /// `string`.
    pub name: Str,
    /// The new number of partitions, not the additional one.
    pub count: i32,
    /// Of the new ones; null: the broker's choice.
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}

impl Default for CreatePartitionsTopic {
    fn default() -> Self {
        CreatePartitionsTopic { name: Str::EMPTY, count: 0, assignments: Some(Vec::new()) }
    }
}

impl Wire for CreatePartitionsTopic {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreatePartitionsTopic {
            name: decoder.string("name")?,
            count: decoder.int32()?,
            assignments: decoder.nullable_array("assignments", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int32(self.count);
        encoder.nullable_array("assignments", self.assignments.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`CreatePartitionsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsAssignment {
    /// `[]int32`.
    pub broker_ids: Vec<i32>,
}

impl Wire for CreatePartitionsAssignment {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreatePartitionsAssignment { broker_ids: decoder.array("brokerIds", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("brokerIds", &self.broker_ids, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Give topics more partitions.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
/// - 3: may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]CreatePartitionsTopicResult`.
    pub results: Vec<CreatePartitionsTopicResult>,
}

impl Wire for CreatePartitionsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreatePartitionsResponse {
            throttle_time_ms: decoder.int32()?,
            results: decoder.array("results", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("results", &self.results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for CreatePartitionsResponse {
    const NAME: &'static str = "CreatePartitionsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`CreatePartitionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsTopicResult {
    /// `string`.
    pub name: Str,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
}

impl Wire for CreatePartitionsTopicResult {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = CreatePartitionsTopicResult {
            name: decoder.string("name")?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
