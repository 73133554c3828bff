//! DeleteRecords, versions 0 to 2: partitions lose what lies below an offset; −1 stands for the high watermark.

use std::collections::BTreeMap;

use tidelog_kafka_wire::Str;
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
        let (node, asked) = (call.node().clone(), once(request.topics));
        let topics = asked.clone();
        // A trim first writes what the log still has in memory, and is answered once it is durable.
        let trimmed = tokio::task::spawn_blocking(move || {
            let trim = |topic: &TopicRef, partition, offset| trim(&node, topic, partition, offset);
            topics.into_iter().map(|topic| of_topic(topic, trim)).collect()
        });
        let topics = trimmed.await.unwrap_or_else(|failed| {
            tracing::error!(%failed, "deleting records failed");
            let unknown = |_: &TopicRef, _, _| Err(KafkaCode::UnknownServerError);
            asked.into_iter().map(|topic| of_topic(topic, unknown)).collect()
        });
        DeleteRecordsResponse { topics, ..DeleteRecordsResponse::default() }
    }
}

/// Offsets by topic and partition.
type Asked = BTreeMap<Str, BTreeMap<i32, i64>>;

/// Each partition once: of two offsets the later one counts. Topics without partitions are not answered.
fn once(topics: Vec<DeleteRecordsTopic>) -> Asked {
    let mut asked = Asked::new();
    for topic in topics {
        for DeleteRecordsPartition { partition_index, offset } in topic.partitions {
            asked.entry(topic.name.clone()).or_default().insert(partition_index, offset);
        }
    }
    asked
}

fn of_topic(
    (name, partitions): (Str, BTreeMap<i32, i64>),
    trim: impl Fn(&TopicRef, i32, i64) -> Result<i64, KafkaCode>,
) -> DeleteRecordsTopicResult {
    let topic = TopicRef::Name(name.to_string());
    let partitions = partitions.into_iter().map(|(partition_index, offset)| {
        let (low_watermark, error_code) = match trim(&topic, partition_index, offset) {
            Ok(low_watermark) => (low_watermark, 0),
            Err(code) => (-1, code as i16),
        };
        DeleteRecordsPartitionResult { partition_index, low_watermark, error_code }
    });
    DeleteRecordsTopicResult { partitions: partitions.collect(), name }
}

fn trim(node: &Shared, topic: &TopicRef, partition: i32, offset: i64) -> Result<i64, KafkaCode> {
    let before = (offset != HIGH_WATERMARK).then_some(Offset(offset));
    let trimmed = delete_records(node, topic, PartitionId(partition), before);
    trimmed.map(|start| start.0.0).map_err(|error| error.to_kafka().code)
}
