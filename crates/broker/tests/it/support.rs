//! What the tests share: a node, clients of it, and records to send.

use std::net::SocketAddr;

use bytes::Bytes;
use tempfile::TempDir;
use tidelog_broker::{Node, NodeConfig};
use tidelog_grpc_api::limits;
use tidelog_grpc_api::v1::admin_service_client::AdminServiceClient;
use tidelog_grpc_api::v1::config_resource::Resource;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{
    ConfigResource, CreateTopicsRequest, DeleteTopicsRequest, DescribeConfigsRequest, ErrorCode, ErrorDetail,
    FetchChunk, FetchPartition, FetchRequest, InitProducerRequest, NewTopic, OffsetSpec, ProduceEntry,
    ProduceRequest, ProduceResponse, Record, offset_spec,
};
use tidelog_metadata::{Origin, WrittenConfig};
use tidelog_model::{ProducerEpoch, ProducerId, Sequence, TimestampMs};
use tidelog_record::{BatchBuilder, Compression, Compressor};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// A running node and its directory.
pub struct TestNode {
    pub node: Node,
    pub directory: TempDir,
}

impl TestNode {
    pub async fn start() -> TestNode {
        TestNode::start_with(&[]).await
    }

    /// With these of the broker's configs.
    pub async fn start_with(settings: &[(&str, &str)]) -> TestNode {
        let directory = TempDir::new().expect("a directory");
        let node = start(&directory, settings).await;
        TestNode { node, directory }
    }

    /// Shuts down, and starts on the same directory.
    pub async fn restart(self) -> TestNode {
        self.restart_with(&[]).await
    }

    /// Shuts down, and starts with these configs on the same directory.
    pub async fn restart_with(self, settings: &[(&str, &str)]) -> TestNode {
        let TestNode { node, directory } = self;
        node.shut_down().await;
        let node = start(&directory, settings).await;
        TestNode { node, directory }
    }

    /// Starts where another node stood.
    pub async fn start_at(directory: TempDir, grpc: SocketAddr) -> TestNode {
        let config = NodeConfig { grpc, ..config(&directory, &[]) };
        let node = Node::start(config).await.expect("starts");
        TestNode { node, directory }
    }

    pub fn channel(&self) -> Channel {
        let address = format!("http://{}", self.node.addresses().grpc);
        Endpoint::from_shared(address).expect("an address").connect_lazy()
    }

    pub fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.channel())
    }

    pub fn log(&self) -> LogServiceClient<Channel> {
        LogServiceClient::new(self.channel()).max_decoding_message_size(limits::MAX_RESPONSE_BYTES)
    }

    /// A topic that is there afterwards.
    pub async fn create_topic(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) -> Bytes {
        let configs = configs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let topic = NewTopic { name: name.to_owned(), partitions, configs, ..NewTopic::default() };
        let request = CreateTopicsRequest { topics: vec![topic], validate_only: false };
        let answer = self.admin().create_topics(request).await.expect("answers").into_inner();
        assert_eq!(answer.results[0].error, None);
        answer.results[0].topic_id.clone()
    }

    pub async fn delete_topic(&self, name: &str) {
        let request = DeleteTopicsRequest { names: vec![name.to_owned()], topic_ids: Vec::new() };
        let results = self.admin().delete_topics(request).await.expect("answers").into_inner().results;
        assert_eq!(results[0].error, None);
    }

    /// The value of a topic's config.
    pub async fn topic_config(&self, topic: &str, name: &str) -> String {
        let resource = ConfigResource { resource: Some(Resource::Topic(topic.to_owned())) };
        let request =
            DescribeConfigsRequest { resources: vec![resource], config_names: vec![name.to_owned()] };
        let mut results = self.admin().describe_configs(request).await.expect("answers").into_inner().results;
        results.remove(0).configs.remove(0).value.expect("has a value")
    }

    pub async fn init_producer(&self) -> i64 {
        self.log().init_producer(InitProducerRequest {}).await.expect("answers").into_inner().producer_id
    }

    pub async fn produce(&self, request: ProduceRequest) -> ProduceResponse {
        self.log().produce(request).await.expect("answers").into_inner()
    }

    /// One entry with acks=all; its only result's base offset.
    pub async fn store(&self, entry: ProduceEntry) -> Result<i64, ErrorDetail> {
        let request = ProduceRequest { entries: vec![entry], ..ProduceRequest::default() };
        let mut results = self.produce(request).await.results;
        assert_eq!(results.len(), 1);
        let result = results.remove(0);
        result.error.map_or(Ok(result.base_offset), Err)
    }

    /// All that a fetch gives until it ends, in chunks that hold something.
    pub async fn read(&self, request: FetchRequest) -> Vec<FetchChunk> {
        let mut stream = self.log().fetch(request).await.expect("begins").into_inner();
        let mut chunks = Vec::new();
        while let Some(response) = stream.message().await.expect("goes on") {
            chunks.extend(response.chunks.into_iter().filter(|chunk| !is_position(chunk)));
        }
        chunks
    }

    /// The values of a partition's records, from an offset on.
    pub async fn values(&self, topic: &str, partition: i32, from: i64) -> Vec<(i64, String)> {
        let chunks = self.read(of(vec![from_offset(topic, partition, from)])).await;
        let records =
            chunks.into_iter().inspect(|chunk| assert_eq!(chunk.error, None)).flat_map(|chunk| chunk.records);
        records.map(|record| (record.offset, text(&record.value))).collect()
    }

    /// Why a partition cannot be read from there.
    pub async fn read_error(&self, topic: &str, partition: i32, from: i64) -> ErrorDetail {
        let mut chunks = self.read(of(vec![from_offset(topic, partition, from)])).await;
        assert_eq!(chunks.len(), 1);
        chunks.remove(0).error.expect("is refused")
    }
}

async fn start(directory: &TempDir, settings: &[(&str, &str)]) -> Node {
    Node::start(config(directory, settings)).await.expect("starts")
}

fn config(directory: &TempDir, settings: &[(&str, &str)]) -> NodeConfig {
    let written = settings.iter().map(|&(name, value)| (name, value, Origin::CommandLine));
    // The disk under the tests may be nearly full.
    let reserve = ("tidelog.disk.reserve.bytes", "0", Origin::File);
    let written = WrittenConfig::new([reserve].into_iter().chain(written)).expect("valid");
    NodeConfig { written, ..NodeConfig::embedded(directory.path().to_owned()) }
}

pub fn is_position(chunk: &FetchChunk) -> bool {
    chunk.records.is_empty() && chunk.record_batches.is_empty() && chunk.error.is_none()
}

pub fn text(bytes: &Option<Bytes>) -> String {
    String::from_utf8(bytes.as_deref().unwrap_or_default().to_vec()).expect("text")
}

pub fn record(value: &str) -> Record {
    Record { value: Some(Bytes::copy_from_slice(value.as_bytes())), ..Record::default() }
}

pub fn keyed(key: &str, value: &str) -> Record {
    Record { key: Some(Bytes::copy_from_slice(key.as_bytes())), ..record(value) }
}

/// An entry of plain records for one partition.
pub fn plain(topic: &str, partition: i32, values: &[&str]) -> ProduceEntry {
    ProduceEntry {
        topic: topic.to_owned(),
        partition: Some(partition),
        records: values.iter().map(|value| record(value)).collect(),
        ..ProduceEntry::default()
    }
}

/// An entry of one ready-made batch.
pub fn ready(topic: &str, partition: i32, batch: Bytes) -> ProduceEntry {
    ProduceEntry {
        topic: topic.to_owned(),
        partition: Some(partition),
        record_batch: batch,
        ..ProduceEntry::default()
    }
}

/// A time that every topic takes.
pub const SOME_TIME: TimestampMs = TimestampMs(1_700_000_000_000);

pub fn batch(compression: Compression, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for value in values {
        builder.append(SOME_TIME, None, Some(value.as_bytes()), &[]).expect("fits");
    }
    builder.build(&mut Compressor::new(compression)).expect("builds")
}

/// A batch of an idempotent producer.
pub fn numbered(producer: i64, epoch: i16, sequence: i32, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.set_producer(ProducerId(producer), ProducerEpoch(epoch), Sequence(sequence));
    for value in values {
        builder.append(SOME_TIME, None, Some(value.as_bytes()), &[]).expect("fits");
    }
    builder.build(&mut Compressor::new(Compression::None)).expect("builds")
}

pub fn from_offset(topic: &str, partition: i32, offset: i64) -> FetchPartition {
    at(topic, partition, offset_spec::At::Offset(offset))
}

pub fn at(topic: &str, partition: i32, at: offset_spec::At) -> FetchPartition {
    FetchPartition {
        topic: topic.to_owned(),
        partition,
        start: Some(OffsetSpec { at: Some(at) }),
        ..FetchPartition::default()
    }
}

/// A fetch of these partitions, as it is by default: up to their end.
pub fn of(partitions: Vec<FetchPartition>) -> FetchRequest {
    FetchRequest { partitions, ..FetchRequest::default() }
}

/// That a part was refused so, word for word.
#[track_caller]
pub fn assert_refused(error: &Option<ErrorDetail>, code: ErrorCode, message: &str) {
    let detail = error.as_ref().expect("is refused");
    assert_eq!((detail.code(), detail.message.as_str()), (code, message));
}

/// Cause, limit and value.
pub fn limit(error: &Option<ErrorDetail>) -> (&str, &str, &str) {
    let detail = error.as_ref().expect("is refused");
    (&detail.cause, &detail.limit, &detail.value)
}

/// That a whole call was refused so.
#[track_caller]
pub fn assert_status<T: std::fmt::Debug>(answer: Result<T, Status>, code: ErrorCode, message: &str) {
    let status = answer.expect_err("is refused");
    assert_refused(&ErrorDetail::from_status(&status), code, message);
}
