//! Records as tests compare them, whoever wrote or read them.

use std::collections::BTreeMap;

use futures::future::join_all;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::types::RDKafkaErrorCode;
use tidelog_client::OwnedRecord;
use tokio::time::timeout;

use crate::broker::{Broker, PATIENCE};

/// A time that every topic takes, in milliseconds.
pub const SOME_TIME_MS: i64 = 1_700_000_000_000;

/// The codecs, as librdkafka's `compression.type` names them.
pub const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub timestamp_ms: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    /// Without key and headers.
    pub fn of(value: &str) -> Record {
        let value = Some(value.as_bytes().to_vec());
        Record { timestamp_ms: SOME_TIME_MS, key: None, value, headers: Vec::new() }
    }

    /// As a gRPC client reads it.
    pub fn from_grpc(record: &OwnedRecord) -> Record {
        let headers = record.headers.iter().map(|(name, value)| {
            let name = String::from_utf8(name.to_vec()).expect("text");
            (name, value.as_ref().map(|value| value.to_vec()))
        });
        Record {
            timestamp_ms: record.timestamp.0,
            key: record.key.as_ref().map(|key| key.to_vec()),
            value: record.value.as_ref().map(|value| value.to_vec()),
            headers: headers.collect(),
        }
    }

    fn from_kafka(message: &impl Message) -> Record {
        let headers = message.headers().into_iter().flat_map(Headers::iter);
        Record {
            timestamp_ms: message.timestamp().to_millis().expect("has a time"),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: headers
                .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
                .collect(),
        }
    }
}

/// Every shape that a record has: missing and empty parts, repeated header names, bytes that are no text, rising and
/// falling times, values that compress well and badly.
pub fn every_shape() -> Vec<Record> {
    let base = Record::of("");
    let header = |name: &str, value: Option<&[u8]>| (name.to_owned(), value.map(<[u8]>::to_vec));
    let mut records = vec![
        Record::of("plain"),
        Record { key: Some(b"tombstone".to_vec()), value: None, ..base.clone() },
        Record { key: Some(Vec::new()), value: Some(Vec::new()), ..base.clone() },
        Record { key: Some((0..=255).collect()), value: Some((0..=255).rev().collect()), ..base.clone() },
        Record {
            timestamp_ms: SOME_TIME_MS - 5,
            headers: vec![header("a", Some(b"1")), header("a", Some(b"2")), header("b", None)],
            ..base.clone()
        },
        Record {
            headers: vec![header("Größe", Some(&[0, 255])), header("empty", Some(b""))],
            ..base.clone()
        },
        Record { value: Some(vec![b'x'; 50_000]), ..base.clone() },
        Record { value: Some(noise(20_000)), ..base.clone() },
    ];
    records.extend((0..100).map(|number| Record {
        timestamp_ms: SOME_TIME_MS + number,
        key: Some(format!("key-{}", number % 7).into_bytes()),
        ..Record::of(&format!("a value with number {number}"))
    }));
    records
}

/// Bytes that no codec makes smaller; the same each time (xorshift64).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(step).collect()
}

/// Sends records to a partition in order, and returns their offsets once all are acknowledged.
pub async fn produce(producer: &FutureProducer, topic: &str, partition: i32, records: &[Record]) -> Vec<i64> {
    let mut deliveries = Vec::new();
    for record in records {
        let message = to_kafka(topic, record).partition(partition);
        deliveries.push(producer.send_result(message).map_err(|(error, _)| error).expect("is queued"));
    }
    let outcomes = timeout(PATIENCE, join_all(deliveries)).await.expect("are answered in time");
    let delivered =
        outcomes.into_iter().map(|outcome| outcome.expect("not abandoned").expect("is delivered"));
    delivered.inspect(|delivery| assert_eq!(delivery.partition, partition)).map(|it| it.offset).collect()
}

/// What becomes of one record.
pub async fn produce_one(
    producer: &FutureProducer,
    topic: &str,
    record: &Record,
) -> Result<(i32, i64), RDKafkaErrorCode> {
    let delivery = producer.send(to_kafka(topic, record), PATIENCE);
    let outcome = timeout(PATIENCE, delivery).await.expect("is answered in time");
    outcome.map(|it| (it.partition, it.offset)).map_err(|(error, _)| code(&error))
}

pub fn to_kafka<'a>(topic: &'a str, record: &'a Record) -> FutureRecord<'a, [u8], [u8]> {
    let mut headers = OwnedHeaders::new();
    for (name, value) in &record.headers {
        headers = headers.insert(Header { key: name, value: value.as_deref() });
    }
    FutureRecord {
        key: record.key.as_deref(),
        payload: record.value.as_deref(),
        headers: (!record.headers.is_empty()).then_some(headers),
        ..FutureRecord::to(topic).timestamp(record.timestamp_ms)
    }
}

pub fn code(error: &KafkaError) -> RDKafkaErrorCode {
    match error {
        KafkaError::PartitionEOF(_) => RDKafkaErrorCode::PartitionEOF,
        other => other.rdkafka_error_code().unwrap_or_else(|| panic!("librdkafka gave no code: {other}")),
    }
}

/// The assignment of one partition.
pub fn at(topic: &str, partition: i32, offset: rdkafka::Offset) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, offset).expect("a place");
    list
}

/// The next record: its partition, its offset, and itself.
pub async fn next(consumer: &StreamConsumer) -> Result<(i32, i64, Record), RDKafkaErrorCode> {
    let message = timeout(PATIENCE, consumer.recv()).await.expect("something comes in time");
    message
        .map(|message| (message.partition(), message.offset(), Record::from_kafka(&message)))
        .map_err(|error| code(&error))
}

/// That many records of partition 0, from `start` on, with their offsets.
pub async fn consume(
    consumer: &StreamConsumer,
    topic: &str,
    start: rdkafka::Offset,
    count: usize,
) -> Vec<(i64, Record)> {
    consumer.assign(&at(topic, 0, start)).expect("is assigned");
    let mut records = Vec::new();
    while records.len() < count {
        let (_, offset, record) = next(consumer).await.expect("a record");
        records.push((offset, record));
    }
    records
}

/// All records of all partitions that have any, in order, up to where each partition ends now.
pub async fn consume_partitions(broker: &Broker, topic: &str, partitions: i32) -> BTreeMap<i32, Vec<Record>> {
    let consumer = broker.consumer(&[("enable.partition.eof", "true")]);
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition_offset(topic, partition, rdkafka::Offset::Beginning).expect("a place");
    }
    consumer.assign(&list).expect("is assigned");
    let (mut records, mut ended) = (BTreeMap::<i32, Vec<Record>>::new(), 0);
    while ended < partitions {
        match timeout(PATIENCE, consumer.recv()).await.expect("something comes in time") {
            Ok(message) => {
                records.entry(message.partition()).or_default().push(Record::from_kafka(&message));
            }
            Err(KafkaError::PartitionEOF(_)) => ended += 1,
            Err(error) => panic!("{error}"),
        }
    }
    records
}
