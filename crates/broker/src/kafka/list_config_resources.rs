//! ListConfigResources, versions 0 and 1: what has configs. Version 0 lists subscriptions to clients' metrics only (it was
//! ListClientMetricsResources, KIP-714); from 1 on a client names types (KIP-1142), and none means all.

use std::cmp::Reverse;

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};

use super::call::Call;
use super::table::Api;
use crate::errors::KafkaCode;
use crate::handlers::{ConfigResourceType, list_config_resources};

/// See the module.
#[derive(Debug)]
pub struct ListConfigResources;

impl Api for ListConfigResources {
    type Request = ListConfigResourcesRequest;

    async fn answer(call: &Call, request: ListConfigResourcesRequest) -> ListConfigResourcesResponse {
        let Some(types) = types(&request, call.version) else {
            let error_code = KafkaCode::UnsupportedVersion as i16;
            return ListConfigResourcesResponse { error_code, ..ListConfigResourcesResponse::default() };
        };
        let mut listed = list_config_resources(call.node(), &types);
        // In Kafka's order.
        listed.sort_by_key(|(resource_type, _)| Reverse(*resource_type));
        let resource = |(resource_type, name): (ConfigResourceType, String)| ConfigResource {
            resource_name: Str::from(name),
            resource_type: resource_type.to_wire(),
        };
        ListConfigResourcesResponse {
            config_resources: listed.into_iter().map(resource).collect(),
            ..ListConfigResourcesResponse::default()
        }
    }
}

/// The types that are asked for; `None` if one of them does not exist.
fn types(request: &ListConfigResourcesRequest, version: i16) -> Option<Vec<ConfigResourceType>> {
    match request.resource_types.as_slice() {
        _ if version == 0 => Some(vec![ConfigResourceType::ClientMetrics]),
        [] => Some(ConfigResourceType::ALL.to_vec()),
        numbers => numbers.iter().map(|number| ConfigResourceType::from_wire(*number)).collect(),
    }
}
