// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeDelegationToken (API key 41). List delegation tokens.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// List delegation tokens.
///
/// - 2: flexible.
/// - 3: the answer names the requester (KIP-373).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    /// Null: any.
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
}

impl Default for DescribeDelegationTokenRequest {
    fn default() -> Self {
        DescribeDelegationTokenRequest { owners: Some(Vec::new()) }
    }
}

impl Wire for DescribeDelegationTokenRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeDelegationTokenRequest { owners: decoder.nullable_array("owners", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_array("owners", self.owners.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeDelegationTokenRequest {
    const NAME: &'static str = "DescribeDelegationTokenRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DescribeDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::DescribeDelegationToken;
    type Response = DescribeDelegationTokenResponse;
}

/// Part of [`DescribeDelegationTokenRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenOwner {
    /// `string`.
    pub principal_type: Str,
    /// `string`.
    pub principal_name: Str,
}

impl Wire for DescribeDelegationTokenOwner {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DescribeDelegationTokenOwner {
            principal_type: decoder.string("principalType")?,
            principal_name: decoder.string("principalName")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("principalType", &self.principal_type)?;
        encoder.string("principalName", &self.principal_name)?;
        encoder.no_tags();
        Ok(())
    }
}

/// List delegation tokens.
///
/// - 2: flexible.
/// - 3: adds tokenRequesterPrincipalType, tokenRequesterPrincipalName (KIP-373).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]DescribedDelegationToken`.
    pub tokens: Vec<DescribedDelegationToken>,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Wire for DescribeDelegationTokenResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeDelegationTokenResponse {
            error_code: decoder.int16()?,
            tokens: decoder.array("tokens", version)?,
            throttle_time_ms: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.array("tokens", &self.tokens, version)?;
        encoder.int32(self.throttle_time_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeDelegationTokenResponse {
    const NAME: &'static str = "DescribeDelegationTokenResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`DescribeDelegationTokenResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationToken {
    /// `string`.
    pub principal_type: Str,
    /// `string`.
    pub principal_name: Str,
    /// Versions 3+.
    pub token_requester_principal_type: Str,
    /// Versions 3+.
    pub token_requester_principal_name: Str,
    /// `int64`.
    pub issue_timestamp: i64,
    /// `int64`.
    pub expiry_timestamp: i64,
    /// `int64`.
    pub max_timestamp: i64,
    /// `string`.
    pub token_id: Str,
    /// `bytes`.
    pub hmac: Bytes,
    /// `[]DescribedDelegationTokenRenewer`.
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
}

impl Wire for DescribedDelegationToken {
    const MIN_BYTES: usize = 30;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribedDelegationToken {
            principal_type: decoder.string("principalType")?,
            principal_name: decoder.string("principalName")?,
            token_requester_principal_type: if version >= 3 {
                decoder.string("tokenRequesterPrincipalType")?
            } else {
                Str::EMPTY
            },
            token_requester_principal_name: if version >= 3 {
                decoder.string("tokenRequesterPrincipalName")?
            } else {
                Str::EMPTY
            },
            issue_timestamp: decoder.int64()?,
            expiry_timestamp: decoder.int64()?,
            max_timestamp: decoder.int64()?,
            token_id: decoder.string("tokenId")?,
            hmac: decoder.bytes("hmac")?,
            renewers: decoder.array("renewers", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("principalType", &self.principal_type)?;
        encoder.string("principalName", &self.principal_name)?;
        if version >= 3 {
            encoder.string("tokenRequesterPrincipalType", &self.token_requester_principal_type)?;
            encoder.string("tokenRequesterPrincipalName", &self.token_requester_principal_name)?;
        } else {
            if !self.token_requester_principal_type.is_empty() {
                return Err(EncodeError::unrepresentable(
                    "DescribedDelegationToken",
                    "tokenRequesterPrincipalType",
                    version,
                ));
            }
            if !self.token_requester_principal_name.is_empty() {
                return Err(EncodeError::unrepresentable(
                    "DescribedDelegationToken",
                    "tokenRequesterPrincipalName",
                    version,
                ));
            }
        }
        encoder.int64(self.issue_timestamp);
        encoder.int64(self.expiry_timestamp);
        encoder.int64(self.max_timestamp);
        encoder.string("tokenId", &self.token_id)?;
        encoder.bytes("hmac", &self.hmac)?;
        encoder.array("renewers", &self.renewers, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeDelegationTokenResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationTokenRenewer {
    /// `string`.
    pub principal_type: Str,
    /// `string`.
    pub principal_name: Str,
}

impl Wire for DescribedDelegationTokenRenewer {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DescribedDelegationTokenRenewer {
            principal_type: decoder.string("principalType")?,
            principal_name: decoder.string("principalName")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("principalType", &self.principal_type)?;
        encoder.string("principalName", &self.principal_name)?;
        encoder.no_tags();
        Ok(())
    }
}
