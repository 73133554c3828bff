// Generated from proto/kafka by scripts/gen: change those, not this.

//! GroupMetadata. A classic group: its generation and members.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A classic group: its generation and members.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupMetadataKey {
    /// `string`.
    pub group: Str,
}

impl Wire for GroupMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(GroupMetadataKey { group: decoder.string("group")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("group", &self.group)?;
        Ok(())
    }
}

impl Message for GroupMetadataKey {
    const NAME: &'static str = "GroupMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl GroupMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 2;
}

/// A classic group: its generation and members.
///
/// - 1: adds rebalanceTimeout (KIP-62).
/// - 2: adds currentStateTimestamp (KIP-211).
/// - 3: adds groupInstanceId (KIP-345).
/// - 4: flexible (KIP-915).
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMetadataValue {
    /// `string`.
    pub protocol_type: Str,
    /// `int32`.
    pub generation: i32,
    /// `string`.
    pub protocol: Option<Str>,
    /// A member id.
    pub leader: Option<Str>,
    /// In ms, since when the group is in its state. Versions 2+, -1 by default, left out silently in others.
    pub current_state_timestamp: i64,
    /// `[]MemberMetadata`.
    pub members: Vec<MemberMetadata>,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        GroupMetadataValue {
            protocol_type: Str::EMPTY,
            generation: 0,
            protocol: Some(Str::EMPTY),
            leader: Some(Str::EMPTY),
            current_state_timestamp: -1,
            members: Vec::new(),
        }
    }
}

impl Wire for GroupMetadataValue {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = GroupMetadataValue {
            protocol_type: decoder.string("protocolType")?,
            generation: decoder.int32()?,
            protocol: decoder.nullable_string("protocol")?,
            leader: decoder.nullable_string("leader")?,
            current_state_timestamp: if version >= 2 { decoder.int64()? } else { -1 },
            members: decoder.array("members", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("protocolType", &self.protocol_type)?;
        encoder.int32(self.generation);
        encoder.nullable_string("protocol", self.protocol.as_deref())?;
        encoder.nullable_string("leader", self.leader.as_deref())?;
        if version >= 2 {
            encoder.int64(self.current_state_timestamp);
        }
        encoder.array("members", &self.members, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for GroupMetadataValue {
    const NAME: &'static str = "GroupMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}

/// Part of [`GroupMetadataValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct MemberMetadata {
    /// `string`.
    pub member_id: Str,
    /// Versions 3+, null by default, left out silently in others.
    pub group_instance_id: Option<Str>,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// Versions 1+, -1 by default, left out silently in others.
    pub rebalance_timeout: i32,
    /// `int32`.
    pub session_timeout: i32,
    /// `bytes`.
    pub subscription: Bytes,
    /// `bytes`.
    pub assignment: Bytes,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        MemberMetadata {
            member_id: Str::EMPTY,
            group_instance_id: None,
            client_id: Str::EMPTY,
            client_host: Str::EMPTY,
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: Bytes::new(),
            assignment: Bytes::new(),
        }
    }
}

impl Wire for MemberMetadata {
    const MIN_BYTES: usize = 15;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MemberMetadata {
            member_id: decoder.string("memberId")?,
            group_instance_id: if version >= 3 { decoder.nullable_string("groupInstanceId")? } else { None },
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            rebalance_timeout: if version >= 1 { decoder.int32()? } else { -1 },
            session_timeout: decoder.int32()?,
            subscription: decoder.bytes("subscription")?,
            assignment: decoder.bytes("assignment")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        if version >= 3 {
            encoder.nullable_string("groupInstanceId", self.group_instance_id.as_deref())?;
        }
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        if version >= 1 {
            encoder.int32(self.rebalance_timeout);
        }
        encoder.int32(self.session_timeout);
        encoder.bytes("subscription", &self.subscription)?;
        encoder.bytes("assignment", &self.assignment)?;
        encoder.no_tags();
        Ok(())
    }
}
