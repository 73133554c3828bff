//! IncrementalAlterConfigs (KIP-339): some configs change, the others stay. AlterConfigs: those that are not named go back to
//! their defaults. Each resource is all or nothing.
//!
//! The answer comes when the change is committed and acts: the partitions on this node have been told, and the next batch is
//! judged by the new rules.

use tidelog_metadata::controller::{
    AlterConfigsError, ConfigAlteration, ConfigOperation, alter_configs as decide,
    replace_configs as decide_all,
};
use tidelog_model::NodeId;

use super::config_resources::{ConfigResourceError, node_id};
use crate::controller::ChangeError;
use crate::node::Shared;

/// Makes the changes; answers in their order.
pub async fn alter_configs(
    node: &Shared,
    alterations: Vec<ConfigAlteration>,
    validate_only: bool,
) -> Result<Vec<Result<(), AlterConfigsError>>, ChangeError> {
    node.controller.change(|basis| decide(basis, &alterations, validate_only)).await
}

/// Puts these configs in the place of those that are set; answers in their order. All operations are
/// [`ConfigOperation::Set`].
pub async fn replace_configs(
    node: &Shared,
    alterations: Vec<ConfigAlteration>,
    validate_only: bool,
) -> Result<Vec<Result<(), AlterConfigsError>>, ChangeError> {
    node.controller.change(|basis| decide_all(basis, &alterations, validate_only)).await
}

/// Why the level of a logger stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlterLoggersError {
    /// Not a broker's id.
    #[error(transparent)]
    Resource(#[from] ConfigResourceError),
    /// Another broker's loggers.
    #[error("broker {this} knows its own loggers only, not those of broker {asked}: ask that one")]
    OtherBroker {
        /// Whose were asked for.
        asked: NodeId,
        /// Who was asked.
        this: NodeId,
    },
    /// An operation on lists.
    #[error("a logger has one level: set it or delete it")]
    NotALevel {
        /// What was asked.
        operation: ConfigOperation,
    },
    /// No logger whose level can change while the broker runs.
    #[error("no logger '{name}' can be changed while the broker runs: start it with --log-level")]
    Unknown {
        /// The logger.
        name: String,
    },
}

/// Refuses changes of a broker's loggers as Kafka refuses those of loggers that it does not have.
pub fn alter_loggers(
    node: &Shared,
    broker: &str,
    changes: &[(String, ConfigOperation)],
) -> Result<(), AlterLoggersError> {
    let (asked, this) = (node_id(broker)?, node.controller.node_id());
    if asked != this {
        return Err(AlterLoggersError::OtherBroker { asked, this });
    }
    match changes.first() {
        None => Ok(()),
        Some((_, operation @ (ConfigOperation::Append | ConfigOperation::Subtract))) => {
            Err(AlterLoggersError::NotALevel { operation: *operation })
        }
        Some((name, _)) => Err(AlterLoggersError::Unknown { name: name.clone() }),
    }
}
