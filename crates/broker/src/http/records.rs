//! Records in and out.
//!
//! What must stay true: nothing of a body is read before its size is known to be within the limit and a permit for it is
//! held; its records are counted before they take memory of their own. An answer is written piece by piece, as fast as its
//! reader takes it.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tidelog_grpc_api::v1::{self, ErrorCode, ErrorDetail, ProduceEntry};
use tidelog_model::{Offset, PartitionId};
use tidelog_record::{Decompressor, split_batches};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::Http;
use super::answer::{JsonError, Refusal, status};
use super::json::{self, RECORDS_MAX};
use crate::errors::{ToDetail, shutting_down};
use crate::fetching::{FetchLimits, FetchedChunk, FetchedPartition, Fetcher};
use crate::grpc;
use crate::handlers::{Place, TopicRef, list_offset};
use crate::node::Shared;

/// The largest body, in bytes.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

const READ_BYTES: usize = 1 << 20;
const READ_BYTES_MAX: usize = 16 << 20;
const WAIT_MS_MAX: u64 = 60_000;
/// An answer leaves in pieces of this size.
const PIECE_BYTES: usize = 64 << 10;

/// Settings of an append.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppendQuery {
    partition: Option<i32>,
    acks: Option<String>,
    timeout_ms: Option<u32>,
}

/// What became of an append.
#[derive(Debug, Serialize)]
pub struct Appended {
    /// One for each partition that records went to.
    results: Vec<AppendedPart>,
}

#[derive(Debug, Serialize)]
struct AppendedPart {
    partition: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_offset: Option<i64>,
    /// Which of the records, counted from 0; left out where the request named its partition, which is all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    record_indexes: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JsonError>,
}

/// `POST /v1/topics/{name}/records`.
pub async fn append(
    State(http): State<Http>,
    Path(topic): Path<String>,
    query: Result<Query<AppendQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Appended>), Refusal> {
    let Query(query) = query.map_err(|rejection| bad_request("query", rejection.body_text()))?;
    let acks = acks(query.acks.as_deref())?;
    refuse_other_sites(&headers)?;
    let parse = parser(&headers)?;
    let declared = declared_bytes(&headers)?;
    let reserve = http.node.request_budget.reserve(declared);
    let _permit = tokio::time::timeout(BODY_TIMEOUT, reserve).await.map_err(|_| overloaded(&http.node))?;
    let body = read_body(body, declared).await?;
    let records = parse(&body)?;
    let entry = ProduceEntry { topic, partition: query.partition, records, ..ProduceEntry::default() };
    let request = v1::ProduceRequest {
        acks: acks.into(),
        timeout_ms: query.timeout_ms.unwrap_or_default(),
        entries: vec![entry],
        ..v1::ProduceRequest::default()
    };
    let answer = grpc::produce(&http.node, request).await;
    Ok(appended(answer))
}

/// The records of a body.
type Parser = fn(&Bytes) -> Result<Vec<v1::Record>, ErrorDetail>;

fn parser(headers: &HeaderMap) -> Result<Parser, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match media_type.to_ascii_lowercase().as_str() {
        "application/json" => Ok(json::records),
        "text/plain" => Ok(json::lines),
        other => {
            let message = format!(
                "a body of type '{other}' is not understood: send application/json, or text/plain with one record a line"
            );
            let detail = invalid("content-type", message);
            Err(Refusal::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
        }
    }
}

/// A browser names the site of the page that sends a request; only a page of this very address may write.
fn refuse_other_sites(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if authority.is_some() && authority == host {
        return Ok(());
    }
    let detail = ErrorDetail::new(
        ErrorCode::TopicAuthorizationFailed,
        "a web page of another site may not write here",
    )
    .with_cause("origin");
    Err(detail.into())
}

/// How many bytes to expect; the most that there can be if the client does not say.
fn declared_bytes(headers: &HeaderMap) -> Result<usize, Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    match length.map(str::parse::<usize>) {
        None => Ok(BODY_BYTES_MAX),
        Some(Ok(bytes)) if bytes <= BODY_BYTES_MAX => Ok(bytes),
        Some(length) => {
            Err(too_large(&length.map_or_else(|_| "unknown".to_owned(), |bytes| bytes.to_string())))
        }
    }
}

async fn read_body(body: Body, declared: usize) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, declared)).await {
        Ok(Ok(body)) => Ok(body),
        // The declared length is kept by the connection, so that this is a body without one, or a connection that broke.
        Ok(Err(_)) => Err(too_large("unknown")),
        Err(_) => {
            let message = format!("the body did not arrive within {} s", BODY_TIMEOUT.as_secs());
            Err(ErrorDetail::new(ErrorCode::RequestTimedOut, message).with_cause("body").into())
        }
    }
}

fn appended(answer: v1::ProduceResponse) -> (StatusCode, Json<Appended>) {
    let refused = answer.results.iter().find_map(|result| result.error.as_ref());
    let status = refused.map_or(StatusCode::OK, |error| status(error.code()));
    let part = |result: v1::ProduceResult| AppendedPart {
        partition: result.partition,
        base_offset: Some(result.base_offset).filter(|&offset| offset >= 0),
        record_indexes: result.record_indexes,
        error: result.error.map(JsonError::from),
    };
    (status, Json(Appended { results: answer.results.into_iter().map(part).collect() }))
}

fn acks(word: Option<&str>) -> Result<v1::Acks, Refusal> {
    match word {
        None | Some("all" | "-1") => Ok(v1::Acks::All),
        Some("1") => Ok(v1::Acks::Leader),
        Some("0") => Ok(v1::Acks::None),
        Some(word) => {
            let detail =
                ErrorDetail::new(ErrorCode::InvalidRequiredAcks, format!("acks={word}: use all, 1 or 0"));
            Err(detail.with_limit("acks", "all, 1, 0", word).into())
        }
    }
}

/// Settings of a read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadQuery {
    offset: Option<String>,
    max_bytes: Option<usize>,
    wait_ms: Option<u64>,
}

/// `GET /v1/topics/{name}/partitions/{p}/records`: what there is from an offset on, up to `max_bytes` of batches but at
/// least one; if there is nothing, the first that comes within `wait_ms`. The headers `tidelog-next-offset` (where to go
/// on), `tidelog-high-watermark` and `tidelog-log-start-offset` say where the reader stands.
pub async fn read(
    State(http): State<Http>,
    path: Result<Path<(String, i32)>, PathRejection>,
    query: Result<Query<ReadQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Path((topic, partition)) = path.map_err(|rejection| bad_request("path", rejection.body_text()))?;
    let Query(query) = query.map_err(|rejection| bad_request("query", rejection.body_text()))?;
    let topic = TopicRef::Name(topic);
    let partition = PartitionId(partition);
    let from = start(&http.node, &topic, partition, query.offset.as_deref())?;
    let limits = FetchLimits {
        max_bytes: query.max_bytes.unwrap_or(READ_BYTES).clamp(1, READ_BYTES_MAX),
        min_bytes: 1,
        max_wait: Duration::from_millis(query.wait_ms.unwrap_or_default().min(WAIT_MS_MAX)),
        follow: true,
    };
    let mut chunks = fetch(&http.node, &topic, partition, from, limits).await?;
    let failed = chunks.iter().position(|chunk| chunk.error.is_some());
    // What was read before an error is served; the next read meets the error first.
    let failed = failed.map(|index| chunks.split_off(index));
    let Some(last) = chunks.last() else {
        let error = failed.iter().flatten().find_map(|chunk| chunk.error.as_ref());
        return Err(error.map_or_else(nothing_read, ToDetail::to_detail).into());
    };
    let places = [
        (HeaderName::from_static("tidelog-next-offset"), last.next_offset),
        (HeaderName::from_static("tidelog-high-watermark"), last.high_watermark.0),
        (HeaderName::from_static("tidelog-log-start-offset"), last.log_start.0),
    ];
    let batches = chunks.into_iter().map(|chunk| chunk.batches).collect();
    let mut response = lines(batches, from).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.extend(places.map(|(name, offset)| (name, HeaderValue::from(offset.0))));
    Ok(response)
}

fn start(
    node: &Shared,
    topic: &TopicRef,
    partition: PartitionId,
    offset: Option<&str>,
) -> Result<Offset, Refusal> {
    let place = match offset {
        None | Some("earliest") => Place::Earliest,
        Some("latest") => Place::Latest,
        Some(number) => {
            let message = || format!("offset={number}: use a number, earliest or latest");
            return number.parse().map(Offset).map_err(|_| bad_request("offset", message()));
        }
    };
    let found = list_offset(node, topic, partition, place).map_err(|error| error.to_detail())?;
    Ok(found.map_or(Offset::ZERO, |found| found.offset))
}

async fn fetch(
    node: &Shared,
    topic: &TopicRef,
    partition: PartitionId,
    next_offset: Offset,
    limits: FetchLimits,
) -> Result<Vec<FetchedChunk>, Refusal> {
    let hosted = {
        let topics = node.topics.snapshot();
        let topic = topics.find(topic).map_err(|error| error.to_detail())?;
        topic.find(partition).map_err(|error| error.to_detail())?.clone()
    };
    let partitions = vec![FetchedPartition { hosted, next_offset }];
    let mut fetcher = Fetcher::new(partitions, limits, node.fetch_budget.clone());
    // The position comes first, and again if nothing else does.
    fetcher.next().await;
    tokio::select! {
        chunks = fetcher.next() => Ok(chunks.unwrap_or_default()),
        () = node.stop.cancelled() => Err(shutting_down().into()),
    }
}

fn nothing_read() -> ErrorDetail {
    ErrorDetail::new(ErrorCode::UnknownServerError, "nothing was read, not even where the log stands")
}

/// Records as lines, from `from` on, written as they are taken.
fn lines(chunks: Vec<Bytes>, from: Offset) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        // Only the reader's end goes before its time.
        _ = write_lines(chunks, from, &sender).await;
    });
    Body::from_stream(futures::StreamExt::map(
        ReceiverStream::new(receiver),
        Ok::<Bytes, std::convert::Infallible>,
    ))
}

async fn write_lines(
    chunks: Vec<Bytes>,
    from: Offset,
    reader: &mpsc::Sender<Bytes>,
) -> Result<(), mpsc::error::SendError<Bytes>> {
    let mut decompressor = Decompressor::default();
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    for batch in chunks.into_iter().flat_map(split_batches) {
        let batch = match batch {
            Ok(batch) if batch.header().attributes.is_control() => continue,
            Ok(batch) => batch,
            Err(error) => return reader.send(damaged(piece, &error)).await,
        };
        let records = match batch.records(&mut decompressor) {
            Ok(records) => records,
            Err(error) => return reader.send(damaged(piece, &error)).await,
        };
        for record in records {
            match record {
                Ok(record) if record.offset < from => continue,
                Ok(record) => json::write(&record, &mut piece),
                Err(error) => return reader.send(damaged(piece, &error)).await,
            }
            if piece.len() >= PIECE_BYTES {
                reader.send(std::mem::take(&mut piece).into()).await?;
            }
        }
    }
    if piece.is_empty() { Ok(()) } else { reader.send(piece.into()).await }
}

/// The status has long been sent, so that a damaged batch is the last line.
fn damaged(mut piece: Vec<u8>, error: &dyn std::fmt::Display) -> Bytes {
    let error = JsonError::from(ErrorDetail::new(ErrorCode::CorruptMessage, error.to_string()));
    json::write_line(&serde_json::json!({ "error": error }), &mut piece);
    piece.into()
}

fn invalid(cause: &str, message: String) -> ErrorDetail {
    ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause(cause)
}

fn bad_request(cause: &str, message: String) -> Refusal {
    invalid(cause, message).into()
}

fn too_large(value: &str) -> Refusal {
    let message = format!(
        "a body has at most {BODY_BYTES_MAX} bytes and {RECORDS_MAX} records, and this one has {value} bytes: send several"
    );
    let detail = ErrorDetail::new(ErrorCode::RecordListTooLarge, message);
    detail.with_limit("body", format!("{BODY_BYTES_MAX} bytes"), format!("{value} bytes")).into()
}

fn overloaded(node: &Shared) -> Refusal {
    let limit = node.request_budget.limit_bytes();
    let message = format!(
        "the broker's {limit} bytes for requests under way are in use: retry later, or raise tidelog.memory.bytes"
    );
    let detail = ErrorDetail::new(ErrorCode::Overloaded, message);
    detail.with_limit("tidelog.memory.bytes", format!("{limit} bytes"), "").into()
}
