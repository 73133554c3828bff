// Generated from proto/kafka by scripts/gen: change those, not this.

//! SyncGroup (API key 14). Hand in (the leader) and fetch (everyone) the assignment of a classic group's
//! generation.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Hand in (the leader) and fetch (everyone) the assignment of a classic group's generation.
///
/// - 1: as 0.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds groupInstanceId. Static members (KIP-345).
/// - 4: flexible.
/// - 5: adds protocolType, protocolName. The broker checks them (KIP-559).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequest {
    /// `string`.
    pub group_id: Str,
    /// `int32`.
    pub generation_id: i32,
    /// `string`.
    pub member_id: Str,
    /// Null: not a static member. Versions 3+, null by default.
    pub group_instance_id: Option<Str>,
    /// Versions 5+, null by default, left out silently in others.
    pub protocol_type: Option<Str>,
    /// Versions 5+, null by default, left out silently in others.
    pub protocol_name: Option<Str>,
    /// From the leader alone.
    pub assignments: Vec<SyncGroupRequestAssignment>,
}

impl Wire for SyncGroupRequest {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = SyncGroupRequest {
            group_id: decoder.string("groupId")?,
            generation_id: decoder.int32()?,
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 3 { decoder.nullable_string("groupInstanceId")? } else { None },
            protocol_type: if version >= 5 { decoder.nullable_string("protocolType")? } else { None },
            protocol_name: if version >= 5 { decoder.nullable_string("protocolName")? } else { None },
            assignments: decoder.array("assignments", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.int32(self.generation_id);
        encoder.string("memberId", &self.member_id)?;
        if version >= 3 {
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::unrepresentable("SyncGroupRequest", "groupInstanceId", version));
        }
        if version >= 5 {
            encoder.nullable_string("protocolType", self.protocol_type.as_deref())?;
            encoder.nullable_string("protocolName", self.protocol_name.as_deref())?;
        }
        encoder.array("assignments", &self.assignments, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for SyncGroupRequest {
    const NAME: &'static str = "SyncGroupRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

impl Request for SyncGroupRequest {
    const KEY: ApiKey = ApiKey::SyncGroup;
    type Response = SyncGroupResponse;
}

/// Part of [`SyncGroupRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequestAssignment {
    /// `string`.
    pub member_id: Str,
    /// For a consumer: the version, then ConsumerProtocolAssignment.
    pub assignment: Bytes,
}

impl Wire for SyncGroupRequestAssignment {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = SyncGroupRequestAssignment {
            member_id: decoder.string("memberId")?,
            assignment: decoder.bytes("assignment")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        encoder.bytes("assignment", &self.assignment)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Hand in (the leader) and fetch (everyone) the assignment of a classic group's generation.
///
/// - 1: adds throttleTimeMs.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: may answer FENCED_INSTANCE_ID (KIP-345).
/// - 4: flexible.
/// - 5: adds protocolType, protocolName (KIP-559).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupResponse {
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Versions 5+, null by default, left out silently in others.
    pub protocol_type: Option<Str>,
    /// Versions 5+, null by default, left out silently in others.
    pub protocol_name: Option<Str>,
    /// For a consumer: the version, then ConsumerProtocolAssignment.
    pub assignment: Bytes,
}

impl Wire for SyncGroupResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = SyncGroupResponse {
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            error_code: decoder.int16()?,
            protocol_type: if version >= 5 { decoder.nullable_string("protocolType")? } else { None },
            protocol_name: if version >= 5 { decoder.nullable_string("protocolName")? } else { None },
            assignment: decoder.bytes("assignment")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.int16(self.error_code);
        if version >= 5 {
            encoder.nullable_string("protocolType", self.protocol_type.as_deref())?;
            encoder.nullable_string("protocolName", self.protocol_name.as_deref())?;
        }
        encoder.bytes("assignment", &self.assignment)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for SyncGroupResponse {
    const NAME: &'static str = "SyncGroupResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}
