//! Any history: random requests, commits and rejections against a small model, replay and snapshots of what came out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use tidelog_metadata::controller::*;
use tidelog_metadata::log::MetadataLog;
use tidelog_metadata::*;
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, TopicId};

use crate::support::{Cluster, map};

/// Two of them can't be told from each other in metrics.
const NAMES: [&str; 5] = ["a.b", "a_b", "orders", "clicks", "x-1"];
const VALUES: [(&str, &str); 4] =
    [("retention.ms", "5"), ("retention.ms", "6"), ("cleanup.policy", "compact"), ("segment.ms", "7")];

#[derive(Debug, Clone)]
enum Step {
    Start(i32),
    Create { name: usize, partitions: i32, factor: i16, config: usize },
    Delete { name: usize },
    Grow { name: usize, new_count: i32 },
    Set { name: usize, config: usize },
    Unset { name: usize, config: usize },
    SetForBroker { node_id: Option<i32>, on: bool },
    Elect { name: usize, partition: i32, count: i32, leader: bool },
    ProducerIds(i32),
    Commit(usize),
    Reject,
}

fn step() -> impl Strategy<Value = Step> {
    let name = || 0..NAMES.len();
    let config = || 0..VALUES.len();
    prop_oneof![
        2 => (1..4i32).prop_map(Step::Start),
        6 => (name(), 0..6i32, 0..4i16, config()).prop_map(|(name, partitions, factor, config)| {
            Step::Create { name, partitions, factor, config }
        }),
        2 => name().prop_map(|name| Step::Delete { name }),
        2 => (name(), 0..9i32).prop_map(|(name, new_count)| Step::Grow { name, new_count }),
        3 => (name(), config()).prop_map(|(name, config)| Step::Set { name, config }),
        2 => (name(), config()).prop_map(|(name, config)| Step::Unset { name, config }),
        2 => (proptest::option::of(1..4i32), any::<bool>()).prop_map(|(node_id, on)| Step::SetForBroker { node_id, on }),
        3 => (name(), 0..6i32, 1..3i32, any::<bool>()).prop_map(|(name, partition, count, leader)| {
            Step::Elect { name, partition, count, leader }
        }),
        1 => (1..4i32).prop_map(Step::ProducerIds),
        5 => (1..4usize).prop_map(Step::Commit),
        1 => Just(Step::Reject),
    ]
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Model {
    /// With the run of each.
    brokers: BTreeMap<i32, Incarnation>,
    topics: BTreeMap<String, ModelTopic>,
    broker_configs: BTreeMap<Option<i32>, ConfigMap>,
    next_producer_id: i64,
}

#[derive(Debug, Clone, PartialEq)]
struct ModelTopic {
    id: TopicId,
    configs: ConfigMap,
    partitions: Vec<Partition>,
}

impl Model {
    fn of(image: &MetadataImage) -> Model {
        let topic = |topic: &Topic| ModelTopic {
            id: topic.id(),
            configs: topic.configs().clone(),
            partitions: topic.partitions().to_vec(),
        };
        let brokers: BTreeMap<_, _> = image.brokers().map(|b| (b.node_id.0, b.incarnation)).collect();
        let configs = |id: Option<i32>| (id, image.broker_configs(id.map(NodeId)).clone());
        Model {
            topics: image.topics().map(|t| (t.name().to_string(), topic(t))).collect(),
            broker_configs: std::iter::once(None)
                .chain(brokers.keys().copied().map(Some))
                .map(configs)
                .filter(|(_, map)| !map.is_empty())
                .collect(),
            brokers,
            next_producer_id: image.next_producer_id().0,
        }
    }

    fn start(&mut self, id: i32, incarnation: Incarnation) {
        self.brokers.insert(id, incarnation);
        for partition in self.topics.values_mut().flat_map(|topic| &mut topic.partitions) {
            if partition.leader == Some(NodeId(id)) {
                partition.leader_epoch.0 += 1;
            }
        }
    }

    fn can_create(&self, name: &str, partitions: i32, factor: i16) -> bool {
        let alike = |other: &String| other.replace('.', "_") == name.replace('.', "_");
        !self.topics.keys().any(alike)
            && partitions > 0
            && factor > 0
            && factor as usize <= self.brokers.len()
    }
}

/// The controller and what it should know: what is committed, and what each proposal under way makes of it.
struct Run {
    cluster: Cluster,
    committed: Model,
    under_way: VecDeque<Model>,
    starts: u128,
}

impl Run {
    fn latest(&self) -> &Model {
        self.under_way.back().unwrap_or(&self.committed)
    }

    /// Proposes what was decided. If it was `accepted`, the model goes on as `change` says, and there are records exactly
    /// where that changes something.
    fn go_on(&mut self, accepted: bool, records: Vec<MetadataRecord>, change: impl FnOnce(&mut Model)) {
        let mut next = self.latest().clone();
        if accepted {
            change(&mut next);
        }
        assert_eq!(next != *self.latest(), !records.is_empty(), "{records:?}");
        if !records.is_empty() {
            self.cluster.propose(records);
            self.under_way.push_back(next);
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Start(id) => self.start(id),
            Step::Create { name, partitions, factor, config } => {
                self.create(NAMES[name], partitions, factor, config)
            }
            Step::Delete { name } => self.delete(NAMES[name]),
            Step::Grow { name, new_count } => self.grow(NAMES[name], new_count),
            Step::Set { name, config } => self.alter(NAMES[name], config, ConfigOperation::Set),
            Step::Unset { name, config } => self.alter(NAMES[name], config, ConfigOperation::Delete),
            Step::SetForBroker { node_id, on } => self.alter_broker(node_id, on),
            Step::Elect { name, partition, count, leader } => {
                self.elect(NAMES[name], partition, count, leader)
            }
            Step::ProducerIds(id) => self.producer_ids(id),
            Step::Commit(count) => {
                self.cluster.log.commit(count);
                self.cluster.poll();
                for _ in 0..count.min(self.under_way.len()) {
                    self.committed = self.under_way.pop_front().unwrap();
                }
            }
            Step::Reject => {
                self.cluster.log.reject();
                self.cluster.poll();
                self.under_way.clear();
            }
        }
        assert_eq!(Model::of(self.cluster.image()), self.committed);
        assert_eq!(Model::of(self.cluster.controller.basis().image), *self.latest());
    }

    fn start(&mut self, id: i32) {
        self.starts += 1;
        let incarnation = Incarnation(self.starts);
        let broker = NewBroker { node_id: NodeId(id), incarnation, rack: None, listeners: BTreeMap::new() };
        let decision = register_broker(self.cluster.controller.basis().image, broker).unwrap();
        self.go_on(true, decision.records, |model| model.start(id, incarnation));
    }

    fn create(&mut self, name: &str, partitions: i32, factor: i16, config: usize) {
        let mut new = self.cluster.new_topic(name, partitions, &[VALUES[config]]);
        new.replicas = Replicas::Spread { partitions: Some(partitions), replication_factor: Some(factor) };
        let decision = create_topics(&self.cluster.controller.basis(), std::slice::from_ref(&new), false);
        let accepted = self.latest().can_create(name, partitions, factor);
        assert_eq!(decision.answer[0].is_ok(), accepted, "{decision:?}");
        let created = decision.records.iter().find_map(|record| match record {
            MetadataRecord::TopicCreated(created) => Some(created.clone()),
            _ => None,
        });
        let brokers = self.latest().brokers.keys().copied().collect();
        self.go_on(accepted, decision.records, |model| {
            let placement = created.unwrap().placement;
            let partitions = placed(&placement, partitions as usize, factor as usize, &brokers);
            let topic = ModelTopic { id: new.topic_id, configs: map(&[VALUES[config]]), partitions };
            model.topics.insert(name.to_owned(), topic);
        });
    }

    fn delete(&mut self, name: &str) {
        let selector = TopicSelector::Name(name.to_owned());
        let decision = delete_topics(&self.cluster.controller.basis(), &[selector]);
        let accepted = self.latest().topics.contains_key(name);
        assert_eq!(decision.answer[0].is_ok(), accepted);
        self.go_on(accepted, decision.records, |model| drop(model.topics.remove(name)));
    }

    fn grow(&mut self, name: &str, new_count: i32) {
        let request = NewPartitions { name: name.to_owned(), new_count, given: None };
        let decision = create_partitions(&self.cluster.controller.basis(), &[request], false);
        let old = self.latest().topics.get(name).map(|topic| topic.partitions.clone());
        let accepted = old.as_ref().is_some_and(|old| old.len() < new_count as usize);
        assert_eq!(decision.answer[0].is_ok(), accepted);
        let added = decision.records.iter().find_map(|record| match record {
            MetadataRecord::PartitionsAdded(added) => Some(added.clone()),
            _ => None,
        });
        let brokers = self.latest().brokers.keys().copied().collect();
        self.go_on(accepted, decision.records, |model| {
            let (placement, old) = (added.unwrap().placement, old.unwrap());
            let new = placed(&placement, new_count as usize - old.len(), old[0].replicas.len(), &brokers);
            model.topics.get_mut(name).unwrap().partitions.extend(new);
        });
    }

    fn alter(&mut self, name: &str, config: usize, operation: ConfigOperation) {
        let (key, value) = VALUES[config];
        let change = ConfigChange { name: key.to_owned(), operation, value: Some(value.to_owned()) };
        let resource = ConfigResource::Topic(name.to_owned());
        let alteration = ConfigAlteration { resource, changes: vec![change] };
        let decision = alter_configs(&self.cluster.controller.basis(), &[alteration], false);
        let accepted = self.latest().topics.contains_key(name);
        assert_eq!(decision.answer[0].is_ok(), accepted);
        self.go_on(accepted, decision.records, |model| {
            let configs = &mut model.topics.get_mut(name).unwrap().configs;
            match operation {
                ConfigOperation::Set => drop(configs.insert(key.to_owned(), value.to_owned())),
                _ => drop(configs.remove(key)),
            }
        });
    }

    fn alter_broker(&mut self, node_id: Option<i32>, on: bool) {
        let operation = if on { ConfigOperation::Set } else { ConfigOperation::Delete };
        let change =
            ConfigChange { name: "log.retention.ms".to_owned(), operation, value: Some("9".to_owned()) };
        let resource = ConfigResource::Broker(node_id.map(NodeId));
        let alteration = ConfigAlteration { resource, changes: vec![change] };
        let decision = alter_configs(&self.cluster.controller.basis(), &[alteration], false);
        let accepted = node_id.is_none_or(|id| self.latest().brokers.contains_key(&id));
        assert_eq!(decision.answer[0].is_ok(), accepted);
        self.go_on(accepted, decision.records, |model| match on {
            true => drop(model.broker_configs.insert(node_id, map(&[("log.retention.ms", "9")]))),
            false => drop(model.broker_configs.remove(&node_id)),
        });
    }

    /// Another leader, or none, with a new epoch: a record that later decisions will make.
    fn elect(&mut self, name: &str, first: i32, count: i32, leader: bool) {
        let Some(topic) = self.latest().topics.get(name).cloned() else { return };
        let range = first as usize..(first + count) as usize;
        let Some(partitions) = topic.partitions.get(range.clone()) else { return };
        let last = partitions[0].replicas.last().copied();
        let leader = last.filter(|id| leader && partitions.iter().all(|p| p.replicas.contains(id)));
        let leader_epoch = LeaderEpoch(partitions.iter().map(|p| p.leader_epoch.0).max().unwrap() + 1);
        let isr: Vec<NodeId> = leader.into_iter().collect();
        let run = PartitionRun { first: PartitionId(first), count, leader, leader_epoch, isr: isr.clone() };
        let record = PartitionsChanged { topic_id: topic.id, runs: vec![run] };
        self.go_on(true, vec![record.into()], |model| {
            for partition in &mut model.topics.get_mut(name).unwrap().partitions[range] {
                (partition.leader, partition.leader_epoch, partition.isr) =
                    (leader, leader_epoch, isr.clone().into());
            }
        });
    }

    fn producer_ids(&mut self, id: i32) {
        let decision = allocate_producer_ids(self.cluster.controller.basis().image, NodeId(id));
        assert_eq!(decision.is_ok(), self.latest().brokers.contains_key(&id));
        if let Ok(decision) = decision {
            assert_eq!(decision.answer.first.0, self.latest().next_producer_id);
            self.go_on(true, decision.records, |model| model.next_producer_id += 1000);
        }
    }
}

/// New partitions as the placement says, which must be a good one.
fn placed(placement: &Placement, count: usize, factor: usize, brokers: &BTreeSet<i32>) -> Vec<Partition> {
    let lists: Vec<_> = placement.0.iter().cycle().take(count).collect();
    let led = |id: &i32| lists.iter().filter(|list| list[0] == NodeId(*id)).count();
    let (least, most) = (brokers.iter().map(led).min().unwrap(), brokers.iter().map(led).max().unwrap());
    assert!(most - least <= 1, "leaders are not spread: {placement:?}");
    let partition = |list: &Vec<NodeId>| {
        let distinct: BTreeSet<i32> = list.iter().map(|id| id.0).collect();
        assert!(
            distinct.len() == factor && list.len() == factor && distinct.is_subset(brokers),
            "{placement:?}"
        );
        let replicas: std::sync::Arc<[NodeId]> = list.as_slice().into();
        Partition { leader: Some(list[0]), leader_epoch: LeaderEpoch(0), isr: replicas.clone(), replicas }
    };
    lists.into_iter().map(partition).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_image_is_what_the_model_says_and_replay_and_snapshots_give_it_again(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        let cluster = Cluster::new(&[], &[]);
        let mut run = Run { cluster, committed: Model::default(), under_way: VecDeque::new(), starts: 0 };
        let mut seen = Vec::new();
        for step in steps {
            run.step(step);
            seen.push((run.cluster.image().clone(), run.committed.clone()));
        }
        let image = run.cluster.image();

        // Replay.
        let mut replayed = MetadataImage::new();
        let mut log = run.cluster.log.clone().reopen();
        while let Some(tidelog_metadata::log::LogEvent::Committed { offset, record }) = log.poll().unwrap() {
            replayed.apply(offset, &record).unwrap();
        }
        prop_assert_eq!(&replayed, image);

        // Snapshot, through its bytes.
        let bytes: Vec<String> = image.snapshot().iter().map(MetadataRecord::encode).collect();
        let records: Vec<_> = bytes.iter().map(|json| MetadataRecord::decode(json.as_bytes()).unwrap()).collect();
        if let Some(last_offset) = image.last_offset() {
            prop_assert_eq!(&MetadataImage::from_snapshot(last_offset, &records).unwrap(), image);
        }

        // Whoever held an image still sees what it saw then.
        for (held, model) in seen {
            prop_assert_eq!(Model::of(&held), model);
            for topic in held.topics() {
                prop_assert_eq!(held.topic_by_id(topic.id()), Some(topic));
                prop_assert_eq!(held.topic(topic.name()), Some(topic));
            }
            let partitions: usize = held.topics().map(|topic| topic.partitions().len()).sum();
            prop_assert_eq!(held.partition_count(), partitions as u64);
        }
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(MetadataRecord::decode(&bytes).is_err());
    }

    #[test]
    fn damaged_records_are_refused_or_mean_something_and_never_panic(
        file in 0..9usize, at in 0..400usize, byte in any::<u8>()
    ) {
        let golden = [
            include_bytes!("../golden/records/TopicCreated.v1.json").as_slice(),
            include_bytes!("../golden/records/TopicDeleted.v1.json"),
            include_bytes!("../golden/records/TopicConfigChanged.v1.json"),
            include_bytes!("../golden/records/PartitionsAdded.v1.json"),
            include_bytes!("../golden/records/PartitionsChanged.v1.json"),
            include_bytes!("../golden/records/BrokerRegistered.v1.json"),
            include_bytes!("../golden/records/BrokerConfigChanged.v1.json"),
            include_bytes!("../golden/records/ProducerIdsAllocated.v1.json"),
            include_bytes!("../golden/records/ClusterCreated.v1.json"),
        ];
        let mut image = MetadataImage::new();
        for (json, offset) in golden.iter().zip(0..) {
            let mut bytes = json.to_vec();
            if offset == file {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            // Later ones may not fit any more: that is an error, and the image stays whole.
            if let Ok(record) = MetadataRecord::decode(&bytes) {
                let before = image.clone();
                if image.apply(Offset(offset as i64), &record).is_err() {
                    prop_assert_eq!(&image, &before);
                }
            }
        }
        let last_offset = image.last_offset().unwrap();
        prop_assert_eq!(&MetadataImage::from_snapshot(last_offset, &image.snapshot()).unwrap(), &image);
    }
}
