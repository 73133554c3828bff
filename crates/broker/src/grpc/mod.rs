//! The gRPC dialect: `proto/tidelog/v1` to handlers and back. No decision is made here.

mod admin;
mod batching;
mod fetch;
mod gate;
mod log;
mod produce;

use std::sync::Arc;

use tidelog_grpc_api::v1::admin_service_server::AdminServiceServer;
use tidelog_grpc_api::v1::log_service_server::LogServiceServer;
use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tidelog_grpc_api::{FILE_DESCRIPTOR_SET, limits};
use tidelog_model::TopicId;
use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use self::admin::AdminApi;
// HTTP speaks the same messages.
use self::log::LogApi;
pub use self::produce::unary as produce;
use crate::handlers::{TopicRef, UnknownTopic};
use crate::node::Shared;

/// Calls that one connection may have under way.
const MAX_STREAMS: u32 = 100;

/// The largest request about topics: a thousand of them with configs take far less.
const MAX_ADMIN_REQUEST_BYTES: usize = 1 << 20;

/// Serves until `stop`; calls that are under way then may finish.
pub async fn serve(node: Arc<Shared>, listener: TcpListener, stop: CancellationToken) {
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<LogServiceServer<LogApi>>().await;
    health.set_serving::<AdminServiceServer<AdminApi>>().await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1();
    let reflection = match reflection {
        Ok(reflection) => reflection,
        Err(error) => unreachable!("the compiled descriptors are whole: {error}"),
    };
    let budget = node.request_budget.clone();
    let gate = tower::layer::layer_fn(move |inner| gate::Gate::new(inner, budget.clone()));
    let open = node.grpc_connections.clone();
    let admin = AdminServiceServer::new(AdminApi(node.clone()))
        .max_decoding_message_size(MAX_ADMIN_REQUEST_BYTES)
        .max_encoding_message_size(limits::MAX_RESPONSE_BYTES);
    let log = LogServiceServer::new(LogApi(node))
        .max_decoding_message_size(limits::MAX_REQUEST_BYTES)
        .max_encoding_message_size(limits::MAX_RESPONSE_BYTES);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let served = Server::builder()
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .max_frame_size(limits::MAX_FRAME_BYTES)
        .max_concurrent_streams(MAX_STREAMS)
        .layer(gate)
        .add_service(health_service)
        .add_service(reflection)
        .add_service(log)
        .add_service(admin)
        .serve_with_incoming_shutdown(
            incoming.map(move |stream| stream.map(|stream| open.counted(stream))),
            say_when_stopping(health, stop),
        )
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the gRPC listener stopped");
    }
}

/// Health says so before anybody is turned away.
async fn say_when_stopping(health: HealthReporter, stop: CancellationToken) {
    stop.cancelled().await;
    health.set_not_serving::<LogServiceServer<LogApi>>().await;
    health.set_not_serving::<AdminServiceServer<AdminApi>>().await;
    health.set_service_status("", ServingStatus::NotServing).await;
}

/// The topic that a message names by one of its two fields.
fn topic_ref(name: &str, id: &[u8]) -> Result<TopicRef, UnknownTopic> {
    match (name, id) {
        (name, []) if !name.is_empty() => Ok(TopicRef::Name(name.to_owned())),
        ("", id) => {
            id.try_into().map(|id| TopicRef::Id(TopicId::from_bytes(id))).map_err(|_| UnknownTopic::Unnamed)
        }
        _ => Err(UnknownTopic::Unnamed),
    }
}

fn invalid_request(cause: &str, message: impl Into<String>) -> ErrorDetail {
    ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause(cause)
}
