//! What a connection may send, and in which order it is answered.

use tidelog_kafka_wire::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use tidelog_kafka_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use tidelog_kafka_wire::messages::produce::ProduceRequest;
use tidelog_kafka_wire::{ApiKey, Budget, Decoder, Message, RequestHeader, Str, encode_request};

use super::{KafkaClient, produce, produced};
use tidelog_record::Compression;

use crate::metrics::scrape;
use crate::support::{TestNode, batch};

fn software() -> ApiVersionsRequest {
    ApiVersionsRequest {
        client_software_name: Str::from("test"),
        client_software_version: Str::from("1.0"),
        ..ApiVersionsRequest::default()
    }
}

#[tokio::test]
async fn an_unknown_version_of_api_versions_is_answered_in_version_0_with_that_api_alone() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let mut frame = encode_request(&RequestHeader::of::<ApiVersionsRequest>(5, 7), &software())
        .unwrap()
        .to_bytes()
        .to_vec();
    frame[7] = 99;
    client.send_raw(&frame).await;
    let mut decoder = Decoder::new(client.frame().await.expect("is answered"), Budget::of_bytes(1 << 20));
    assert_eq!(decoder.int32(), Ok(7));
    let answer = ApiVersionsResponse::decode(&mut decoder, 0).expect("version 0");
    assert_eq!(answer.error_code, 35);
    let keys: Vec<_> =
        answer.api_keys.iter().map(|api| (api.api_key, api.min_version, api.max_version)).collect();
    assert_eq!(keys, [(ApiKey::ApiVersions as i16, 0, 5)]);
    // The connection lives on.
    assert_eq!(client.ask(3, &software()).await.error_code, 0);
}

#[tokio::test]
async fn what_is_not_served_closes_the_connection() {
    let node = TestNode::start().await;
    for head in [[0, 0, 0, 2], [0x7f, 0, 0, 0], [0, 3, 0, 99], [0xff, 0xff, 0, 0]] {
        let mut client = KafkaClient::connect(&node).await;
        let frame = [&[0, 0, 0, 10], &head[..], &[0, 0, 0, 1, 0xff, 0xff]].concat();
        client.send_raw(&frame).await;
        assert!(client.is_closed().await, "{head:?}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_api_and_closed_connections_by_reason() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    for _ in 0..3 {
        client.ask(12, &MetadataRequest::default()).await;
    }
    client.send_raw(&(-1i32).to_be_bytes()).await;
    assert!(client.is_closed().await);
    let mut other = KafkaClient::connect(&node).await;
    other.send_raw(&[0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff]).await;
    assert!(other.is_closed().await);
    let samples = scrape(&node).await;
    let of = |metric: &str, label: &str| samples[&format!("tidelog_kafka_{metric}_total{{{label}}}")];
    assert_eq!(of("requests", "api=\"Metadata\""), 3.0);
    assert_eq!(of("requests", "api=\"Fetch\""), 0.0);
    for (reason, expected) in [("frame_length", 1.0), ("unsupported", 1.0), ("malformed", 0.0)] {
        assert_eq!(of("disconnects", &format!("reason=\"{reason}\"")), expected, "{reason}");
    }
}

#[tokio::test]
async fn lengths_that_no_request_has_close_the_connection() {
    let node = TestNode::start_with(&[("socket.request.max.bytes", "100000")]).await;
    for length in [0, -1, i32::MIN, 100_001, i32::MAX, 0x1603_0100] {
        let mut client = KafkaClient::connect(&node).await;
        client.send_raw(&length.to_be_bytes()).await;
        assert!(client.is_closed().await, "{length}");
    }
}

#[tokio::test]
async fn a_large_frame_of_a_stranger_is_not_taken_in() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    // 16 MiB of an API that is not there: closed when 64 KiB of it have come.
    let head = [0x01, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 1];
    client.send_raw(&head).await;
    client.send_raw(&vec![0; 64 * 1024]).await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_body_that_is_cut_or_lies_closes_the_connection() {
    let node = TestNode::start().await;
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some(Str::from("t")),
            ..MetadataRequestTopic::default()
        }]),
        ..MetadataRequest::default()
    };
    let frame = encode_request(&RequestHeader::of::<MetadataRequest>(1, 1), &request).unwrap().to_bytes();
    let mut cut = frame[..frame.len() - 1].to_vec();
    cut[3] -= 1;
    // A count of topics that would take gigabytes.
    let mut lie = frame.to_vec();
    lie[14..18].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    for bytes in [cut, lie] {
        let mut client = KafkaClient::connect(&node).await;
        client.send_raw(&bytes).await;
        assert!(client.is_closed().await);
    }
}

#[tokio::test]
async fn a_request_is_the_same_however_its_bytes_come() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let frame =
        encode_request(&RequestHeader::of::<ApiVersionsRequest>(3, 1), &software()).unwrap().to_bytes();
    for byte in frame.iter() {
        client.send_raw(&[*byte]).await;
    }
    assert_eq!(client.answer_to::<ApiVersionsRequest>(3, 1).await.expect("is answered").error_code, 0);
    // Two and a half requests in one write, then the rest.
    let three = [&frame[..], &frame[..], &frame[..]].concat();
    let (most, rest) = three.split_at(frame.len() * 5 / 2);
    client.send_raw(most).await;
    client.send_raw(rest).await;
    for _ in 0..3 {
        assert!(client.answer_to::<ApiVersionsRequest>(3, 1).await.is_some());
    }
}

#[tokio::test]
async fn answers_keep_the_order_of_their_requests() {
    let node = TestNode::start().await;
    node.create_topic("t", 3, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    const REQUESTS: i32 = 200;
    let mut bytes = Vec::new();
    for id in 0..REQUESTS {
        let frame = if id % 7 == 3 {
            encode_request(&RequestHeader::of::<MetadataRequest>(9, id), &MetadataRequest::default())
        } else {
            let request = produce("t", id % 3, -1, batch(Compression::None, &[&format!("record {id}")]));
            encode_request(&RequestHeader::of::<ProduceRequest>(9, id), &request)
        };
        bytes.extend_from_slice(&frame.unwrap().to_bytes());
    }
    client.send_raw(&bytes).await;
    let mut offsets = [Vec::new(), Vec::new(), Vec::new()];
    for id in 0..REQUESTS {
        if id % 7 == 3 {
            assert!(client.answer_to::<MetadataRequest>(9, id).await.is_some());
        } else {
            let answer = client.answer_to::<ProduceRequest>(9, id).await.expect("is answered");
            offsets[(id % 3) as usize].push(produced(answer).base_offset);
        }
    }
    for of_partition in offsets {
        let expected: Vec<i64> = (0..of_partition.len() as i64).collect();
        assert_eq!(of_partition, expected);
    }
}

#[tokio::test]
async fn many_small_requests_in_one_read_are_all_answered() {
    let node = TestNode::start().await;
    node.create_topic("t", 50, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    for round in 0..20 {
        let requests = (0..500).map(|id| {
            let request = produce("t", id % 50, -1, batch(Compression::None, &["a"]));
            encode_request(&RequestHeader::of::<ProduceRequest>(9, id), &request).unwrap().to_bytes()
        });
        client.send_raw(&requests.collect::<Vec<_>>().concat()).await;
        for id in 0..500 {
            let answer = client.answer_to::<ProduceRequest>(9, id).await.expect("is answered");
            assert_eq!(produced(answer).error_code, 0, "request {id} of round {round}");
        }
    }
}

#[tokio::test]
async fn a_client_that_closed_its_half_still_gets_its_answers() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    client.send(9, &produce("t", 0, -1, batch(Compression::None, &["a"]))).await;
    client.shut_down().await;
    assert_eq!(produced(client.answer::<ProduceRequest>(9).await.expect("is answered")).error_code, 0);
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_stopping_node_answers_what_it_took_and_closes() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    client.send(9, &produce("t", 0, -1, batch(Compression::None, &["a"]))).await;
    assert_eq!(produced(client.answer::<ProduceRequest>(9).await.expect("is answered")).base_offset, 0);
    let TestNode { node, directory } = node;
    node.shut_down().await;
    assert!(client.is_closed().await);
    drop(directory);
}

#[tokio::test]
async fn metadata_names_the_address_that_the_client_reached_unless_told_otherwise() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let answer = client.ask(12, &MetadataRequest::default()).await;
    let port = node.node.addresses().kafka[0].1.port();
    assert_eq!(answer.brokers.len(), 1);
    assert_eq!((answer.brokers[0].host.as_str(), answer.brokers[0].port), ("127.0.0.1", i32::from(port)));

    let directory = tempfile::TempDir::new().expect("a directory");
    let told = "127.0.0.1:0@broker.example.com:9092".parse().expect("a listener");
    let other = "OTHER://127.0.0.1:0".parse().expect("a listener");
    let config = tidelog_broker::NodeConfig {
        kafka: vec![told, other],
        ..tidelog_broker::NodeConfig::embedded(directory.path().to_path_buf())
    };
    let node = TestNode { node: tidelog_broker::Node::start(config).await.expect("starts"), directory };
    let mut client = KafkaClient::connect(&node).await;
    let answer = client.ask(12, &MetadataRequest::default()).await;
    assert_eq!((answer.brokers[0].host.as_str(), answer.brokers[0].port), ("broker.example.com", 9092));
    let names: Vec<&str> = node.node.addresses().kafka.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["PLAINTEXT", "OTHER"]);
}
