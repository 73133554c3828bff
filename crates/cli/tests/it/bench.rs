//! The benchmark measures what it says, leaves nothing behind, and speaks JSON.

use std::fs;
use std::process::Stdio;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::node::{Node, ended, signal, tidelog};

/// Runs it on a broker of its own; gives the exit code, the figures, and what was said on standard error.
fn bench(arguments: &[&str]) -> (i32, Value, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = tidelog();
    command.args(["bench", "--output", "json"]).args(arguments).env("TMPDIR", home.path());
    let (code, stdout, stderr) = ended(&command.stdin(Stdio::null()).output().unwrap());
    assert_eq!(files(&home), 0, "the broker's data are removed");
    (code, serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}")), stderr)
}

fn files(directory: &TempDir) -> usize {
    fs::read_dir(directory.path()).unwrap().count()
}

#[test]
fn every_record_that_is_sent_is_read_once_in_order_and_counted() {
    let (code, figures, stderr) = bench(&[
        "--records=5000",
        "--warm-up-records=500",
        "--verify",
        "--producers=2",
        "--consumers=3",
        "--partitions=5",
        "--keys=100",
        "--compression=lz4",
    ]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let result = &figures["results"][0];
    assert_eq!((&result["verified"], &result["mode"]), (&true.into(), &"both".into()));
    let value_bytes = result["value_bytes"].as_u64().unwrap();
    assert_eq!(value_bytes, 5_500 * 100);
    assert!(result["stored_bytes"].as_u64().unwrap() < value_bytes / 2, "{result}");
    assert!(result["out"]["records_per_second"].as_f64().unwrap() > 0.0);
    for latency in ["end_to_end", "acknowledged"] {
        let milliseconds = |name: &str| result["latency_ms"][latency][name].as_f64().unwrap();
        assert!(milliseconds("p50") > 0.0 && milliseconds("p50") <= milliseconds("p99.99"), "{result}");
        assert!(milliseconds("p99.99") <= milliseconds("max"), "{result}");
    }
    if cfg!(target_os = "linux") {
        assert!(result["client_cpu_seconds_per_million"].is_f64(), "{result}");
        assert!(result["broker_cpu_seconds_per_million"].is_f64(), "{result}");
        assert!(result["broker_peak_memory_bytes"].as_u64().unwrap() > 1 << 20, "{result}");
    }
    let settings = &figures["settings"];
    assert_eq!((&settings["producers"], &settings["compression"]), (&2.into(), &"lz4".into()));
}

#[test]
fn at_a_rate_as_many_are_sent_as_are_due() {
    let (code, figures, stderr) =
        bench(&["--rate=2000", "--duration=300ms", "--warm-up-records=100", "--linger-ms=0"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let result = &figures["results"][0];
    assert_eq!((&result["in"]["records"], &result["out"]["records"]), (&600.into(), &600.into()));
    // The last one is due after 599 intervals.
    assert!(result["out"]["seconds"].as_f64().unwrap() >= 0.2995, "{result}");
    assert!(result["latency_ms"]["sent_late_by"]["max"].is_f64(), "{result}");
}

#[test]
fn a_rate_that_does_not_hold_is_not_called_one_that_does() {
    let (code, figures, stderr) =
        bench(&["--ramp", "--rate=400", "--duration=100ms", "--p99-ms=0.001", "--partitions=1"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(figures["highest_rate"], Value::Null);
    let steps = figures["results"].as_array().unwrap();
    let rates: Vec<u64> = steps.iter().map(|step| step["rate"].as_u64().unwrap()).collect();
    assert_eq!(rates, [400, 200, 100]);
    assert!(steps.iter().all(|step| step["held"] == false));
}

#[test]
fn a_broker_that_runs_keeps_only_a_topic_that_was_named() {
    let node = Node::start();
    let bench = |arguments: &[&str]| {
        let all = [&["bench", "--output=json", "--records=1000", "--warm-up-records=0"], arguments].concat();
        let figures: Value = serde_json::from_str(&node.ok(&all)).unwrap();
        figures["results"][0].clone()
    };
    assert_eq!(bench(&["--verify", "--acks=0"])["verified"], true);
    assert_eq!(node.ok(&["topic", "list", "--output=json"]).matches("\"name\"").count(), 0);

    let produced = bench(&["--mode=produce", "--topic=kept"]);
    assert_eq!((&produced["in"]["records"], &produced["out"]), (&1000.into(), &Value::Null));
    let consumed = bench(&["--mode=consume", "--topic=kept"]);
    assert_eq!((&consumed["out"]["records"], &consumed["in"]), (&1000.into(), &Value::Null));
    assert_eq!(consumed["broker_cpu_seconds_per_million"], Value::Null, "its process is not known");
    assert_eq!(node.ok(&["topic", "list", "--output=json"]).matches("\"kept\"").count(), 1);
}

#[test]
fn ctrl_c_ends_it_with_the_figures_so_far_and_the_broker_too() {
    let home = tempfile::tempdir().unwrap();
    let mut command = tidelog();
    command.args(["bench", "--records=1000000000", "--output=json"]).env("TMPDIR", home.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let process = command.spawn().unwrap();
    while files(&home) == 0 {
        thread::yield_now();
    }
    signal(&process, "INT");
    let (code, stdout, stderr) = ended(&process.wait_with_output().unwrap());
    assert_eq!(code, 130, "{stdout}{stderr}");
    let figures: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(figures["results"][0]["interrupted"], true);
    assert_eq!(files(&home), 0);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for (option, reason) in [
        ("--size=10", "give 55 to 1000000: a record says when it was due"),
        ("--acks=2", "give 0, 1 or all"),
        ("--compressibility=0.5", "give 1 to 1000"),
        ("--compression=rar", "rar"),
        ("--producers=0", "give 1 to 1000"),
        (
            "--verify --mode=produce",
            "--verify compares what is sent with what is read at once: leave --mode out",
        ),
    ] {
        let (code, stdout, stderr) = ended(&tidelog().arg("bench").args(option.split(' ')).output().unwrap());
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(reason), "{option}: {stderr}");
    }
}
