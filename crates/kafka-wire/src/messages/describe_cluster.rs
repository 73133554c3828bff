// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeCluster (API key 60). Cluster id, controller and brokers (KIP-700).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Cluster id, controller and brokers (KIP-700).
///
/// - 1: adds endpointType. Controllers answer it, too (KIP-919).
/// - 2: adds includeFencedBrokers (KIP-1073).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterRequest {
    /// `bool`.
    pub include_cluster_authorized_operations: bool,
    /// 1: brokers, 2: controllers. Versions 1+, 1 by default.
    pub endpoint_type: i8,
    /// Versions 2+.
    pub include_fenced_brokers: bool,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        DescribeClusterRequest {
            include_cluster_authorized_operations: false,
            endpoint_type: 1,
            include_fenced_brokers: false,
        }
    }
}

impl Wire for DescribeClusterRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeClusterRequest {
            include_cluster_authorized_operations: decoder.bool()?,
            endpoint_type: if version >= 1 { decoder.int8()? } else { 1 },
            include_fenced_brokers: if version >= 2 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.bool(self.include_cluster_authorized_operations);
        if version >= 1 {
            encoder.int8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::unrepresentable("DescribeClusterRequest", "endpointType", version));
        }
        if version >= 2 {
            encoder.bool(self.include_fenced_brokers);
        } else if self.include_fenced_brokers {
            return Err(EncodeError::unrepresentable(
                "DescribeClusterRequest",
                "includeFencedBrokers",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeClusterRequest {
    const NAME: &'static str = "DescribeClusterRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeClusterRequest {
    const KEY: ApiKey = ApiKey::DescribeCluster;
    type Response = DescribeClusterResponse;
}

/// Cluster id, controller and brokers (KIP-700).
///
/// - 1: adds endpointType. May answer MISMATCHED_ENDPOINT_TYPE and UNSUPPORTED_ENDPOINT_TYPE (KIP-919).
/// - 2: adds isFenced (KIP-1073).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// 1: brokers, 2: controllers. Versions 1+, 1 by default.
    pub endpoint_type: i8,
    /// `string`.
    pub cluster_id: Str,
    /// -1: none; with KRaft, any broker that passes on. -1 by default.
    pub controller_id: i32,
    /// `[]DescribeClusterBroker`.
    pub brokers: Vec<DescribeClusterBroker>,
    /// A bit for each operation; the smallest int32: not asked for. -2147483648 by default.
    pub cluster_authorized_operations: i32,
}

impl Default for DescribeClusterResponse {
    fn default() -> Self {
        DescribeClusterResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            endpoint_type: 1,
            cluster_id: Str::EMPTY,
            controller_id: -1,
            brokers: Vec::new(),
            cluster_authorized_operations: -2147483648,
        }
    }
}

impl Wire for DescribeClusterResponse {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeClusterResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            endpoint_type: if version >= 1 { decoder.int8()? } else { 1 },
            cluster_id: decoder.string("clusterId")?,
            controller_id: decoder.int32()?,
            brokers: decoder.array("brokers", version)?,
            cluster_authorized_operations: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        if version >= 1 {
            encoder.int8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::unrepresentable("DescribeClusterResponse", "endpointType", version));
        }
        encoder.string("clusterId", &self.cluster_id)?;
        encoder.int32(self.controller_id);
        encoder.array("brokers", &self.brokers, version)?;
        encoder.int32(self.cluster_authorized_operations);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeClusterResponse {
    const NAME: &'static str = "DescribeClusterResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DescribeClusterResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClusterBroker {
    /// `int32`.
    pub broker_id: i32,
    /// `string`.
    pub host: Str,
    /// `int32`.
    pub port: i32,
    /// Null by default.
    pub rack: Option<Str>,
    /// Versions 2+.
    pub is_fenced: bool,
}

impl Wire for DescribeClusterBroker {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeClusterBroker {
            broker_id: decoder.int32()?,
            host: decoder.string("host")?,
            port: decoder.int32()?,
            rack: decoder.nullable_string("rack")?,
            is_fenced: if version >= 2 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.broker_id);
        encoder.string("host", &self.host)?;
        encoder.int32(self.port);
        encoder.nullable_string("rack", self.rack.as_deref())?;
        if version >= 2 {
            encoder.bool(self.is_fenced);
        } else if self.is_fenced {
            return Err(EncodeError::unrepresentable("DescribeClusterBroker", "isFenced", version));
        }
        encoder.no_tags();
        Ok(())
    }
}
