//! What strangers can make the node do with little: hold memory, hold connections, hold others up, answer without end.

use tidelog_kafka_wire::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use tidelog_kafka_wire::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
use tidelog_kafka_wire::messages::fetch::{FetchPartition, FetchRequest};
use tidelog_kafka_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use tidelog_kafka_wire::messages::produce::ProduceRequest;
use tidelog_kafka_wire::{RequestHeader, Str, encode_request};
use tidelog_record::Compression;

use super::admin::set_limit;
use super::{KafkaClient, fetch, fetched, produce, produced};
use crate::support::{TestNode, batch};

const MIB: usize = 1 << 20;

/// A fetch that waits for weeks.
fn long_poll(topic: &str) -> FetchRequest {
    FetchRequest { max_wait_ms: i32::MAX, min_bytes: i32::MAX, session_epoch: -1, ..fetch(topic, &[(0, 0)]) }
}

#[tokio::test]
async fn a_client_that_asked_to_wait_for_weeks_and_left_is_let_go() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    client.send(12, &long_poll("t")).await;
    client.shut_down().await;
    let parts = fetched(client.answer::<FetchRequest>(12).await.expect("is answered"));
    assert_eq!((parts.len(), parts[0].error_code), (1, 0));
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_client_that_is_held_up_by_a_quota_and_left_is_let_go() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    set_limit(&mut client, "producer_byte_rate", 1.0).await;
    let batch = batch(Compression::None, &["x".repeat(10_000).as_str()]);
    let answer = client.ask(9, &produce("t", 0, -1, batch)).await;
    assert!(answer.throttle_time_ms > 1_000_000, "{}", answer.throttle_time_ms);
    client.shut_down().await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn large_requests_that_wait_leave_room_for_large_requests_that_do_not() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    // One partition, named so often that the frame is large: together they are more than all requests may have.
    let mut request = long_poll("t");
    request.topics[0].partitions = vec![FetchPartition::clone(&request.topics[0].partitions[0]); 30_000];
    let frame =
        encode_request(&RequestHeader::of::<FetchRequest>(12, 1), &request).expect("is said").to_bytes();
    let limit_bytes = node.node.shared().request_budget.limit_bytes();
    let mut waiting = Vec::new();
    for _ in 0..limit_bytes / frame.len() + 2 {
        let mut client = KafkaClient::connect(&node).await;
        client.send_raw(&frame).await;
        waiting.push(client);
    }
    let mut client = KafkaClient::connect(&node).await;
    let value = "x".repeat(MIB / 2);
    let answer = client.ask(9, &produce("t", 0, -1, batch(Compression::None, &[&value]))).await;
    assert_eq!(produced(answer).error_code, 0);
}

#[tokio::test]
async fn those_who_read_nothing_do_not_keep_others_from_reading() {
    let node = TestNode::start().await;
    node.create_topic("large", 1, &[]).await;
    node.create_topic("small", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let value = "x".repeat(MIB * 9 / 10);
    for _ in 0..24 {
        client.ask(9, &produce("large", 0, -1, batch(Compression::None, &[&value]))).await;
    }
    client.ask(9, &produce("small", 0, -1, batch(Compression::None, &["a"]))).await;
    let mut greedy = FetchRequest { session_epoch: -1, ..fetch("large", &[(0, 0)]) };
    greedy.topics[0].partitions[0].partition_max_bytes = 50 << 20;
    let mut deaf = Vec::new();
    for _ in 0..8 {
        let mut client = KafkaClient::connect(&node).await;
        client.send(12, &greedy).await;
        client.send(12, &greedy).await;
        deaf.push(client);
    }
    // What is small is read at once, what is large once one of them has had to go.
    for topic in ["small", "large", "small", "large"] {
        let answer = client.ask(12, &FetchRequest { session_epoch: -1, ..fetch(topic, &[(0, 0)]) }).await;
        assert!(fetched(answer)[0].records.as_ref().is_some_and(|records| !records.is_empty()), "{topic}");
    }
}

#[tokio::test]
async fn a_topic_that_is_asked_for_a_thousand_times_is_described_once() {
    let node = TestNode::start().await;
    node.create_topic("t", 100, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let named =
        |name| MetadataRequestTopic { name: Some(Str::from(name)), ..MetadataRequestTopic::default() };
    let mut topics = vec![named("t"); 1000];
    topics.push(named("x"));
    let request = MetadataRequest {
        topics: Some(topics),
        allow_auto_topic_creation: false,
        ..MetadataRequest::default()
    };
    for version in [4, 8, 12] {
        let answer = client.ask(version, &request).await;
        let answered: Vec<_> =
            answer.topics.iter().map(|topic| (topic.name.as_deref(), topic.partitions.len())).collect();
        assert!(answered == [(Some("t"), 100), (Some("x"), 0)], "{} topics", answered.len());
    }
}

#[tokio::test]
async fn configs_that_are_asked_for_over_and_over_are_refused_in_the_end() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let broker =
        DescribeConfigsResource { resource_type: 4, resource_name: Str::from("0"), configuration_keys: None };
    let request = DescribeConfigsRequest {
        resources: vec![broker; 1000],
        include_documentation: true,
        ..DescribeConfigsRequest::default()
    };
    let results = client.ask(4, &request).await.results;
    let codes: Vec<i16> = results.iter().map(|result| result.error_code).collect();
    let told = codes.iter().take_while(|code| **code == 0).count();
    assert!(told > 10 && codes[told..].iter().all(|code| *code == 42), "{codes:?}");
    let entries: usize = results.iter().map(|result| result.configs.len()).sum();
    assert!(entries < 7_000, "{entries}");
}

#[tokio::test]
async fn a_name_as_long_as_names_can_be_is_refused_with_a_sentence_that_fits() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let topic = CreatableTopic {
        name: Str::from("é".repeat(16_000)),
        num_partitions: 1,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let request =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: 1000, ..CreateTopicsRequest::default() };
    for version in [2, 7] {
        let answer = client.ask(version, &request).await;
        assert_eq!(answer.topics[0].error_code, 17);
        let message = answer.topics[0].error_message.as_ref().expect("a sentence");
        assert!(message.len() < 2100, "{} bytes", message.len());
    }
}

#[tokio::test]
async fn produce_requests_without_acks_are_not_answered_and_do_no_harm() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let request = produce("t", 0, 0, batch(Compression::None, &["a"]));
    let flood =
        encode_request(&RequestHeader::of::<ProduceRequest>(9, 1), &request).expect("is said").to_bytes();
    client.send_raw(&flood.repeat(2000)).await;
    let answer = client.ask(9, &produce("t", 0, -1, batch(Compression::None, &["b"]))).await;
    assert_eq!(produced(answer).base_offset, 2000);
}
