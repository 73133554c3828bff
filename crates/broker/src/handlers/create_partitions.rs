//! CreatePartitions: topics grow. Records stay where they are, so a key may go elsewhere from then on.
//!
//! The answer comes when the change is committed and this node hosts the new partitions; `validate_only` commits nothing.

use tidelog_metadata::controller::{CreatePartitionsError, NewPartitions, create_partitions as decide};

use crate::controller::ChangeError;
use crate::node::Shared;

/// Adds partitions; answers in the order of the requests.
pub async fn create_partitions(
    node: &Shared,
    requests: Vec<NewPartitions>,
    validate_only: bool,
) -> Result<Vec<Result<(), CreatePartitionsError>>, ChangeError> {
    node.controller.change(|basis| decide(basis, &requests, validate_only)).await
}
