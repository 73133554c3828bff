//! The admin surface over the Kafka listener: every advertised version answers; quotas; clients' own metrics. What the single
//! answers say is compared with Apache Kafka's by `tidelog-transcribe`.

mod configs;
mod quotas;
mod table;
mod telemetry;
mod topics;

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_client_quotas::{
    AlterClientQuotasRequest, EntityData, OpData, RequestEntryData,
};
use tidelog_kafka_wire::messages::create_topics::{CreatableTopic, CreateTopicsRequest};

use super::KafkaClient;

/// A request for topics: name and number of partitions.
fn create(topics: &[(&str, i32)]) -> CreateTopicsRequest {
    let topic = |&(name, num_partitions): &(&str, i32)| CreatableTopic {
        name: Str::from(name.to_owned()),
        num_partitions,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    CreateTopicsRequest { topics: topics.iter().map(topic).collect(), ..CreateTopicsRequest::default() }
}

/// A limit for all clients.
fn limit(key: &'static str, value: f64) -> AlterClientQuotasRequest {
    let entity = EntityData { entity_type: Str::from("client-id"), entity_name: None };
    let op = OpData { key: Str::from(key), value, remove: false };
    AlterClientQuotasRequest {
        entries: vec![RequestEntryData { entity: vec![entity], ops: vec![op] }],
        validate_only: false,
    }
}

pub async fn set_limit(client: &mut KafkaClient, key: &'static str, value: f64) {
    let answer = client.ask(1, &limit(key, value)).await;
    assert_eq!(answer.entries[0].error_code, 0);
}
