// Generated from proto/kafka by scripts/gen: change those, not this.

//! ListGroups (API key 16). The groups that a broker coordinates.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// The groups that a broker coordinates.
///
/// - 1: as 0.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: flexible.
/// - 4: adds statesFilter (KIP-518).
/// - 5: adds typesFilter (KIP-848).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsRequest {
    /// Empty: any. Versions 4+.
    pub states_filter: Vec<Str>,
    /// Empty: any; classic, consumer, share, streams. Versions 5+.
    pub types_filter: Vec<Str>,
}

impl Wire for ListGroupsRequest {
    const MIN_BYTES: usize = 0;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListGroupsRequest {
            states_filter: if version >= 4 { decoder.array("statesFilter", version)? } else { Vec::new() },
            types_filter: if version >= 5 { decoder.array("typesFilter", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 4 {
            encoder.array("statesFilter", &self.states_filter, version)?;
        } else if !self.states_filter.is_empty() {
            return Err(EncodeError::unrepresentable("ListGroupsRequest", "statesFilter", version));
        }
        if version >= 5 {
            encoder.array("typesFilter", &self.types_filter, version)?;
        } else if !self.types_filter.is_empty() {
            return Err(EncodeError::unrepresentable("ListGroupsRequest", "typesFilter", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListGroupsRequest {
    const NAME: &'static str = "ListGroupsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for ListGroupsRequest {
    const KEY: ApiKey = ApiKey::ListGroups;
    type Response = ListGroupsResponse;
}

/// The groups that a broker coordinates.
///
/// - 1: adds throttleTimeMs.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: flexible.
/// - 4: adds groupState (KIP-518).
/// - 5: adds groupType (KIP-848).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsResponse {
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]ListedGroup`.
    pub groups: Vec<ListedGroup>,
}

impl Wire for ListGroupsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListGroupsResponse {
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            error_code: decoder.int16()?,
            groups: decoder.array("groups", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.int16(self.error_code);
        encoder.array("groups", &self.groups, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListGroupsResponse {
    const NAME: &'static str = "ListGroupsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

/// Part of [`ListGroupsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListedGroup {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub protocol_type: Str,
    /// Versions 4+, left out silently in others.
    pub group_state: Str,
    /// Versions 5+, left out silently in others.
    pub group_type: Str,
}

impl Wire for ListedGroup {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListedGroup {
            group_id: decoder.string("groupId")?,
            protocol_type: decoder.string("protocolType")?,
            group_state: if version >= 4 { decoder.string("groupState")? } else { Str::EMPTY },
            group_type: if version >= 5 { decoder.string("groupType")? } else { Str::EMPTY },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("protocolType", &self.protocol_type)?;
        if version >= 4 {
            encoder.string("groupState", &self.group_state)?;
        }
        if version >= 5 {
            encoder.string("groupType", &self.group_type)?;
        }
        encoder.no_tags();
        Ok(())
    }
}
