//! The demo proves what it says, and can fail to.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::node::{Node, ended, signal, tidelog};

/// `tidelog demo`, with a place of its own for temporary directories.
fn demo(arguments: &[&str]) -> (Command, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let mut command = tidelog();
    command.arg("demo").args(arguments).env("TMPDIR", home.path()).stdin(Stdio::null());
    (command, home)
}

/// Runs it to its end, and finds nothing left behind.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let (mut command, home) = demo(arguments);
    let ended = ended(&command.output().unwrap());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "temporary directories are removed");
    ended
}

fn written(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn page_views_come_back_once_in_order_and_unchanged() {
    let (code, stdout, stderr) = run(&["--records", "20000"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(
        stdout.starts_with("✔ 20,000 records sent: each came back once, in order and unchanged\n"),
        "{stdout}"
    );
    for line in ["  checksum      sent ", "  throughput    ", "  send to read  p50 ", "  memory        "] {
        assert!(stdout.contains(line), "{line:?}: {stdout}");
    }
}

#[test]
fn a_program_gets_the_figures_as_json() {
    let (code, stdout, stderr) = run(&["--records", "5000", "--seed", "7", "--output", "json"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let figures: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(figures["verified"], true);
    assert_eq!((&figures["sent_records"], &figures["read_records"]), (&5000.into(), &5000.into()));
    assert_eq!(figures["sent_checksum"], figures["read_checksum"]);
    assert!(figures["latency_ms"]["p99"].as_f64().is_some_and(|milliseconds| milliseconds > 0.0));
    assert!(figures["stored_bytes"].as_u64().unwrap() < figures["record_bytes"].as_u64().unwrap());
}

#[test]
fn a_record_that_is_lost_is_found_missing() {
    let (code, stdout, stderr) = run(&["--records", "20000", "--sabotage", "drop"]);
    assert_eq!(code, 15, "{stdout}{stderr}");
    assert!(
        stdout.starts_with("✘ 20,000 records sent, 19,999 read, and they are not the same\n"),
        "{stdout}"
    );
    let (_, sentence) = stderr.split_once("error: what was read is not what was sent: ").unwrap();
    assert!(sentence.starts_with("1 record missing: event "), "{sentence}");
    assert!(sentence.ends_with(" and never came back\n"), "{sentence}");
}

#[test]
fn two_records_of_one_key_that_change_places_are_found_out_of_order() {
    let (code, stdout, stderr) = run(&["--records", "20000", "--sabotage", "swap"]);
    assert_eq!(code, 15, "{stdout}{stderr}");
    assert!(
        stdout.starts_with("✘ 20,000 records sent, 20,000 read, and they are not the same\n"),
        "{stdout}"
    );
    assert!(stdout.contains("1 key whose records are not those that were sent, in order\n"), "{stdout}");
    let (_, sentence) = stderr.split_once("error: what was read is not what was sent: ").unwrap();
    assert!(sentence.starts_with("2 records out of order, first: at offset "), "{sentence}");
}

/// The proof without the demo's own bookkeeping: the lines of the file are what the node serves afterwards.
#[test]
fn lines_of_a_file_are_stored_verbatim_each_keys_in_their_order() {
    let home = tempfile::tempdir().unwrap();
    let mut lines: Vec<String> = (0..500)
        .map(|number| format!(r#"{{"city": "{}", "n":{number}}}"#, ["Çorum", "東京", "Łódź"][number % 3]))
        .collect();
    lines[100] = String::new();
    lines[200] = "{ \"n\" : 1.50,\t\"emoji\":\"🌊\" }\r".to_owned();
    lines[300] = "   ".to_owned();
    let input = written(home.path(), "städte 2.jsonl", &lines.join("\n"));
    let data_dir = home.path().join("data");
    let arguments =
        ["--input", &input, "--key", "city", "--output", "json", "--keep-data", data_dir.to_str().unwrap()];
    let (code, stdout, stderr) = run(&arguments);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let figures: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&figures["verified"], &figures["sent_records"]), (&true.into(), &500.into()));
    assert_eq!((&figures["keys"], &figures["unkeyed_records"]), (&3.into(), &3.into()));
    assert_eq!(figures["topic"], "stdte2");

    let node = Node::start_in(&data_dir, &[]);
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in node.ok(&["consume", "stdte2", "--output", "json"]).lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        read.entry(text("key")).or_default().push(text("value"));
    }
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in &lines {
        let city =
            serde_json::from_str(line).ok().and_then(|line: Value| Some(line["city"].as_str()?.to_owned()));
        expected.entry(city.unwrap_or_default()).or_default().push(line.clone());
    }
    // Those without a key are spread over the partitions.
    for without_key in [&mut read, &mut expected] {
        without_key.get_mut("").unwrap().sort();
    }
    assert_eq!(read, expected);
}

#[test]
fn a_second_demo_in_the_same_directory_takes_the_next_name() {
    let home = tempfile::tempdir().unwrap();
    let data_dir = home.path().join("data");
    let topic = || {
        let arguments = ["--records", "100", "--output", "json", "--keep-data", data_dir.to_str().unwrap()];
        let (code, stdout, stderr) = run(&arguments);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        serde_json::from_str::<Value>(&stdout).unwrap()["topic"].as_str().unwrap().to_owned()
    };
    assert_eq!((topic(), topic()), ("page-views".to_owned(), "page-views-2".to_owned()));
}

#[test]
fn input_that_cannot_be_what_was_meant_is_named() {
    let home = tempfile::tempdir().unwrap();
    let flights = written(home.path(), "flights.jsonl", "{\"carrier\":\"UA\",\"dest\":\"IAH\"}\n");
    let refusal = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, stdout.as_str()), (13, ""), "{stderr}");
        stderr
    };
    assert_eq!(
        refusal(&["--input", &flights, "--key", "carier"]),
        format!(
            "error: no line of {flights} has a field 'carier': use one of those that the first line has: carrier, dest\n"
        )
    );
    let broken = written(home.path(), "broken.jsonl", "{\"a\":1}\nnot JSON\n");
    assert!(
        refusal(&["--input", &broken, "--key", "a"])
            .starts_with(&format!("error: line 2 of {broken} is not a JSON object: ")),
    );
    assert_eq!(
        refusal(&["--input", "/does/not/exist"]),
        "error: /does/not/exist cannot be read: No such file or directory (os error 2)\n"
    );
}

#[test]
fn ctrl_c_ends_it_cleanly_with_what_is_known_by_then() {
    let (mut command, home) = demo(&["--input", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // It waits for more lines when it is interrupted.
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(b"one\ntwo\nthree\n").unwrap();
    let mut progress = BufReader::new(process.stderr.take().unwrap()).lines();
    assert!(progress.any(|line| line.unwrap().contains("verified 3  ")), "it never read three records");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    signal(&process, "INT");

    assert!(progress.any(|line| line.unwrap() == "error: interrupted"));
    let (code, stdout, _) = ended(&process.wait_with_output().unwrap());
    assert_eq!(code, 130);
    assert!(
        stdout.starts_with("✔ interrupted after 3 records: each came back once, in order and unchanged\n"),
        "{stdout}"
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    drop(stdin);
}
