//! Produce over the Kafka listener: acks, errors of single partitions, topic ids.

use bytes::Bytes;
use tidelog_kafka_wire::messages::init_producer_id::InitProducerIdRequest;
use tidelog_kafka_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use tidelog_kafka_wire::{Str, Uuid};

use super::{KafkaClient, produce, produced};
use tidelog_record::Compression;

use crate::support::{TestNode, batch};

#[tokio::test]
async fn records_of_every_version_arrive() {
    let node = TestNode::start().await;
    let id = node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    for version in 3..=13 {
        let mut request = produce("t", 0, -1, batch(Compression::None, &[&format!("version {version}")]));
        if version >= 13 {
            request.topic_data[0].name = Str::EMPTY;
            request.topic_data[0].topic_id = Uuid(u128::from_be_bytes((&id[..]).try_into().unwrap()));
        }
        let answer = produced(client.ask(version, &request).await);
        assert_eq!((answer.error_code, answer.base_offset), (0, i64::from(version) - 3));
    }
    let values = node.values("t", 0, 0).await;
    assert_eq!(values.len(), 11);
    assert_eq!(values[10], (10, "version 13".to_owned()));
}

#[tokio::test]
async fn each_partition_has_an_answer_of_its_own() {
    let node = TestNode::start().await;
    node.create_topic("t", 2, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let good = batch(Compression::None, &["a"]);
    let mut bad = good.to_vec();
    *bad.last_mut().unwrap() ^= 1;
    let data = |index, records: &[u8]| PartitionProduceData {
        index,
        records: Some(Bytes::copy_from_slice(records)),
    };
    let topic = |name: &str, partition_data| TopicProduceData {
        name: Str::from(name.to_owned()),
        partition_data,
        ..TopicProduceData::default()
    };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 1000,
        topic_data: vec![
            topic("t", vec![data(1, &good), data(0, &bad), data(2, &good)]),
            topic("nope", vec![data(0, &good)]),
        ],
        ..ProduceRequest::default()
    };
    let answer = client.ask(9, &request).await;
    let codes: Vec<_> = answer
        .responses
        .iter()
        .flat_map(|topic| {
            topic.partition_responses.iter().map(|part| (topic.name.to_string(), part.index, part.error_code))
        })
        .collect();
    let expected = [("t", 1, 0), ("t", 0, 2), ("t", 2, 3), ("nope", 0, 3)];
    assert_eq!(codes, expected.map(|(name, index, code)| (name.to_owned(), index, code)));
}

#[tokio::test]
async fn acks_0_has_no_answer_and_a_failure_closes_the_connection() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    client.send(9, &produce("t", 0, 0, batch(Compression::None, &["a"]))).await;
    let answer = produced(client.ask(9, &produce("t", 0, 1, batch(Compression::None, &["b"]))).await);
    assert_eq!((answer.error_code, answer.base_offset), (0, 1));
    client.send(9, &produce("nope", 0, 0, batch(Compression::None, &["c"]))).await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn acks_that_do_not_exist_are_refused() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let answer = produced(client.ask(9, &produce("t", 0, 2, batch(Compression::None, &["a"]))).await);
    assert_eq!((answer.error_code, answer.base_offset), (21, -1));
    assert!(node.values("t", 0, 0).await.is_empty());
}

#[tokio::test]
async fn idempotent_producers_get_an_id_each_and_transactional_ones_are_refused() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let plain = InitProducerIdRequest {
        transactional_id: None,
        producer_id: -1,
        producer_epoch: -1,
        ..InitProducerIdRequest::default()
    };
    let first = client.ask(4, &plain).await;
    let second = client.ask(4, &plain).await;
    assert_eq!((first.error_code, first.producer_epoch), (0, 0));
    assert!(second.producer_id > first.producer_id);
    let transactional = InitProducerIdRequest { transactional_id: Some(Str::from("x")), ..plain };
    let refused = client.ask(4, &transactional).await;
    assert_eq!((refused.error_code, refused.producer_id), (35, -1));
}
