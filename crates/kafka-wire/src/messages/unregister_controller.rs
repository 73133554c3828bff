// Generated from proto/kafka by scripts/gen: change those, not this.

//! UnregisterController (API key 94). Remove a controller's registration.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Remove a controller's registration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterControllerRequest {
    /// `int32`.
    pub controller_id: i32,
}

impl Wire for UnregisterControllerRequest {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = UnregisterControllerRequest { controller_id: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.controller_id);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for UnregisterControllerRequest {
    const NAME: &'static str = "UnregisterControllerRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for UnregisterControllerRequest {
    const KEY: ApiKey = ApiKey::UnregisterController;
    type Response = UnregisterControllerResponse;
}

/// Remove a controller's registration.
#[derive(Debug, Clone, PartialEq)]
pub struct UnregisterControllerResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for UnregisterControllerResponse {
    fn default() -> Self {
        UnregisterControllerResponse { throttle_time_ms: 0, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for UnregisterControllerResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = UnregisterControllerResponse {
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

impl Message for UnregisterControllerResponse {
    const NAME: &'static str = "UnregisterControllerResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
