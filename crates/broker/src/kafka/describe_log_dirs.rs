//! DescribeLogDirs, versions 1 to 5: the log directory, how large its file system is (from 4), and how large the logs in it
//! are. A node has one; its logs have no lag, and none is on its way to another.

use std::collections::{BTreeMap, BTreeSet};

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsPartition, DescribeLogDirsRequest, DescribeLogDirsResponse,
    DescribeLogDirsResult, DescribeLogDirsTopic,
};
use tidelog_model::PartitionId;

use super::call::Call;
use super::table::Api;
use crate::errors::KafkaCode;
use crate::handlers::{LogDirDescription, describe_log_dir};

/// A size that is not known.
const UNKNOWN_BYTES: i64 = -1;

/// See the module.
#[derive(Debug)]
pub struct DescribeLogDirs;

impl Api for DescribeLogDirs {
    type Request = DescribeLogDirsRequest;

    async fn answer(call: &Call, request: DescribeLogDirsRequest) -> DescribeLogDirsResponse {
        let node = call.node().clone();
        let wanted = request.topics.map(wanted);
        // It asks the file system.
        let described = tokio::task::spawn_blocking(move || describe_log_dir(&node, wanted.as_ref())).await;
        let result = match described {
            Ok(Ok(directory)) => describe(directory),
            Ok(Err(failure)) => {
                tracing::debug!(%failure, "the log directory cannot be described");
                offline(call)
            }
            Err(failed) => {
                tracing::error!(%failed, "describing the log directory failed");
                offline(call)
            }
        };
        DescribeLogDirsResponse { results: vec![result], ..DescribeLogDirsResponse::default() }
    }
}

fn wanted(topics: Vec<DescribableLogDirTopic>) -> BTreeMap<String, BTreeSet<PartitionId>> {
    let mut wanted: BTreeMap<String, BTreeSet<PartitionId>> = BTreeMap::new();
    for topic in topics {
        let partitions = topic.partitions.into_iter().map(PartitionId);
        wanted.entry(topic.topic.to_string()).or_default().extend(partitions);
    }
    wanted
}

fn describe(directory: LogDirDescription) -> DescribeLogDirsResult {
    let bytes =
        |bytes: Option<u64>| bytes.map_or(UNKNOWN_BYTES, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    let partition = |(id, size_bytes): (PartitionId, u64)| DescribeLogDirsPartition {
        partition_index: id.0,
        partition_size: i64::try_from(size_bytes).unwrap_or(i64::MAX),
        ..DescribeLogDirsPartition::default()
    };
    let topics = directory.topics.into_iter().map(|(name, partitions)| DescribeLogDirsTopic {
        name: Str::from(name),
        partitions: partitions.into_iter().map(partition).collect(),
    });
    DescribeLogDirsResult {
        log_dir: Str::from(directory.path),
        topics: topics.collect(),
        total_bytes: bytes(directory.total_bytes),
        usable_bytes: bytes(directory.usable_bytes),
        ..DescribeLogDirsResult::default()
    }
}

fn offline(call: &Call) -> DescribeLogDirsResult {
    DescribeLogDirsResult {
        error_code: KafkaCode::KafkaStorageError as i16,
        log_dir: Str::from(call.node().data_dir.to_string_lossy().into_owned()),
        ..DescribeLogDirsResult::default()
    }
}
