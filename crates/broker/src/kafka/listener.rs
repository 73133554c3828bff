//! A Kafka listener: a name, an address, and the address that clients are told to come back to.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::call::Peer;
use super::connection;
use super::disconnect::Disconnect;
use super::frames::FrameLimits;
use crate::connections::{Counted, CountedAddress};
use crate::node::Shared;

/// How a Kafka listener is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaListener {
    /// Kafka's name for it, in capitals: `PLAINTEXT`, `INTERNAL`.
    pub name: String,
    /// Where it stands; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where clients find it.
    pub advertised: Advertised,
}

/// The address that Metadata answers name for a listener (`advertised.listeners`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advertised {
    /// The node's end of the connection that asks: right on one host and on a flat network. Behind a port mapping or a
    /// proxy it is not.
    Auto,
    /// This one.
    Explicit {
        /// A name or an address.
        host: String,
        /// Its port.
        port: u16,
    },
}

impl KafkaListener {
    /// At `address`, under Kafka's usual name, advertised as it is reached.
    pub fn at(address: SocketAddr) -> Self {
        KafkaListener { name: "PLAINTEXT".to_owned(), address, advertised: Advertised::Auto }
    }

    /// Its entry of Kafka's `listeners`.
    pub fn kafka_address(&self) -> String {
        format!("{}://{}", self.name, self.address)
    }

    /// Its entry of Kafka's `advertised.listeners`. A listener on every address of the host that is advertised as it is
    /// reached has no one host: an empty one is Kafka's word for that.
    pub fn kafka_advertised(&self) -> String {
        let (name, port) = (&self.name, self.address.port());
        match &self.advertised {
            Advertised::Auto if self.address.ip().is_unspecified() => format!("{name}://:{port}"),
            Advertised::Auto => self.kafka_address(),
            Advertised::Explicit { host, port } if host.contains(':') => format!("{name}://[{host}]:{port}"),
            Advertised::Explicit { host, port } => format!("{name}://{host}:{port}"),
        }
    }
}

/// Why a text is no listener.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no listener: write ADDR:PORT, and around it, as needed, NAME:// and @HOST:PORT to advertise"
)]
pub struct ListenerSyntax(String);

impl FromStr for KafkaListener {
    type Err = ListenerSyntax;

    /// `[NAME://]ADDR:PORT[@HOST:PORT]`.
    fn from_str(text: &str) -> Result<Self, ListenerSyntax> {
        let wrong = || ListenerSyntax(text.to_owned());
        let (name, rest) = text.split_once("://").unwrap_or(("PLAINTEXT", text));
        let (address, advertised) = match rest.split_once('@') {
            None | Some((_, "auto")) => (rest.trim_end_matches("@auto"), Advertised::Auto),
            Some((address, advertised)) => {
                let (host, port) = advertised.rsplit_once(':').ok_or_else(wrong)?;
                let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                let port = port.parse().map_err(|_| wrong())?;
                if host.is_empty() {
                    return Err(wrong());
                }
                (address, Advertised::Explicit { host, port })
            }
        };
        let is_name =
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            return Err(wrong());
        }
        let address = address.parse().map_err(|_| wrong())?;
        Ok(KafkaListener { name: name.to_ascii_uppercase(), address, advertised })
    }
}

impl fmt::Display for KafkaListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.name, self.address)?;
        match &self.advertised {
            Advertised::Auto => Ok(()),
            Advertised::Explicit { host, port } if host.contains(':') => write!(f, "@[{host}]:{port}"),
            Advertised::Explicit { host, port } => write!(f, "@{host}:{port}"),
        }
    }
}

/// A hundred years, which timers can count.
const FOR_EVER_MS: u64 = 100 * 365 * 24 * 3600 * 1000;

/// Takes connections until `stop`, then waits until those that are open are done.
pub async fn serve(
    node: Arc<Shared>,
    listener: Arc<KafkaListener>,
    socket: TcpListener,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, remote)) => {
                let Some(counted) = admit(&node, remote) else { continue };
                let (node, listener) = (node.clone(), listener.clone());
                connections.spawn(async move {
                    attend(node, listener, stream, remote).await;
                    drop(counted);
                });
            }
            Err(error) => {
                // Out of descriptors, or the peer was gone at once: others may do better.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
    connections.close();
    connections.wait().await;
}

/// Counts the connection, if the limits allow one more.
fn admit(node: &Shared, remote: SocketAddr) -> Option<(Counted, CountedAddress)> {
    let broker = node.controller.broker_config();
    let limit = u64::from(broker.max_connections).min(node.max_kafka_connections);
    let open = node.kafka_connections.count();
    if open >= limit {
        tracing::warn!(%remote, open, limit, "closed: the broker has as many connections as it takes (max.connections, descriptors)");
        return None;
    }
    let per_ip = broker.max_connections_per_ip;
    let counted = node.kafka_addresses.count_one(remote.ip().to_canonical(), per_ip);
    if counted.is_none() {
        tracing::warn!(%remote, limit = per_ip, "closed: its address has as many connections as it may (max.connections.per.ip)");
    }
    counted.map(|counted| (node.kafka_connections.count_one(), counted))
}

async fn attend(node: Arc<Shared>, listener: Arc<KafkaListener>, mut stream: TcpStream, remote: SocketAddr) {
    // Answers are small and awaited; that it fails on a socket which is gone is told by the next read.
    drop(stream.set_nodelay(true));
    let broker = node.controller.broker_config();
    let local = stream.local_addr().unwrap_or(listener.address);
    let limits = FrameLimits {
        max_bytes: broker.request_max_bytes as usize,
        budget: node.request_budget.clone(),
        buffers: node.receive_buffers.clone(),
        idle: Duration::from_millis(match broker.connections_max_idle_ms {
            0 => FOR_EVER_MS,
            idle_ms => idle_ms.min(FOR_EVER_MS),
        }),
    };
    let peer = Arc::new(Peer {
        node,
        listener,
        local,
        remote,
        software: OnceLock::new(),
        gone: CancellationToken::new(),
    });
    if let Err(reason) = connection::run(&mut stream, peer.clone(), limits).await {
        peer.node.kafka_counts.closed(&reason);
        match reason {
            Disconnect::Unanswerable(_) => tracing::error!(%remote, %reason, "a connection was closed"),
            _ => tracing::debug!(%remote, %reason, "a connection was closed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_written_as_it_is_read() {
        for (text, written) in [
            ("127.0.0.1:9092", "PLAINTEXT://127.0.0.1:9092"),
            ("127.0.0.1:9092@auto", "PLAINTEXT://127.0.0.1:9092"),
            ("internal://[::1]:9092", "INTERNAL://[::1]:9092"),
            (
                "EXTERNAL://0.0.0.0:9092@broker.example.com:19092",
                "EXTERNAL://0.0.0.0:9092@broker.example.com:19092",
            ),
            ("0.0.0.0:9092@[2001:db8::1]:9092", "PLAINTEXT://0.0.0.0:9092@[2001:db8::1]:9092"),
        ] {
            let listener: KafkaListener = text.parse().expect(text);
            assert_eq!(listener.to_string(), written);
            assert_eq!(written.parse(), Ok(listener));
        }
        for text in [
            "",
            "9092",
            "localhost:9092",
            "://127.0.0.1:1",
            "A B://127.0.0.1:1",
            "127.0.0.1:1@host",
            "127.0.0.1:1@:1",
        ] {
            assert_eq!(text.parse::<KafkaListener>(), Err(ListenerSyntax(text.to_owned())));
        }
    }

    #[test]
    fn a_listener_is_told_in_kafkas_words() {
        for (text, advertised) in [
            ("127.0.0.1:9092", "PLAINTEXT://127.0.0.1:9092"),
            ("[::1]:9092", "PLAINTEXT://[::1]:9092"),
            ("0.0.0.0:9092", "PLAINTEXT://:9092"),
            ("[::]:9092", "PLAINTEXT://:9092"),
            ("EXTERNAL://0.0.0.0:9092@broker.example.com:19092", "EXTERNAL://broker.example.com:19092"),
            ("0.0.0.0:9092@[2001:db8::1]:9093", "PLAINTEXT://[2001:db8::1]:9093"),
        ] {
            let listener: KafkaListener = text.parse().expect(text);
            assert_eq!(listener.kafka_advertised(), advertised);
        }
        let listener: KafkaListener = "internal://0.0.0.0:9092@a:1".parse().expect("a listener");
        assert_eq!(listener.kafka_address(), "INTERNAL://0.0.0.0:9092");
    }
}
