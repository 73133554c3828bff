//! The image: what it shares, and what it refuses.

use std::collections::BTreeSet;
use std::sync::Arc;

use tidelog_metadata::*;
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, ProducerId, TopicId};

use crate::support::{Cluster, map, nodes};

/// Brokers 1 and 2; topic `t` of id 1, two partitions on both.
fn image() -> MetadataImage {
    let mut cluster = Cluster::new(&[1, 2], &[("default.replication.factor", "2")]);
    let new = cluster.new_topic("t.a", 2, &[]);
    cluster.create(&[new]);
    cluster.image().clone()
}

/// What the image says to a record, which must not have changed it.
fn refuse(record: impl Into<MetadataRecord>) -> ApplyError {
    let mut image = image();
    let error = image.apply(Offset(10), &record.into()).unwrap_err();
    assert_eq!(image, self::image());
    error
}

fn topic_created(name: &str, id: u128, partitions: i32, placement: &[&[i32]]) -> TopicCreated {
    TopicCreated {
        name: name.to_owned(),
        topic_id: TopicId(id),
        partitions,
        placement: Placement(nodes(placement)),
        configs: ConfigMap::new(),
    }
}

#[test]
fn a_change_copies_the_topic_that_it_changes_and_shares_all_others() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics: Vec<_> = (0..100).map(|n| cluster.new_topic(&format!("t{n}"), 100, &[])).collect();
    cluster.create(&topics);
    let before = cluster.image().clone();
    let mut after = before.clone();
    let record = TopicConfigChanged {
        topic_id: TopicId(1),
        set: map(&[("retention.ms", "5")]),
        delete: BTreeSet::new(),
    };
    after.apply(before.last_offset().unwrap().next(), &record.into()).unwrap();
    let copied: Vec<_> = before
        .topics()
        .zip(after.topics())
        .filter(|(old, new)| !Arc::ptr_eq(old, new))
        .map(|(old, new)| (old.name().to_string(), old.configs().clone(), new.configs().clone()))
        .collect();
    assert_eq!(copied, [("t0".to_owned(), map(&[]), map(&[("retention.ms", "5")]))]);
}

#[test]
fn partitions_that_lie_alike_share_one_list_of_replicas() {
    let mut image = MetadataImage::new();
    image.apply(Offset(0), &topic_created("t", 1, 10_000, &[&[1], &[2]]).into()).unwrap();
    let partitions = image.topic("t").unwrap().partitions().to_vec();
    let lists: BTreeSet<_> = partitions.iter().map(|p| (p.replicas.as_ptr(), p.isr.as_ptr())).collect();
    assert_eq!((partitions.len(), lists.len()), (10_000, 2));
}

#[test]
fn topics_are_listed_by_name_page_by_page() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = ["b", "a", "c", "B"].map(|name| cluster.new_topic(name, 1, &[]));
    cluster.create(&topics);
    let names =
        |after| -> Vec<_> { cluster.image().topics_after(after).map(|t| t.name().to_string()).collect() };
    assert_eq!(names(None), ["B", "a", "b", "c"]);
    assert_eq!(names(Some("a")), ["b", "c"]);
    assert_eq!(names(Some("aa")), ["b", "c"]);
    assert_eq!(names(Some("c")), Vec::<String>::new());
}

#[test]
fn partitions_are_found_by_number() {
    let image = image();
    let topic = image.topic("t.a").unwrap();
    assert_eq!(topic.partition(PartitionId(1)), topic.partitions().last());
    for id in [-1, 2, i32::MAX, i32::MIN] {
        assert_eq!(topic.partition(PartitionId(id)), None);
    }
}

#[test]
fn internal_topics_are_known_by_name() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = ["__consumer_offsets", "_mine"].map(|name| cluster.new_topic(name, 1, &[]));
    cluster.create(&topics);
    assert!(cluster.image().topic("__consumer_offsets").unwrap().is_internal());
    assert!(!cluster.image().topic("_mine").unwrap().is_internal());
}

#[test]
fn offsets_rise_and_need_not_be_dense() {
    let mut image = image();
    let record = MetadataRecord::from(TopicDeleted { topic_id: TopicId(1) });
    let last = image.last_offset().unwrap();
    let error = ApplyError::OffsetNotRising { offset: last, last };
    assert_eq!(image.apply(last, &record), Err(error));
    assert_eq!(image.apply(Offset(1000), &record), Ok(()));
    assert_eq!(image.last_offset(), Some(Offset(1000)));
}

#[test]
fn a_topic_that_is_there_already_is_refused() {
    for (name, id) in [("t.a", 9), ("t_a", 9), ("other", 1)] {
        let error = ApplyError::TopicExists { name: name.to_owned(), topic_id: TopicId(id) };
        assert_eq!(refuse(topic_created(name, id, 1, &[&[1]])), error);
    }
}

#[test]
fn a_topic_that_is_not_there_is_refused() {
    let topic_id = TopicId(9);
    let unknown = ApplyError::UnknownTopic { topic_id };
    let placement = Placement(nodes(&[&[1]]));
    assert_eq!(refuse(TopicDeleted { topic_id }), unknown);
    assert_eq!(refuse(PartitionsAdded { topic_id, new_count: 5, placement }), unknown);
    assert_eq!(refuse(PartitionsChanged { topic_id, runs: vec![] }), unknown);
    assert_eq!(refuse(TopicConfigChanged { topic_id, set: map(&[]), delete: BTreeSet::new() }), unknown);
}

#[test]
fn counts_and_placements_that_make_no_topic_are_refused_without_allocating_them() {
    let topic_id = TopicId(9);
    for new in [0, -1, i32::MIN, TOPIC_PARTITIONS_MAX + 1, i32::MAX] {
        let error = ApplyError::PartitionCount { topic_id, old: 0, new };
        assert_eq!(refuse(topic_created("n", 9, new, &[&[1]])), error);
    }
    for placement in [&[] as &[&[i32]], &[&[1], &[]], &[&[1, 1]]] {
        assert_eq!(refuse(topic_created("n", 9, 1, placement)), ApplyError::Placement { topic_id });
    }
    let placement = Placement(nodes(&[&[1]]));
    let error = ApplyError::PartitionCount { topic_id: TopicId(1), old: 2, new: 2 };
    assert_eq!(refuse(PartitionsAdded { topic_id: TopicId(1), new_count: 2, placement }), error);
}

#[test]
fn partitions_change_to_what_they_can_be() {
    let topic_id = TopicId(1);
    let run = |first, count, leader: Option<i32>, epoch, isr: &[i32]| PartitionRun {
        first: PartitionId(first),
        count,
        leader: leader.map(NodeId),
        leader_epoch: LeaderEpoch(epoch),
        isr: isr.iter().copied().map(NodeId).collect(),
    };
    let refuse = |run| refuse(PartitionsChanged { topic_id, runs: vec![run] });
    let last = |first: i32, count: i32| i64::from(first) + i64::from(count) - 1;
    for (first, count) in [(0, 3), (2, 1), (-1, 1), (0, 0), (0, -1), (i32::MAX, i32::MAX)] {
        let error =
            ApplyError::UnknownPartitions { topic_id, first: PartitionId(first), last: last(first, count) };
        assert_eq!(refuse(run(first, count, None, 1, &[])), error);
    }
    for (leader, isr) in [(Some(3), &[1] as &[i32]), (Some(1), &[1, 3]), (None, &[1, 1])] {
        assert_eq!(refuse(run(0, 2, leader, 1, isr)), ApplyError::NotAReplica { topic_id });
    }
    // The second run is refused, so the first has no effect either.
    let runs = vec![run(0, 1, Some(1), 5, &[1]), run(0, 1, Some(1), 4, &[1])];
    let error = ApplyError::LeaderEpochFalls { topic_id, old: LeaderEpoch(5), new: LeaderEpoch(4) };
    assert_eq!(self::refuse(PartitionsChanged { topic_id, runs }), error);
}

#[test]
fn leader_epochs_end_with_an_error_and_not_with_a_wrap() {
    let mut image = image();
    let topic_id = TopicId(1);
    let run = PartitionRun {
        first: PartitionId(0),
        count: 1,
        leader: Some(NodeId(1)),
        leader_epoch: LeaderEpoch(i32::MAX),
        isr: vec![],
    };
    image.apply(Offset(10), &PartitionsChanged { topic_id, runs: vec![run] }.into()).unwrap();
    let before = image.clone();
    let start = BrokerRegistered {
        node_id: NodeId(1),
        incarnation: Incarnation(99),
        broker_epoch: None,
        rack: None,
        listeners: Default::default(),
    };
    assert_eq!(image.apply(Offset(11), &start.into()), Err(ApplyError::LeaderEpochEnds { topic_id }));
    assert_eq!(image, before);
}

#[test]
fn configs_that_this_version_does_not_know_are_refused_and_not_ignored() {
    let unknown = map(&[("retention.colour", "1")]);
    let invalid = map(&[("segment.bytes", "1")]);
    for (configs, topic_id) in [(unknown, TopicId(1)), (invalid, TopicId(1))] {
        let mut created = topic_created("n", 9, 1, &[&[1]]);
        created.configs = configs.clone();
        let refused = |error| matches!(error, ApplyError::UnknownConfig(_) | ApplyError::InvalidConfig(_));
        assert!(refused(refuse(created)));
        let change = TopicConfigChanged { topic_id, set: configs.clone(), delete: BTreeSet::new() };
        assert!(refused(refuse(change)));
        let change = BrokerConfigChanged { node_id: None, set: configs, delete: BTreeSet::new() };
        assert!(refused(refuse(change)));
    }
}

#[test]
fn a_config_that_was_taken_back_leaves_no_trace() {
    let never = image();
    let mut image = image();
    for node_id in [None, Some(NodeId(1))] {
        let (set, delete) = (map(&[("log.retention.ms", "5")]), ["log.retention.ms".to_owned()].into());
        let on = BrokerConfigChanged { node_id, set, delete: BTreeSet::new() };
        let off = BrokerConfigChanged { node_id, set: ConfigMap::new(), delete };
        for record in [on, off] {
            image.apply(image.last_offset().unwrap().next(), &record.into()).unwrap();
        }
    }
    assert_eq!(image.snapshot(), never.snapshot());
}

#[test]
fn producer_ids_never_go_back_and_a_cluster_is_created_once() {
    let record = ProducerIdsAllocated { node_id: NodeId(1), next_producer_id: ProducerId(-1) };
    let error = ApplyError::ProducerIdsFall { old: ProducerId(0), new: ProducerId(-1) };
    assert_eq!(refuse(record), error);

    let mut image = MetadataImage::new();
    image.apply(Offset(0), &ClusterCreated { cluster_id: ClusterId(1) }.into()).unwrap();
    let error = ApplyError::ClusterExists { old: ClusterId(1), new: ClusterId(2) };
    assert_eq!(image.apply(Offset(1), &ClusterCreated { cluster_id: ClusterId(2) }.into()), Err(error));
}

#[test]
fn a_snapshot_of_many_partitions_is_few_records() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 10_000, &[]);
    cluster.create(&[new]);
    cluster.start(1);
    let records = cluster.image().snapshot();
    let run = PartitionRun {
        first: PartitionId(0),
        count: 10_000,
        leader: Some(NodeId(1)),
        leader_epoch: LeaderEpoch(1),
        isr: vec![NodeId(1)],
    };
    assert_eq!(records.len(), 3);
    assert_eq!(records[2], PartitionsChanged { topic_id: TopicId(1), runs: vec![run] }.into());
}
