//! Produce: batches of several partitions in, one answer when each is as safe as its acks ask.
//!
//! Decided where it was read, on the connection's task: reserve memory, then for each batch check it, take its
//! partition's lock for the append, go on. Returning means that the order is fixed: the connection may read its next
//! request. The answer comes later, through `done`.
//!
//! Internal topics take no client's records (INVALID_TOPIC_EXCEPTION). Clients' batches are validated as Apache Kafka 4.4
//! does it (`tidelog_record::validate_produced`).

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tidelog_model::{Acks, PartitionId};
use tidelog_partition::{Event, ProducedBatch};
use tidelog_record::{Decompressor, validate_produced};

use super::TopicRef;
use crate::hosted::HostedPartition;
use crate::memory::attach;
use crate::node::Shared;
use crate::producing::{PendingProduce, ProduceAnswer, ProduceRefused};
use crate::topics::TopicSnapshot;

/// One batch and where it goes.
#[derive(Debug)]
pub struct ProduceBatch {
    /// The topic.
    pub topic: TopicRef,
    /// The partition.
    pub partition: PartitionId,
    /// One record batch.
    pub bytes: Bytes,
}

/// Batches that are answered together.
#[derive(Debug)]
pub struct ProduceRequest {
    /// At least one; those of one partition in their order.
    pub batches: Vec<ProduceBatch>,
    /// When to answer.
    pub acks: Acks,
    /// How long to wait.
    pub timeout_ms: u32,
}

thread_local! {
    /// Codecs' state, one for each worker: validation never waits while it uses it.
    static DECOMPRESSOR: RefCell<Decompressor> = RefCell::default();
}

/// Appends the batches; calls `done` once with an answer for each, in their order. The caller sees to the deadline
/// ([`PendingProduce::expire`]).
pub async fn produce(
    node: &Shared,
    request: ProduceRequest,
    done: impl FnOnce(Vec<ProduceAnswer>) + Send + 'static,
) -> Arc<PendingProduce> {
    let pending = PendingProduce::new(request.batches.len(), done);
    let total_bytes = request.batches.iter().map(|batch| batch.bytes.len()).sum();
    let reserve = node.append_budget.reserve(total_bytes);
    let timeout = Duration::from_millis(u64::from(request.timeout_ms));
    let Ok(mut permit) = tokio::time::timeout(timeout, reserve).await else {
        let limit_bytes = node.append_budget.limit_bytes();
        for index in 0..request.batches.len() {
            pending.answer(index, Err(ProduceRefused::Overloaded { limit_bytes }));
        }
        return pending;
    };
    let topics = node.topics.snapshot();
    for (index, mut batch) in request.batches.into_iter().enumerate() {
        batch.bytes = attach(batch.bytes, &mut permit);
        match check(node, &topics, batch) {
            Ok((hosted, batch)) => append(&hosted, batch, request.acks, &pending, index),
            Err(refused) => pending.answer(index, Err(refused)),
        }
    }
    pending
}

fn check(
    node: &Shared,
    topics: &TopicSnapshot,
    batch: ProduceBatch,
) -> Result<(Arc<HostedPartition>, ProducedBatch), ProduceRefused> {
    let topic = topics.find(&batch.topic)?;
    if topic.is_internal {
        return Err(ProduceRefused::Internal { topic: topic.name.clone() });
    }
    let hosted = topic.find(batch.partition)?.clone();
    let now = node.clock.now().wall;
    let valid = DECOMPRESSOR
        .with_borrow_mut(|decompressor| validate_produced(batch.bytes, &topic.rules, now, decompressor))?;
    if valid.header().is_transactional() {
        return Err(ProduceRefused::Transactional);
    }
    Ok((hosted, ProducedBatch { header: *valid.header(), bytes: valid.into_bytes() }))
}

fn append(
    hosted: &HostedPartition,
    batch: ProducedBatch,
    acks: Acks,
    pending: &Arc<PendingProduce>,
    index: usize,
) {
    let traffic = &hosted.traffic;
    traffic.produced_records.fetch_add(batch.header.record_count.max(0) as u64, Ordering::Relaxed);
    traffic.produced_bytes.fetch_add(batch.bytes.len() as u64, Ordering::Relaxed);
    hosted.step(Event::Produce { waiter: pending.waiter(index), batch, acks });
}
