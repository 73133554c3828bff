// Generated from proto/kafka by scripts/gen: change those, not this.

//! GetTelemetrySubscriptions (API key 71). What the cluster wants to know of this client's metrics
//! (KIP-714).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// What the cluster wants to know of this client's metrics (KIP-714). Advertised only where a telemetry
/// plugin is configured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsRequest {
    /// Zero: a new client.
    pub client_instance_id: Uuid,
}

impl Wire for GetTelemetrySubscriptionsRequest {
    const MIN_BYTES: usize = 17;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = GetTelemetrySubscriptionsRequest { client_instance_id: decoder.uuid()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.client_instance_id);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for GetTelemetrySubscriptionsRequest {
    const NAME: &'static str = "GetTelemetrySubscriptionsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for GetTelemetrySubscriptionsRequest {
    const KEY: ApiKey = ApiKey::GetTelemetrySubscriptions;
    type Response = GetTelemetrySubscriptionsResponse;
}

/// What the cluster wants to know of this client's metrics (KIP-714). Advertised only where a telemetry
/// plugin is configured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `uuid`.
    pub client_instance_id: Uuid,
    /// Goes back with each push.
    pub subscription_id: i32,
    /// By preference; 0: none, 1: gzip, 2: snappy, 3: lz4, 4: zstd.
    pub accepted_compression_types: Vec<i8>,
    /// `int32`.
    pub push_interval_ms: i32,
    /// `int32`.
    pub telemetry_max_bytes: i32,
    /// True: changes since the last push, false: totals.
    pub delta_temporality: bool,
    /// Prefixes of names; empty: none, one empty string: all.
    pub requested_metrics: Vec<Str>,
}

impl Wire for GetTelemetrySubscriptionsResponse {
    const MIN_BYTES: usize = 38;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = GetTelemetrySubscriptionsResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            client_instance_id: decoder.uuid()?,
            subscription_id: decoder.int32()?,
            accepted_compression_types: decoder.array("acceptedCompressionTypes", version)?,
            push_interval_ms: decoder.int32()?,
            telemetry_max_bytes: decoder.int32()?,
            delta_temporality: decoder.bool()?,
            requested_metrics: decoder.array("requestedMetrics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.uuid(self.client_instance_id);
        encoder.int32(self.subscription_id);
        encoder.array("acceptedCompressionTypes", &self.accepted_compression_types, version)?;
        encoder.int32(self.push_interval_ms);
        encoder.int32(self.telemetry_max_bytes);
        encoder.bool(self.delta_temporality);
        encoder.array("requestedMetrics", &self.requested_metrics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for GetTelemetrySubscriptionsResponse {
    const NAME: &'static str = "GetTelemetrySubscriptionsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
