// Generated from proto/kafka by scripts/gen: change those, not this.

//! DeleteAcls (API key 31). Remove access rules that match filters.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Remove access rules that match filters.
///
/// - 2: flexible.
/// - 3: users as resources (KIP-373).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsRequest {
    /// `[]DeleteAclsFilter`.
    pub filters: Vec<DeleteAclsFilter>,
}

impl Wire for DeleteAclsRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteAclsRequest { filters: decoder.array("filters", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("filters", &self.filters, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteAclsRequest {
    const NAME: &'static str = "DeleteAclsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DeleteAclsRequest {
    const KEY: ApiKey = ApiKey::DeleteAcls;
    type Response = DeleteAclsResponse;
}

/// Part of [`DeleteAclsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilter {
    /// These numbers are those of DescribeAcls.
    pub resource_type_filter: i8,
    /// `string`.
    pub resource_name_filter: Option<Str>,
    /// 3 by default.
    pub pattern_type_filter: i8,
    /// `string`.
    pub principal_filter: Option<Str>,
    /// `string`.
    pub host_filter: Option<Str>,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Default for DeleteAclsFilter {
    fn default() -> Self {
        DeleteAclsFilter {
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

impl Wire for DeleteAclsFilter {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DeleteAclsFilter {
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

/// Remove access rules that match filters.
///
/// - 2: flexible.
/// - 3: users as resources (KIP-373).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeleteAclsFilterResult`.
    pub filter_results: Vec<DeleteAclsFilterResult>,
}

impl Wire for DeleteAclsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteAclsResponse {
            throttle_time_ms: decoder.int32()?,
            filter_results: decoder.array("filterResults", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("filterResults", &self.filter_results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteAclsResponse {
    const NAME: &'static str = "DeleteAclsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`DeleteAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilterResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `[]DeleteAclsMatchingAcl`.
    pub matching_acls: Vec<DeleteAclsMatchingAcl>,
}

impl Default for DeleteAclsFilterResult {
    fn default() -> Self {
        DeleteAclsFilterResult { error_code: 0, error_message: Some(Str::EMPTY), matching_acls: Vec::new() }
    }
}

impl Wire for DeleteAclsFilterResult {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteAclsFilterResult {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            matching_acls: decoder.array("matchingAcls", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.array("matchingAcls", &self.matching_acls, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DeleteAclsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsMatchingAcl {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: Str,
    /// 3 by default.
    pub pattern_type: i8,
    /// `string`.
    pub principal: Str,
    /// `string`.
    pub host: Str,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Default for DeleteAclsMatchingAcl {
    fn default() -> Self {
        DeleteAclsMatchingAcl {
            error_code: 0,
            error_message: Some(Str::EMPTY),
            resource_type: 0,
            resource_name: Str::EMPTY,
            pattern_type: 3,
            principal: Str::EMPTY,
            host: Str::EMPTY,
            operation: 0,
            permission_type: 0,
        }
    }
}

impl Wire for DeleteAclsMatchingAcl {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DeleteAclsMatchingAcl {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            resource_type: decoder.int8()?,
            resource_name: decoder.string("resourceName")?,
            pattern_type: decoder.int8()?,
            principal: decoder.string("principal")?,
            host: decoder.string("host")?,
            operation: decoder.int8()?,
            permission_type: decoder.int8()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.int8(self.resource_type);
        encoder.string("resourceName", &self.resource_name)?;
        encoder.int8(self.pattern_type);
        encoder.string("principal", &self.principal)?;
        encoder.string("host", &self.host)?;
        encoder.int8(self.operation);
        encoder.int8(self.permission_type);
        encoder.no_tags();
        Ok(())
    }
}
