//! Fetch and ListOffsets.

use std::time::Duration;

use futures::{Stream, stream};
use tidelog_client::{ErrorCode, ErrorDetail};
use tidelog_grpc_api::v1::offset_spec::At;
use tidelog_grpc_api::v1::{
    FetchChunk, FetchRequest, FetchResponse, ListOffsetsEntry, ListOffsetsResult, OffsetSpec, Position,
};
use tonic::Status;

use super::{Log, Shared};

/// One fetch stream: where it is in each partition.
struct Reader {
    shared: Shared,
    request: FetchRequest,
    /// Next offset, and without `follow` where to end; none once a partition failed.
    places: Vec<Option<(i64, i64)>>,
    begun: bool,
    messages: usize,
}

impl Shared {
    pub(super) fn serve_fetch(
        &self,
        request: FetchRequest,
    ) -> impl Stream<Item = Result<FetchResponse, Status>> + use<> {
        self.lock().fetch_streams += 1;
        self.changed();
        let places = vec![Some((0, 0)); request.partitions.len()];
        let reader = Reader { shared: self.clone(), request, places, begun: false, messages: 0 };
        stream::unfold(
            reader,
            |mut reader| async move { reader.next().await.map(|message| (message, reader)) },
        )
    }

    pub(super) fn find_offset(&self, entry: ListOffsetsEntry) -> ListOffsetsResult {
        let mut state = self.lock();
        let Some((name, topic)) = state.topic(&entry.topic, &entry.topic_id) else {
            let error = Some(ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, "no such topic"));
            return ListOffsetsResult { partition: entry.partition, error, ..ListOffsetsResult::default() };
        };
        let log = &topic.logs[entry.partition as usize];
        let (offset, timestamp_ms) = match entry.at.and_then(|spec| spec.at) {
            Some(At::TimestampMs(time)) => log.offset_of_time(time).unzip(),
            spec => (Some(place(log, spec)), None),
        };
        ListOffsetsResult { topic: name, partition: entry.partition, offset, timestamp_ms, error: None }
    }
}

impl Reader {
    async fn next(&mut self) -> Option<Result<FetchResponse, Status>> {
        let limit = self.shared.lock().break_fetch_after;
        if limit.is_some_and(|limit| self.messages >= limit) {
            return (self.messages < usize::MAX).then(|| {
                self.messages = usize::MAX;
                Err(Status::unavailable("broken on purpose"))
            });
        }
        self.messages += 1;
        if !self.begun {
            let chunks = self.begin();
            self.begun = true;
            return Some(Ok(FetchResponse { chunks }));
        }
        let wait = Duration::from_millis(self.request.max_wait_ms.into());
        let deadline = tokio::time::Instant::now() + wait;
        let mut version = self.shared.version.subscribe();
        loop {
            version.mark_unchanged();
            let chunks = self.read();
            if !chunks.is_empty() {
                return Some(Ok(FetchResponse { chunks }));
            }
            if self.is_finished() {
                return None;
            }
            if tokio::time::timeout_at(deadline, version.changed()).await.is_err() {
                return Some(Ok(FetchResponse { chunks: self.each(|_, _, chunk| chunk) }));
            }
        }
    }

    fn begin(&mut self) -> Vec<FetchChunk> {
        let request = self.request.clone();
        self.each(|log, place_of, mut chunk| {
            let spec = request.partitions[chunk.request_index as usize].start;
            let next = place(log, spec.and_then(|OffsetSpec { at }| at));
            *place_of = (next, log.end);
            chunk.next_offset = next;
            chunk
        })
    }

    fn read(&mut self) -> Vec<FetchChunk> {
        let max_bytes = self.request.max_bytes as usize;
        let follow = self.request.follow;
        let mut bytes = 0;
        let mut chunks = self.each(|log, (next, end), mut chunk| {
            let mut batches = Vec::new();
            let wanted =
                log.batches.iter().filter(|stored| stored.header.next_offset().0 > chunk.next_offset);
            for stored in wanted.filter(|stored| follow || stored.header.base_offset.0 < *end) {
                if bytes > 0 && bytes + stored.bytes.len() > max_bytes {
                    break;
                }
                bytes += stored.bytes.len();
                batches.extend_from_slice(&stored.bytes);
                *next = stored.header.next_offset().0;
            }
            chunk.record_batches = batches.into();
            chunk.next_offset = *next;
            chunk
        });
        chunks.retain(|chunk| !chunk.record_batches.is_empty() || chunk.error.is_some());
        self.shared.lock().fetched_bytes += bytes;
        chunks
    }

    fn is_finished(&self) -> bool {
        let follow = self.request.follow;
        self.places.iter().flatten().all(|(next, end)| !follow && next >= end)
    }

    /// A chunk for each partition that has not failed; fails those that have to.
    fn each(
        &mut self,
        mut chunk_of: impl FnMut(&mut Log, &mut (i64, i64), FetchChunk) -> FetchChunk,
    ) -> Vec<FetchChunk> {
        let mut state = self.shared.lock();
        let refuse_first = !self.begun && state.refuse_fetches > 0;
        state.refuse_fetches -= usize::from(refuse_first);
        let mut chunks = Vec::new();
        for (index, asked) in self.request.partitions.iter().enumerate() {
            let Some(place_of) = &mut self.places[index] else { continue };
            let empty = FetchChunk {
                request_index: index as u32,
                partition: asked.partition,
                next_offset: place_of.0,
                ..FetchChunk::default()
            };
            let Some((topic, found)) = state.topic(&asked.topic, &asked.topic_id) else {
                let error = ErrorDetail::new(ErrorCode::UnknownTopicId, "no such topic");
                chunks.push(FetchChunk { error: Some(error), ..empty });
                self.places[index] = None;
                continue;
            };
            if index == 0 && refuse_first {
                let error = ErrorDetail::new(ErrorCode::NotLeaderOrFollower, "moving");
                chunks.push(FetchChunk { error: Some(error), ..empty });
                self.places[index] = None;
                continue;
            }
            let log = &mut found.logs[asked.partition as usize];
            let (high_watermark, log_start_offset) = (log.end, log.start);
            let chunk = FetchChunk { topic, high_watermark, log_start_offset, ..empty };
            let mut chunk = chunk_of(log, place_of, chunk);
            if !(log_start_offset..=high_watermark).contains(&chunk.next_offset) {
                let text = format!("not within {log_start_offset} to {high_watermark}");
                chunk.error = Some(ErrorDetail::new(ErrorCode::OffsetOutOfRange, text));
                self.places[index] = None;
            }
            chunks.push(chunk);
        }
        chunks
    }
}

fn place(log: &Log, spec: Option<At>) -> i64 {
    match spec {
        Some(At::Offset(offset)) => offset,
        Some(At::TimestampMs(time)) => log.offset_of_time(time).map_or(log.end, |(offset, _)| offset),
        Some(At::Position(position)) if position == i32::from(Position::Latest) => log.end,
        Some(At::Position(_)) | None => log.start,
    }
}
