//! As fast as it goes: records in, out, or both at once. Connecting is not measured.

use std::time::{Duration, Instant};

use tidelog_kafka_load::{Outcome, Rate};

use crate::librdkafka::{Client, Fault, Topic};
use crate::{Load, Usage};

const VARIANTS: usize = 4096;
const WAIT: Duration = Duration::from_millis(100);
const KNOWN: Duration = Duration::from_secs(10);

pub fn produce(load: &Load, outcome: &mut Outcome) -> Result<(), Fault> {
    let client = Client::producer(&load.producer_settings())?;
    let topic = client.topic(&load.topic)?;
    let before = ends(load, &topic)?;
    let values = values(load.record_bytes);
    let usage = Usage::begin(load)?;
    let seconds = send_all(load, &client, &topic, &values)?;
    usage.end(load.records, outcome)?;
    check_accepted(load, &topic, &before)?;
    outcome.produce = Some(Rate::of(load.records, load.record_bytes, seconds));
    Ok(())
}

pub fn consume(load: &Load, outcome: &mut Outcome) -> Result<(), Fault> {
    let client = Client::consumer(&load.consumer_settings())?;
    let topic = client.topic(&load.topic)?;
    let stored: i64 = ends(load, &topic)?.iter().sum();
    if (stored as u64) < load.records {
        return Err(Fault(format!("{} records to consume, the topic has {stored}", load.records)));
    }
    let usage = Usage::begin(load)?;
    let seconds = receive_all(load, &topic, &vec![0; load.partitions as usize])?;
    usage.end(load.records, outcome)?;
    outcome.consume = Some(Rate::of(load.records, load.record_bytes, seconds));
    Ok(())
}

pub fn both(load: &Load, outcome: &mut Outcome) -> Result<(), Fault> {
    let (producer, consumer) =
        (Client::producer(&load.producer_settings())?, Client::consumer(&load.consumer_settings())?);
    let (sink, source) = (producer.topic(&load.topic)?, consumer.topic(&load.topic)?);
    let (before, _) = (ends(load, &sink)?, ends(load, &source)?);
    let values = values(load.record_bytes);
    let usage = Usage::begin(load)?;
    let (sent, received) = std::thread::scope(|scope| {
        let receiving = scope.spawn(|| receive_all(load, &source, &before));
        let sent = send_all(load, &producer, &sink, &values);
        (sent, receiving.join().expect("the consuming thread ends by itself"))
    });
    let (sent, received) = (sent?, received?);
    usage.end(load.records, outcome)?;
    check_accepted(load, &sink, &before)?;
    outcome.produce = Some(Rate::of(load.records, load.record_bytes, sent));
    outcome.consume = Some(Rate::of(load.records, load.record_bytes, received));
    Ok(())
}

/// The end offset of each partition; asking connects the client, too. A topic that was made a moment ago may be unknown yet.
pub fn ends(load: &Load, topic: &Topic) -> Result<Vec<i64>, Fault> {
    let begun = Instant::now();
    loop {
        let ends: Result<Vec<i64>, Fault> =
            (0..load.partitions).map(|partition| topic.end(partition, load.deadline())).collect();
        if ends.is_ok() || begun.elapsed() > KNOWN {
            return ends;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn check_accepted(load: &Load, topic: &Topic, before: &[i64]) -> Result<(), Fault> {
    let accepted = ends(load, topic)?.iter().sum::<i64>() - before.iter().sum::<i64>();
    if accepted as u64 == load.records {
        return Ok(());
    }
    Err(Fault(format!("{} records were sent, the topic has {accepted} more", load.records)))
}

/// Sends all records and waits until they are accepted; returns the seconds that took.
fn send_all(load: &Load, client: &Client, topic: &Topic, values: &[&'static [u8]]) -> Result<f64, Fault> {
    let start = Instant::now();
    let mut partition = 0;
    for value in values.iter().cycle().take(load.records as usize) {
        while !topic.produce(partition, value)? {
            if start.elapsed() > load.deadline() {
                return Err(Fault(format!("the queue was still full after {:?}", load.deadline())));
            }
            client.poll(Duration::from_millis(1));
        }
        partition = (partition + 1) % load.partitions;
    }
    client.flush(load.deadline())?;
    Ok(start.elapsed().as_secs_f64())
}

/// Consumes until all records have come; returns the seconds that took.
fn receive_all(load: &Load, topic: &Topic, from: &[i64]) -> Result<f64, Fault> {
    let start = Instant::now();
    let consumption = topic.consume(from)?;
    let mut records = 0;
    while records < load.records {
        if start.elapsed() > load.deadline() {
            return Err(Fault(format!("{records} of {} records after {:?}", load.records, load.deadline())));
        }
        // One of another length is not ours: a partition may have begun with the record that showed that it works.
        consumption.next(WAIT, |value| records += u64::from(value.len() == load.record_bytes))?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Values that look like JSON and differ, so that no codec finds them all alike. They are kept until the process ends.
pub fn values(bytes: usize) -> Vec<&'static [u8]> {
    let value = |variant: usize| {
        let mut text = String::with_capacity(bytes + 64);
        let mut seed = variant as u64 + 1;
        while text.len() < bytes {
            seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let (user, cents) = ((seed >> 40) % 1_000_000, (seed >> 20) % 100_000);
            text +=
                &format!("{{\"user\":\"u{user:06}\",\"page\":\"/item/{}\",\"cents\":{cents}}}", seed >> 52);
        }
        text.truncate(bytes);
        &*Vec::leak(text.into_bytes())
    };
    (0..VARIANTS).map(value).collect()
}
