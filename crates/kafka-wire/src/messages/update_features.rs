// Generated from proto/kafka by scripts/gen: change those, not this.

//! UpdateFeatures (API key 57). Set the finalized versions of cluster features (KIP-584).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Set the finalized versions of cluster features (KIP-584).
///
/// - 1: adds upgradeType, validateOnly; drops allowDowngrade (KIP-584).
/// - 2: the answer has no results by feature.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesRequest {
    /// 60000 by default.
    pub timeout_ms: i32,
    /// `[]FeatureUpdateKey`.
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// Answer as if, and do nothing. Versions 1+.
    pub validate_only: bool,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        UpdateFeaturesRequest { timeout_ms: 60000, feature_updates: Vec::new(), validate_only: false }
    }
}

impl Wire for UpdateFeaturesRequest {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = UpdateFeaturesRequest {
            timeout_ms: decoder.int32()?,
            feature_updates: decoder.array("featureUpdates", version)?,
            validate_only: if version >= 1 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.timeout_ms);
        encoder.array("featureUpdates", &self.feature_updates, version)?;
        if version >= 1 {
            encoder.bool(self.validate_only);
        } else if self.validate_only {
            return Err(EncodeError::unrepresentable("UpdateFeaturesRequest", "validateOnly", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for UpdateFeaturesRequest {
    const NAME: &'static str = "UpdateFeaturesRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for UpdateFeaturesRequest {
    const KEY: ApiKey = ApiKey::UpdateFeatures;
    type Response = UpdateFeaturesResponse;
}

/// Part of [`UpdateFeaturesRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdateKey {
    /// `string`.
    pub feature: Str,
    /// 0: delete the feature.
    pub max_version_level: i16,
    /// Versions 0.
    pub allow_downgrade: bool,
    /// 1: up, 2: down if nothing is lost, 3: down. Versions 1+, 1 by default.
    pub upgrade_type: i8,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        FeatureUpdateKey {
            feature: Str::EMPTY,
            max_version_level: 0,
            allow_downgrade: false,
            upgrade_type: 1,
        }
    }
}

impl Wire for FeatureUpdateKey {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = FeatureUpdateKey {
            feature: decoder.string("feature")?,
            max_version_level: decoder.int16()?,
            allow_downgrade: if version <= 0 { decoder.bool()? } else { false },
            upgrade_type: if version >= 1 { decoder.int8()? } else { 1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("feature", &self.feature)?;
        encoder.int16(self.max_version_level);
        if version <= 0 {
            encoder.bool(self.allow_downgrade);
        } else if self.allow_downgrade {
            return Err(EncodeError::unrepresentable("FeatureUpdateKey", "allowDowngrade", version));
        }
        if version >= 1 {
            encoder.int8(self.upgrade_type);
        } else if self.upgrade_type != 1 {
            return Err(EncodeError::unrepresentable("FeatureUpdateKey", "upgradeType", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Set the finalized versions of cluster features (KIP-584).
///
/// - 1: as 0.
/// - 2: drops results.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// Versions 0-1, left out silently in others.
    pub results: Vec<UpdatableFeatureResult>,
}

impl Default for UpdateFeaturesResponse {
    fn default() -> Self {
        UpdateFeaturesResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            results: Vec::new(),
        }
    }
}

impl Wire for UpdateFeaturesResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = UpdateFeaturesResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            results: if version <= 1 { decoder.array("results", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        if version <= 1 {
            encoder.array("results", &self.results, version)?;
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for UpdateFeaturesResponse {
    const NAME: &'static str = "UpdateFeaturesResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`UpdateFeaturesResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct UpdatableFeatureResult {
    /// `string`.
    pub feature: Str,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for UpdatableFeatureResult {
    fn default() -> Self {
        UpdatableFeatureResult { feature: Str::EMPTY, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for UpdatableFeatureResult {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = UpdatableFeatureResult {
            feature: decoder.string("feature")?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("feature", &self.feature)?;
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
