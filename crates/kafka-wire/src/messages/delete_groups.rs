// Generated from proto/kafka by scripts/gen: change those, not this.

//! DeleteGroups (API key 42). Delete groups that have no members, with their offsets.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Delete groups that have no members, with their offsets.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
/// - 3: the answer has messages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsRequest {
    /// `[]string`.
    pub groups_names: Vec<Str>,
}

impl Wire for DeleteGroupsRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteGroupsRequest { groups_names: decoder.array("groupsNames", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("groupsNames", &self.groups_names, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteGroupsRequest {
    const NAME: &'static str = "DeleteGroupsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DeleteGroupsRequest {
    const KEY: ApiKey = ApiKey::DeleteGroups;
    type Response = DeleteGroupsResponse;
}

/// Delete groups that have no members, with their offsets.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
/// - 3: adds errorMessage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeletableGroupResult`.
    pub results: Vec<DeletableGroupResult>,
}

impl Wire for DeleteGroupsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteGroupsResponse {
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

impl Message for DeleteGroupsResponse {
    const NAME: &'static str = "DeleteGroupsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`DeleteGroupsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeletableGroupResult {
    /// `string`.
    pub group_id: Str,
    /// `int16`.
    pub error_code: i16,
    /// Versions 3+, null by default, left out silently in others.
    pub error_message: Option<Str>,
}

impl Wire for DeletableGroupResult {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeletableGroupResult {
            group_id: decoder.string("groupId")?,
            error_code: decoder.int16()?,
            error_message: if version >= 3 { decoder.nullable_string("errorMessage")? } else { None },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.int16(self.error_code);
        if version >= 3 {
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        }
        encoder.no_tags();
        Ok(())
    }
}
