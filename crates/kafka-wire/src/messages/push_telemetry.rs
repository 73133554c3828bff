// Generated from proto/kafka by scripts/gen: change those, not this.

//! PushTelemetry (API key 72). Client metrics, in OTLP (KIP-714).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Uuid, Wire};

/// Client metrics, in OTLP (KIP-714). Advertised only where a telemetry plugin is configured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryRequest {
    /// `uuid`.
    pub client_instance_id: Uuid,
    /// `int32`.
    pub subscription_id: i32,
    /// The last push of this client.
    pub terminating: bool,
    /// 0: none, 1: gzip, 2: snappy, 3: lz4, 4: zstd.
    pub compression_type: i8,
    /// OTLP MetricsData v1, compressed.
    pub metrics: Bytes,
}

impl Wire for PushTelemetryRequest {
    const MIN_BYTES: usize = 24;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = PushTelemetryRequest {
            client_instance_id: decoder.uuid()?,
            subscription_id: decoder.int32()?,
            terminating: decoder.bool()?,
            compression_type: decoder.int8()?,
            metrics: decoder.bytes("metrics")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.client_instance_id);
        encoder.int32(self.subscription_id);
        encoder.bool(self.terminating);
        encoder.int8(self.compression_type);
        encoder.bytes("metrics", &self.metrics)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for PushTelemetryRequest {
    const NAME: &'static str = "PushTelemetryRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for PushTelemetryRequest {
    const KEY: ApiKey = ApiKey::PushTelemetry;
    type Response = PushTelemetryResponse;
}

/// Client metrics, in OTLP (KIP-714). Advertised only where a telemetry plugin is configured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for PushTelemetryResponse {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = PushTelemetryResponse { throttle_time_ms: decoder.int32()?, error_code: decoder.int16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for PushTelemetryResponse {
    const NAME: &'static str = "PushTelemetryResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
