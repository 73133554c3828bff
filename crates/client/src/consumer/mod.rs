//! Records out: the front door, and the thin shell around [`Assignment`].
//!
//! There is no task behind a consumer and no queue: it reads its stream when it is polled. What has been read ahead lies
//! in the connection's HTTP/2 window, whose size is `prefetch_bytes`; a consumer that is not polled stops the broker by
//! leaving that window full. To seek or to pause, the stream is given up and another one begins at the positions.
//!
//! What must stay true: a position moves only when a batch is handed out, so whatever is lost with a connection is read
//! again, and nothing is handed out twice.

mod assignment;
mod batch;
mod error;
mod options;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::Stream;
use futures::future::BoxFuture;
use tidelog_grpc_api::limits;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{FetchChunk, FetchRequest, FetchResponse};
use tidelog_model::{Offset, PartitionId};
use tidelog_record::{Batches, Decompressor, split_batches};
use tokio::time::{Sleep, sleep_until};
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use self::assignment::{Assignment, NewPartition};
pub use self::batch::{OwnedRecord, RecordBatch};
pub use self::error::{AssignError, ConsumeError};
pub use self::options::{ConsumerOptions, OffsetReset, StartAt};
use crate::admin::AdminError;
use crate::backoff::Random;
use crate::client::Client;
use crate::clock::{Clock, seed};
use crate::error::{CallError, OptionsError};

/// Where a consumer is in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionPosition {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: PartitionId,
    /// The offset that is handed out next. `None` until the broker has said where a start by word or time is.
    pub position: Option<Offset>,
    /// The first readable offset, as last heard.
    pub log_start: Option<Offset>,
    /// One past the last readable record, as last heard: at most `max_wait_ms` ago while the consumer is polled.
    pub high_watermark: Option<Offset>,
    /// Whether it is paused, by [`Consumer::pause`] or by an error.
    pub is_paused: bool,
}

impl PartitionPosition {
    /// How many offsets the consumer is behind, as far as it has heard.
    pub fn lag(&self) -> Option<u64> {
        let (position, end) = (self.position?, self.high_watermark?);
        Some(end.0.saturating_sub(position.0).max(0) as u64)
    }
}

/// Reads partitions that it is told to: a [`Stream`] of batches.
///
/// It reconnects by itself, through restarts of brokers, and goes on with the next offset: no record twice, none left out.
/// An item that is an error concerns one partition, which is paused then; the others go on. The stream ends when all
/// partitions are read to their end (without `follow`) or stopped by errors.
///
/// ```no_run
/// # use tidelog_client::{Client, ConsumerOptions, StartAt};
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut consumer = client.consumer(ConsumerOptions::default())?;
/// consumer.assign_topic("events", StartAt::Earliest).await?;
/// while let Some(batch) = consumer.next_batch().await {
///     let batch = batch?;
///     for record in batch.records() {
///         println!("{}-{}: {:?}", batch.topic(), record.offset, record.value);
///     }
/// }
/// # Ok(()) }
/// ```
pub struct Consumer {
    client: Client,
    options: ConsumerOptions,
    clock: Clock,
    assignment: Assignment,
    /// Kept from stream to stream until it breaks.
    channel: Option<Channel>,
    link: Link,
    /// What is left of the last message.
    chunks: VecDeque<FetchChunk>,
    /// What is left of the last chunk.
    batches: Option<OpenChunk>,
    decompressor: Decompressor,
    /// Streams in a row that broke before a message came.
    failures: u32,
    /// Not to connect before.
    connect_at_ms: u64,
    timer: Option<(u64, Pin<Box<Sleep>>)>,
    random: Random,
}

enum Link {
    Closed,
    Opening(BoxFuture<'static, Result<(Channel, Streaming<FetchResponse>), CallError>>),
    Open(Box<Streaming<FetchResponse>>),
}

struct OpenChunk {
    index: usize,
    batches: Batches,
    next_offset: Offset,
}

impl Consumer {
    pub(crate) fn new(client: Client, options: ConsumerOptions) -> Result<Consumer, OptionsError> {
        options.check()?;
        Ok(Consumer {
            assignment: Assignment::new(&options, client.backoff(), seed()),
            client,
            options,
            clock: Clock::start(),
            channel: None,
            link: Link::Closed,
            chunks: VecDeque::new(),
            batches: None,
            decompressor: Decompressor::default(),
            failures: 0,
            connect_at_ms: 0,
            timer: None,
            random: Random::from_seed(seed()),
        })
    }

    /// Adds all partitions that a topic has now. Those that are assigned already stay where they are.
    pub async fn assign_topic(&mut self, topic: &str, start: StartAt) -> Result<(), AssignError> {
        self.assign_some(topic, None, start).await
    }

    /// Adds one partition. If it is assigned already it stays where it is: [`Consumer::seek`] moves it.
    pub async fn assign(
        &mut self,
        topic: &str,
        partition: PartitionId,
        start: StartAt,
    ) -> Result<(), AssignError> {
        self.assign_some(topic, Some(partition), start).await
    }

    /// Takes a partition out.
    pub fn unassign(&mut self, topic: &str, partition: PartitionId) -> Result<(), AssignError> {
        self.assignment.remove(topic, partition)?;
        self.restart();
        Ok(())
    }

    /// Goes on elsewhere in a partition, also in one that an error has stopped.
    pub fn seek(&mut self, topic: &str, partition: PartitionId, to: StartAt) -> Result<(), AssignError> {
        self.assignment.seek(topic, partition, to)?;
        self.restart();
        Ok(())
    }

    /// Hands out no more of a partition until [`Consumer::resume`].
    pub fn pause(&mut self, topic: &str, partition: PartitionId) -> Result<(), AssignError> {
        if self.assignment.pause(topic, partition)? {
            self.restart();
        }
        Ok(())
    }

    /// Goes on with a partition that was paused, or that an error has stopped, where it was.
    pub fn resume(&mut self, topic: &str, partition: PartitionId) -> Result<(), AssignError> {
        if self.assignment.resume(topic, partition)? {
            self.restart();
        }
        Ok(())
    }

    /// Where it is in each of its partitions, and where those end.
    pub fn positions(&self) -> Vec<PartitionPosition> {
        self.assignment.positions()
    }

    /// The next batch; `None` at the end. The same as polling the stream. Cancel safe.
    pub async fn next_batch(&mut self) -> Option<Result<RecordBatch, ConsumeError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    async fn assign_some(
        &mut self,
        topic: &str,
        only: Option<PartitionId>,
        start: StartAt,
    ) -> Result<(), AssignError> {
        let description = match self.client.admin().describe_topic(topic).await {
            Ok(description) => description,
            Err(error) if error.is_unknown_topic() => {
                return Err(AssignError::UnknownTopic { topic: topic.to_owned() });
            }
            Err(AdminError::Refused { refusal, .. }) => return Err(CallError::Refused(refusal).into()),
            Err(AdminError::Call(error)) => return Err(error.into()),
        };
        let partition_count = description.partitions.len() as u32;
        let partitions = match only {
            None => 0..partition_count as i32,
            Some(PartitionId(wanted)) if (0..partition_count as i32).contains(&wanted) => wanted..wanted + 1,
            Some(partition) => {
                let topic = topic.to_owned();
                return Err(AssignError::UnknownPartition { topic, partition, partition_count });
            }
        };
        let topic: Arc<str> = topic.into();
        for partition in partitions {
            let topic_id = description.topic_id.clone();
            self.assignment.add(NewPartition { topic: Arc::clone(&topic), topic_id, partition, start });
        }
        self.restart();
        Ok(())
    }

    /// Gives the stream up, with everything that was read and not handed out; the next one begins at the positions.
    fn restart(&mut self) {
        self.link = Link::Closed;
        self.chunks.clear();
        self.batches = None;
    }

    /// The next batch of what has been read.
    fn next_read(&mut self) -> Option<Result<RecordBatch, ConsumeError>> {
        loop {
            if let Some(open) = &mut self.batches {
                let index = open.index;
                if let Some(batch) = open.batches.next() {
                    match self.assignment.hand_out(index, batch, &mut self.decompressor) {
                        Ok(None) => continue,
                        Ok(Some(batch)) => return Some(Ok(batch)),
                        Err(error) => {
                            // The stream goes on behind what could not be handed out, so it must not go on.
                            self.restart();
                            return Some(Err(error));
                        }
                    }
                }
                self.assignment.move_to(index, open.next_offset);
                self.batches = None;
            }
            let chunk = self.chunks.pop_front()?;
            match self.assignment.on_chunk(&chunk, self.clock.now_ms()) {
                Ok(None) => {}
                Ok(Some(index)) => {
                    let next_offset = Offset(chunk.next_offset);
                    let batches = split_batches(chunk.record_batches);
                    self.batches = Some(OpenChunk { index, batches, next_offset });
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Brings the next message, or the end: `false`.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, ConsumeError>> {
        loop {
            if self.assignment.is_finished() {
                self.restart();
                return Poll::Ready(Ok(false));
            }
            if let (Link::Open(_), Some(retry_at_ms)) = (&self.link, self.assignment.retry_at_ms())
                && self.poll_timer(context, retry_at_ms).is_ready()
            {
                // Partitions that failed are asked for again, with all others in one new stream.
                self.restart();
            }
            match &mut self.link {
                Link::Closed => {
                    ready!(self.poll_timer(context, self.connect_at_ms));
                    let now_ms = self.clock.now_ms();
                    if let Some(request) = self.assignment.request(now_ms, &self.options) {
                        let open = open(
                            self.client.clone(),
                            self.channel.clone(),
                            request,
                            self.options.prefetch_bytes,
                        );
                        self.link = Link::Opening(Box::pin(open));
                    } else {
                        // Everything is paused: for good, until a call that needs `&mut self`, if there is no time.
                        let Some(retry_at_ms) = self.assignment.retry_at_ms() else { return Poll::Pending };
                        ready!(self.poll_timer(context, retry_at_ms));
                    }
                }
                Link::Opening(open) => match ready!(open.as_mut().poll(context)) {
                    Ok((channel, stream)) => {
                        self.channel = Some(channel);
                        self.link = Link::Open(Box::new(stream));
                    }
                    Err(error) => self.on_broken(error)?,
                },
                Link::Open(stream) => match ready!(Pin::new(stream).poll_next(context)) {
                    Some(Ok(message)) => {
                        self.failures = 0;
                        self.chunks = message.chunks.into();
                        return Poll::Ready(Ok(true));
                    }
                    Some(Err(status)) => self.on_broken(status.into())?,
                    None => self.on_broken(Status::unavailable("the broker ended the stream").into())?,
                },
            }
        }
    }

    /// The stream broke: tells the user if that will not pass by itself, and in any case connects again after a pause.
    fn on_broken(&mut self, error: CallError) -> Result<(), ConsumeError> {
        self.restart();
        self.channel = None;
        self.failures += 1;
        let pause_ms = self.client.backoff().delay_ms(self.failures, &mut self.random);
        self.connect_at_ms = self.clock.now_ms() + pause_ms;
        if !error.is_retriable() {
            return Err(error.into());
        }
        tracing::warn!(%error, pause_ms, "the connection to the broker broke; connecting again");
        Ok(())
    }

    fn poll_timer(&mut self, context: &mut Context<'_>, at_ms: u64) -> Poll<()> {
        if at_ms <= self.clock.now_ms() {
            return Poll::Ready(());
        }
        let clock = self.clock;
        let timer = self.timer.take_if(|(set_to_ms, _)| *set_to_ms == at_ms);
        let timer = timer.unwrap_or_else(|| (at_ms, Box::pin(sleep_until(clock.instant(at_ms)))));
        self.timer.insert(timer).1.as_mut().poll(context)
    }
}

impl Stream for Consumer {
    type Item = Result<RecordBatch, ConsumeError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.next_read() {
                return Poll::Ready(Some(item));
            }
            match ready!(self.poll_message(context)) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("assignment", &self.assignment).finish_non_exhaustive()
    }
}

/// A new stream, over the connection that there is or a new one.
async fn open(
    client: Client,
    channel: Option<Channel>,
    request: FetchRequest,
    prefetch_bytes: u32,
) -> Result<(Channel, Streaming<FetchResponse>), CallError> {
    let channel = match channel {
        Some(channel) => channel,
        None => {
            let dialled = client.dial(prefetch_bytes).await;
            dialled.map_err(|error| CallError::from(Status::unavailable(error.to_string())))?
        }
    };
    let service = LogServiceClient::new(channel.clone());
    let mut service = service.max_decoding_message_size(limits::MAX_RESPONSE_BYTES);
    Ok((channel, service.fetch(request).await?.into_inner()))
}
