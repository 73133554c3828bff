//! Starting, stopping, and what is there afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidelog_broker::{Node, NodeConfig, StartError};
use tidelog_client::{Client, ProducerOptions, ProducerRecord};
use tidelog_grpc_api::v1::offset_spec::At;
use tidelog_grpc_api::v1::{
    DescribeTopicsRequest, ErrorCode, ErrorDetail, FetchFormat, FetchRequest, Position, ProduceRequest,
};
use tidelog_record::Compression;
use tokio_stream::wrappers::ReceiverStream;

use crate::support::{TestNode, at, batch, from_offset, of, plain, ready};

async fn bytes_of(node: &TestNode, topic: &str) -> Vec<u8> {
    let format = FetchFormat::Batches.into();
    let chunks = node.read(FetchRequest { format, ..of(vec![from_offset(topic, 0, 0)]) }).await;
    chunks.iter().flat_map(|chunk| chunk.record_batches.to_vec()).collect()
}

#[tokio::test]
async fn a_restarted_node_serves_the_same_bytes() {
    let node = TestNode::start().await;
    // Small segments, so that there are several.
    node.create_topic("events", 1, &[("segment.bytes", "1048576")]).await;
    let value = "tide ".repeat(40_000);
    for codec in Compression::ALL.iter().cycle().take(25) {
        node.store(ready("events", 0, batch(*codec, &[&value, "x"]))).await.expect("stored");
    }
    let before = bytes_of(&node, "events").await;
    assert!(before.len() > 1 << 20);
    let node = node.restart().await;
    assert_eq!(node.node.recovery().redone_operations, 0, "a clean shutdown leaves nothing to redo");
    assert!(bytes_of(&node, "events").await == before);
    assert_eq!(node.store(plain("events", 0, &["next"])).await, Ok(50));
    let request = DescribeTopicsRequest { names: vec!["events".to_owned()], topic_ids: Vec::new() };
    let topics = node.admin().describe_topics(request).await.expect("answers").into_inner().topics;
    assert_eq!(topics[0].partitions[0].leader_epoch, 1, "each start leads anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_under_load_loses_nothing_acknowledged() {
    let node = TestNode::start().await;
    node.create_topic("events", 4, &[]).await;
    let mut producers = Vec::new();
    for partition in 0..4 {
        producers.push(tokio::spawn(produce_until_refused(node.log(), partition)));
    }
    let mut followers = Vec::new();
    for partition in 0..4 {
        let request = FetchRequest { follow: true, ..of(vec![from_offset("events", partition, 0)]) };
        followers.push(tokio::spawn(read_until_refused(node.log(), request)));
    }
    let produced = &node.node.shared().topics;
    while produced.snapshot().iter().flat_map(|topic| &topic.partitions).any(|p| p.high_watermark().0.0 < 200)
    {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let node = node.restart().await;
    for (partition, producer) in (0..).zip(producers) {
        let acknowledged = producer.await.expect("ends");
        let values = node.values("events", partition, 0).await;
        assert!(values.len() as i64 >= acknowledged, "{} of {acknowledged} are left", values.len());
        assert!(values.iter().all(|(offset, value)| *value == offset.to_string()));
    }
    for follower in followers {
        assert_eq!(follower.await.expect("ends"), Some(ErrorCode::ShuttingDown));
    }
}

type Log = tidelog_grpc_api::v1::log_service_client::LogServiceClient<tonic::transport::Channel>;

/// How many records were acknowledged when the call broke. Each record's value is its offset.
async fn produce_until_refused(mut log: Log, partition: i32) -> i64 {
    let (sender, requests) = tokio::sync::mpsc::channel(64);
    let feeder = tokio::spawn(async move {
        for number in 0.. {
            let entries = vec![plain("events", partition, &[&number.to_string()])];
            let request = ProduceRequest { entries, ..ProduceRequest::default() };
            if sender.send(request).await.is_err() {
                return;
            }
        }
    });
    let mut answers = log.produce_stream(ReceiverStream::new(requests)).await.expect("begins").into_inner();
    let mut acknowledged = 0;
    // It ends with SHUTTING_DOWN, or, if the connection is closed while requests are on their way, without a word.
    while let Ok(answer) = answers.message().await {
        let answer = answer.expect("a call that is not closed does not end well");
        assert_eq!(answer.results[0].error, None);
        acknowledged = acknowledged.max(answer.results[0].base_offset + 1);
    }
    drop(answers);
    feeder.await.expect("ends");
    acknowledged
}

async fn read_until_refused(mut log: Log, request: FetchRequest) -> Option<ErrorCode> {
    let mut stream = log.fetch(request).await.expect("begins").into_inner();
    loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(status) => return ErrorDetail::from_status(&status).map(|detail| detail.code()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rust_client_goes_through_a_restart_and_stores_each_record_once() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let address = node.node.addresses().grpc;
    let client = Client::connect(address.to_string()).await.expect("connects");
    let producer = client.producer(ProducerOptions::default()).expect("valid options");
    let enough = Arc::new(AtomicBool::new(false));
    let sending = tokio::spawn({
        let enough = enough.clone();
        async move {
            let mut deliveries = Vec::new();
            while !enough.load(Ordering::Relaxed) {
                let value = deliveries.len().to_string();
                let record = ProducerRecord::to("events").partition(0).value(&value);
                deliveries.push(producer.send(record).await.expect("is taken"));
                tokio::task::yield_now().await;
            }
            let count = deliveries.len();
            for delivery in deliveries {
                delivery.await.expect("is stored");
            }
            producer.close().await;
            count
        }
    });
    let seen = until_it_grows(&node, 0).await;
    let TestNode { node, directory } = node;
    node.shut_down().await;
    let node = TestNode::start_at(directory, address).await;
    until_it_grows(&node, seen).await;
    enough.store(true, Ordering::Relaxed);
    let count = sending.await.expect("ends");
    let values: Vec<String> = node.values("events", 0, 0).await.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, (0..count).map(|number| number.to_string()).collect::<Vec<_>>());
}

/// Waits until partition 0 has more visible records than so many, and returns how many.
async fn until_it_grows(node: &TestNode, from: i64) -> i64 {
    loop {
        let request =
            FetchRequest { follow: true, ..of(vec![at("events", 0, At::Position(Position::Latest.into()))]) };
        let mut stream = node.log().fetch(request).await.expect("begins").into_inner();
        let answer = stream.message().await.expect("says where it stands").expect("a position");
        if answer.chunks[0].high_watermark > from {
            return answer.chunks[0].high_watermark;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_node_that_just_vanishes() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    for number in 0..50 {
        node.store(plain("events", 0, &[&number.to_string()])).await.expect("stored");
    }
    // Its files as they are at this moment, in another place, which is told that it is the original now.
    let copy = tempfile::TempDir::new().expect("a directory");
    copy_tree(node.directory.path(), copy.path());
    let config = NodeConfig { adopt_data_dir: true, ..NodeConfig::embedded(copy.path().to_owned()) };
    let copied = TestNode { node: Node::start(config).await.expect("starts"), directory: copy };
    let expected: Vec<_> = (0..50).map(|number| (number, number.to_string())).collect();
    assert_eq!(copied.values("events", 0, 0).await, expected);
}

fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).expect("is there") {
        let entry = entry.expect("is there");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("is new");
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("is copied");
        }
    }
}

#[tokio::test]
async fn a_second_node_on_the_same_directory_does_not_start() {
    let node = TestNode::start().await;
    let config = NodeConfig::embedded(node.directory.path().to_owned());
    let error = Node::start(config).await.expect_err("is locked");
    assert!(matches!(error, StartError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("is in use by another process"), "{error}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let node = TestNode::start().await;
    let other = tempfile::TempDir::new().expect("a directory");
    let taken = node.node.addresses().http;
    let config = NodeConfig { http: taken, ..NodeConfig::embedded(other.path().to_owned()) };
    let error = Node::start(config).await.expect_err("the port is taken");
    assert!(error.to_string().starts_with(&format!("the http listener cannot stand on {taken}")), "{error}");
}

#[tokio::test]
async fn a_listener_that_others_can_reach_is_refused_unless_the_operator_insists() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let open = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let config = NodeConfig { grpc: open, ..NodeConfig::embedded(directory.path().to_owned()) };
    let error = Node::start(config.clone()).await.expect_err("is open");
    assert!(matches!(error, StartError::OpenListener { listener: "grpc", .. }), "{error}");
    let node = Node::start(NodeConfig { insecure_listen: true, ..config }).await.expect("starts");
    node.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_dropped_leaves_its_directory_to_the_next_with_all_that_it_acknowledged() {
    let mut node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    for round in 0..20 {
        let value = format!("round {round}");
        assert_eq!(node.store(ready("t", 0, batch(Compression::None, &[&value]))).await, Ok(round));
        let TestNode { node: dropped, directory } = node;
        drop(dropped);
        node = TestNode::start_at(directory, "127.0.0.1:0".parse().expect("an address")).await;
    }
    assert_eq!(node.values("t", 0, 0).await.len(), 20);
}
