//! `config`, and what `serve` takes from where.

use serde_json::{Value, json};

use crate::node::{Node, ended, run, tidelog};

fn dumped(dump: &Value, name: &str) -> Value {
    dump.as_array().unwrap().iter().find(|setting| setting["name"] == name).unwrap().clone()
}

#[test]
fn a_dump_tells_each_value_and_where_it_comes_from() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("tidelog.toml");
    std::fs::write(&file, "http = '127.0.0.1:7'\nnum.partitions = 3\nlog.retention.hours = 1\n").unwrap();
    let mut command = tidelog();
    command
        .args(["config", "dump", "--output", "json", "--set", "log.retention.hours=2", "--config"])
        .arg(&file);
    command.env("TIDELOG_GRPC", "127.0.0.1:8").env("TIDELOG_SET_MESSAGE_MAX_BYTES", "9");
    let (code, dump, _) = ended(&command.output().unwrap());
    assert_eq!(code, 0);
    let dump: Value = serde_json::from_str(&dump).unwrap();
    let expected = [
        ("http", "127.0.0.1:7", "file"),
        ("grpc", "127.0.0.1:8", "environment"),
        ("data_dir", "tidelog-data", "default"),
        ("num.partitions", "3", "file"),
        ("log.retention.hours", "2", "command line"),
        ("message.max.bytes", "9", "environment"),
        ("log.segment.bytes", "1073741824", "default"),
    ];
    for (name, value, source) in expected {
        assert_eq!(dumped(&dump, name), json!({"name": name, "value": value, "source": source}));
    }
}

#[test]
fn a_node_runs_on_what_was_written_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start_in(&home.path().join("data"), &["--set", "num.partitions=3", "--node-id", "5"]);
    assert_eq!(node.banner["node_id"], 5);
    node.ok(&["topic", "create", "events", "--config", "retention.ms=1000"]);
    let topics: Value = serde_json::from_str(&node.ok(&["topic", "list", "--output", "json"])).unwrap();
    assert_eq!(topics[0]["partitions"], 3);
    let server = node.ok(&["config", "dump", "--server", "--changed"]);
    let listener = node.banner["kafka"][0].as_str().unwrap();
    let data_dir = home.path().join("data");
    let expected = [
        ("setting", "value", "set by"),
        ("advertised.listeners", listener, "command line"),
        ("broker.id", "5", "command line"),
        ("listeners", listener, "command line"),
        ("log.dirs", data_dir.to_str().unwrap(), "command line"),
        ("node.id", "5", "command line"),
        ("num.partitions", "3", "command line"),
        ("tidelog.disk.reserve.bytes", "0", "command line"),
    ];
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        server.lines().map(words).collect::<Vec<_>>(),
        expected.map(|(name, value, by)| format!("{name} {value} {by}"))
    );
    let topic = node.ok(&["config", "dump", "--topic", "events", "--changed"]);
    assert_eq!(topic, "setting       value  set by\nretention.ms  1000   topic\n");
}

#[test]
fn a_setting_is_explained() {
    let (code, text, _) = ended(&run(&["config", "explain", "log.retention.hours"]));
    assert_eq!(code, 0);
    assert_eq!(
        text,
        "log.retention.hours  broker setting\n\
         \n\
         \x20 The default of the topic config `retention.ms`, in hours;\n\
         \x20 `log.retention.minutes` and `.ms` beat it.\n\
         \n\
         \x20 type           int\n\
         \x20 takes          a whole number of hours from 1 to 2147483647, or -1\n\
         \x20 default        168 (7 days)\n\
         \x20 together with  log.retention.ms, log.retention.minutes\n\
         \x20 set it         tidelog serve --set log.retention.hours=VALUE\n\
         \x20 effect         Tidelog acts on it\n"
    );
    let (_, document, _) = ended(&run(&["config", "explain", "retention.ms", "--output", "json"]));
    let document: Value = serde_json::from_str(&document).unwrap();
    let facts =
        ["scope", "type", "unit", "default", "restart", "support"].map(|name| document[0][name].clone());
    let expected = ["topic", "LONG", "milliseconds", "604800000"].map(Value::from);
    assert_eq!(facts[..4], expected);
    assert_eq!(facts[4..], [Value::from(false), Value::from("acts")]);
}
