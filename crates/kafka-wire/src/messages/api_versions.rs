// Generated from proto/kafka by scripts/gen: change those, not this.

//! ApiVersions (API key 18). Which APIs and versions the broker speaks: the first request on a connection.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Which APIs and versions the broker speaks: the first request on a connection. An unknown version is
/// answered in version 0, with error 35 and this API's row alone (KIP-511).
///
/// - 1: as 0.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds clientSoftwareName, clientSoftwareVersion; flexible (KIP-511).
/// - 4: the answer may list features from 0.
/// - 5: adds clusterId, nodeId. The client's idea of where it is connected to (KIP-1242).
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsRequest {
    /// Letters, digits, dots and dashes; INVALID_REQUEST for anything else. Versions 3+, left out silently in
    /// others.
    pub client_software_name: Str,
    /// Versions 3+, left out silently in others.
    pub client_software_version: Str,
    /// Where the client means to be; null: anywhere. Versions 5+, null by default, left out silently in others.
    pub cluster_id: Option<Str>,
    /// The node that the client means to reach; -1: any. Versions 5+, -1 by default, left out silently in
    /// others.
    pub node_id: i32,
}

impl Default for ApiVersionsRequest {
    fn default() -> Self {
        ApiVersionsRequest {
            client_software_name: Str::EMPTY,
            client_software_version: Str::EMPTY,
            cluster_id: None,
            node_id: -1,
        }
    }
}

impl Wire for ApiVersionsRequest {
    const MIN_BYTES: usize = 0;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ApiVersionsRequest {
            client_software_name: if version >= 3 {
                decoder.string("clientSoftwareName")?
            } else {
                Str::EMPTY
            },
            client_software_version: if version >= 3 {
                decoder.string("clientSoftwareVersion")?
            } else {
                Str::EMPTY
            },
            cluster_id: if version >= 5 { decoder.nullable_string("clusterId")? } else { None },
            node_id: if version >= 5 { decoder.int32()? } else { -1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 3 {
            encoder.string("clientSoftwareName", &self.client_software_name)?;
            encoder.string("clientSoftwareVersion", &self.client_software_version)?;
        }
        if version >= 5 {
            encoder.nullable_string("clusterId", self.cluster_id.as_deref())?;
            encoder.int32(self.node_id);
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ApiVersionsRequest {
    const NAME: &'static str = "ApiVersionsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Response = ApiVersionsResponse;
}

/// Which APIs and versions the broker speaks: the first request on a connection. An unknown version is
/// answered in version 0, with error 35 and this API's row alone (KIP-511). header stays that of version 0.
///
/// - 1: adds throttleTimeMs.
/// - 2: brokers answer first and throttle then (KIP-219).
/// - 3: adds supportedFeatures, finalizedFeaturesEpoch, finalizedFeatures, zkMigrationReady; flexible.
///   KIP-584; the
/// - 4: features whose lowest version is 0 are listed.
/// - 5: may answer REBOOTSTRAP_REQUIRED (KIP-1242).
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]ApiVersion`.
    pub api_keys: Vec<ApiVersion>,
    /// Versions 1+, left out silently in others.
    pub throttle_time_ms: i32,
    /// What this broker could do. Versions 3+, tag 0, left out silently in others.
    pub supported_features: Vec<SupportedFeatureKey>,
    /// -1: unknown. Versions 3+, tag 1, -1 by default, left out silently in others.
    pub finalized_features_epoch: i64,
    /// What the cluster does; as of finalizedFeaturesEpoch. Versions 3+, tag 2, left out silently in others.
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// Versions 3+, tag 3, left out silently in others.
    pub zk_migration_ready: bool,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        ApiVersionsResponse {
            error_code: 0,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
        }
    }
}

impl Wire for ApiVersionsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = ApiVersionsResponse {
            error_code: decoder.int16()?,
            api_keys: decoder.array("apiKeys", version)?,
            throttle_time_ms: if version >= 1 { decoder.int32()? } else { 0 },
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 3 => read.supported_features = decoder.array("supportedFeatures", version)?,
                1 if version >= 3 => read.finalized_features_epoch = decoder.int64()?,
                2 if version >= 3 => read.finalized_features = decoder.array("finalizedFeatures", version)?,
                3 if version >= 3 => read.zk_migration_ready = decoder.bool()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.array("apiKeys", &self.api_keys, version)?;
        if version >= 1 {
            encoder.int32(self.throttle_time_ms);
        }
        let tags = encoder.tags();
        if version >= 3 && !self.supported_features.is_empty() {
            encoder.tag(&tags, 0, |encoder| {
                encoder.array("supportedFeatures", &self.supported_features, version)
            })?;
        }
        if version >= 3 && self.finalized_features_epoch != -1 {
            encoder.tag(&tags, 1, |encoder| {
                encoder.int64(self.finalized_features_epoch);
                Ok(())
            })?;
        }
        if version >= 3 && !self.finalized_features.is_empty() {
            encoder.tag(&tags, 2, |encoder| {
                encoder.array("finalizedFeatures", &self.finalized_features, version)
            })?;
        }
        if version >= 3 && self.zk_migration_ready {
            encoder.tag(&tags, 3, |encoder| {
                encoder.bool(self.zk_migration_ready);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for ApiVersionsResponse {
    const NAME: &'static str = "ApiVersionsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

/// Part of [`ApiVersionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinalizedFeatureKey {
    /// `string`.
    pub name: Str,
    /// `int16`.
    pub max_version_level: i16,
    /// `int16`.
    pub min_version_level: i16,
}

impl Wire for FinalizedFeatureKey {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = FinalizedFeatureKey {
            name: decoder.string("name")?,
            max_version_level: decoder.int16()?,
            min_version_level: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int16(self.max_version_level);
        encoder.int16(self.min_version_level);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ApiVersionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SupportedFeatureKey {
    /// `string`.
    pub name: Str,
    /// `int16`.
    pub min_version: i16,
    /// `int16`.
    pub max_version: i16,
}

impl Wire for SupportedFeatureKey {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = SupportedFeatureKey {
            name: decoder.string("name")?,
            min_version: decoder.int16()?,
            max_version: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int16(self.min_version);
        encoder.int16(self.max_version);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ApiVersionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiVersion {
    /// `int16`.
    pub api_key: i16,
    /// The lowest that the broker speaks.
    pub min_version: i16,
    /// `int16`.
    pub max_version: i16,
}

impl Wire for ApiVersion {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ApiVersion {
            api_key: decoder.int16()?,
            min_version: decoder.int16()?,
            max_version: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.api_key);
        encoder.int16(self.min_version);
        encoder.int16(self.max_version);
        encoder.no_tags();
        Ok(())
    }
}
