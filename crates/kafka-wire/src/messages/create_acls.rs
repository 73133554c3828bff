// Generated from proto/kafka by scripts/gen: change those, not this.

//! CreateAcls (API key 30). Add access rules.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Add access rules.
///
/// - 2: flexible.
/// - 3: users as resources (KIP-373).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsRequest {
    /// `[]AclCreation`.
    pub creations: Vec<AclCreation>,
}

impl Wire for CreateAclsRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreateAclsRequest { creations: decoder.array("creations", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("creations", &self.creations, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for CreateAclsRequest {
    const NAME: &'static str = "CreateAclsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for CreateAclsRequest {
    const KEY: ApiKey = ApiKey::CreateAcls;
    type Response = CreateAclsResponse;
}

/// Part of [`CreateAclsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreation {
    /// These numbers are those of DescribeAcls.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: Str,
    /// 3 by default.
    pub resource_pattern_type: i8,
    /// `string`.
    pub principal: Str,
    /// "*": any.
    pub host: Str,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Default for AclCreation {
    fn default() -> Self {
        AclCreation {
            resource_type: 0,
            resource_name: Str::EMPTY,
            resource_pattern_type: 3,
            principal: Str::EMPTY,
            host: Str::EMPTY,
            operation: 0,
            permission_type: 0,
        }
    }
}

impl Wire for AclCreation {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AclCreation {
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
            resource_pattern_type: decoder.int8()?,
            principal: decoder.string("principal")?,
            host: decoder.string("host")?,
            operation: decoder.int8()?,
            permission_type: decoder.int8()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.int8(self.resource_pattern_type);
        encoder.string("principal", &self.principal)?;
        encoder.string("host", &self.host)?;
        encoder.int8(self.operation);
        encoder.int8(self.permission_type);
        encoder.no_tags();
        Ok(())
    }
}

/// Add access rules.
///
/// - 2: flexible.
/// - 3: users as resources (KIP-373).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AclCreationResult`.
    pub results: Vec<AclCreationResult>,
}

impl Wire for CreateAclsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreateAclsResponse {
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

impl Message for CreateAclsResponse {
    const NAME: &'static str = "CreateAclsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`CreateAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreationResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for AclCreationResult {
    fn default() -> Self {
        AclCreationResult { error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for AclCreationResult {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AclCreationResult {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
