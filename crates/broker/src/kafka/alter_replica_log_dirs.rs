//! AlterReplicaLogDirs, versions 1 and 2: logs move to another log directory. A node has one, so they are there already or
//! cannot go.

use std::collections::BTreeMap;

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_replica_log_dirs::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult, AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
};
use tidelog_model::PartitionId;

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::alter_replica_log_dir;

/// See the module.
#[derive(Debug)]
pub struct AlterReplicaLogDirs;

impl Api for AlterReplicaLogDirs {
    type Request = AlterReplicaLogDirsRequest;

    async fn answer(call: &Call, request: AlterReplicaLogDirsRequest) -> AlterReplicaLogDirsResponse {
        // The answer is by topic; of two directories for one partition the later one counts.
        let mut codes: BTreeMap<Str, BTreeMap<i32, i16>> = BTreeMap::new();
        for directory in &request.dirs {
            for topic in directory.topics.iter().filter(|topic| !topic.partitions.is_empty()) {
                let of_topic = codes.entry(topic.name.clone()).or_default();
                for &partition in &topic.partitions {
                    let id = PartitionId(partition);
                    let altered = alter_replica_log_dir(call.node(), &directory.path, &topic.name, id);
                    of_topic
                        .insert(partition, altered.map_or_else(|error| error.to_kafka().code as i16, |()| 0));
                }
            }
        }
        let results = codes.into_iter().map(|(topic_name, partitions)| AlterReplicaLogDirTopicResult {
            topic_name,
            partitions: partitions
                .into_iter()
                .map(|(partition_index, error_code)| AlterReplicaLogDirPartitionResult {
                    partition_index,
                    error_code,
                })
                .collect(),
        });
        AlterReplicaLogDirsResponse { results: results.collect(), ..AlterReplicaLogDirsResponse::default() }
    }
}
