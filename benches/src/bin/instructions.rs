//! What the broker computes for a request, to be counted by `scripts/instructions`: a thousand produces, durable, and a
//! thousand fetches, of one 16-KiB batch of 100-byte records each, through the Kafka listener.
//!
//! The node's runtime is this process's main thread; its client is another thread and has one request under way. Callgrind
//! counts what the main thread does within [`counted`], for one kind of request. That is the work of the connection, with
//! its share of the commit; not the kernel's, the client's or that of the node's other threads.
//!
//! `instructions [produce|fetch]`; without callgrind nothing is counted, and the scenario must only work.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use tidelog_broker::{Node, NodeConfig};
use tidelog_kafka_wire::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use tidelog_kafka_wire::messages::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use tidelog_kafka_wire::{
    ApiKey, Budget, Decoder, Message, Request, RequestHeader, Str, Uuid, encode_request,
};
use tidelog_metadata::controller::{NewTopic, Replicas, create_topics};
use tidelog_model::{TimestampMs, TopicId};
use tidelog_record::{BatchBuilder, Compression, Compressor};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

const REQUESTS: usize = 1000;
/// Requests of each kind that are not counted: what the first ones pay once is no request's cost.
const WARM_UP: usize = 100;
const BATCH_BYTES: usize = 16 << 10;
const RECORD_BYTES: usize = 100;
/// At most, for a record without key and headers.
const RECORD_OVERHEAD: usize = 12;
const TOPIC: TopicId = TopicId(77);
const PRODUCE_VERSION: i16 = 13;
const FETCH_VERSION: i16 = 17;
/// Far more than callgrind needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const AS_EXPECTED: &str = "every answer is as expected";

fn main() {
    let counted_kind = std::env::args().nth(1).unwrap_or_default();
    let directory = tempfile::tempdir().expect("the temporary directory can be written");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let node = NodeConfig::embedded(directory.path().join("data"));
    let node = runtime.block_on(Node::start(node)).expect("the node starts");
    runtime.block_on(create_topic(&node));
    let address = node.addresses().kafka[0].1;

    let (batch, records) = batch();
    let produces = vec![produce_request(batch); WARM_UP + REQUESTS];
    let fetches = (0..WARM_UP + REQUESTS).map(|batch| fetch_request(batch as i64 * records)).collect();
    let loads = [("produce", produces, check_produced as Check), ("fetch", fetches, check_fetched)];
    for (kind, mut frames, check) in loads {
        let measured = frames.split_off(WARM_UP);
        runtime.block_on(Client::connect(address).spawn(&runtime, frames, check)).expect(AS_EXPECTED);
        let client = Client::connect(address).spawn(&runtime, measured, check);
        if kind == counted_kind {
            counted(&runtime, client);
        } else {
            runtime.block_on(client).expect(AS_EXPECTED);
        }
        runtime.block_on(written_back(&node));
        println!("{REQUESTS} {kind} requests were answered");
    }
    runtime.block_on(node.shut_down());
}

/// Serves the client until it is done. Callgrind knows this function by its name: no closure may be named after it.
#[inline(never)]
fn counted(runtime: &Runtime, client: JoinHandle<()>) {
    runtime.block_on(client).expect(AS_EXPECTED);
}

async fn create_topic(node: &Node) {
    let topic = NewTopic {
        name: "load".into(),
        topic_id: TOPIC,
        replicas: Replicas::Spread { partitions: Some(1), replication_factor: None },
        configs: Vec::new(),
    };
    let created = node.shared().controller.change(|basis| create_topics(basis, &[topic], false)).await;
    assert!(created.expect("the log takes it").iter().all(Result::is_ok));
}

/// Waits until all is in its segment: fetches shall not depend on how far the node's other threads have come.
async fn written_back(node: &Node) {
    let empty = async {
        while node.shared().directory.unwritten_bytes() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, empty).await.expect("the node writes back what it has committed");
}

/// Looks at an answer, and panics if it is not as it should be.
type Check = fn(Bytes);

struct Client(TcpStream);

impl Client {
    fn connect(address: SocketAddr) -> Client {
        let socket = TcpStream::connect(address).expect("the node listens");
        socket.set_nodelay(true).expect("a socket that is open");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket that is open");
        Client(socket)
    }

    /// Sends each frame once the one before is answered.
    fn spawn(mut self, runtime: &Runtime, frames: Vec<Bytes>, check: Check) -> JoinHandle<()> {
        runtime.spawn_blocking(move || frames.iter().for_each(|frame| check(self.call(frame))))
    }

    fn call(&mut self, frame: &[u8]) -> Bytes {
        self.0.write_all(frame).expect("the node reads");
        let mut length = [0; 4];
        self.0.read_exact(&mut length).expect("the node answers");
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut answer).expect("the node answers");
        answer.into()
    }
}

fn batch() -> (Bytes, i64) {
    let mut builder = BatchBuilder::new();
    let value = [b'x'; RECORD_BYTES];
    while builder.size_bytes() + RECORD_BYTES + RECORD_OVERHEAD <= BATCH_BYTES {
        builder.append(TimestampMs(1_700_000_000_000), None, Some(&value), &[]).expect("it fits");
    }
    let records = i64::from(builder.record_count());
    (builder.build(&mut Compressor::new(Compression::None)).expect("it has records"), records)
}

fn produce_request(batch: Bytes) -> Bytes {
    let partition = PartitionProduceData { index: 0, records: Some(batch) };
    let topic =
        TopicProduceData { topic_id: Uuid(TOPIC.0), partition_data: vec![partition], ..Default::default() };
    let request =
        ProduceRequest { acks: -1, timeout_ms: 30_000, topic_data: vec![topic], ..Default::default() };
    frame(PRODUCE_VERSION, &request)
}

/// Asks for one batch: one is sent however small the limit is.
fn fetch_request(fetch_offset: i64) -> Bytes {
    let partition =
        FetchPartition { partition: 0, fetch_offset, partition_max_bytes: 1, ..Default::default() };
    let topic = FetchTopic { topic_id: Uuid(TOPIC.0), partitions: vec![partition], ..Default::default() };
    let request =
        FetchRequest { max_wait_ms: 500, min_bytes: 1, topics: vec![topic], ..FetchRequest::default() };
    frame(FETCH_VERSION, &request)
}

fn frame<M: Request>(version: i16, request: &M) -> Bytes {
    let client_id = Some(Str::from("instructions"));
    let header = RequestHeader { client_id, ..RequestHeader::of::<M>(version, 1) };
    encode_request(&header, request).expect("it can be written").to_bytes()
}

fn check_produced(answer: Bytes) {
    let answer: ProduceResponse = decode(answer, ApiKey::Produce, PRODUCE_VERSION);
    assert_eq!(answer.responses[0].partition_responses[0].error_code, 0);
}

fn check_fetched(answer: Bytes) {
    let answer: FetchResponse = decode(answer, ApiKey::Fetch, FETCH_VERSION);
    let partition = &answer.responses[0].partitions[0];
    let bytes = partition.records.as_ref().map_or(0, Bytes::len);
    assert_eq!(partition.error_code, 0);
    assert!(bytes > BATCH_BYTES / 2 && bytes <= BATCH_BYTES, "one batch, not {bytes} bytes");
}

fn decode<M: Message>(answer: Bytes, key: ApiKey, version: i16) -> M {
    let budget = Budget::for_frame(answer.len());
    let mut decoder = Decoder::new(answer, budget);
    decoder.int32().expect("a correlation id");
    decoder.set_flexible(key.response_header_version(version) >= 1);
    decoder.skip_tags().expect("a header");
    M::decode(&mut decoder, version).expect("an answer")
}
