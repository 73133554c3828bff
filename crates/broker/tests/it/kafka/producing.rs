//! Produce over the Kafka listener: acks, errors of single partitions, topic ids.

use bytes::Bytes;
use tidelog_kafka_wire::messages::init_producer_id::InitProducerIdRequest;
use tidelog_kafka_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use tidelog_kafka_wire::{Str, Uuid};

use super::{KafkaClient, produce, produced};
use tidelog_model::TimestampMs;
use tidelog_record::{BatchBuilder, Compression, Compressor};

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

/// What an answer says of single records, by index.
fn blamed(answer: &PartitionProduceResponse) -> Vec<(i32, &str)> {
    let errors = answer.record_errors.iter();
    errors
        .map(|error| (error.batch_index, error.batch_index_error_message.as_deref().unwrap_or("")))
        .collect()
}

#[tokio::test]
async fn every_record_without_a_key_is_named_on_a_compacted_topic() {
    let node = TestNode::start().await;
    node.create_topic("c", 1, &[("cleanup.policy", "compact")]).await;
    let mut client = KafkaClient::connect(&node).await;
    for compression in [Compression::None, Compression::Zstd] {
        let keys = [None, Some("k"), None, None, None].map(|key| (TimestampMs(1), key));
        let answer = produced(client.ask(9, &produce("c", 0, -1, batch_of(compression, &keys))).await);
        assert_eq!((answer.error_code, answer.base_offset, answer.log_start_offset), (87, -1, 0));
        let said = "Compacted topic cannot accept message without key in topic partition c-0";
        assert_eq!(blamed(&answer), [0, 2, 3, 4].map(|index| (index, said)));
        let message = format!(
            "One or more records have been rejected due to 4 record errors in total, and only showing the first \
             three errors at most: [RecordError(batchIndex=0, message='{said}'), RecordError(batchIndex=2, \
             message='{said}'), RecordError(batchIndex=3, message='{said}')]"
        );
        assert_eq!(answer.error_message.as_deref(), Some(&message[..]));
    }
    assert!(node.values("c", 0, 0).await.is_empty());
}

#[tokio::test]
async fn every_record_out_of_time_is_named() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[("message.timestamp.after.max.ms", "0")]).await;
    let mut client = KafkaClient::connect(&node).await;
    let late = TimestampMs(4_102_444_800_000);
    let records = [(TimestampMs(1), None), (late, None), (TimestampMs(2), None), (late, None)];
    let answer = produced(client.ask(9, &produce("t", 0, -1, batch_of(Compression::None, &records))).await);
    assert_eq!((answer.error_code, answer.log_start_offset), (32, 0));
    let message = "One or more records have been rejected due to invalid timestamp";
    assert_eq!(answer.error_message.as_deref(), Some(message));
    let blamed = blamed(&answer);
    assert_eq!(blamed.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 3]);
    let said =
        "Timestamp 4102444800000 of message with offset 3 is out of range. The timestamp should be within [";
    assert!(blamed[1].1.starts_with(said), "{}", blamed[1].1);
}

#[tokio::test]
async fn an_answer_names_a_bounded_number_of_records() {
    let node = TestNode::start().await;
    node.create_topic("c", 3, &[("cleanup.policy", "compact")]).await;
    let mut client = KafkaClient::connect(&node).await;
    let records = batch_of(Compression::Zstd, &vec![(TimestampMs(1), None); 20_000]);
    let mut request = produce("c", 0, -1, records.clone());
    for index in 1..3 {
        let more = PartitionProduceData { index, records: Some(records.clone()) };
        request.topic_data[0].partition_data.push(more);
    }
    let answer = client.ask(9, &request).await;
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partition_responses);
    let named: Vec<_> =
        partitions.map(|partition| (partition.error_code, partition.record_errors.len())).collect();
    // Each partition has its first.
    assert_eq!(named, [(87, 10_000), (87, 1), (87, 1)]);
}

/// A batch of records with these times and keys.
fn batch_of(compression: Compression, records: &[(TimestampMs, Option<&str>)]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for (timestamp, key) in records {
        builder.append(*timestamp, key.map(str::as_bytes), Some(b"v"), &[]).expect("a record");
    }
    builder.build(&mut Compressor::new(compression)).expect("a batch")
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
