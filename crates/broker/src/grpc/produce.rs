//! Produce, unary and streamed.
//!
//! A stream is one task: it reads requests and sends answers in turn, so a client that does not take its answers is not
//! read from either, and HTTP/2 flow control reaches back to it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tidelog_grpc_api::v1::{self, ErrorDetail, ProduceEntry, ProduceResponse, ProduceResult};
use tidelog_model::{Acks, PartitionId, TimestampMs};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_stream::Stream;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::{Status, Streaming};

use super::{batching, topic_ref};
use crate::errors::{ToDetail, shutting_down};
use crate::handlers::{Ordered, ProduceBatch, ProduceRequest, UnknownTopic, produce};
use crate::node::Shared;
use crate::producing::{PendingProduce, ProduceAnswer};

/// Requests of one stream that are appended but not answered.
const IN_FLIGHT_REQUESTS: usize = 256;
const DEFAULT_TIMEOUT_MS: u32 = 30_000;
/// How often deadlines are looked at.
const DEADLINE_TICK: Duration = Duration::from_millis(500);

/// A request, taken apart: batches for the handler, and what to say of each.
struct Translated {
    request: ProduceRequest,
    answer: AnswerPlan,
}

/// How answers become results.
struct AnswerPlan {
    correlation_id: u64,
    acks: Acks,
    /// One for each batch, in order.
    parts: Vec<PartPlan>,
    /// Entries that were refused before they became batches.
    refused: Vec<ProduceResult>,
}

struct PartPlan {
    entry: u32,
    partition: PartitionId,
    record_indexes: Vec<u32>,
}

/// The unary call.
pub async fn unary(node: &Shared, request: v1::ProduceRequest) -> ProduceResponse {
    let Translated { request, answer } = translate(node, request);
    if request.batches.is_empty() {
        return answer.respond(Vec::new());
    }
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let (acks, timeout_ms) = (request.acks, request.timeout_ms);
    let Ordered { pending, owed } = produce(node, request, move |answers| {
        // The call may have been cancelled; nobody wants the answer then.
        drop(sender.send(answers));
    })
    .await;
    drop(owed);
    if acks == Acks::None {
        return answer.respond_blindly();
    }
    let mut receiver = receiver;
    let timeout = Duration::from_millis(u64::from(timeout_ms));
    let answers = match tokio::time::timeout(timeout, &mut receiver).await {
        Ok(answers) => answers,
        Err(_) => {
            pending.expire(timeout_ms);
            receiver.await
        }
    };
    answer.respond(answers.unwrap_or_default())
}

/// The streamed call: answers as they come, until the client closed its half and everything is answered.
pub fn streamed(
    node: Arc<Shared>,
    requests: Streaming<v1::ProduceRequest>,
) -> impl Stream<Item = Result<ProduceResponse, Status>> + Send {
    let (sender, receiver) = mpsc::channel(IN_FLIGHT_REQUESTS);
    let stop = node.stop.clone().cancelled_owned();
    let stream = ProduceStream {
        node,
        requests: Some(requests),
        slots: Arc::new(Semaphore::new(IN_FLIGHT_REQUESTS)),
        sender: Some(sender),
        receiver,
        deadlines: VecDeque::new(),
        tick: tokio::time::interval(DEADLINE_TICK),
        stop: Box::pin(stop),
        is_stopping: false,
    };
    futures::stream::unfold(stream, |mut stream| async move {
        let item = stream.next().await?;
        Some((item, stream))
    })
}

type Answered = (ProduceResponse, OwnedSemaphorePermit);

struct ProduceStream {
    node: Arc<Shared>,
    /// `None` once the client closed its half.
    requests: Option<Streaming<v1::ProduceRequest>>,
    slots: Arc<Semaphore>,
    sender: Option<mpsc::Sender<Answered>>,
    receiver: mpsc::Receiver<Answered>,
    deadlines: VecDeque<(Instant, u32, Arc<PendingProduce>)>,
    tick: tokio::time::Interval,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    /// The node stops: what is open is answered, then the stream ends with an error.
    is_stopping: bool,
}

impl ProduceStream {
    async fn next(&mut self) -> Option<Result<ProduceResponse, Status>> {
        loop {
            let has_slot = self.slots.available_permits() > 0;
            tokio::select! {
                biased;
                answered = self.receiver.recv() => match answered {
                    Some((response, _slot)) => return Some(Ok(response)),
                    None => return std::mem::take(&mut self.is_stopping).then(|| Err(shutting_down().into())),
                },
                () = &mut self.stop, if self.requests.is_some() => {
                    self.is_stopping = true;
                    self.close();
                }
                request = next_request(&mut self.requests), if has_slot && self.requests.is_some() => {
                    match request {
                        Ok(Some(request)) => self.take(request).await,
                        Ok(None) => self.close(),
                        Err(status) => {
                            self.close();
                            return Some(Err(status));
                        }
                    }
                }
                _ = self.tick.tick() => self.expire(),
            }
        }
    }

    /// No request comes any more; the channel ends with the last answer.
    fn close(&mut self) {
        self.requests = None;
        self.sender = None;
    }

    async fn take(&mut self, request: v1::ProduceRequest) {
        let Some(sender) = self.sender.clone() else { return };
        let Ok(slot) = self.slots.clone().try_acquire_owned() else { return };
        let Translated { request, answer } = translate(&self.node, request);
        let is_silent = request.acks == Acks::None;
        if request.batches.is_empty() {
            if !is_silent {
                drop(sender.try_send((answer.respond(Vec::new()), slot)));
            }
            return;
        }
        let timeout_ms = request.timeout_ms;
        let Ordered { pending, owed } = produce(&self.node, request, move |answers| {
            if !is_silent {
                // There is a place for every slot; it fails only if the stream is gone.
                drop(sender.try_send((answer.respond(answers), slot)));
            }
        })
        .await;
        drop(owed);
        let deadline = Instant::now() + Duration::from_millis(u64::from(timeout_ms));
        self.deadlines.push_back((deadline, timeout_ms, pending));
    }

    fn expire(&mut self) {
        let now = Instant::now();
        while let Some((deadline, timeout_ms, pending)) = self.deadlines.front() {
            if !pending.is_done() && *deadline > now {
                return;
            }
            pending.expire(*timeout_ms);
            self.deadlines.pop_front();
        }
    }
}

async fn next_request(
    requests: &mut Option<Streaming<v1::ProduceRequest>>,
) -> Result<Option<v1::ProduceRequest>, Status> {
    match requests {
        Some(requests) => requests.message().await,
        None => Ok(None),
    }
}

fn translate(node: &Shared, message: v1::ProduceRequest) -> Translated {
    let acks = match message.acks() {
        v1::Acks::Unspecified | v1::Acks::All => Acks::All,
        v1::Acks::Leader => Acks::Leader,
        v1::Acks::None => Acks::None,
    };
    let now = node.clock.now().wall;
    let timeout_ms = if message.timeout_ms == 0 { DEFAULT_TIMEOUT_MS } else { message.timeout_ms };
    let mut batches = Vec::with_capacity(message.entries.len());
    let mut answer =
        AnswerPlan { correlation_id: message.correlation_id, acks, parts: Vec::new(), refused: Vec::new() };
    for (index, mut entry) in (0..).zip(message.entries) {
        match translate_entry(node, &mut entry, now) {
            Ok((topic, parts)) => {
                for part in parts {
                    let partition = part.partition;
                    batches.push(ProduceBatch { topic: topic.clone(), partition, bytes: part.bytes });
                    answer.parts.push(PartPlan {
                        entry: index,
                        partition,
                        record_indexes: part.record_indexes,
                    });
                }
            }
            Err(error) => answer.refused.push(refused(index, entry.partition.unwrap_or(-1), error)),
        }
    }
    Translated { request: ProduceRequest { batches, acks, timeout_ms, before_zstd: None }, answer }
}

fn translate_entry(
    node: &Shared,
    entry: &mut ProduceEntry,
    now: TimestampMs,
) -> Result<(crate::handlers::TopicRef, Vec<batching::Part>), ErrorDetail> {
    let unknown = |error: UnknownTopic| error.to_detail();
    let topic = topic_ref(&entry.topic, &entry.topic_id).map_err(unknown)?;
    let partitions = if entry.record_batch.is_empty() {
        node.topics.snapshot().find(&topic).map_err(unknown)?.partitions.len()
    } else {
        0
    };
    let parts = batching::parts(entry, partitions, now)?;
    Ok((topic, parts))
}

fn refused(entry: u32, partition: i32, error: ErrorDetail) -> ProduceResult {
    ProduceResult {
        entry,
        partition,
        base_offset: -1,
        record_indexes: Vec::new(),
        log_append_time_ms: None,
        log_start_offset: -1,
        error: Some(error),
    }
}

impl AnswerPlan {
    fn respond(self, answers: Vec<ProduceAnswer>) -> ProduceResponse {
        let mut results = self.refused;
        for (part, answer) in self.parts.into_iter().zip(answers) {
            results.push(match answer {
                Ok(produced) => ProduceResult {
                    entry: part.entry,
                    partition: part.partition.0,
                    base_offset: produced.base_offset.0,
                    record_indexes: part.record_indexes,
                    log_append_time_ms: Some(produced.log_append_time.0).filter(|&time| time >= 0),
                    log_start_offset: produced.log_start.0.0,
                    error: None,
                },
                Err(error) => refused(part.entry, part.partition.0, error.to_detail()),
            });
        }
        results.sort_by_key(|result| result.entry);
        ProduceResponse { correlation_id: self.correlation_id, results }
    }

    /// `acks=0`: neither offsets nor errors.
    fn respond_blindly(self) -> ProduceResponse {
        debug_assert_eq!(self.acks, Acks::None);
        let results = self.parts.into_iter().map(|part| ProduceResult {
            entry: part.entry,
            partition: part.partition.0,
            base_offset: -1,
            record_indexes: part.record_indexes,
            log_append_time_ms: None,
            log_start_offset: -1,
            error: None,
        });
        ProduceResponse { correlation_id: self.correlation_id, results: results.collect() }
    }
}
