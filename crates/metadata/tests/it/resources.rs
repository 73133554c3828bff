//! Decisions about what is neither topic nor partition: quotas, features, configs of groups and of clients' metrics, configs
//! that are replaced. Where Apache Kafka 4.4 was asked the same, it answered alike.

use tidelog_metadata::controller::ConfigOperation::{Append, Delete, Set};
use tidelog_metadata::controller::*;
use tidelog_metadata::*;
use tidelog_model::{NodeId, Offset, PartitionId};

use crate::support::{Cluster, map, topic};

fn alteration(entity: &[(&str, Option<&str>)], changes: &[(&str, Option<f64>)]) -> QuotaAlteration {
    QuotaAlteration {
        entity: entity.iter().map(|(kind, name)| ((*kind).to_owned(), name.map(str::to_owned))).collect(),
        changes: changes
            .iter()
            .map(|(key, value)| QuotaChange { key: (*key).to_owned(), value: *value })
            .collect(),
    }
}

fn quotas(cluster: &Cluster) -> Vec<(String, Vec<(&'static str, f64)>)> {
    let limits =
        |limits: &QuotaLimits| limits.iter().map(|(key, value)| (key.as_str(), value.get())).collect();
    cluster.image().client_quotas().iter().map(|(entity, of)| (entity.to_string(), limits(of))).collect()
}

#[test]
fn quotas_are_set_and_removed_entity_by_entity() {
    let mut cluster = Cluster::new(&[1], &[]);
    let user = [("user", Some("anna"))];
    let mut alter = |alterations: &[QuotaAlteration]| {
        let decision = alter_client_quotas(&cluster.controller.basis(), alterations, false);
        (cluster.commit(decision), quotas(&cluster))
    };
    let both = [("producer_byte_rate", Some(100.0)), ("request_percentage", Some(0.5))];
    let bad = alteration(&[("client-id", None)], &[("consumer_byte_rate", Some(7.0)), ("nope", Some(1.0))]);
    let (answers, after) = alter(&[alteration(&user, &both), bad]);
    let everybody = QuotaEntity::from_names([("client-id", None)]).unwrap();
    let unknown = AlterQuotasError::Key { entity: everybody, key: "nope".to_owned() };
    assert_eq!(answers, [Ok(()), Err(unknown)]);
    let limits = vec![("producer_byte_rate", 100.0), ("request_percentage", 0.5)];
    assert_eq!(after, [("{user=anna}".to_owned(), limits)]);

    // A limit that is not set, or does not exist, is removed without a word.
    let removals = [("producer_byte_rate", None), ("consumer_byte_rate", None), ("nope", None)];
    let (answers, after) = alter(&[alteration(&user, &removals)]);
    assert_eq!(answers, [Ok(())]);
    assert_eq!(after, [("{user=anna}".to_owned(), vec![("request_percentage", 0.5)])]);
    let (_, after) = alter(&[alteration(&user, &[("request_percentage", None)])]);
    assert_eq!(after, []);
}

#[test]
fn a_quota_that_changes_nothing_or_is_only_validated_is_not_written_down() {
    let mut cluster = Cluster::new(&[1], &[]);
    let alterations = [alteration(&[("ip", Some("::1"))], &[("connection_creation_rate", Some(5.0))])];
    let validated = alter_client_quotas(&cluster.controller.basis(), &alterations, true);
    assert_eq!((validated.records, validated.answer), (vec![], vec![Ok(())]));
    let decision = alter_client_quotas(&cluster.controller.basis(), &alterations, false);
    assert_eq!(decision.records.len(), 1);
    cluster.commit(decision);
    assert_eq!(alter_client_quotas(&cluster.controller.basis(), &alterations, false).records, []);
}

#[test]
fn a_quota_is_refused_for_the_wrong_entity_the_wrong_value_and_twice() {
    let cluster = Cluster::new(&[1], &[]);
    let refuse = |alterations: &[QuotaAlteration]| {
        let decision = alter_client_quotas(&cluster.controller.basis(), alterations, false);
        assert_eq!(decision.records, []);
        decision.answer.into_iter().map(|answer| answer.unwrap_err().to_string()).collect::<Vec<_>>()
    };
    let rate = [("producer_byte_rate", Some(1.0))];
    let user = [("user", Some("a"))];
    assert_eq!(
        refuse(&[alteration(&[("ip", None)], &rate)]),
        ["producer_byte_rate is no limit for {ip=null}: users and client ids have producer_byte_rate, \
          consumer_byte_rate, request_percentage and controller_mutation_rate, ips have connection_creation_rate"]
    );
    assert_eq!(
        refuse(&[alteration(&user, &[("producer_byte_rate", Some(0.0))])]),
        ["producer_byte_rate: a limit is above 0"]
    );
    assert_eq!(
        refuse(&[alteration(&[], &rate)]),
        ["a quota is for somebody: name a user, a client id or an ip"]
    );
    let twice = "the request changes the quotas of {user=a} more than once: name it and each limit once";
    assert_eq!(refuse(&[alteration(&user, &rate), alteration(&user, &rate)]), [twice, twice]);
    assert_eq!(refuse(&[alteration(&user, &[rate[0], rate[0]])]), [twice]);
}

fn update(name: &str, level: i16, direction: FeatureDirection) -> FeatureUpdate {
    FeatureUpdate { name: name.to_owned(), level, direction }
}

#[test]
fn features_have_kafkas_levels_until_somebody_changes_them() {
    use FeatureDirection::{SafeDowngrade, Upgrade};
    let mut cluster = Cluster::new(&[1], &[]);
    let levels = |cluster: &Cluster| {
        FEATURES
            .iter()
            .filter_map(|f| Some((f.name, cluster.image().feature_level(f.name)?)))
            .collect::<Vec<_>>()
    };
    let mut expected = vec![
        ("eligible.leader.replicas.version", 1),
        ("group.version", 1),
        ("metadata.version", 33),
        ("share.version", 2),
        ("streams.version", 1),
        ("transaction.version", 2),
    ];
    assert_eq!(levels(&cluster), expected);
    let updates =
        [update("group.version", 0, SafeDowngrade), update("transaction.version", 1, SafeDowngrade)];
    assert_eq!(update_features(&cluster.controller.basis(), &updates, true).records, []);
    let decision = update_features(&cluster.controller.basis(), &updates, false);
    assert_eq!(cluster.commit(decision), Ok(()));
    expected.remove(1);
    expected[4].1 = 1;
    assert_eq!(levels(&cluster), expected);
    let back = [update("group.version", 1, Upgrade), update("kraft.version", 1, Upgrade)];
    let decision = update_features(&cluster.controller.basis(), &back, false);
    let record = FeatureLevelChanged { feature: "group.version".to_owned(), level: 1 };
    assert_eq!((&decision.records[..], &decision.answer), (&[record.into()][..], &Ok(())));
    assert_eq!(cluster.commit(decision), Ok(()));
    assert_eq!(update_features(&cluster.controller.basis(), &back, false).records, []);
}

#[test]
fn features_are_updated_all_or_none() {
    use FeatureDirection::{SafeDowngrade, UnsafeDowngrade, Upgrade};
    let cluster = Cluster::new(&[1], &[]);
    let refuse = |bad: FeatureUpdate| {
        let updates = [update("share.version", 0, SafeDowngrade), bad];
        let decision = update_features(&cluster.controller.basis(), &updates, false);
        assert_eq!(decision.records, []);
        decision.answer.unwrap_err()
    };
    let (name, this) = ("group.version", NodeId(1));
    assert_eq!(
        refuse(update(name, 0, Upgrade)),
        UpdateFeaturesError::NotADowngrade { name, old: 1, level: 0 }
    );
    let feature = find_feature(name).unwrap();
    assert_eq!(
        refuse(update(name, 9, Upgrade)),
        UpdateFeaturesError::UnknownLevel { feature, level: 9, this }
    );
    assert_eq!(refuse(update(name, -1, Upgrade)), UpdateFeaturesError::Negative { name, level: -1 });
    assert_eq!(
        refuse(update(name, 1, FeatureDirection::Unknown)),
        UpdateFeaturesError::UnknownDirection { name, level: 1 }
    );
    assert_eq!(
        refuse(update("nope", 1, Upgrade)),
        UpdateFeaturesError::UnknownFeature { name: "nope".into(), level: 1, this }
    );
    assert_eq!(
        refuse(update("share.version", 0, SafeDowngrade)),
        UpdateFeaturesError::Duplicate { name: "share.version".into() }
    );
    assert_eq!(
        refuse(update(METADATA_VERSION, 32, UnsafeDowngrade)),
        UpdateFeaturesError::MetadataDowngrade { old: 33, level: 32, is_unsafe: true }
    );
}

#[test]
fn a_groups_configs_stay_within_the_brokers_limits() {
    let mut cluster = Cluster::new(&[1], &[("group.consumer.max.session.timeout.ms", "55000")]);
    let group = || ConfigResource::Group("g".to_owned());
    let timeout = "consumer.session.timeout.ms";
    cluster.alter(group(), &[(timeout, Set, "50000"), ("nope", Delete, "")]).unwrap();
    assert_eq!(cluster.image().group_configs("g"), &map(&[(timeout, "50000")]));
    let refused = cluster.alter(group(), &[(timeout, Set, "60000")]).unwrap_err();
    let error = ConfigError::OutsideLimits { name: timeout, value: 60_000, least: 45_000, most: 55_000 };
    assert_eq!(refused, AlterConfigsError::Config { scope: Scope::Group, error });
    let nobody = ConfigResource::Group(String::new());
    let unnamed = AlterConfigsError::Unnamed { resource: nobody.clone() };
    assert_eq!(cluster.alter(nobody, &[(timeout, Set, "50000")]), Err(unnamed));
    cluster.alter(group(), &[(timeout, Delete, "")]).unwrap();
    assert_eq!(cluster.image().configured_groups().count(), 0);
}

#[test]
fn a_subscription_to_clients_metrics_is_there_while_it_has_configs() {
    let mut cluster = Cluster::new(&[1], &[]);
    let subscription = || ConfigResource::ClientMetrics("s".to_owned());
    let set = [("interval.ms", Set, "1000"), ("match", Set, "client_id=a.*, client_software_name=\\w+")];
    cluster.alter(subscription(), &set).unwrap();
    let names: Vec<_> = cluster.image().client_metrics().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["s"]);
    let mut refuse = |name: &str, operation, value: &str| {
        cluster.alter(subscription(), &[(name, operation, value)]).unwrap_err().to_string()
    };
    assert_eq!(
        refuse("interval.ms", Set, "50"),
        "interval.ms: '50' is below 100; give a whole number of milliseconds from 100 to 3600000 (the default is 300000)"
    );
    for pattern in ["nope=1", "client_id=[", "client_id", "client_id=(a{900}){900}"] {
        assert!(
            refuse("match", Set, pattern).starts_with(&format!("match: '{pattern}' does not list patterns"))
        );
    }
    assert_eq!(
        refuse("metrics", Append, "x."),
        "metrics is no list, so nothing can be appended to it: set it instead"
    );
    cluster.alter(subscription(), &[("interval.ms", Delete, ""), ("match", Delete, "")]).unwrap();
    assert_eq!(cluster.image().client_metrics().count(), 0);
}

#[test]
fn replaced_configs_go_back_to_their_defaults_unless_they_are_named() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 1, &[("retention.ms", "1"), ("segment.ms", "5")]);
    cluster.create(&[new]);
    let replace = |cluster: &Cluster, resource: ConfigResource, name: &str, value: &str| {
        let change = ConfigChange { name: name.to_owned(), operation: Set, value: Some(value.to_owned()) };
        let alterations = [ConfigAlteration { resource, changes: vec![change] }];
        replace_configs(&cluster.controller.basis(), &alterations, false)
    };
    let decision = replace(&cluster, topic("t"), "retention.ms", "7");
    assert_eq!(cluster.commit(decision), [Ok(())]);
    assert_eq!(cluster.image().topic("t").unwrap().configs(), &map(&[("retention.ms", "7")]));
    let unknown = replace(&cluster, topic("t"), "nope", "7");
    assert!(matches!(
        unknown.answer[0],
        Err(AlterConfigsError::Config { error: ConfigError::Unknown(_), .. })
    ));
    cluster.alter(ConfigResource::Broker(None), &[("log.retention.ms", Set, "5")]).unwrap();
    let decision = replace(&cluster, ConfigResource::Broker(None), "message.max.bytes", "2000");
    cluster.commit(decision);
    assert_eq!(cluster.image().broker_configs(None), &map(&[("message.max.bytes", "2000")]));
}

#[test]
fn a_brokers_own_configs_are_not_set_for_all_and_options_not_at_all() {
    let mut cluster = Cluster::new(&[1], &[]);
    let mut alter = |node_id: Option<i32>, name: &str, value: &str| match cluster
        .alter(ConfigResource::Broker(node_id.map(NodeId)), &[(name, Set, value)])
    {
        Ok(()) => None,
        Err(AlterConfigsError::Config { scope: Scope::Broker, error }) => Some(error),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(alter(Some(1), "ssl.keystore.location", "x"), None);
    let one = ConfigError::OneBrokerOnly { name: "ssl.keystore.location" };
    assert_eq!(alter(None, "ssl.keystore.location", "x"), Some(one));
    assert_eq!(alter(Some(1), "node.id", "7"), Some(ConfigError::ReadOnly { name: "node.id" }));
}

#[test]
fn everything_survives_a_snapshot() {
    let mut cluster = Cluster::new(&[1], &[]);
    let changes = [("producer_byte_rate", Some(100.0))];
    let quotas = [alteration(&[("user", None), ("client-id", Some("c"))], &changes)];
    let decision = alter_client_quotas(&cluster.controller.basis(), &quotas, false);
    cluster.commit(decision)[0].as_ref().unwrap();
    let updates = [update("group.version", 0, FeatureDirection::SafeDowngrade)];
    let decision = update_features(&cluster.controller.basis(), &updates, false);
    cluster.commit(decision).unwrap();
    cluster
        .alter(ConfigResource::Group("g".into()), &[("share.auto.offset.reset", Set, "earliest")])
        .unwrap();
    cluster.alter(ConfigResource::ClientMetrics("s".into()), &[("metrics", Set, "*")]).unwrap();
    let image = cluster.image();
    let again = MetadataImage::from_snapshot(image.last_offset().unwrap_or(Offset(0)), &image.snapshot());
    assert_eq!(again.as_ref(), Ok(image));
}

#[test]
fn share_groups_begin_at_an_end_or_a_duration_ago() {
    let mut cluster = Cluster::new(&[1], &[]);
    let mut takes = |value: &str| {
        let group = ConfigResource::Group("g".to_owned());
        cluster.alter(group, &[("share.auto.offset.reset", Set, value)]).is_ok()
    };
    for value in ["earliest", "latest", "by_duration:PT1H", "by_duration:P2DT3H4M5.6S", "by_duration:P1D"] {
        assert!(takes(value), "{value}");
    }
    for value in [
        "",
        "none",
        "by_duration:",
        "by_duration:P",
        "by_duration:PT",
        "by_duration:-PT1S",
        "by_duration:PT1X",
    ] {
        assert!(!takes(value), "{value}");
    }
}

fn assigned(partitions: i32, replication_factor: i16, replicas: &[(i32, &[i32])]) -> Replicas {
    let list = |(id, brokers): &(i32, &[i32])| (*id, brokers.iter().copied().map(NodeId).collect());
    Replicas::Assigned { partitions, replication_factor, replicas: replicas.iter().map(list).collect() }
}

#[test]
fn an_assignment_names_every_partition_once_and_no_numbers_besides() {
    let mut cluster = Cluster::new(&[1, 2], &[]);
    let mut create = |replicas: Replicas| {
        let mut new = cluster.new_topic("t", 0, &[]);
        new.replicas = replicas;
        create_topics(&cluster.controller.basis(), &[new], true).answer.remove(0)
    };
    let created = create(assigned(-1, -1, &[(1, &[1, 2]), (0, &[2, 1])])).unwrap();
    assert_eq!((created.partitions, created.replication_factor), (2, 2));
    let list: &[(i32, &[i32])] = &[(0, &[1])];
    let both = CreateTopicError::CountBesidesReplicas { partitions: 1 };
    assert_eq!(create(assigned(1, -1, list)), Err(both));
    let both = CreateTopicError::FactorBesidesReplicas { factor: 1 };
    assert_eq!(create(assigned(-1, 1, list)), Err(both));
    let gap = Err(CreateTopicError::Placement(PlacementError::NotConsecutive));
    assert_eq!(create(assigned(-1, -1, &[(0, &[1]), (2, &[1])])), gap);
    assert_eq!(create(assigned(-1, -1, &[(1, &[1])])), gap);
    let twice = Err(CreateTopicError::Placement(PlacementError::PartitionTwice { partition: 0 }));
    assert_eq!(create(assigned(-1, -1, &[(0, &[1]), (0, &[2])])), twice);
}

#[test]
fn on_one_broker_replicas_stay_where_they_are() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 2, &[]);
    cluster.create(&[new]);
    let to = |topic: &str, partition: i32, brokers: Option<&[i32]>| {
        let brokers = brokers.map(|ids| ids.iter().copied().map(NodeId).collect::<Vec<_>>());
        reassign_partition(
            &cluster.controller.basis(),
            topic,
            PartitionId(partition),
            brokers.as_deref(),
            false,
        )
    };
    assert_eq!(to("t", 0, Some(&[1])), Ok(()));
    let (topic, partition) = (|| "t".to_owned(), PartitionId(0));
    assert_eq!(to("t", 0, None), Err(ReassignError::NotMoving { topic: topic(), partition }));
    let unknown = PlacementError::UnknownBroker { partition: 0, node_id: NodeId(7) };
    assert_eq!(to("t", 0, Some(&[7])), Err(unknown.into()));
    assert_eq!(to("t", 0, Some(&[])), Err(PlacementError::Empty { partition: 0 }.into()));
    assert_eq!(to("x", 0, Some(&[1])), Err(ReassignError::UnknownTopic { topic: "x".to_owned() }));
    let partition = PartitionId(9);
    assert_eq!(to("t", 9, Some(&[1])), Err(ReassignError::UnknownPartition { topic: topic(), partition }));
}

#[test]
fn on_one_broker_every_partition_has_its_leader_and_no_broker_leaves() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 1, &[]);
    cluster.create(&[new]);
    let basis = cluster.controller.basis();
    let (topic, partition) = ("t".to_owned(), PartitionId(0));
    let not_needed = Err(ElectLeaderError::NotNeeded { topic, partition });
    for election in [Election::Preferred, Election::Unclean] {
        assert_eq!(elect_leader(&basis, election, "t", partition), not_needed);
    }
    let unknown = ElectLeaderError::UnknownTopic { topic: "x".to_owned() };
    assert_eq!(elect_leader(&basis, Election::Preferred, "x", partition), Err(unknown));
    let node_id = NodeId(7);
    assert_eq!(unregister_broker(&basis, node_id), Err(UnregisterBrokerError::Unknown { node_id }));
    let node_id = NodeId(1);
    assert_eq!(unregister_broker(&basis, node_id), Err(UnregisterBrokerError::Itself { node_id }));
}
