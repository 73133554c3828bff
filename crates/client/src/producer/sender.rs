//! The task that sends: the thin shell around [`InFlight`] and the accumulator.
//!
//! It connects, sends requests as there are batches, reads answers, and begins again when the connection breaks. What must
//! stay true: every batch that it took is finished exactly once, at the latest when it ends (see `Drop`), so that no
//! [`Delivery`](super::Delivery) waits for ever.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tidelog_grpc_api::limits;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{
    Acks as WireAcks, ErrorCode, ErrorDetail, InitProducerRequest, ProduceEntry, ProduceRequest,
    ProduceResponse, ProduceResult,
};
use tidelog_model::{Acks, Offset, ProducerEpoch, ProducerId, TimestampMs};
use tidelog_record::Compressor;
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::Shared;
use super::accumulator::{BatchId, Collected, Slot};
use super::delivery::Acknowledged;
use super::error::DeliveryError;
use super::in_flight::{Built, Finished, Identity, InFlight, Outgoing, Rules};
use crate::backoff::{Backoff, Random};
use crate::client::Client;
use crate::clock::seed;
use crate::error::Refusal;

pub(super) struct Sender {
    shared: Arc<Shared>,
    in_flight: InFlight,
    /// Numbered batches that are in no request yet.
    outbox: VecDeque<Outgoing>,
    compressor: Compressor,
    next_correlation_id: u64,
    /// Connections in a row that broke before an answer came.
    failures: u32,
    random: Random,
}

/// A connection with its stream.
struct Link {
    requests: mpsc::Sender<ProduceRequest>,
    answers: Streaming<ProduceResponse>,
    identity: Option<Identity>,
}

/// Requests between this task and the connection's: one is being sent while the next is made.
const QUEUED_REQUESTS: usize = 1;

impl Sender {
    pub fn new(shared: Arc<Shared>) -> Self {
        let options = &shared.options;
        let rules = Rules {
            idempotent: options.is_idempotent(),
            max_per_partition: options.max_in_flight_per_partition,
            backoff: Backoff { first_ms: options.retry_backoff_ms, max_ms: options.retry_backoff_max_ms },
            delivery_timeout_ms: options.delivery_timeout_ms,
        };
        Sender {
            in_flight: InFlight::new(rules, seed()),
            outbox: VecDeque::new(),
            compressor: Compressor::new(options.compression),
            next_correlation_id: 1,
            failures: 0,
            random: Random::from_seed(seed()),
            shared,
        }
    }

    /// Until the producer is closed and everything is finished.
    pub async fn run(mut self) {
        while !self.shared.accumulator().is_drained() {
            let link = connect(self.shared.client.clone(), self.in_flight.needs_identity());
            let broken = match self.meanwhile_expiring(link).await {
                None => return,
                Some(Ok(link)) => self.session(link).await,
                Some(Err(status)) => Some(status.message().to_owned()),
            };
            let Some(reason) = broken else { return };
            self.outbox.clear();
            self.in_flight.on_disconnect(&reason, self.shared.clock.now_ms());
            self.failures += 1;
            let pause_ms = self.shared.client.backoff().delay_ms(self.failures, &mut self.random);
            tracing::warn!(reason, pause_ms, "the connection to the broker broke; connecting again");
            if self.meanwhile_expiring(sleep(Duration::from_millis(pause_ms))).await.is_none() {
                return;
            }
        }
    }

    /// Waits for something that is not an answer, and lets records expire meanwhile. `None` when all is finished.
    async fn meanwhile_expiring<T>(&mut self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let shared = Arc::clone(&self.shared);
        loop {
            self.expire();
            if shared.accumulator().is_drained() {
                return None;
            }
            let until_ms = shared.accumulator().next_deadline_ms();
            tokio::select! {
                output = &mut future => return Some(output),
                () = sleep_until(shared.clock.instant(until_ms)) => {}
                () = shared.wake_sender.notified() => {}
            }
        }
    }

    /// Sends and reads until the connection breaks, and says why it did; `None` when all is finished.
    async fn session(&mut self, link: Link) -> Option<String> {
        let Link { requests, mut answers, identity } = link;
        if let Some(identity) = identity {
            self.in_flight.identify(identity);
        }
        if self.shared.options.acks == Acks::None {
            // No answer will ever come to say so.
            self.failures = 0;
        }
        let shared = Arc::clone(&self.shared);
        shared.accumulator().unpark_all(shared.clock.now_ms());
        loop {
            self.expire();
            if shared.accumulator().is_drained() {
                drop(requests);
                self.see_off(&mut answers).await;
                return None;
            }
            if self.answer_is_overdue() {
                return Some("the broker did not answer within request_timeout_ms".to_owned());
            }
            let (has_work, until_ms) = self.plan();
            tokio::select! {
                biased;
                answer = answers.message() => match answer {
                    Ok(Some(answer)) => self.on_answer(answer),
                    Ok(None) => return Some("the broker ended the stream".to_owned()),
                    Err(status) => return Some(status.message().to_owned()),
                },
                permit = requests.reserve(), if has_work => {
                    // The answers' half says why.
                    let Ok(permit) = permit else { return Some("the broker closed the stream".to_owned()) };
                    if let Some(request) = self.next_request() {
                        permit.send(request);
                    }
                }
                () = shared.wake_sender.notified() => {}
                () = sleep_until(shared.clock.instant(until_ms)) => {}
            }
            shared.accumulator().awake();
        }
    }

    /// Waits until the broker has read what was sent without waiting for answers, and has ended the stream.
    async fn see_off(&self, answers: &mut Streaming<ProduceResponse>) {
        if self.shared.options.acks == Acks::None {
            let patience = Duration::from_millis(self.patience_ms());
            let ended = async { while let Ok(Some(_)) = answers.message().await {} };
            // It was said that nobody waits for these records.
            let _ = tokio::time::timeout(patience, ended).await;
        }
    }

    /// Whether there is something to send, and until when there is nothing else to do.
    fn plan(&mut self) -> (bool, u64) {
        let now_ms = self.shared.clock.now_ms();
        let retry_ms = self.in_flight.next_retry_ms().unwrap_or(u64::MAX);
        let timeout_ms =
            self.in_flight.oldest_request_ms().map_or(u64::MAX, |sent_ms| sent_ms + self.patience_ms());
        let mut accumulator = self.shared.accumulator();
        if !self.outbox.is_empty() || retry_ms <= now_ms || accumulator.has_work(now_ms) {
            return (true, accumulator.next_deadline_ms().min(timeout_ms));
        }
        (false, accumulator.sleep().min(retry_ms).min(timeout_ms))
    }

    /// How long an answer may take: what the broker was given, and a quarter more for the way.
    fn patience_ms(&self) -> u64 {
        u64::from(self.shared.options.request_timeout_ms) * 5 / 4
    }

    fn answer_is_overdue(&self) -> bool {
        let now_ms = self.shared.clock.now_ms();
        self.in_flight.oldest_request_ms().is_some_and(|sent_ms| sent_ms + self.patience_ms() <= now_ms)
    }

    /// A request with the batches that are to be sent now, if there are any.
    fn next_request(&mut self) -> Option<ProduceRequest> {
        let now_ms = self.shared.clock.now_ms();
        self.fill_outbox(now_ms);
        let mut entries = Vec::new();
        let mut batches = Vec::new();
        let mut bytes = 0;
        let max_bytes = self.shared.options.max_request_bytes;
        while let Some(next) =
            self.outbox.pop_front_if(|next| bytes == 0 || bytes + next.bytes.len() <= max_bytes)
        {
            bytes += next.bytes.len();
            batches.push((next.slot, next.id));
            entries.push(self.entry(next));
        }
        if entries.is_empty() {
            return None;
        }
        let correlation_id = self.next_correlation_id;
        self.next_correlation_id += 1;
        let options = &self.shared.options;
        if options.acks != Acks::None {
            self.in_flight.sent(correlation_id, batches, now_ms);
        }
        let acks = match options.acks {
            Acks::None => WireAcks::None,
            Acks::Leader => WireAcks::Leader,
            Acks::All => WireAcks::All,
        };
        Some(ProduceRequest {
            correlation_id,
            acks: acks.into(),
            timeout_ms: options.request_timeout_ms,
            entries,
        })
    }

    fn entry(&self, batch: Outgoing) -> ProduceEntry {
        let name = self.shared.topics.name(batch.slot);
        ProduceEntry {
            topic: name.topic.to_string(),
            partition: Some(name.partition),
            record_batch: batch.bytes,
            ..ProduceEntry::default()
        }
    }

    /// Puts into the outbox what is to be sent again, then what is new, until a request is full.
    fn fill_outbox(&mut self, now_ms: u64) {
        let max_bytes = self.shared.options.max_request_bytes;
        let mut bytes: usize = self.outbox.iter().map(|batch| batch.bytes.len()).sum();
        while bytes < max_bytes
            && let Some(retries) = self.in_flight.take_retries(now_ms)
        {
            bytes += retries.iter().map(|batch| batch.bytes.len()).sum::<usize>();
            let slots: Vec<Slot> = retries.iter().map(|batch| batch.slot).collect();
            self.outbox.extend(retries);
            self.finish([], slots);
        }
        for (slot, batch) in self.take_new(max_bytes.saturating_sub(bytes), now_ms) {
            self.build(slot, batch);
        }
    }

    /// Batches that are due, up to so many bytes, each with a reserved place in flight.
    fn take_new(&mut self, max_bytes: usize, now_ms: u64) -> Vec<(Slot, Collected)> {
        let mut taken = Vec::new();
        let mut bytes = 0;
        let mut accumulator = self.shared.accumulator();
        while bytes < max_bytes {
            let next = accumulator.take(now_ms, |slot| self.in_flight.admits(slot));
            let Some((slot, batch)) = next else { break };
            self.in_flight.reserve(slot);
            bytes += batch.charged_bytes;
            taken.push((slot, batch));
        }
        taken
    }

    /// Numbers and builds a batch, and puts it into the outbox.
    fn build(&mut self, slot: Slot, batch: Collected) {
        let Collected { id, mut builder, completion, charged_bytes, .. } = batch;
        let number = self.in_flight.next_number(slot);
        let Identity { producer_id, producer_epoch } = number.identity;
        builder.set_producer(producer_id, producer_epoch, number.base_sequence);
        let record_count = builder.record_count();
        let outcome = match builder.build(&mut self.compressor) {
            Ok(bytes) if self.shared.options.acks != Acks::None => {
                let built = Built { id, bytes, record_count, completion, charged_bytes };
                self.outbox.push_back(self.in_flight.begin(slot, built));
                return;
            }
            // Nobody will answer: it counts as delivered now.
            Ok(bytes) => {
                self.outbox.push_back(Outgoing { slot, id, bytes });
                Ok(Acknowledged::default())
            }
            Err(error) => Err(DeliveryError::Build { reason: error.to_string() }),
        };
        self.in_flight.release(slot);
        self.finish([Finished { id, charged_bytes, completion, outcome }], [slot]);
    }

    fn on_answer(&mut self, answer: ProduceResponse) {
        let now_ms = self.shared.clock.now_ms();
        self.failures = 0;
        let Some(batches) = self.in_flight.answered(answer.correlation_id) else {
            tracing::warn!(answer.correlation_id, "the broker answered a request that was not sent");
            return;
        };
        let mut results: Vec<Option<ProduceResult>> = vec![None; batches.len()];
        for result in answer.results {
            if let Some(place) = results.get_mut(result.entry as usize) {
                *place = Some(result);
            }
        }
        let slots: Vec<Slot> = batches.iter().map(|(slot, _)| *slot).collect();
        let finished = batches.into_iter().zip(results);
        let finished = finished.filter_map(|((slot, id), result)| self.on_result(slot, id, result, now_ms));
        let finished: Vec<Finished> = finished.collect();
        self.finish(finished, slots);
    }

    fn on_result(
        &mut self,
        slot: Slot,
        id: BatchId,
        result: Option<ProduceResult>,
        now_ms: u64,
    ) -> Option<Finished> {
        let result = result.unwrap_or_else(|| ProduceResult {
            error: Some(ErrorDetail::new(
                ErrorCode::NetworkException,
                "the broker's answer lacks this batch",
            )),
            ..ProduceResult::default()
        });
        if let Some(error) = result.error {
            return self.in_flight.on_refused(slot, id, Refusal::from(error), now_ms);
        }
        let acknowledged = Acknowledged {
            base_offset: (result.base_offset >= 0).then_some(Offset(result.base_offset)),
            log_append_time: result.log_append_time_ms.map(TimestampMs),
        };
        self.in_flight.on_stored(slot, id, acknowledged)
    }

    /// Fails all records whose time is over.
    fn expire(&mut self) {
        let now_ms = self.shared.clock.now_ms();
        let shared = Arc::clone(&self.shared);
        loop {
            let mut accumulator = shared.accumulator();
            let Some((slot, id)) = accumulator.first_expired(now_ms) else { return };
            let unsent = accumulator.remove(slot, id);
            drop(accumulator);
            let finished = match unsent {
                Some(Collected { id, completion, charged_bytes, .. }) => {
                    let timeout_ms = shared.options.delivery_timeout_ms;
                    let last_failure = self.in_flight.last_failure(slot);
                    let error = DeliveryError::TimedOut { timeout_ms, may_be_stored: false, last_failure };
                    Finished { id, charged_bytes, completion, outcome: Err(error) }
                }
                None => match self.in_flight.expire(slot, id) {
                    Some(finished) => finished,
                    None => unreachable!("batch {id:?} is neither waiting nor in flight"),
                },
            };
            self.finish([finished], [slot]);
        }
    }

    /// Gives memory back, lets partitions with room in flight go on, and tells whoever waits.
    fn finish(
        &mut self,
        finished: impl IntoIterator<Item = Finished>,
        slots: impl IntoIterator<Item = Slot>,
    ) {
        let now_ms = self.shared.clock.now_ms();
        let finished: Vec<Finished> = finished.into_iter().collect();
        let mut accumulator = self.shared.accumulator();
        for batch in &finished {
            accumulator.finish(batch.id, batch.charged_bytes);
        }
        for slot in slots {
            if self.in_flight.admits(slot) {
                accumulator.unpark(slot, now_ms);
            }
        }
        drop(accumulator);
        if !finished.is_empty() {
            self.shared.space.notify_waiters();
        }
        for batch in finished {
            batch.completion.complete(batch.outcome);
        }
    }
}

impl Drop for Sender {
    /// The runtime ends, or this task panicked: nobody will answer any more.
    fn drop(&mut self) {
        for completion in self.shared.accumulator().abandon() {
            completion.complete(Err(DeliveryError::Abandoned));
        }
        self.shared.space.notify_waiters();
    }
}

/// A new connection, an identity if need be, and the stream.
async fn connect(client: Client, needs_identity: bool) -> Result<Link, Status> {
    let channel = client.dial(limits::STREAM_WINDOW_BYTES).await;
    let channel = channel.map_err(|error| Status::unavailable(error.to_string()))?;
    let mut service = LogServiceClient::new(channel).max_decoding_message_size(limits::MAX_RESPONSE_BYTES);
    let identity = if needs_identity {
        let given = service.init_producer(InitProducerRequest {}).await?.into_inner();
        let producer_epoch = i16::try_from(given.producer_epoch);
        let producer_epoch =
            producer_epoch.map_err(|_| Status::data_loss("a producer epoch beyond 32767"))?;
        Some(Identity {
            producer_id: ProducerId(given.producer_id),
            producer_epoch: ProducerEpoch(producer_epoch),
        })
    } else {
        None
    };
    let (requests, receiver) = mpsc::channel(QUEUED_REQUESTS);
    let answers = service.produce_stream(ReceiverStream::new(receiver)).await?.into_inner();
    Ok(Link { requests, answers, identity })
}
