//! How a run ends that did not succeed: a kind with an exit code of its own, what is wrong, and what to do about it.
//!
//! What must stay true: an exit code keeps its meaning for ever, since scripts branch on it.

use std::io;
use std::process::ExitCode;

use serde::Serialize;
use tidelog_broker::{OpenError, StartError};
use tidelog_client::{
    AdminError, AssignError, CallError, ConnectError, ConsumeError, DeliveryError, ErrorCode, OptionsError,
    SendError,
};
use tidelog_metadata::{UnknownConfig, WrittenConfigError};

/// What went wrong, as the exit code tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// None of the others.
    Failed = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// The configuration file, the environment or a setting is wrong.
    Configuration = 3,
    /// A listener's address is taken, or cannot be had.
    Address = 4,
    /// A listener would stand where others reach it, without `--insecure-listen`.
    OpenListener = 5,
    /// The data directory cannot be made, read or written.
    DataDirUnusable = 6,
    /// Another process uses the data directory.
    DataDirLocked = 7,
    /// The data directory is not Tidelog's, or a copy of another.
    DataDirForeign = 8,
    /// The data directory's files are damaged, or of a newer version.
    DataDirDamaged = 9,
    /// No broker answers.
    Unreachable = 10,
    /// A broker refused.
    Refused = 11,
    /// There is no such topic, partition or offset.
    NotFound = 12,
    /// A file or a line that was to be read is wrong.
    Input = 13,
    /// Some records were not stored, or it is not known whether they were.
    Undelivered = 14,
    /// What was read is not what was written.
    Unverified = 15,
    /// Stopped by Ctrl-C or SIGTERM.
    Interrupted = 130,
}

impl Exit {
    /// All codes with their meanings, as `--help` tells them.
    pub const MEANINGS: [(Exit, &'static str); 16] = [
        (Exit::Failed, "any other failure"),
        (Exit::Usage, "the command line cannot be understood"),
        (Exit::Configuration, "the configuration file, the environment or a setting is wrong"),
        (Exit::Address, "a listener's address is taken, or cannot be had"),
        (Exit::OpenListener, "a listener would be reachable from outside, without --insecure-listen"),
        (Exit::DataDirUnusable, "the data directory cannot be made, read or written"),
        (Exit::DataDirLocked, "another process uses the data directory"),
        (Exit::DataDirForeign, "the data directory is not Tidelog's, or a copy of another"),
        (Exit::DataDirDamaged, "the data directory's files are damaged, or of a newer version"),
        (Exit::Unreachable, "no broker answers"),
        (Exit::Refused, "a broker refused"),
        (Exit::NotFound, "there is no such topic, partition or offset"),
        (Exit::Input, "a file or a line that was to be read is wrong"),
        (Exit::Undelivered, "some records were not stored, or it is not known whether they were"),
        (Exit::Unverified, "what was read is not what was written (demo, bench)"),
        (Exit::Interrupted, "stopped by Ctrl-C or SIGTERM"),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command failed. Displayed, it is one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// The kind.
    pub exit: Exit,
    /// Cause, limit and value.
    pub message: String,
    /// What to do about it, where the message does not say.
    pub fix: Option<String>,
    /// Nobody reads standard output any longer: no failure, and nobody to tell.
    pub is_closed_pipe: bool,
}

impl CliError {
    /// A failure of this kind.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        CliError { exit, message: message.into(), fix: None, is_closed_pipe: false }
    }

    /// A failure of no special kind.
    pub fn failed(message: impl Into<String>) -> Self {
        CliError::new(Exit::Failed, message)
    }

    /// The same, with what to do about it.
    pub fn fix(self, fix: impl Into<String>) -> Self {
        CliError { fix: Some(fix.into()), ..self }
    }

    /// Standard output could not be written.
    pub fn writing(error: &io::Error) -> Self {
        let is_closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        CliError {
            is_closed_pipe,
            ..CliError::failed(format!("the result cannot be written to standard output: {error}"))
        }
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.fix.as_ref().map_or(Ok(()), |fix| write!(f, ": {fix}"))
    }
}

impl std::error::Error for CliError {}

const START_A_NODE: &str = "start a node with `tidelog serve`, or name another with --bootstrap";

impl From<ConnectError> for CliError {
    fn from(error: ConnectError) -> Self {
        match &error {
            ConnectError::NoAddress | ConnectError::BadAddress { .. } => {
                CliError::new(Exit::Usage, format!("--bootstrap: {error}"))
            }
            ConnectError::Unreachable { tried } => {
                let addresses: Vec<&str> = tried.iter().map(|(address, _)| address.as_str()).collect();
                let message = format!("nothing answers at {}", addresses.join(" or "));
                CliError::new(Exit::Unreachable, message).fix(START_A_NODE)
            }
        }
    }
}

impl From<CallError> for CliError {
    fn from(error: CallError) -> Self {
        match &error {
            CallError::Refused(_) => CliError::new(Exit::Refused, error.to_string()),
            CallError::Transport { .. } if error.is_retriable() => {
                CliError::new(Exit::Unreachable, error.to_string()).fix(START_A_NODE)
            }
            CallError::Transport { .. } => CliError::failed(error.to_string()),
        }
    }
}

impl From<AdminError> for CliError {
    fn from(error: AdminError) -> Self {
        let exit = match error.code() {
            Some(code) if error.is_unknown_topic() || code == ErrorCode::OffsetOutOfRange => Exit::NotFound,
            _ => Exit::Refused,
        };
        match error {
            // Where the broker's words name the topic themselves, once is enough.
            AdminError::Refused { subject, refusal } if refusal.to_string().contains(quoted(&subject)) => {
                CliError::new(exit, refusal.to_string())
            }
            AdminError::Refused { .. } => CliError::new(exit, error.to_string()),
            AdminError::Call(error) => error.into(),
        }
    }
}

impl From<AssignError> for CliError {
    fn from(error: AssignError) -> Self {
        match error {
            AssignError::Call(error) => error.into(),
            other => CliError::new(Exit::NotFound, other.to_string()),
        }
    }
}

impl From<ConsumeError> for CliError {
    fn from(error: ConsumeError) -> Self {
        match error {
            ConsumeError::OffsetOutOfRange { topic, partition, offset, refusal } => {
                let offsets = &refusal.detail().limit;
                let message = format!("partition {partition} of topic '{topic}' has no offset {offset}");
                let message = if offsets.is_empty() { message } else { format!("{message}, only {offsets}") };
                CliError::new(Exit::NotFound, message).fix("begin with --from earliest")
            }
            ConsumeError::Call(error) => error.into(),
            other => CliError::new(Exit::Refused, other.to_string()),
        }
    }
}

impl From<SendError> for CliError {
    fn from(error: SendError) -> Self {
        if let SendError::RecordTooLarge { record_bytes, limit_bytes, .. } = error {
            let message =
                format!("a record of {record_bytes} bytes is above the limit of {limit_bytes} bytes");
            return CliError::new(Exit::Input, message).fix("split it");
        }
        let exit = match &error {
            SendError::UnknownTopic { .. } | SendError::UnknownPartition { .. } => Exit::NotFound,
            SendError::RecordTooLarge { .. } => Exit::Input,
            SendError::Metadata { cause: CallError::Refused(_), .. } => Exit::Refused,
            SendError::Metadata { .. } => Exit::Unreachable,
            SendError::BufferFull { .. } | SendError::TopicNotLoaded { .. } | SendError::Closed => {
                Exit::Undelivered
            }
        };
        CliError::new(exit, error.to_string())
    }
}

impl From<DeliveryError> for CliError {
    fn from(error: DeliveryError) -> Self {
        CliError::new(Exit::Undelivered, error.to_string())
    }
}

impl From<OptionsError> for CliError {
    fn from(error: OptionsError) -> Self {
        CliError::new(Exit::Usage, error.to_string())
    }
}

impl From<WrittenConfigError> for CliError {
    fn from(error: WrittenConfigError) -> Self {
        CliError::new(Exit::Configuration, error.to_string())
    }
}

impl From<UnknownConfig> for CliError {
    fn from(error: UnknownConfig) -> Self {
        CliError::new(Exit::Configuration, error.to_string())
    }
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::OpenListener { .. } => Exit::OpenListener,
            StartError::Bind { .. } => Exit::Address,
            StartError::DataDir { .. } => Exit::DataDirUnusable,
            StartError::Locked { .. } => Exit::DataDirLocked,
            StartError::OtherNode { .. } => Exit::DataDirForeign,
            StartError::Open { source, .. } => open_exit(source),
            StartError::MetadataLog(_) => Exit::DataDirDamaged,
            _ => Exit::Failed,
        };
        CliError::new(exit, error.to_string())
    }
}

/// The name in quotes in `partition 3 of topic 'events'`; all of it if there is none.
fn quoted(subject: &str) -> &str {
    subject.find('\'').map_or(subject, |at| &subject[at..])
}

/// What of a data directory cannot be used.
fn open_exit(error: &OpenError) -> Exit {
    match error {
        OpenError::Foreign { .. } | OpenError::Cloned { .. } => Exit::DataDirForeign,
        OpenError::Io { .. } => Exit::DataDirUnusable,
        _ => Exit::DataDirDamaged,
    }
}

#[cfg(test)]
mod tests {
    use tidelog_client::ErrorDetail;

    use super::*;

    #[test]
    fn every_exit_code_is_explained_once_and_in_order() {
        assert!(Exit::MEANINGS.is_sorted_by(|(a, _), (b, _)| (*a as u8) < (*b as u8)));
    }

    #[test]
    fn a_topic_is_named_once() {
        let refused = |message: &str| {
            let detail = ErrorDetail::new(ErrorCode::TopicAlreadyExists, message);
            AdminError::Refused { subject: "topic 'events'".to_owned(), refusal: detail.into() }
        };
        let shown = |message| CliError::from(refused(message)).to_string();
        assert_eq!(shown("topic 'events' exists already"), "topic 'events' exists already");
        assert_eq!(shown("there is one already"), "topic 'events': there is one already");
    }

    #[test]
    fn a_broker_that_does_not_answer_is_met_with_the_command_that_starts_one() {
        let tried = vec![("127.0.0.1:9094".to_owned(), "Connection refused (os error 111)".to_owned())];
        let error = CliError::from(ConnectError::Unreachable { tried });
        assert_eq!(error.exit, Exit::Unreachable);
        assert_eq!(
            error.to_string(),
            "nothing answers at 127.0.0.1:9094: start a node with `tidelog serve`, or name another with --bootstrap"
        );
    }
}
