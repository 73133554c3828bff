//! A node to test against, and the commands that talk to it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program under test, in a clean environment.
pub fn tidelog() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidelog"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TIDELOG_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    tidelog().args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Exit code, standard output and standard error.
pub fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A running `tidelog serve`; killed when dropped.
pub struct Node {
    process: Child,
    /// What it said when it was ready.
    pub banner: Value,
    pub data_dir: PathBuf,
    _home: Option<TempDir>,
}

impl Node {
    /// In a new directory.
    pub fn start() -> Node {
        let home = tempfile::tempdir().unwrap();
        let mut node = Node::start_in(&home.path().join("data"), &[]);
        node._home = Some(home);
        node
    }

    /// In this directory, on free ports; returns when it is ready.
    pub fn start_in(data_dir: &Path, arguments: &[&str]) -> Node {
        let mut command = tidelog();
        command.args([
            "serve",
            "--log-level",
            "warn",
            "--output",
            "json",
            "--kafka",
            "127.0.0.1:0",
            "--grpc",
            "127.0.0.1:0",
            "--http",
            "127.0.0.1:0",
        ]);
        // Test machines may be nearly full.
        command.args(["--set", "tidelog.disk.reserve.bytes=0", "--data-dir"]).arg(data_dir).args(arguments);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let banner =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("no banner: {error}: {line:?}"));
        Node { process, banner, data_dir: data_dir.to_owned(), _home: None }
    }

    /// Where its gRPC listener answers.
    pub fn grpc(&self) -> &str {
        self.banner["grpc"].as_str().unwrap()
    }

    /// Runs a command against it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a command against it that must succeed, and returns what it prints.
    pub fn ok(&self, arguments: &[&str]) -> String {
        succeeded(&self.run(arguments))
    }

    /// The same with something to read.
    pub fn ok_with(&self, arguments: &[&str], input: &str) -> String {
        succeeded(&self.run_with(arguments, input))
    }

    /// The same, whether it succeeds or not.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stdin = process.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = process.wait_with_output().unwrap();
        // A command that fails early reads no more.
        let _ = writer.join().unwrap();
        output
    }

    /// A command against it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tidelog();
        command.args(arguments).args(["--bootstrap", self.grpc()]);
        command
    }

    /// Stops it as an operator does, and returns its exit code.
    pub fn stop(mut self) -> i32 {
        signal(&self.process, "TERM");
        self.process.wait().unwrap().code().unwrap()
    }

    /// Stops it as a crash does.
    pub fn kill(mut self) -> Option<TempDir> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self._home.take()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Gone already where a test stopped it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal, with the system's own tool.
pub fn signal(process: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn succeeded(output: &Output) -> String {
    let (code, stdout, stderr) = ended(output);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    stdout
}
