// Generated from proto/kafka by scripts/gen: change those, not this.

//! SaslHandshake (API key 17). Choose a SASL mechanism.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Choose a SASL mechanism. Never flexible: brokers answer it before they have authenticated anyone.
///
/// - 1: the exchange goes through SaslAuthenticate, not raw on the socket (KIP-152).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeRequest {
    /// `string`.
    pub mechanism: Str,
}

impl Wire for SaslHandshakeRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(SaslHandshakeRequest { mechanism: decoder.string("mechanism")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("mechanism", &self.mechanism)?;
        Ok(())
    }
}

impl Message for SaslHandshakeRequest {
    const NAME: &'static str = "SaslHandshakeRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl Request for SaslHandshakeRequest {
    const KEY: ApiKey = ApiKey::SaslHandshake;
    type Response = SaslHandshakeResponse;
}

/// Choose a SASL mechanism. Never flexible: brokers answer it before they have authenticated anyone.
///
/// - 1: as 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeResponse {
    /// `int16`.
    pub error_code: i16,
    /// Those that the broker knows.
    pub mechanisms: Vec<Str>,
}

impl Wire for SaslHandshakeResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(SaslHandshakeResponse {
            error_code: decoder.int16()?,
            mechanisms: decoder.array("mechanisms", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.array("mechanisms", &self.mechanisms, version)?;
        Ok(())
    }
}

impl Message for SaslHandshakeResponse {
    const NAME: &'static str = "SaslHandshakeResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = None;
}
