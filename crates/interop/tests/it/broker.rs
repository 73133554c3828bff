//! A node under test, and clients of it.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, StreamConsumer};
use rdkafka::producer::FutureProducer;
use tempfile::TempDir;
use tidelog_client::{Client, NewTopic};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// Long enough for anything here; whoever waits longer has found a fault.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running node, in a process of its own. It keeps its Kafka address.
pub struct Broker {
    node: Child,
    settings: Vec<String>,
    kafka: SocketAddr,
    grpc: SocketAddr,
    directory: TempDir,
}

impl Broker {
    pub async fn start() -> Broker {
        Broker::start_with(&[]).await
    }

    /// With these of the broker's configs.
    pub async fn start_with(settings: &[(&str, &str)]) -> Broker {
        let directory = TempDir::new().expect("a directory");
        // The disk under the tests may be nearly full.
        let settings = [("tidelog.disk.reserve.bytes", "0")].iter().chain(settings);
        let settings: Vec<_> = settings.map(|(name, value)| format!("{name}={value}")).collect();
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let (node, kafka, grpc) = start(&directory, anywhere, &settings).await;
        Broker { node, settings, kafka, grpc, directory }
    }

    /// Stops the node, and starts it again.
    pub async fn restart(&mut self) {
        drop(self.node.stdin.take());
        let status = timeout(PATIENCE, self.node.wait()).await.expect("ends in time").expect("a child");
        assert!(status.success(), "{status}");
        self.start_again().await;
    }

    /// Kills the node (`kill -9`), and starts it again.
    pub async fn kill(&mut self) {
        self.node.kill().await.expect("a child");
        self.start_again().await;
    }

    async fn start_again(&mut self) {
        (self.node, _, self.grpc) = start(&self.directory, self.kafka, &self.settings).await;
    }

    /// Where its Kafka listener stands.
    pub fn kafka(&self) -> SocketAddr {
        self.kafka
    }

    /// What a librdkafka client is told, whatever it is: where the broker is, and to notice quickly that it is back.
    pub fn clients(&self, settings: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.kafka.to_string());
        config.set("reconnect.backoff.ms", "10").set("reconnect.backoff.max.ms", "100");
        config.set("retry.backoff.ms", "10").set("retry.backoff.max.ms", "100");
        config.set("topic.metadata.refresh.fast.interval.ms", "10");
        config.extend(settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
        config
    }

    pub fn producer(&self, settings: &[(&str, &str)]) -> FutureProducer {
        self.clients(settings).create().expect("a producer")
    }

    /// Assigns to itself, belongs to no group.
    pub fn consumer(&self, settings: &[(&str, &str)]) -> StreamConsumer {
        let mut config = self.clients(settings);
        // librdkafka assigns nothing to consumers without one.
        config.set("group.id", "none").set("enable.auto.commit", "false").set("fetch.wait.max.ms", "100");
        config.create().expect("a consumer")
    }

    /// Only asks: for metadata and offsets.
    pub fn inquirer(&self) -> BaseConsumer {
        self.clients(&[]).create().expect("a client")
    }

    /// Our own client.
    pub async fn grpc(&self) -> Client {
        Client::connect(self.grpc.to_string()).await.expect("connects")
    }

    /// A topic that is there afterwards.
    pub async fn create_topic(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let configs = configs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let topic = NewTopic { name: name.to_owned(), partitions, configs, ..NewTopic::default() };
        self.grpc().await.admin().create_topic(topic).await.expect("is created");
    }
}

/// A node that answers, and the addresses of its Kafka and its gRPC listener.
async fn start(
    directory: &TempDir,
    kafka: SocketAddr,
    settings: &[String],
) -> (Child, SocketAddr, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidelog-interop"));
    command.arg(directory.path()).arg(kafka.to_string()).args(settings);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut node = command.spawn().expect("starts");
    let mut lines = BufReader::new(node.stdout.take().expect("is piped")).lines();
    let line = timeout(PATIENCE, lines.next_line()).await.expect("is ready in time").expect("text");
    let line = line.expect("has said why it does not start");
    let (kafka, grpc) = line.split_once(' ').expect("two addresses");
    (node, kafka.parse().expect("an address"), grpc.parse().expect("an address"))
}

/// The answer to a call that waits on its thread, so that the clients' own threads and the node go on.
pub fn ask<T>(call: impl FnOnce(Duration) -> T) -> T {
    block_in_place(|| call(PATIENCE))
}
