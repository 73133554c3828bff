//! How soon a node is ready: on an empty directory, and with very many partitions, after a clean stop and after `kill -9`.
//!
//! `start-up BINARY DIR [PARTITIONS]` runs `BINARY serve` in temporary directories in DIR. Times are from exec to the banner,
//! which comes once the listeners answer. After each start every partition must still have its record.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tidelog_grpc_api::v1::admin_service_client::AdminServiceClient;
use tidelog_grpc_api::v1::log_service_client::LogServiceClient;
use tidelog_grpc_api::v1::{
    CreateTopicsRequest, DescribeTopicsRequest, NewTopic, ProduceEntry, ProduceRequest, Record,
};

const TOPIC: &str = "many";
const RUNS: usize = 15;
const ENTRIES_A_REQUEST: i32 = 500;

struct Node {
    child: Child,
    address: String,
    ready_after: Duration,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [binary, parent, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: start-up BINARY DIR [PARTITIONS]");
        std::process::exit(2);
    };
    let partitions = rest.first().map_or(10_000, |count| count.parse().expect("PARTITIONS is a number"));
    empty(binary, Path::new(parent));
    many(binary, Path::new(parent), partitions).await;
}

fn empty(binary: &str, parent: &Path) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let directory = tempfile::tempdir_in(parent).expect("DIR can be written");
            let node = Node::start(binary, directory.path());
            let ready_after = node.ready_after;
            node.end(Signal::TERM);
            ready_after
        })
        .collect();
    times.sort();
    println!(
        "empty directory, {RUNS} starts: {:.1?} / {:.1?} / {:.1?}",
        times[0],
        times[RUNS / 2],
        times[RUNS - 1]
    );
}

async fn many(binary: &str, parent: &Path, partitions: i32) {
    let directory = tempfile::tempdir_in(parent).expect("DIR can be written");
    let node = Node::start(binary, directory.path());
    let start = Instant::now();
    create(&node.address, partitions).await;
    println!("{partitions} partitions created in {:.1?}; {}", start.elapsed(), node.memory());
    fill(&node.address, partitions).await;
    println!("a record in each; {}", node.memory());
    println!("clean stop in {:.1?}", node.end(Signal::TERM));
    let mut expected = i64::from(partitions);
    for (how, next_end) in [("a clean stop", Signal::KILL), ("kill -9", Signal::TERM)] {
        let node = Node::start(binary, directory.path());
        println!("after {how}: ready {:.1?} after exec; {}", node.ready_after, node.memory());
        assert_eq!(records(&node.address).await, expected, "records after {how}");
        // Something new, so that the next start has a journal to apply.
        fill(&node.address, partitions).await;
        expected += i64::from(partitions);
        node.end(next_end);
    }
}

impl Node {
    fn start(binary: &str, directory: &Path) -> Node {
        let start = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--output", "json", "--log-level", "warn"])
            .args(["--kafka", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data-dir"])
            .arg(directory.join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("BINARY runs");
        let mut banner = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::new(stdout).read_line(&mut banner).expect("it prints");
        let ready_after = start.elapsed();
        let (_, address) = banner.split_once("\"grpc\":\"").expect("the banner names the gRPC listener");
        let address = format!("http://{}", address.split('"').next().unwrap_or_default());
        Node { child, address, ready_after }
    }

    /// Ends it; returns how long that took.
    fn end(mut self, signal: Signal) -> Duration {
        let start = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
        self.child.wait().expect("it ends");
        start.elapsed()
    }

    fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned()
        };
        format!("resident {}, peak {}", line("VmRSS:"), line("VmHWM:"))
    }
}

async fn create(address: &str, partitions: i32) {
    let mut admin = AdminServiceClient::connect(address.to_owned()).await.expect("the node listens");
    let topic = NewTopic { name: TOPIC.into(), partitions, ..NewTopic::default() };
    let request = CreateTopicsRequest { topics: vec![topic], validate_only: false };
    let results = admin.create_topics(request).await.expect("the call ends").into_inner().results;
    assert!(results.iter().all(|result| result.error.is_none()), "{results:?}");
}

/// One record into each partition.
async fn fill(address: &str, partitions: i32) {
    let mut log = LogServiceClient::connect(address.to_owned()).await.expect("the node listens");
    for first in (0..partitions).step_by(ENTRIES_A_REQUEST as usize) {
        let entry = |partition| ProduceEntry {
            topic: TOPIC.into(),
            partition: Some(partition),
            records: vec![Record { value: Some("one record".into()), ..Record::default() }],
            ..ProduceEntry::default()
        };
        let entries = (first..partitions.min(first + ENTRIES_A_REQUEST)).map(entry).collect();
        let answer = log.produce(ProduceRequest { entries, ..ProduceRequest::default() }).await;
        assert!(
            answer.expect("the call ends").into_inner().results.iter().all(|result| result.error.is_none())
        );
    }
}

async fn records(address: &str) -> i64 {
    let admin = AdminServiceClient::connect(address.to_owned()).await.expect("the node listens");
    let request = DescribeTopicsRequest { names: vec![TOPIC.into()], ..DescribeTopicsRequest::default() };
    let described =
        admin.max_decoding_message_size(64 << 20).describe_topics(request).await.expect("the call ends");
    let topics = described.into_inner().topics;
    topics
        .iter()
        .flat_map(|topic| &topic.partitions)
        .map(|partition| partition.high_watermark.unwrap_or(0))
        .sum()
}
