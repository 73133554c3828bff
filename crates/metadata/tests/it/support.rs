//! A controller on a log in memory, and short ways to ask it.

use std::collections::BTreeMap;

use tidelog_metadata::controller::*;
use tidelog_metadata::log::{MemoryMetadataLog, MetadataLog};
use tidelog_metadata::*;
use tidelog_model::{NodeId, TopicId};

/// A controller and its log.
pub struct Cluster {
    pub controller: Controller,
    pub log: MemoryMetadataLog,
    topics_made: u128,
    starts: u128,
}

impl Cluster {
    /// Node 1 decides; `brokers` have registered; `written` is in its configuration file.
    pub fn new(brokers: &[i32], written: &[(&str, &str)]) -> Self {
        let written =
            WrittenConfig::new(written.iter().map(|(name, value)| (*name, *value, Origin::File))).unwrap();
        let controller = Controller::new(NodeId(1), written);
        let mut cluster = Cluster { controller, log: MemoryMetadataLog::new(), topics_made: 0, starts: 0 };
        for &id in brokers {
            cluster.start(id);
        }
        cluster
    }

    /// A broker starts.
    pub fn start(&mut self, id: i32) {
        self.starts += 1;
        let broker = NewBroker {
            node_id: NodeId(id),
            incarnation: Incarnation(self.starts),
            rack: None,
            listeners: BTreeMap::new(),
        };
        let decision = register_broker(self.controller.basis().image, broker).unwrap();
        self.commit(decision);
    }

    /// Proposes a decision, lets it be committed, and gives its answer.
    pub fn commit<T>(&mut self, decision: Decision<T>) -> T {
        self.propose(decision.records);
        self.log.commit_all();
        self.poll();
        decision.answer
    }

    pub fn propose(&mut self, records: Vec<MetadataRecord>) {
        self.controller.propose(&mut self.log, records).unwrap();
    }

    /// Tells the controller all that the log has to say.
    pub fn poll(&mut self) {
        while let Some(event) = self.log.poll().unwrap() {
            self.controller.handle(event).unwrap();
        }
    }

    pub fn image(&self) -> &MetadataImage {
        self.controller.image()
    }

    /// A topic to create, with an id that counts up from 1.
    pub fn new_topic(&mut self, name: &str, partitions: i32, configs: &[(&str, &str)]) -> NewTopic {
        self.topics_made += 1;
        NewTopic {
            name: name.to_owned(),
            topic_id: TopicId(self.topics_made),
            replicas: Replicas::Spread { partitions: Some(partitions), replication_factor: None },
            configs: configs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
                .collect(),
        }
    }

    /// Creates topics and commits them.
    pub fn create(&mut self, topics: &[NewTopic]) -> Vec<Result<CreatedTopic, CreateTopicError>> {
        let decision = create_topics(&self.controller.basis(), topics, false);
        self.commit(decision)
    }

    /// Changes configs and commits them.
    pub fn alter(
        &mut self,
        resource: ConfigResource,
        changes: &[(&str, ConfigOperation, &str)],
    ) -> Result<(), AlterConfigsError> {
        let changes = changes
            .iter()
            .map(|(name, operation, value)| ConfigChange {
                name: (*name).to_owned(),
                operation: *operation,
                value: (*operation != ConfigOperation::Delete).then(|| (*value).to_owned()),
            })
            .collect();
        let decision =
            alter_configs(&self.controller.basis(), &[ConfigAlteration { resource, changes }], false);
        self.commit(decision).remove(0)
    }
}

pub fn topic(name: &str) -> ConfigResource {
    ConfigResource::Topic(name.to_owned())
}

pub fn map(entries: &[(&str, &str)]) -> ConfigMap {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub fn nodes(lists: &[&[i32]]) -> Vec<Vec<NodeId>> {
    lists.iter().map(|list| list.iter().copied().map(NodeId).collect()).collect()
}
