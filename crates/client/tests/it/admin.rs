//! Topics, configs, the cluster; and finding it.

use tidelog_client::{
    Client, ClientOptions, ConfigChange, ConfigOperation, ConnectError, ErrorCode, FoundOffset, NewTopic,
    NodeId, Offset, PartitionId, ProducerOptions, ProducerRecord, StartAt, TimestampMs, TopicId,
};

use crate::mock::Mock;

fn topic(name: &str, partitions: i32) -> NewTopic {
    NewTopic { name: name.into(), partitions, ..NewTopic::default() }
}

#[tokio::test]
async fn topics_are_created_listed_described_and_deleted() {
    let mock = Mock::start();
    let admin = mock.client().await.admin();
    let created = admin.create_topic(topic("events", 3)).await.unwrap();
    assert_eq!((created.topic_id, created.partitions, created.replication_factor), (TopicId(1), 3, 1));
    let again = admin.create_topic(topic("events", 3)).await.unwrap_err();
    assert_eq!((again.code(), again.is_retriable()), (Some(ErrorCode::TopicAlreadyExists), false));
    assert_eq!(again.to_string(), "topic 'events': it exists");

    let both = admin.create_topics(vec![topic("events", 1), topic("orders", 1)], true).await.unwrap();
    assert_eq!((both[0].is_ok(), both[1].as_ref().unwrap().topic_id), (false, TopicId::ZERO));

    let listed = admin.list_topics(false).await.unwrap();
    assert_eq!(
        listed.iter().map(|topic| (topic.name.as_str(), topic.partitions)).collect::<Vec<_>>(),
        [("events", 3)]
    );
    let described = admin.describe_topics(["events", "nowhere"]).await.unwrap();
    assert_eq!(described[0].as_ref().unwrap().partitions.len(), 3);
    assert!(described[1].as_ref().unwrap_err().is_unknown_topic());

    admin.delete_topic("events").await.unwrap();
    assert!(admin.delete_topic("events").await.unwrap_err().is_unknown_topic());
    assert!(admin.list_topics(true).await.unwrap().is_empty());
}

#[tokio::test]
async fn topics_are_changed() {
    let mock = Mock::with_topic(2);
    let admin = mock.client().await.admin();
    let change = ConfigChange {
        name: "retention.ms".into(),
        operation: ConfigOperation::Set.into(),
        value: "1000".into(),
    };
    admin.alter_topic_configs("events", vec![change], false).await.unwrap();
    let configs = admin.describe_topic_configs("events", &[]).await.unwrap();
    assert_eq!((configs[0].name.as_str(), configs[0].value.as_deref()), ("retention.ms", Some("1000")));
    assert!(admin.describe_topic_configs("nowhere", &[]).await.unwrap_err().is_unknown_topic());
    assert_eq!(admin.describe_broker_configs(NodeId(0), &[]).await.unwrap()[0].name, "num.partitions");

    admin.create_partitions("events", 5, false).await.unwrap();
    assert_eq!(admin.describe_topic("events").await.unwrap().partitions.len(), 5);
    let fewer = admin.create_partitions("events", 4, false).await.unwrap_err();
    assert_eq!(fewer.code(), Some(ErrorCode::InvalidPartitions));
    assert_eq!(admin.describe_cluster().await.unwrap().cluster_id, "mock");
}

#[tokio::test]
async fn offsets_are_found_and_records_deleted() {
    let mock = Mock::with_topic(2);
    let client = mock.client().await;
    let producer = client.producer(ProducerOptions { linger_ms: 0, ..Default::default() }).unwrap();
    for time in [1000, 2000, 3000] {
        let record = ProducerRecord::to("events").partition(0).timestamp(TimestampMs(time)).value("v");
        producer.send(record).await.unwrap().await.unwrap();
    }
    let admin = client.admin();
    let found = |offset, time: Option<i64>| {
        Some(FoundOffset { offset: Offset(offset), timestamp: time.map(TimestampMs) })
    };
    let cases = [
        (StartAt::Earliest, found(0, None), found(0, None)),
        (StartAt::Latest, found(3, None), found(0, None)),
        (StartAt::Timestamp(TimestampMs(1500)), found(1, Some(2000)), None),
    ];
    for (at, first, second) in cases {
        let offsets = admin.list_offsets("events", at).await.unwrap();
        assert_eq!(offsets, [(PartitionId(0), first), (PartitionId(1), second)].into(), "{at:?}");
    }
    assert_eq!(admin.delete_records("events", PartitionId(0), Some(Offset(2))).await, Ok(Offset(2)));
    assert_eq!(admin.delete_records("events", PartitionId(0), None).await, Ok(Offset(3)));
    let error = admin.delete_records("events", PartitionId(9), None).await.unwrap_err();
    assert!(error.to_string().starts_with("partition 9 of topic 'events': "), "{error}");
}

#[tokio::test]
async fn calls_go_through_a_restart() {
    let mut mock = Mock::with_topic(1);
    let admin = mock.client().await.admin();
    for _ in 0..3 {
        mock.stop();
        mock.start_again();
        assert_eq!(admin.list_topics(false).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_call_to_nobody_ends_in_time_and_says_where_it_knocked() {
    let mut mock = Mock::with_topic(1);
    let options = ClientOptions { request_timeout_ms: 50, ..mock.options() };
    let admin = Client::connect(options).await.unwrap().admin();
    mock.stop();
    let error = admin.list_topics(false).await.unwrap_err();
    assert!(error.is_retriable());
    assert!(error.to_string().starts_with("the call to the broker failed (Unavailable): "), "{error}");
}

#[tokio::test]
async fn one_address_that_answers_is_enough() {
    let mut dead = Mock::start();
    dead.stop();
    let mock = Mock::with_topic(1);
    let addresses = format!("{}, {}", dead.address, mock.address);
    let client = Client::connect(addresses).await.unwrap();
    assert_eq!(client.admin().list_topics(false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_address_that_answers_is_an_error_that_names_them() {
    let mut dead = Mock::start();
    dead.stop();
    let error = Client::connect(dead.address.to_string()).await.unwrap_err();
    assert!(error.is_retriable());
    let text = error.to_string();
    assert!(text.starts_with(&format!("no broker answers: {}: Connection refused", dead.address)), "{text}");

    assert_eq!(Client::connect("").await.unwrap_err(), ConnectError::NoAddress);
    for bad in ["localhost", "localhost:http", ":9094", "one two:3"] {
        let error = Client::connect(bad).await.unwrap_err();
        assert_eq!(error, ConnectError::BadAddress { address: bad.into() });
    }
}
