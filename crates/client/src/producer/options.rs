//! What a producer can be told.

use tidelog_model::Acks;
use tidelog_record::Compression;

use crate::error::OptionsError;

/// How a producer batches, retries and holds back. Names and meanings are Kafka's.
///
/// ```
/// use tidelog_client::{Compression, ProducerOptions};
///
/// let options = ProducerOptions { compression: Compression::Lz4, linger_ms: 20, ..ProducerOptions::default() };
/// assert_eq!(options.batch_size_bytes, 65_536);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerOptions {
    /// When a record counts as delivered. Default: all in-sync replicas.
    pub acks: Acks,
    /// How long a record may wait for others to share its batch, in milliseconds. Default 5.
    pub linger_ms: u64,
    /// A batch is sent as soon as it is this large, before compression. A larger record travels alone. Default 65,536:
    /// four times Kafka's, because a batch costs the broker the same however large it is.
    pub batch_size_bytes: usize,
    /// The largest record, and the largest request unless one batch alone is larger, before compression. Default
    /// 1,048,576.
    pub max_request_bytes: usize,
    /// How batches are compressed. Default: not.
    pub compression: Compression,
    /// Whether batches are numbered, so that the broker stores each once and in order however often it is sent again.
    /// Default true. Of no effect with [`Acks::None`], which never sends again.
    ///
    /// Without it a retry may store records twice, and in another order unless `max_in_flight_per_partition` is 1.
    pub idempotence: bool,
    /// How many batches of one partition may wait for their answer at once. Default 5, which is also the most that a
    /// broker can tell apart from idempotent producers.
    pub max_in_flight_per_partition: usize,
    /// How long after [`send`](crate::Producer::send) a record's fate is decided at the latest, in milliseconds: after
    /// that it has failed. Default 120,000.
    pub delivery_timeout_ms: u64,
    /// How long the broker may wait for replicas, in milliseconds; without an answer after a quarter more, the connection
    /// counts as broken. Default 30,000.
    pub request_timeout_ms: u32,
    /// The first pause before a retry, in milliseconds; it doubles with each failure in a row. Default 100.
    pub retry_backoff_ms: u64,
    /// The largest pause before a retry, in milliseconds. Default 1,000.
    pub retry_backoff_max_ms: u64,
    /// Records that have no answer yet take no more than this, before compression. Then `send` waits. Default 33,554,432.
    pub buffer_memory_bytes: usize,
    /// How long `send` may wait, for memory or for a topic's description, in milliseconds. Default 60,000.
    pub max_block_ms: u64,
    /// How often topics are described anew, to find added partitions, in milliseconds. Default 300,000.
    pub metadata_max_age_ms: u64,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        ProducerOptions {
            acks: Acks::All,
            linger_ms: 5,
            batch_size_bytes: 64 << 10,
            max_request_bytes: 1 << 20,
            compression: Compression::None,
            idempotence: true,
            max_in_flight_per_partition: Self::MAX_IDEMPOTENT_IN_FLIGHT,
            delivery_timeout_ms: 120_000,
            request_timeout_ms: 30_000,
            retry_backoff_ms: 100,
            retry_backoff_max_ms: 1_000,
            buffer_memory_bytes: 32 << 20,
            max_block_ms: 60_000,
            metadata_max_age_ms: 300_000,
        }
    }
}

impl ProducerOptions {
    /// How many of a producer's last batches a broker remembers for each partition (KIP-98).
    pub const MAX_IDEMPOTENT_IN_FLIGHT: usize = 5;

    /// Whether batches carry a producer id.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.idempotence && self.acks != Acks::None
    }

    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        let wrong = |option, value: u64, reason| Err(OptionsError { option, value, reason });
        if self.batch_size_bytes == 0 {
            return wrong("batch_size_bytes", 0, "use at least 1, which sends each record alone");
        }
        if self.max_request_bytes < 1024 || self.max_request_bytes > LARGEST_REQUEST_BYTES {
            return wrong(
                "max_request_bytes",
                self.max_request_bytes as u64,
                "use 1024 to 8388608: a broker takes no larger requests",
            );
        }
        if self.buffer_memory_bytes < self.max_request_bytes {
            return wrong(
                "buffer_memory_bytes",
                self.buffer_memory_bytes as u64,
                "the largest record must fit: use at least max_request_bytes",
            );
        }
        let in_flight = self.max_in_flight_per_partition;
        if in_flight == 0 || (self.is_idempotent() && in_flight > Self::MAX_IDEMPOTENT_IN_FLIGHT) {
            return wrong(
                "max_in_flight_per_partition",
                in_flight as u64,
                "use 1 to 5, or switch idempotence off for more",
            );
        }
        if self.delivery_timeout_ms <= self.linger_ms {
            return wrong(
                "delivery_timeout_ms",
                self.delivery_timeout_ms,
                "records must live longer than they linger: use more than linger_ms",
            );
        }
        Ok(())
    }
}

/// Half of what a broker reads at most, so that a batch that compression made larger still fits.
const LARGEST_REQUEST_BYTES: usize = tidelog_grpc_api::limits::MAX_REQUEST_BYTES / 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_right() {
        assert_eq!(ProducerOptions::default().check(), Ok(()));
    }

    #[test]
    fn a_wrong_option_is_named_with_its_value_and_what_to_use() {
        let wrong: [(ProducerOptions, &str); 6] = [
            (ProducerOptions { batch_size_bytes: 0, ..Default::default() }, "batch_size_bytes"),
            (ProducerOptions { max_request_bytes: 9 << 20, ..Default::default() }, "max_request_bytes"),
            (ProducerOptions { buffer_memory_bytes: 1000, ..Default::default() }, "buffer_memory_bytes"),
            (
                ProducerOptions { max_in_flight_per_partition: 6, ..Default::default() },
                "max_in_flight_per_partition",
            ),
            (
                ProducerOptions { max_in_flight_per_partition: 0, ..Default::default() },
                "max_in_flight_per_partition",
            ),
            (ProducerOptions { delivery_timeout_ms: 5, ..Default::default() }, "delivery_timeout_ms"),
        ];
        for (options, name) in wrong {
            assert_eq!(options.check().unwrap_err().option, name);
        }
        let error =
            ProducerOptions { max_in_flight_per_partition: 6, ..Default::default() }.check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "max_in_flight_per_partition = 6: use 1 to 5, or switch idempotence off for more"
        );
    }

    #[test]
    fn more_may_be_in_flight_without_idempotence() {
        let many = ProducerOptions { max_in_flight_per_partition: 100, ..Default::default() };
        assert_eq!(ProducerOptions { idempotence: false, ..many.clone() }.check(), Ok(()));
        assert_eq!(ProducerOptions { acks: Acks::None, ..many }.check(), Ok(()));
    }
}
