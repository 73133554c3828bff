// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeAcls (API key 29). List access rules that match a filter.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// List access rules that match a filter.
///
/// - 2: flexible.
/// - 3: users as resources (KIP-373).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsRequest {
    /// 1: any, 2: topic, 3: group, 4: cluster, 5: transactional id, 6: delegation token, 7: user.
    pub resource_type_filter: i8,
    /// Null: any.
    pub resource_name_filter: Option<Str>,
    /// 1: any, 2: whatever matches the name, 3: literal, 4: prefixed. 3 by default.
    pub pattern_type_filter: i8,
    /// Null: any; "User:alice".
    pub principal_filter: Option<Str>,
    /// Null: any.
    pub host_filter: Option<Str>,
    /// 1: any, 2: all, 3: read, 4: write, 5: create, 6: delete, 7: alter, 8: describe, 9: cluster action, 10:
    /// describe configs, 11: alter configs, 12: idempotent write, 13: create tokens, 14: describe tokens, 15:
    /// two-phase commit.
    pub operation: i8,
    /// 1: any, 2: deny, 3: allow.
    pub permission_type: i8,
}

impl Default for DescribeAclsRequest {
    fn default() -> Self {
        DescribeAclsRequest {
            resource_type_filter: 0,
            resource_name_filter: Some(Str::EMPTY),
            pattern_type_filter: 3,
            principal_filter: Some(Str::EMPTY),
            host_filter: Some(Str::EMPTY),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl Wire for DescribeAclsRequest {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DescribeAclsRequest {
            resource_type_filter: decoder.int8()?,
            resource_name_filter: decoder.nullable_string("resourceNameFilter")?,
            pattern_type_filter: decoder.int8()?,
            principal_filter: decoder.nullable_string("principalFilter")?,
            host_filter: decoder.nullable_string("hostFilter")?,
            operation: decoder.int8()?,
            permission_type: decoder.int8()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int8(self.resource_type_filter);
        encoder.nullable_string("resourceNameFilter", self.resource_name_filter.as_deref())?;
        encoder.int8(self.pattern_type_filter);
        encoder.nullable_string("principalFilter", self.principal_filter.as_deref())?;
        encoder.nullable_string("hostFilter", self.host_filter.as_deref())?;
        encoder.int8(self.operation);
        encoder.int8(self.permission_type);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeAclsRequest {
    const NAME: &'static str = "DescribeAclsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DescribeAclsRequest {
    const KEY: ApiKey = ApiKey::DescribeAcls;
    type Response = DescribeAclsResponse;
}

/// List access rules that match a filter.
///
/// - 2: flexible.
/// - 3: users as resources (KIP-373).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `[]DescribeAclsResource`.
    pub resources: Vec<DescribeAclsResource>,
}

impl Default for DescribeAclsResponse {
    fn default() -> Self {
        DescribeAclsResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            resources: Vec::new(),
        }
    }
}

impl Wire for DescribeAclsResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeAclsResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            resources: decoder.array("resources", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.array("resources", &self.resources, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeAclsResponse {
    const NAME: &'static str = "DescribeAclsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`DescribeAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsResource {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: Str,
    /// 3 by default.
    pub pattern_type: i8,
    /// `[]AclDescription`.
    pub acls: Vec<AclDescription>,
}

impl Default for DescribeAclsResource {
    fn default() -> Self {
        DescribeAclsResource {
            resource_type: 0,
            resource_name: Str::EMPTY,
            pattern_type: 3,
            acls: Vec::new(),
        }
    }
}

impl Wire for DescribeAclsResource {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeAclsResource {
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
            pattern_type: decoder.int8()?,
            acls: decoder.array("acls", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.int8(self.pattern_type);
        encoder.array("acls", &self.acls, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeAclsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AclDescription {
    /// `string`.
    pub principal: Str,
    /// `string`.
    pub host: Str,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Wire for AclDescription {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AclDescription {
            principal: decoder.string("principal")?,
            host: decoder.string("host")?,
            operation: decoder.int8()?,
            permission_type: decoder.int8()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("principal", &self.principal)?;
        encoder.string("host", &self.host)?;
        encoder.int8(self.operation);
        encoder.int8(self.permission_type);
        encoder.no_tags();
        Ok(())
    }
}
