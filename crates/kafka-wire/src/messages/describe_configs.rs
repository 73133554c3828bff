// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeConfigs (API key 32). The configs of topics, brokers, groups and others, with their sources.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// The configs of topics, brokers, groups and others, with their sources.
///
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds includeDocumentation (KIP-569).
/// - 4: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsRequest {
    /// `[]DescribeConfigsResource`.
    pub resources: Vec<DescribeConfigsResource>,
    /// `bool`.
    pub include_synonyms: bool,
    /// Versions 3+.
    pub include_documentation: bool,
}

impl Wire for DescribeConfigsRequest {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeConfigsRequest {
            resources: decoder.array("resources", version)?,
            include_synonyms: decoder.bool()?,
            include_documentation: if version >= 3 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("resources", &self.resources, version)?;
        encoder.bool(self.include_synonyms);
        if version >= 3 {
            encoder.bool(self.include_documentation);
        } else if self.include_documentation {
            return Err(EncodeError::unrepresentable(
                "DescribeConfigsRequest",
                "includeDocumentation",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeConfigsRequest {
    const NAME: &'static str = "DescribeConfigsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

impl Request for DescribeConfigsRequest {
    const KEY: ApiKey = ApiKey::DescribeConfigs;
    type Response = DescribeConfigsResponse;
}

/// Part of [`DescribeConfigsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResource {
    /// 2: topic, 4: broker, 8: broker logger, 16: client metrics, 32: group.
    pub resource_type: i8,
    /// A topic, a broker's id (empty: the default for all), a subscription, a group.
    pub resource_name: Str,
    /// Null: all.
    pub configuration_keys: Option<Vec<Str>>,
}

impl Default for DescribeConfigsResource {
    fn default() -> Self {
        DescribeConfigsResource {
            resource_type: 0,
            resource_name: Str::EMPTY,
            configuration_keys: Some(Vec::new()),
        }
    }
}

impl Wire for DescribeConfigsResource {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeConfigsResource {
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
            configuration_keys: decoder.nullable_array("configurationKeys", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.nullable_array("configurationKeys", self.configuration_keys.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// The configs of topics, brokers, groups and others, with their sources.
///
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds configType, documentation (KIP-569).
/// - 4: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeConfigsResult`.
    pub results: Vec<DescribeConfigsResult>,
}

impl Wire for DescribeConfigsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeConfigsResponse {
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

impl Message for DescribeConfigsResponse {
    const NAME: &'static str = "DescribeConfigsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

/// Part of [`DescribeConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: Str,
    /// `[]DescribeConfigsResourceResult`.
    pub configs: Vec<DescribeConfigsResourceResult>,
}

impl Default for DescribeConfigsResult {
    fn default() -> Self {
        DescribeConfigsResult {
            error_code: 0,
            error_message: Some(Str::EMPTY),
            resource_type: 0,
            resource_name: Str::EMPTY,
            configs: Vec::new(),
        }
    }
}

impl Wire for DescribeConfigsResult {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeConfigsResult {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
            configs: decoder.array("configs", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.array("configs", &self.configs, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResourceResult {
    /// `string`.
    pub name: Str,
    /// Null where it is sensitive.
    pub value: Option<Str>,
    /// `bool`.
    pub read_only: bool,
    /// 1: the topic's, 2: the broker's, 3: the default for all brokers, 4: the configuration file, 5: built in,
    /// 6: the broker logger's, 7: client metrics, 8: the group's. -1 by default.
    pub config_source: i8,
    /// `bool`.
    pub is_sensitive: bool,
    /// Where else a value is looked for, in this order.
    pub synonyms: Vec<DescribeConfigsSynonym>,
    /// 0: unknown, 1: boolean, 2: string, 3: int, 4: short, 5: long, 6: double, 7: list, 8: class, 9: password.
    /// Versions 3+, left out silently in others.
    pub config_type: i8,
    /// Versions 3+, left out silently in others.
    pub documentation: Option<Str>,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        DescribeConfigsResourceResult {
            name: Str::EMPTY,
            value: Some(Str::EMPTY),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: Some(Str::EMPTY),
        }
    }
}

impl Wire for DescribeConfigsResourceResult {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeConfigsResourceResult {
            name: decoder.string("name")?,
            value: decoder.nullable_string("value")?,
            read_only: decoder.bool()?,
            config_source: decoder.int8()?,
            is_sensitive: decoder.bool()?,
            synonyms: decoder.array("synonyms", version)?,
            config_type: if version >= 3 { decoder.int8()? } else { 0 },
            documentation: if version >= 3 {
                decoder.nullable_string("documentation")?
            } else {
                Some(Str::EMPTY)
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.nullable_string("value", self.value.as_deref())?;
        encoder.bool(self.read_only);
        encoder.int8(self.config_source);
        encoder.bool(self.is_sensitive);
        encoder.array("synonyms", &self.synonyms, version)?;
        if version >= 3 {
            encoder.int8(self.config_type);
            encoder.nullable_string("documentation", self.documentation.as_deref())?;
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeConfigsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsSynonym {
    /// `string`.
    pub name: Str,
    /// `string`.
    pub value: Option<Str>,
    /// `int8`.
    pub source: i8,
}

impl Default for DescribeConfigsSynonym {
    fn default() -> Self {
        DescribeConfigsSynonym { name: Str::EMPTY, value: Some(Str::EMPTY), source: 0 }
    }
}

impl Wire for DescribeConfigsSynonym {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DescribeConfigsSynonym {
            name: decoder.string("name")?,
            value: decoder.nullable_string("value")?,
            source: decoder.int8()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.nullable_string("value", self.value.as_deref())?;
        encoder.int8(self.source);
        encoder.no_tags();
        Ok(())
    }
}
