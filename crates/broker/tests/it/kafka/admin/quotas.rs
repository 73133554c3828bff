//! Quotas at work: who is above one is told so, and waits.

use bytes::Bytes;
use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use tidelog_kafka_wire::messages::delete_topics::DeleteTopicsRequest;
use tidelog_kafka_wire::messages::metadata::MetadataRequest;
use tidelog_kafka_wire::messages::produce::ProduceRequest;
use tidelog_record::Compression;

use super::{create, set_limit};
use crate::kafka::{KafkaClient, fetch, fetched, produce, produced};
use crate::support::{TestNode, batch};

/// Bytes a second.
const RATE: usize = 1000;
/// A consumer that was silent may have ten seconds' worth at once. (A producer: one second's.)
const SAVED_BYTES: usize = 10 * RATE;

/// A batch of a bit more than so many bytes.
fn batch_of(bytes: usize) -> Bytes {
    batch(Compression::None, &[&"x".repeat(bytes)])
}

#[tokio::test]
async fn a_producer_above_its_quota_is_told_at_once_and_nothing_more_is_taken_before_its_time_is_over() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    set_limit(&mut client, "producer_byte_rate", RATE as f64).await;
    // Ten seconds' worth above what it saved.
    client.send(9, &produce("t", 0, -1, batch_of(11 * RATE))).await;
    let answer = client.answer::<ProduceRequest>(9).await.expect("is answered at once");
    let throttle_time_ms = answer.throttle_time_ms;
    assert!((10_000..11_000).contains(&throttle_time_ms), "{throttle_time_ms}");
    assert_eq!(produced(answer).error_code, 0);

    client.send(9, &MetadataRequest::default()).await;
    let (mut other, anything) = (KafkaClient::connect(&node).await, MetadataRequest::default());
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = client.frame() => panic!("a request was taken from a client that is held up"),
            _ = other.ask(9, &anything) => {}
        }
    }
    // The node's stop does not wait for it.
    node.node.shut_down().await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_client_that_was_held_up_goes_on_in_its_order() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    set_limit(&mut client, "producer_byte_rate", RATE as f64).await;
    // The second and the third are above its quota by some hundred bytes: by some tenths of a second.
    let mut throttled = 0;
    for offset in 0..3 {
        let answer = client.ask(9, &produce("t", 0, -1, batch_of(RATE / 2))).await;
        throttled += answer.throttle_time_ms;
        assert_eq!(produced(answer).base_offset, offset);
    }
    assert!(throttled > 0);
    assert_eq!(node.values("t", 0, 0).await.len(), 3);
}

#[tokio::test]
async fn without_acks_a_producer_is_held_up_too() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    set_limit(&mut client, "producer_byte_rate", RATE as f64).await;
    client.send(9, &produce("t", 0, 0, batch_of(11 * RATE))).await;
    client.send(9, &MetadataRequest::default()).await;
    let (mut other, anything) = (KafkaClient::connect(&node).await, MetadataRequest::default());
    while node.values("t", 0, 0).await.is_empty() {}
    tokio::select! {
        biased;
        _ = client.frame() => panic!("a request was taken from a client that is held up"),
        _ = other.ask(9, &anything) => {}
    }
}

#[tokio::test]
async fn a_consumer_above_its_quota_gets_no_more_than_it_saved_and_is_told() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[]).await;
    let mut client = KafkaClient::connect(&node).await;
    for _ in 0..5 {
        produced(client.ask(9, &produce("t", 0, -1, batch_of(SAVED_BYTES / 4))).await);
    }
    set_limit(&mut client, "consumer_byte_rate", RATE as f64).await;
    let answer = client.ask(12, &fetch("t", &[(0, 0)])).await;
    let throttle_time_ms = answer.throttle_time_ms;
    let bytes: usize = fetched(answer).iter().filter_map(|part| part.records.as_ref()).map(Bytes::len).sum();
    assert!((SAVED_BYTES / 2..=SAVED_BYTES).contains(&bytes), "{bytes}");
    assert_eq!(throttle_time_ms, 0);
    // On another connection: what it saved is spent.
    let mut client = KafkaClient::connect(&node).await;
    let answer = client.ask(12, &fetch("t", &[(0, 1)])).await;
    assert!(answer.throttle_time_ms > 0);
}

#[tokio::test]
async fn topics_above_the_mutation_rate_are_refused_one_by_one() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    set_limit(&mut client, "controller_mutation_rate", 1.0).await;
    // Eleven are saved; the first may overdraw.
    let answer = client.ask(7, &create(&[("a", 12), ("b", 1), ("a.", 0)])).await;
    let codes: Vec<_> = answer.topics.iter().map(|topic| (&*topic.name, topic.error_code)).collect();
    assert_eq!(codes, [("a", 0), ("a.", 37), ("b", 89)]);
    let refused = &answer.topics[2];
    assert_eq!(refused.error_message.as_deref(), Some("The throttling quota has been exceeded."));
    assert!(answer.throttle_time_ms > 0);

    let mut client = KafkaClient::connect(&node).await;
    let topic_names = vec![Str::from("a")];
    let delete = DeleteTopicsRequest { topic_names, timeout_ms: 1000, ..DeleteTopicsRequest::default() };
    let answer = client.ask(5, &delete).await;
    assert_eq!(answer.responses[0].error_code, 89);
    let mut client = KafkaClient::connect(&node).await;
    let topic = CreatePartitionsTopic { name: Str::from("a"), count: 13, assignments: None };
    let grow = CreatePartitionsRequest { topics: vec![topic], timeout_ms: 1000, validate_only: false };
    assert_eq!(client.ask(3, &grow).await.results[0].error_code, 89);
    // Older clients do not know that error: they are served, and held up.
    let mut client = KafkaClient::connect(&node).await;
    let answer = client.ask(2, &grow).await;
    assert_eq!(answer.results[0].error_code, 0);
    assert!(answer.throttle_time_ms > 0);
}
