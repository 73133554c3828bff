//! IncrementalAlterConfigs, versions 0 and 1 (KIP-339): configs are set, deleted, appended to and subtracted from; what is
//! not named stays. A broker's loggers are a resource of their own (KIP-412).

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};
use tidelog_metadata::controller::{ConfigAlteration, ConfigChange, ConfigOperation};

use super::call::Call;
use super::configs::{Resources, each_once};
use super::table::Api;
use crate::errors::{KafkaCode, KafkaError, ToKafka};
use crate::handlers::{ConfigResourceType, alter_configs, alter_loggers, config_resource};

/// See the module.
#[derive(Debug)]
pub struct IncrementalAlterConfigs;

impl Api for IncrementalAlterConfigs {
    type Request = IncrementalAlterConfigsRequest;

    async fn answer(call: &Call, request: IncrementalAlterConfigsRequest) -> IncrementalAlterConfigsResponse {
        let IncrementalAlterConfigsRequest { resources, validate_only } = request;
        let is_unique =
            each_once(resources.iter().map(|resource| (resource.resource_type, &resource.resource_name)));
        let mut answers = Resources::new(resources.len());
        for (index, (resource, is_unique)) in resources.iter().zip(is_unique).enumerate() {
            match is_unique.and_then(|()| changes(resource)) {
                Ok(changes) if is_logger(resource) => {
                    let changes: Vec<_> =
                        changes.into_iter().map(|change| (change.name, change.operation)).collect();
                    let altered = alter_loggers(call.node(), &resource.resource_name, &changes);
                    answers.answer(index, altered.map_err(|error| error.to_kafka()));
                }
                changes => answers.take(index, changes.and_then(|changes| alteration(resource, changes))),
            }
        }
        let answers =
            answers.decide(|alterations| alter_configs(call.node(), alterations, validate_only)).await;
        let respond = |(resource, answer): (AlterConfigsResource, Result<(), KafkaError>)| {
            let error = answer.err();
            AlterConfigsResourceResponse {
                error_code: error.as_ref().map_or(0, |error| error.code as i16),
                error_message: error.and_then(|error| error.message).map(Str::from),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name,
            }
        };
        IncrementalAlterConfigsResponse {
            responses: resources.into_iter().zip(answers).map(respond).collect(),
            ..IncrementalAlterConfigsResponse::default()
        }
    }
}

fn is_logger(resource: &AlterConfigsResource) -> bool {
    ConfigResourceType::from_wire(resource.resource_type) == Some(ConfigResourceType::BrokerLogger)
}

fn changes(resource: &AlterConfigsResource) -> Result<Vec<ConfigChange>, KafkaError> {
    let changes = resource.configs.iter().map(|config| {
        let operation = match config.config_operation {
            0 => ConfigOperation::Set,
            1 => ConfigOperation::Delete,
            2 => ConfigOperation::Append,
            3 => ConfigOperation::Subtract,
            other => {
                let message = format!("Unknown operations type {other}");
                return Err(KafkaError::new(KafkaCode::InvalidRequest, message));
            }
        };
        let value = config.value.as_ref().map(Str::to_string);
        Ok(ConfigChange { name: config.name.to_string(), operation, value })
    });
    changes.collect()
}

fn alteration(
    resource: &AlterConfigsResource,
    changes: Vec<ConfigChange>,
) -> Result<ConfigAlteration, KafkaError> {
    let whose = config_resource(resource.resource_type, &resource.resource_name);
    Ok(ConfigAlteration { resource: whose.map_err(|error| error.to_kafka())?, changes })
}
