//! A flood of large requests must not grow the broker's memory.
//!
//! `flood ADDRESS PID [CONNECTIONS]` sends produces of 64 MiB (more than a request may have) and then of 12 MiB (each as
//! large as a request may sensibly be, in batches of 900 KiB) from all connections at once, three times each, to the topic
//! `flood`, and prints how far the resident memory of process PID grew.

use std::fs;
use std::sync::Arc;

use bytes::Bytes;
use tidelog_benches::batch_of;
use tidelog_grpc_api::v1::admin_service_client::AdminServiceClient;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{CreateTopicsRequest, NewTopic, ProduceEntry, ProduceRequest, ProduceResponse};
use tonic::{Code, Status};

const TOPIC: &str = "flood";
const PARTITIONS: i32 = 12;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(pid)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: flood ADDRESS PID [CONNECTIONS]");
        std::process::exit(2);
    };
    let connections = arguments.next().map_or(64, |count| count.parse().expect("CONNECTIONS is a number"));
    let address = format!("http://{address}");
    let mut admin = AdminServiceClient::connect(address.clone()).await.expect("the node listens");
    let topic = NewTopic { name: TOPIC.into(), partitions: PARTITIONS, ..NewTopic::default() };
    // It may be there from an earlier run.
    admin
        .create_topics(CreateTopicsRequest { topics: vec![topic], validate_only: false })
        .await
        .expect("the call ends");

    println!("before: {}", memory(&pid));
    let oversized = entry(0, Bytes::from(vec![b'x'; 64 << 20]));
    let (stored, refused) = flood(&address, connections, vec![oversized]).await;
    println!(
        "{connections} connections × {ROUNDS} × 64 MiB: {stored} stored, {refused} refused; {}",
        memory(&pid)
    );
    let batch = batch_of(900 << 10).1;
    let large = (0..13).map(|partition| entry(partition % PARTITIONS, batch.clone())).collect();
    let (stored, refused) = flood(&address, connections, large).await;
    println!(
        "{connections} connections × {ROUNDS} × 12 MiB: {stored} stored, {refused} refused; {}",
        memory(&pid)
    );
}

fn entry(partition: i32, record_batch: Bytes) -> ProduceEntry {
    ProduceEntry { topic: TOPIC.into(), partition: Some(partition), record_batch, ..ProduceEntry::default() }
}

/// How many requests were stored, and how many refused.
async fn flood(address: &str, connections: usize, entries: Vec<ProduceEntry>) -> (usize, usize) {
    let entries = Arc::new(entries);
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (address, entries) = (address.to_owned(), entries.clone());
            tokio::spawn(async move {
                let client = LogServiceClient::connect(address).await.expect("the node listens");
                let mut stored = 0;
                for _ in 0..ROUNDS {
                    let request = ProduceRequest { entries: (*entries).clone(), ..ProduceRequest::default() };
                    stored += usize::from(is_stored(
                        client.clone().produce(request).await.map(tonic::Response::into_inner),
                    ));
                }
                stored
            })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += task.await.expect("no task panics");
    }
    (stored, connections * ROUNDS - stored)
}

fn is_stored(answer: Result<ProduceResponse, Status>) -> bool {
    match answer {
        Ok(response) => response.results.iter().all(|result| result.error.is_none()),
        Err(status) => {
            let is_expected =
                matches!(status.code(), Code::OutOfRange | Code::ResourceExhausted | Code::Unknown);
            assert!(is_expected, "refused for another reason: {status:?}");
            false
        }
    }
}

fn memory(pid: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned();
    format!("resident {}, peak {}", line("VmRSS:"), line("VmHWM:"))
}
