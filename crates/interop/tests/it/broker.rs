//! A node under test, and clients of it.

use std::net::SocketAddr;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, StreamConsumer};
use rdkafka::producer::FutureProducer;
use tempfile::TempDir;
use tidelog_broker::{KafkaListener, Node, NodeConfig};
use tidelog_client::{Client, NewTopic};
use tidelog_metadata::{Origin, WrittenConfig};
use tokio::runtime::Runtime;
use tokio::task::block_in_place;

/// Long enough for anything here; whoever waits longer has found a fault.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running node, on a runtime of its own so that it can be torn down under its clients. It keeps its Kafka address.
pub struct Broker {
    running: Option<Running>,
    settings: Vec<(&'static str, &'static str)>,
    kafka: SocketAddr,
    directory: TempDir,
}

struct Running {
    node: Node,
    runtime: Runtime,
}

impl Broker {
    pub async fn start() -> Broker {
        Broker::start_with(&[]).await
    }

    /// With these of the broker's configs.
    pub async fn start_with(settings: &[(&'static str, &'static str)]) -> Broker {
        let directory = TempDir::new().expect("a directory");
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = Running::start(config(&directory, settings, anywhere)).await;
        let kafka = running.node.addresses().kafka[0].1;
        Broker { running: Some(running), settings: settings.to_vec(), kafka, directory }
    }

    /// Stops the node as an operator does, and starts it again.
    pub async fn restart(&mut self) {
        self.running.take().expect("is running").shut_down().await;
        self.start_again().await;
    }

    /// Ends the node as a crash does, with everything under way lost, and starts it again.
    pub async fn crash(&mut self) {
        self.running.take().expect("is running").abandon();
        self.start_again().await;
    }

    async fn start_again(&mut self) {
        self.running = Some(Running::start(config(&self.directory, &self.settings, self.kafka)).await);
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
        let running = self.running.as_ref().expect("is running");
        Client::connect(running.node.addresses().grpc.to_string()).await.expect("connects")
    }

    /// A topic that is there afterwards.
    pub async fn create_topic(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let configs = configs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let topic = NewTopic { name: name.to_owned(), partitions, configs, ..NewTopic::default() };
        self.grpc().await.admin().create_topic(topic).await.expect("is created");
    }
}

impl Running {
    async fn start(config: NodeConfig) -> Running {
        let runtime = Runtime::new().expect("a runtime");
        let node = runtime.spawn(Node::start(config)).await.expect("no panic").expect("starts");
        Running { node, runtime }
    }

    async fn shut_down(self) {
        self.runtime.spawn(self.node.shut_down()).await.expect("no panic");
        block_in_place(|| drop(self.runtime));
    }

    fn abandon(self) {
        block_in_place(|| self.runtime.shutdown_timeout(PATIENCE));
        drop(self.node);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abandon();
        }
    }
}

fn config(directory: &TempDir, settings: &[(&str, &str)], kafka: SocketAddr) -> NodeConfig {
    let written = settings.iter().map(|&(name, value)| (name, value, Origin::CommandLine));
    // The disk under the tests may be nearly full.
    let reserve = ("tidelog.disk.reserve.bytes", "0", Origin::File);
    let written = WrittenConfig::new([reserve].into_iter().chain(written)).expect("valid");
    let kafka = vec![KafkaListener::at(kafka)];
    NodeConfig { kafka, written, ..NodeConfig::embedded(directory.path().to_owned()) }
}

/// The answer to a call that waits on its thread, so that the clients' own threads and the node go on.
pub fn ask<T>(call: impl FnOnce(Duration) -> T) -> T {
    block_in_place(|| call(PATIENCE))
}
