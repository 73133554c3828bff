//! `produce` and `consume`: what goes in comes out.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::node::{Node, ended, signal};

#[test]
fn lines_come_back_as_they_were() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    let lines: String =
        (0..10_000).map(|number| format!("line {number} äöü\t{}\n", "x".repeat(number % 50))).collect();
    // Also empty ones, a carriage return, and a last one without an end.
    let lines = format!("{lines}\n\r\n  \nlast");
    for compression in ["none", "gzip", "snappy", "lz4", "zstd"] {
        node.ok(&["topic", "create", compression]);
        let said = node.ok_with(&["produce", compression, "--compression", compression], &lines);
        assert!(said.starts_with("stored 10,004 records ("), "{said}");
        assert_eq!(node.ok(&["consume", compression]), format!("{lines}\n"), "{compression}");
    }
}

#[test]
fn a_file_and_acks_are_taken_too() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    let file = node.data_dir.with_file_name("lines");
    std::fs::write(&file, "one\ntwo\n").unwrap();
    for acks in ["all", "1"] {
        node.ok(&["produce", "events", "--acks", acks, "--file", file.to_str().unwrap()]);
    }
    assert_eq!(node.ok(&["consume", "events"]), "one\ntwo\none\ntwo\n");
    let said = node.ok(&["produce", "events", "--acks", "0", "--file", file.to_str().unwrap()]);
    assert!(said.starts_with("sent 2 records (6 B) in topic 'events' in "), "{said}");
}

#[test]
fn keys_headers_and_partitions_are_kept() {
    let node = Node::start();
    node.ok(&["topic", "create", "events", "--partitions", "4"]);
    node.ok_with(&["produce", "events", "--key-separator", r"\t"], "21\t1\nfoobar\t2\t3\n");
    node.ok_with(
        &["produce", "events", "--key", "k", "--header", "h=1", "--header", "i=x=y", "-p", "3"],
        "v\n",
    );
    let format = "%k|%v|%h\n";
    let shown = node.ok(&["consume", "events", "--format", format]);
    let mut lines: Vec<&str> = shown.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["21|1|", "foobar|2\t3|", "k|v|h=1,i=x=y"]);
    // Kafka's own test vectors for murmur2: 21 gives -973932308, foobar -790332482.
    let shown = node.ok(&["consume", "events", "--format", "%k %p\n"]);
    let mut lines: Vec<&str> = shown.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["21 0", "foobar 2", "k 3"]);
    assert_eq!(node.ok(&["consume", "events", "-p", "3", "--format", "%t[%p]@%o %v\n"]), "events[3]@0 v\n");
}

#[test]
fn json_rows_go_from_topic_to_topic_unchanged() {
    let node = Node::start();
    node.ok(&["topic", "create", "from", "to", "--partitions", "2"]);
    let rows = concat!(
        r#"{"key":"a","value":{"n": 1},"headers":{"h":["1","2"],"i":null},"timestamp":1000,"partition":1}"#,
        "\n\n",
        r#"{"key":{"base64":"/w=="},"value":null,"timestamp":"1970-01-01T00:00:02Z","partition":1}"#,
        "\n",
    );
    let said = node.ok_with(&["produce", "from", "--json-each-row", "--output", "json"], rows);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((said["records"].as_i64(), said["partitions"][0]["last_offset"].as_i64()), (Some(2), Some(1)));
    let from = node.ok(&["consume", "from", "--json"]);
    assert_eq!(
        from,
        concat!(
            r#"{"topic":"from","partition":1,"offset":0,"timestamp":1000,"key":"a","value":"{\"n\": 1}","headers":{"h":["1","2"],"i":null}}"#,
            "\n",
            r#"{"topic":"from","partition":1,"offset":1,"timestamp":2000,"key":{"base64":"/w=="},"value":null,"headers":{}}"#,
            "\n",
        )
    );
    node.ok_with(&["produce", "to", "--json-each-row"], &from);
    let to = node.ok(&["consume", "to", "--output", "json"]);
    assert_eq!(to, from.replace("\"from\"", "\"to\""));
}

#[test]
fn reading_begins_and_ends_where_it_is_told_to() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    let rows: String =
        (0..6).map(|n| format!("{{\"value\":{n},\"timestamp\":{}}}\n", (n + 1) * 1000)).collect();
    node.ok_with(&["produce", "events", "--json-each-row"], &rows);
    let read = |arguments: &[&str]| {
        let format = ["consume", "events", "--format", "%v"];
        node.ok(&format.iter().chain(arguments).copied().collect::<Vec<_>>())
    };
    assert_eq!(read(&[]), "012345");
    assert_eq!(read(&["--from", "latest"]), "");
    assert_eq!(read(&["--from", "4"]), "45");
    assert_eq!(read(&["--from", "1970-01-01T00:00:02.001Z"]), "2345");
    assert_eq!(read(&["--from", "-1h"]), "");
    assert_eq!(read(&["--tail", "2"]), "45");
    assert_eq!(read(&["--tail", "99"]), "012345");
    assert_eq!(read(&["--max", "2", "--from", "1"]), "12");
}

#[test]
fn a_follower_shows_records_as_they_come_and_ends_with_ctrl_c() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    node.ok_with(&["produce", "events"], "one\n");
    let mut command = node.command(&["consume", "events", "--follow"]);
    let mut follower = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "one");
    node.ok_with(&["produce", "events"], "two\n");
    assert_eq!(lines.next().unwrap().unwrap(), "two");
    signal(&follower, "INT");
    assert_eq!(follower.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none());
}

#[test]
fn a_producer_that_is_interrupted_says_what_it_has_stored() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    let mut command = node.command(&["produce", "events"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut producer = command.spawn().unwrap();
    // It stays open: nothing but the signal ends the run.
    let mut stdin = producer.stdin.take().unwrap();
    stdin.write_all(b"one\ntwo\nthr").unwrap();
    let shown = node.ok(&["consume", "events", "--follow", "--max", "2"]);
    assert_eq!(shown, "one\ntwo\n");
    signal(&producer, "INT");
    let (code, stdout, stderr) = ended(&producer.wait_with_output().unwrap());
    assert!(stdout.starts_with("stored 2 records (6 B) in topic 'events' in "), "{stdout}");
    assert_eq!((code, stderr.as_str()), (130, "error: interrupted\n"));
    drop(stdin);
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    // More than a pipe holds.
    let lines = format!("{}\n", "x".repeat(99)).repeat(20_000);
    node.ok_with(&["produce", "events"], &lines);
    let mut command = node.command(&["consume", "events"]);
    let mut consumer = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(consumer.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    drop(stdout);
    let mut stderr = String::new();
    consumer.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((consumer.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_line_that_is_no_record_stops_the_run_and_those_before_it_are_stored() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    let (code, stdout, stderr) = ended(
        &node.run_with(&["produce", "events", "--json-each-row"], "{\"value\":1}\nnope\n{\"value\":2}\n"),
    );
    assert!(stdout.starts_with("stored 1 record (1 B) in topic 'events' in "), "{stdout}");
    assert_eq!(stderr, "error: line 2: no record in JSON: expected ident, in column 2\n");
    assert_eq!(code, 13);
    let (code, _, stderr) = ended(&node.run_with(&["produce", "events", "--key-separator", ":"], "a:1\nb\n"));
    assert_eq!(
        stderr,
        "error: line 2: there is no \":\" between a key and a value: write each line as key, separator, value, or leave \
         --key-separator out\n"
    );
    assert_eq!(code, 13);
    assert_eq!(node.ok(&["consume", "events", "--format", "%k=%v\n"]), "=1\na=1\n");
}

#[test]
fn a_record_that_the_broker_refuses_is_told_and_counted() {
    let node = Node::start();
    node.ok(&["topic", "create", "events", "--config", "max.message.bytes=1000"]);
    let (code, stdout, stderr) = ended(&node.run_with(&["produce", "events"], &"x".repeat(2000)));
    assert!(
        stdout.ends_with("; 1 record failed\n") && stdout.starts_with("stored 0 records (0 B)"),
        "{stdout}"
    );
    assert!(stderr.contains("max.message.bytes is 1000"), "{stderr}");
    assert_eq!(code, 14);
}
