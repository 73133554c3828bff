//! Records on disk: every version of every kind that was ever written stays readable, and the newest is what is written.
//!
//! A golden file is one record as it lies in the log. To raise a kind's version, keep its old files, add one of the new
//! version, and say below what each means.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tidelog_metadata::*;
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, ProducerId, TopicId};

fn map(entries: &[(&str, &str)]) -> ConfigMap {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn nodes(ids: &[i32]) -> Vec<NodeId> {
    ids.iter().copied().map(NodeId).collect()
}

/// What each golden file means.
fn expectations() -> BTreeMap<&'static str, MetadataRecord> {
    let topic_id = TopicId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    let delete: BTreeSet<String> = ["segment.ms".to_owned()].into();
    BTreeMap::from([
        ("ClusterCreated.v1", ClusterCreated { cluster_id: ClusterId(0xfeed_beef << 96) }.into()),
        (
            "BrokerRegistered.v1",
            BrokerRegistered {
                node_id: NodeId(3),
                incarnation: Incarnation(u128::MAX),
                broker_epoch: Some(Offset(17)),
                rack: Some("eu-1a".to_owned()),
                listeners: map(&[("EXTERNAL", "broker-3.example:9092")]),
            }
            .into(),
        ),
        (
            "BrokerRegistered.minimal.v1",
            BrokerRegistered {
                node_id: NodeId(1),
                incarnation: Incarnation(42),
                broker_epoch: None,
                rack: None,
                listeners: BTreeMap::new(),
            }
            .into(),
        ),
        (
            "BrokerConfigChanged.v1",
            BrokerConfigChanged {
                node_id: Some(NodeId(1)),
                set: map(&[("log.retention.ms", "5000")]),
                delete: ["message.max.bytes".to_owned()].into(),
            }
            .into(),
        ),
        (
            "BrokerConfigChanged.all.v1",
            BrokerConfigChanged {
                node_id: None,
                set: map(&[("tidelog.durability", "replicated")]),
                delete: BTreeSet::new(),
            }
            .into(),
        ),
        (
            "TopicCreated.v1",
            TopicCreated {
                name: "orders".to_owned(),
                topic_id,
                partitions: 12,
                placement: Placement(vec![nodes(&[1, 2]), nodes(&[2, 3]), nodes(&[3, 1])]),
                configs: map(&[("cleanup.policy", "compact,delete"), ("retention.ms", "-1")]),
            }
            .into(),
        ),
        ("TopicDeleted.v1", TopicDeleted { topic_id }.into()),
        (
            "TopicConfigChanged.v1",
            TopicConfigChanged { topic_id, set: map(&[("retention.ms", "1000")]), delete }.into(),
        ),
        (
            "PartitionsAdded.v1",
            PartitionsAdded { topic_id, new_count: 20, placement: Placement(vec![nodes(&[1])]) }.into(),
        ),
        (
            "PartitionsChanged.v1",
            PartitionsChanged {
                topic_id,
                runs: vec![
                    PartitionRun {
                        first: PartitionId(0),
                        count: 4,
                        leader: Some(NodeId(2)),
                        leader_epoch: LeaderEpoch(7),
                        isr: nodes(&[2]),
                    },
                    PartitionRun {
                        first: PartitionId(9),
                        count: 1,
                        leader: None,
                        leader_epoch: LeaderEpoch(8),
                        isr: vec![],
                    },
                ],
            }
            .into(),
        ),
        (
            "ProducerIdsAllocated.v1",
            ProducerIdsAllocated { node_id: NodeId(1), next_producer_id: ProducerId(4000) }.into(),
        ),
        (
            "ClientQuotaChanged.v1",
            ClientQuotaChanged {
                entity: QuotaEntity::from_names([("user", Some("anna")), ("client-id", None)]).unwrap(),
                set: [
                    (QuotaKey::ProducerByteRate, QuotaKey::ProducerByteRate.value(1_048_576.0).unwrap()),
                    (QuotaKey::RequestPercentage, QuotaKey::RequestPercentage.value(0.1).unwrap()),
                ]
                .into(),
                delete: [QuotaKey::ConsumerByteRate].into(),
            }
            .into(),
        ),
        (
            "GroupConfigChanged.v1",
            GroupConfigChanged {
                group: "billing".to_owned(),
                set: map(&[("consumer.session.timeout.ms", "50000")]),
                delete: ["share.auto.offset.reset".to_owned()].into(),
            }
            .into(),
        ),
        (
            "ClientMetricsChanged.v1",
            ClientMetricsChanged {
                subscription: "producers".to_owned(),
                set: map(&[("interval.ms", "1000"), ("metrics", "org.apache.kafka.producer.")]),
                delete: ["match".to_owned()].into(),
            }
            .into(),
        ),
        (
            "FeatureLevelChanged.v1",
            FeatureLevelChanged { feature: "group.version".to_owned(), level: 0 }.into(),
        ),
    ])
}

#[test]
fn every_version_that_was_ever_written_is_read_as_it_was_meant() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/records");
    let mut expectations = expectations();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let expected = expectations.remove(name).unwrap_or_else(|| panic!("nobody says what {name} means"));
        let json = fs::read_to_string(&path).unwrap();
        assert_eq!(MetadataRecord::decode(json.as_bytes()).unwrap(), expected, "{name}");
    }
    assert!(expectations.is_empty(), "no golden file for {:?}", expectations.keys());
}

#[test]
fn the_newest_version_of_every_kind_is_written_as_its_golden_file() {
    let expectations = expectations();
    for (kind, version) in MetadataRecord::KINDS {
        let of_version = format!(".v{version}");
        let golden: Vec<_> = expectations
            .iter()
            .filter(|(name, record)| record.kind() == *kind && name.ends_with(&of_version))
            .collect();
        assert!(!golden.is_empty(), "no golden file for version {version} of {kind}");
        for (name, record) in golden {
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/records/{name}.json"));
            assert_eq!(
                format!("{}\n", record.encode()),
                fs::read_to_string(path).unwrap_or_default(),
                "{name}"
            );
        }
    }
}

#[test]
fn a_topic_of_ten_thousand_partitions_is_one_short_record() {
    let record = MetadataRecord::from(TopicCreated {
        name: "events".to_owned(),
        topic_id: TopicId(5),
        partitions: 10_000,
        placement: Placement(vec![nodes(&[1])]),
        configs: ConfigMap::new(),
    });
    assert_eq!(
        record.encode(),
        r#"{"kind":"TopicCreated","version":1,"data":{"name":"events","topic_id":"AAAAAAAAAAAAAAAAAAAABQ","partitions":10000,"placement":[[1]]}}"#
    );
}
