//! Where a consumer starts: by time, at either end, at an offset; and what it is told about the ends.

use rdkafka::Offset;
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode;
use tidelog_client::PartitionId;

use crate::broker::{Broker, ask};
use crate::records::{Record, SOME_TIME_MS, at, consume, next, produce};

/// Ten records, ten milliseconds apart.
async fn ten_records(broker: &Broker) -> Vec<Record> {
    broker.create_topic("events", 1, &[]).await;
    let records: Vec<_> = (0..10)
        .map(|number| Record {
            timestamp_ms: SOME_TIME_MS + 10 * number,
            ..Record::of(&format!("value {number}"))
        })
        .collect();
    produce(&broker.producer(&[]), "events", 0, &records).await;
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_leads_to_the_first_record_of_that_time_or_later() {
    let broker = Broker::start().await;
    let records = ten_records(&broker).await;
    let consumer = broker.consumer(&[]);
    let times = [
        (0, Offset::Offset(0)),
        (SOME_TIME_MS, Offset::Offset(0)),
        (SOME_TIME_MS + 1, Offset::Offset(1)),
        (SOME_TIME_MS + 40, Offset::Offset(4)),
        (SOME_TIME_MS + 90, Offset::Offset(9)),
        (SOME_TIME_MS + 91, Offset::End),
    ];
    for (time_ms, expected) in times {
        let asked = at("events", 0, Offset::Offset(time_ms));
        let found = ask(|patience| consumer.offsets_for_times(asked, patience)).expect("is answered");
        let found = found.find_partition("events", 0).expect("is in the answer");
        assert_eq!((found.error(), found.offset()), (Ok(()), expected), "{time_ms}");
    }
    let read = consume(&consumer, "events", Offset::Offset(4), 6).await;
    assert_eq!(read[0], (4, records[4].clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_starts_at_the_beginning_an_offset_or_so_many_before_the_end() {
    let broker = Broker::start().await;
    let records = ten_records(&broker).await;
    let all: Vec<_> = (0..).zip(records).collect();
    let starts = [
        (Offset::Beginning, 0),
        (Offset::Offset(0), 0),
        (Offset::Offset(7), 7),
        (Offset::OffsetTail(3), 7),
        (Offset::OffsetTail(100), 0),
    ];
    for (start, first) in starts {
        let read = consume(&broker.consumer(&[]), "events", start, 10 - first).await;
        assert_eq!(read, all[first..], "{start:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_at_the_end_gets_only_what_comes_later() {
    let broker = Broker::start().await;
    ten_records(&broker).await;
    let consumer = broker.consumer(&[("enable.partition.eof", "true")]);
    consumer.assign(&at("events", 0, Offset::End)).expect("is assigned");
    assert_eq!(next(&consumer).await, Err(RDKafkaErrorCode::PartitionEOF));

    let later = Record::of("later");
    produce(&broker.producer(&[]), "events", 0, std::slice::from_ref(&later)).await;
    assert_eq!(next(&consumer).await, Ok((0, 10, later)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offset_that_is_not_there_leads_where_auto_offset_reset_says() {
    let broker = Broker::start().await;
    let records = ten_records(&broker).await;
    let earliest = broker.consumer(&[("auto.offset.reset", "earliest")]);
    earliest.assign(&at("events", 0, Offset::Offset(1_000))).expect("is assigned");
    assert_eq!(next(&earliest).await, Ok((0, 0, records[0].clone())));

    let error = broker.consumer(&[("auto.offset.reset", "error")]);
    error.assign(&at("events", 0, Offset::Offset(1_000))).expect("is assigned");
    assert_eq!(next(&error).await, Err(RDKafkaErrorCode::AutoOffsetReset));
}

#[tokio::test(flavor = "multi_thread")]
async fn watermarks_are_the_logs_start_and_end() {
    let broker = Broker::start().await;
    broker.create_topic("empty", 1, &[]).await;
    ten_records(&broker).await;
    let inquirer = broker.inquirer();
    let watermarks = |topic| ask(|patience| inquirer.fetch_watermarks(topic, 0, patience));
    assert_eq!(watermarks("empty"), Ok((0, 0)));
    assert_eq!(watermarks("events"), Ok((0, 10)));
    let admin = broker.grpc().await.admin();
    admin
        .delete_records("events", PartitionId(0), Some(tidelog_client::Offset(4)))
        .await
        .expect("is trimmed");
    assert_eq!(watermarks("events"), Ok((4, 10)));
    let read = consume(&broker.consumer(&[]), "events", Offset::Beginning, 6).await;
    assert_eq!(read[0].0, 4);
}
