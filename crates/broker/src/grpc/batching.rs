//! Plain records into record batches: for clients without a Kafka encoder.
//!
//! Records of one entry that go to one partition become one batch, in their order. Without a partition, keyed records go
//! where Kafka's own clients put them, the others together to one partition, another one for each request.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use tidelog_grpc_api::v1::{ErrorDetail, ProduceEntry, Record};
use tidelog_model::{PartitionId, TimestampMs};
use tidelog_record::{BatchBuilder, Compression, Compressor, Header, partition_for_key};

use super::invalid_request;

/// Batch of one entry for one partition.
#[derive(Debug)]
pub struct Part {
    /// Where it goes.
    pub partition: PartitionId,
    /// Which of the entry's records it holds; empty where the entry named its partition.
    pub record_indexes: Vec<u32>,
    /// The batch.
    pub bytes: Bytes,
}

thread_local! {
    static BUILDER: RefCell<BatchBuilder> = RefCell::default();
}

/// The batches that an entry asks for: its own ready-made one, or one for each partition that its records go to.
pub fn parts(
    entry: &mut ProduceEntry,
    partitions: usize,
    now: TimestampMs,
) -> Result<Vec<Part>, ErrorDetail> {
    let explicit = entry.partition.filter(|&partition| partition != -1).map(PartitionId);
    match (entry.record_batch.is_empty(), entry.records.is_empty()) {
        (false, true) => {
            let partition = explicit.ok_or_else(|| {
                invalid_request("partition", "an entry with a record_batch must name its partition")
            })?;
            let bytes = std::mem::take(&mut entry.record_batch);
            Ok(vec![Part { partition, record_indexes: Vec::new(), bytes }])
        }
        (true, false) => match explicit {
            Some(partition) => {
                let bytes = build(entry.records.iter(), now)?;
                Ok(vec![Part { partition, record_indexes: Vec::new(), bytes }])
            }
            None => placed(&entry.records, partitions, now),
        },
        _ => Err(invalid_request(
            "entries",
            "an entry holds either records or one record_batch, and not nothing",
        )),
    }
}

fn placed(records: &[Record], partitions: usize, now: TimestampMs) -> Result<Vec<Part>, ErrorDetail> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let partitions = partitions.max(1) as u32;
    let mut sticky = None;
    let mut indexes: Vec<Vec<u32>> = vec![Vec::new(); partitions as usize];
    for (index, record) in (0..).zip(records) {
        let partition = match &record.key {
            Some(key) => partition_for_key(key, partitions),
            None => *sticky.get_or_insert_with(|| NEXT.fetch_add(1, Ordering::Relaxed) % partitions),
        };
        indexes[partition as usize].push(index);
    }
    (0..)
        .zip(indexes)
        .filter(|(_, record_indexes)| !record_indexes.is_empty())
        .map(|(partition, record_indexes)| {
            let bytes = build(record_indexes.iter().map(|&index| &records[index as usize]), now)?;
            Ok(Part { partition: PartitionId(partition), record_indexes, bytes })
        })
        .collect()
}

fn build<'a>(records: impl Iterator<Item = &'a Record>, now: TimestampMs) -> Result<Bytes, ErrorDetail> {
    BUILDER.with_borrow_mut(|builder| {
        *builder = BatchBuilder::new();
        let mut headers = Vec::new();
        for record in records {
            headers.clear();
            for header in &record.headers {
                headers.push(Header { key: header.key.as_bytes(), value: header.value.as_deref() });
            }
            let timestamp = record.timestamp_ms.map_or(now, TimestampMs);
            builder
                .append(timestamp, record.key.as_deref(), record.value.as_deref(), &headers)
                .map_err(|error| invalid_request("records", error.to_string()))?;
        }
        builder
            .build(&mut Compressor::new(Compression::None))
            .map_err(|error| invalid_request("records", error.to_string()))
    })
}
