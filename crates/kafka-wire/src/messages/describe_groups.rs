// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeGroups (API key 15). State, protocol and members of groups that speak the classic protocol.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// State, protocol and members of groups that speak the classic protocol.
///
/// - 1: as 0.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds includeAuthorizedOperations (KIP-430).
/// - 4: the answer has static members (KIP-345).
/// - 5: flexible.
/// - 6: an unknown group is an error (KIP-1043).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsRequest {
    /// `[]string`.
    pub groups: Vec<Str>,
    /// Versions 3+.
    pub include_authorized_operations: bool,
}

impl Wire for DescribeGroupsRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeGroupsRequest {
            groups: decoder.array("groups", version)?,
            include_authorized_operations: if version >= 3 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("groups", &self.groups, version)?;
        if version >= 3 {
            encoder.bool(self.include_authorized_operations);
        } else if self.include_authorized_operations {
            return Err(EncodeError::unrepresentable(
                "DescribeGroupsRequest",
                "includeAuthorizedOperations",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeGroupsRequest {
    const NAME: &'static str = "DescribeGroupsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(5);
}

impl Request for DescribeGroupsRequest {
    const KEY: ApiKey = ApiKey::DescribeGroups;
    type Response = DescribeGroupsResponse;
}

/// State, protocol and members of groups that speak the classic protocol.
///
/// - 1: adds throttleTimeMs.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds authorizedOperations (KIP-430).
/// - 4: adds groupInstanceId. Static members (KIP-345).
/// - 5: flexible.
/// - 6: adds errorMessage. GROUP_ID_NOT_FOUND for an unknown group, which was `Dead` before (KIP-1043).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsResponse {
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
}

impl Wire for DescribeGroupsResponse {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeGroupsResponse {
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            groups: decoder.array("groups", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.array("groups", &self.groups, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeGroupsResponse {
    const NAME: &'static str = "DescribeGroupsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=6;
    const FIRST_FLEXIBLE: Option<i16> = Some(5);
}

/// Part of [`DescribeGroupsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// Versions 6+, null by default.
    pub error_message: Option<Str>,
    /// `string`.
    pub group_id: Str,
    /// Dead, Empty, PreparingRebalance, CompletingRebalance or Stable.
    pub group_state: Str,
    /// `string`.
    pub protocol_type: Str,
    /// `string`.
    pub protocol_data: Str,
    /// `[]DescribedGroupMember`.
    pub members: Vec<DescribedGroupMember>,
    /// A bit for each operation; the smallest int32: not asked for. Versions 3+, -2147483648 by default.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        DescribedGroup {
            error_code: 0,
            error_message: None,
            group_id: Str::EMPTY,
            group_state: Str::EMPTY,
            protocol_type: Str::EMPTY,
            protocol_data: Str::EMPTY,
            members: Vec::new(),
            authorized_operations: -2147483648,
        }
    }
}

impl Wire for DescribedGroup {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribedGroup {
            error_code: decoder.int16()?,
            error_message: if version >= 6 { decoder.nullable_string("errorMessage")? } else { None },
            group_id: decoder.string("groupId")?,
            group_state: decoder.string("groupState")?,
            protocol_type: decoder.string("protocolType")?,
            protocol_data: decoder.string("protocolData")?,
            members: decoder.array("members", version)?,
            authorized_operations: if version >= 3 { decoder.int32()? } else { -2147483648 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        if version >= 6 {
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        } else if self.error_message.is_some() {
            return Err(EncodeError::unrepresentable("DescribedGroup", "errorMessage", version));
        }
        encoder.string("groupId", &self.group_id)?;
        encoder.string("groupState", &self.group_state)?;
        encoder.string("protocolType", &self.protocol_type)?;
        encoder.string("protocolData", &self.protocol_data)?;
        encoder.array("members", &self.members, version)?;
        if version >= 3 {
            encoder.int32(self.authorized_operations);
        } else if self.authorized_operations != -2147483648 {
            return Err(EncodeError::unrepresentable("DescribedGroup", "authorizedOperations", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeGroupsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedGroupMember {
    /// `string`.
    pub member_id: Str,
    /// Versions 4+, null by default, left out silently in others.
    pub group_instance_id: Option<Str>,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// `bytes`.
    pub member_metadata: Bytes,
    /// `bytes`.
    pub member_assignment: Bytes,
}

impl Wire for DescribedGroupMember {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribedGroupMember {
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 4 { decoder.nullable_string("groupInstanceId")? } else { None },
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            member_metadata: decoder.bytes("memberMetadata")?,
            member_assignment: decoder.bytes("memberAssignment")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        if version >= 4 {
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        }
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        encoder.bytes("memberMetadata", &self.member_metadata)?;
        encoder.bytes("memberAssignment", &self.member_assignment)?;
        encoder.no_tags();
        Ok(())
    }
}
