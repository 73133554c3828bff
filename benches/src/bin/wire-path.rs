//! What Kafka's wire costs a request: decoding it, and encoding its answer.
//!
//! One thread, no sockets. Frames are decoded header and body, out of a buffer that is shared already, as a connection's is.
//! Prints nanoseconds (of the fastest round) and allocations for each frame, and nanoseconds for each partition in it. For
//! exact instruction counts run one of the loads under callgrind, twice, with different counts, and compare:
//!
//! ```text
//! valgrind --tool=callgrind target/release/wire-path decode-produce-1MiB 2000
//! ```
//!
//! `wire-path [LOAD [FRAMES]]`

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use tidelog_kafka_wire::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, FetchableTopicResponse, PartitionData,
};
use tidelog_kafka_wire::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use tidelog_kafka_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, ProduceResponse, TopicProduceData,
    TopicProduceResponse,
};
use tidelog_kafka_wire::{
    ApiKey, Budget, Decoder, Encoder, Message, Request, RequestHeader, Str, Uuid, encode_request,
};

/// Counts what the measured code allocates.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Of so many rounds the fastest counts: what disturbs a round only makes it slower.
const ROUNDS: u64 = 20;

/// Which loads are run, and how often.
struct Bench {
    only: Option<String>,
    frames: u64,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let only = arguments.next();
    let frames = arguments.next().map_or(100_000, |count| count.parse().expect("FRAMES is a number"));
    let bench = Bench { only, frames };
    println!("{:>26} {:>12} {:>12} {:>8}", "load", "ns", "ns/partition", "allocs");
    for (name, bytes) in [("1KiB", 1 << 10), ("1MiB", 1 << 20)] {
        bench.decode(&format!("decode-produce-{name}"), 13, 1, &produce_request(1, bytes));
    }
    bench.decode("decode-produce-100", 13, 100, &produce_request(100, 1 << 10));
    bench.decode("decode-fetch-1", 17, 1, &fetch_request(1));
    bench.decode("decode-fetch-1000", 17, 1000, &fetch_request(1000));
    bench.encode("encode-produced-1", ApiKey::Produce, 13, 1, &produce_response(1));
    bench.encode("encode-produced-100", ApiKey::Produce, 13, 100, &produce_response(100));
    bench.encode("encode-fetched-1", ApiKey::Fetch, 17, 1, &fetch_response(1));
    bench.encode("encode-fetched-100", ApiKey::Fetch, 17, 100, &fetch_response(100));
    for partitions in [1, 1000, 10_000] {
        let response = metadata_response(partitions);
        bench.encode(&format!("encode-metadata-{partitions}"), ApiKey::Metadata, 13, partitions, &response);
    }
}

impl Bench {
    fn decode<M: Request>(&self, name: &str, version: i16, partitions: usize, message: &M) {
        let client_id = Some(Str::from("rdkafka"));
        let header = RequestHeader { client_id, ..RequestHeader::of::<M>(version, 1) };
        let frame = encode_request(&header, message).expect("it can be written").to_bytes().slice(4..);
        self.run(name, partitions, || {
            let mut decoder = Decoder::new(frame.clone(), Budget::for_frame(frame.len()));
            let header = RequestHeader::decode(&mut decoder).expect("a header");
            let message = M::decode(&mut decoder, header.api_version).expect("a body");
            drop(black_box((header, message)));
        });
    }

    fn encode<M: Message>(&self, name: &str, key: ApiKey, version: i16, partitions: usize, message: &M) {
        let mut encoder = Encoder::new();
        self.run(name, partitions, || {
            drop(black_box(encoder.response(1, key, version, message).expect("it can be written")));
        });
    }

    fn run(&self, name: &str, partitions: usize, mut call: impl FnMut()) {
        if self.only.as_ref().is_some_and(|only| only != name) {
            return;
        }
        let calls = (self.frames / ROUNDS / partitions as u64).max(10);
        let (mut nanos, mut allocations) = (f64::INFINITY, 0.0);
        for _ in 0..=ROUNDS {
            let (start, before) = (Instant::now(), ALLOCATIONS.load(Ordering::Relaxed));
            for _ in 0..calls {
                call();
            }
            nanos = nanos.min(start.elapsed().as_nanos() as f64 / calls as f64);
            allocations = (ALLOCATIONS.load(Ordering::Relaxed) - before) as f64 / calls as f64;
        }
        println!("{name:>26} {nanos:>12.0} {:>12.1} {allocations:>8.2}", nanos / partitions as f64);
    }
}

fn produce_request(partitions: i32, bytes: usize) -> ProduceRequest {
    let records = Bytes::from(vec![7; bytes]);
    let partition_data =
        (0..partitions).map(|index| PartitionProduceData { index, records: Some(records.clone()) }).collect();
    let topic = TopicProduceData { topic_id: Uuid(7), partition_data, ..Default::default() };
    ProduceRequest { acks: -1, timeout_ms: 30_000, topic_data: vec![topic], ..Default::default() }
}

fn produce_response(partitions: i32) -> ProduceResponse {
    let partition_responses = (0..partitions)
        .map(|index| PartitionProduceResponse { index, base_offset: 1 << 40, ..Default::default() })
        .collect();
    let topic = TopicProduceResponse { topic_id: Uuid(7), partition_responses, ..Default::default() };
    ProduceResponse { responses: vec![topic], ..Default::default() }
}

fn fetch_request(partitions: i32) -> FetchRequest {
    let partitions = (0..partitions)
        .map(|partition| FetchPartition {
            partition,
            fetch_offset: 1 << 40,
            partition_max_bytes: 1 << 20,
            ..Default::default()
        })
        .collect();
    let topic = FetchTopic { topic_id: Uuid(7), partitions, ..Default::default() };
    FetchRequest { max_wait_ms: 500, min_bytes: 1, topics: vec![topic], ..Default::default() }
}

fn fetch_response(partitions: i32) -> FetchResponse {
    let records = Bytes::from(vec![7; 64 << 10]);
    let partitions = (0..partitions)
        .map(|partition_index| PartitionData {
            partition_index,
            high_watermark: 1 << 40,
            records: Some(records.clone()),
            ..Default::default()
        })
        .collect();
    let topic = FetchableTopicResponse { topic_id: Uuid(7), partitions, ..Default::default() };
    FetchResponse { responses: vec![topic], ..Default::default() }
}

fn metadata_response(partitions: usize) -> MetadataResponse {
    let partitions = (0..partitions as i32)
        .map(|partition_index| MetadataResponsePartition {
            partition_index,
            leader_id: 1,
            replica_nodes: vec![1, 2, 3],
            isr_nodes: vec![1, 2, 3],
            ..Default::default()
        })
        .collect();
    let topic = MetadataResponseTopic {
        name: Some("user-events".into()),
        topic_id: Uuid(7),
        partitions,
        ..Default::default()
    };
    let broker =
        MetadataResponseBroker { node_id: 1, host: "localhost".into(), port: 9092, ..Default::default() };
    MetadataResponse { brokers: vec![broker], topics: vec![topic], ..Default::default() }
}
