//! Configs of topics and brokers: described, changed, and acting at once.

use std::collections::BTreeMap;

use bytes::Bytes;
use tidelog_grpc_api::v1::config_resource::Resource;
use tidelog_grpc_api::v1::{
    AlterTopicConfigsRequest, ConfigChange, ConfigEntry, ConfigOperation, ConfigResource, ConfigSource,
    DescribeConfigsRequest, DescribeConfigsResult, ErrorCode, FetchFormat, FetchRequest, ProduceRequest,
    TopicConfigChanges, TopicResult,
};
use tidelog_record::Compression;

use crate::support::{
    SOME_TIME, TestNode, assert_refused, assert_status, batch, from_offset, keyed, limit, plain, ready,
};

fn change(name: &str, operation: ConfigOperation, value: &str) -> ConfigChange {
    ConfigChange { name: name.to_owned(), operation: operation.into(), value: value.to_owned() }
}

fn set(name: &str, value: &str) -> ConfigChange {
    change(name, ConfigOperation::Set, value)
}

fn on(topic: &str, changes: Vec<ConfigChange>) -> TopicConfigChanges {
    TopicConfigChanges { name: topic.to_owned(), changes }
}

async fn alter(node: &TestNode, topics: Vec<TopicConfigChanges>) -> Vec<TopicResult> {
    let request = AlterTopicConfigsRequest { topics, validate_only: false };
    node.admin().alter_topic_configs(request).await.expect("answers").into_inner().results
}

async fn alter_one(node: &TestNode, topic: &str, changes: Vec<ConfigChange>) {
    let results = alter(node, vec![on(topic, changes)]).await;
    assert_eq!(results, [TopicResult { name: topic.to_owned(), error: None }]);
}

async fn describe(node: &TestNode, resource: Resource, names: &[&str]) -> DescribeConfigsResult {
    let request = DescribeConfigsRequest {
        resources: vec![ConfigResource { resource: Some(resource) }],
        config_names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    node.admin().describe_configs(request).await.expect("answers").into_inner().results.remove(0)
}

fn by_name(result: DescribeConfigsResult) -> BTreeMap<String, ConfigEntry> {
    assert_eq!(result.error, None);
    result.configs.into_iter().map(|config| (config.name.clone(), config)).collect()
}

#[tokio::test]
async fn a_config_says_its_value_and_who_gave_it() {
    let node = TestNode::start_with(&[("log.retention.hours", "2"), ("num.partitions", "3")]).await;
    node.create_topic("events", 1, &[("segment.bytes", "2000000")]).await;
    let topic = by_name(describe(&node, Resource::Topic("events".to_owned()), &[]).await);
    let shown = |configs: &BTreeMap<String, ConfigEntry>, name: &str| {
        let config = &configs[name];
        (
            config.value.clone().unwrap_or_default(),
            config.default_value.clone().unwrap_or_default(),
            config.source(),
        )
    };
    let (text, own) = (str::to_owned, ConfigSource::Topic);
    assert_eq!(shown(&topic, "segment.bytes"), (text("2000000"), text("1073741824"), own));
    assert_eq!(
        shown(&topic, "retention.ms"),
        (text("7200000"), text("604800000"), ConfigSource::CommandLine)
    );
    assert_eq!(shown(&topic, "cleanup.policy"), (text("delete"), text("delete"), ConfigSource::Default));
    assert!(topic["segment.bytes"].doc.ends_with('.'));
    assert!(!topic["segment.bytes"].read_only);

    let broker = by_name(describe(&node, Resource::NodeId(0), &[]).await);
    assert_eq!(shown(&broker, "num.partitions"), (text("3"), text("1"), ConfigSource::CommandLine));
    assert_eq!(shown(&broker, "tidelog.disk.reserve.bytes").2, ConfigSource::File);
    assert!(broker["tidelog.journal.bytes"].read_only);
}

#[tokio::test]
async fn only_the_configs_that_are_named_are_described_and_unknown_names_are_left_out() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let names = ["retention.ms", "newer.than.this.broker", "cleanup.policy"];
    let found = by_name(describe(&node, Resource::Topic("events".to_owned()), &names).await);
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["cleanup.policy", "retention.ms"]);
}

#[tokio::test]
async fn configs_of_what_is_not_here_are_refused() {
    let node = TestNode::start().await;
    let topic = describe(&node, Resource::Topic("absent".to_owned()), &[]).await;
    assert_refused(&topic.error, ErrorCode::UnknownTopicOrPartition, "topic 'absent' does not exist");
    let broker = describe(&node, Resource::NodeId(7), &[]).await;
    assert_refused(
        &broker.error,
        ErrorCode::InvalidRequest,
        "broker 0 knows its own configs only, not those of broker 7: ask that one",
    );
    assert_eq!(limit(&broker.error), ("node_id", "0", "7"));

    let request = DescribeConfigsRequest { resources: vec![ConfigResource::default()], ..Default::default() };
    let results = node.admin().describe_configs(request).await.expect("answers").into_inner().results;
    assert_refused(
        &results[0].error,
        ErrorCode::InvalidRequest,
        "a resource is a topic, by its name, or a broker, by its id",
    );
    assert_status(
        node.admin().describe_configs(DescribeConfigsRequest::default()).await,
        ErrorCode::InvalidRequest,
        "the request names nothing to do: resources is empty",
    );
}

#[tokio::test]
async fn configs_are_set_deleted_appended_to_and_subtracted_from() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[("retention.ms", "5000")]).await;
    let changes = vec![
        change("retention.ms", ConfigOperation::Delete, ""),
        set("segment.bytes", " 3000000 "),
        change("cleanup.policy", ConfigOperation::Append, "compact"),
    ];
    alter_one(&node, "events", changes).await;
    assert_eq!(node.topic_config("events", "retention.ms").await, "604800000");
    assert_eq!(node.topic_config("events", "segment.bytes").await, "3000000");
    assert_eq!(node.topic_config("events", "cleanup.policy").await, "delete,compact");
    alter_one(&node, "events", vec![change("cleanup.policy", ConfigOperation::Subtract, "delete")]).await;
    assert_eq!(node.topic_config("events", "cleanup.policy").await, "compact");
    let node = node.restart().await;
    assert_eq!(node.topic_config("events", "cleanup.policy").await, "compact");
}

#[tokio::test]
async fn each_topics_changes_are_answered_by_themselves_and_are_all_or_nothing() {
    let node = TestNode::start().await;
    for topic in ["a", "b", "c", "d", "e"] {
        node.create_topic(topic, 1, &[]).await;
    }
    let topics = vec![
        on("a", vec![set("retention.ms", "1"), set("nonsense", "1")]),
        on("b", vec![set("retention.ms", "1"), set("retention.ms", "2")]),
        on("c", vec![change("retention.ms", ConfigOperation::Append, "1")]),
        on("absent", vec![set("retention.ms", "1")]),
        on("d", vec![set("min.compaction.lag.ms", "10"), set("max.compaction.lag.ms", "5")]),
        on("e", vec![set("retention.ms", "1")]),
    ];
    let results = alter(&node, topics).await;
    use ErrorCode as E;
    let unknown = "'nonsense' is not a topic config: describe the configs to see all names";
    assert_refused(&results[0].error, E::InvalidConfig, unknown);
    let twice = "retention.ms comes more than once in the request: name it once";
    assert_refused(&results[1].error, E::InvalidRequest, twice);
    let no_list = "retention.ms is no list, so nothing can be appended to it: set it instead";
    assert_refused(&results[2].error, E::InvalidConfig, no_list);
    let absent = "there is no topic 'absent': list the topics to see their names";
    assert_refused(&results[3].error, E::UnknownTopicOrPartition, absent);
    let conflict =
        "min.compaction.lag.ms is 10, which is above max.compaction.lag.ms, 5: lower it, or raise the other";
    assert_refused(&results[4].error, E::InvalidConfig, conflict);
    assert_eq!(limit(&results[4].error), ("min.compaction.lag.ms", "max.compaction.lag.ms=5", "10"));
    assert_eq!(results[5].error, None);
    for topic in ["a", "b", "c"] {
        assert_eq!(node.topic_config(topic, "retention.ms").await, "604800000");
    }
    assert_eq!(node.topic_config("e", "retention.ms").await, "1");

    let topics = vec![on("a", vec![set("retention.ms", "1")]), on("a", vec![])];
    for result in alter(&node, topics).await {
        let message = "the request changes the configs of topic 'a' more than once: name it once";
        assert_refused(&result.error, E::InvalidRequest, message);
    }
}

#[tokio::test]
async fn tiered_storage_is_refused_by_name() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let results = alter(&node, vec![on("events", vec![set("remote.storage.enable", "true")])]).await;
    assert_refused(
        &results[0].error,
        ErrorCode::InvalidConfig,
        "remote.storage.enable=true needs tiered storage, which this version of Tidelog does not have: leave it at \
         its default",
    );
}

#[tokio::test]
async fn an_operation_that_does_not_exist_fails_the_request() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let odd = ConfigChange { name: "retention.ms".to_owned(), operation: 9, value: "1".to_owned() };
    let request = AlterTopicConfigsRequest { topics: vec![on("events", vec![odd])], validate_only: false };
    let answer = node.admin().alter_topic_configs(request).await;
    assert_status(answer, ErrorCode::InvalidRequest, "9 is no operation on a config");
    let answer = node.admin().alter_topic_configs(AlterTopicConfigsRequest::default()).await;
    assert_status(answer, ErrorCode::InvalidRequest, "the request names nothing to do: topics is empty");
}

#[tokio::test]
async fn validate_only_checks_changes_and_makes_none() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let topics = vec![on("events", vec![set("retention.ms", "1")]), on("absent", vec![])];
    let request = AlterTopicConfigsRequest { topics, validate_only: true };
    let results = node.admin().alter_topic_configs(request).await.expect("answers").into_inner().results;
    assert_eq!(results[0].error, None);
    let code = results[1].error.as_ref().map(|error| error.code());
    assert_eq!(code, Some(ErrorCode::UnknownTopicOrPartition));
    assert_eq!(node.topic_config("events", "retention.ms").await, "604800000");
}

#[tokio::test]
async fn the_next_batch_is_judged_by_the_new_size_limit() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let value = "x".repeat(3000);
    assert_eq!(node.store(plain("events", 0, &[&value])).await, Ok(0));
    alter_one(&node, "events", vec![set("max.message.bytes", "2000")]).await;
    let error = node.store(plain("events", 0, &[&value])).await.err();
    assert_refused(
        &error,
        ErrorCode::MessageTooLarge,
        "the batch has 3070 bytes, the topic's max.message.bytes is 2000: send smaller batches, or raise it",
    );
    assert_eq!(limit(&error), ("max.message.bytes", "2000 bytes", "3070 bytes"));
    alter_one(&node, "events", vec![change("max.message.bytes", ConfigOperation::Delete, "")]).await;
    assert_eq!(node.store(plain("events", 0, &[&value])).await, Ok(1));
}

#[tokio::test]
async fn a_topic_that_becomes_compacted_takes_no_more_records_without_a_key() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    alter_one(&node, "events", vec![set("cleanup.policy", "compact")]).await;
    let error = node.store(plain("events", 0, &["x"])).await.err();
    assert_refused(
        &error,
        ErrorCode::InvalidRecord,
        "record 0 of the batch has no key, and the topic is compacted (cleanup.policy)",
    );
    let mut entry = plain("events", 0, &[]);
    entry.records = vec![keyed("k", "x")];
    assert_eq!(node.store(entry).await, Ok(0));
}

#[tokio::test]
async fn a_topic_on_append_time_gives_its_own_times() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[("message.timestamp.type", "LogAppendTime")]).await;
    let entry = ready("events", 0, batch(Compression::Lz4, &["a"]));
    let answer = node.produce(ProduceRequest { entries: vec![entry], ..Default::default() }).await;
    let append_time = answer.results[0].log_append_time_ms.expect("the topic's clock counts");
    assert!(append_time > SOME_TIME.0);
    let request = FetchRequest { partitions: vec![from_offset("events", 0, 0)], ..Default::default() };
    let chunks = node.read(request).await;
    assert_eq!(chunks[0].records[0].timestamp_ms, Some(append_time));
}

async fn stored_batches(node: &TestNode, topic: &str) -> Vec<(Compression, Bytes)> {
    let request = FetchRequest {
        partitions: vec![from_offset(topic, 0, 0)],
        format: FetchFormat::Batches.into(),
        ..Default::default()
    };
    let chunks = node.read(request).await;
    let batches = chunks.into_iter().flat_map(|chunk| tidelog_record::split_batches(chunk.record_batches));
    batches
        .map(|batch| {
            let batch = batch.expect("whole");
            batch.verify_crc().expect("undamaged");
            (batch.header().compression, batch.into_bytes())
        })
        .collect()
}

#[tokio::test]
async fn a_topics_own_codec_replaces_the_producers_and_only_where_it_differs() {
    let node = TestNode::start().await;
    let value = "tide ".repeat(300);
    for (word, codec) in [
        ("uncompressed", Compression::None),
        ("gzip", Compression::Gzip),
        ("snappy", Compression::Snappy),
        ("lz4", Compression::Lz4),
        ("zstd", Compression::Zstd),
    ] {
        node.create_topic(word, 1, &[("compression.type", word)]).await;
        let sent: Vec<Bytes> = Compression::ALL.map(|codec| batch(codec, &[&value])).to_vec();
        for (offset, sent) in (0..).zip(&sent) {
            assert_eq!(node.store(ready(word, 0, sent.clone())).await, Ok(offset));
        }
        let stored = stored_batches(&node, word).await;
        assert!(stored.iter().all(|(compression, _)| *compression == codec), "{word}");
        // Behind what the broker stamps: base offset, length, epoch.
        let as_sent = &sent[codec.id() as usize];
        assert_eq!(stored[codec.id() as usize].1[16..], as_sent[16..], "{word}");
        let expected: Vec<_> = (0..5).map(|offset| (offset, value.clone())).collect();
        assert_eq!(node.values(word, 0, 0).await, expected);
    }
}

#[tokio::test]
async fn a_batch_that_grows_beyond_the_limit_in_the_topics_codec_is_refused() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[("compression.type", "uncompressed"), ("max.message.bytes", "1000")])
        .await;
    let batch = batch(Compression::Zstd, &[&"x".repeat(2000)]);
    assert!(batch.len() < 1000);
    let error = node.store(ready("events", 0, batch)).await.err();
    assert_refused(
        &error,
        ErrorCode::MessageTooLarge,
        "the batch has 2070 bytes, the topic's max.message.bytes is 1000: send smaller batches, or raise it",
    );
}

#[tokio::test]
async fn a_changed_codec_acts_on_the_next_batch() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let sent = batch(Compression::Gzip, &["x"]);
    node.store(ready("events", 0, sent.clone())).await.expect("stored");
    alter_one(&node, "events", vec![set("compression.type", "lz4")]).await;
    node.store(ready("events", 0, sent)).await.expect("stored");
    let codecs: Vec<Compression> =
        stored_batches(&node, "events").await.into_iter().map(|(codec, _)| codec).collect();
    assert_eq!(codecs, [Compression::Gzip, Compression::Lz4]);
}
