// Generated from proto/kafka by scripts/gen: change those, not this.

//! RemoveRaftVoter (API key 81). Remove a voter from the metadata quorum (KIP-853).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Remove a voter from the metadata quorum (KIP-853).
#[derive(Debug, Clone, PartialEq)]
pub struct RemoveRaftVoterRequest {
    /// `string`.
    pub cluster_id: Option<Str>,
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
}

impl Default for RemoveRaftVoterRequest {
    fn default() -> Self {
        RemoveRaftVoterRequest { cluster_id: Some(Str::EMPTY), voter_id: 0, voter_directory_id: Uuid::ZERO }
    }
}

impl Wire for RemoveRaftVoterRequest {
    const MIN_BYTES: usize = 22;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = RemoveRaftVoterRequest {
            cluster_id: decoder.nullable_string("clusterId")?,
            voter_id: decoder.int32()?,
            voter_directory_id: decoder.uuid()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("clusterId", self.cluster_id.as_deref())?;
        encoder.int32(self.voter_id);
        encoder.uuid(self.voter_directory_id);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for RemoveRaftVoterRequest {
    const NAME: &'static str = "RemoveRaftVoterRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for RemoveRaftVoterRequest {
    const KEY: ApiKey = ApiKey::RemoveRaftVoter;
    type Response = RemoveRaftVoterResponse;
}

/// Remove a voter from the metadata quorum (KIP-853).
#[derive(Debug, Clone, PartialEq)]
pub struct RemoveRaftVoterResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for RemoveRaftVoterResponse {
    fn default() -> Self {
        RemoveRaftVoterResponse { throttle_time_ms: 0, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for RemoveRaftVoterResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = RemoveRaftVoterResponse {
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

impl Message for RemoveRaftVoterResponse {
    const NAME: &'static str = "RemoveRaftVoterResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
