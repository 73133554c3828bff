//! What a consumer can be told.

use tidelog_grpc_api::v1::offset_spec::At;
use tidelog_grpc_api::v1::{OffsetSpec, Position};
use tidelog_model::{Offset, TimestampMs};

use crate::error::OptionsError;

/// How a consumer reads ahead and waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerOptions {
    /// Whether to go on as partitions grow. Default true. Otherwise the stream ends where each partition ended when it
    /// began.
    pub follow: bool,
    /// How much one message may carry, in bytes; one batch comes whole, however large. Default 1,048,576.
    pub max_bytes: u32,
    /// How much the broker gathers before it sends, in bytes, as long as `max_wait_ms` has not passed. Default 1: at once.
    pub min_bytes: u32,
    /// How long the broker gathers; also how old a known log end can be. In milliseconds. Default 500.
    pub max_wait_ms: u32,
    /// How much is read ahead of what is handed out, in bytes as they are stored: beside one message, no more than this is
    /// held for the consumer. Default 4,194,304.
    pub prefetch_bytes: u32,
    /// What to do where the log has no such offset (any more). Default: [`OffsetReset::Fail`].
    pub offset_reset: OffsetReset,
    /// Whether to compute each batch's checksum over its bytes. Default true; it costs some 2 % of reading.
    pub check_crcs: bool,
}

impl Default for ConsumerOptions {
    fn default() -> Self {
        ConsumerOptions {
            follow: true,
            max_bytes: 1 << 20,
            min_bytes: 1,
            max_wait_ms: 500,
            prefetch_bytes: 4 << 20,
            offset_reset: OffsetReset::Fail,
            check_crcs: true,
        }
    }
}

impl ConsumerOptions {
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        let wrong = |option, value, reason| Err(OptionsError { option, value, reason });
        if !(SMALLEST_WINDOW..=LARGEST_WINDOW).contains(&self.prefetch_bytes) {
            return wrong(
                "prefetch_bytes",
                self.prefetch_bytes.into(),
                "use 65535 to 2147483647, an HTTP/2 window",
            );
        }
        if self.max_wait_ms == 0 {
            return wrong("max_wait_ms", 0, "use at least 1");
        }
        if self.max_bytes == 0 {
            return wrong("max_bytes", 0, "use at least 1, which sends one batch a message");
        }
        Ok(())
    }
}

/// Below HTTP/2's own default a window gains nothing.
const SMALLEST_WINDOW: u32 = (1 << 16) - 1;
/// RFC 9113, 6.9.1.
const LARGEST_WINDOW: u32 = (1 << 31) - 1;

/// What to do when a position is below the log's start or beyond its end (Kafka's `auto.offset.reset`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OffsetReset {
    /// Hand out the error, and stop there: nobody misses records without knowing.
    #[default]
    Fail,
    /// Go on at the first readable record.
    Earliest,
    /// Go on behind the last one.
    Latest,
}

/// Where in a partition to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// At the first readable record.
    Earliest,
    /// Behind the last readable record: only what comes later.
    Latest,
    /// At this offset.
    Offset(Offset),
    /// At the first record whose time is this or later; behind the last record if there is none.
    Timestamp(TimestampMs),
}

impl From<StartAt> for OffsetSpec {
    fn from(start: StartAt) -> Self {
        let at = match start {
            StartAt::Earliest => At::Position(Position::Earliest.into()),
            StartAt::Latest => At::Position(Position::Latest.into()),
            StartAt::Offset(offset) => At::Offset(offset.0),
            StartAt::Timestamp(timestamp) => At::TimestampMs(timestamp.0),
        };
        OffsetSpec { at: Some(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_right_and_a_wrong_option_is_named() {
        assert_eq!(ConsumerOptions::default().check(), Ok(()));
        let wrong = [
            (ConsumerOptions { prefetch_bytes: 65_534, ..Default::default() }, "prefetch_bytes"),
            (ConsumerOptions { prefetch_bytes: 1 << 31, ..Default::default() }, "prefetch_bytes"),
            (ConsumerOptions { max_wait_ms: 0, ..Default::default() }, "max_wait_ms"),
            (ConsumerOptions { max_bytes: 0, ..Default::default() }, "max_bytes"),
        ];
        for (options, name) in wrong {
            assert_eq!(options.check().unwrap_err().option, name);
        }
    }
}
