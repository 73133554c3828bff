// Generated from proto/kafka by scripts/gen: change those, not this.

//! JoinGroup (API key 11). Enter a classic group's next generation.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Enter a classic group's next generation.
///
/// - 1: adds rebalanceTimeoutMs (KIP-62).
/// - 2: as 1.
/// - 3: brokers answer first and throttle then (KIP-219).
/// - 4: a new member is told its id first, and asks again (KIP-394).
/// - 5: adds groupInstanceId. Static members (KIP-345).
/// - 6: flexible.
/// - 7: the answer has the protocol type (KIP-559).
/// - 8: adds reason (KIP-800).
/// - 9: as 8.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupRequest {
    /// `string`.
    pub group_id: Str,
    /// Without a heartbeat for so long, a member is out.
    pub session_timeout_ms: i32,
    /// How long a rebalance waits for the members; -1: as long as sessionTimeoutMs. Versions 1+, -1 by default,
    /// left out silently in others.
    pub rebalance_timeout_ms: i32,
    /// Empty: a new member.
    pub member_id: Str,
    /// Null: not a static member. Versions 5+, null by default.
    pub group_instance_id: Option<Str>,
    /// "consumer" for consumers.
    pub protocol_type: Str,
    /// In the order of preference.
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// Why it joins again, for the log. Versions 8+, null by default, left out silently in others.
    pub reason: Option<Str>,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        JoinGroupRequest {
            group_id: Str::EMPTY,
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: Str::EMPTY,
            group_instance_id: None,
            protocol_type: Str::EMPTY,
            protocols: Vec::new(),
            reason: None,
        }
    }
}

impl Wire for JoinGroupRequest {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = JoinGroupRequest {
            group_id: decoder.string("groupId")?,
            session_timeout_ms: decoder.int32()?,
            rebalance_timeout_ms: if version >= 1 { decoder.int32()? } else { -1 },
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 5 { decoder.nullable_string("groupInstanceId")? } else { None },
            protocol_type: decoder.string("protocolType")?,
            protocols: decoder.array("protocols", version)?,
            reason: if version >= 8 { decoder.nullable_string("reason")? } else { None },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.int32(self.session_timeout_ms);
        if version >= 1 {
            encoder.int32(self.rebalance_timeout_ms);
        }
        encoder.string("memberId", &self.member_id)?;
        if version >= 5 {
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::unrepresentable("JoinGroupRequest", "groupInstanceId", version));
        }
        encoder.string("protocolType", &self.protocol_type)?;
        encoder.array("protocols", &self.protocols, version)?;
        if version >= 8 {
            encoder.nullable_string("reason", self.reason.as_deref())?;
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for JoinGroupRequest {
    const NAME: &'static str = "JoinGroupRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=9;
    const FIRST_FLEXIBLE: Option<i16> = Some(6);
}

impl Request for JoinGroupRequest {
    const KEY: ApiKey = ApiKey::JoinGroup;
    type Response = JoinGroupResponse;
}

/// Part of [`JoinGroupRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupRequestProtocol {
    /// `string`.
    pub name: Str,
    /// For a consumer: the version, then ConsumerProtocolSubscription.
    pub metadata: Bytes,
}

impl Wire for JoinGroupRequestProtocol {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            JoinGroupRequestProtocol { name: decoder.string("name")?, metadata: decoder.bytes("metadata")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.bytes("metadata", &self.metadata)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Enter a classic group's next generation.
///
/// - 1: as 0.
/// - 2: adds throttleTimeMs.
/// - 3: brokers answer first and throttle then (KIP-219).
/// - 4: may answer MEMBER_ID_REQUIRED (KIP-394).
/// - 5: adds groupInstanceId. Static members (KIP-345).
/// - 6: flexible.
/// - 7: adds protocolType; protocolName may be null (KIP-559).
/// - 8: as 7.
/// - 9: adds skipAssignment. A static leader that comes back need not assign (KIP-814).
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupResponse {
    /// Versions 2+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// -1 on an error. -1 by default.
    pub generation_id: i32,
    /// Versions 7+, null by default, left out silently in others.
    pub protocol_type: Option<Str>,
    /// The one that all members know and most prefer; null on an error.
    pub protocol_name: Option<Str>,
    /// The member that assigns.
    pub leader: Str,
    /// The leader need not assign: the group has an assignment already. Versions 9+.
    pub skip_assignment: bool,
    /// `string`.
    pub member_id: Str,
    /// For the leader alone.
    pub members: Vec<JoinGroupResponseMember>,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        JoinGroupResponse {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(Str::EMPTY),
            leader: Str::EMPTY,
            skip_assignment: false,
            member_id: Str::EMPTY,
            members: Vec::new(),
        }
    }
}

impl Wire for JoinGroupResponse {
    const MIN_BYTES: usize = 15;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = JoinGroupResponse {
            throttle_time_ms: if version >= 2 { decoder.int32()? } else { 0 },
            error_code: decoder.int16()?,
            generation_id: decoder.int32()?,
            protocol_type: if version >= 7 { decoder.nullable_string("protocolType")? } else { None },
            protocol_name: if version >= 7 {
                decoder.nullable_string("protocolName")?
            } else {
                Some(decoder.string("protocolName")?)
            },
            leader: decoder.string("leader")?,
            skip_assignment: if version >= 9 { decoder.bool()? } else { false },
            member_id: decoder.string("memberId")?,
            members: decoder.array("members", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 2 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.int16(self.error_code);
        encoder.int32(self.generation_id);
        if version >= 7 {
            encoder.nullable_string("protocolType", self.protocol_type.as_deref())?;
        }
        if version >= 7 {
            encoder.nullable_string("protocolName", self.protocol_name.as_deref())?;
        } else {
            let Some(value) = &self.protocol_name else {
                return Err(EncodeError::null("JoinGroupResponse", "protocolName", version));
            };
            encoder.string("protocolName", value)?;
        };
        encoder.string("leader", &self.leader)?;
        if version >= 9 {
            encoder.bool(self.skip_assignment);
        } else if self.skip_assignment {
            return Err(EncodeError::unrepresentable("JoinGroupResponse", "skipAssignment", version));
        }
        encoder.string("memberId", &self.member_id)?;
        encoder.array("members", &self.members, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for JoinGroupResponse {
    const NAME: &'static str = "JoinGroupResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=9;
    const FIRST_FLEXIBLE: Option<i16> = Some(6);
}

/// Part of [`JoinGroupResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupResponseMember {
    /// `string`.
    pub member_id: Str,
    /// Versions 5+, null by default, left out silently in others.
    pub group_instance_id: Option<Str>,
    /// `bytes`.
    pub metadata: Bytes,
}

impl Wire for JoinGroupResponseMember {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = JoinGroupResponseMember {
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 5 { decoder.nullable_string("groupInstanceId")? } else { None },
            metadata: decoder.bytes("metadata")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        if version >= 5 {
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        }
        encoder.bytes("metadata", &self.metadata)?;
        encoder.no_tags();
        Ok(())
    }
}
