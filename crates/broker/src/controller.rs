//! The controller's shell: one change at a time, decided by the pure controller, committed by the metadata log, then
//! applied to what this node hosts.
//!
//! What must stay true: the image is what the committed records amount to; a caller hears of its change only after this
//! node hosts it, and acts by it: topics, settings, quotas.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tidelog_metadata::controller::{
    AllocateProducerIdsError, Basis, Decision, NewBroker, RegisterBrokerError, allocate_producer_ids,
    create_cluster, register_broker,
};
use tidelog_metadata::log::{LogError, LogEvent, MetadataLog, ProposeError};
use tidelog_metadata::{
    ApplyError, BrokerConfig, ClusterId, Incarnation, MetadataImage, MetadataRecord, WrittenConfig,
};
use tidelog_model::{NodeId, ProducerId, TopicId};
use tokio::sync::{Mutex, oneshot};

use crate::hosted::HostedPartition;
use crate::hosting::Hosting;
use crate::metadata_log::LocalMetadataLog;
use crate::quotas::{Quotas, Window};

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The metadata log did not take it.
    #[error(transparent)]
    Propose(#[from] ProposeError),
    /// The metadata log did not take the change: nothing was changed.
    #[error("the metadata log did not take the change: nothing was changed, try again")]
    Rejected,
    /// This node may not join.
    #[error(transparent)]
    Register(#[from] RegisterBrokerError),
    /// No producer id is to be had.
    #[error(transparent)]
    ProducerIds(#[from] AllocateProducerIdsError),
    /// The metadata log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A committed record does not fit the image: a bug, or a log written under other rules.
    #[error("metadata record {0}")]
    Apply(#[from] ApplyError),
    /// This node could not begin to host what was committed.
    #[error("the change is committed, but this node cannot host it: {0}")]
    Hosting(#[from] tidelog_storage::ReadError),
}

/// The controller of a node without peers.
#[derive(Debug)]
pub struct Controller {
    node_id: NodeId,
    written: WrittenConfig,
    image: ArcSwap<MetadataImage>,
    /// What the image and what was written mean for this node.
    broker_config: ArcSwap<BrokerConfig>,
    quotas: Quotas,
    /// Holds the metadata log.
    metadata: Arc<HostedPartition>,
    state: Mutex<State>,
    hosting: Arc<Hosting>,
}

#[derive(Debug)]
struct State {
    log: LocalMetadataLog,
    /// Producer ids that are allocated but not yet given out.
    producer_ids: std::ops::Range<i64>,
}

impl Controller {
    /// Replays the log; nothing is hosted yet. Returns the ids of topics that were deleted, ever.
    pub fn replay(
        node_id: NodeId,
        written: WrittenConfig,
        mut log: LocalMetadataLog,
        hosting: Arc<Hosting>,
    ) -> Result<(Controller, BTreeSet<TopicId>), ChangeError> {
        let mut image = MetadataImage::new();
        let mut deleted = BTreeSet::new();
        while let Some(event) = log.poll()? {
            if let LogEvent::Committed { offset, record } = event {
                if let MetadataRecord::TopicDeleted(topic) = &record {
                    deleted.insert(topic.topic_id);
                }
                image.apply(offset, &record)?;
            }
        }
        let metadata = log.partition().clone();
        let state = Mutex::new(State { log, producer_ids: 0..0 });
        let config = BrokerConfig::resolve(&image.layers(node_id, &written));
        let quotas = quotas(&config);
        quotas.set(image.client_quotas());
        let (image, broker_config) = (ArcSwap::from_pointee(image), ArcSwap::from_pointee(config));
        Ok((Controller { node_id, written, image, broker_config, quotas, metadata, state, hosting }, deleted))
    }

    /// Says that this node is there: the first start creates the cluster, every start takes new leader epochs.
    pub async fn register(
        &self,
        fresh_cluster_id: ClusterId,
        incarnation: Incarnation,
        listeners: BTreeMap<String, String>,
    ) -> Result<(), ChangeError> {
        let rack = self.broker_config().rack.clone();
        let broker = NewBroker { node_id: self.node_id, incarnation, rack, listeners };
        let mut state = self.state.lock().await;
        let image = self.image();
        let mut records = create_cluster(&image, fresh_cluster_id).records;
        records.extend(register_broker(&image, broker)?.records);
        self.commit(&mut state, &records).await
    }

    /// The committed state.
    pub fn image(&self) -> Arc<MetadataImage> {
        self.image.load_full()
    }

    /// The partition that holds the metadata log.
    pub fn metadata(&self) -> &HostedPartition {
        &self.metadata
    }

    /// Decides something that changes nothing.
    pub fn decide<T>(&self, decide: impl FnOnce(&Basis<'_>) -> T) -> T {
        decide(&Basis { image: &self.image(), node_id: self.node_id, written: &self.written })
    }

    /// This node's id.
    pub fn node_id(&self) -> NodeId {
        self.node_id
    }

    /// What the operator wrote.
    pub fn written(&self) -> &WrittenConfig {
        &self.written
    }

    /// This node's settings now.
    pub fn broker_config(&self) -> Arc<BrokerConfig> {
        self.broker_config.load_full()
    }

    /// The limits of clients, and what was counted against them.
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Makes one change: `decide` stands on a state that no other change can overtake, and says what to commit and what to
    /// answer then.
    pub async fn change<T>(&self, decide: impl FnOnce(&Basis<'_>) -> Decision<T>) -> Result<T, ChangeError> {
        let mut state = self.state.lock().await;
        let image = self.image();
        let basis = Basis { image: &image, node_id: self.node_id, written: &self.written };
        let Decision { records, answer } = decide(&basis);
        self.commit(&mut state, &records).await?;
        Ok(answer)
    }

    /// An id for one producer.
    pub async fn next_producer_id(&self) -> Result<ProducerId, ChangeError> {
        let mut state = self.state.lock().await;
        if state.producer_ids.is_empty() {
            let Decision { records, answer } = allocate_producer_ids(&self.image(), self.node_id)?;
            self.commit(&mut state, &records).await?;
            state.producer_ids = answer.first.0..answer.first.0 + answer.count;
        }
        let id = state.producer_ids.next().unwrap_or_default();
        Ok(ProducerId(id))
    }

    async fn commit(&self, state: &mut State, records: &[MetadataRecord]) -> Result<(), ChangeError> {
        if records.is_empty() {
            return Ok(());
        }
        let (sender, committed) = oneshot::channel();
        let proposal = state.log.propose_then(records, move || _ = sender.send(()))?;
        // The sender goes only with the proposal's answer.
        drop(committed.await);
        let old = self.image();
        let mut image = (*old).clone();
        while let Some(event) = state.log.poll()? {
            match event {
                LogEvent::Committed { offset, record } => image.apply(offset, &record)?,
                LogEvent::Rejected { .. } => return Err(ChangeError::Rejected),
            }
        }
        debug_assert!(image.last_offset() >= Some(proposal.last));
        self.hosting.reconcile(self.node_id, &self.written, &old, &image)?;
        if image.client_quotas() != old.client_quotas() {
            self.quotas.set(image.client_quotas());
        }
        self.broker_config.store(Arc::new(BrokerConfig::resolve(&image.layers(self.node_id, &self.written))));
        self.image.store(Arc::new(image));
        Ok(())
    }
}

fn quotas(config: &BrokerConfig) -> Quotas {
    let window = |samples, seconds| Window { samples, sample_ms: u64::from(seconds) * 1000 };
    Quotas::new(
        window(config.quota_window_num, config.quota_window_size_seconds),
        window(config.controller_quota_window_num, config.controller_quota_window_size_seconds),
    )
}
