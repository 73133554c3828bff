//! The Kafka listener over real sockets, with messages of `tidelog-kafka-wire`.

mod admin;
mod connection;
mod fetching;
mod hostile;
mod producing;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tidelog_kafka_wire::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData,
};
use tidelog_kafka_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use tidelog_kafka_wire::{Budget, Decoder, Message, Request, RequestHeader, Str, encode_request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::TestNode;

/// Long enough for any answer here.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that says exactly what it is told.
pub struct KafkaClient {
    stream: TcpStream,
    correlation_id: i32,
}

impl KafkaClient {
    pub async fn connect(node: &TestNode) -> KafkaClient {
        let stream = TcpStream::connect(node.node.addresses().kafka[0].1).await.expect("connects");
        stream.set_nodelay(true).expect("a TCP socket");
        KafkaClient { stream, correlation_id: 0 }
    }

    /// Asks, and reads the answer.
    pub async fn ask<R: Request>(&mut self, version: i16, request: &R) -> R::Response {
        self.send(version, request).await;
        self.answer::<R>(version).await.expect("is answered")
    }

    /// Sends a request.
    pub async fn send<R: Request>(&mut self, version: i16, request: &R) {
        self.correlation_id += 1;
        let header = RequestHeader::of::<R>(version, self.correlation_id);
        let frame = encode_request(&header, request).expect("can be said").to_bytes();
        self.send_raw(&frame).await;
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("is taken");
    }

    /// The next answer, to the request that was sent last; `None`: the connection was closed instead.
    pub async fn answer<R: Request>(&mut self, version: i16) -> Option<R::Response> {
        self.answer_to::<R>(version, self.correlation_id).await
    }

    pub async fn answer_to<R: Request>(&mut self, version: i16, correlation_id: i32) -> Option<R::Response> {
        let frame = self.frame().await?;
        let mut decoder = Decoder::new(frame, Budget::of_bytes(64 << 20));
        assert_eq!(decoder.int32().expect("a correlation id"), correlation_id);
        decoder.set_flexible(R::KEY.response_header_version(version) >= 1);
        decoder.skip_tags().expect("a header");
        let response = R::Response::decode(&mut decoder, version).expect("an answer");
        decoder.finish().expect("no more than the answer");
        Some(response)
    }

    /// The next frame, without its length.
    pub async fn frame(&mut self) -> Option<Bytes> {
        let read = async {
            let length = self.stream.read_i32().await.ok()?;
            let mut frame = BytesMut::zeroed(usize::try_from(length).expect("a length"));
            self.stream.read_exact(&mut frame).await.ok()?;
            Some(frame.freeze())
        };
        tokio::time::timeout(PATIENCE, read).await.expect("answered or closed in time")
    }

    /// Whether the node closes the connection without another word.
    pub async fn is_closed(&mut self) -> bool {
        self.frame().await.is_none()
    }

    /// Says that nothing more comes.
    pub async fn shut_down(&mut self) {
        self.stream.shutdown().await.expect("half closed");
    }
}

/// A produce request for one partition.
pub fn produce(topic: &str, partition: i32, acks: i16, batch: Bytes) -> ProduceRequest {
    ProduceRequest {
        acks,
        timeout_ms: 10_000,
        topic_data: vec![TopicProduceData {
            name: Str::from(topic.to_owned()),
            partition_data: vec![PartitionProduceData { index: partition, records: Some(batch) }],
            ..TopicProduceData::default()
        }],
        ..ProduceRequest::default()
    }
}

/// The answer's only partition.
pub fn produced(
    response: tidelog_kafka_wire::messages::produce::ProduceResponse,
) -> PartitionProduceResponse {
    let mut partitions: Vec<_> =
        response.responses.into_iter().flat_map(|topic| topic.partition_responses).collect();
    assert_eq!(partitions.len(), 1);
    partitions.remove(0)
}

/// A fetch of partitions (index, offset) of one topic, without waiting.
pub fn fetch(topic: &str, partitions: &[(i32, i64)]) -> FetchRequest {
    let partition = |&(partition, fetch_offset): &(i32, i64)| FetchPartition {
        partition,
        fetch_offset,
        partition_max_bytes: 1 << 20,
        ..FetchPartition::default()
    };
    FetchRequest {
        max_bytes: 50 << 20,
        topics: vec![FetchTopic {
            topic: Str::from(topic.to_owned()),
            partitions: partitions.iter().map(partition).collect(),
            ..FetchTopic::default()
        }],
        ..FetchRequest::default()
    }
}

/// All partitions of an answer.
pub fn fetched(response: FetchResponse) -> Vec<PartitionData> {
    response.responses.into_iter().flat_map(|topic| topic.partitions).collect()
}
