//! What the controller decides, record by record. Where Apache Kafka 4.4 was asked the same, it answered alike.

use std::collections::BTreeSet;

use tidelog_metadata::controller::ConfigOperation::{Append, Delete, Set, Subtract};
use tidelog_metadata::controller::*;
use tidelog_metadata::*;
use tidelog_model::{NodeId, ProducerId, TopicId};

use crate::support::{Cluster, map, nodes, topic};

fn spread(partitions: Option<i32>, replication_factor: Option<i16>) -> Replicas {
    Replicas::Spread { partitions, replication_factor }
}

#[test]
fn a_topic_is_one_record_and_the_answer_says_what_it_got() {
    let mut cluster = Cluster::new(&[1, 2, 3], &[]);
    let mut new = cluster.new_topic("orders", 7, &[("retention.ms", " 5000 ")]);
    new.replicas = spread(Some(7), Some(2));
    let decision = create_topics(&cluster.controller.basis(), &[new], false);
    let record = TopicCreated {
        name: "orders".to_owned(),
        topic_id: TopicId(1),
        partitions: 7,
        placement: Placement(nodes(&[&[2, 3], &[3, 1], &[1, 2]])),
        configs: map(&[("retention.ms", "5000")]),
    };
    assert_eq!(decision.records, [record.into()]);
    let created = CreatedTopic {
        name: "orders".to_owned(),
        topic_id: TopicId(1),
        partitions: 7,
        replication_factor: 2,
        configs: map(&[("retention.ms", "5000")]),
    };
    assert_eq!(decision.answer, [Ok(created)]);
}

#[test]
fn what_is_left_out_comes_from_the_brokers_configs() {
    let mut cluster =
        Cluster::new(&[1, 2, 3], &[("num.partitions", "4"), ("default.replication.factor", "2")]);
    let mut new = cluster.new_topic("t", 0, &[]);
    new.replicas = spread(None, None);
    let created = cluster.create(&[new]).remove(0).unwrap();
    assert_eq!((created.partitions, created.replication_factor), (4, 2));
}

#[test]
fn validate_only_answers_the_same_and_changes_nothing() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = [cluster.new_topic("a", 3, &[]), cluster.new_topic("b c", 3, &[])];
    let validated = create_topics(&cluster.controller.basis(), &topics, true);
    assert_eq!(validated.records, []);
    assert_eq!(validated.answer, cluster.create(&topics));
}

#[test]
fn a_bad_topic_spoils_no_other_and_items_see_those_before_them() {
    let mut cluster = Cluster::new(&[1], &[]);
    let mut names = Vec::new();
    for (name, partitions) in
        [("a.b", 1), ("", 1), ("a_b", 1), ("twice", 1), ("twice", 1), ("zero", 0), ("last", 2)]
    {
        names.push(cluster.new_topic(name, partitions, &[]));
    }
    let answers = cluster.create(&names);
    let errors: Vec<_> = answers.iter().map(|answer| answer.as_ref().err()).collect();
    let duplicate = CreateTopicError::Duplicate { name: "twice".into() };
    assert_eq!(
        errors,
        [
            None,
            Some(&CreateTopicError::Name(TopicNameError::Empty)),
            Some(&CreateTopicError::NameCollides { name: "a_b".into(), existing: "a.b".into() }),
            Some(&duplicate),
            Some(&duplicate),
            Some(&CreateTopicError::PartitionsNotPositive { partitions: 0 }),
            None,
        ]
    );
    let made: Vec<_> = cluster.image().topics().map(|topic| topic.name().to_string()).collect();
    assert_eq!(made, ["a.b", "last"]);
}

#[test]
fn a_topic_is_refused_by_the_first_fault_in_kafkas_order() {
    let mut cluster = Cluster::new(&[1], &[]);
    let first = cluster.new_topic("exists", 1, &[]);
    cluster.create(&[first])[0].as_ref().unwrap();
    let mut refuse = |name: &str, partitions, factor, configs: &[(&str, &str)]| {
        let mut new = cluster.new_topic(name, 0, configs);
        new.replicas = spread(Some(partitions), Some(factor));
        cluster.create(&[new]).remove(0).unwrap_err().to_string()
    };
    let bad = [("nope", "1")];
    assert_eq!(
        refuse("a b", 0, 5, &bad),
        "'a b' is not a topic name because of ' ': use only a-z, A-Z, 0-9, '.', '_' and '-' in it"
    );
    assert_eq!(
        refuse("__cluster_metadata", 0, 5, &bad),
        "'__cluster_metadata' is the brokers' own topic: take another name"
    );
    assert_eq!(
        refuse("exists", 0, 5, &bad),
        "topic 'exists' exists already: take another name, or delete it first"
    );
    assert_eq!(
        refuse("t", 0, 5, &bad),
        "'nope' is not a topic config: describe the configs to see all names"
    );
    assert_eq!(
        refuse("t", 0, 5, &[]),
        "0 partitions are asked for, and a topic has at least 1: leave the number out for the default"
    );
    assert_eq!(
        refuse("t", 1, 5, &[]),
        "5 replicas need as many brokers, and there are 1: lower the replication factor or start brokers"
    );
    assert_eq!(
        refuse("t", 1, 0, &[]),
        "the replication factor is 0, and it must be at least 1: leave it out for the default"
    );
}

#[test]
fn configs_of_a_new_topic_are_checked() {
    let mut cluster = Cluster::new(&[1], &[]);
    let mut refuse = |configs: &[(&str, &str)]| {
        let new = cluster.new_topic("t", 1, configs);
        match cluster.create(&[new]).remove(0) {
            Err(CreateTopicError::Config(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refuse(&[("segment.bytes", "1")]).to_string(),
        "segment.bytes: '1' is below 1048576; give a whole number of bytes, at least 1048576 (the default is 1073741824)"
    );
    assert_eq!(
        refuse(&[("min.compaction.lag.ms", "100"), ("max.compaction.lag.ms", "50")]).to_string(),
        "min.compaction.lag.ms is 100, which is above max.compaction.lag.ms, 50: lower it, or raise the other"
    );
    assert_eq!(
        refuse(&[("remote.storage.enable", "TRUE")]).to_string(),
        "remote.storage.enable=true needs tiered storage, which this version of Tidelog does not have: leave it at its \
         default"
    );
    let twice = ConfigError::Duplicate { name: "retention.ms".into() };
    assert_eq!(refuse(&[("retention.ms", "1"), ("retention.ms", "1")]), twice);

    let mut null = cluster.new_topic("t", 1, &[]);
    null.configs.push(("retention.ms".into(), None));
    let expected = ConfigError::Null { name: "retention.ms".into() };
    assert_eq!(cluster.create(&[null]), [Err(CreateTopicError::Config(expected))]);
}

#[test]
fn a_placement_of_the_callers_own_is_kept() {
    let mut cluster = Cluster::new(&[1, 2], &[]);
    let mut new = cluster.new_topic("t", 0, &[]);
    new.replicas = Replicas::Given(nodes(&[&[2, 1], &[2, 1], &[1, 2]]));
    let created = cluster.create(&[new.clone()]).remove(0).unwrap();
    assert_eq!((created.partitions, created.replication_factor), (3, 2));
    let held: Vec<_> =
        cluster.image().topic("t").unwrap().partitions().iter().map(|p| p.replicas.to_vec()).collect();
    assert_eq!(held, nodes(&[&[2, 1], &[2, 1], &[1, 2]]));

    (new.name, new.replicas) = ("u".into(), Replicas::Given(vec![]));
    let none = CreateTopicError::PartitionsNotPositive { partitions: 0 };
    assert_eq!(create_topics(&cluster.controller.basis(), &[new], true).answer, [Err(none)]);
}

#[test]
fn a_request_creates_at_most_ten_thousand_partitions() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = [cluster.new_topic("a", 10_000, &[]), cluster.new_topic("b", 1, &[])];
    let answers = cluster.create(&topics);
    assert!(answers[0].is_ok());
    let error = TooManyPartitions::InRequest { partitions: 10_001 };
    assert_eq!(answers[1], Err(CreateTopicError::TooManyPartitions(error)));
    assert!(cluster.create(&topics[1..])[0].is_ok());
    assert_eq!(cluster.image().partition_count(), 10_001);
}

#[test]
fn the_cluster_has_at_most_as_many_partitions_as_configured() {
    let mut cluster = Cluster::new(&[1], &[("tidelog.partitions.max", "5")]);
    let topics =
        [cluster.new_topic("a", 3, &[]), cluster.new_topic("b", 3, &[]), cluster.new_topic("c", 2, &[])];
    let answers = cluster.create(&topics);
    let error = TooManyPartitions::InCluster { added: 3, total: 6, limit: 5 };
    assert_eq!(answers[1], Err(CreateTopicError::TooManyPartitions(error.clone())));
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(
        error.to_string(),
        "3 more partitions would make 6, and the limit of the cluster is 5: delete topics, or raise \
         tidelog.partitions.max"
    );
    let all = ConfigResource::Broker(None);
    cluster.alter(all, &[("tidelog.partitions.max", Set, "6")]).unwrap();
    let grow = [NewPartitions { name: "a".into(), new_count: 4, given: None }];
    assert_eq!(create_partitions(&cluster.controller.basis(), &grow, true).answer, [Ok(())]);
}

#[test]
fn topics_are_deleted_by_name_or_id_and_none_twice() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = ["a", "b", "c", "d"].map(|name| cluster.new_topic(name, 2, &[]));
    cluster.create(&topics);
    let name = |name: &str| TopicSelector::Name(name.to_owned());
    let selectors =
        [name("a"), TopicSelector::Id(TopicId(2)), name("c"), TopicSelector::Id(TopicId(3)), name("x")];
    let decision = delete_topics(&cluster.controller.basis(), &selectors);
    assert_eq!(
        decision.records,
        [TopicDeleted { topic_id: TopicId(1) }.into(), TopicDeleted { topic_id: TopicId(2) }.into()]
    );
    let twice = Err(DeleteTopicError::Duplicate { name: "c".into() });
    assert_eq!(
        decision.answer,
        [
            Ok(DeletedTopic { name: "a".into(), topic_id: TopicId(1) }),
            Ok(DeletedTopic { name: "b".into(), topic_id: TopicId(2) }),
            twice.clone(),
            twice,
            Err(DeleteTopicError::UnknownName { name: "x".into() }),
        ]
    );
    cluster.commit(decision);
    let again = delete_topics(&cluster.controller.basis(), &[TopicSelector::Id(TopicId(1))]);
    assert_eq!(again.answer, [Err(DeleteTopicError::UnknownId { topic_id: TopicId(1) })]);
    assert_eq!((cluster.image().topic_count(), cluster.image().partition_count()), (2, 4));
}

#[test]
fn topics_are_not_deleted_where_the_operator_forbids_it() {
    let mut cluster = Cluster::new(&[1], &[("delete.topic.enable", "false")]);
    let new = cluster.new_topic("a", 2, &[]);
    cluster.create(&[new]);
    let decision = delete_topics(&cluster.controller.basis(), &[TopicSelector::Name("a".into())]);
    assert_eq!((decision.records, decision.answer), (vec![], vec![Err(DeleteTopicError::Disabled)]));
}

#[test]
fn a_name_can_be_used_again_under_another_id() {
    let mut cluster = Cluster::new(&[1], &[]);
    let old = cluster.new_topic("a.b", 2, &[]);
    cluster.create(&[old]);
    let delete = delete_topics(&cluster.controller.basis(), &[TopicSelector::Name("a.b".into())]);
    cluster.commit(delete);
    let new = cluster.new_topic("a_b", 5, &[]);
    assert_eq!(cluster.create(&[new])[0].as_ref().unwrap().topic_id, TopicId(2));
    assert!(cluster.image().topic_by_id(TopicId(1)).is_none());
}

#[test]
fn partitions_are_added_behind_the_old_ones_and_only_added() {
    let mut cluster = Cluster::new(&[1, 2, 3], &[("default.replication.factor", "2")]);
    let new = cluster.new_topic("t", 2, &[]);
    cluster.create(&[new]);
    let ask = |cluster: &Cluster, name: &str, new_count, given: Option<&[&[i32]]>| {
        let request = NewPartitions { name: name.to_owned(), new_count, given: given.map(nodes) };
        create_partitions(&cluster.controller.basis(), &[request], false)
    };
    let decision = ask(&cluster, "t", 4, None);
    let placement = Placement(nodes(&[&[1, 2], &[2, 3], &[3, 1]]));
    assert_eq!(decision.records, [PartitionsAdded { topic_id: TopicId(1), new_count: 4, placement }.into()]);
    cluster.commit(decision);
    let leaders: Vec<_> =
        cluster.image().topic("t").unwrap().partitions().iter().map(|p| p.leader.unwrap().0).collect();
    assert_eq!(leaders, [2, 3, 1, 2]);

    let error =
        |new_count, given| ask(&cluster, "t", new_count, given).answer[0].as_ref().unwrap_err().to_string();
    assert_eq!(
        error(4, None),
        "topic 't' has 4 partitions and can only grow: ask for more than 4, not for 4"
    );
    assert_eq!(
        error(-1, None),
        "topic 't' has 4 partitions and can only grow: ask for more than 4, not for -1"
    );
    assert_eq!(
        error(6, Some(&[&[1, 2]])),
        "replicas are given for 1 partitions, and there are 2 new ones: give them for each"
    );
    assert_eq!(
        error(5, Some(&[&[1]])),
        "partition 0 has 1 replicas in the given placement, and the topic's others have 2: give all the same number"
    );
    assert_eq!(
        error(10_005, None),
        "the request would create 10001 partitions with this topic, and the limit is 10000 for one request: split it"
    );
    assert_eq!(
        ask(&cluster, "x", 9, None).answer,
        [Err(CreatePartitionsError::UnknownTopic { name: "x".into() })]
    );
    assert_eq!(ask(&cluster, "t", 5, Some(&[&[3, 2]])).answer, [Ok(())]);
    let twice = [5, 6].map(|new_count| NewPartitions { name: "t".into(), new_count, given: None });
    let duplicate = Err(CreatePartitionsError::Duplicate { name: "t".into() });
    let answer = create_partitions(&cluster.controller.basis(), &twice, false).answer;
    assert_eq!(answer, [duplicate.clone(), duplicate]);
}

#[test]
fn configs_are_set_deleted_appended_to_and_subtracted_from() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 1, &[]);
    cluster.create(&[new]);
    let mut after = |changes: &[(&str, ConfigOperation, &str)]| {
        cluster.alter(topic("t"), changes).unwrap();
        cluster.image().topic("t").unwrap().configs().clone()
    };
    assert_eq!(after(&[("retention.ms", Set, " 77 ")]), map(&[("retention.ms", "77")]));
    assert_eq!(after(&[("retention.ms", Delete, ""), ("nope", Delete, "")]), map(&[]));
    // A list that is not set begins with its default.
    assert_eq!(after(&[("cleanup.policy", Append, "compact")]), map(&[("cleanup.policy", "delete,compact")]));
    assert_eq!(
        after(&[("cleanup.policy", Append, " compact ")]),
        map(&[("cleanup.policy", "delete,compact")])
    );
    assert_eq!(after(&[("cleanup.policy", Subtract, "delete,x")]), map(&[("cleanup.policy", "compact")]));
    assert_eq!(after(&[("cleanup.policy", Subtract, "compact")]), map(&[("cleanup.policy", "")]));
    let throttled = "leader.replication.throttled.replicas";
    assert_eq!(
        after(&[(throttled, Append, "0:1"), ("cleanup.policy", Delete, "")]),
        map(&[(throttled, "0:1")])
    );
    assert_eq!(after(&[(throttled, Append, "1:1")]), map(&[(throttled, "0:1,1:1")]));
}

#[test]
fn only_what_differs_is_written_down() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 1, &[("retention.ms", "1"), ("segment.ms", "5")]);
    cluster.create(&[new]);
    let change = |name: &str, operation, value: &str| ConfigChange {
        name: name.to_owned(),
        operation,
        value: Some(value.to_owned()),
    };
    let decide = |changes| {
        let alteration = ConfigAlteration { resource: topic("t"), changes };
        alter_configs(&cluster.controller.basis(), &[alteration], false).records
    };
    assert_eq!(decide(vec![change("retention.ms", Set, "1"), change("flush.ms", Delete, "")]), []);
    let changes = vec![
        change("retention.ms", Set, "2"),
        change("segment.ms", Delete, ""),
        change("max.message.bytes", Set, "1048588"),
    ];
    let expected = TopicConfigChanged {
        topic_id: TopicId(1),
        set: map(&[("max.message.bytes", "1048588"), ("retention.ms", "2")]),
        delete: BTreeSet::from(["segment.ms".to_owned()]),
    };
    assert_eq!(decide(changes), [expected.into()]);
}

#[test]
fn a_bad_change_keeps_all_changes_of_its_resource_back_and_no_others() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = ["a", "b"].map(|name| cluster.new_topic(name, 1, &[]));
    cluster.create(&topics);
    let set = |name: &str, value: &str| ConfigChange {
        name: name.to_owned(),
        operation: Set,
        value: Some(value.to_owned()),
    };
    let alterations = [
        ConfigAlteration {
            resource: topic("a"),
            changes: vec![set("retention.ms", "1"), set("segment.bytes", "1")],
        },
        ConfigAlteration { resource: topic("b"), changes: vec![set("retention.ms", "1")] },
        ConfigAlteration { resource: topic("c"), changes: vec![set("retention.ms", "1")] },
        ConfigAlteration { resource: ConfigResource::Broker(Some(NodeId(7))), changes: vec![] },
        ConfigAlteration { resource: ConfigResource::Broker(None), changes: vec![] },
        ConfigAlteration { resource: ConfigResource::Broker(None), changes: vec![] },
    ];
    let decision = alter_configs(&cluster.controller.basis(), &alterations, false);
    let all = AlterConfigsError::Duplicate { resource: ConfigResource::Broker(None) };
    assert!(matches!(
        decision.answer[0],
        Err(AlterConfigsError::Config { error: ConfigError::Invalid(_), .. })
    ));
    assert_eq!(
        decision.answer[1..],
        [
            Ok(()),
            Err(AlterConfigsError::UnknownTopic { name: "c".into() }),
            Err(AlterConfigsError::UnknownBroker { node_id: NodeId(7), this: NodeId(1) }),
            Err(all.clone()),
            Err(all),
        ]
    );
    assert_eq!(decision.records.len(), 1);
}

#[test]
fn changes_that_make_no_sense_are_refused_with_the_reason() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 1, &[]);
    cluster.create(&[new]);
    let mut refuse = |resource, changes: &[_]| cluster.alter(resource, changes).unwrap_err().to_string();
    let all = || ConfigResource::Broker(None);
    assert_eq!(
        refuse(topic("t"), &[("retention.ms", Append, "1")]),
        "retention.ms is no list, so nothing can be appended to it: set it instead"
    );
    assert_eq!(
        refuse(topic("t"), &[("retention.ms", Set, "1"), ("retention.ms", Delete, "")]),
        "retention.ms comes more than once in the request: name it once"
    );
    assert_eq!(
        refuse(topic("t"), &[("cleanup.policy", Append, "zap")]),
        "cleanup.policy: 'delete,zap' is not known; give a list of: compact, delete (the default is delete)"
    );
    assert_eq!(
        refuse(all(), &[("num.partitions", Set, "5")]),
        "num.partitions is read when a broker starts: write it to its configuration and start it again"
    );
    assert_eq!(
        refuse(all(), &[("retention.ms", Set, "5")]),
        "'retention.ms' is not a broker config: did you mean log.retention.ms?"
    );
    assert_eq!(
        refuse(all(), &[("log.retention.ms", Set, "0")]),
        "log.retention.ms: '0' is below 1; give a whole number of milliseconds, at least 1, or -1"
    );
}

#[test]
fn a_broker_config_set_live_reaches_the_topics_that_do_not_set_it() {
    let mut cluster = Cluster::new(&[1, 2], &[("log.retention.hours", "1")]);
    let topics =
        [cluster.new_topic("own", 1, &[("retention.ms", "5")]), cluster.new_topic("default", 1, &[])];
    cluster.create(&topics);
    let retention = |cluster: &Cluster, name: &str| {
        let layers = cluster.controller.basis().layers();
        cluster.image().topic(name).unwrap().config(&layers).retention_ms
    };
    let node = |id| ConfigResource::Broker(Some(NodeId(id)));
    assert_eq!(retention(&cluster, "default"), Some(3_600_000));
    cluster.alter(ConfigResource::Broker(None), &[("log.retention.ms", Set, "7")]).unwrap();
    assert_eq!(retention(&cluster, "default"), Some(7));
    cluster.alter(node(1), &[("log.retention.ms", Set, "8")]).unwrap();
    // Another broker's own value does not count here.
    cluster.alter(node(2), &[("log.retention.ms", Set, "9")]).unwrap();
    assert_eq!((retention(&cluster, "default"), retention(&cluster, "own")), (Some(8), Some(5)));
    cluster.alter(node(1), &[("log.retention.ms", Delete, "")]).unwrap();
    assert_eq!(retention(&cluster, "default"), Some(7));
    assert_eq!(*cluster.image().broker_configs(Some(NodeId(1))), map(&[]));
    assert_eq!(*cluster.image().broker_configs(Some(NodeId(2))), map(&[("log.retention.ms", "9")]));
}

#[test]
fn every_start_of_a_broker_raises_the_epoch_of_what_it_leads() {
    let mut cluster = Cluster::new(&[1, 2], &[]);
    let new = cluster.new_topic("t", 3, &[]);
    cluster.create(&[new]);
    let state = |cluster: &Cluster| -> Vec<_> {
        let topic = cluster.image().topic("t").unwrap().clone();
        topic.partitions().iter().map(|p| (p.leader.unwrap().0, p.leader_epoch.0)).collect()
    };
    assert_eq!(state(&cluster), [(2, 0), (1, 0), (2, 0)]);
    cluster.start(2);
    assert_eq!(state(&cluster), [(2, 1), (1, 0), (2, 1)]);
    cluster.start(1);
    cluster.start(2);
    assert_eq!(state(&cluster), [(2, 2), (1, 1), (2, 2)]);
    let broker = cluster.image().broker(NodeId(2)).unwrap();
    assert_eq!(broker.broker_epoch, cluster.image().last_offset().unwrap());
}

#[test]
fn a_registration_that_is_sent_again_changes_nothing() {
    let cluster = Cluster::new(&[1], &[]);
    let broker = NewBroker {
        node_id: NodeId(1),
        incarnation: Incarnation(1),
        rack: None,
        listeners: Default::default(),
    };
    assert_eq!(register_broker(cluster.image(), broker.clone()).unwrap().records, []);
    let negative = NewBroker { node_id: NodeId(-1), ..broker };
    let error = RegisterBrokerError::NodeId { node_id: NodeId(-1) };
    assert_eq!(register_broker(cluster.image(), negative), Err(error));
}

#[test]
fn producer_ids_come_in_blocks_that_never_overlap() {
    let mut cluster = Cluster::new(&[1, 2], &[]);
    for (node, first) in [(1, 0), (2, 1000), (1, 2000)] {
        let decision = allocate_producer_ids(cluster.controller.basis().image, NodeId(node)).unwrap();
        let next_producer_id = ProducerId(first + 1000);
        let record = ProducerIdsAllocated { node_id: NodeId(node), next_producer_id };
        assert_eq!(decision.records, [record.into()]);
        assert_eq!(cluster.commit(decision), ProducerIdBlock { first: ProducerId(first), count: 1000 });
    }
    let unknown = AllocateProducerIdsError::UnknownBroker { node_id: NodeId(3) };
    assert_eq!(allocate_producer_ids(cluster.image(), NodeId(3)), Err(unknown));

    let last = ProducerIdsAllocated { node_id: NodeId(1), next_producer_id: ProducerId(i64::MAX - 999) };
    cluster.commit(Decision { records: vec![last.into()], answer: () });
    let used_up = Err(AllocateProducerIdsError::UsedUp);
    assert_eq!(allocate_producer_ids(cluster.image(), NodeId(1)), used_up);
}

#[test]
fn a_cluster_gets_its_id_once() {
    let mut cluster = Cluster::new(&[], &[]);
    let first = create_cluster(cluster.controller.basis().image, ClusterId(7));
    assert_eq!(cluster.commit(first), ClusterId(7));
    let second = create_cluster(cluster.controller.basis().image, ClusterId(8));
    assert_eq!(second, Decision { records: vec![], answer: ClusterId(7) });
}
