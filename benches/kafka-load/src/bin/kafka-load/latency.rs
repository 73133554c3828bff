//! End to end at a fixed rate. A record carries the moment at which it was to be sent: a broker that holds the sender up makes
//! the records late, it cannot hide by making them fewer.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tidelog_kafka_load::{LatencyMs, Outcome};

use crate::librdkafka::{Client, Fault, Topic};
use crate::throughput::{ends, values};
use crate::{Load, Usage};

const WAIT: Duration = Duration::from_millis(100);
/// The first so many hundredths of the records are not counted.
const WARM_UP_PERCENT: u64 = 5;

pub fn end_to_end(load: &Load, rate: u64, outcome: &mut Outcome) -> Result<(), Fault> {
    if load.record_bytes < 8 {
        return Err(Fault(
            "a record of less than 8 bytes has no room for its time; use --record-bytes 8 or more".into(),
        ));
    }
    let (producer, consumer) =
        (Client::producer(&load.producer_settings())?, Client::consumer(&load.consumer_settings())?);
    let (sink, source) = (producer.topic(&load.topic)?, consumer.topic(&load.topic)?);
    let (from, _) = (ends(load, &source)?, ends(load, &sink)?);
    let start = Instant::now() + Duration::from_millis(100);
    let usage = Usage::begin(load)?;
    let (sent, latency) = std::thread::scope(|scope| {
        let sending = scope.spawn(|| send_on_time(load, rate, start, &producer, &sink));
        let latency = receive(load, start, &source, &from);
        (sending.join().expect("the sending thread ends by itself"), latency)
    });
    sent?;
    let latency = latency?;
    usage.end(load.records, outcome)?;
    let at = |quantile| latency.value_at_quantile(quantile) as f64 / 1e6;
    outcome.latency_ms = Some(LatencyMs { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1.0) });
    Ok(())
}

fn send_on_time(load: &Load, rate: u64, start: Instant, client: &Client, topic: &Topic) -> Result<(), Fault> {
    // Sleep to the microsecond: by default Linux adds up to 50.
    // SAFETY: the call takes a number and changes only how this thread's timers are rounded.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1000_usize) };
    let values = values(load.record_bytes);
    let mut record = vec![0; load.record_bytes];
    for (number, value) in (0..load.records).zip(values.iter().cycle()) {
        let due = Duration::from_nanos(number * 1_000_000_000 / rate);
        loop {
            let early = (start + due).saturating_duration_since(Instant::now());
            if early.is_zero() {
                break;
            }
            std::thread::sleep(early);
        }
        record.copy_from_slice(value);
        record[..8].copy_from_slice(&(due.as_nanos() as u64).to_le_bytes());
        while !topic.produce_copy((number % load.partitions as u64) as i32, &record)? {
            if start.elapsed() > load.deadline() {
                return Err(Fault(format!("the queue was still full after {:?}", load.deadline())));
            }
            client.poll(Duration::from_millis(1));
        }
    }
    client.flush(load.deadline())
}

fn receive(load: &Load, start: Instant, topic: &Topic, from: &[i64]) -> Result<Histogram<u64>, Fault> {
    let mut latency = Histogram::new(3).expect("three digits are allowed");
    let consumption = topic.consume(from)?;
    let mut records = 0;
    while records < load.records {
        if start.elapsed() > load.deadline() {
            return Err(Fault(format!("{records} of {} records after {:?}", load.records, load.deadline())));
        }
        consumption.next(WAIT, |value| {
            let due = value.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            records += 1;
            if records > load.records * WARM_UP_PERCENT / 100 {
                let late = start.elapsed().as_nanos() as u64 - due;
                latency.record(late).expect("a histogram without bounds");
            }
        })?;
    }
    Ok(latency)
}
