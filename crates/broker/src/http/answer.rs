//! Refusals as JSON, with a status that fits.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tonic::Code;

/// A request that was not done.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    detail: ErrorDetail,
}

/// `ErrorDetail` as JSON; what is empty is left out.
#[derive(Debug, Serialize)]
pub struct JsonError {
    code: &'static str,
    message: String,
    retriable: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    cause: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    limit: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u32>,
}

impl Refusal {
    /// With the status that fits the code.
    pub fn new(detail: ErrorDetail) -> Self {
        Refusal { status: status(detail.code()), detail }
    }

    /// With a status of HTTP's own.
    pub fn with_status(status: StatusCode, detail: ErrorDetail) -> Self {
        Refusal { status, detail }
    }

    /// For a path that is not served.
    pub fn not_found() -> Self {
        let detail =
            ErrorDetail::new(ErrorCode::InvalidRequest, "there is nothing at this path: GET / lists what is")
                .with_cause("path");
        Refusal { status: StatusCode::NOT_FOUND, detail }
    }
}

impl From<ErrorDetail> for Refusal {
    fn from(detail: ErrorDetail) -> Self {
        Refusal::new(detail)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry_after_ms = self.detail.retry_after_ms;
        let body = serde_json::json!({ "error": JsonError::from(self.detail) });
        let mut response = (self.status, Json(body)).into_response();
        if retry_after_ms > 0 {
            let seconds = HeaderValue::from(retry_after_ms.div_ceil(1000));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<ErrorDetail> for JsonError {
    fn from(detail: ErrorDetail) -> Self {
        let name = detail.code().as_str_name();
        JsonError {
            code: name.strip_prefix("ERROR_CODE_").unwrap_or(name),
            message: detail.message,
            retriable: detail.retriable,
            cause: detail.cause,
            limit: detail.limit,
            value: detail.value,
            hint: detail.hint,
            retry_after_ms: Some(detail.retry_after_ms).filter(|&wait| wait > 0),
        }
    }
}

/// The status that fits a code.
pub fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => return StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::OffsetOutOfRange => return StatusCode::RANGE_NOT_SATISFIABLE,
        _ => {}
    }
    match code.grpc_code() {
        Code::InvalidArgument => StatusCode::BAD_REQUEST,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::FailedPrecondition => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::ResourceExhausted | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_say_who_must_act() {
        assert_eq!(status(ErrorCode::UnknownTopicOrPartition), StatusCode::NOT_FOUND);
        assert_eq!(status(ErrorCode::MessageTooLarge), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status(ErrorCode::CorruptMessage), StatusCode::BAD_REQUEST);
        assert_eq!(status(ErrorCode::OffsetOutOfRange), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(status(ErrorCode::DiskReserveReached), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(ErrorCode::KafkaStorageError), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(ErrorCode::RequestTimedOut), StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(status(ErrorCode::UnknownServerError), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn a_refusal_says_when_to_try_again_in_whole_seconds() {
        let detail = ErrorDetail::new(ErrorCode::DiskReserveReached, "full").with_retry_after_ms(1500);
        let response = Refusal::new(detail).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }
}
