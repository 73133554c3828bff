//! What the other errors are made of: a broker's refusal, a broken call, a wrong option.

use std::fmt;

use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tonic::{Code, Status};

/// A broker said no, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(Box<ErrorDetail>);

impl Refusal {
    /// What went wrong, to branch on. A code from a newer broker that this client does not know is
    /// [`ErrorCode::UnknownServerError`].
    pub fn code(&self) -> ErrorCode {
        ErrorCode::try_from(self.0.code).unwrap_or(ErrorCode::UnknownServerError)
    }

    /// Whether the same request may succeed later, unchanged.
    pub fn is_retriable(&self) -> bool {
        self.0.retriable
    }

    /// All that the broker said: cause, limit, value, hint, pause.
    pub fn detail(&self) -> &ErrorDetail {
        &self.0
    }
}

impl From<ErrorDetail> for Refusal {
    fn from(detail: ErrorDetail) -> Self {
        Refusal(Box::new(detail))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ErrorDetail { message, hint, .. } = &*self.0;
        f.write_str(if message.is_empty() { self.code().as_str_name() } else { message })?;
        if hint.is_empty() { Ok(()) } else { write!(f, ": {hint}") }
    }
}

impl std::error::Error for Refusal {}

/// A call that failed as a whole.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The broker refused it.
    #[error("{0}")]
    Refused(Refusal),
    /// It did not get through, or its answer did not.
    #[error("the call to the broker failed ({code:?}): {message}")]
    Transport {
        /// gRPC's word for it.
        code: Code,
        /// In more words.
        message: String,
    },
}

impl CallError {
    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            CallError::Refused(refusal) => refusal.is_retriable(),
            // Unknown: what the transport reports when a connection breaks in the middle of an answer.
            CallError::Transport { code, .. } => {
                matches!(code, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown)
            }
        }
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        match ErrorDetail::from_status(&status) {
            Some(detail) => CallError::Refused(detail.into()),
            None => CallError::Transport { code: status.code(), message: status.message().to_owned() },
        }
    }
}

/// An option out of its bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option} = {value}: {reason}")]
pub struct OptionsError {
    /// Its name.
    pub option: &'static str,
    /// Its value.
    pub value: u64,
    /// What to use instead.
    pub reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_and_what_to_do() {
        let detail =
            ErrorDetail::new(ErrorCode::NotEnoughReplicas, "1 of 2 replicas in sync").with_hint("wait");
        assert_eq!(Refusal::from(detail).to_string(), "1 of 2 replicas in sync: wait");
        let silent = ErrorDetail::new(ErrorCode::NotEnoughReplicas, "");
        assert_eq!(Refusal::from(silent).to_string(), "ERROR_CODE_NOT_ENOUGH_REPLICAS");
    }

    #[test]
    fn a_code_from_the_future_keeps_its_hint_to_retry() {
        let refusal = Refusal::from(ErrorDetail { code: 31_337, retriable: true, ..ErrorDetail::default() });
        assert_eq!((refusal.code(), refusal.is_retriable()), (ErrorCode::UnknownServerError, true));
    }

    #[test]
    fn a_status_is_a_refusal_if_the_broker_made_it_and_a_broken_call_otherwise() {
        let detail = ErrorDetail::new(ErrorCode::ShuttingDown, "going down");
        assert_eq!(CallError::from(detail.to_status()), CallError::Refused(detail.into()));
        let broken = CallError::from(Status::unavailable("connection refused"));
        assert!(broken.is_retriable());
        assert_eq!(broken.to_string(), "the call to the broker failed (Unavailable): connection refused");
        assert!(!CallError::from(Status::unimplemented("")).is_retriable());
    }
}
