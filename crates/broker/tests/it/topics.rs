//! Topics: created, listed, described, grown, trimmed, deleted; each call's refusals word for word.

use std::path::Path;

use bytes::Bytes;
use tidelog_grpc_api::v1::{
    CreatePartitionsRequest, CreateTopicResult, CreateTopicsRequest, DeleteRecordsEntry,
    DeleteRecordsRequest, DeleteRecordsResult, DeleteTopicsRequest, DescribeTopicsRequest, ErrorCode,
    ListTopicsRequest, NewPartitions, NewTopic, PartitionDescription, TopicListing, TopicResult,
};

use crate::metrics::scrape;
use crate::support::{TestNode, assert_refused, assert_status, limit, plain};

fn new_topic(name: &str) -> NewTopic {
    NewTopic { name: name.to_owned(), ..NewTopic::default() }
}

async fn create(node: &TestNode, topics: Vec<NewTopic>, validate_only: bool) -> Vec<CreateTopicResult> {
    let request = CreateTopicsRequest { topics, validate_only };
    node.admin().create_topics(request).await.expect("answers").into_inner().results
}

async fn listed(node: &TestNode) -> Vec<TopicListing> {
    let request = ListTopicsRequest { include_internal: true };
    node.admin().list_topics(request).await.expect("answers").into_inner().topics
}

#[tokio::test]
async fn a_topic_gets_what_was_asked_for_and_the_brokers_defaults_for_the_rest() {
    let node = TestNode::start_with(&[("num.partitions", "4")]).await;
    let topics = vec![NewTopic { partitions: 2, replication_factor: 1, ..new_topic("b") }, new_topic("a")];
    let results = create(&node, topics, false).await;
    let shape: Vec<_> = results
        .iter()
        .map(|result| (result.name.as_str(), result.partitions, result.replication_factor, &result.error))
        .collect();
    assert_eq!(shape, [("b", 2, 1, &None), ("a", 4, 1, &None)]);
    assert!(results.iter().all(|result| result.topic_id.len() == 16));
    assert_ne!(results[0].topic_id, results[1].topic_id);

    let listing = |index: usize, partitions| TopicListing {
        name: results[index].name.clone(),
        topic_id: results[index].topic_id.clone(),
        partitions,
        replication_factor: 1,
        internal: false,
    };
    assert_eq!(listed(&node).await, [listing(1, 4), listing(0, 2)]);
}

#[tokio::test]
async fn each_topic_of_a_creation_is_answered_by_itself() {
    let node = TestNode::start().await;
    node.create_topic("there", 1, &[]).await;
    let configs = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
    let topics = vec![
        new_topic("there"),
        new_topic(""),
        new_topic(".."),
        new_topic(&"x".repeat(250)),
        new_topic("a b"),
        new_topic("__cluster_metadata"),
        NewTopic { partitions: -1, ..new_topic("negative") },
        NewTopic { replication_factor: -2, ..new_topic("no-replica") },
        NewTopic { replication_factor: 3, ..new_topic("three-replicas") },
        NewTopic { configs: configs("retention.msec", "1"), ..new_topic("no-such-config") },
        NewTopic { configs: configs("segment.bytes", "x"), ..new_topic("no-such-value") },
        new_topic("twice"),
        new_topic("twice"),
        new_topic("good"),
    ];
    let results = create(&node, topics, false).await;
    let refused = |index: usize, code: ErrorCode, message: &str| {
        assert_refused(&results[index].error, code, message);
        assert!(results[index].topic_id.is_empty());
    };
    use ErrorCode as E;
    refused(0, E::TopicAlreadyExists, "topic 'there' exists already: take another name, or delete it first");
    refused(
        1,
        E::InvalidTopicException,
        "a topic name must not be empty: give 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'",
    );
    refused(
        2,
        E::InvalidTopicException,
        "'..' is not a topic name because directories are called so: add another character",
    );
    refused(
        3,
        E::InvalidTopicException,
        "a topic name has at most 249 bytes, and this one has 250: shorten it",
    );
    assert_eq!(limit(&results[3].error), ("name", "249 bytes", "250 bytes"));
    refused(
        4,
        E::InvalidTopicException,
        "'a b' is not a topic name because of ' ': use only a-z, A-Z, 0-9, '.', '_' and '-' in it",
    );
    refused(5, E::InvalidTopicException, "'__cluster_metadata' is the brokers' own topic: take another name");
    refused(
        6,
        E::InvalidPartitions,
        "-1 partitions are asked for, and a topic has at least 1: leave the number out for the default",
    );
    assert_eq!(limit(&results[6].error), ("partitions", "at least 1", "-1"));
    refused(
        7,
        E::InvalidReplicationFactor,
        "the replication factor is -2, and it must be at least 1: leave it out for the default",
    );
    refused(
        8,
        E::InvalidReplicationFactor,
        "3 replicas need as many brokers, and there are 1: lower the replication factor or start brokers",
    );
    assert_eq!(limit(&results[8].error), ("replication_factor", "1 brokers", "3"));
    refused(9, E::InvalidConfig, "'retention.msec' is not a topic config: did you mean retention.ms?");
    assert_eq!(limit(&results[9].error), ("retention.msec", "", ""));
    refused(
        10,
        E::InvalidConfig,
        "segment.bytes: 'x' is not a whole number of 32 bits; \
         give a whole number of bytes, at least 1048576 (the default is 1073741824)",
    );
    assert_eq!(
        limit(&results[10].error),
        ("segment.bytes", "a whole number of bytes, at least 1048576", "x")
    );
    for index in [11, 12] {
        refused(index, E::InvalidRequest, "the request creates topic 'twice' more than once: name it once");
    }
    assert_eq!(results[13].error, None);
    let names: Vec<String> = listed(&node).await.into_iter().map(|topic| topic.name).collect();
    assert_eq!(names, ["good", "there"]);
}

#[tokio::test]
async fn names_that_metrics_cannot_tell_apart_are_refused() {
    let node = TestNode::start().await;
    node.create_topic("a.b", 1, &[]).await;
    let results = create(&node, vec![new_topic("a_b")], false).await;
    assert_refused(
        &results[0].error,
        ErrorCode::InvalidTopicException,
        "topic 'a_b' would be mixed up with topic 'a.b' in metrics, where '.' and '_' are alike: take another name",
    );
}

#[tokio::test]
async fn numbers_of_partitions_are_limited_by_request_and_by_cluster() {
    let node = TestNode::start_with(&[("tidelog.partitions.max", "100")]).await;
    let many = |name: &str, partitions| NewTopic { partitions, ..new_topic(name) };
    let results = create(&node, vec![many("a", 60), many("b", 60), many("c", 10_001)], false).await;
    assert_eq!(results[0].error, None);
    assert_refused(
        &results[1].error,
        ErrorCode::PolicyViolation,
        "60 more partitions would make 120, and the limit of the cluster is 100: delete topics, or raise \
         tidelog.partitions.max",
    );
    assert_eq!(limit(&results[1].error), ("tidelog.partitions.max", "100", "120"));
    assert_refused(
        &results[2].error,
        ErrorCode::PolicyViolation,
        "the request would create 10061 partitions with this topic, and the limit is 10000 for one request: split it",
    );
    assert_eq!(limit(&results[2].error), ("partitions in one request", "10000", "10061"));
}

#[tokio::test]
async fn validate_only_says_what_would_happen_and_changes_nothing() {
    let node = TestNode::start().await;
    node.create_topic("there", 1, &[]).await;
    let topics = vec![NewTopic { partitions: 3, ..new_topic("new") }, new_topic("there")];
    let results = create(&node, topics, true).await;
    let expected = CreateTopicResult {
        name: "new".to_owned(),
        partitions: 3,
        replication_factor: 1,
        ..Default::default()
    };
    assert_eq!(results[0], expected);
    assert_eq!(results[1].error.as_ref().map(|error| error.code()), Some(ErrorCode::TopicAlreadyExists));

    let grow = |total_count| NewPartitions { name: "there".to_owned(), total_count };
    let request = CreatePartitionsRequest { topics: vec![grow(5)], validate_only: true };
    let answer = node.admin().create_partitions(request).await.expect("answers").into_inner();
    assert_eq!(answer.results[0].error, None);

    assert_eq!(scrape(&node).await["tidelog_partitions"], 1.0);
    let topics = listed(&node).await;
    assert_eq!(
        topics.iter().map(|topic| (topic.name.as_str(), topic.partitions)).collect::<Vec<_>>(),
        [("there", 1)]
    );
}

#[tokio::test]
async fn a_request_that_asks_nothing_or_names_nothing_fails_as_a_whole() {
    let node = TestNode::start().await;
    let mut admin = node.admin();
    let nothing = |field: &str| format!("the request names nothing to do: {field} is empty");
    let invalid = ErrorCode::InvalidRequest;
    assert_status(admin.create_topics(CreateTopicsRequest::default()).await, invalid, &nothing("topics"));
    assert_status(admin.delete_topics(DeleteTopicsRequest::default()).await, invalid, &nothing("names"));
    assert_status(
        admin.create_partitions(CreatePartitionsRequest::default()).await,
        invalid,
        &nothing("topics"),
    );
    assert_status(admin.delete_records(DeleteRecordsRequest::default()).await, invalid, &nothing("entries"));

    let request = DeleteTopicsRequest { topic_ids: vec![Bytes::from_static(b"short")], ..Default::default() };
    let unnamed = "a topic is named by its name or by its id of 16 bytes, exactly one of the two";
    assert_status(admin.delete_topics(request).await, invalid, unnamed);

    let topics = vec![new_topic("x"); 10_001];
    let request = CreateTopicsRequest { topics, validate_only: true };
    let many = "topics has 10001 items, and the limit is 10000 for one request: split it";
    assert_status(admin.create_topics(request).await, invalid, many);
}

#[tokio::test]
async fn a_topic_is_described_by_name_and_by_id_with_its_places() {
    let node = TestNode::start().await;
    let id = node.create_topic("events", 2, &[]).await;
    node.store(plain("events", 1, &["a", "b", "c"])).await.expect("stored");
    let unknown_id = Bytes::from_static(&[9; 16]);
    let request = DescribeTopicsRequest {
        names: vec!["events".to_owned(), "absent".to_owned()],
        topic_ids: vec![id.clone(), unknown_id.clone()],
    };
    let topics = node.admin().describe_topics(request).await.expect("answers").into_inner().topics;
    assert_eq!(topics[0], topics[2]);
    assert_eq!((topics[0].name.as_str(), &topics[0].topic_id, topics[0].internal), ("events", &id, false));
    let empty = PartitionDescription {
        partition: 0,
        leader: Some(0),
        leader_epoch: 0,
        replicas: vec![0],
        isr: vec![0],
        log_start_offset: Some(0),
        high_watermark: Some(0),
        log_end_offset: Some(0),
        size_bytes: Some(0),
    };
    let filled = topics[0].partitions[1].clone();
    assert!(filled.size_bytes > Some(61), "{filled:?}");
    let expected = PartitionDescription {
        partition: 1,
        high_watermark: Some(3),
        log_end_offset: Some(3),
        size_bytes: filled.size_bytes,
        ..empty.clone()
    };
    assert_eq!(topics[0].partitions, [empty, expected]);

    assert_refused(&topics[1].error, ErrorCode::UnknownTopicOrPartition, "topic 'absent' does not exist");
    assert_eq!((topics[1].name.as_str(), topics[1].topic_id.len()), ("absent", 0));
    let message = "topic id CQkJCQkJCQkJCQkJCQkJCQ does not exist";
    assert_refused(&topics[3].error, ErrorCode::UnknownTopicId, message);
    assert_eq!((topics[3].name.as_str(), &topics[3].topic_id), ("", &unknown_id));
    let nothing = node.admin().describe_topics(DescribeTopicsRequest::default()).await.expect("answers");
    assert_eq!(nothing.into_inner().topics, []);
}

#[tokio::test]
async fn partitions_are_added_and_take_records_at_once() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let grow = |name: &str, total_count| NewPartitions { name: name.to_owned(), total_count };
    let topics = vec![grow("events", 3), grow("absent", 2)];
    let request = CreatePartitionsRequest { topics, validate_only: false };
    let results = node.admin().create_partitions(request).await.expect("answers").into_inner().results;
    assert_eq!(results[0], TopicResult { name: "events".to_owned(), error: None });
    assert_refused(
        &results[1].error,
        ErrorCode::UnknownTopicOrPartition,
        "there is no topic 'absent': list the topics to see their names",
    );
    assert_eq!(node.store(plain("events", 2, &["new"])).await, Ok(0));

    let topics = vec![grow("events", 3)];
    let request = CreatePartitionsRequest { topics, validate_only: false };
    let results = node.admin().create_partitions(request).await.expect("answers").into_inner().results;
    assert_refused(
        &results[0].error,
        ErrorCode::InvalidPartitions,
        "topic 'events' has 3 partitions and can only grow: ask for more than 3, not for 3",
    );
    assert_eq!(limit(&results[0].error), ("total_count", "more than 3", "3"));

    let topics = vec![grow("events", 4), grow("events", 5)];
    let request = CreatePartitionsRequest { topics, validate_only: false };
    let results = node.admin().create_partitions(request).await.expect("answers").into_inner().results;
    for result in &results {
        assert_refused(
            &result.error,
            ErrorCode::InvalidRequest,
            "the request adds partitions to topic 'events' more than once: name it once",
        );
    }
}

fn trim(name: &str, partition: i32, before_offset: Option<i64>) -> DeleteRecordsEntry {
    DeleteRecordsEntry { name: name.to_owned(), partition, before_offset }
}

#[tokio::test]
async fn a_trim_moves_the_log_start_up_and_never_back() {
    let node = TestNode::start().await;
    node.create_topic("events", 2, &[]).await;
    for value in ["a", "b", "c"] {
        node.store(plain("events", 0, &[value])).await.expect("stored");
    }
    let delete = async |entries: Vec<DeleteRecordsEntry>| {
        let request = DeleteRecordsRequest { entries };
        node.admin().delete_records(request).await.expect("answers").into_inner().results
    };
    let done = |log_start_offset| DeleteRecordsResult {
        name: "events".to_owned(),
        log_start_offset,
        ..DeleteRecordsResult::default()
    };
    assert_eq!(delete(vec![trim("events", 0, Some(2))]).await, [done(2)]);
    assert_eq!(delete(vec![trim("events", 0, Some(1))]).await, [done(2)]);
    assert_eq!(node.values("events", 0, 2).await, [(2, "c".to_owned())]);
    assert_eq!(delete(vec![trim("events", 0, None)]).await, [done(3)]);
    assert_eq!(node.store(plain("events", 0, &["d"])).await, Ok(3));

    let results = delete(vec![
        trim("events", 0, Some(5)),
        trim("events", 0, Some(-1)),
        trim("events", 7, None),
        trim("absent", 0, None),
        trim("", 0, None),
    ])
    .await;
    assert_eq!(results.iter().map(|result| result.log_start_offset).collect::<Vec<_>>(), [-1; 5]);
    for (index, value) in [(0, "5"), (1, "-1")] {
        let error = &results[index].error;
        assert_eq!(error.as_ref().map(|error| error.code()), Some(ErrorCode::OffsetOutOfRange));
        assert_eq!(limit(error), ("offset", "3 to 4", value));
    }
    assert_refused(
        &results[2].error,
        ErrorCode::UnknownTopicOrPartition,
        "topic 'events' has no partition 7: it has 2, numbered from 0",
    );
    assert_refused(&results[3].error, ErrorCode::UnknownTopicOrPartition, "topic 'absent' does not exist");
    assert_eq!(results[4].error.as_ref().map(|error| error.code()), Some(ErrorCode::InvalidRequest));
}

#[tokio::test]
async fn a_trim_survives_a_restart() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    for value in ["a", "b"] {
        node.store(plain("events", 0, &[value])).await.expect("stored");
    }
    let request = DeleteRecordsRequest { entries: vec![trim("events", 0, Some(1))] };
    node.admin().delete_records(request).await.expect("answers");
    let node = node.restart().await;
    assert_eq!(node.values("events", 0, 1).await, [(1, "b".to_owned())]);
    let error = node.read_error("events", 0, 0).await;
    assert_eq!(limit(&Some(error)), ("offset", "1 to 2", "0"));
}

#[tokio::test]
async fn topics_are_deleted_by_name_and_by_id_each_by_itself() {
    let node = TestNode::start().await;
    node.create_topic("a", 1, &[]).await;
    let b = node.create_topic("b", 1, &[]).await;
    node.create_topic("c", 1, &[]).await;
    let request = DeleteTopicsRequest {
        names: vec!["a".to_owned(), "absent".to_owned(), "c".to_owned(), "c".to_owned()],
        topic_ids: vec![b, Bytes::from_static(&[9; 16])],
    };
    let results = node.admin().delete_topics(request).await.expect("answers").into_inner().results;
    let done = |name: &str| TopicResult { name: name.to_owned(), error: None };
    assert_eq!((&results[0], &results[4]), (&done("a"), &done("b")));
    assert_refused(
        &results[1].error,
        ErrorCode::UnknownTopicOrPartition,
        "there is no topic 'absent': list the topics to see their names",
    );
    for index in [2, 3] {
        assert_refused(
            &results[index].error,
            ErrorCode::InvalidRequest,
            "the request deletes topic 'c' more than once: name it once",
        );
    }
    assert_refused(
        &results[5].error,
        ErrorCode::UnknownTopicId,
        "there is no topic of id CQkJCQkJCQkJCQkJCQkJCQ: it may have been deleted already",
    );
    assert_eq!(results[5].name, "");
    let names: Vec<String> = listed(&node).await.into_iter().map(|topic| topic.name).collect();
    assert_eq!(names, ["c"]);
}

#[tokio::test]
async fn an_operator_can_forbid_deleting_topics() {
    let node = TestNode::start_with(&[("delete.topic.enable", "false")]).await;
    node.create_topic("kept", 1, &[]).await;
    let request = DeleteTopicsRequest { names: vec!["kept".to_owned()], topic_ids: Vec::new() };
    let results = node.admin().delete_topics(request).await.expect("answers").into_inner().results;
    assert_refused(
        &results[0].error,
        ErrorCode::PolicyViolation,
        "topics can't be deleted here: set delete.topic.enable to true on the brokers first",
    );
    assert_eq!(listed(&node).await.len(), 1);
}

/// All files below, with the directories in their paths.
fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("is there") {
            let path = entry.expect("is there").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn deleting_a_topic_removes_its_files_and_its_name_is_free_for_another() {
    let node = TestNode::start().await;
    let old = node.create_topic("events", 2, &[]).await;
    node.store(plain("events", 0, &["old"])).await.expect("stored");
    let node = node.restart().await;
    let logs = |node: &TestNode| -> Vec<String> {
        files(node.directory.path()).into_iter().filter(|path| path.ends_with(".log")).collect()
    };
    let before = logs(&node);
    assert!(before.iter().any(|path| path.contains(&id_text(&old))), "{before:?}");
    let request = DeleteTopicsRequest { names: vec!["events".to_owned()], topic_ids: Vec::new() };
    node.admin().delete_topics(request).await.expect("answers");
    let new = node.create_topic("events", 1, &[]).await;
    assert_ne!(old, new);
    assert_eq!(node.values("events", 0, 0).await, []);
    // The files go with a checkpoint, which a shutdown takes.
    let node = node.restart().await;
    let after = logs(&node);
    assert!(after.iter().all(|path| !path.contains(&id_text(&old))), "{after:?}");
    assert_eq!(node.values("events", 0, 0).await, []);
}

fn id_text(id: &Bytes) -> String {
    let bytes = <[u8; 16]>::try_from(&id[..]).expect("16 bytes");
    tidelog_model::TopicId::from_bytes(bytes).to_string()
}

#[tokio::test]
async fn a_restart_keeps_topics_with_their_ids_and_configs() {
    let node = TestNode::start().await;
    node.create_topic("a", 3, &[("retention.ms", "1000")]).await;
    node.create_topic("b", 1, &[]).await;
    let before = listed(&node).await;
    let node = node.restart().await;
    assert_eq!(listed(&node).await, before);
    assert_eq!(node.topic_config("a", "retention.ms").await, "1000");
}

#[tokio::test]
async fn ten_thousand_partitions_are_one_change() {
    let node = TestNode::start().await;
    let rounds = async || scrape(&node).await["tidelog_journal_rounds_total"];
    let before = rounds().await;
    let results = create(&node, vec![NewTopic { partitions: 10_000, ..new_topic("wide") }], false).await;
    assert_eq!((results[0].partitions, &results[0].error), (10_000, &None));
    // One for the metadata; the logs' beginnings gather while rounds are written.
    let rounds = rounds().await - before;
    assert!(rounds < 200.0, "{rounds} rounds");
    assert_eq!(node.store(plain("wide", 9_999, &["last"])).await, Ok(0));
}
