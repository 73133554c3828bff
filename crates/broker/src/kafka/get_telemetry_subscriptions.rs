//! GetTelemetrySubscriptions, version 0 (KIP-714): which of its own metrics a client is to push, and how often.
//!
//! A client without an id gets one. Kafka advertises this only with a plugin that takes the metrics; here `/metrics` does.

use tidelog_kafka_wire::messages::get_telemetry_subscriptions::{
    GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse,
};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_record::Compression;

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;

/// What a push may be compressed with, the best first.
const COMPRESSIONS: [Compression; 4] =
    [Compression::Zstd, Compression::Lz4, Compression::Gzip, Compression::Snappy];

/// See the module.
#[derive(Debug)]
pub struct GetTelemetrySubscriptions;

impl Api for GetTelemetrySubscriptions {
    type Request = GetTelemetrySubscriptionsRequest;

    async fn answer(
        call: &Call,
        request: GetTelemetrySubscriptionsRequest,
    ) -> GetTelemetrySubscriptionsResponse {
        let node = call.node();
        let client_instance_id = match request.client_instance_id {
            Uuid::ZERO => Uuid(uuid::Uuid::new_v4().as_u128()),
            known => known,
        };
        let image = node.controller.image();
        let told = call.with_selectors(|selectors| {
            node.telemetry.subscribe(&image, client_instance_id, selectors, node.clock.now())
        });
        match told {
            Ok(subscription) => GetTelemetrySubscriptionsResponse {
                client_instance_id,
                subscription_id: subscription.id,
                accepted_compression_types: COMPRESSIONS.map(|codec| codec.id().cast_signed()).to_vec(),
                push_interval_ms: subscription.push_interval_ms.cast_signed(),
                telemetry_max_bytes: i32::try_from(call.broker_number("telemetry.max.bytes"))
                    .unwrap_or(i32::MAX),
                delta_temporality: true,
                requested_metrics: subscription.metrics.into_iter().map(Str::from).collect(),
                ..GetTelemetrySubscriptionsResponse::default()
            },
            Err(error) => GetTelemetrySubscriptionsResponse {
                error_code: error.to_kafka().code as i16,
                ..GetTelemetrySubscriptionsResponse::default()
            },
        }
    }
}
