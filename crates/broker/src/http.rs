//! The HTTP listener: `/healthz`, `/readyz`.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::node::Shared;

/// Serves until `stop`.
pub async fn serve(node: Arc<Shared>, listener: TcpListener, stop: CancellationToken) {
    let router = Router::new().route("/healthz", get(|| async { "ok\n" })).with_state(node);
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the HTTP listener stopped");
    }
}
