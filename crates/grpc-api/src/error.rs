//! Errors on their way over the wire and back: [`ErrorDetail`] as a part of an answer, or as a [`tonic::Status`].
//!
//! A status carries the detail twice: in words as its message, and as an `Any` inside a `google.rpc.Status` in the
//! trailer `grpc-status-details-bin`, which is where every language's gRPC helpers look for it.
//!
//! What must stay true: trailers are HTTP/2 headers, whose total size the other end limits (16 KiB by default), so texts
//! that may echo a stranger's input are clipped before they go into one.

use bytes::Bytes;
use prost::Message as _;
use tonic::{Code, Status};

use crate::v1::{ErrorCode, ErrorDetail};

/// `Any`'s name for [`ErrorDetail`].
const TYPE_URL: &str = "type.googleapis.com/tidelog.v1.ErrorDetail";

/// How much of each text goes into a trailer, in bytes.
const MAX_TEXT_BYTES: usize = 1024;

/// `google.rpc.Status`, the part of it that is fixed (google/rpc/status.proto).
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

impl ErrorDetail {
    /// An error of this code, retriable if its code is, with a message that names cause, limit, value and next step.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ErrorDetail {
            code: code.into(),
            message: message.into(),
            retriable: code.is_retriable(),
            ..ErrorDetail::default()
        }
    }

    /// Adds which limit was hit, and by what: both with their unit.
    #[must_use]
    pub fn with_limit(
        mut self,
        cause: impl Into<String>,
        limit: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.cause = cause.into();
        self.limit = limit.into();
        self.value = value.into();
        self
    }

    /// Adds what was refused, where there is no limit: a field, a setting.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = cause.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Makes it retriable, after this many milliseconds (0: the client's own back-off).
    #[must_use]
    pub fn with_retry_after_ms(mut self, retry_after_ms: u32) -> Self {
        self.retriable = true;
        self.retry_after_ms = retry_after_ms;
        self
    }

    /// As the end of a whole call.
    pub fn to_status(&self) -> Status {
        let detail = self.clipped();
        let code = self.code().grpc_code();
        let rpc = RpcStatus {
            code: code as i32,
            message: detail.message.clone(),
            details: vec![prost_types::Any { type_url: TYPE_URL.to_owned(), value: detail.encode_to_vec() }],
        };
        Status::with_details(code, detail.message, Bytes::from(rpc.encode_to_vec()))
    }

    /// Reads back what [`ErrorDetail::to_status`] wrote; `None` if the status came from elsewhere (a transport, a proxy,
    /// another program) and carries none.
    pub fn from_status(status: &Status) -> Option<ErrorDetail> {
        let rpc = RpcStatus::decode(status.details()).ok()?;
        let detail = rpc.details.iter().find(|detail| detail.type_url == TYPE_URL)?;
        ErrorDetail::decode(detail.value.as_slice()).ok()
    }

    fn clipped(&self) -> ErrorDetail {
        ErrorDetail {
            message: clip(&self.message),
            cause: clip(&self.cause),
            limit: clip(&self.limit),
            value: clip(&self.value),
            hint: clip(&self.hint),
            ..*self
        }
    }
}

impl From<ErrorDetail> for Status {
    fn from(detail: ErrorDetail) -> Status {
        detail.to_status()
    }
}

impl ErrorCode {
    /// Whether the same request may succeed later, unchanged, and may be sent again. (An [`ErrorDetail`] says it for its
    /// own case, and has the last word.)
    pub const fn is_retriable(self) -> bool {
        use ErrorCode as E;
        matches!(
            self,
            E::UnknownTopicOrPartition
                | E::UnknownTopicId
                | E::LeaderNotAvailable
                | E::NotLeaderOrFollower
                | E::RequestTimedOut
                | E::NetworkException
                | E::NotEnoughReplicas
                | E::NotEnoughReplicasAfterAppend
                | E::NotController
                | E::KafkaStorageError
                | E::FencedLeaderEpoch
                | E::UnknownLeaderEpoch
                | E::OffsetNotAvailable
                | E::ThrottlingQuotaExceeded
                | E::DiskReserveReached
                | E::Overloaded
                | E::ShuttingDown
        )
    }

    /// The gRPC status code with which a whole call ends for this reason.
    pub const fn grpc_code(self) -> Code {
        use ErrorCode as E;
        match self {
            E::None | E::UnknownServerError => Code::Internal,
            E::OffsetOutOfRange => Code::OutOfRange,
            E::UnknownTopicOrPartition | E::UnknownTopicId => Code::NotFound,
            E::TopicAlreadyExists => Code::AlreadyExists,
            E::RequestTimedOut => Code::DeadlineExceeded,
            E::TopicAuthorizationFailed | E::ClusterAuthorizationFailed => Code::PermissionDenied,
            E::LeaderNotAvailable
            | E::NotLeaderOrFollower
            | E::NetworkException
            | E::NotEnoughReplicas
            | E::NotEnoughReplicasAfterAppend
            | E::NotController
            | E::KafkaStorageError
            | E::FencedLeaderEpoch
            | E::UnknownLeaderEpoch
            | E::OffsetNotAvailable
            | E::ShuttingDown => Code::Unavailable,
            E::ThrottlingQuotaExceeded | E::DiskReserveReached | E::Overloaded => Code::ResourceExhausted,
            E::PolicyViolation
            | E::OutOfOrderSequenceNumber
            | E::DuplicateSequenceNumber
            | E::InvalidProducerEpoch
            | E::UnknownProducerId => Code::FailedPrecondition,
            E::CorruptMessage
            | E::MessageTooLarge
            | E::InvalidTopicException
            | E::RecordListTooLarge
            | E::InvalidRequiredAcks
            | E::InvalidTimestamp
            | E::InvalidPartitions
            | E::InvalidReplicationFactor
            | E::InvalidReplicaAssignment
            | E::InvalidConfig
            | E::InvalidRequest
            | E::UnsupportedCompressionType
            | E::InvalidRecord => Code::InvalidArgument,
        }
    }
}

fn clip(text: &str) -> String {
    if text.len() <= MAX_TEXT_BYTES {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(MAX_TEXT_BYTES)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn too_large() -> ErrorDetail {
        ErrorDetail::new(ErrorCode::MessageTooLarge, "batch of 2097152 bytes is above max.message.bytes")
            .with_limit("max.message.bytes", "1048588 bytes", "2097152 bytes")
            .with_hint("send smaller batches")
    }

    #[test]
    fn a_status_carries_the_detail_and_gives_it_back() {
        let status = too_large().to_status();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "batch of 2097152 bytes is above max.message.bytes");
        assert_eq!(ErrorDetail::from_status(&status), Some(too_large()));
    }

    #[test]
    fn the_trailer_is_a_google_rpc_status_byte_for_byte() {
        let detail = ErrorDetail::new(ErrorCode::OffsetOutOfRange, "no");
        let mut expected = vec![0x08, 11, 0x12, 2, b'n', b'o', 0x1a, 52, 0x0a, 42];
        expected.extend(b"type.googleapis.com/tidelog.v1.ErrorDetail");
        expected.extend([0x12, 6, 0x08, 1, 0x12, 2, b'n', b'o']);
        assert_eq!(detail.to_status().details(), expected);
    }

    #[test]
    fn a_status_from_elsewhere_has_no_detail() {
        assert_eq!(ErrorDetail::from_status(&Status::unavailable("connection reset")), None);
        let garbage = Status::with_details(Code::Internal, "", Bytes::from_static(b"\xff\xff\xff"));
        assert_eq!(ErrorDetail::from_status(&garbage), None);
    }

    #[test]
    fn long_texts_are_clipped_at_a_character_so_that_the_trailers_fit() {
        let name = "ü".repeat(100_000);
        let detail = ErrorDetail::new(ErrorCode::InvalidTopicException, name.as_str()).with_limit(
            &*name,
            name.as_str(),
            name.as_str(),
        );
        let status = detail.with_hint(name).to_status();
        assert_eq!(status.message().chars().filter(|c| *c == 'ü').count(), 512);
        assert!(status.message().ends_with('…'));
        // Base64 adds a third to the details, percent-encoding triples the message.
        assert!(status.details().len() * 4 / 3 + status.message().len() * 3 < 14 << 10);
    }

    #[test]
    fn a_hint_to_retry_makes_it_retriable() {
        let detail = ErrorDetail::new(ErrorCode::PolicyViolation, "not now");
        assert!(!detail.retriable);
        assert_eq!((true, 250), {
            let detail = detail.with_retry_after_ms(250);
            (detail.retriable, detail.retry_after_ms)
        });
    }
}
