//! DeleteRecords, versions 0 to 2: partitions lose what lies below an offset; −1 stands for the high watermark.

use tidelog_kafka_wire::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsTopic, DeleteRecordsTopicResult,
};
use tidelog_model::{Offset, PartitionId};

use super::call::Call;
use super::table::Api;
use crate::errors::{KafkaCode, ToKafka};
use crate::handlers::{TopicRef, delete_records};
use crate::node::Shared;

/// "Everything that readers may see."
const HIGH_WATERMARK: i64 = -1;

/// See the module.
#[derive(Debug)]
pub struct DeleteRecords;

impl Api for DeleteRecords {
    type Request = DeleteRecordsRequest;

    async fn answer(call: &Call, request: DeleteRecordsRequest) -> DeleteRecordsResponse {
        let node = call.node().clone();
        let asked = request.topics.clone();
        // A trim first writes what the log still has in memory, and is answered once it is durable.
        let trimmed = tokio::task::spawn_blocking(move || {
            asked
                .into_iter()
                .map(|topic| of_topic(topic, |name, partition| trim(&node, name, partition)))
                .collect()
        });
        let topics = trimmed.await.unwrap_or_else(|failed| {
            tracing::error!(%failed, "deleting records failed");
            let unknown = |_: &TopicRef, _: &DeleteRecordsPartition| Err(KafkaCode::UnknownServerError);
            request.topics.into_iter().map(|topic| of_topic(topic, unknown)).collect()
        });
        DeleteRecordsResponse { topics, ..DeleteRecordsResponse::default() }
    }
}

fn of_topic(
    topic: DeleteRecordsTopic,
    trim: impl Fn(&TopicRef, &DeleteRecordsPartition) -> Result<i64, KafkaCode>,
) -> DeleteRecordsTopicResult {
    let name = TopicRef::Name(topic.name.to_string());
    let partitions = topic.partitions.iter().map(|partition| {
        let (low_watermark, error_code) = match trim(&name, partition) {
            Ok(low_watermark) => (low_watermark, 0),
            Err(code) => (-1, code as i16),
        };
        DeleteRecordsPartitionResult { partition_index: partition.partition_index, low_watermark, error_code }
    });
    DeleteRecordsTopicResult { partitions: partitions.collect(), name: topic.name }
}

fn trim(node: &Shared, topic: &TopicRef, partition: &DeleteRecordsPartition) -> Result<i64, KafkaCode> {
    let before = (partition.offset != HIGH_WATERMARK).then_some(Offset(partition.offset));
    let trimmed = delete_records(node, topic, PartitionId(partition.partition_index), before);
    trimmed.map(|start| start.0.0).map_err(|error| error.to_kafka().code)
}
