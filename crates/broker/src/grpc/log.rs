//! `LogService`.

use std::pin::Pin;
use std::sync::Arc;

use tidelog_grpc_api::v1::log_service_server::LogService;
use tidelog_grpc_api::v1::{
    ErrorDetail, FetchRequest, FetchResponse, InitProducerRequest, InitProducerResponse, ListOffsetsEntry,
    ListOffsetsRequest, ListOffsetsResponse, ListOffsetsResult, ProduceRequest, ProduceResponse,
};
use tidelog_model::PartitionId;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use super::{fetch, produce, topic_ref};
use crate::errors::ToDetail;
use crate::handlers::list_offset;
use crate::node::Shared;

/// The service on one node.
#[derive(Clone, Debug)]
pub struct LogApi(pub Arc<Shared>);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl LogService for LogApi {
    type ProduceStreamStream = Answers<ProduceResponse>;
    type FetchStream = Answers<FetchResponse>;

    async fn produce(&self, request: Request<ProduceRequest>) -> Result<Response<ProduceResponse>, Status> {
        Ok(Response::new(produce::unary(&self.0, request.into_inner()).await))
    }

    async fn produce_stream(
        &self,
        requests: Request<Streaming<ProduceRequest>>,
    ) -> Result<Response<Self::ProduceStreamStream>, Status> {
        Ok(Response::new(Box::pin(produce::streamed(self.0.clone(), requests.into_inner()))))
    }

    async fn fetch(&self, request: Request<FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        Ok(Response::new(Box::pin(fetch::fetch(&self.0, request.into_inner())?)))
    }

    async fn list_offsets(
        &self,
        request: Request<ListOffsetsRequest>,
    ) -> Result<Response<ListOffsetsResponse>, Status> {
        let results = request.into_inner().entries.iter().map(|entry| list(&self.0, entry)).collect();
        Ok(Response::new(ListOffsetsResponse { results }))
    }

    async fn init_producer(
        &self,
        _: Request<InitProducerRequest>,
    ) -> Result<Response<InitProducerResponse>, Status> {
        let producer_id = self.0.controller.next_producer_id().await.map_err(|error| error.to_detail())?;
        Ok(Response::new(InitProducerResponse { producer_id: producer_id.0, producer_epoch: 0 }))
    }
}

fn list(node: &Shared, entry: &ListOffsetsEntry) -> ListOffsetsResult {
    let find = || -> Result<_, ErrorDetail> {
        let topic = topic_ref(&entry.topic, &entry.topic_id).map_err(|error| error.to_detail())?;
        let place = fetch::place(entry.at.as_ref().and_then(|spec| spec.at))?;
        list_offset(node, &topic, PartitionId(entry.partition), place).map_err(|error| error.to_detail())
    };
    let (found, error) = match find() {
        Ok(found) => (found, None),
        Err(error) => (None, Some(error)),
    };
    ListOffsetsResult {
        topic: entry.topic.clone(),
        partition: entry.partition,
        offset: found.map(|found| found.offset.0),
        timestamp_ms: found.and_then(|found| found.timestamp).map(|time| time.0),
        error,
    }
}
