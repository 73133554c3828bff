// Generated from proto/kafka by scripts/gen: change those, not this.

//! Heartbeat (API key 12). Stay in a classic group, and hear of its rebalances.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Stay in a classic group, and hear of its rebalances.
///
/// - 1: as 0.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds groupInstanceId. Static members (KIP-345).
/// - 4: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatRequest {
    /// `string`.
    pub group_id: Str,
    /// `int32`.
    pub generation_id: i32,
    /// `string`.
    pub member_id: Str,
    /// Null: not a static member. Versions 3+, null by default.
    pub group_instance_id: Option<Str>,
}

impl Wire for HeartbeatRequest {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = HeartbeatRequest {
            group_id: decoder.string("groupId")?,
            generation_id: decoder.int32()?,
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 3 { decoder.nullable_string("groupInstanceId")? } else { None },
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
            return Err(EncodeError::unrepresentable("HeartbeatRequest", "groupInstanceId", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for HeartbeatRequest {
    const NAME: &'static str = "HeartbeatRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

impl Request for HeartbeatRequest {
    const KEY: ApiKey = ApiKey::Heartbeat;
    type Response = HeartbeatResponse;
}

/// Stay in a classic group, and hear of its rebalances.
///
/// - 1: adds throttleTimeMs.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: may answer FENCED_INSTANCE_ID (KIP-345).
/// - 4: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatResponse {
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for HeartbeatResponse {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = HeartbeatResponse {
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            error_code: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for HeartbeatResponse {
    const NAME: &'static str = "HeartbeatResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}
