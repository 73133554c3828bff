// Generated from proto/kafka by scripts/gen: change those, not this.

//! ListConfigResources (API key 74). Names of the resources that have configs (KIP-714, KIP-1142).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Names of the resources that have configs (KIP-714, KIP-1142). Version 0 is what used to be
/// ListClientMetricsResources.
///
/// - 1: adds resourceTypes. Any resource, not client metrics alone (KIP-1142).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesRequest {
    /// As in DescribeConfigs; empty: any. Versions 1+.
    pub resource_types: Vec<i8>,
}

impl Wire for ListConfigResourcesRequest {
    const MIN_BYTES: usize = 1;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListConfigResourcesRequest {
            resource_types: if version >= 1 { decoder.array("resourceTypes", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.array("resourceTypes", &self.resource_types, version)?;
        } else if !self.resource_types.is_empty() {
            return Err(EncodeError::unrepresentable("ListConfigResourcesRequest", "resourceTypes", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListConfigResourcesRequest {
    const NAME: &'static str = "ListConfigResourcesRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ListConfigResourcesRequest {
    const KEY: ApiKey = ApiKey::ListConfigResources;
    type Response = ListConfigResourcesResponse;
}

/// Names of the resources that have configs (KIP-714, KIP-1142). Version 0 is what used to be
/// ListClientMetricsResources.
///
/// - 1: adds resourceType (KIP-1142).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]ConfigResource`.
    pub config_resources: Vec<ConfigResource>,
}

impl Wire for ListConfigResourcesResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListConfigResourcesResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            config_resources: decoder.array("configResources", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.array("configResources", &self.config_resources, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListConfigResourcesResponse {
    const NAME: &'static str = "ListConfigResourcesResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ListConfigResourcesResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigResource {
    /// `string`.
    pub resource_name: Str,
    /// Versions 1+, 16 by default, left out silently in others.
    pub resource_type: i8,
}

impl Default for ConfigResource {
    fn default() -> Self {
        ConfigResource { resource_name: Str::EMPTY, resource_type: 16 }
    }
}

impl Wire for ConfigResource {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConfigResource {
            resource_name: decoder.string("resourceName")?,
            resource_type: if version >= 1 { decoder.int8()? } else { 16 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("resourceName", &self.resource_name)?;
        if version >= 1 {
            encoder.int8(self.resource_type);
        }
        encoder.no_tags();
        Ok(())
    }
}
