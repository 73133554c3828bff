// Generated from proto/kafka by scripts/gen: change those, not this.

//! LeaveGroup (API key 13). Leave a classic group, or remove members from one.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Leave a classic group, or remove members from one.
///
/// - 1: as 0.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: members instead of memberId. Many members at once, static ones too (KIP-345).
/// - 4: flexible.
/// - 5: adds reason (KIP-800).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupRequest {
    /// `string`.
    pub group_id: Str,
    /// Versions 0-2.
    pub member_id: Str,
    /// Versions 3+.
    pub members: Vec<MemberIdentity>,
}

impl Wire for LeaveGroupRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = LeaveGroupRequest {
            group_id: decoder.string("groupId")?,
            member_id: if version <= 2 { decoder.string("memberId")? } else { Str::EMPTY },
            members: if version >= 3 { decoder.array("members", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        if version <= 2 {
            encoder.string("memberId", &self.member_id)?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::unrepresentable("LeaveGroupRequest", "memberId", version));
        }
        if version >= 3 {
            encoder.array("members", &self.members, version)?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::unrepresentable("LeaveGroupRequest", "members", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for LeaveGroupRequest {
    const NAME: &'static str = "LeaveGroupRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

impl Request for LeaveGroupRequest {
    const KEY: ApiKey = ApiKey::LeaveGroup;
    type Response = LeaveGroupResponse;
}

/// Part of [`LeaveGroupRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberIdentity {
    /// Empty: by groupInstanceId.
    pub member_id: Str,
    /// Null: not a static member. Null by default.
    pub group_instance_id: Option<Str>,
    /// Versions 5+, null by default, left out silently in others.
    pub reason: Option<Str>,
}

impl Wire for MemberIdentity {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MemberIdentity {
            member_id: decoder.string("memberId")?,
            group_instance_id: decoder.nullable_string("groupInstanceId")?,
            reason: if version >= 5 { decoder.nullable_string("reason")? } else { None },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        if version >= 5 {
            encoder.nullable_string("reason", self.reason.as_deref())?;
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Leave a classic group, or remove members from one.
///
/// - 1: adds throttleTimeMs.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds members (KIP-345).
/// - 4: flexible.
/// - 5: as 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupResponse {
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Versions 3+.
    pub members: Vec<MemberResponse>,
}

impl Wire for LeaveGroupResponse {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = LeaveGroupResponse {
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            error_code: decoder.int16()?,
            members: if version >= 3 { decoder.array("members", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.int16(self.error_code);
        if version >= 3 {
            encoder.array("members", &self.members, version)?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::unrepresentable("LeaveGroupResponse", "members", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for LeaveGroupResponse {
    const NAME: &'static str = "LeaveGroupResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

/// Part of [`LeaveGroupResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MemberResponse {
    /// `string`.
    pub member_id: Str,
    /// `string`.
    pub group_instance_id: Option<Str>,
    /// `int16`.
    pub error_code: i16,
}

impl Default for MemberResponse {
    fn default() -> Self {
        MemberResponse { member_id: Str::EMPTY, group_instance_id: Some(Str::EMPTY), error_code: 0 }
    }
}

impl Wire for MemberResponse {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = MemberResponse {
            member_id: decoder.string("memberId")?,
            group_instance_id: decoder.nullable_string("groupInstanceId")?,
            error_code: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}
