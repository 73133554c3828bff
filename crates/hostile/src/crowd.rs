//! Connections that are there all the while: some say nothing, some begin a frame and never end it, some ask for much and
//! read nothing, some flood with records and want no answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use tidelog_kafka_schema::Schemas;
use tidelog_record::Compression;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::batches::batch;
use crate::client::{Client, ClientError};

/// How long one reads nothing before it goes and another comes.
const UNREAD: Duration = Duration::from_secs(15);
/// How much a flood sends, and how often.
const FLOOD_FRAMES: usize = 20;
const FLOOD_PAUSE: Duration = Duration::from_millis(5);
/// How much lies in the topic that is asked for and not read.
const LARGE_BATCHES: usize = 24;
const LARGE_BATCH_BYTES: usize = 900_000;

/// See the module. They go when it is dropped.
#[derive(Debug)]
pub struct Crowd(JoinSet<()>);

impl Crowd {
    /// `silent` that say nothing (every fifth: almost nothing), `deaf` that read nothing, `floods` that want no answer.
    pub async fn gather(
        schemas: Arc<Schemas>,
        address: SocketAddr,
        topic: &str,
        (silent, deaf, floods): (usize, usize, usize),
    ) -> Result<Crowd, ClientError> {
        let mut crowd = JoinSet::new();
        if deaf > 0 {
            fill(schemas.clone(), address, topic).await?;
        }
        for number in 0..silent {
            let word = if number % 5 == 0 { &[0, 0, 1][..] } else { &[] };
            crowd.spawn(say_little(address, word));
        }
        let questions = questions(&schemas, topic)?;
        for _ in 0..deaf {
            crowd.spawn(ask_and_not_read(address, questions.clone()));
        }
        let flood = frame(&schemas, "Produce", 9, &produce(topic, 0, &[&[b'f'; 60]]))?;
        for _ in 0..floods {
            crowd.spawn(flood_with(address, flood.repeat(FLOOD_FRAMES)));
        }
        Ok(Crowd(crowd))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody came.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Puts records into the topic, so that a fetch is large.
async fn fill(schemas: Arc<Schemas>, address: SocketAddr, topic: &str) -> Result<(), ClientError> {
    let mut client = Client::connect(schemas, address, "crowd").await?;
    let value = vec![b'l'; LARGE_BATCH_BYTES];
    for _ in 0..LARGE_BATCHES {
        client.ask("Produce", 9, &produce(topic, -1, &[&value])).await?;
    }
    Ok(())
}

fn produce(topic: &str, acks: i16, values: &[&[u8]]) -> Json {
    let records = STANDARD.encode(batch(values, Compression::None, None));
    json!({"acks": acks, "timeoutMs": 1000, "topicData": [
        {"name": topic, "partitionData": [{"index": 0, "records": records}]}]})
}

/// Requests with large answers, one after the other.
fn questions(schemas: &Schemas, topic: &str) -> Result<Vec<u8>, ClientError> {
    let partition = json!({"partition": 0, "fetchOffset": 0, "partitionMaxBytes": 50 << 20});
    let fetch = json!({"maxWaitMs": 100, "minBytes": 1, "maxBytes": 50 << 20, "sessionEpoch": -1,
        "topics": [{"topic": topic, "partitions": [partition]}]});
    let configs = json!({"resources": [{"resourceType": 4, "resourceName": "0", "configurationKeys": null}],
        "includeSynonyms": true, "includeDocumentation": true});
    let mut bytes = Vec::new();
    for _ in 0..200 {
        bytes.extend(frame(schemas, "Fetch", 12, &fetch)?);
        bytes.extend(frame(schemas, "DescribeConfigs", 4, &configs)?);
        bytes.extend(frame(schemas, "Metadata", 12, &json!({"topics": null}))?);
    }
    Ok(bytes)
}

fn frame(schemas: &Schemas, api: &str, version: i16, request: &Json) -> Result<Vec<u8>, ClientError> {
    let schema = schemas.named(&format!("{api}Request"));
    let schema = schema.ok_or_else(|| ClientError::NoSuchApi(api.to_owned()))?;
    let mut frame = vec![0; 4];
    frame.extend(schema.api_key.unwrap_or(-1).to_be_bytes());
    frame.extend(version.to_be_bytes());
    frame.extend([0, 0, 0, 1, 0xff, 0xff]);
    if schema.header_version(version) == Some(2) {
        frame.push(0);
    }
    frame.extend(schema.encode(request, version)?);
    let length = (frame.len() - 4) as i32;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// Says `word`, and waits until the broker has had enough; then again.
async fn say_little(address: SocketAddr, word: &'static [u8]) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            drop(stream.write_all(word).await);
            drop(stream.read(&mut [0]).await);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn ask_and_not_read(address: SocketAddr, questions: Vec<u8>) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            let asked = async {
                drop(stream.write_all(&questions).await);
                std::future::pending::<()>().await;
            };
            drop(tokio::time::timeout(UNREAD, asked).await);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn flood_with(address: SocketAddr, frames: Vec<u8>) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            while stream.write_all(&frames).await.is_ok() {
                tokio::time::sleep(FLOOD_PAUSE).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
