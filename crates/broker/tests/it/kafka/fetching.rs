//! Fetch over the Kafka listener: limits, waiting, sessions.

use std::time::{Duration, Instant};

use tidelog_kafka_wire::messages::fetch::{FetchRequest, ForgottenTopic};
use tidelog_kafka_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_record::{Decompressor, split_batches};

use super::{KafkaClient, fetch, fetched, produce};
use tidelog_record::Compression;

use crate::support::{TestNode, batch};

async fn store(client: &mut KafkaClient, partition: i32, value: &str) {
    let answer = super::produced(
        client.ask(9, &produce("t", partition, -1, batch(Compression::None, &[value]))).await,
    );
    assert_eq!(answer.error_code, 0);
}

/// Offsets and values of records.
fn records(partition: &tidelog_kafka_wire::messages::fetch::PartitionData) -> Vec<(i64, String)> {
    let mut out = Vec::new();
    let mut decompressor = Decompressor::default();
    for batch in split_batches(partition.records.clone().unwrap_or_default()) {
        let batch = batch.expect("a whole batch");
        batch.verify_crc().expect("its bytes");
        for record in batch.records(&mut decompressor).expect("records") {
            let record = record.expect("a record");
            out.push((record.offset.0, String::from_utf8(record.value.unwrap().to_vec()).unwrap()));
        }
    }
    out
}

#[tokio::test]
async fn records_come_back_in_every_version() {
    let node = TestNode::start().await;
    let id = node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    store(&mut client, 0, "a").await;
    store(&mut client, 0, "b").await;
    for version in 4..=18 {
        let mut request = fetch("t", &[(0, 1)]);
        if version >= 13 {
            request.topics[0].topic = Str::EMPTY;
            request.topics[0].topic_id = Uuid(u128::from_be_bytes((&id[..]).try_into().unwrap()));
        }
        let parts = fetched(client.ask(version, &request).await);
        assert_eq!(records(&parts[0]), [(1, "b".to_owned())], "version {version}");
        assert_eq!((parts[0].high_watermark, parts[0].last_stable_offset), (2, 2));
    }
}

#[tokio::test]
async fn a_fetch_waits_for_records_and_is_woken_by_them() {
    let node = TestNode::start().await;
    node.create_topic("t", 2, &[]).await;
    let mut consumer = KafkaClient::connect(&node).await;
    let mut producer = KafkaClient::connect(&node).await;
    let request = FetchRequest { max_wait_ms: 600_000, min_bytes: 1, ..fetch("t", &[(0, 0), (1, 0)]) };
    consumer.send(12, &request).await;
    store(&mut producer, 1, "late").await;
    let parts = fetched(consumer.answer::<FetchRequest>(12).await.expect("is answered"));
    assert_eq!(parts.len(), 2);
    assert_eq!(records(&parts[1]), [(0, "late".to_owned())]);
}

#[tokio::test]
async fn a_fetch_for_which_nothing_comes_ends_at_its_deadline() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let begun = Instant::now();
    let request = FetchRequest { max_wait_ms: 100, min_bytes: 1, ..fetch("t", &[(0, 0)]) };
    let parts = fetched(client.ask(12, &request).await);
    assert!(begun.elapsed() >= Duration::from_millis(100));
    assert!(records(&parts[0]).is_empty());
}

#[tokio::test]
async fn the_first_batch_comes_whatever_the_limit_and_no_other_beyond_it() {
    let node = TestNode::start().await;
    node.create_topic("t", 2, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    for partition in [0, 0, 1] {
        store(&mut client, partition, &"x".repeat(1000)).await;
    }
    let mut request = FetchRequest { max_bytes: 1, ..fetch("t", &[(0, 0), (1, 0)]) };
    let parts = fetched(client.ask(12, &request).await);
    assert_eq!((records(&parts[0]).len(), records(&parts[1]).len()), (1, 0));
    request.max_bytes = 10_000;
    request.topics[0].partitions[0].partition_max_bytes = 0;
    request.topics[0].partitions[1].partition_max_bytes = 100;
    let parts = fetched(client.ask(12, &request).await);
    assert_eq!((records(&parts[0]).len(), records(&parts[1]).len()), (1, 0));
}

#[tokio::test]
async fn a_session_remembers_partitions_and_tells_only_news() {
    let node = TestNode::start().await;
    node.create_topic("t", 3, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    store(&mut client, 1, "a").await;
    let whole = FetchRequest { session_id: 0, session_epoch: 0, ..fetch("t", &[(0, 0), (1, 0), (2, 0)]) };
    let answer = client.ask(12, &whole).await;
    let id = answer.session_id;
    assert_ne!(id, 0);
    assert_eq!(fetched(answer).len(), 3);

    let session = |epoch, partitions: &[(i32, i64)]| {
        let mut request = FetchRequest { session_id: id, session_epoch: epoch, ..fetch("t", partitions) };
        request.topics.retain(|topic| !topic.partitions.is_empty());
        request
    };
    // The reader did not move on: it gets the same again.
    let parts = fetched(client.ask(12, &session(1, &[])).await);
    assert_eq!(parts.len(), 1);
    assert_eq!(records(&parts[0]), [(0, "a".to_owned())]);
    // It moved on: nothing is new.
    assert!(fetched(client.ask(12, &session(2, &[(1, 1)])).await).is_empty());
    store(&mut client, 2, "b").await;
    let parts = fetched(client.ask(12, &session(3, &[])).await);
    assert_eq!(parts.iter().map(|part| part.partition_index).collect::<Vec<_>>(), [2]);
    // Partition 2 is forgotten, and no more told of.
    let mut forget = session(4, &[]);
    forget.forgotten_topics_data =
        vec![ForgottenTopic { topic: Str::from("t"), partitions: vec![2], ..ForgottenTopic::default() }];
    assert!(fetched(client.ask(12, &forget).await).is_empty());

    let error = |response: tidelog_kafka_wire::messages::fetch::FetchResponse| response.error_code;
    assert_eq!(error(client.ask(12, &session(4, &[])).await), 71);
    assert_eq!(error(client.ask(12, &FetchRequest { session_id: id ^ 1, ..session(5, &[]) }).await), 70);
    // The end of the session, with a last whole fetch.
    let last = FetchRequest { session_epoch: -1, ..session(0, &[(0, 0)]) };
    assert_eq!(fetched(client.ask(12, &last).await).len(), 1);
    assert_eq!(error(client.ask(12, &session(5, &[])).await), 70);
}

#[tokio::test]
async fn a_session_tells_a_deleted_topic() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    let answer = client.ask(12, &FetchRequest { session_epoch: 0, ..fetch("t", &[(0, 0)]) }).await;
    let id = answer.session_id;
    node.delete_topic("t").await;
    let mut request = FetchRequest { session_id: id, session_epoch: 1, ..fetch("t", &[]) };
    request.topics.clear();
    let parts = fetched(client.ask(12, &request).await);
    assert_eq!(parts[0].error_code, 3);
}

#[tokio::test]
async fn the_latest_offset_is_told_in_every_version() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    store(&mut client, 0, "a").await;
    for version in 1..=11 {
        let partition = ListOffsetsPartition { timestamp: -1, ..ListOffsetsPartition::default() };
        let topic = ListOffsetsTopic { name: Str::from("t"), partitions: vec![partition] };
        let request =
            ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..ListOffsetsRequest::default() };
        let answer = client.ask(version, &request).await.topics.remove(0).partitions.remove(0);
        assert_eq!((answer.error_code, answer.offset), (0, 1), "version {version}");
    }
}

#[tokio::test]
async fn offsets_are_found_by_word_and_by_time() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    store(&mut client, 0, "a").await;
    for (timestamp, error_code, offset) in
        [(-1, 0, 1), (-2, 0, 0), (-5, 0, -1), (-7, 35, -1), (i64::MAX, 0, -1)]
    {
        let request = ListOffsetsRequest {
            replica_id: -1,
            topics: vec![ListOffsetsTopic {
                name: Str::from("t"),
                partitions: vec![ListOffsetsPartition {
                    timestamp,
                    current_leader_epoch: -1,
                    ..ListOffsetsPartition::default()
                }],
            }],
            ..ListOffsetsRequest::default()
        };
        let answer = client.ask(11, &request).await.topics.remove(0).partitions.remove(0);
        assert_eq!((answer.error_code, answer.offset), (error_code, offset), "timestamp {timestamp}");
    }
}
