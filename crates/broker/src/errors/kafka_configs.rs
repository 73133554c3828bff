//! What Apache Kafka 4.4 answers where configs are refused. Who is asked decides about the code of a bad value: a topic's or
//! a group's is INVALID_CONFIG, a broker's INVALID_REQUEST.

use tidelog_metadata::controller::{AlterConfigsError, ConfigError, ConfigOperation, ConfigResource};
use tidelog_metadata::{InvalidValue, Scope, Valid, ValueFault};

use super::kafka::ToKafka;
use super::{KafkaCode, KafkaError};
use crate::handlers::{
    AlterLoggersError, ConfigResourceError, ConfigResourceType, DescribeConfigsError, UnknownTopic,
};

/// A config that one of these has refused.
pub(super) fn config_error(scope: Scope, error: &ConfigError) -> KafkaError {
    let invalid = |message: String| {
        let code = match scope {
            Scope::Broker => KafkaCode::InvalidRequest,
            Scope::Topic | Scope::Group | Scope::ClientMetrics => KafkaCode::InvalidConfig,
        };
        KafkaError::new(code, message)
    };
    let contradiction = |message: String| KafkaError::new(KafkaCode::InvalidRequest, message);
    match error {
        ConfigError::Unknown(unknown) => match scope {
            Scope::Topic => invalid(format!("Unknown topic config name: {}", unknown.name)),
            Scope::Group => invalid(format!("Unknown group config name: {}", unknown.name)),
            Scope::ClientMetrics => {
                contradiction(format!("Unknown client metrics configuration: {}", unknown.name))
            }
            Scope::Broker => KafkaError::new(KafkaCode::InvalidConfig, unknown.to_string()),
        },
        ConfigError::Invalid(value) if scope == Scope::ClientMetrics => client_metrics_value(value),
        ConfigError::Invalid(value) => invalid(invalid_value(value)),
        ConfigError::Null { name } => contradiction(format!("Null value not supported for : {name}")),
        ConfigError::Duplicate { .. } => contradiction("Error due to duplicate config keys".to_owned()),
        ConfigError::NotAList { name, operation } => KafkaError::new(
            KafkaCode::InvalidConfig,
            format!("Can't {} to key {name} because its type is not LIST.", word(*operation)),
        ),
        ConfigError::ReadOnly { name } => {
            contradiction(format!("Cannot update these configs dynamically: [{name}]"))
        }
        ConfigError::OneBrokerOnly { name } => contradiction(format!(
            "Cannot update these configs at default cluster level, broker id must be specified: [{name}]"
        )),
        ConfigError::OutsideLimits { name, least, most, .. } => {
            invalid(format!("{name} must be in the range {least} to {most} inclusive."))
        }
        ConfigError::Conflict { smaller, smaller_value, larger, larger_value } => invalid(format!(
            "conflict topic config setting {smaller} ({smaller_value}) > {larger} ({larger_value})"
        )),
        ConfigError::NotAvailable { .. } => invalid(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."
                .to_owned(),
        ),
    }
}

fn word(operation: ConfigOperation) -> &'static str {
    match operation {
        ConfigOperation::Set => "SET",
        ConfigOperation::Delete => "DELETE",
        ConfigOperation::Append => "APPEND",
        ConfigOperation::Subtract => "SUBTRACT",
    }
}

fn invalid_value(error: &InvalidValue) -> String {
    let InvalidValue { key, value, fault } = error;
    let name = key.name;
    let (shown, what) = match fault {
        ValueFault::NotANumber => {
            (value.clone(), format!("Not a number of type {}", key.value_type.as_str()))
        }
        ValueFault::NotABoolean => (value.clone(), "Expected value to be either true or false".to_owned()),
        ValueFault::Below(_) | ValueFault::Above(_) => (shown_number(error), bounds(error)),
        ValueFault::NotOneOf => match key.valid {
            Valid::Words(words) => {
                (unknown_word(value, words), format!("String must be one of: {}", words.join(", ")))
            }
            _ => (value.clone(), key.expects()),
        },
        ValueFault::EmptyElement => return format!("Configuration '{name}' values must not be empty."),
        ValueFault::RepeatedElement => {
            return format!("Configuration '{name}' values must not be duplicated.");
        }
        ValueFault::NotReplicas => (
            format!("[{}]", elements(value).collect::<Vec<_>>().join(", ")),
            format!(
                "{name} must be the literal '*' or a list of replicas in the following format: \
                 [partitionId]:[brokerId],[partitionId]:[brokerId],..."
            ),
        ),
        ValueFault::NotAPattern => return format!("Illegal client matching pattern: {value}"),
        ValueFault::TooLong(_) => return error.to_string(),
    };
    format!("Invalid value {shown} for configuration {name}: {what}")
}

fn bounds(error: &InvalidValue) -> String {
    match (error.key.valid, error.fault) {
        (Valid::MinusOneOrBetween(least, most), _) => {
            format!("Value must be between {least} and {most} or equal to -1")
        }
        (_, ValueFault::Below(least)) => format!("Value must be at least {least}"),
        (_, ValueFault::Above(most)) => format!("Value must be no more than {most}"),
        _ => error.key.expects(),
    }
}

/// As Kafka shows it once it is read: without white space, a fraction always with its point.
fn shown_number(error: &InvalidValue) -> String {
    let text = error.value.trim();
    match (error.key.value_type, text.parse::<f64>()) {
        (tidelog_metadata::ValueType::Double, Ok(number)) => format!("{number:?}"),
        _ => text.to_owned(),
    }
}

fn elements(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

fn unknown_word(value: &str, words: &[&str]) -> String {
    elements(value).find(|element| !words.contains(element)).unwrap_or(value).to_owned()
}

fn client_metrics_value(error: &InvalidValue) -> KafkaError {
    match error.fault {
        ValueFault::Below(_) | ValueFault::Above(_) => KafkaError::new(
            KafkaCode::InvalidRequest,
            format!(
                "Invalid value {} for interval.ms, interval must be between 100 and 3600000 (1 hour)",
                error.value.trim()
            ),
        ),
        _ => KafkaError::new(KafkaCode::InvalidConfig, invalid_value(error)),
    }
}

impl ToKafka for AlterConfigsError {
    fn to_kafka(&self) -> KafkaError {
        let invalid = |message: String| KafkaError::new(KafkaCode::InvalidRequest, message);
        match self {
            AlterConfigsError::UnknownTopic { name } => KafkaError::new(
                KafkaCode::UnknownTopicOrPartition,
                format!("The topic '{name}' does not exist."),
            ),
            AlterConfigsError::UnknownBroker { node_id, this } => {
                invalid(format!("Unexpected broker id, expected {this}, but received {node_id}"))
            }
            AlterConfigsError::Duplicate { .. } => {
                invalid("Each resource must appear at most once.".to_owned())
            }
            AlterConfigsError::TopicName(error) => error.to_kafka(),
            AlterConfigsError::Unnamed { resource: ConfigResource::ClientMetrics(_) } => {
                invalid("Subscription name can't be empty".to_owned())
            }
            AlterConfigsError::Unnamed { .. } => {
                invalid("Default group resources are not allowed.".to_owned())
            }
            AlterConfigsError::Config { scope, error } => config_error(*scope, error),
        }
    }
}

impl ToKafka for ConfigResourceError {
    fn to_kafka(&self) -> KafkaError {
        let message = match self {
            ConfigResourceError::UnknownType { number } => format!("Unknown resource type {number}"),
            ConfigResourceError::NotANodeId { name } => {
                format!("Node id must be an integer, but it is: {name}")
            }
            ConfigResourceError::NoTopic => "Default topic resources are not allowed.".to_owned(),
        };
        KafkaError::new(KafkaCode::InvalidRequest, message)
    }
}

impl ToKafka for AlterLoggersError {
    fn to_kafka(&self) -> KafkaError {
        let invalid = |message: String| KafkaError::new(KafkaCode::InvalidRequest, message);
        match self {
            AlterLoggersError::Resource(error) => error.to_kafka(),
            AlterLoggersError::OtherBroker { asked, this } => {
                invalid(format!("Unexpected node id. Expected {this}, but received {asked}"))
            }
            AlterLoggersError::NotALevel { operation } => invalid(format!(
                "{} operation is not allowed for the BROKER_LOGGER resource",
                word(*operation)
            )),
            AlterLoggersError::Unknown { name } => {
                KafkaError::new(KafkaCode::InvalidConfig, format!("Logger {name} does not exist!"))
            }
        }
    }
}

impl ToKafka for DescribeConfigsError {
    fn to_kafka(&self) -> KafkaError {
        let invalid = |message: String| KafkaError::new(KafkaCode::InvalidRequest, message);
        match self {
            DescribeConfigsError::Unknown(UnknownTopic::Topic(_)) => {
                KafkaError::new(KafkaCode::UnknownTopicOrPartition, "")
            }
            DescribeConfigsError::Unknown(error) => error.to_kafka(),
            DescribeConfigsError::TopicName(error) => error.to_kafka(),
            DescribeConfigsError::OtherBroker { asked, this, is_logger: false } => {
                invalid(format!("Unexpected broker id, expected {this} or empty string, but received {asked}"))
            }
            DescribeConfigsError::OtherBroker { asked, this, is_logger: true } => {
                invalid(format!("Unexpected broker id, expected {this} but received {asked}"))
            }
            DescribeConfigsError::Resource(ConfigResourceError::NotANodeId { name }) => {
                invalid(format!("Broker id must be an integer, but it is: {name}"))
            }
            DescribeConfigsError::Resource(_) => invalid(
                "This most likely occurs because of a request being malformed by the client library or the message was \
                 sent to an incompatible broker. See the broker logs for more details."
                    .to_owned(),
            ),
            DescribeConfigsError::Unnamed { resource_type } => invalid(
                match resource_type {
                    ConfigResourceType::BrokerLogger => "Broker id must not be empty",
                    ConfigResourceType::ClientMetrics => "Client metrics subscription name must not be empty",
                    _ => "Group name must not be empty",
                }
                .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use tidelog_metadata::{ConfigKey, find_key};

    use super::*;

    fn key(scope: Scope, name: &str) -> &'static ConfigKey {
        find_key(scope, name).unwrap()
    }

    fn refused(name: &str, value: &str) -> String {
        invalid_value(&key(Scope::Topic, name).parse(value).unwrap_err())
    }

    #[test]
    fn bad_values_are_refused_in_kafkas_words() {
        for (name, value, expected) in [
            (
                "retention.ms",
                " x ",
                "Invalid value  x  for configuration retention.ms: Not a number of type LONG",
            ),
            (
                "retention.ms",
                " -5 ",
                "Invalid value -5 for configuration retention.ms: Value must be at least -1",
            ),
            (
                "segment.bytes",
                "1",
                "Invalid value 1 for configuration segment.bytes: Value must be at least 1048576",
            ),
            (
                "preallocate",
                "1",
                "Invalid value 1 for configuration preallocate: Expected value to be either true or false",
            ),
            (
                "cleanup.policy",
                "delete,x,y",
                "Invalid value x for configuration cleanup.policy: String must be one of: compact, delete",
            ),
            ("cleanup.policy", "delete,", "Configuration 'cleanup.policy' values must not be empty."),
            (
                "compression.type",
                " x ",
                "Invalid value x for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer",
            ),
            (
                "compression.gzip.level",
                "0",
                "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1",
            ),
            (
                "min.cleanable.dirty.ratio",
                "2",
                "Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no more than 1",
            ),
            (
                "leader.replication.throttled.replicas",
                "0:1,x",
                "Invalid value [0:1, x] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
            ),
        ] {
            assert_eq!(refused(name, value), expected);
        }
    }

    #[test]
    fn the_code_of_a_bad_value_depends_on_whose_it_is() {
        let error = |scope, name: &str, value: &str| {
            let error = ConfigError::Invalid(key(scope, name).parse(value).unwrap_err());
            config_error(scope, &error)
        };
        let topic = error(Scope::Topic, "retention.ms", "x");
        assert_eq!(topic.code, KafkaCode::InvalidConfig);
        assert_eq!(error(Scope::Broker, "log.retention.ms", "x").code, KafkaCode::InvalidRequest);
        let interval = error(Scope::ClientMetrics, "interval.ms", "50");
        let message = "Invalid value 50 for interval.ms, interval must be between 100 and 3600000 (1 hour)";
        assert_eq!(interval, KafkaError::new(KafkaCode::InvalidRequest, message));
        let pattern = error(Scope::ClientMetrics, "match", "nope=1");
        let message = "Illegal client matching pattern: nope=1";
        assert_eq!(pattern, KafkaError::new(KafkaCode::InvalidConfig, message));
    }
}
