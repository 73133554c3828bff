//! The walk over the handlers' table: each advertised API answers in each advertised version.

use tidelog_kafka_wire::messages as of;
use tidelog_kafka_wire::{ApiKey, Request, Str, Uuid};
use tidelog_record::Compression;

use super::create;
use crate::kafka::{KafkaClient, fetch, produce};
use crate::support::{TestNode, batch};

/// What every request needs to name.
struct Ground {
    topic_id: Uuid,
}

/// Asks; false for an API that this walk does not know.
async fn is_answered(client: &mut KafkaClient, key: ApiKey, version: i16, ground: &Ground) -> bool {
    /// The request with everything at its default.
    async fn plain<R: Request>(client: &mut KafkaClient, version: i16) -> bool {
        client.send(version, &R::default()).await;
        client.answer::<R>(version).await.is_some()
    }
    let topic = || Str::from("t");
    match key {
        ApiKey::Produce => {
            let mut request = produce("t", 0, 1, batch(Compression::None, &["a"]));
            if version >= 13 {
                request.topic_data[0].name = Str::EMPTY;
                request.topic_data[0].topic_id = ground.topic_id;
            }
            client.ask(version, &request).await.responses[0].partition_responses[0].error_code == 0
        }
        ApiKey::Fetch => {
            let mut request = fetch("t", &[(0, 0)]);
            if version >= 13 {
                request.topics[0].topic = Str::EMPTY;
                request.topics[0].topic_id = ground.topic_id;
            }
            client.ask(version, &request).await.responses[0].partitions[0].error_code == 0
        }
        ApiKey::ListOffsets => {
            use of::list_offsets::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic};
            let partition = ListOffsetsPartition { timestamp: -1, ..ListOffsetsPartition::default() };
            let request = ListOffsetsRequest {
                replica_id: -1,
                topics: vec![ListOffsetsTopic { name: topic(), partitions: vec![partition] }],
                ..ListOffsetsRequest::default()
            };
            client.ask(version, &request).await.topics[0].partitions[0].error_code == 0
        }
        ApiKey::Metadata => plain::<of::metadata::MetadataRequest>(client, version).await,
        ApiKey::ApiVersions => plain::<of::api_versions::ApiVersionsRequest>(client, version).await,
        ApiKey::CreateTopics => {
            let name = format!("new-{version}");
            client.ask(version, &create(&[(&name, 1)])).await.topics[0].error_code == 0
        }
        ApiKey::DeleteTopics => {
            use of::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
            let name = format!("old-{version}");
            client.ask(7, &create(&[(&name, 1)])).await;
            let name = Str::from(name);
            let mut request = DeleteTopicsRequest { timeout_ms: 1000, ..DeleteTopicsRequest::default() };
            if version >= 6 {
                request.topics = vec![DeleteTopicState { name: Some(name), topic_id: Uuid::ZERO }];
            } else {
                request.topic_names = vec![name];
            }
            client.ask(version, &request).await.responses[0].error_code == 0
        }
        ApiKey::DeleteRecords => {
            use of::delete_records::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic};
            let partition = DeleteRecordsPartition { partition_index: 0, offset: 0 };
            let request = DeleteRecordsRequest {
                topics: vec![DeleteRecordsTopic { name: topic(), partitions: vec![partition] }],
                ..DeleteRecordsRequest::default()
            };
            client.ask(version, &request).await.topics[0].partitions[0].error_code == 0
        }
        ApiKey::InitProducerId => {
            use of::init_producer_id::InitProducerIdRequest;
            let request = InitProducerIdRequest {
                transactional_id: None,
                producer_id: -1,
                producer_epoch: -1,
                ..InitProducerIdRequest::default()
            };
            client.ask(version, &request).await.error_code == 0
        }
        ApiKey::OffsetForLeaderEpoch => {
            plain::<of::offset_for_leader_epoch::OffsetForLeaderEpochRequest>(client, version).await
        }
        ApiKey::DescribeConfigs => {
            use of::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
            let resource = DescribeConfigsResource {
                resource_type: 2,
                resource_name: topic(),
                configuration_keys: None,
            };
            let request =
                DescribeConfigsRequest { resources: vec![resource], ..DescribeConfigsRequest::default() };
            client.ask(version, &request).await.results[0].error_code == 0
        }
        ApiKey::AlterConfigs => plain::<of::alter_configs::AlterConfigsRequest>(client, version).await,
        ApiKey::AlterReplicaLogDirs => {
            plain::<of::alter_replica_log_dirs::AlterReplicaLogDirsRequest>(client, version).await
        }
        ApiKey::DescribeLogDirs => {
            use of::describe_log_dirs::DescribeLogDirsRequest;
            client.ask(version, &DescribeLogDirsRequest { topics: None }).await.results[0].error_code == 0
        }
        ApiKey::CreatePartitions => {
            plain::<of::create_partitions::CreatePartitionsRequest>(client, version).await
        }
        ApiKey::ElectLeaders => plain::<of::elect_leaders::ElectLeadersRequest>(client, version).await,
        ApiKey::IncrementalAlterConfigs => {
            plain::<of::incremental_alter_configs::IncrementalAlterConfigsRequest>(client, version).await
        }
        ApiKey::AlterPartitionReassignments => {
            plain::<of::alter_partition_reassignments::AlterPartitionReassignmentsRequest>(client, version)
                .await
        }
        ApiKey::ListPartitionReassignments => {
            plain::<of::list_partition_reassignments::ListPartitionReassignmentsRequest>(client, version)
                .await
        }
        ApiKey::DescribeClientQuotas => {
            plain::<of::describe_client_quotas::DescribeClientQuotasRequest>(client, version).await
        }
        ApiKey::AlterClientQuotas => {
            plain::<of::alter_client_quotas::AlterClientQuotasRequest>(client, version).await
        }
        ApiKey::DescribeQuorum => {
            use of::describe_quorum::{DescribeQuorumRequest, RequestPartitionData, RequestTopicData};
            let topic = RequestTopicData {
                topic_name: Str::from("__cluster_metadata"),
                partitions: vec![RequestPartitionData { partition_index: 0 }],
            };
            let answer = client.ask(version, &DescribeQuorumRequest { topics: vec![topic] }).await;
            answer.topics[0].partitions[0].error_code == 0
        }
        ApiKey::UpdateFeatures => plain::<of::update_features::UpdateFeaturesRequest>(client, version).await,
        ApiKey::DescribeCluster => {
            client.ask(version, &of::describe_cluster::DescribeClusterRequest::default()).await.error_code
                == 0
        }
        ApiKey::DescribeProducers => {
            plain::<of::describe_producers::DescribeProducersRequest>(client, version).await
        }
        ApiKey::UnregisterBroker => {
            use of::unregister_broker::UnregisterBrokerRequest;
            client.ask(version, &UnregisterBrokerRequest { broker_id: 77 }).await.error_code == 102
        }
        ApiKey::GetTelemetrySubscriptions => {
            use of::get_telemetry_subscriptions::GetTelemetrySubscriptionsRequest;
            client.ask(version, &GetTelemetrySubscriptionsRequest::default()).await.error_code == 0
        }
        ApiKey::PushTelemetry => plain::<of::push_telemetry::PushTelemetryRequest>(client, version).await,
        ApiKey::ListConfigResources => {
            use of::list_config_resources::ListConfigResourcesRequest;
            client.ask(version, &ListConfigResourcesRequest::default()).await.error_code == 0
        }
        ApiKey::DescribeTopicPartitions => {
            plain::<of::describe_topic_partitions::DescribeTopicPartitionsRequest>(client, version).await
        }
        _ => false,
    }
}

#[tokio::test]
async fn every_advertised_version_of_every_api_is_answered() {
    let node = TestNode::start().await;
    let id = node.create_topic("t", 1, &[]).await;
    let ground = Ground { topic_id: Uuid(u128::from_be_bytes((&id[..]).try_into().expect("an id"))) };
    let mut client = KafkaClient::connect(&node).await;
    let software = of::api_versions::ApiVersionsRequest {
        client_software_name: Str::from("test"),
        client_software_version: Str::from("1.0"),
        ..Default::default()
    };
    let advertised = client.ask(4, &software).await.api_keys;
    let (mut covered, mut uncovered) = (0, Vec::new());
    for api in &advertised {
        let key = ApiKey::try_from(api.api_key).expect("an API of Kafka's");
        for version in api.min_version..=api.max_version {
            // Advertised for librdkafka's sake; Kafka closes the connection, too.
            let is_covered = if key == ApiKey::Produce && version < 3 {
                let mut client = KafkaClient::connect(&node).await;
                client.send_raw(&[0, 0, 0, 10, 0, 0, 0, version as u8, 0, 0, 0, 1, 0xff, 0xff]).await;
                client.is_closed().await
            } else {
                is_answered(&mut client, key, version, &ground).await
            };
            println!("{key:?} {version}: {}", if is_covered { "answered" } else { "UNCOVERED" });
            if is_covered {
                covered += 1;
            } else {
                uncovered.push((key, version));
            }
        }
    }
    println!("{} APIs, {covered} versions answered, {} uncovered", advertised.len(), uncovered.len());
    assert_eq!(uncovered, []);
    assert!(covered > 100, "{covered}");
}
