//! PushTelemetry, version 0 (KIP-714): a client's own metrics, in OpenTelemetry's protocol.

use tidelog_kafka_wire::messages::push_telemetry::{PushTelemetryRequest, PushTelemetryResponse};

use super::call::Call;
use super::table::Api;
use crate::errors::{KafkaCode, ToKafka};
use crate::telemetry::Push;

/// Ids up to here stand for something else in Kafka than for a client.
const RESERVED_IDS: u128 = 100;

/// See the module.
#[derive(Debug)]
pub struct PushTelemetry;

impl Api for PushTelemetry {
    type Request = PushTelemetryRequest;

    async fn answer(call: &Call, request: PushTelemetryRequest) -> PushTelemetryResponse {
        let id = request.client_instance_id;
        let error_code = if id.0 < RESERVED_IDS {
            KafkaCode::InvalidRequest as i16
        } else {
            let node = call.node();
            let push = Push {
                subscription_id: request.subscription_id,
                is_last: request.terminating,
                compression: request.compression_type,
                metrics: &request.metrics,
            };
            let limit_bytes = usize::try_from(call.broker_number("telemetry.max.bytes")).unwrap_or(0);
            let image = node.controller.image();
            let pushed = call.with_selectors(|selectors| {
                node.telemetry.push(&image, id, selectors, &push, limit_bytes, node.clock.now())
            });
            pushed.map_or_else(|error| error.to_kafka().code as i16, |()| 0)
        };
        PushTelemetryResponse { error_code, ..PushTelemetryResponse::default() }
    }
}
