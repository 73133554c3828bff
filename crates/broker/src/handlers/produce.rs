//! Produce: batches of several partitions in, one answer when each is as safe as its acks ask.
//!
//! Decided where it was read, on the connection's task: reserve memory, then for each batch check it, take its
//! partition's lock for the append, go on. Returning means that the order is fixed: the connection may read its next
//! request. The answer comes later, through `done`.
//!
//! Internal topics take no client's records (INVALID_TOPIC_EXCEPTION). Clients' batches are validated as Apache Kafka 4.4
//! does it (`tidelog_record::validate_produced`). A batch in another codec than its topic's `compression.type` is compressed
//! again, and its size is judged as it will be stored, too.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tidelog_metadata::CompressionConfig;
use tidelog_model::{Acks, PartitionId};
use tidelog_partition::{Event, ProducedBatch};
use tidelog_record::{
    Batch, Compression, Compressor, Decompressor, InvalidBatch, RejectedRecords, recompress,
    validate_produced,
};

use super::TopicRef;
use crate::committer::Owed;
use crate::hosted::HostedPartition;
use crate::memory::attach;
use crate::node::Shared;
use crate::producing::{PendingProduce, ProduceAnswer, ProduceRefused};
use crate::topics::{HostedTopic, TopicSnapshot};

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
    /// Set if the client's protocol is too old for zstd: its version.
    pub before_zstd: Option<i16>,
}

thread_local! {
    /// Codecs' state, one for each worker: validation never waits while it uses it.
    static DECOMPRESSOR: RefCell<Decompressor> = RefCell::default();
    static COMPRESSORS: RefCell<BTreeMap<Compression, Compressor>> = RefCell::default();
}

/// A request whose batches have their order.
#[derive(Debug)]
pub struct Ordered {
    /// The caller sees to its deadline (`PendingProduce::expire`).
    pub pending: Arc<PendingProduce>,
    /// The batches wait for this.
    pub owed: Owed,
}

/// Appends the batches; calls `done` once with an answer for each, in their order.
pub async fn produce(
    node: &Shared,
    request: ProduceRequest,
    done: impl FnOnce(Vec<ProduceAnswer>) + Send + 'static,
) -> Ordered {
    let pending = PendingProduce::new(request.batches.len(), done);
    let total_bytes = request.batches.iter().map(|batch| batch.bytes.len()).sum();
    let reserve = node.append_budget.reserve(total_bytes);
    let timeout = Duration::from_millis(u64::from(request.timeout_ms));
    let Ok(mut permit) = tokio::time::timeout(timeout, reserve).await else {
        let limit_bytes = node.append_budget.limit_bytes();
        for index in 0..request.batches.len() {
            pending.answer(index, Err(ProduceRefused::Overloaded { limit_bytes }));
        }
        return Ordered { pending, owed: Owed::default() };
    };
    let topics = node.topics.snapshot();
    let owed = node.committer.deferred(|| {
        let mut to_name = RejectedRecords::MAX_NAMED;
        for (index, mut batch) in request.batches.into_iter().enumerate() {
            batch.bytes = attach(batch.bytes, &mut permit);
            match check(node, &topics, batch, request.before_zstd) {
                Ok((hosted, batch)) => append(&hosted, batch, request.acks, &pending, index),
                Err(refused) => pending.answer(index, Err(within(refused, &mut to_name))),
            }
        }
    });
    Ordered { pending, owed }
}

fn check(
    node: &Shared,
    topics: &TopicSnapshot,
    batch: ProduceBatch,
    before_zstd: Option<i16>,
) -> Result<(Arc<HostedPartition>, ProducedBatch), ProduceRefused> {
    let topic = topics.find(&batch.topic)?;
    if topic.is_internal {
        return Err(ProduceRefused::Internal { topic: topic.name.clone() });
    }
    let hosted = topic.find(batch.partition)?.clone();
    let now = node.clock.now().wall;
    let valid = DECOMPRESSOR
        .with_borrow_mut(|decompressor| validate_produced(batch.bytes, &topic.rules, now, decompressor))
        .map_err(|invalid| refusal(topic, batch.partition, invalid))?;
    if valid.header().is_transactional() {
        return Err(ProduceRefused::Transactional);
    }
    if let (Compression::Zstd, Some(version)) = (valid.header().compression, before_zstd) {
        return Err(ProduceRefused::ZstdTooEarly { version });
    }
    let batch = match codec(topic.config.compression) {
        Some(codec) if codec != valid.header().compression => recompressed(node, topic, valid, codec)?,
        _ => ProducedBatch { header: *valid.header(), bytes: valid.into_bytes() },
    };
    let (size_bytes, segment_bytes) = (batch.bytes.len(), topic.config.segment_bytes);
    if size_bytes > segment_bytes as usize {
        return Err(ProduceRefused::LargerThanSegment { size_bytes, segment_bytes });
    }
    Ok((hosted, batch))
}

fn refusal(topic: &HostedTopic, partition: PartitionId, invalid: InvalidBatch) -> ProduceRefused {
    let InvalidBatch::Rejected(records) = invalid else { return invalid.into() };
    ProduceRefused::Rejected { topic: topic.name.clone(), partition, records }
}

/// A request's answer names so many records and no more, however many partitions it has.
fn within(mut refused: ProduceRefused, to_name: &mut usize) -> ProduceRefused {
    if let ProduceRefused::Rejected { records, .. } = &mut refused {
        records.name_at_most(*to_name);
        *to_name = to_name.saturating_sub(records.named());
    }
    refused
}

/// The codec that a topic asks for; `None`: the producer's.
fn codec(config: CompressionConfig) -> Option<Compression> {
    match config {
        CompressionConfig::Producer => None,
        CompressionConfig::Uncompressed => Some(Compression::None),
        CompressionConfig::Gzip => Some(Compression::Gzip),
        CompressionConfig::Snappy => Some(Compression::Snappy),
        CompressionConfig::Lz4 => Some(Compression::Lz4),
        CompressionConfig::Zstd => Some(Compression::Zstd),
    }
}

/// The batch in `codec`, under a permit of its own size: the client's bytes give back theirs.
fn recompressed(
    node: &Shared,
    topic: &HostedTopic,
    batch: Batch,
    codec: Compression,
) -> Result<ProducedBatch, ProduceRefused> {
    let recompressed = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        COMPRESSORS.with_borrow_mut(|compressors| {
            let compressor = compressors.entry(codec).or_insert_with(|| Compressor::new(codec));
            recompress(batch, compressor, decompressor)
        })
    });
    let batch = recompressed
        .map_err(|error| ProduceRefused::Recompress { compression: codec, reason: error.to_string() })?;
    let (size_bytes, max_message_bytes) = (batch.bytes().len(), topic.rules.max_message_bytes);
    if size_bytes > max_message_bytes {
        return Err(InvalidBatch::TooLarge { size_bytes, max_message_bytes }.into());
    }
    let permit = node.append_budget.try_reserve(size_bytes);
    let limit_bytes = node.append_budget.limit_bytes();
    let mut permit = permit.ok_or(ProduceRefused::Overloaded { limit_bytes })?;
    Ok(ProducedBatch { header: *batch.header(), bytes: attach(batch.into_bytes(), &mut permit) })
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
