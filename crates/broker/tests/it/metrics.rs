//! `/metrics`, read as Prometheus reads it.

use std::collections::BTreeMap;

use tidelog_grpc_api::v1::{Acks, ProduceRequest};

use crate::http::get;
use crate::support::{TestNode, plain};

/// All samples by name and labels, after the text was checked line by line.
pub async fn scrape(node: &TestNode) -> BTreeMap<String, f64> {
    let answer = get(node, "/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    parse(&answer.body)
}

/// OpenMetrics: each family has a help and a type before its samples, each sample a name of its family and a number, and
/// the last line says that it is the last.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let body = text.strip_suffix("# EOF\n").expect("the last line");
    let mut samples = BTreeMap::new();
    let mut family = String::new();
    let mut has_help = false;
    for line in body.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a name and a text");
            assert!(help.len() > 5, "{line}");
            family = name.to_owned();
            has_help = true;
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a name and a kind");
            assert!(has_help && name == family, "{line}");
            assert!(["counter", "gauge", "histogram", "info"].contains(&kind), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and a number");
            assert!(sample.starts_with(&family), "{line} in {family}");
            let value = value.parse().expect("a number");
            assert_eq!(samples.insert(sample.to_owned(), value), None, "{line} comes twice");
        }
    }
    samples
}

#[tokio::test]
async fn each_partition_has_its_places_and_its_traffic() {
    let node = TestNode::start().await;
    node.create_topic("a.b", 2, &[]).await;
    for value in ["one", "two"] {
        node.store(plain("a.b", 1, &[value, value])).await.expect("stored");
    }
    node.values("a.b", 1, 0).await;
    let samples = scrape(&node).await;
    let of = |metric: &str, partition: i32| {
        samples[&format!("tidelog_partition_{metric}{{topic=\"a.b\",partition=\"{partition}\"}}")]
    };
    for (metric, expected) in [
        ("log_start_offset", 0.0),
        ("high_watermark", 4.0),
        ("log_end_offset", 4.0),
        ("segments", 1.0),
        ("produced_records_total", 4.0),
    ] {
        assert_eq!(of(metric, 1), expected, "{metric}");
    }
    let size = of("size_bytes", 1);
    assert!(size > 2.0 * 61.0);
    assert_eq!((of("produced_bytes_total", 1), of("fetched_bytes_total", 1)), (size, size));
    for metric in ["high_watermark", "size_bytes", "produced_records_total", "fetched_bytes_total"] {
        assert_eq!(of(metric, 0), 0.0, "{metric}");
    }
}

#[tokio::test]
async fn a_deleted_topic_is_not_in_the_metrics_any_more() {
    let node = TestNode::start().await;
    node.create_topic("gone", 1, &[]).await;
    assert!(scrape(&node).await.keys().any(|sample| sample.contains("gone")));
    node.delete_topic("gone").await;
    assert!(!scrape(&node).await.keys().any(|sample| sample.contains("gone")));
}

#[tokio::test]
async fn the_node_says_how_it_does() {
    let node = TestNode::start().await;
    node.create_topic("events", 3, &[]).await;
    let before = scrape(&node).await;
    let entries = vec![plain("events", 0, &["x"])];
    node.produce(ProduceRequest { entries, acks: Acks::All.into(), ..Default::default() }).await;
    let after = scrape(&node).await;
    let grew = |sample: &str| after[sample] - before[sample];
    assert!(grew("tidelog_journal_rounds_total") >= 1.0);
    assert!(grew("tidelog_journal_sync_seconds_count") >= 1.0);
    assert!(grew("tidelog_journal_sync_seconds_sum") > 0.0);
    assert_eq!((after["tidelog_topics"], after["tidelog_partitions"]), (1.0, 3.0));
    assert!(after["tidelog_journal_used_bytes"] > 0.0);
    assert_eq!(after["tidelog_log_directory_failed"], 0.0);
    assert_eq!(after["tidelog_disk_reserve_reached"], 0.0);
    assert_eq!(after["tidelog_memory_limit_bytes{budget=\"append\"}"], f64::from(32 << 20));
    for budget in ["request", "append", "fetch"] {
        let used = after[&format!("tidelog_memory_used_bytes{{budget=\"{budget}\"}}")];
        assert!(used <= after[&format!("tidelog_memory_limit_bytes{{budget=\"{budget}\"}}")]);
    }
    // The one that asks.
    assert_eq!(after["tidelog_open_connections{listener=\"http\"}"], 1.0);
    assert_eq!(after["tidelog_checkpoint_seconds_count"], 0.0);
    let build = format!("tidelog_build_info{{version=\"{}\",node_id=\"0\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(after[&build], 1.0);
}

#[tokio::test]
async fn open_grpc_connections_are_counted_and_forgotten() {
    let node = TestNode::start().await;
    let open = async || scrape(&node).await["tidelog_open_connections{listener=\"grpc\"}"];
    assert_eq!(open().await, 0.0);
    let mut admin = node.admin();
    admin.list_topics(tidelog_grpc_api::v1::ListTopicsRequest::default()).await.expect("answers");
    assert_eq!(open().await, 1.0);
    drop(admin);
    while open().await > 0.0 {
        tokio::task::yield_now().await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_says_what_it_uses() {
    let node = TestNode::start().await;
    let samples = scrape(&node).await;
    assert!(samples["process_cpu_seconds_total"] > 0.0);
    assert!(samples["process_resident_memory_bytes"] > 1e6);
    let open = samples["process_open_fds"];
    assert!(open > 3.0 && open < samples["process_max_fds"]);
}
