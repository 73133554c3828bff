//! What CreateTopics, DeleteTopics and CreatePartitions count against a client's `controller_mutation_rate` (KIP-599).
//!
//! Clients of newer versions are refused above their quota, topic by topic; older ones do not know that error, so they are
//! served, and throttled then.

use super::call::Call;
use crate::errors::{KafkaCode, KafkaError};

/// The count of one request.
#[derive(Debug)]
pub struct Mutations<'a> {
    call: &'a Call,
    is_strict: bool,
    throttle_ms: u64,
}

impl<'a> Mutations<'a> {
    /// Of the request `call`, whose API knows THROTTLING_QUOTA_EXCEEDED from version `strict_since` on.
    pub fn new(call: &'a Call, strict_since: i16) -> Self {
        Mutations { call, is_strict: call.version >= strict_since, throttle_ms: 0 }
    }

    /// Counts partitions that come or go.
    pub fn charge(&mut self, partitions: usize) -> Result<(), KafkaError> {
        if partitions == 0 {
            return Ok(());
        }
        let node = self.call.node();
        let now_ms = node.clock.now().monotonic_ms;
        let counted =
            node.controller.quotas().mutate(self.call.client(), partitions as u64, self.is_strict, now_ms);
        self.throttle_ms = self.throttle_ms.max(*counted.as_ref().unwrap_or_else(|throttle_ms| throttle_ms));
        let refuse = |_| {
            KafkaError::new(KafkaCode::ThrottlingQuotaExceeded, "The throttling quota has been exceeded.")
        };
        counted.map(drop).map_err(refuse)
    }

    /// How long the client is over its quota.
    pub fn throttle_time_ms(&self) -> i32 {
        i32::try_from(self.throttle_ms).unwrap_or(i32::MAX)
    }
}
