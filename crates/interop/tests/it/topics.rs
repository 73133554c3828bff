//! Topics that appear, are missing, and go.

use rdkafka::Offset;
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode;

use crate::broker::{Broker, PATIENCE, ask};
use crate::records::{Record, at, code, consume, next, produce, produce_one, to_kafka};

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_there_once_something_is_produced_to_it() {
    let broker = Broker::start_with(&[("num.partitions", "3")]).await;
    let delivered = produce_one(&broker.producer(&[]), "events", &Record::of("first")).await;
    let (partition, offset) = delivered.expect("is delivered");
    assert_eq!(offset, 0);
    let metadata = ask(|patience| broker.inquirer().fetch_metadata(Some("events"), patience));
    let metadata = metadata.expect("is answered");
    assert_eq!(metadata.topics()[0].partitions().len(), 3);
    assert!((0..3).contains(&partition));
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_names_the_broker_each_topic_and_its_leaders() {
    let broker = Broker::start().await;
    broker.create_topic("one", 1, &[]).await;
    broker.create_topic("many", 7, &[]).await;
    let metadata = ask(|patience| broker.inquirer().fetch_metadata(None, patience)).expect("is answered");
    let brokers: Vec<_> =
        metadata.brokers().iter().map(|it| (it.id(), format!("{}:{}", it.host(), it.port()))).collect();
    assert_eq!(brokers, [(0, broker.kafka().to_string())]);
    let mut topics: Vec<_> =
        metadata.topics().iter().map(|topic| (topic.name(), topic.partitions().len())).collect();
    topics.sort_unstable();
    assert_eq!(topics, [("many", 7), ("one", 1)]);
    for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
        assert_eq!((partition.leader(), partition.replicas(), partition.isr()), (0, &[0][..], &[0][..]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_is_told_that_a_topic_is_unknown_where_none_is_created_by_itself() {
    let broker = Broker::start_with(&[("auto.create.topics.enable", "false")]).await;
    let producer = broker.producer(&[("topic.metadata.propagation.max.ms", "0")]);
    let refused = produce_one(&producer, "missing", &Record::of("x")).await;
    assert_eq!(refused, Err(RDKafkaErrorCode::UnknownTopicOrPartition));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_is_told_that_a_topic_is_unknown_and_does_not_create_it() {
    let broker = Broker::start().await;
    let consumer = broker.consumer(&[("topic.metadata.propagation.max.ms", "0")]);
    consumer.assign(&at("missing", 0, Offset::Beginning)).expect("is assigned");
    assert_eq!(next(&consumer).await, Err(RDKafkaErrorCode::UnknownTopicOrPartition));
    assert_eq!(broker.grpc().await.admin().list_topics(false).await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_a_topic_has_not_is_unknown() {
    let broker = Broker::start().await;
    broker.create_topic("events", 2, &[]).await;
    let record = Record::of("x");
    let sent = broker.producer(&[]).send(to_kafka("events", &record).partition(2), PATIENCE).await;
    assert_eq!(sent.map_err(|(error, _)| code(&error)), Err(RDKafkaErrorCode::UnknownPartition));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_whose_topic_is_deleted_is_told_and_a_new_topic_of_that_name_starts_empty() {
    let broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let producer = broker.producer(&[]);
    let old: Vec<_> = (0..5).map(|number| Record::of(&format!("old {number}"))).collect();
    produce(&producer, "events", 0, &old).await;
    let consumer = broker.consumer(&[("topic.metadata.propagation.max.ms", "0")]);
    assert_eq!(consume(&consumer, "events", Offset::Beginning, 5).await.len(), 5);

    broker.grpc().await.admin().delete_topic("events").await.expect("is deleted");
    assert_eq!(next(&consumer).await, Err(RDKafkaErrorCode::UnknownPartition));
    assert_eq!(next(&consumer).await, Err(RDKafkaErrorCode::UnknownTopicOrPartition));

    broker.create_topic("events", 1, &[]).await;
    let new = Record::of("new");
    produce(&broker.producer(&[]), "events", 0, std::slice::from_ref(&new)).await;
    assert_eq!(consume(&broker.consumer(&[]), "events", Offset::Beginning, 1).await, [(0, new)]);
}
