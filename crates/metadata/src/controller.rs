//! Decisions about the cluster, all pure: a request and an image go in, records and an answer come out.
//!
//! A decision changes nothing. Its records are proposed to the metadata log, and its answer waits until they are
//! committed; a decision without records (all items refused, or `validate_only`) can be answered at once. Requests name
//! many items, and each is decided by itself: a bad one is answered with its error and spoils no other. Items see those
//! before them, so two that exclude each other are not both accepted.
//!
//! [`Controller`] is the small machine around it: it decides on the newest image, proposals under way included, and takes
//! them back when the log rejects them.

mod brokers;
mod configs;
mod features;
mod placement;
mod quotas;
mod reassignments;
mod topics;

use std::collections::VecDeque;

use tidelog_model::{NodeId, Offset};

pub use brokers::{
    AllocateProducerIdsError, NewBroker, PRODUCER_ID_BLOCK, ProducerIdBlock, RegisterBrokerError,
    allocate_producer_ids, create_cluster, register_broker,
};
pub use configs::{
    AlterConfigsError, ConfigAlteration, ConfigChange, ConfigError, ConfigOperation, ConfigResource,
    alter_configs, replace_configs,
};
pub use features::{FeatureDirection, FeatureUpdate, UpdateFeaturesError, update_features};
pub use placement::PlacementError;
pub use quotas::{AlterQuotasError, QuotaAlteration, QuotaChange, alter_client_quotas};
pub use reassignments::{
    ElectLeaderError, Election, ReassignError, UnregisterBrokerError, elect_leader, reassign_partition,
    unregister_broker,
};
pub use topics::{
    CreatePartitionsError, CreateTopicError, CreatedTopic, DeleteTopicError, DeletedTopic, NewPartitions,
    NewTopic, REQUEST_PARTITIONS_MAX, Replicas, TooManyPartitions, TopicSelector, create_partitions,
    create_topics, delete_topics,
};

use crate::config::{BrokerConfig, Layers, WrittenConfig};
use crate::image::{ApplyError, MetadataImage};
use crate::log::{LogEvent, MetadataLog, Proposal, ProposeError};
use crate::record::MetadataRecord;

/// What a decision stands on.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The newest state, records that are proposed but not yet committed included.
    pub image: &'a MetadataImage,
    /// The node that decides: its configs give the defaults.
    pub node_id: NodeId,
    /// What its operator wrote.
    pub written: &'a WrittenConfig,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<T> {
    /// To propose, together; none if nothing changes.
    pub records: Vec<MetadataRecord>,
    /// To answer once the records are committed.
    pub answer: T,
}

/// The state around the decisions: what is committed, and what has been decided on top of it.
#[derive(Debug)]
pub struct Controller {
    node_id: NodeId,
    written: WrittenConfig,
    committed: MetadataImage,
    decided: MetadataImage,
    in_flight: VecDeque<(Offset, MetadataRecord)>,
}

impl<'a> Basis<'a> {
    /// All maps that count for the node's configs.
    pub fn layers(&self) -> Layers<'a> {
        self.image.layers(self.node_id, self.written)
    }

    /// The node's configs.
    pub fn broker_config(&self) -> BrokerConfig {
        BrokerConfig::resolve(&self.layers())
    }
}

impl Controller {
    /// On an empty image: the log's first delivery fills it.
    pub fn new(node_id: NodeId, written: WrittenConfig) -> Self {
        let empty = MetadataImage::new();
        Controller { node_id, written, committed: empty.clone(), decided: empty, in_flight: VecDeque::new() }
    }

    /// The committed state: what is told to the outside.
    pub fn image(&self) -> &MetadataImage {
        &self.committed
    }

    /// What the next decision stands on.
    pub fn basis(&self) -> Basis<'_> {
        Basis { image: &self.decided, node_id: self.node_id, written: &self.written }
    }

    /// Proposes a decision's records. They must have been decided on the present [`Controller::basis`]. The answer may go
    /// out once the returned proposal's last offset is in [`Controller::image`], at once if there is no proposal because
    /// there are no records. With an error nothing has changed.
    pub fn propose(
        &mut self,
        log: &mut impl MetadataLog,
        records: Vec<MetadataRecord>,
    ) -> Result<Option<Proposal>, ProposeError> {
        if records.is_empty() {
            return Ok(None);
        }
        let proposal = log.propose(&records)?;
        for (record, offset) in records.into_iter().zip(proposal.first.0..) {
            let offset = Offset(offset);
            if let Err(error) = self.decided.apply(offset, &record) {
                panic!("a decision does not fit the image that it was made on: {error}: {record:?}");
            }
            self.in_flight.push_back((offset, record));
        }
        Ok(Some(proposal))
    }

    /// Takes in what the log says. An error means that the log can't be understood: serve nothing on its ground.
    pub fn handle(&mut self, event: LogEvent) -> Result<(), ApplyError> {
        match event {
            LogEvent::Committed { offset, record } => {
                self.committed.apply(offset, &record)?;
                match self.in_flight.pop_front() {
                    // Another node's, or from before the start.
                    None => self.decided = self.committed.clone(),
                    Some(expected) => {
                        assert_eq!(
                            expected,
                            (offset, record),
                            "the log commits another record than was proposed"
                        );
                    }
                }
            }
            LogEvent::Rejected { from } => {
                self.in_flight.retain(|(offset, _)| *offset < from);
                self.decided = self.committed.clone();
                for (offset, record) in &self.in_flight {
                    // They fitted before, with nothing in between.
                    self.decided.apply(*offset, record)?;
                }
            }
        }
        Ok(())
    }
}

/// An image while a request's items are decided one after the other.
struct Draft {
    image: MetadataImage,
    records: Vec<MetadataRecord>,
}

impl Draft {
    fn new(image: &MetadataImage) -> Self {
        Draft { image: image.clone(), records: Vec::new() }
    }

    /// Decides for a record: the items after it see its effect.
    fn add(&mut self, record: impl Into<MetadataRecord>) {
        let record = record.into();
        let next = self.image.last_offset().map_or(Offset::ZERO, Offset::next);
        if let Err(error) = self.image.apply(next, &record) {
            panic!("a decision does not fit its image: {error}: {record:?}");
        }
        self.records.push(record);
    }

    fn decide<T>(self, answer: T, validate_only: bool) -> Decision<T> {
        Decision { records: if validate_only { Vec::new() } else { self.records }, answer }
    }
}
