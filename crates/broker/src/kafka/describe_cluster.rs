//! DescribeCluster, versions 0 to 2: who is there. From version 1 on a client says whether it means brokers or controllers
//! (KIP-919): controllers have no listener of their own here.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};

use super::call::Call;
use super::metadata::{CLUSTER_OPERATIONS, NO_OPERATIONS, own_broker};
use super::table::Api;
use crate::errors::KafkaCode;

const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

/// See the module.
#[derive(Debug)]
pub struct DescribeCluster;

impl Api for DescribeCluster {
    type Request = DescribeClusterRequest;

    async fn answer(call: &Call, request: DescribeClusterRequest) -> DescribeClusterResponse {
        match request.endpoint_type {
            BROKERS => {}
            CONTROLLERS => {
                let message = "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER";
                return refused(KafkaCode::MismatchedEndpointType, message.to_owned());
            }
            other => {
                return refused(
                    KafkaCode::UnsupportedEndpointType,
                    format!("Unsupported endpoint type {other}"),
                );
            }
        }
        let image = call.node().controller.image();
        let own = own_broker(call, &image);
        DescribeClusterResponse {
            cluster_id: image.cluster_id().map(|id| Str::from(id.to_string())).unwrap_or_default(),
            controller_id: call.node().controller.node_id().0,
            brokers: vec![DescribeClusterBroker {
                broker_id: own.node_id,
                host: own.host,
                port: own.port,
                rack: own.rack,
                is_fenced: false,
            }],
            cluster_authorized_operations: if request.include_cluster_authorized_operations {
                CLUSTER_OPERATIONS
            } else {
                NO_OPERATIONS
            },
            ..DescribeClusterResponse::default()
        }
    }
}

fn refused(code: KafkaCode, message: String) -> DescribeClusterResponse {
    DescribeClusterResponse {
        error_code: code as i16,
        error_message: Some(Str::from(message)),
        ..DescribeClusterResponse::default()
    }
}
