//! The cluster, health and reflection.

use tidelog_grpc_api::v1::{DescribeClusterRequest, DescribeClusterResponse, NodeDescription};
use tokio_stream::StreamExt;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::support::TestNode;

async fn describe(node: &TestNode) -> DescribeClusterResponse {
    node.admin().describe_cluster(DescribeClusterRequest {}).await.expect("answers").into_inner()
}

#[tokio::test]
async fn a_cluster_of_one_describes_itself_and_keeps_its_id() {
    let node = TestNode::start_with(&[("broker.rack", "a")]).await;
    let cluster = describe(&node).await;
    assert_eq!(cluster.cluster_id.len(), 22);
    let addresses = node.node.addresses();
    let expected = NodeDescription {
        node_id: 0,
        grpc_address: addresses.grpc.to_string(),
        kafka_address: String::new(),
        http_address: addresses.http.to_string(),
        rack: "a".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    assert_eq!((cluster.controller, cluster.nodes), (Some(0), vec![expected]));
    let node = node.restart().await;
    assert_eq!(describe(&node).await.cluster_id, cluster.cluster_id);
}

#[tokio::test]
async fn both_services_are_serving_and_a_watcher_hears_when_a_shutdown_begins() {
    let node = TestNode::start().await;
    let mut health = HealthClient::new(node.channel());
    let request = |service: &str| HealthCheckRequest { service: service.to_owned() };
    for service in ["", "tidelog.v1.LogService", "tidelog.v1.AdminService"] {
        let status = health.check(request(service)).await.expect("answers").into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service}");
    }
    let unknown = health.check(request("tidelog.v1.Nothing")).await.expect_err("is not there");
    assert_eq!(unknown.code(), Code::NotFound);

    let mut watches = Vec::new();
    for service in ["", "tidelog.v1.LogService", "tidelog.v1.AdminService"] {
        let mut watch = health.watch(request(service)).await.expect("begins").into_inner();
        let first = watch.message().await.expect("says so").expect("the status");
        assert_eq!(first.status(), ServingStatus::Serving);
        watches.push(watch);
    }
    let shutdown = tokio::spawn(node.node.shut_down());
    for mut watch in watches {
        let next = watch.message().await.expect("says so").expect("the change");
        assert_eq!(next.status(), ServingStatus::NotServing);
    }
    shutdown.await.expect("ends");
}

async fn reflect(node: &TestNode, request: MessageRequest) -> MessageResponse {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let mut client = ServerReflectionClient::new(node.channel());
    let answers = client.server_reflection_info(tokio_stream::once(request)).await.expect("answers");
    let answer = answers.into_inner().next().await.expect("one answer").expect("no error");
    answer.message_response.expect("says something")
}

#[tokio::test]
async fn reflection_lists_every_service_and_knows_their_messages() {
    let node = TestNode::start().await;
    let MessageResponse::ListServicesResponse(list) =
        reflect(&node, MessageRequest::ListServices(String::new())).await
    else {
        panic!("not a list")
    };
    let mut names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    let expected = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "tidelog.v1.AdminService",
        "tidelog.v1.LogService",
    ];
    assert_eq!(names, expected);
    for symbol in ["tidelog.v1.AdminService", "tidelog.v1.ErrorDetail", "tidelog.v1.ProduceEntry"] {
        let request = MessageRequest::FileContainingSymbol(symbol.to_owned());
        let MessageResponse::FileDescriptorResponse(file) = reflect(&node, request).await else {
            panic!("{symbol} is not known")
        };
        assert!(!file.file_descriptor_proto.is_empty());
    }
}
