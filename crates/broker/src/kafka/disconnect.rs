//! Why a connection ends.

use std::io;
use std::time::Duration;

use tidelog_kafka_wire::{DecodeError, EncodeError};

/// Every reason, as `/metrics` names it.
pub const REASONS: &[&str] = &[
    "io",
    "idle",
    "slow_frame",
    "slow_reader",
    "cut_frame",
    "frame_length",
    "unsupported",
    "malformed",
    "unanswerable",
    "unacknowledged",
    "stopping",
];

/// Why the node closes a connection. Kafka's protocol has no place to say it on the wire, so the log does.
#[derive(Debug, thiserror::Error)]
pub enum Disconnect {
    /// The socket failed, or the peer went away.
    #[error("the connection failed: {0}")]
    Io(io::Error),
    /// Nothing came for long.
    #[error("nothing was sent for {} s (connections.max.idle.ms)", after.as_secs())]
    Idle {
        /// The limit.
        after: Duration,
    },
    /// A frame that takes too long.
    #[error("a request took longer than {} s to arrive", limit.as_secs())]
    SlowFrame {
        /// The limit.
        limit: Duration,
    },
    /// Answers that are not taken.
    #[error("an answer was not taken for {} s", limit.as_secs())]
    SlowReader {
        /// The limit.
        limit: Duration,
    },
    /// The peer closed its half within a frame.
    #[error("the peer stopped within a request, after {received} bytes of it")]
    CutFrame {
        /// What had come.
        received: usize,
    },
    /// A length that no frame has.
    #[error(
        "a request of {length} bytes: lengths from 1 to {max_bytes} are taken (socket.request.max.bytes); \
         is it a Kafka client, without TLS?"
    )]
    FrameLength {
        /// As it was sent.
        length: i32,
        /// The limit.
        max_bytes: usize,
    },
    /// An API or a version of it that is not served.
    #[error(
        "API key {key} in version {version} is not served here: the client must keep to the ApiVersions answer"
    )]
    Unsupported {
        /// The API.
        key: i16,
        /// The version.
        version: i16,
    },
    /// Bytes that are not what they say.
    #[error("a request of API key {key}, version {version}, cannot be read: {source}")]
    Malformed {
        /// The API.
        key: i16,
        /// The version.
        version: i16,
        /// What is wrong.
        source: DecodeError,
    },
    /// An answer that its version cannot say: a fault of ours.
    #[error("an answer cannot be written: {0}")]
    Unanswerable(#[from] EncodeError),
    /// A produce with `acks=0` failed, and closing is the only way to tell.
    #[error("a produce request with acks=0 failed: {reason}")]
    Unacknowledged {
        /// The first error.
        reason: String,
    },
    /// The node stops.
    #[error("the node is shutting down")]
    Stopping,
}

impl Disconnect {
    /// One of [`REASONS`].
    pub fn name(&self) -> &'static str {
        match self {
            Disconnect::Io(_) => "io",
            Disconnect::Idle { .. } => "idle",
            Disconnect::SlowFrame { .. } => "slow_frame",
            Disconnect::SlowReader { .. } => "slow_reader",
            Disconnect::CutFrame { .. } => "cut_frame",
            Disconnect::FrameLength { .. } => "frame_length",
            Disconnect::Unsupported { .. } => "unsupported",
            Disconnect::Malformed { .. } => "malformed",
            Disconnect::Unanswerable(_) => "unanswerable",
            Disconnect::Unacknowledged { .. } => "unacknowledged",
            Disconnect::Stopping => "stopping",
        }
    }
}
