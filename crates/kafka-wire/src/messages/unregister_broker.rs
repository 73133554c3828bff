// Generated from proto/kafka by scripts/gen: change those, not this.

//! UnregisterBroker (API key 64). Remove a broker's registration.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Remove a broker's registration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterBrokerRequest {
    /// `int32`.
    pub broker_id: i32,
}

impl Wire for UnregisterBrokerRequest {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = UnregisterBrokerRequest { broker_id: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.broker_id);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for UnregisterBrokerRequest {
    const NAME: &'static str = "UnregisterBrokerRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for UnregisterBrokerRequest {
    const KEY: ApiKey = ApiKey::UnregisterBroker;
    type Response = UnregisterBrokerResponse;
}

/// Remove a broker's registration.
#[derive(Debug, Clone, PartialEq)]
pub struct UnregisterBrokerResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for UnregisterBrokerResponse {
    fn default() -> Self {
        UnregisterBrokerResponse { throttle_time_ms: 0, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for UnregisterBrokerResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = UnregisterBrokerResponse {
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

impl Message for UnregisterBrokerResponse {
    const NAME: &'static str = "UnregisterBrokerResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
