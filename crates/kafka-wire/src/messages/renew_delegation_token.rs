// Generated from proto/kafka by scripts/gen: change those, not this.

//! RenewDelegationToken (API key 39). Extend a delegation token.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Wire};

/// Extend a delegation token.
///
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenewDelegationTokenRequest {
    /// `bytes`.
    pub hmac: Bytes,
    /// -1: the broker's default.
    pub renew_period_ms: i64,
}

impl Wire for RenewDelegationTokenRequest {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            RenewDelegationTokenRequest { hmac: decoder.bytes("hmac")?, renew_period_ms: decoder.int64()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.bytes("hmac", &self.hmac)?;
        encoder.int64(self.renew_period_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for RenewDelegationTokenRequest {
    const NAME: &'static str = "RenewDelegationTokenRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for RenewDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::RenewDelegationToken;
    type Response = RenewDelegationTokenResponse;
}

/// Extend a delegation token.
///
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenewDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub expiry_timestamp_ms: i64,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Wire for RenewDelegationTokenResponse {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = RenewDelegationTokenResponse {
            error_code: decoder.int16()?,
            expiry_timestamp_ms: decoder.int64()?,
            throttle_time_ms: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.int64(self.expiry_timestamp_ms);
        encoder.int32(self.throttle_time_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for RenewDelegationTokenResponse {
    const NAME: &'static str = "RenewDelegationTokenResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}
