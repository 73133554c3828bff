// Generated from proto/kafka by scripts/gen: change those, not this.

//! AlterConfigs (API key 33). Replace all dynamic configs of a resource (prefer IncrementalAlterConfigs).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Replace all dynamic configs of a resource (prefer IncrementalAlterConfigs).
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsRequest {
    /// `[]AlterConfigsResource`.
    pub resources: Vec<AlterConfigsResource>,
    /// Answer as if, and do nothing.
    pub validate_only: bool,
}

impl Wire for AlterConfigsRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterConfigsRequest {
            resources: decoder.array("resources", version)?,
            validate_only: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("resources", &self.resources, version)?;
        encoder.bool(self.validate_only);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterConfigsRequest {
    const NAME: &'static str = "AlterConfigsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for AlterConfigsRequest {
    const KEY: ApiKey = ApiKey::AlterConfigs;
    type Response = AlterConfigsResponse;
}

/// Part of [`AlterConfigsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResource {
    /// As in DescribeConfigs.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: Str,
    /// All of them: what is not here goes back to its default.
    pub configs: Vec<AlterableConfig>,
}

impl Wire for AlterConfigsResource {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterConfigsResource {
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
            configs: decoder.array("configs", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.array("configs", &self.configs, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AlterConfigsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct AlterableConfig {
    /// `string`.
    pub name: Str,
    /// Null: its default.
    pub value: Option<Str>,
}

impl Default for AlterableConfig {
    fn default() -> Self {
        AlterableConfig { name: Str::EMPTY, value: Some(Str::EMPTY) }
    }
}

impl Wire for AlterableConfig {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            AlterableConfig { name: decoder.string("name")?, value: decoder.nullable_string("value")? };
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

/// Replace all dynamic configs of a resource (prefer IncrementalAlterConfigs).
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterConfigsResourceResponse`.
    pub responses: Vec<AlterConfigsResourceResponse>,
}

impl Wire for AlterConfigsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterConfigsResponse {
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

impl Message for AlterConfigsResponse {
    const NAME: &'static str = "AlterConfigsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`AlterConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct AlterConfigsResourceResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: Str,
}

impl Default for AlterConfigsResourceResponse {
    fn default() -> Self {
        AlterConfigsResourceResponse {
            error_code: 0,
            error_message: Some(Str::EMPTY),
            resource_type: 0,
            resource_name: Str::EMPTY,
        }
    }
}

impl Wire for AlterConfigsResourceResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AlterConfigsResourceResponse {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.no_tags();
        Ok(())
    }
}
