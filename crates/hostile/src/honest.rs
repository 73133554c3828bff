//! The client that must not notice: it produces a record, fetches it, looks at it, and does so again, a hundred requests a
//! second on two connections of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use serde_json::{Value as Json, json};
use tidelog_kafka_schema::Schemas;
use tidelog_record::{Compression, Decompressor, split_batches};

use crate::batches::batch;
use crate::client::{Client, ClientError};

/// A produce and a fetch: a hundred requests a second.
const PERIOD: Duration = Duration::from_millis(20);
/// What the honest client's topic says itself, whatever becomes of the broker's defaults.
const CONFIGS: &[(&str, &str)] = &[
    ("cleanup.policy", "delete"),
    ("compression.type", "producer"),
    ("max.message.bytes", "1048588"),
    ("message.timestamp.after.max.ms", "9223372036854775807"),
    ("message.timestamp.before.max.ms", "9223372036854775807"),
    ("message.timestamp.type", "CreateTime"),
    ("min.insync.replicas", "1"),
    ("retention.bytes", "-1"),
    ("retention.ms", "-1"),
];
/// Longer than any answer is waited for.
const LATENCY_MAX_US: u64 = 60_000_000;
/// Every rate that can be limited.
const RATES: &[&str] =
    &["producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate"];

/// See the module.
#[derive(Debug)]
pub struct Honest {
    topic: String,
    producer: Client,
    consumer: Client,
    next_offset: i64,
}

/// How it was served.
#[derive(Debug)]
pub struct HonestReport {
    /// Requests that were answered as they should be.
    pub served: u64,
    /// What was not, in words.
    pub faults: Vec<String>,
    /// Microseconds from request to answer.
    pub latency_us: Histogram<u64>,
}

impl Honest {
    /// Connects, and makes the topic; quotas that strangers set for all do not count for it.
    pub async fn start(
        schemas: Arc<Schemas>,
        address: SocketAddr,
        topic: &str,
    ) -> Result<Honest, ClientError> {
        let mut producer = Client::connect(schemas.clone(), address, topic).await?;
        let consumer = Client::connect(schemas, address, topic).await?;
        let configs: Vec<Json> =
            CONFIGS.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let new = json!({"name": topic, "numPartitions": 1, "replicationFactor": -1, "configs": configs});
        producer
            .ask("CreateTopics", 7, &json!({"topics": [new], "timeoutMs": 30_000, "validateOnly": false}))
            .await?;
        let entity = json!([
            {"entityType": "user", "entityName": "ANONYMOUS"},
            {"entityType": "client-id", "entityName": topic},
        ]);
        let ops: Vec<Json> =
            RATES.iter().map(|rate| json!({"key": rate, "value": 1e12, "remove": false})).collect();
        let quotas = json!({"entries": [{"entity": entity, "ops": ops}], "validateOnly": false});
        producer.ask("AlterClientQuotas", 1, &quotas).await?;
        Ok(Honest { topic: topic.to_owned(), producer, consumer, next_offset: 0 })
    }

    /// Goes on until `stop`.
    pub async fn run(&mut self, stop: &AtomicBool) -> HonestReport {
        let mut report = HonestReport::new();
        let mut interval = tokio::time::interval(PERIOD);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !stop.load(Ordering::Relaxed) && report.faults.len() < 10 {
            interval.tick().await;
            let value = format!("record {} of {}", self.next_offset, self.topic);
            let begun = Instant::now();
            let produced = self.produce(&value).await;
            report.note(begun, produced);
            let begun = Instant::now();
            let fetched = self.fetch(&value).await;
            report.note(begun, fetched);
            self.next_offset += 1;
        }
        report
    }

    async fn produce(&mut self, value: &str) -> Result<(), String> {
        let records = STANDARD.encode(batch(&[value.as_bytes()], Compression::None, None));
        let request = json!({"acks": -1, "timeoutMs": 30_000, "topicData": [
            {"name": self.topic, "partitionData": [{"index": 0, "records": records}]}]});
        let answer = self.producer.ask("Produce", 9, &request).await.map_err(|error| error.to_string())?;
        let partition = &answer["responses"][0]["partitionResponses"][0];
        let told = (partition["errorCode"].as_i64(), partition["baseOffset"].as_i64());
        let expected = (Some(0), Some(self.next_offset));
        if told == expected { Ok(()) } else { Err(format!("a produce was answered by {answer}")) }
    }

    async fn fetch(&mut self, value: &str) -> Result<(), String> {
        let partition =
            json!({"partition": 0, "fetchOffset": self.next_offset, "partitionMaxBytes": 1 << 20});
        let request = json!({"maxWaitMs": 5000, "minBytes": 1, "maxBytes": 1 << 20, "sessionEpoch": -1,
            "topics": [{"topic": self.topic, "partitions": [partition]}]});
        let answer = self.consumer.ask("Fetch", 12, &request).await.map_err(|error| error.to_string())?;
        let records = &answer["responses"][0]["partitions"][0]["records"];
        match values(records).as_deref() {
            Some([only]) if only == value.as_bytes() => Ok(()),
            _ => Err(format!("a fetch was answered by {answer}")),
        }
    }
}

impl HonestReport {
    fn new() -> Self {
        let latency_us = Histogram::new_with_bounds(1, LATENCY_MAX_US, 3).expect("bounds that can be");
        HonestReport { served: 0, faults: Vec::new(), latency_us }
    }

    fn note(&mut self, begun: Instant, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.served += 1,
            Err(fault) => self.faults.push(fault),
        }
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.latency_us.saturating_record(micros);
    }
}

/// The values of the records.
fn values(records: &Json) -> Option<Vec<Vec<u8>>> {
    let bytes = STANDARD.decode(records.as_str()?).ok()?;
    let mut values = Vec::new();
    let mut decompressor = Decompressor::default();
    for batch in split_batches(bytes.into()) {
        let batch = batch.ok()?;
        batch.verify_crc().ok()?;
        for record in batch.records(&mut decompressor).ok()? {
            values.push(record.ok()?.value?.to_vec());
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_of_seconds_are_told_as_they_were() {
        let mut report = HonestReport::new();
        report.note(Instant::now() - Duration::from_secs(3), Ok(()));
        report.note(Instant::now(), Err("not answered".to_owned()));
        assert!((2_990_000..4_000_000).contains(&report.latency_us.max()), "{}", report.latency_us.max());
        assert_eq!((report.served, report.faults.len()), (1, 1));
    }
}
