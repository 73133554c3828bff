//! IncrementalAlterConfigs (KIP-339): some configs change, the others stay. Each resource is all or nothing.
//!
//! The answer comes when the change is committed and acts: the partitions on this node have been told, and the next batch is
//! judged by the new rules.

use tidelog_metadata::controller::{AlterConfigsError, ConfigAlteration, alter_configs as decide};

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
