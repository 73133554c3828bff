//! The HTTP listener: what operators' tools ask, and topics for whoever has only `curl`.
//!
//! ```text
//! GET  /                                          what is here
//! GET  /healthz                                   200 while the process lives
//! GET  /readyz                                    200, or 503 with the reason not to send work here
//! GET  /metrics                                   OpenMetrics text
//! GET  /v1/topics                                 all topics
//! GET  /v1/topics/{name}                          one, with its partitions
//! POST /v1/topics/{name}/records                  append: JSON, or text/plain, one record a line
//!        ?partition=  &acks=all|1|0  &timeout_ms=
//! GET  /v1/topics/{name}/partitions/{p}/records   read: one record a line, as JSON
//!        ?offset=N|earliest|latest  &max_bytes=  &wait_ms=
//! ```
//!
//! Records go through the calls that gRPC makes, with its defaults, limits and byte budgets; `http/records.rs` says how they
//! look in JSON. An error is `{"error": {…}}` with the fields of `tidelog.v1.ErrorDetail`, and a status that fits its code.
//!
//! What must stay true: a body is read only within its size and under a permit; a web page from elsewhere cannot write.

mod answer;
mod json;
mod records;
mod topics;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::answer::Refusal;
use crate::connections::CountedListener;
use crate::metrics;
use crate::node::Shared;

const INDEX: &str = "\
Tidelog

GET  /healthz                                   is the process alive
GET  /readyz                                    may it be sent work
GET  /metrics                                   OpenMetrics text
GET  /v1/topics                                 all topics
GET  /v1/topics/{name}                          one topic with its partitions
POST /v1/topics/{name}/records                  append records: JSON, or text/plain, one a line
GET  /v1/topics/{name}/partitions/{p}/records   read records: JSON, one a line

curl -H 'content-type: text/plain' --data-binary 'hello' http://HOST/v1/topics/NAME/records
curl 'http://HOST/v1/topics/NAME/partitions/0/records?offset=earliest'
";

/// What requests share.
#[derive(Clone)]
struct Http {
    node: Arc<Shared>,
    registry: Arc<Registry>,
    /// One scrape at a time: its answer may be large.
    scrapes: Arc<Semaphore>,
}

/// Serves until `stop`; requests that are under way then may finish.
pub async fn serve(node: Arc<Shared>, listener: TcpListener, stop: CancellationToken) {
    let listener = CountedListener { listener, open: node.http_connections.clone() };
    let served = axum::serve(listener, router(node)).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the HTTP listener stopped");
    }
}

fn router(node: Arc<Shared>) -> Router {
    let http = Http {
        registry: Arc::new(metrics::registry(node.clone())),
        node,
        scrapes: Arc::new(Semaphore::new(1)),
    };
    Router::new()
        .route("/", get(|| async { INDEX }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(scrape))
        .route("/v1/topics", get(topics::list))
        .route("/v1/topics/{name}", get(topics::describe))
        .route("/v1/topics/{name}/records", post(records::append))
        .route("/v1/topics/{name}/partitions/{partition}/records", get(records::read))
        .fallback(|| async { Refusal::not_found() })
        .with_state(http)
}

async fn readyz(State(http): State<Http>) -> (StatusCode, String) {
    match http.node.unready() {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

async fn scrape(State(http): State<Http>) -> Response {
    let _turn = http.scrapes.acquire().await;
    let registry = http.registry.clone();
    let text = tokio::task::spawn_blocking(move || metrics::encode(&registry)).await;
    match text {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Ok(Err(_)) | Err(_) => {
            tracing::error!("metrics could not be written down");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
