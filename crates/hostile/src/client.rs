//! A client that asks in JSON, by schema: slow, and strict about what comes back.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tidelog_kafka_schema::{DecodeError, EncodeError, Schemas};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::corpus::Advertised;

/// How long an answer may take: a broker that is attacked is slow, not silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer to an honest question is larger.
const ANSWER_MAX_BYTES: usize = 256 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connection failed, or was closed.
    #[error("{api}: the connection failed: {source}")]
    Io {
        /// What was asked.
        api: String,
        /// Why.
        source: io::Error,
    },
    /// Nothing came.
    #[error("{api} was not answered in {} s", PATIENCE.as_secs())]
    Silence {
        /// What was asked.
        api: String,
    },
    /// The request cannot be said.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The answer cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The answer is another request's, or has bytes left over, or is too large.
    #[error("{api}: the answer {fault}")]
    Framing {
        /// What was asked.
        api: String,
        /// What is wrong.
        fault: String,
    },
    /// There is no such API.
    #[error("proto/kafka has no {0}")]
    NoSuchApi(String),
}

/// One connection of an honest client.
#[derive(Debug)]
pub struct Client {
    schemas: Arc<Schemas>,
    stream: TcpStream,
    client_id: String,
    correlation_id: i32,
}

impl Client {
    /// Connects.
    pub async fn connect(
        schemas: Arc<Schemas>,
        address: SocketAddr,
        client_id: &str,
    ) -> Result<Client, ClientError> {
        let failed = |source| ClientError::Io { api: "connect".to_owned(), source };
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(Client { schemas, stream, client_id: client_id.to_owned(), correlation_id: 0 })
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&mut self, api: &str, version: i16, request: &Json) -> Result<Json, ClientError> {
        match tokio::time::timeout(PATIENCE, self.exchange(api, version, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ClientError::Silence { api: api.to_owned() }),
        }
    }

    /// What the broker serves.
    pub async fn advertised(&mut self) -> Result<Vec<Advertised>, ClientError> {
        let answer = self.ask("ApiVersions", 0, &json!({})).await?;
        let number = |api: &Json, name: &str| api[name].as_i64().unwrap_or(0) as i16;
        let of = |api: &Json| Advertised {
            key: number(api, "apiKey"),
            lowest: number(api, "minVersion"),
            highest: number(api, "maxVersion"),
        };
        Ok(answer["apiKeys"].as_array().into_iter().flatten().map(of).collect())
    }

    /// All topics: name, id, number of partitions.
    pub async fn topics(&mut self) -> Result<BTreeMap<String, (String, usize)>, ClientError> {
        let answer = self.ask("Metadata", 12, &json!({"topics": null})).await?;
        let text = |json: &Json| json.as_str().unwrap_or("").to_owned();
        let of = |topic: &Json| {
            let partitions = topic["partitions"].as_array().map_or(0, Vec::len);
            (text(&topic["name"]), (text(&topic["topicId"]), partitions))
        };
        Ok(answer["topics"].as_array().into_iter().flatten().map(of).collect())
    }

    async fn exchange(&mut self, api: &str, version: i16, request: &Json) -> Result<Json, ClientError> {
        let schemas = self.schemas.clone();
        let no_such = || ClientError::NoSuchApi(api.to_owned());
        let asked = schemas.named(&format!("{api}Request")).ok_or_else(no_such)?;
        let answered = schemas.named(&format!("{api}Response")).ok_or_else(no_such)?;
        let failed = |source| ClientError::Io { api: api.to_owned(), source };
        let wrong = |fault: String| ClientError::Framing { api: api.to_owned(), fault };
        self.correlation_id += 1;
        let mut frame = vec![0; 4];
        frame.extend(asked.api_key.unwrap_or(-1).to_be_bytes());
        frame.extend(version.to_be_bytes());
        frame.extend(self.correlation_id.to_be_bytes());
        frame.extend((self.client_id.len() as i16).to_be_bytes());
        frame.extend(self.client_id.as_bytes());
        if asked.header_version(version) == Some(2) {
            frame.push(0);
        }
        frame.extend(asked.encode(request, version)?);
        let length = (frame.len() - 4) as i32;
        frame[..4].copy_from_slice(&length.to_be_bytes());
        self.stream.write_all(&frame).await.map_err(failed)?;

        let length = self.stream.read_i32().await.map_err(failed)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= ANSWER_MAX_BYTES);
        let length = length.ok_or_else(|| wrong("has no length that could be".to_owned()))?;
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await.map_err(failed)?;
        let header_bytes = 4 + usize::from(answered.header_version(version) == Some(1));
        let id = answer.first_chunk().map(|id| i32::from_be_bytes(*id));
        if id != Some(self.correlation_id) || answer.len() < header_bytes {
            return Err(wrong(format!("is to request {id:?}, not to {}", self.correlation_id)));
        }
        let (json, taken) = answered.decode(&answer[header_bytes..], version)?;
        let left = answer.len() - header_bytes - taken;
        if left > 0 { Err(wrong(format!("has {left} bytes left over"))) } else { Ok(json) }
    }
}
