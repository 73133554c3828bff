//! A node that ends and begins again.

use crate::node::Node;

fn numbers(from: u32, to: u32) -> String {
    (from..to).map(|number| format!("{number}\n")).collect()
}

#[test]
fn a_node_that_was_stopped_serves_the_same_again() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start_in(home.path(), &[]);
    assert_eq!(
        (node.banner["ready"].as_bool(), node.banner["formatted"].as_bool()),
        (Some(true), Some(true))
    );
    node.ok(&["topic", "create", "events"]);
    node.ok_with(&["produce", "events"], &numbers(0, 1000));
    let described = node.ok(&["topic", "describe", "events"]);
    assert_eq!(node.stop(), 0);

    let node = Node::start_in(home.path(), &[]);
    assert_eq!(node.banner["formatted"], false);
    assert_eq!(node.banner["redone_operations"], 0);
    assert_eq!(node.ok(&["consume", "events"]), numbers(0, 1000));
    assert_eq!(node.ok(&["topic", "describe", "events"]), described);
}

#[test]
fn what_was_acknowledged_survives_kill_9_again_and_again() {
    let home = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let node = Node::start_in(home.path(), &[]);
        node.ok(&["topic", "create", "events", "--if-not-exists"]);
        assert_eq!(node.ok(&["consume", "events"]), numbers(0, round * 500), "round {round}");
        node.ok_with(&["produce", "events"], &numbers(round * 500, (round + 1) * 500));
        node.kill();
    }
    let node = Node::start_in(home.path(), &[]);
    assert_eq!(node.ok(&["consume", "events"]), numbers(0, 1500));
}
