//! One log, two wires: what a Kafka client writes a gRPC client reads, and the reverse.

use rdkafka::Offset;
use tidelog_client::{
    Compression, ConsumerOptions, Header, ProducerOptions, ProducerRecord, RecordBatch, StartAt, TimestampMs,
};
use tokio::time::timeout;

use crate::broker::{Broker, PATIENCE};
use crate::records::{CODECS, Record, consume, every_shape, produce};

#[tokio::test(flavor = "multi_thread")]
async fn a_grpc_client_reads_what_librdkafka_wrote_in_every_codec() {
    let broker = Broker::start().await;
    let records = every_shape();
    for codec in CODECS {
        broker.create_topic(codec, 1, &[]).await;
        produce(&broker.producer(&[("compression.type", codec)]), codec, 0, &records).await;
        let batches = read_batches(&broker, codec).await;
        let read: Vec<_> = batches.into_iter().flat_map(RecordBatch::into_records).collect();
        assert_eq!(read.iter().map(Record::from_grpc).collect::<Vec<_>>(), records, "{codec}");
        let offsets: Vec<_> = read.iter().map(|record| record.offset.0).collect();
        assert_eq!(offsets, (0..records.len() as i64).collect::<Vec<_>>(), "{codec}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn librdkafka_reads_what_a_grpc_client_wrote_in_every_codec() {
    let broker = Broker::start().await;
    let records = every_shape();
    let codecs =
        [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];
    for (name, compression) in CODECS.into_iter().zip(codecs) {
        broker.create_topic(name, 1, &[]).await;
        write(&broker, name, compression, &records).await;
        let read = consume(&broker.consumer(&[]), name, Offset::Beginning, records.len()).await;
        let expected: Vec<_> = (0..).zip(records.iter().cloned()).collect();
        assert_eq!(read, expected, "{name}");
    }
}

/// All batches of a topic's only partition, as they are stored.
pub async fn read_batches(broker: &Broker, topic: &str) -> Vec<RecordBatch> {
    let options = ConsumerOptions { follow: false, ..ConsumerOptions::default() };
    let mut consumer = broker.grpc().await.consumer(options).expect("valid");
    consumer.assign_topic(topic, StartAt::Earliest).await.expect("is there");
    let mut batches = Vec::new();
    while let Some(batch) = timeout(PATIENCE, consumer.next_batch()).await.expect("goes on") {
        batches.push(batch.expect("can be read"));
    }
    batches
}

async fn write(broker: &Broker, topic: &str, compression: Compression, records: &[Record]) {
    let options = ProducerOptions { compression, ..ProducerOptions::default() };
    let producer = broker.grpc().await.producer(options).expect("valid");
    for record in records {
        let headers: Vec<_> = record
            .headers
            .iter()
            .map(|(name, value)| Header { key: name.as_bytes(), value: value.as_deref() })
            .collect();
        let record = ProducerRecord {
            partition: Some(0),
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &headers,
            timestamp: Some(TimestampMs(record.timestamp_ms)),
            ..ProducerRecord::to(topic)
        };
        drop(producer.send(record).await.expect("is queued"));
    }
    timeout(PATIENCE, producer.close()).await.expect("is answered in time");
}
