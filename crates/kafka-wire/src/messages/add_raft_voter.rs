// Generated from proto/kafka by scripts/gen: change those, not this.

//! AddRaftVoter (API key 80). Add a voter to the metadata quorum (KIP-853).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Add a voter to the metadata quorum (KIP-853).
///
/// - 1: adds ackWhenCommitted.
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterRequest {
    /// `string`.
    pub cluster_id: Option<Str>,
    /// `int32`.
    pub timeout_ms: i32,
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
    /// Answer once the change is committed, not once it is written. Versions 1+, true by default.
    pub ack_when_committed: bool,
}

impl Default for AddRaftVoterRequest {
    fn default() -> Self {
        AddRaftVoterRequest {
            cluster_id: Some(Str::EMPTY),
            timeout_ms: 0,
            voter_id: 0,
            voter_directory_id: Uuid::ZERO,
            listeners: Vec::new(),
            ack_when_committed: true,
        }
    }
}

impl Wire for AddRaftVoterRequest {
    const MIN_BYTES: usize = 27;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddRaftVoterRequest {
            cluster_id: decoder.nullable_string("clusterId")?,
            timeout_ms: decoder.int32()?,
            voter_id: decoder.int32()?,
            voter_directory_id: decoder.uuid()?,
            listeners: decoder.array("listeners", version)?,
            ack_when_committed: if version >= 1 { decoder.bool()? } else { true },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("clusterId", self.cluster_id.as_deref())?;
        encoder.int32(self.timeout_ms);
        encoder.int32(self.voter_id);
        encoder.uuid(self.voter_directory_id);
        encoder.array("listeners", &self.listeners, version)?;
        if version >= 1 {
            encoder.bool(self.ack_when_committed);
        } else if !self.ack_when_committed {
            return Err(EncodeError::unrepresentable("AddRaftVoterRequest", "ackWhenCommitted", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AddRaftVoterRequest {
    const NAME: &'static str = "AddRaftVoterRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AddRaftVoterRequest {
    const KEY: ApiKey = ApiKey::AddRaftVoter;
    type Response = AddRaftVoterResponse;
}

/// Part of [`AddRaftVoterRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// `string`.
    pub name: Str,
    /// `string`.
    pub host: Str,
    /// `uint16`.
    pub port: u16,
}

impl Wire for Listener {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Listener {
            name: decoder.string("name")?,
            host: decoder.string("host")?,
            port: decoder.uint16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.string("host", &self.host)?;
        encoder.uint16(self.port);
        encoder.no_tags();
        Ok(())
    }
}

/// Add a voter to the metadata quorum (KIP-853).
///
/// - 1: as 0.
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for AddRaftVoterResponse {
    fn default() -> Self {
        AddRaftVoterResponse { throttle_time_ms: 0, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for AddRaftVoterResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AddRaftVoterResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AddRaftVoterResponse {
    const NAME: &'static str = "AddRaftVoterResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
