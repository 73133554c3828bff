//! `topic`, from creation to deletion.

use serde_json::{Value, json};

use crate::node::{Node, ended};

#[test]
fn a_topic_lives_from_create_to_delete() {
    let node = Node::start();
    assert_eq!(
        node.ok(&["topic", "create", "events", "clicks", "--partitions", "2"]),
        "created topic 'events' with 2 partitions, 1 replica each\n\
         created topic 'clicks' with 2 partitions, 1 replica each\n"
    );
    assert_eq!(node.ok(&["topic", "create", "events", "--if-not-exists"]), "topic 'events' exists already\n");
    assert_eq!(
        node.ok(&["topic", "alter", "events", "--config", "retention.ms=1000", "--partitions", "3"]),
        "altered topic 'events'\n"
    );
    assert_eq!(
        node.ok(&["topic", "delete", "clicks", "missing", "--if-exists"]),
        "deleted topic 'clicks'\ntopic 'missing' does not exist\n"
    );
    let described = node.ok(&["topic", "describe", "events"]);
    let (title, rest) = described.split_once('\n').unwrap();
    assert!(title.starts_with("events  ") && title.ends_with("  3 partitions, 0 records, 0 B"), "{title}");
    assert_eq!(
        rest,
        "
partition  leader  replicas  in sync  first offset  next offset  records  size
        0       1  1         1                   0            0        0   0 B
        1       1  1         1                   0            0        0   0 B
        2       1  1         1                   0            0        0   0 B

setting       value  default    set by
retention.ms  1000   604800000  topic
"
    );
    node.ok(&["topic", "alter", "events", "--delete-config", "retention.ms"]);
    let described: Value =
        serde_json::from_str(&node.ok(&["topic", "describe", "events", "--output", "json"])).unwrap();
    assert_eq!(described[0]["configs"], json!([]));
    assert_eq!(described[0]["partitions"].as_array().unwrap().len(), 3);
}

#[test]
fn a_dry_run_changes_nothing() {
    let node = Node::start();
    assert_eq!(
        node.ok(&["topic", "create", "events", "--dry-run"]),
        "would create topic 'events' with 1 partition, 1 replica each\n"
    );
    assert_eq!(node.ok(&["topic", "list", "--output", "json"]), "[]\n");
}

#[test]
fn what_fails_is_told_and_does_not_stop_the_others() {
    let node = Node::start();
    let (code, stdout, stderr) = ended(&node.run(&["topic", "create", "bad name", "events"]));
    assert_eq!(stdout, "created topic 'events' with 1 partition, 1 replica each\n");
    assert!(stderr.starts_with("error: 'bad name' is not a topic name because of ' '"), "{stderr}");
    assert_eq!(code, 11);

    let (code, stdout, stderr) =
        ended(&node.run(&["topic", "delete", "a", "events", "b", "--output", "json"]));
    assert_eq!(stdout, "[{\"deleted\":true,\"name\":\"events\"}]\n");
    let errors: Vec<Value> = stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(errors.len(), 2);
    assert_eq!(
        (errors[0]["error"]["kind"].as_str(), errors[0]["error"]["exit_code"].as_i64()),
        (Some("not_found"), Some(12))
    );
    assert_eq!(code, 12);
}

#[test]
fn a_trim_takes_records_by_offset_by_time_and_all() {
    let node = Node::start();
    node.ok(&["topic", "create", "events"]);
    let rows: String =
        (1..=4).map(|second| format!("{{\"value\":{second},\"timestamp\":{second}000}}\n")).collect();
    node.ok_with(&["produce", "events", "--json-each-row"], &rows);
    let trim = |before: &str| {
        node.ok(&["topic", "trim", "events", "--before", before]);
        node.ok(&["consume", "events"])
    };
    assert_eq!(trim("1"), "2\n3\n4\n");
    assert_eq!(trim("1970-01-01T00:00:03Z"), "3\n4\n");
    assert_eq!(
        node.ok(&["topic", "trim", "events", "--before", "latest"]),
        "topic   partition  first offset\nevents          0             4\n"
    );
    assert_eq!(node.ok(&["consume", "events"]), "");
    // All that is there is older.
    node.ok_with(&["produce", "events"], "five\n");
    assert_eq!(trim("2999-01-01T00:00:00Z"), "");
}
