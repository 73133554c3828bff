//! ListPartitionReassignments, version 0 (KIP-455): the moves that are under way. On one node there are none.

use tidelog_kafka_wire::messages::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use super::call::Call;
use super::table::Api;

/// See the module.
#[derive(Debug)]
pub struct ListPartitionReassignments;

impl Api for ListPartitionReassignments {
    type Request = ListPartitionReassignmentsRequest;

    async fn answer(_: &Call, _: ListPartitionReassignmentsRequest) -> ListPartitionReassignmentsResponse {
        ListPartitionReassignmentsResponse {
            error_message: None,
            ..ListPartitionReassignmentsResponse::default()
        }
    }
}
