//! The broker's path through gRPC, without a client's work for each record: ready-made batches in, batches out.
//!
//! One process holds the node and the load (so CPU is that of both). Each producer keeps a window of requests in flight on
//! one `ProduceStream`, each consumer follows its share of the partitions; a run ends when every record has been read.
//! Durable (`fsync`) and `replicated` runs alternate, so that their ratio is fair.
//!
//! `grpc-path [DIR [LOAD]]` runs in a temporary directory in DIR, all loads or one of them, for example
//! `12x560-none-in+out`: 12 partitions, 560 records a batch.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tidelog_benches::cpu_time;
use tidelog_broker::{Node, NodeConfig};
use tidelog_grpc_api::limits;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{FetchFormat, FetchPartition, FetchRequest, ProduceEntry, ProduceRequest};
use tidelog_metadata::controller::{NewTopic, Replicas, create_topics};
use tidelog_model::{TimestampMs, TopicId};
use tidelog_record::{BatchBuilder, Compression, Compressor};
use tokio::sync::Semaphore;
use tonic::transport::{Channel, Endpoint};

const RECORD_BYTES: usize = 100;
const PRODUCERS: usize = 2;
const CONSUMERS: usize = 2;
/// Requests in flight on one stream.
const WINDOW: usize = 32;

#[derive(Clone, Copy)]
struct Load {
    partitions: usize,
    records_a_batch: usize,
    compression: Compression,
    records: usize,
    consume: bool,
}

impl Load {
    /// As it is chosen on the command line, for example `12x560-none-in`.
    fn name(&self) -> String {
        let way = if self.consume { "in+out" } else { "in" };
        format!("{}x{}-{}-{way}", self.partitions, self.records_a_batch, self.compression.name())
    }
}

struct Outcome {
    seconds: f64,
    cpu_seconds: f64,
}

#[tokio::main]
async fn main() {
    let parent = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let only = std::env::args().nth(2);
    println!(
        "{:>10} {:>7} {:>5} {:>8}  {:>22}  {:>22}  {:>7}",
        "partitions", "batch", "codec", "", "durable", "replicated", "ratio"
    );
    println!(
        "{:>10} {:>7} {:>5} {:>8}  {:>10} {:>11}  {:>10} {:>11}  {:>7}",
        "", "", "", "", "M rec/s", "CPU-s/M", "M rec/s", "CPU-s/M", ""
    );
    for consume in [false, true] {
        for compression in [Compression::None, Compression::Lz4] {
            for (partitions, records_a_batch) in [(12, 560), (12, 140), (100, 560), (100, 35)] {
                let records = if records_a_batch < 100 { 2_000_000 } else { 6_000_000 };
                let load = Load { partitions, records_a_batch, compression, records, consume };
                if only.as_ref().is_some_and(|only| *only != load.name()) {
                    continue;
                }
                compare(Path::new(&parent), load).await;
            }
        }
    }
}

async fn compare(parent: &Path, load: Load) {
    let mut rates = [Vec::new(), Vec::new()];
    let mut costs = [Vec::new(), Vec::new()];
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let mut pair = [0.0; 2];
        for (index, durability) in ["fsync", "replicated"].into_iter().enumerate() {
            let outcome = run(parent, load, durability).await;
            let millions = load.records as f64 / 1e6;
            pair[index] = millions / outcome.seconds;
            rates[index].push(pair[index]);
            costs[index].push(outcome.cpu_seconds / millions);
        }
        ratios.push(pair[0] / pair[1]);
    }
    println!(
        "{:>10} {:>7} {:>5} {:>8}  {:>10.2} {:>11.3}  {:>10.2} {:>11.3}  {:>7.2}",
        load.partitions,
        load.records_a_batch * (RECORD_BYTES + 10),
        load.compression.name(),
        if load.consume { "in+out" } else { "in" },
        median(&mut rates[0]),
        median(&mut costs[0]),
        median(&mut rates[1]),
        median(&mut costs[1]),
        median(&mut ratios),
    );
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn run(parent: &Path, load: Load, durability: &str) -> Outcome {
    let directory = tempfile::tempdir_in(parent).expect("the directory can be written");
    let node =
        Node::start(NodeConfig::embedded(directory.path().join("data"))).await.expect("the node starts");
    create(&node, load.partitions, durability).await;
    let address = format!("http://{}", node.addresses().grpc);
    let batch = batch(load);
    let start = Instant::now();
    let cpu_before = cpu_time();
    let batches = load.records / load.records_a_batch;
    let consumers: Vec<_> = (0..CONSUMERS)
        .filter(|_| load.consume)
        .map(|index| tokio::spawn(consume(address.clone(), load, index, batches)))
        .collect();
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|index| tokio::spawn(produce(address.clone(), load, index, batches, batch.clone())))
        .collect();
    for task in producers.into_iter().chain(consumers) {
        task.await.expect("no task panics");
    }
    let outcome = Outcome {
        seconds: start.elapsed().as_secs_f64(),
        cpu_seconds: (cpu_time() - cpu_before).as_secs_f64(),
    };
    node.shut_down().await;
    outcome
}

async fn create(node: &Node, partitions: usize, durability: &str) {
    let topic = NewTopic {
        name: "load".into(),
        topic_id: TopicId(77),
        replicas: Replicas::Spread { partitions: Some(partitions as i32), replication_factor: None },
        configs: vec![("tidelog.durability".to_owned(), Some(durability.to_owned()))],
    };
    let created = node.shared().controller.change(|basis| create_topics(basis, &[topic], false)).await;
    assert!(created.expect("the log takes it").iter().all(Result::is_ok));
}

fn batch(load: Load) -> Bytes {
    let mut builder = BatchBuilder::new();
    for index in 0..load.records_a_batch {
        let text = format!(
            "{{\"user\":{:07},\"page\":\"/articles/{:05}\",\"ms\":{:04},\"agent\":\"Mozilla/5.0 (X11; Linux)\"}}",
            index * 7919 % 9_999_999,
            index * 31 % 99_999,
            index % 9999
        );
        let mut value = text.into_bytes();
        value.resize(RECORD_BYTES, b' ');
        builder.append(TimestampMs(1_700_000_000_000), None, Some(&value), &[]).expect("it fits");
    }
    builder.build(&mut Compressor::new(load.compression)).expect("it has records")
}

async fn connect(address: String) -> LogServiceClient<Channel> {
    let channel = Endpoint::from_shared(address)
        .expect("an address")
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .tcp_nodelay(true)
        .connect()
        .await
        .expect("the node listens");
    LogServiceClient::new(channel).max_decoding_message_size(limits::MAX_RESPONSE_BYTES)
}

async fn produce(address: String, load: Load, index: usize, batches: usize, batch: Bytes) {
    let mut client = connect(address).await;
    let window = Arc::new(Semaphore::new(WINDOW));
    let mine = (index..batches).step_by(PRODUCERS);
    let expected = mine.clone().count();
    let sent = window.clone();
    let requests = futures::stream::unfold(mine, move |mut mine| {
        let (window, batch) = (sent.clone(), batch.clone());
        async move {
            let number = mine.next()?;
            window.acquire().await.expect("never closed").forget();
            let entry = ProduceEntry {
                topic: "load".into(),
                partition: Some((number % load.partitions) as i32),
                record_batch: batch,
                ..ProduceEntry::default()
            };
            let request = ProduceRequest {
                correlation_id: number as u64,
                entries: vec![entry],
                ..ProduceRequest::default()
            };
            Some((request, mine))
        }
    });
    let mut answers = client.produce_stream(requests).await.expect("the call begins").into_inner();
    let mut answered = 0;
    while let Some(answer) = answers.message().await.expect("the stream goes on") {
        assert!(answer.results.iter().all(|result| result.error.is_none()), "{answer:?}");
        answered += 1;
        window.add_permits(1);
    }
    assert_eq!(answered, expected);
}

async fn consume(address: String, load: Load, index: usize, batches: usize) {
    let mut client = connect(address).await;
    let mine: Vec<usize> = (index..load.partitions).step_by(CONSUMERS).collect();
    let expected: usize = mine
        .iter()
        .map(|partition| (*partition..batches).step_by(load.partitions).count() * load.records_a_batch)
        .sum();
    let partition = |partition: &usize| FetchPartition {
        topic: "load".into(),
        partition: *partition as i32,
        ..FetchPartition::default()
    };
    let request = FetchRequest {
        partitions: mine.iter().map(partition).collect(),
        follow: true,
        format: FetchFormat::Batches.into(),
        ..FetchRequest::default()
    };
    let mut chunks = client.fetch(request).await.expect("the call begins").into_inner();
    let mut read = vec![0; load.partitions];
    let idle = Duration::from_secs(30);
    while read.iter().sum::<usize>() < expected {
        let message = tokio::time::timeout(idle, chunks.message()).await.expect("records keep coming");
        for chunk in message.expect("the stream goes on").expect("it does not end").chunks {
            assert!(chunk.error.is_none(), "{chunk:?}");
            read[chunk.partition as usize] = chunk.next_offset as usize;
        }
    }
}
