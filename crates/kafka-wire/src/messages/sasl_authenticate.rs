// Generated from proto/kafka by scripts/gen: change those, not this.

//! SaslAuthenticate (API key 36). One step of a SASL exchange (KIP-152).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// One step of a SASL exchange (KIP-152).
///
/// - 1: the answer says how long the session lasts (KIP-368).
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslAuthenticateRequest {
    /// `bytes`.
    pub auth_bytes: Bytes,
}

impl Wire for SaslAuthenticateRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = SaslAuthenticateRequest { auth_bytes: decoder.bytes("authBytes")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.bytes("authBytes", &self.auth_bytes)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for SaslAuthenticateRequest {
    const NAME: &'static str = "SaslAuthenticateRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for SaslAuthenticateRequest {
    const KEY: ApiKey = ApiKey::SaslAuthenticate;
    type Response = SaslAuthenticateResponse;
}

/// One step of a SASL exchange (KIP-152).
///
/// - 1: adds sessionLifetimeMs (KIP-368).
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq)]
pub struct SaslAuthenticateResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `bytes`.
    pub auth_bytes: Bytes,
    /// Authenticate again before it is over; 0: no limit. Versions 1+, left out silently in others.
    pub session_lifetime_ms: i64,
}

impl Default for SaslAuthenticateResponse {
    fn default() -> Self {
        SaslAuthenticateResponse {
            error_code: 0,
            error_message: Some(Str::EMPTY),
            auth_bytes: Bytes::new(),
            session_lifetime_ms: 0,
        }
    }
}

impl Wire for SaslAuthenticateResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = SaslAuthenticateResponse {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            auth_bytes: decoder.bytes("authBytes")?,
            session_lifetime_ms: if version >= 1 { decoder.int64()? } else { 0 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.bytes("authBytes", &self.auth_bytes)?;
        if version >= 1 {
            encoder.int64(self.session_lifetime_ms);
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for SaslAuthenticateResponse {
    const NAME: &'static str = "SaslAuthenticateResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}
