//! Each way to fail has its sentence and its exit code.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::node::{Node, ended, run, tidelog};

/// What `serve` ends with that cannot start.
fn refused(arguments: &[&str]) -> (i32, String) {
    let mut all = vec!["serve"];
    for (flag, address) in [("--kafka", "127.0.0.1:0"), ("--grpc", "127.0.0.1:0"), ("--http", "127.0.0.1:0")]
    {
        if !arguments.contains(&flag) {
            all.extend([flag, address]);
        }
    }
    all.extend(arguments);
    let (code, stdout, stderr) = ended(&run(&all));
    assert_eq!(stdout, "", "no banner before it is ready");
    (code, stderr)
}

fn data_dir(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_taken_port() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flag in ["--kafka", "--grpc", "--http"] {
        let listener = &flag[2..];
        let expected = format!(
            "error: the {listener} listener cannot stand on {address}: Address already in use (os error 98); stop what uses \
             it, or name another with {flag}\n"
        );
        assert_eq!(refused(&["--data-dir", data_dir(home.path()), flag, &address]), (4, expected));
    }
}

#[test]
fn a_listener_that_others_reach() {
    let home = tempfile::tempdir().unwrap();
    let expected = "error: the grpc listener would stand on 0.0.0.0:0, which others can reach, and nothing is \
                    authenticated yet: listen on 127.0.0.1, or say --insecure-listen if the network is yours\n";
    let refusal = refused(&["--data-dir", data_dir(home.path()), "--grpc", "0.0.0.0:0"]);
    assert_eq!(refusal, (5, expected.to_owned()));
    drop(Node::start_in(home.path(), &["--insecure-listen"]));
}

#[test]
fn a_directory_that_cannot_be_one() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let path = data_dir(&file);
    let (code, stderr) = refused(&["--data-dir", path]);
    assert!(stderr.starts_with(&format!("error: the data directory {path} cannot be used: ")), "{stderr}");
    assert!(stderr.ends_with("; name one that this user may write with --data-dir\n"), "{stderr}");
    assert_eq!(code, 6);
}

#[test]
fn a_directory_that_is_in_use() {
    let node = Node::start();
    let path = data_dir(&node.data_dir);
    let (code, stderr) = refused(&["--data-dir", path]);
    let expected = format!(
        "error: the data directory {path} is in use by another process: stop that one, or name another directory with \
         --data-dir\n"
    );
    assert_eq!((code, stderr), (7, expected));
}

#[test]
fn a_directory_of_somebody_else() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("thesis.tex"), "").unwrap();
    let path = data_dir(home.path());
    let expected = format!(
        "error: the data directory {path} cannot be opened: the directory holds 'thesis.tex' but no identity of a Tidelog \
         log directory: name an empty or a Tidelog directory\n"
    );
    assert_eq!(refused(&["--data-dir", path]), (8, expected));
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.contains(&"thesis.tex".into()));
}

#[test]
fn a_copy_of_a_directory() {
    let home = tempfile::tempdir().unwrap();
    let (original, copy) = (home.path().join("original"), home.path().join("copy"));
    let node = Node::start_in(&original, &[]);
    node.ok(&["topic", "create", "events"]);
    assert_eq!(node.stop(), 0);
    let copied = std::process::Command::new("cp").arg("-r").args([&original, &copy]).status().unwrap();
    assert!(copied.success());

    let (code, stderr) = refused(&["--data-dir", data_dir(&copy)]);
    assert!(stderr.contains("is a copy of directory"), "{stderr}");
    assert!(stderr.contains("--adopt-data-dir"), "{stderr}");
    assert_eq!(code, 8);
    let node = Node::start_in(&copy, &["--adopt-data-dir"]);
    assert!(node.ok(&["topic", "list"]).contains("events"));
}

#[test]
fn a_directory_of_another_node() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start_in(home.path(), &["--node-id", "4"]);
    node.ok(&["topic", "create", "events"]);
    assert_eq!(node.stop(), 0);

    let (code, stderr) = refused(&["--data-dir", data_dir(home.path()), "--node-id", "5"]);
    assert!(stderr.contains("is node 4's, not node 5's: start it with --node-id 4"), "{stderr}");
    assert_eq!(code, 8);
    let node = Node::start_in(home.path(), &["--node-id", "4"]);
    assert!(node.ok(&["topic", "list"]).contains("events"));
}

#[test]
fn a_directory_whose_files_are_damaged() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(Node::start_in(home.path(), &[]).stop(), 0);
    for entry in fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let length = fs::metadata(&path).unwrap().len();
            let byte = [0xff];
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            for at in 0..length.min(64) {
                std::os::unix::fs::FileExt::write_all_at(&file, &byte, at).unwrap();
            }
        }
    }
    let (code, stderr) = refused(&["--data-dir", data_dir(home.path())]);
    assert!(stderr.starts_with("error: the data directory "), "{stderr}");
    assert_eq!(code, 9, "{stderr}");
}

#[test]
fn a_setting_that_does_not_exist_or_does_not_fit() {
    let refusal = refused(&["--set", "num.partition=4"]);
    let expected =
        "error: the command line: 'num.partition' is not a broker setting: did you mean num.partitions?\n";
    assert_eq!(refusal, (3, expected.to_owned()));

    let refusal = refused(&["--set", "num.partitions=0"]);
    let expected = "error: the command line: num.partitions: '0' is below 1; give a whole number, at least 1 (the default \
                    is 1)\n";
    assert_eq!(refusal, (3, expected.to_owned()));

    let refusal = refused(&["--config", "does-not-exist.toml"]);
    let expected = "error: the configuration file does-not-exist.toml cannot be read: No such file or directory (os error \
                    2)\n";
    assert_eq!(refusal, (3, expected.to_owned()));

    let refusal = refused(&["--log-level", "tidelog=loud"]);
    assert_eq!(refusal.0, 3);
    assert!(refusal.1.starts_with("error: 'tidelog=loud' is not a log level ("), "{}", refusal.1);

    assert_eq!(refused(&["--set", "num.partitions"]).0, 2);
}

#[test]
fn a_topic_setting_that_does_not_exist() {
    let node = Node::start();
    let (code, _, stderr) = ended(&node.run(&["topic", "create", "events", "--config", "retention.msec=1"]));
    assert!(stderr.contains("did you mean retention.ms?"), "{stderr}");
    assert_eq!(code, 11);
}

#[test]
fn no_broker() {
    // Nobody listens where a listener has just been.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let expected = format!(
        "error: nothing answers at {address}: start a node with `tidelog serve`, or name another with --bootstrap\n"
    );
    for command in [
        &["topic", "list"][..],
        &["produce", "events"],
        &["consume", "events"],
        &["config", "dump", "--server"],
    ] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--bootstrap", &address]).collect();
        assert_eq!(ended(&run(&arguments)), (10, String::new(), expected.clone()), "{command:?}");
    }
    let (code, _, stderr) = ended(&run(&["topic", "list", "--bootstrap", &address, "--output", "json"]));
    let error: serde_json::Value = serde_json::from_str(&stderr).unwrap();
    assert_eq!((code, error["error"]["kind"].as_str()), (10, Some("unreachable")));
    assert_eq!(error["error"]["fix"], "start a node with `tidelog serve`, or name another with --bootstrap");

    let output = tidelog().args(["topic", "list"]).env("TIDELOG_BOOTSTRAP", "nonsense").output().unwrap();
    let expected = "error: --bootstrap: 'nonsense' is not a broker address: expected host:port, for example \
                    127.0.0.1:9094\n";
    assert_eq!(ended(&output), (2, String::new(), expected.to_owned()));
}

#[test]
fn a_topic_partition_or_offset_that_is_not_there() {
    let node = Node::start();
    node.ok(&["topic", "create", "events", "--partitions", "2"]);
    node.ok_with(&["produce", "events", "--partition", "0"], "a\nb\n");
    node.ok(&["topic", "trim", "events", "--before", "1", "--partition", "0"]);
    let cases: [(&[&str], &str); 6] = [
        (
            &["consume", "missing"],
            "topic 'missing' does not exist: create it, for example with `tidelog topic create missing`",
        ),
        (
            &["produce", "missing"],
            "topic 'missing' does not exist: create it, for example with `tidelog topic create missing`",
        ),
        (&["consume", "events", "--partition", "2"], "topic 'events' has no partition 2, only 0 to 1"),
        (
            &["consume", "events", "--partition", "2", "--tail", "1"],
            "topic 'events' has no partition 2, only 0 to 1",
        ),
        (
            &["topic", "trim", "events", "--before", "1", "--partition", "2"],
            "topic 'events' has no partition 2, only 0 to 1",
        ),
        (
            &["consume", "events", "--partition", "0", "--from", "0"],
            "partition 0 of topic 'events' has no offset 0, only 1 to 2: begin with --from earliest",
        ),
    ];
    for (command, expected) in cases {
        assert_eq!(
            ended(&node.run(command)),
            (12, String::new(), format!("error: {expected}\n")),
            "{command:?}"
        );
    }
    let (code, _, stderr) = ended(&node.run_with(&["produce", "events", "--partition", "2"], "a\n"));
    assert_eq!(stderr, "error: line 1: topic 'events' has no partition 2, only 0 to 1\n");
    assert_eq!(code, 12);
}
