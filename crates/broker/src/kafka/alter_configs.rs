//! AlterConfigs, versions 0 to 2: what is not named goes back to its default. IncrementalAlterConfigs has taken its place
//! (KIP-339).

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};
use tidelog_metadata::controller::{ConfigAlteration, ConfigChange, ConfigOperation};

use super::call::Call;
use super::configs::{Resources, each_once};
use super::table::Api;
use crate::errors::{KafkaError, ToKafka};
use crate::handlers::{config_resource, replace_configs};

/// See the module.
#[derive(Debug)]
pub struct AlterConfigs;

impl Api for AlterConfigs {
    type Request = AlterConfigsRequest;

    async fn answer(call: &Call, request: AlterConfigsRequest) -> AlterConfigsResponse {
        let AlterConfigsRequest { resources, validate_only } = request;
        let is_unique =
            each_once(resources.iter().map(|resource| (resource.resource_type, &resource.resource_name)));
        let mut answers = Resources::new(resources.len());
        for (index, (resource, is_unique)) in resources.iter().zip(is_unique).enumerate() {
            answers.take(index, is_unique.and_then(|()| alteration(resource)));
        }
        let answers =
            answers.decide(|alterations| replace_configs(call.node(), alterations, validate_only)).await;
        let respond = |(resource, answer): (AlterConfigsResource, Result<(), KafkaError>)| {
            let error = answer.err();
            AlterConfigsResourceResponse {
                error_code: error.as_ref().map_or(0, |error| error.code as i16),
                error_message: error.and_then(|error| error.message).map(Str::from),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name,
            }
        };
        AlterConfigsResponse {
            responses: resources.into_iter().zip(answers).map(respond).collect(),
            ..AlterConfigsResponse::default()
        }
    }
}

fn alteration(resource: &AlterConfigsResource) -> Result<ConfigAlteration, KafkaError> {
    let changes = resource.configs.iter().map(|config| ConfigChange {
        name: config.name.to_string(),
        operation: ConfigOperation::Set,
        value: config.value.as_ref().map(Str::to_string),
    });
    let whose = config_resource(resource.resource_type, &resource.resource_name);
    let whose = whose.map_err(|error| error.to_kafka())?;
    Ok(ConfigAlteration { resource: whose, changes: changes.collect() })
}
