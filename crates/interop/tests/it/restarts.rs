//! A broker that goes away and comes back under its clients.

use std::collections::BTreeMap;

use futures::future::join_all;
use rdkafka::Offset;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::types::RDKafkaErrorCode::{AllBrokersDown, BrokerTransportFailure};
use tokio::time::timeout;

use crate::broker::{Broker, PATIENCE};
use crate::records::{Record, at, consume, consume_partitions, next, produce, to_kafka};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_produced_before_a_restart_is_there_after_it() {
    let mut broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let records: Vec<_> = (0..100).map(|number| Record::of(&format!("value {number}"))).collect();
    produce(&broker.producer(&[]), "events", 0, &records[..50]).await;
    broker.restart().await;
    produce(&broker.producer(&[]), "events", 0, &records[50..]).await;
    broker.kill().await;
    let read = consume(&broker.consumer(&[]), "events", Offset::Beginning, 100).await;
    assert_eq!(read, (0..).zip(records).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_goes_on_where_it_was_when_the_broker_is_back() {
    let mut broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let consumer = broker.consumer(&[]);
    let producer = broker.producer(&[]);
    consumer.assign(&at("events", 0, Offset::Beginning)).expect("is assigned");
    for number in 0..6 {
        let record = Record::of(&format!("value {number}"));
        produce(&producer, "events", 0, std::slice::from_ref(&record)).await;
        assert_eq!(next_record(&consumer).await, (number, record));
        if number % 2 == 0 { broker.restart().await } else { broker.kill().await }
    }
}

/// Losing the broker is an event among the records; the records must still be the next ones.
async fn next_record(consumer: &StreamConsumer) -> (i64, Record) {
    loop {
        match next(consumer).await {
            Ok((_, offset, record)) => return (offset, record),
            Err(AllBrokersDown | BrokerTransportFailure) => {}
            Err(code) => panic!("{code}"),
        }
    }
}

const KEYS: usize = 8;
const RECORDS: usize = 4_000;
const PARTITIONS: i32 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotent_producer_loses_and_doubles_nothing_over_restarts_and_keeps_each_keys_order() {
    let mut broker = Broker::start().await;
    broker.create_topic("events", PARTITIONS, &[]).await;
    let producer = broker.producer(&[
        ("enable.idempotence", "true"),
        ("batch.num.messages", "20"),
        ("linger.ms", "1"),
        ("compression.type", "lz4"),
    ]);
    let mut deliveries = Vec::new();
    for number in 0..RECORDS {
        let key = (number % KEYS).to_string();
        let record = Record { key: Some(key.into_bytes()), ..Record::of(&number.to_string()) };
        let delivery = producer.send_result(to_kafka("events", &record));
        deliveries.push(delivery.map_err(|(error, _)| error).expect("is queued"));
        // Each time much of what was sent has no answer yet.
        match number {
            1_000 | 3_000 => broker.kill().await,
            2_000 => broker.restart().await,
            _ => {}
        }
    }
    let outcomes = timeout(PATIENCE, join_all(deliveries)).await.expect("are answered in time");
    for outcome in outcomes {
        outcome.expect("is not abandoned").expect("is delivered");
    }

    let mut sent: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for number in 0..RECORDS {
        sent.entry(number % KEYS).or_default().push(number);
    }
    let stored = consume_partitions(&broker, "events", PARTITIONS).await;
    let mut stored_by_key: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for record in stored.values().flatten() {
        stored_by_key.entry(number(&record.key)).or_default().push(number(&record.value));
    }
    assert_eq!(stored_by_key, sent);
}

fn number(part: &Option<Vec<u8>>) -> usize {
    let part = part.as_deref().expect("is there");
    std::str::from_utf8(part).expect("is text").parse().expect("is a number")
}
