//! What Kafka's admin surface asks, below its translation: the neutral handlers on a running node.

use std::collections::{BTreeMap, BTreeSet};

use tidelog_broker::handlers::*;
use tidelog_broker::{KafkaCode, KafkaError, Shared, ToKafka};
use tidelog_metadata::controller::{
    ConfigAlteration, ConfigChange, ConfigOperation, ConfigResource, Election, FeatureUpdate,
    QuotaAlteration, QuotaChange, Replicas,
};
use tidelog_metadata::{ConfigSource, Explanation, QuotaKey};
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, ProducerEpoch, ProducerId, TimestampMs};

use crate::support::{SOME_TIME, TestNode, numbered, plain, ready};

fn named(name: &str) -> TopicRef {
    TopicRef::Name(name.to_owned())
}

fn kafka<T: std::fmt::Debug>(result: Result<T, impl ToKafka>) -> KafkaError {
    match result {
        Ok(answer) => panic!("not refused: {answer:?}"),
        Err(error) => error.to_kafka(),
    }
}

fn told(code: KafkaCode, message: &str) -> KafkaError {
    KafkaError::new(code, message)
}

fn change(name: &str, value: &str) -> ConfigChange {
    ConfigChange { name: name.to_owned(), operation: ConfigOperation::Set, value: Some(value.to_owned()) }
}

async fn set(node: &Shared, resource: ConfigResource, name: &str, value: &str) -> Option<KafkaError> {
    let changes = vec![change(name, value)];
    let mut answers =
        alter_configs(node, vec![ConfigAlteration { resource, changes }], false).await.expect("decided");
    answers.remove(0).err().map(|error| error.to_kafka())
}

fn config(node: &Shared, subject: &ConfigSubject, name: &str) -> Explanation {
    describe_configs(node, subject, Some(&[name.to_owned()])).expect("is described").remove(0)
}

#[tokio::test]
async fn offsets_are_found_by_every_word() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    test.store(plain("t", 0, &["a", "b"])).await.expect("stored");
    let node = test.node.shared();
    let find = |place: Place| list_offset(node, &named("t"), PartitionId(0), place).expect("is led");
    let epoch = Some(LeaderEpoch(0));
    let at = |offset| Some(FoundOffset { offset: Offset(offset), timestamp: None, leader_epoch: epoch });
    assert_eq!(find(Place::Earliest), at(0));
    assert_eq!(find(Place::EarliestLocal), at(0));
    assert_eq!(find(Place::Latest), at(2));
    assert_eq!(find(Place::LatestTiered), None);
    assert_eq!(find(Place::EarliestPendingUpload), None);
    assert_eq!(find(Place::Time(TimestampMs(i64::MAX))), None);
    let newest = find(Place::MaxTimestamp).expect("there are records");
    assert_eq!(find(Place::Time(newest.timestamp.expect("was found by time"))), Some(newest));
}

#[tokio::test]
async fn who_believes_in_another_leadership_is_told() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    let test = test.restart().await;
    test.store(plain("t", 0, &["a"])).await.expect("stored");
    let node = test.node.shared();
    let ask = |current: i32, epoch: i32| {
        let current = (current >= 0).then_some(LeaderEpoch(current));
        offset_for_leader_epoch(node, &named("t"), PartitionId(0), current, LeaderEpoch(epoch))
    };
    let end = EpochEnd { leader_epoch: LeaderEpoch(1), end_offset: Offset(1) };
    assert_eq!(ask(1, 1).expect("knows its epoch"), Some(end));
    assert_eq!(ask(-1, 9).expect("does not ask"), None);
    assert_eq!(kafka(ask(0, 1)).code, KafkaCode::FencedLeaderEpoch);
    assert_eq!(kafka(ask(2, 1)).code, KafkaCode::UnknownLeaderEpoch);
    let query = OffsetQuery {
        place: Place::Latest,
        isolation: IsolationLevel::ReadCommitted,
        leader_epoch: Some(LeaderEpoch(0)),
    };
    let stale = list_offset(node, &named("t"), PartitionId(0), query);
    assert_eq!(kafka(stale).code, KafkaCode::FencedLeaderEpoch);
}

#[tokio::test]
async fn idempotent_producers_get_ids_and_are_described_and_transactional_ones_are_refused() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    let node = test.node.shared();
    let init = |transactional_id: Option<&str>, id: i64, epoch: i16| ProducerInit {
        transactional_id: transactional_id.map(str::to_owned),
        producer_id: ProducerId(id),
        producer_epoch: ProducerEpoch(epoch),
    };
    let first = init_producer_id(node, init(None, -1, -1)).await.expect("gets an id");
    let second = init_producer_id(node, init(None, first.0.0, 3)).await.expect("gets another");
    assert_eq!((first.1, second), (ProducerEpoch(0), (ProducerId(first.0.0 + 1), ProducerEpoch(0))));
    for (asked, code) in [
        (init(Some("tx"), -1, -1), KafkaCode::UnsupportedVersion),
        (init(Some(""), -1, -1), KafkaCode::InvalidRequest),
        (init(None, 5, -1), KafkaCode::InvalidRequest),
    ] {
        assert_eq!(kafka(init_producer_id(node, asked).await).code, code);
    }

    test.store(ready("t", 0, numbered(first.0.0, 0, 0, &["a", "b"]))).await.expect("stored");
    let producers = describe_producers(node, "t", PartitionId(0)).expect("is led");
    let shown: Vec<_> = producers.iter().map(|p| (p.id, p.epoch.0, p.last_sequence.0)).collect();
    assert_eq!(shown, [(first.0, 0, 1)]);
    assert_eq!(producers[0].last_timestamp, SOME_TIME);
    let unknown = told(KafkaCode::UnknownTopicOrPartition, "This server does not host this topic-partition.");
    assert_eq!(kafka(describe_producers(node, "x", PartitionId(0))), unknown);
    let bare = KafkaError::bare(KafkaCode::UnknownTopicOrPartition);
    assert_eq!(kafka(describe_producers(node, "t", PartitionId(9))), bare);
}

#[tokio::test]
async fn a_brokers_live_config_acts_on_its_topics_at_once() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    let node = test.node.shared();
    let value = "x".repeat(3000);
    assert_eq!(test.store(plain("t", 0, &[&value])).await, Ok(0));
    assert_eq!(set(node, ConfigResource::Broker(None), "message.max.bytes", "2000").await, None);
    assert!(test.store(plain("t", 0, &[&value])).await.is_err());
    assert_eq!(set(node, ConfigResource::Broker(Some(NodeId(0))), "message.max.bytes", "9000").await, None);
    assert_eq!(test.store(plain("t", 0, &[&value])).await, Ok(1));

    let limit = config(node, &ConfigSubject::Topic("t".into()), "max.message.bytes");
    let set_by: Vec<_> =
        limit.candidates.iter().map(|set| (set.key.name, set.value.as_str(), set.source)).collect();
    let name = "message.max.bytes";
    assert_eq!(
        set_by,
        [
            (name, "9000", ConfigSource::Node),
            (name, "2000", ConfigSource::Cluster),
            (name, "1048588", ConfigSource::Default)
        ]
    );
    // Of all brokers, only what is set for all of them.
    let all = describe_configs(node, &ConfigSubject::AllBrokers, None).expect("is described");
    let shown: Vec<_> = all.iter().map(|config| (config.key.name, config.value.as_deref())).collect();
    assert_eq!(shown, [(name, Some("2000"))]);
    let test = test.restart().await;
    assert_eq!(test.store(plain("t", 0, &[&value])).await, Ok(2));
}

#[tokio::test]
async fn configs_are_refused_in_kafkas_words() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    let node = test.node.shared();
    let topic = |name: &str| ConfigResource::Topic(name.to_owned());
    for (resource, name, value, code, message) in [
        (
            topic("x"),
            "retention.ms",
            "1",
            KafkaCode::UnknownTopicOrPartition,
            "The topic 'x' does not exist.",
        ),
        (topic("t"), "nope", "1", KafkaCode::InvalidConfig, "Unknown topic config name: nope"),
        (
            ConfigResource::Broker(Some(NodeId(77))),
            "log.retention.ms",
            "5",
            KafkaCode::InvalidRequest,
            "Unexpected broker id, expected 0, but received 77",
        ),
        (
            ConfigResource::Broker(Some(NodeId(0))),
            "num.partitions",
            "3",
            KafkaCode::InvalidRequest,
            "Cannot update these configs dynamically: [num.partitions]",
        ),
        (
            ConfigResource::Broker(None),
            "ssl.keystore.location",
            "x",
            KafkaCode::InvalidRequest,
            "Cannot update these configs at default cluster level, broker id must be specified: [ssl.keystore.location]",
        ),
        (
            ConfigResource::Group("g".into()),
            "consumer.session.timeout.ms",
            "1",
            KafkaCode::InvalidConfig,
            "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.",
        ),
        (
            ConfigResource::ClientMetrics(String::new()),
            "interval.ms",
            "1000",
            KafkaCode::InvalidRequest,
            "Subscription name can't be empty",
        ),
    ] {
        assert_eq!(set(node, resource, name, value).await, Some(told(code, message)));
    }
    let loggers = [("root".to_owned(), ConfigOperation::Set)];
    let missing = told(KafkaCode::InvalidConfig, "Logger root does not exist!");
    assert_eq!(kafka(alter_loggers(node, "0", &loggers)), missing);
    let other = told(KafkaCode::InvalidRequest, "Unexpected node id. Expected 0, but received 77");
    assert_eq!(kafka(alter_loggers(node, "77", &loggers)), other);
    let subject = ConfigSubject::from_kafka(4, "77").expect("is a broker");
    let message = "Unexpected broker id, expected 0 or empty string, but received 77";
    assert_eq!(kafka(describe_configs(node, &subject, None)), told(KafkaCode::InvalidRequest, message));
}

#[tokio::test]
async fn resources_with_configs_are_listed_by_type() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    let node = test.node.shared();
    let group = ConfigResource::Group("g".into());
    assert_eq!(set(node, group, "consumer.session.timeout.ms", "50000").await, None);
    assert_eq!(set(node, ConfigResource::ClientMetrics("s".into()), "interval.ms", "1000").await, None);
    let listed = |types: &[ConfigResourceType]| {
        let resources = list_config_resources(node, types);
        resources.into_iter().map(|(kind, name)| (kind.to_wire(), name)).collect::<Vec<_>>()
    };
    let own = |name: &str| name.to_owned();
    assert_eq!(
        listed(&ConfigResourceType::ALL),
        [(2, own("t")), (4, own("0")), (8, own("0")), (16, own("s")), (32, own("g"))]
    );
    assert_eq!(listed(&[ConfigResourceType::ClientMetrics]), [(16, own("s"))]);
    let timeout = config(node, &ConfigSubject::Group("g".into()), "consumer.session.timeout.ms");
    assert_eq!((timeout.value.as_deref(), timeout.source), (Some("50000"), ConfigSource::Group));
    let nobody = config(node, &ConfigSubject::ClientMetrics("x".into()), "interval.ms");
    assert_eq!((nobody.value.as_deref(), nobody.source), (Some("300000"), ConfigSource::Default));
}

#[tokio::test]
async fn replaced_configs_leave_no_others() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[("retention.ms", "7"), ("segment.ms", "5")]).await;
    let node = test.node.shared();
    let changes = vec![change("retention.ms", "9")];
    let alterations = vec![ConfigAlteration { resource: ConfigResource::Topic("t".into()), changes }];
    let answers = replace_configs(node, alterations, false).await.expect("decided");
    assert_eq!(answers, [Ok(())]);
    assert_eq!(test.topic_config("t", "retention.ms").await, "9");
    assert_eq!(test.topic_config("t", "segment.ms").await, "604800000");
}

fn quota(user: Option<&str>, rate: f64) -> QuotaAlteration {
    QuotaAlteration {
        entity: vec![("user".to_owned(), user.map(str::to_owned))],
        changes: vec![QuotaChange { key: "producer_byte_rate".to_owned(), value: Some(rate) }],
    }
}

fn component(entity_type: &str, match_type: i8, name: Option<&str>) -> QuotaComponent {
    QuotaComponent { entity_type: entity_type.to_owned(), match_type, name: name.map(str::to_owned) }
}

#[tokio::test]
async fn quotas_are_altered_described_and_act_at_once_and_after_a_restart() {
    let test = TestNode::start().await;
    let node = test.node.shared();
    let alterations = vec![quota(Some("anna"), 1000.0), quota(None, 2000.0)];
    assert_eq!(alter_client_quotas(node, alterations, false).await.expect("decided"), [Ok(()), Ok(())]);
    let described = |components: &[QuotaComponent], is_strict| {
        let quotas = describe_client_quotas(node, components.to_vec(), is_strict).expect("is a filter");
        quotas.into_iter().map(|(entity, limits)| (entity.to_string(), limits.len())).collect::<Vec<_>>()
    };
    let (all, anna) = (("{user=null}".to_owned(), 1), ("{user=anna}".to_owned(), 1));
    assert_eq!(described(&[], false), [all.clone(), anna.clone()]);
    assert_eq!(described(&[], true), []);
    assert_eq!(described(&[component("user", 0, Some("anna"))], true), [anna]);
    assert_eq!(described(&[component("user", 1, None)], false), [all]);
    assert_eq!(described(&[component("user", 2, None), component("client-id", 2, None)], false), []);

    let client = tidelog_broker::Client::Of { user: "anna", client_id: "c" };
    let key = QuotaKey::ProducerByteRate;
    assert_eq!(node.controller.quotas().record(key, client, 3000.0, 1_000_000), 2000);
    let test = test.restart().await;
    assert_eq!(test.node.shared().controller.quotas().record(key, client, 3000.0, 1_000_000), 2000);
}

#[tokio::test]
async fn filters_of_quotas_are_refused_in_kafkas_words() {
    let test = TestNode::start().await;
    let refuse = |components: &[QuotaComponent]| {
        kafka(describe_client_quotas(test.node.shared(), components.to_vec(), false))
    };
    let (user, invalid) = (component("user", 2, None), KafkaCode::InvalidRequest);
    for (components, code, message) in [
        (vec![component("team", 2, None)], KafkaCode::UnsupportedVersion, "Unsupported entity type team"),
        (vec![component("", 2, None)], invalid, "Invalid empty entity type."),
        (vec![component("user", 9, None)], invalid, "Unknown match type 9"),
        (
            vec![component("user", 0, None)],
            invalid,
            "Request specified MATCH_TYPE_EXACT, but set match string to null.",
        ),
        (
            vec![component("user", 1, Some("a"))],
            invalid,
            "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.",
        ),
        (
            vec![user.clone(), user.clone()],
            invalid,
            "Entity type user cannot appear more than once in the filter.",
        ),
        (
            vec![component("ip", 2, None), user],
            invalid,
            "Invalid entity filter component combination. IP filter component should not be used with user or \
             clientId filter component.",
        ),
    ] {
        assert_eq!(refuse(&components), told(code, message));
    }
    let answers = alter_client_quotas(test.node.shared(), vec![quota(Some("a"), 1.5)], false).await;
    let refused = kafka(answers.expect("decided").remove(0));
    assert_eq!(refused, told(invalid, "producer_byte_rate cannot be a fractional value."));
}

#[tokio::test]
async fn features_are_agreed_on_for_the_whole_cluster() {
    let test = TestNode::start().await;
    let node = test.node.shared();
    let level = |name: &str| {
        let (features, _) = describe_features(node);
        features.into_iter().find(|state| state.feature.name == name).expect("is known").level
    };
    assert_eq!(level("group.version"), Some(1));
    let (_, before) = describe_features(node);
    let update = |level, upgrade_type| {
        let direction = feature_direction(upgrade_type);
        vec![FeatureUpdate { name: "group.version".to_owned(), level, direction }]
    };
    let refused = update_features(node, update(0, 1), false).await.expect("decided");
    let message = "The update failed for all features since the following feature had an error: Invalid update version 0 \
                   for feature group.version. Can't downgrade the version of this feature without setting the upgrade \
                   type to either safe or unsafe downgrade.";
    assert_eq!(kafka(refused), told(KafkaCode::InvalidUpdateVersion, message));
    assert_eq!(update_features(node, update(0, 2), true).await.expect("decided"), Ok(()));
    assert_eq!(level("group.version"), Some(1));
    assert_eq!(update_features(node, update(0, 2), false).await.expect("decided"), Ok(()));
    assert_eq!(level("group.version"), None);
    assert!(describe_features(node).1 > before);
}

#[tokio::test]
async fn topics_are_refused_in_kafkas_words() {
    let test = TestNode::start().await;
    test.create_topic("a.b", 2, &[]).await;
    let node = test.node.shared();
    let spread = |partitions, factor| Replicas::Spread {
        partitions: Some(partitions),
        replication_factor: Some(factor),
    };
    for (name, replicas, code, message) in [
        ("a.b", spread(1, 1), KafkaCode::TopicAlreadyExists, "Topic 'a.b' already exists."),
        (
            "a_b",
            spread(1, 1),
            KafkaCode::InvalidTopicException,
            "Topic 'a_b' collides with existing topic: a.b",
        ),
        (
            "",
            spread(1, 1),
            KafkaCode::InvalidTopicException,
            "Topic name is invalid: the empty string is not allowed",
        ),
        (
            "t",
            spread(0, 1),
            KafkaCode::InvalidPartitions,
            "Number of partitions was set to an invalid non-positive value.",
        ),
        (
            "t",
            spread(1, 0),
            KafkaCode::InvalidReplicationFactor,
            "Replication factor must be larger than 0, or -1 to use the default value.",
        ),
        (
            "t",
            spread(1, 3),
            KafkaCode::InvalidReplicationFactor,
            "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because \
             only 1 broker(s) are registered or some brokers have all their log directories cordoned.",
        ),
        (
            "t",
            spread(10_001, 1),
            KafkaCode::PolicyViolation,
            "Excessively large number of partitions per request.",
        ),
        (
            "t",
            Replicas::Assigned {
                partitions: 1,
                replication_factor: -1,
                replicas: vec![(0, vec![NodeId(0)])],
            },
            KafkaCode::InvalidRequest,
            "A manual partition assignment was specified, but numPartitions was not set to -1.",
        ),
        (
            "t",
            Replicas::Assigned {
                partitions: -1,
                replication_factor: -1,
                replicas: vec![(0, vec![NodeId(7)])],
            },
            KafkaCode::InvalidReplicaAssignment,
            "The manual partition assignment includes broker 7, but no such broker is registered.",
        ),
    ] {
        let topic = TopicToCreate { name: name.to_owned(), replicas, configs: Vec::new() };
        let mut answers = create_topics(node, vec![topic], true).await.expect("decided");
        assert_eq!(kafka(answers.remove(0)), told(code, message));
    }
    let shown = describe_new_topic(node, &[("retention.ms".to_owned(), "7".to_owned())].into());
    let retention = shown.iter().find(|config| config.key.name == "retention.ms").expect("is listed");
    assert_eq!((retention.value.as_deref(), retention.source), (Some("7"), ConfigSource::Topic));
    assert_eq!(shown.len(), 38);
}

#[tokio::test]
async fn one_node_moves_nothing_elects_nobody_and_is_its_own_quorum() {
    let test = TestNode::start().await;
    test.create_topic("t", 1, &[]).await;
    let node = test.node.shared();
    let partition = PartitionId(0);
    let to = |topic: &str, replicas: Option<Vec<NodeId>>| {
        let asked = Reassignment { topic: topic.to_owned(), partition, replicas };
        reassign_partitions(node, &[asked], true).remove(0)
    };
    assert_eq!(to("t", Some(vec![NodeId(0)])), Ok(()));
    assert_eq!(kafka(to("t", None)), KafkaError::bare(KafkaCode::NoReassignmentInProgress));
    let unknown = told(KafkaCode::UnknownTopicOrPartition, "Unable to find a topic named x.");
    assert_eq!(kafka(to("x", None)), unknown);
    assert_eq!(list_reassignments(), []);

    let elected = elect_leaders(node, Election::Preferred, &[("t".to_owned(), partition)]).remove(0);
    let not_needed = told(KafkaCode::ElectionNotNeeded, "Leader election not needed for topic partition.");
    assert_eq!(kafka(elected), not_needed);
    assert_eq!(elect_all_leaders(node, Election::Unclean), [("t".to_owned(), vec![])]);

    let quorum = describe_quorum(node, "__cluster_metadata", partition).expect("there is one");
    assert_eq!((quorum.leader, quorum.leader_epoch, quorum.voters.len()), (NodeId(0), LeaderEpoch(0), 1));
    assert_eq!(quorum.high_watermark, quorum.voters[0].log_end);
    assert_eq!(kafka(describe_quorum(node, "t", partition)).code, KafkaCode::UnknownTopicOrPartition);

    let gone = told(KafkaCode::BrokerIdNotRegistered, "Broker ID 77 is not currently registered");
    assert_eq!(kafka(unregister_broker(node, NodeId(77))), gone);
    assert_eq!(kafka(unregister_broker(node, NodeId(0))).code, KafkaCode::InvalidRequest);
}

#[tokio::test]
async fn logs_lie_in_one_directory_and_stay_there() {
    let test = TestNode::start().await;
    test.create_topic("t", 2, &[]).await;
    test.store(plain("t", 1, &["a"])).await.expect("stored");
    let node = test.node.shared();
    let directory = describe_log_dir(node, None).expect("works");
    let path = test.directory.path().to_str().expect("is text");
    assert_eq!(directory.path, path);
    let [(topic, logs)] = &directory.topics[..] else { panic!("one topic: {directory:?}") };
    let sizes: Vec<_> = logs.iter().map(|(id, bytes)| (id.0, *bytes > 0)).collect();
    assert_eq!((topic.as_str(), sizes), ("t", vec![(0, false), (1, true)]));
    assert!(directory.usable_bytes <= directory.total_bytes && directory.total_bytes > Some(0));
    let wanted =
        BTreeMap::from([("t".to_owned(), [1, 9].map(PartitionId).into()), ("x".to_owned(), BTreeSet::new())]);
    let some = describe_log_dir(node, Some(&wanted)).expect("works").topics;
    assert_eq!(some, [("t".to_owned(), vec![logs[1]])]);

    let alter = |path: &str, topic: &str| alter_replica_log_dir(node, path, topic, PartitionId(0));
    assert!(alter(path, "t").is_ok());
    assert_eq!(kafka(alter("/elsewhere", "x")).code, KafkaCode::LogDirNotFound);
    assert_eq!(kafka(alter(path, "x")).code, KafkaCode::UnknownTopicOrPartition);
}
