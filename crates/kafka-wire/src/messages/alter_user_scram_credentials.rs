// Generated from proto/kafka by scripts/gen: change those, not this.

//! AlterUserScramCredentials (API key 51). Set and delete users' SCRAM credentials (KIP-554).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Set and delete users' SCRAM credentials (KIP-554).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsRequest {
    /// `[]ScramCredentialDeletion`.
    pub deletions: Vec<ScramCredentialDeletion>,
    /// `[]ScramCredentialUpsertion`.
    pub upsertions: Vec<ScramCredentialUpsertion>,
}

impl Wire for AlterUserScramCredentialsRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterUserScramCredentialsRequest {
            deletions: decoder.array("deletions", version)?,
            upsertions: decoder.array("upsertions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("deletions", &self.deletions, version)?;
        encoder.array("upsertions", &self.upsertions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterUserScramCredentialsRequest {
    const NAME: &'static str = "AlterUserScramCredentialsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AlterUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::AlterUserScramCredentials;
    type Response = AlterUserScramCredentialsResponse;
}

/// Part of [`AlterUserScramCredentialsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialUpsertion {
    /// `string`.
    pub name: Str,
    /// 1: SCRAM-SHA-256, 2: SCRAM-SHA-512.
    pub mechanism: i8,
    /// `int32`.
    pub iterations: i32,
    /// `bytes`.
    pub salt: Bytes,
    /// Never the password itself.
    pub salted_password: Bytes,
}

impl Wire for ScramCredentialUpsertion {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ScramCredentialUpsertion {
            name: decoder.string("name")?,
            mechanism: decoder.int8()?,
            iterations: decoder.int32()?,
            salt: decoder.bytes("salt")?,
            salted_password: decoder.bytes("saltedPassword")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int8(self.mechanism);
        encoder.int32(self.iterations);
        encoder.bytes("salt", &self.salt)?;
        encoder.bytes("saltedPassword", &self.salted_password)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AlterUserScramCredentialsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialDeletion {
    /// `string`.
    pub name: Str,
    /// `int8`.
    pub mechanism: i8,
}

impl Wire for ScramCredentialDeletion {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ScramCredentialDeletion { name: decoder.string("name")?, mechanism: decoder.int8()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int8(self.mechanism);
        encoder.no_tags();
        Ok(())
    }
}

/// Set and delete users' SCRAM credentials (KIP-554).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterUserScramCredentialsResult`.
    pub results: Vec<AlterUserScramCredentialsResult>,
}

impl Wire for AlterUserScramCredentialsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterUserScramCredentialsResponse {
            throttle_time_ms: decoder.int32()?,
            results: decoder.array("results", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("results", &self.results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterUserScramCredentialsResponse {
    const NAME: &'static str = "AlterUserScramCredentialsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`AlterUserScramCredentialsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct AlterUserScramCredentialsResult {
    /// `string`.
    pub user: Str,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for AlterUserScramCredentialsResult {
    fn default() -> Self {
        AlterUserScramCredentialsResult { user: Str::EMPTY, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for AlterUserScramCredentialsResult {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AlterUserScramCredentialsResult {
            user: decoder.string("user")?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("user", &self.user)?;
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
