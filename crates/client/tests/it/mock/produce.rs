//! Produce and InitProducer.

use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use tidelog_client::{ErrorCode, ErrorDetail, TimestampMs};
use tidelog_grpc_api::v1::log_service_server::LogService;
use tidelog_grpc_api::v1::{
    Acks, FetchRequest, FetchResponse, InitProducerRequest, InitProducerResponse, ListOffsetsRequest,
    ListOffsetsResponse, ProduceEntry, ProduceRequest, ProduceResponse, ProduceResult, Record,
};
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::{Action, Shared};

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl LogService for Shared {
    type ProduceStreamStream = Answers<ProduceResponse>;
    type FetchStream = Answers<FetchResponse>;

    async fn produce(&self, request: Request<ProduceRequest>) -> Result<Response<ProduceResponse>, Status> {
        Ok(Response::new(self.store(request.into_inner(), None)))
    }

    async fn produce_stream(
        &self,
        request: Request<Streaming<ProduceRequest>>,
    ) -> Result<Response<Self::ProduceStreamStream>, Status> {
        let (answers, receiver) = mpsc::channel(1000);
        tokio::spawn(self.clone().serve_produce(request.into_inner(), answers));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn fetch(&self, request: Request<FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        Ok(Response::new(Box::pin(self.serve_fetch(request.into_inner()))))
    }

    async fn list_offsets(
        &self,
        request: Request<ListOffsetsRequest>,
    ) -> Result<Response<ListOffsetsResponse>, Status> {
        let entries = request.into_inner().entries;
        let results = entries.into_iter().map(|entry| self.find_offset(entry)).collect();
        Ok(Response::new(ListOffsetsResponse { results }))
    }

    async fn init_producer(
        &self,
        _: Request<InitProducerRequest>,
    ) -> Result<Response<InitProducerResponse>, Status> {
        let mut state = self.lock();
        state.producers += 1;
        Ok(Response::new(InitProducerResponse { producer_id: state.producers, producer_epoch: 0 }))
    }
}

impl Shared {
    async fn serve_produce(
        self,
        mut requests: Streaming<ProduceRequest>,
        answers: mpsc::Sender<Result<ProduceResponse, Status>>,
    ) {
        while let Ok(Some(request)) = requests.message().await {
            let acks = request.acks();
            let action = self.note(&request);
            let answer = match action {
                Action::Answer => self.store(request, None),
                Action::Refuse(error) => self.store(request, Some(error)),
                Action::StoreAndBreak => {
                    self.store(request, None);
                    let _ = answers.send(Err(Status::unavailable("broken on purpose"))).await;
                    return;
                }
                Action::Break => {
                    let _ = answers.send(Err(Status::unavailable("broken on purpose"))).await;
                    return;
                }
            };
            self.changed();
            if acks != Acks::None {
                tokio::spawn(self.clone().answer(answer, answers.clone()));
            }
        }
    }

    /// Answers once answers are not held back. Several wait at once, and go in any order.
    async fn answer(self, answer: ProduceResponse, answers: mpsc::Sender<Result<ProduceResponse, Status>>) {
        let mut held = self.held.subscribe();
        let _ = held.wait_for(|held| !held).await;
        {
            let mut state = self.lock();
            for topic in state.topics.values_mut() {
                topic.logs.iter_mut().for_each(|log| log.unanswered = 0);
            }
        }
        let _ = answers.send(Ok(answer)).await;
    }

    fn note(&self, request: &ProduceRequest) -> Action {
        let mut state = self.lock();
        let counts = request.entries.iter().map(|entry| match BatchHeader::parse(&entry.record_batch) {
            Ok(header) => header.record_count,
            Err(_) => entry.records.len() as i32,
        });
        let counts = counts.collect();
        state.requests.push(counts);
        state.actions.pop_front().unwrap_or(Action::Answer)
    }

    fn store(&self, request: ProduceRequest, mut first: Option<ErrorDetail>) -> ProduceResponse {
        let entries = request.entries.into_iter().enumerate();
        let results = entries.map(|(index, entry)| match first.take() {
            Some(error) => result(index, entry.partition.unwrap_or(-1), Err(error)),
            None => self.store_entry(index, entry),
        });
        ProduceResponse { correlation_id: request.correlation_id, results: results.collect() }
    }

    fn store_entry(&self, index: usize, entry: ProduceEntry) -> ProduceResult {
        let mut state = self.lock();
        let partition = entry.partition.unwrap_or(0);
        let log = state
            .topic(&entry.topic, &entry.topic_id)
            .and_then(|(_, topic)| topic.logs.get_mut(partition as usize));
        let Some(log) = log else {
            let error = ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, "no such partition");
            return result(index, partition, Err(error));
        };
        let batch = if entry.record_batch.is_empty() { build(&entry.records) } else { entry.record_batch };
        log.unanswered += 1;
        log.most_unanswered = log.most_unanswered.max(log.unanswered);
        let appended = log.append(&batch);
        ProduceResult { log_append_time_ms: log.append_time, ..result(index, partition, appended) }
    }
}

fn build(records: &[Record]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for record in records {
        let timestamp = TimestampMs(record.timestamp_ms.unwrap_or(0));
        builder.append(timestamp, record.key.as_deref(), record.value.as_deref(), &[]).unwrap();
    }
    builder.build(&mut Compressor::new(Compression::None)).unwrap()
}

fn result(index: usize, partition: i32, appended: Result<i64, ErrorDetail>) -> ProduceResult {
    ProduceResult {
        entry: index as u32,
        partition,
        base_offset: *appended.as_ref().unwrap_or(&-1),
        error: appended.err(),
        ..ProduceResult::default()
    }
}
