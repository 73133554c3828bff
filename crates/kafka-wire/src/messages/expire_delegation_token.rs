// Generated from proto/kafka by scripts/gen: change those, not this.

//! ExpireDelegationToken (API key 40). Bring a delegation token's end forward, or remove it.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Wire};

/// Bring a delegation token's end forward, or remove it.
///
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExpireDelegationTokenRequest {
    /// `bytes`.
    pub hmac: Bytes,
    /// -1: now.
    pub expiry_time_period_ms: i64,
}

impl Wire for ExpireDelegationTokenRequest {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ExpireDelegationTokenRequest {
            hmac: decoder.bytes("hmac")?,
            expiry_time_period_ms: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.bytes("hmac", &self.hmac)?;
        encoder.int64(self.expiry_time_period_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ExpireDelegationTokenRequest {
    const NAME: &'static str = "ExpireDelegationTokenRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for ExpireDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::ExpireDelegationToken;
    type Response = ExpireDelegationTokenResponse;
}

/// Bring a delegation token's end forward, or remove it.
///
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExpireDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub expiry_timestamp_ms: i64,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Wire for ExpireDelegationTokenResponse {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ExpireDelegationTokenResponse {
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

impl Message for ExpireDelegationTokenResponse {
    const NAME: &'static str = "ExpireDelegationTokenResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}
