//! Producers that each wait for an answer before they send again: how many syncs does a request cost?
//!
//! `closed-loop ADDRESS PRODUCERS REQUESTS` sends REQUESTS unary produces of one 100-byte record from each of PRODUCERS to
//! the topic `closed-loop` (made if missing), and prints how long they took. Count the node's syncs meanwhile:
//!
//! ```text
//! strace -f -c -e trace=fdatasync,fsync,sync_file_range,io_uring_enter -p PID
//! ```

use std::time::Instant;

use hdrhistogram::Histogram;
use tidelog_grpc_api::v1::admin_service_client::AdminServiceClient;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{CreateTopicsRequest, NewTopic, ProduceEntry, ProduceRequest, Record};

const TOPIC: &str = "closed-loop";
const PARTITIONS: i32 = 12;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, address, producers, requests] = arguments.as_slice() else {
        eprintln!("usage: closed-loop ADDRESS PRODUCERS REQUESTS");
        std::process::exit(2);
    };
    let address = format!("http://{address}");
    let producers: usize = producers.parse().expect("PRODUCERS is a number");
    let requests: usize = requests.parse().expect("REQUESTS is a number");
    create(address.clone()).await;
    let start = Instant::now();
    let tasks: Vec<_> =
        (0..producers).map(|producer| tokio::spawn(produce(address.clone(), producer, requests))).collect();
    let mut latency = Histogram::<u64>::new(3).expect("three digits are allowed");
    for task in tasks {
        latency.add(task.await.expect("no task panics")).expect("the same range");
    }
    let seconds = start.elapsed().as_secs_f64();
    let millis = |quantile| latency.value_at_quantile(quantile) as f64 / 1e6;
    println!(
        "{} requests in {seconds:.2} s: {:.0}/s, p50 {:.3} ms, p99 {:.3} ms",
        latency.len(),
        latency.len() as f64 / seconds,
        millis(0.5),
        millis(0.99)
    );
}

async fn create(address: String) {
    let mut admin = AdminServiceClient::connect(address).await.expect("the node listens");
    let topic = NewTopic { name: TOPIC.into(), partitions: PARTITIONS, ..NewTopic::default() };
    // It may be there from an earlier run.
    admin
        .create_topics(CreateTopicsRequest { topics: vec![topic], validate_only: false })
        .await
        .expect("the call ends");
}

async fn produce(address: String, producer: usize, requests: usize) -> Histogram<u64> {
    let mut client = LogServiceClient::connect(address).await.expect("the node listens");
    let mut latency = Histogram::new(3).expect("three digits are allowed");
    for _ in 0..requests {
        let record = Record { value: Some(vec![b'x'; 100].into()), ..Record::default() };
        let entry = ProduceEntry {
            topic: TOPIC.into(),
            partition: Some((producer % PARTITIONS as usize) as i32),
            records: vec![record],
            ..ProduceEntry::default()
        };
        let start = Instant::now();
        let answer =
            client.produce(ProduceRequest { entries: vec![entry], ..ProduceRequest::default() }).await;
        latency.record(start.elapsed().as_nanos() as u64).expect("a latency fits 64 bits");
        assert!(
            answer.expect("the call ends").into_inner().results.iter().all(|result| result.error.is_none())
        );
    }
    latency
}
