//! A Tidelog node as a process of its own, with a log that is read for what must not be in it.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const START: Duration = Duration::from_secs(30);
/// What partitions take in memory is what the operator allows; here it is not to hide what else grows.
const PARTITIONS_MAX: &str = "tidelog.partitions.max=1000";

/// Why there is no node.
#[derive(Debug, thiserror::Error)]
pub enum NodeProcessError {
    /// The program cannot be run.
    #[error("{} cannot be run: {source}; build it with cargo build --release -p tidelog", program.display())]
    Run {
        /// Which.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It did not say where it listens.
    #[error("the node did not start: see {}", log.display())]
    NotReady {
        /// What it logged.
        log: PathBuf,
    },
}

/// See the module. It ends when it is dropped.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    log: PathBuf,
    /// Where clients find it.
    pub kafka: SocketAddr,
    /// Where its metrics are.
    pub http: SocketAddr,
}

impl NodeProcess {
    /// Starts `program` with its data and log below `folder`.
    pub async fn start(program: &Path, folder: &Path) -> Result<NodeProcess, NodeProcessError> {
        let failed = |source| NodeProcessError::Run { program: program.to_owned(), source };
        let log = folder.join("node.log");
        let mut child = Command::new(program)
            .args(["--output", "json", "--log-level", "warn", "serve", "--kafka", "127.0.0.1:0"])
            .args(["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--set", PARTITIONS_MAX, "--data-dir"])
            .arg(folder.join("data"))
            .stdout(Stdio::piped())
            .stderr(File::create(&log).map_err(failed)?)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let not_ready = || NodeProcessError::NotReady { log: log.clone() };
        let mut lines = BufReader::new(child.stdout.take().ok_or_else(not_ready)?).lines();
        let line = tokio::time::timeout(START, lines.next_line()).await;
        let line = line.ok().and_then(Result::ok).flatten().ok_or_else(not_ready)?;
        let banner: Json = serde_json::from_str(&line).map_err(|_| not_ready())?;
        let address = |json: &Json| json.as_str()?.rsplit('/').next()?.parse().ok();
        let kafka = address(&banner["kafka"][0]).ok_or_else(not_ready)?;
        let http = address(&banner["http"]).ok_or_else(not_ready)?;
        Ok(NodeProcess { child, log, kafka, http })
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it occupies in memory, in bytes; 0 once it is gone.
    pub fn resident_bytes(&self) -> u64 {
        let resident = || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
        };
        resident().unwrap_or(0) * 1024
    }

    /// The lines of its log that say that it panicked.
    pub fn panics(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().filter(|line| line.contains("panicked")).map(str::to_owned).collect()
    }

    /// What it logged, as far as it is no warning of refused connections: the first lines.
    pub fn errors(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().filter(|line| line.contains("ERROR")).take(20).map(str::to_owned).collect()
    }
}
