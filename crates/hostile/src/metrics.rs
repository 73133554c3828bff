//! What a node says on `/metrics`.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Samples by name and labels, as they are written: `tidelog_kafka_requests_total{api="Fetch"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Asks the HTTP listener at `address`.
    pub async fn scrape(address: SocketAddr) -> io::Result<Metrics> {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut text = Vec::new();
        stream.read_to_end(&mut text).await?;
        let text = String::from_utf8_lossy(&text);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        });
        Ok(Metrics(samples.collect()))
    }

    /// The samples of a metric with one label, by the label's value.
    pub fn by_label(&self, metric: &str) -> BTreeMap<String, u64> {
        let samples = self.0.iter().filter_map(|(name, value)| {
            let labels = name.strip_prefix(metric)?.strip_prefix('{')?;
            let (_, value_of_label) = labels.split_once("=\"")?;
            Some((value_of_label.strip_suffix("\"}")?.to_owned(), *value as u64))
        });
        samples.collect()
    }
}
