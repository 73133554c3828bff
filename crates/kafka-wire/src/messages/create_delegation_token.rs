// Generated from proto/kafka by scripts/gen: change those, not this.

//! CreateDelegationToken (API key 38). Create a delegation token (KIP-48).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Create a delegation token (KIP-48).
///
/// - 2: flexible.
/// - 3: adds ownerPrincipalType, ownerPrincipalName (KIP-373).
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDelegationTokenRequest {
    /// Null: of the requester. Versions 3+.
    pub owner_principal_type: Option<Str>,
    /// Versions 3+.
    pub owner_principal_name: Option<Str>,
    /// Who else may extend it.
    pub renewers: Vec<CreatableRenewers>,
    /// -1: the broker's default.
    pub max_lifetime_ms: i64,
}

impl Default for CreateDelegationTokenRequest {
    fn default() -> Self {
        CreateDelegationTokenRequest {
            owner_principal_type: Some(Str::EMPTY),
            owner_principal_name: Some(Str::EMPTY),
            renewers: Vec::new(),
            max_lifetime_ms: 0,
        }
    }
}

impl Wire for CreateDelegationTokenRequest {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreateDelegationTokenRequest {
            owner_principal_type: if version >= 3 {
                decoder.nullable_string("ownerPrincipalType")?
            } else {
                Some(Str::EMPTY)
            },
            owner_principal_name: if version >= 3 {
                decoder.nullable_string("ownerPrincipalName")?
            } else {
                Some(Str::EMPTY)
            },
            renewers: decoder.array("renewers", version)?,
            max_lifetime_ms: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 3 {
            encoder.nullable_string("ownerPrincipalType", self.owner_principal_type.as_deref())?;
            encoder.nullable_string("ownerPrincipalName", self.owner_principal_name.as_deref())?;
        } else {
            if self.owner_principal_type.as_deref() != Some("") {
                return Err(EncodeError::unrepresentable(
                    "CreateDelegationTokenRequest",
                    "ownerPrincipalType",
                    version,
                ));
            }
            if self.owner_principal_name.as_deref() != Some("") {
                return Err(EncodeError::unrepresentable(
                    "CreateDelegationTokenRequest",
                    "ownerPrincipalName",
                    version,
                ));
            }
        }
        encoder.array("renewers", &self.renewers, version)?;
        encoder.int64(self.max_lifetime_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for CreateDelegationTokenRequest {
    const NAME: &'static str = "CreateDelegationTokenRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for CreateDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::CreateDelegationToken;
    type Response = CreateDelegationTokenResponse;
}

/// Part of [`CreateDelegationTokenRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableRenewers {
    /// `string`.
    pub principal_type: Str,
    /// `string`.
    pub principal_name: Str,
}

impl Wire for CreatableRenewers {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = CreatableRenewers {
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

/// Create a delegation token (KIP-48).
///
/// - 2: flexible.
/// - 3: adds tokenRequesterPrincipalType, tokenRequesterPrincipalName (KIP-373).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub principal_type: Str,
    /// `string`.
    pub principal_name: Str,
    /// Versions 3+.
    pub token_requester_principal_type: Str,
    /// Versions 3+.
    pub token_requester_principal_name: Str,
    /// `int64`.
    pub issue_timestamp_ms: i64,
    /// `int64`.
    pub expiry_timestamp_ms: i64,
    /// `int64`.
    pub max_timestamp_ms: i64,
    /// `string`.
    pub token_id: Str,
    /// The secret.
    pub hmac: Bytes,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Wire for CreateDelegationTokenResponse {
    const MIN_BYTES: usize = 35;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CreateDelegationTokenResponse {
            error_code: decoder.int16()?,
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
            issue_timestamp_ms: decoder.int64()?,
            expiry_timestamp_ms: decoder.int64()?,
            max_timestamp_ms: decoder.int64()?,
            token_id: decoder.string("tokenId")?,
            hmac: decoder.bytes("hmac")?,
            throttle_time_ms: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.string("principalType", &self.principal_type)?;
        encoder.string("principalName", &self.principal_name)?;
        if version >= 3 {
            encoder.string("tokenRequesterPrincipalType", &self.token_requester_principal_type)?;
            encoder.string("tokenRequesterPrincipalName", &self.token_requester_principal_name)?;
        } else {
            if !self.token_requester_principal_type.is_empty() {
                return Err(EncodeError::unrepresentable(
                    "CreateDelegationTokenResponse",
                    "tokenRequesterPrincipalType",
                    version,
                ));
            }
            if !self.token_requester_principal_name.is_empty() {
                return Err(EncodeError::unrepresentable(
                    "CreateDelegationTokenResponse",
                    "tokenRequesterPrincipalName",
                    version,
                ));
            }
        }
        encoder.int64(self.issue_timestamp_ms);
        encoder.int64(self.expiry_timestamp_ms);
        encoder.int64(self.max_timestamp_ms);
        encoder.string("tokenId", &self.token_id)?;
        encoder.bytes("hmac", &self.hmac)?;
        encoder.int32(self.throttle_time_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for CreateDelegationTokenResponse {
    const NAME: &'static str = "CreateDelegationTokenResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=3;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}
