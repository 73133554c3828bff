//! Why a client may not push its metrics, as Kafka says it.

use super::{KafkaCode, KafkaError, ToKafka};
use crate::telemetry::TelemetryError;

impl ToKafka for TelemetryError {
    fn to_kafka(&self) -> KafkaError {
        let code = match self {
            TelemetryError::TooSoon { .. } => KafkaCode::ThrottlingQuotaExceeded,
            TelemetryError::Ended => KafkaCode::InvalidRequest,
            TelemetryError::UnknownSubscription => KafkaCode::UnknownSubscriptionId,
            TelemetryError::UnknownCompression(_) => KafkaCode::UnsupportedCompressionType,
            TelemetryError::TooLarge { .. } => KafkaCode::TelemetryTooLarge,
            TelemetryError::Unreadable(_) => KafkaCode::InvalidRecord,
        };
        KafkaError::new(code, self.to_string())
    }
}
