//! The broker that is measured: one that runs, or one of our own, a process of its own so that its processor time and its
//! memory are its own too.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::error::{CliError, Exit};
use crate::process::Process;

/// How long our own broker may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// See the module's description.
#[derive(Debug)]
pub struct Broker {
    /// Where it answers.
    pub address: String,
    /// Which process of this machine it is, if that is known.
    pub process: Option<Process>,
    /// Ours; killed when it is dropped.
    own: Option<Own>,
}

/// `tidelog serve`, and its data.
#[derive(Debug)]
struct Own {
    child: Child,
    home: TempDir,
}

impl Broker {
    /// Somebody else's.
    pub fn running(address: String, process: Option<Process>) -> Broker {
        Broker { address, process, own: None }
    }

    /// Starts one on free ports, with its data in a new directory below `parent`.
    pub async fn start(parent: &Path) -> Result<Broker, CliError> {
        let home = tempfile::Builder::new().prefix("tidelog-bench-").tempdir_in(parent).map_err(|error| {
            let message = format!("no directory can be made in {}: {error}", parent.display());
            CliError::new(Exit::DataDirUnusable, message).fix("name another one with --data-dir")
        })?;
        let failed = |what: String| CliError::failed(format!("the broker did not start: {what}"));
        let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
        let mut child = Command::new(program)
            .args(["serve", "--output", "json", "--log-level", "warn"])
            .args(["--kafka", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data-dir"])
            .arg(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Ctrl-C is for the benchmark, which then stops the broker.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let mut banner = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        match timeout(PATIENCE, stdout.read_line(&mut banner)).await {
            Ok(Ok(length)) if length > 0 => {}
            Ok(Err(error)) => return Err(failed(error.to_string())),
            _ => return Err(failed("it did not say that it is ready".to_owned())),
        }
        let banner: Value =
            serde_json::from_str(&banner).map_err(|error| failed(format!("{error}: {banner}")))?;
        let address = banner["grpc"].as_str().ok_or_else(|| failed(format!("no address in {banner}")))?;
        let (address, process) = (address.to_owned(), child.id().map(Process::Id));
        Ok(Broker { address, process, own: Some(Own { child, home }) })
    }

    /// Whether it goes with the benchmark.
    pub fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Ours stops, and its data go.
    pub async fn leave(self) -> Result<(), CliError> {
        let Some(Own { mut child, home }) = self.own else { return Ok(()) };
        if let Some(process) = self.process {
            process.terminate();
        }
        if timeout(PATIENCE, child.wait()).await.is_err() {
            // It cannot fail: the process is ours.
            let _ = child.kill().await;
        }
        let path = home.path().display().to_string();
        home.close().map_err(|error| CliError::failed(format!("{path} cannot be removed: {error}")))
    }
}
