//! Fetch as a server stream: chunks of batches, or of plain records.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tidelog_grpc_api::v1::{
    self, ErrorDetail, FetchChunk, FetchFormat, FetchResponse, OffsetSpec, Position, offset_spec,
};
use tidelog_model::{Offset, PartitionId, TimestampMs};
use tidelog_record::{Decompressor, split_batches};
use tokio_stream::Stream;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::Status;

use super::{invalid_request, topic_ref};
use crate::errors::{ToDetail, shutting_down};
use crate::fetching::{FetchLimits, FetchedChunk, FetchedPartition, Fetcher};
use crate::handlers::{Place, TopicRef, UnknownTopic, list_offset};
use crate::hosted::HostedPartition;
use crate::node::Shared;

const DEFAULT_MAX_BYTES: u32 = 1 << 20;
const LIMIT_MAX_BYTES: u32 = 16 << 20;
const DEFAULT_MAX_WAIT_MS: u32 = 500;

/// A chunk's place in the request, and its topic.
struct Requested {
    index: u32,
    topic: String,
    partition: i32,
    /// Records below were not asked for, although their batch comes.
    from: Offset,
}

struct FetchStream {
    fetcher: Fetcher,
    requested: Vec<Requested>,
    format: FetchFormat,
    /// Partitions that could not be read at all; said first.
    refused: Vec<FetchChunk>,
    /// The node's, and whether it was seen.
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    is_over: bool,
    decompressor: Decompressor,
}

/// The call.
pub fn fetch(
    node: &Arc<Shared>,
    request: v1::FetchRequest,
) -> Result<impl Stream<Item = Result<FetchResponse, Status>> + Send + use<>, Status> {
    if request.partitions.is_empty() {
        return Err(invalid_request("partitions", "a fetch names at least one partition").into());
    }
    let mut partitions = Vec::new();
    let mut requested = Vec::new();
    let mut refused = Vec::new();
    for (index, partition) in (0..).zip(&request.partitions) {
        match open(node, partition) {
            Ok((topic, fetched)) => {
                let from = fetched.next_offset;
                requested.push(Requested { index, topic, partition: partition.partition, from });
                partitions.push(fetched);
            }
            Err(error) => refused.push(error_chunk(index, partition, error)),
        }
    }
    let limits = FetchLimits {
        max_bytes: or_default(request.max_bytes, DEFAULT_MAX_BYTES).min(LIMIT_MAX_BYTES) as usize,
        min_bytes: or_default(request.min_bytes, 1) as usize,
        max_wait: Duration::from_millis(u64::from(or_default(request.max_wait_ms, DEFAULT_MAX_WAIT_MS))),
        follow: request.follow,
    };
    let stream = FetchStream {
        fetcher: Fetcher::new(partitions, limits, node.fetch_budget.clone()),
        requested,
        format: request.format(),
        refused,
        stop: Box::pin(node.stop.clone().cancelled_owned()),
        is_over: false,
        decompressor: Decompressor::default(),
    };
    Ok(futures::stream::unfold(stream, |mut stream| async move {
        let response = stream.next().await?;
        Some((response, stream))
    }))
}

impl FetchStream {
    async fn next(&mut self) -> Option<Result<FetchResponse, Status>> {
        while !self.is_over {
            let fetched = tokio::select! {
                fetched = self.fetcher.next() => fetched,
                () = &mut self.stop => {
                    self.is_over = true;
                    return Some(Err(shutting_down().into()));
                }
            };
            let mut chunks = std::mem::take(&mut self.refused);
            self.is_over = fetched.is_none();
            chunks.extend(fetched.into_iter().flatten().map(|chunk| self.translate(chunk)));
            if !chunks.is_empty() {
                return Some(Ok(FetchResponse { chunks }));
            }
        }
        None
    }

    fn translate(&mut self, chunk: FetchedChunk) -> FetchChunk {
        let requested = &self.requested[chunk.index];
        let mut error = chunk.error.as_ref().map(ToDetail::to_detail);
        let (mut records, mut record_batches) = (Vec::new(), Bytes::new());
        match self.format {
            FetchFormat::Batches => record_batches = chunk.batches,
            FetchFormat::Unspecified | FetchFormat::Records => {
                match plain_records(chunk.batches, requested.from, &mut self.decompressor) {
                    Ok(plain) => records = plain,
                    Err(detail) => error = Some(detail),
                }
            }
        }
        FetchChunk {
            request_index: requested.index,
            topic: requested.topic.clone(),
            partition: requested.partition,
            high_watermark: chunk.high_watermark.0.0,
            log_start_offset: chunk.log_start.0.0,
            next_offset: chunk.next_offset.0,
            records,
            record_batches,
            error,
        }
    }
}

fn open(node: &Shared, partition: &v1::FetchPartition) -> Result<(String, FetchedPartition), ErrorDetail> {
    let unknown = |error: UnknownTopic| error.to_detail();
    let topic = topic_ref(&partition.topic, &partition.topic_id).map_err(unknown)?;
    let topics = node.topics.snapshot();
    let hosted_topic = topics.find(&topic).map_err(unknown)?;
    let hosted = hosted_topic.find(PartitionId(partition.partition)).map_err(unknown)?;
    let next_offset = start(node, &topic, hosted, partition.partition, partition.start.as_ref())?;
    Ok((hosted_topic.name.clone(), FetchedPartition { hosted: hosted.clone(), next_offset }))
}

fn start(
    node: &Shared,
    topic: &TopicRef,
    hosted: &HostedPartition,
    partition: i32,
    start: Option<&OffsetSpec>,
) -> Result<Offset, ErrorDetail> {
    let place = match start.and_then(|start| start.at) {
        Some(offset_spec::At::Offset(offset)) => return Ok(Offset(offset)),
        at => place(at)?,
    };
    let found = list_offset(node, topic, PartitionId(partition), place).map_err(|error| error.to_detail())?;
    Ok(found.map_or(hosted.high_watermark().0, |found| found.offset))
}

/// A place that is looked up; an offset is none.
pub fn place(at: Option<offset_spec::At>) -> Result<Place, ErrorDetail> {
    match at {
        None => Ok(Place::Earliest),
        Some(offset_spec::At::TimestampMs(time)) => Ok(Place::Time(TimestampMs(time))),
        Some(offset_spec::At::Position(position)) => match Position::try_from(position) {
            Ok(Position::Unspecified | Position::Earliest) => Ok(Place::Earliest),
            Ok(Position::Latest) => Ok(Place::Latest),
            Err(_) => Err(invalid_request("position", format!("{position} is no position"))),
        },
        Some(offset_spec::At::Offset(_)) => {
            Err(invalid_request("at", "an offset needs no looking up: ask for a position or a time"))
        }
    }
}

fn plain_records(
    batches: Bytes,
    from: Offset,
    decompressor: &mut Decompressor,
) -> Result<Vec<v1::Record>, ErrorDetail> {
    let undecodable = |error: String| ErrorDetail::new(v1::ErrorCode::CorruptMessage, error);
    let mut plain = Vec::new();
    for batch in split_batches(batches) {
        let batch = batch.map_err(|error| undecodable(error.to_string()))?;
        if batch.header().attributes.is_control() {
            continue;
        }
        let records = batch.records(decompressor).map_err(|error| undecodable(error.to_string()))?;
        for record in records {
            let record = record.map_err(|error| undecodable(error.to_string()))?;
            if record.offset < from {
                continue;
            }
            plain.push(v1::Record {
                key: record.key.map(Bytes::copy_from_slice),
                value: record.value.map(Bytes::copy_from_slice),
                headers: record
                    .headers
                    .map(|header| v1::Header {
                        key: header.name().into_owned(),
                        value: header.value.map(Bytes::copy_from_slice),
                    })
                    .collect(),
                timestamp_ms: Some(record.timestamp.0),
                offset: record.offset.0,
            });
        }
    }
    Ok(plain)
}

fn error_chunk(index: u32, partition: &v1::FetchPartition, error: ErrorDetail) -> FetchChunk {
    FetchChunk {
        request_index: index,
        topic: partition.topic.clone(),
        partition: partition.partition,
        high_watermark: -1,
        log_start_offset: -1,
        next_offset: -1,
        records: Vec::new(),
        record_batches: Bytes::new(),
        error: Some(error),
    }
}

fn or_default(value: u32, default: u32) -> u32 {
    if value == 0 { default } else { value }
}
