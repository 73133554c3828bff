//! A client's own metrics, from the subscription to `/metrics`.

use bytes::Bytes;
use tidelog_kafka_wire::messages::api_versions::ApiVersionsRequest;
use tidelog_kafka_wire::messages::get_telemetry_subscriptions::GetTelemetrySubscriptionsRequest;
use tidelog_kafka_wire::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use tidelog_kafka_wire::messages::push_telemetry::PushTelemetryRequest;
use tidelog_kafka_wire::{Str, Uuid};

use crate::kafka::KafkaClient;
use crate::metrics::scrape;
use crate::support::TestNode;

/// `MetricsData` of one gauge, `org.apache.kafka.a`, which is 1.5.
const ONE_GAUGE: &[u8] =
    b"\x0a\x25\x12\x23\x12\x21\x0a\x12org.apache.kafka.a\x2a\x0b\x0a\x09\x21\0\0\0\0\0\0\xf8\x3f";

fn subscribe(configs: &[(&'static str, &'static str)]) -> IncrementalAlterConfigsRequest {
    let config = |&(name, value)| AlterableConfig {
        name: Str::from(name),
        config_operation: 0,
        value: Some(Str::from(value)),
    };
    let resource = AlterConfigsResource {
        resource_type: 16,
        resource_name: Str::from("s"),
        configs: configs.iter().map(config).collect(),
    };
    IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false }
}

#[tokio::test]
async fn what_a_client_pushes_is_shown_until_its_subscription_is_over() {
    let node = TestNode::start().await;
    let mut client = KafkaClient::connect(&node).await;
    let software = ApiVersionsRequest {
        client_software_name: Str::from("test"),
        client_software_version: Str::from("1.0"),
        ..ApiVersionsRequest::default()
    };
    assert_eq!(client.ask(3, &software).await.error_code, 0);
    let configs =
        [("metrics", "org.apache.kafka."), ("interval.ms", "100"), ("match", "client_software_name=te.*")];
    assert_eq!(client.ask(1, &subscribe(&configs)).await.responses[0].error_code, 0);

    let told = client.ask(0, &GetTelemetrySubscriptionsRequest::default()).await;
    assert_eq!((told.error_code, told.push_interval_ms, told.telemetry_max_bytes), (0, 100, 1 << 20));
    assert_eq!(told.requested_metrics, [Str::from("org.apache.kafka.")]);
    assert_eq!(told.accepted_compression_types, [4, 3, 1, 2]);
    assert_ne!(told.client_instance_id, Uuid::ZERO);
    let push = PushTelemetryRequest {
        client_instance_id: told.client_instance_id,
        subscription_id: told.subscription_id,
        metrics: Bytes::from_static(ONE_GAUGE),
        ..PushTelemetryRequest::default()
    };
    assert_eq!(client.ask(0, &push).await.error_code, 0);
    let labels = format!("client_instance_id=\"{}\",client_id=\"\"", told.client_instance_id);
    assert_eq!(scrape(&node).await[&format!("kafka_client_a{{{labels}}}")], 1.5);

    // Another subscription: the client has to ask again.
    assert_eq!(client.ask(1, &subscribe(&[("metrics", "b.")])).await.responses[0].error_code, 0);
    assert_eq!(client.ask(0, &push).await.error_code, 117);
    let nobody = PushTelemetryRequest { client_instance_id: Uuid::ZERO, ..push };
    assert_eq!(client.ask(0, &nobody).await.error_code, 42);
}
