//! What topics answer where it takes more than one request to see it.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterableConfig,
};
use tidelog_kafka_wire::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
use tidelog_kafka_wire::messages::describe_producers as producers;
use tidelog_kafka_wire::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, TopicRequest,
};
use tidelog_kafka_wire::messages::elect_leaders::{ElectLeadersRequest, TopicPartitions};
use tidelog_kafka_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic};

use super::create;
use crate::kafka::KafkaClient;
use crate::support::TestNode;

#[tokio::test]
async fn partitions_are_described_page_by_page() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    client.ask(7, &create(&[("a", 3), ("b", 1), ("c", 2)])).await;
    let mut request = DescribeTopicPartitionsRequest {
        topics: ["c", "b", "a", "nope"].map(|name| TopicRequest { name: Str::from(name) }).to_vec(),
        response_partition_limit: 2,
        cursor: None,
    };
    let mut pages = Vec::new();
    loop {
        let answer = client.ask(0, &request).await;
        let topics = answer.topics.iter().map(|topic| {
            let partitions: Vec<_> = topic.partitions.iter().map(|part| part.partition_index).collect();
            (topic.name.as_deref().unwrap_or("").to_owned(), topic.error_code, partitions)
        });
        pages.push(topics.collect::<Vec<_>>());
        request.cursor = answer.next_cursor;
        if request.cursor.is_none() {
            break;
        }
    }
    let topic =
        |name: &str, error_code, partitions: &[i32]| (name.to_owned(), error_code, partitions.to_vec());
    assert_eq!(
        pages,
        [
            vec![topic("a", 0, &[0, 1])],
            vec![topic("a", 0, &[2]), topic("b", 0, &[0])],
            vec![topic("c", 0, &[0, 1])],
            vec![topic("nope", 3, &[])],
        ]
    );
    // A cursor must be one of the topics', and a partition.
    for (topic_name, partition_index) in [("d", 0), ("a", -1)] {
        request.cursor = Some(Cursor { topic_name: Str::from(topic_name), partition_index });
        let codes: Vec<_> =
            client.ask(0, &request).await.topics.iter().map(|topic| topic.error_code).collect();
        assert_eq!(codes, [42; 4]);
    }
}

#[tokio::test]
async fn an_id_makes_names_count_for_nothing_in_metadata() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let made = client.ask(7, &create(&[("a", 1), ("b", 1)])).await;
    let topic_id = made.topics[0].topic_id;
    let by_id = |name| MetadataRequestTopic { name, topic_id };
    let by_name = MetadataRequestTopic { name: Some(Str::from("b")), ..MetadataRequestTopic::default() };
    // Kafka's own client leaves the name empty.
    for topics in [
        vec![by_id(None)],
        vec![by_id(Some(Str::EMPTY))],
        vec![by_id(Some(Str::from("b")))],
        vec![by_name, by_id(None)],
    ] {
        let answer =
            client.ask(12, &MetadataRequest { topics: Some(topics), ..MetadataRequest::default() }).await;
        let found: Vec<_> = answer
            .topics
            .iter()
            .map(|topic| (topic.name.as_deref(), topic.error_code, topic.topic_id))
            .collect();
        assert_eq!(found, [(Some("a"), 0, topic_id)]);
    }
}

#[tokio::test]
async fn replaced_configs_forget_those_that_are_not_named() {
    let node = TestNode::start().await;
    node.create_topic("t", 1, &[("retention.ms", "1000"), ("segment.ms", "2000")]).await;
    let mut client = KafkaClient::connect(&node).await;
    let config = AlterableConfig { name: Str::from("retention.ms"), value: Some(Str::from("3000")) };
    let resource =
        AlterConfigsResource { resource_type: 2, resource_name: Str::from("t"), configs: vec![config] };
    // Twice in one request: neither is done.
    let twice =
        AlterConfigsRequest { resources: vec![resource.clone(), resource.clone()], validate_only: false };
    let codes: Vec<_> =
        client.ask(1, &twice).await.responses.iter().map(|answer| answer.error_code).collect();
    assert_eq!(codes, [42, 42]);
    let once = AlterConfigsRequest { resources: vec![resource], validate_only: false };
    assert_eq!(client.ask(1, &once).await.responses[0].error_code, 0);
    let describe = DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: 2,
            resource_name: Str::from("t"),
            configuration_keys: Some(vec![Str::from("retention.ms"), Str::from("segment.ms")]),
        }],
        ..DescribeConfigsRequest::default()
    };
    let answer = client.ask(4, &describe).await;
    let configs: Vec<_> = answer.results[0]
        .configs
        .iter()
        .map(|config| (&*config.name, config.value.as_deref(), config.config_source))
        .collect();
    assert_eq!(configs, [("retention.ms", Some("3000"), 1), ("segment.ms", Some("604800000"), 5)]);
}

#[tokio::test]
async fn a_long_name_is_not_repeated_for_each_of_its_partitions() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let (name, partitions) = (Str::from("x".repeat(30_000)), Vec::from_iter(0..10_000));
    let topic = TopicPartitions { topic: name.clone(), partitions: partitions.clone() };
    let elect = ElectLeadersRequest { topic_partitions: Some(vec![topic]), ..ElectLeadersRequest::default() };
    let results = &client.ask(2, &elect).await.replica_election_results[0].partition_result;
    assert_eq!(results.len(), 10_000);
    assert!(results.iter().all(|result| result.error_code == 3));
    assert!(results.iter().all(|result| result.error_message.as_ref().is_some_and(|text| text.len() < 100)));

    let topic = producers::TopicRequest { name, partition_indexes: partitions };
    let describe = producers::DescribeProducersRequest { topics: vec![topic] };
    let answers = &client.ask(0, &describe).await.topics[0].partitions;
    assert!(answers.iter().all(|answer| answer.error_code == 17));
    assert!(answers.iter().all(|answer| answer.error_message.as_ref().is_none_or(|text| text.len() < 100)));
}
