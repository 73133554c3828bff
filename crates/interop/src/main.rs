//! A node for the tests beside it: clients that others wrote (librdkafka, as Rust programs use it through the `rdkafka`
//! crate), and our own gRPC client on the other side of the same topics.
//!
//! `tidelog-interop DIRECTORY KAFKA_ADDRESS [NAME=VALUE]…` prints the Kafka and the gRPC address once both answer, and shuts
//! down when its standard input ends. A process of its own, so that a test can kill it. And a crate of its own, so that what
//! is built to build Tidelog is not librdkafka.

use std::error::Error;
use std::net::SocketAddr;

use tidelog_broker::{KafkaListener, Node, NodeConfig};
use tidelog_metadata::{Origin, WrittenConfig};
use tokio::io::AsyncReadExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("no directory")?;
    let kafka: SocketAddr = arguments.next().ok_or("no address")?.parse()?;
    let settings: Vec<String> = arguments.collect();
    let written = settings.iter().map(|setting| setting.split_once('=').ok_or("no NAME=VALUE"));
    let written: Vec<_> = written.collect::<Result<_, _>>()?;
    let written = written.into_iter().map(|(name, value)| (name, value, Origin::CommandLine));
    let config = NodeConfig {
        kafka: vec![KafkaListener::at(kafka)],
        written: WrittenConfig::new(written)?,
        ..NodeConfig::embedded(directory.into())
    };

    let node = Node::start(config).await?;
    println!("{} {}", node.addresses().kafka[0].1, node.addresses().grpc);
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    node.shut_down().await;
    Ok(())
}
