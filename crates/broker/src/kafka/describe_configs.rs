//! DescribeConfigs, versions 1 to 4: the configs of topics, brokers, groups and subscriptions, each with where it comes
//! from; from 3 on with types and, for who asks, documentation.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsResponse,
    DescribeConfigsResult, DescribeConfigsSynonym,
};
use tidelog_metadata::{Candidate, ConfigSource, Explanation, Scope};

use super::call::Call;
use super::configs::{source_number, type_number};
use super::repeats::Repeats;
use super::table::Api;
use crate::errors::{KafkaError, ToKafka};
use crate::handlers::{ConfigSubject, describe_configs};

/// See the module.
#[derive(Debug)]
pub struct DescribeConfigs;

impl Api for DescribeConfigs {
    type Request = DescribeConfigsRequest;

    async fn answer(call: &Call, request: DescribeConfigsRequest) -> DescribeConfigsResponse {
        let DescribeConfigsRequest { resources, include_synonyms, include_documentation } = request;
        let mut repeats = Repeats::new();
        let mut configs = |resource: &DescribeConfigsResource| {
            let entry = |config| entry(config, include_synonyms, include_documentation);
            let explained = || Ok(explain(call, resource)?.into_iter().map(entry).collect());
            repeats.tell((resource.resource_type, resource.resource_name.clone()), explained)
        };
        let describe = |resource: DescribeConfigsResource| match configs(&resource) {
            Ok(configs) => {
                DescribeConfigsResult { error_message: Some(Str::EMPTY), configs, ..empty(resource) }
            }
            Err(error) => DescribeConfigsResult {
                error_code: error.code as i16,
                error_message: error.message.map(Str::from),
                ..empty(resource)
            },
        };
        DescribeConfigsResponse {
            results: resources.into_iter().map(describe).collect(),
            ..DescribeConfigsResponse::default()
        }
    }
}

fn explain(call: &Call, resource: &DescribeConfigsResource) -> Result<Vec<Explanation>, KafkaError> {
    let names = resource.configuration_keys.as_ref().filter(|names| !names.is_empty());
    let names: Option<Vec<String>> = names.map(|names| names.iter().map(Str::to_string).collect());
    ConfigSubject::from_kafka(resource.resource_type, &resource.resource_name)
        .and_then(|subject| describe_configs(call.node(), &subject, names.as_deref()))
        .map_err(|error| error.to_kafka())
}

fn empty(resource: DescribeConfigsResource) -> DescribeConfigsResult {
    DescribeConfigsResult {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        ..DescribeConfigsResult::default()
    }
}

fn entry(
    config: Explanation,
    include_synonyms: bool,
    include_documentation: bool,
) -> DescribeConfigsResourceResult {
    let key = config.key;
    let synonyms = synonyms(&config).filter(|_| include_synonyms).map(|set| DescribeConfigsSynonym {
        name: Str::from(set.key.name),
        value: (!key.is_sensitive()).then(|| Str::from(set.value.clone())),
        source: source_number(set.source),
    });
    DescribeConfigsResourceResult {
        name: Str::from(key.name),
        read_only: config.is_read_only(),
        config_source: source_number(config.source),
        is_sensitive: key.is_sensitive(),
        synonyms: synonyms.collect(),
        config_type: type_number(key.value_type),
        documentation: include_documentation.then(|| Str::from(key.doc)),
        value: config.value.map(Str::from),
    }
}

/// The values that Kafka tells of. Of a topic's config: its own, then the brokers', from the strongest name on, if that is
/// set at all; a default that no broker could set is none of them.
fn synonyms(config: &Explanation) -> impl Iterator<Item = &Candidate> {
    let (is_topic, strongest) = (config.key.scope == Scope::Topic, config.key.synonyms.first());
    let is_own = move |set: &&Candidate| !is_topic || set.source == ConfigSource::Topic;
    let brokers = config.candidates.iter().filter(move |set| !is_own(set));
    let told = brokers.skip_while(move |set| strongest != Some(&set.key.name));
    config.candidates.iter().filter(is_own).chain(told)
}
