//! Records out.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use tidelog_client::{
    AssignError, Compression, ConsumeError, Consumer, ConsumerOptions, ErrorCode, Offset, OffsetReset,
    PartitionId, ProducerOptions, ProducerRecord, StartAt, TimestampMs,
};

use crate::mock::Mock;

const FIRST: PartitionId = PartitionId(0);

/// To the end, in small messages.
fn to_the_end() -> ConsumerOptions {
    ConsumerOptions { follow: false, max_bytes: 1000, max_wait_ms: 10, ..ConsumerOptions::default() }
}

fn following() -> ConsumerOptions {
    ConsumerOptions { follow: true, ..to_the_end() }
}

/// A consumer of all of `events`.
async fn consumer(mock: &Mock, options: ConsumerOptions, start: StartAt) -> Consumer {
    let mut consumer = mock.client().await.consumer(options).unwrap();
    consumer.assign_topic("events", start).await.unwrap();
    consumer
}

/// Adds records with these values, at that time, in batches of ten, compressed.
async fn fill(mock: &Mock, partition: i32, values: std::ops::Range<usize>, time: i64) {
    let options =
        ProducerOptions { linger_ms: 60_000, compression: Compression::Lz4, ..ProducerOptions::default() };
    let producer = mock.client().await.producer(options).unwrap();
    for (index, value) in values.enumerate() {
        let value = value.to_string();
        let record =
            ProducerRecord::to("events").partition(partition).timestamp(TimestampMs(time)).value(&value);
        drop(producer.send(record).await.unwrap());
        if index % 10 == 9 {
            producer.flush().await;
        }
    }
    producer.close().await;
}

/// Reads until the end, or until there are so many values; checks that offsets rise by one.
async fn read_into(values: &mut Vec<usize>, consumer: &mut Consumer, at_most: usize) {
    let mut next = BTreeMap::new();
    while values.len() < at_most
        && let Some(batch) = consumer.next_batch().await
    {
        let batch = batch.unwrap();
        let next = next.entry(batch.partition()).or_insert_with(|| batch.first_offset());
        let before = values.len();
        for record in batch.records() {
            assert_eq!(record.offset, *next);
            *next = next.next();
            values.push(std::str::from_utf8(record.value.unwrap()).unwrap().parse().unwrap());
        }
        assert_eq!((values.len() - before, batch.next_offset()), (batch.len(), *next));
    }
}

/// Values from here until the end, or until so many have come.
async fn values(consumer: &mut Consumer, at_most: usize) -> Vec<usize> {
    let mut values = Vec::new();
    let read = read_into(&mut values, consumer, at_most);
    tokio::time::timeout(Duration::from_secs(8), read).await.expect("no end in time");
    values
}

async fn next_error(consumer: &mut Consumer) -> ConsumeError {
    let next = tokio::time::timeout(Duration::from_secs(8), consumer.next_batch()).await;
    next.expect("nothing came").expect("the end came").expect_err("a batch came")
}

#[tokio::test]
async fn all_records_are_read_once_and_the_stream_ends_where_the_partitions_did() {
    let mock = Mock::with_topic(4);
    for partition in 0..3 {
        fill(&mock, partition, partition as usize * 100..partition as usize * 100 + 100, 0).await;
    }
    let mut consumer = consumer(&mock, to_the_end(), StartAt::Earliest).await;
    let mut all = values(&mut consumer, usize::MAX).await;
    all.sort_unstable();
    assert_eq!(all, (0..300).collect::<Vec<_>>());
    assert!(consumer.next_batch().await.is_none());
    let ends: Vec<_> = consumer.positions().into_iter().map(|place| (place.position, place.lag())).collect();
    let full = (Some(Offset(100)), Some(0));
    assert_eq!(ends, [full, full, full, (Some(Offset(0)), Some(0))]);
}

#[tokio::test]
async fn a_consumer_that_follows_gets_what_comes_later() {
    let mock = Mock::with_topic(1);
    let mut consumer = consumer(&mock, following(), StartAt::Latest).await;
    fill(&mock, 0, 0..20, 0).await;
    // The stream begins with the first look, so at 20.
    while consumer.positions()[0].position.is_none() {
        let _ = tokio::time::timeout(Duration::from_millis(1), consumer.next_batch()).await;
    }
    fill(&mock, 0, 20..40, 0).await;
    assert_eq!(values(&mut consumer, 20).await, (20..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn reading_goes_on_at_the_next_offset_however_often_the_stream_breaks() {
    let mock = Mock::with_topic(3);
    for partition in 0..3 {
        fill(&mock, partition, partition as usize * 100..partition as usize * 100 + 100, 0).await;
    }
    mock.state().break_fetch_after = Some(2);
    let mut consumer = consumer(&mock, to_the_end(), StartAt::Earliest).await;
    let mut all = values(&mut consumer, usize::MAX).await;
    all.sort_unstable();
    assert_eq!(all, (0..300).collect::<Vec<_>>());
    assert!(mock.state().fetch_streams > 3);
}

#[tokio::test]
async fn reading_goes_on_through_restarts_of_the_broker() {
    let mut mock = Mock::with_topic(1);
    let mut consumer = consumer(&mock, following(), StartAt::Earliest).await;
    let mut all = Vec::new();
    for round in 1..5 {
        fill(&mock, 0, round * 50 - 50..round * 50, 0).await;
        read_into(&mut all, &mut consumer, round * 50 - 20).await;
        mock.stop();
        // It looks while nobody is there.
        let nothing = read_into(&mut all, &mut consumer, usize::MAX);
        assert!(tokio::time::timeout(Duration::from_millis(20), nothing).await.is_err());
        mock.start_again();
        let rest = read_into(&mut all, &mut consumer, round * 50);
        tokio::time::timeout(Duration::from_secs(8), rest).await.unwrap();
    }
    assert_eq!(all, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn seeking_lands_on_the_very_offset_also_in_the_middle_of_a_batch() {
    let mock = Mock::with_topic(1);
    fill(&mock, 0, 0..50, 1000).await;
    fill(&mock, 0, 50..100, 2000).await;
    let mut consumer = consumer(&mock, to_the_end(), StartAt::Offset(Offset(93))).await;
    assert_eq!(values(&mut consumer, usize::MAX).await, (93..100).collect::<Vec<_>>());
    let places = [
        (StartAt::Offset(Offset(15)), 15),
        (StartAt::Timestamp(TimestampMs(1500)), 50),
        (StartAt::Timestamp(TimestampMs(0)), 0),
        (StartAt::Timestamp(TimestampMs(2001)), 100),
        (StartAt::Earliest, 0),
        (StartAt::Latest, 100),
    ];
    for (place, first) in places {
        consumer.seek("events", FIRST, place).unwrap();
        assert_eq!(values(&mut consumer, usize::MAX).await, (first..100).collect::<Vec<_>>(), "{place:?}");
    }
}

#[tokio::test]
async fn seeking_forgets_what_was_read_ahead() {
    let mock = Mock::with_topic(2);
    fill(&mock, 0, 0..50, 0).await;
    fill(&mock, 1, 100..150, 0).await;
    let options = ConsumerOptions { max_bytes: 1 << 20, ..to_the_end() };
    let mut consumer = consumer(&mock, options, StartAt::Earliest).await;
    assert_eq!(values(&mut consumer, 10).await, (0..10).collect::<Vec<_>>());
    consumer.seek("events", FIRST, StartAt::Offset(Offset(45))).unwrap();
    let rest: Vec<usize> = (45..50).chain(100..150).collect();
    assert_eq!(values(&mut consumer, usize::MAX).await, rest);
}

#[tokio::test]
async fn a_paused_partition_gives_nothing_until_it_is_resumed_and_then_everything() {
    let mock = Mock::with_topic(2);
    fill(&mock, 0, 0..50, 0).await;
    fill(&mock, 1, 100..150, 0).await;
    let mut consumer = consumer(&mock, to_the_end(), StartAt::Earliest).await;
    assert_eq!(values(&mut consumer, 20).await, (0..20).collect::<Vec<_>>());
    consumer.pause("events", FIRST).unwrap();
    assert_eq!(values(&mut consumer, 50).await, (100..150).collect::<Vec<_>>());
    assert!(consumer.next_batch().now_or_never().is_none(), "it is not at its end, only paused");
    let paused: Vec<bool> = consumer.positions().iter().map(|place| place.is_paused).collect();
    assert_eq!(paused, [true, false]);
    consumer.resume("events", FIRST).unwrap();
    assert_eq!(values(&mut consumer, usize::MAX).await, (20..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_consumer_that_is_not_polled_holds_no_more_than_it_may() {
    let mock = Mock::with_topic(1);
    let producer = mock.client().await.producer(ProducerOptions::default()).unwrap();
    let value = vec![b'x'; 10_000];
    for _ in 0..2000 {
        drop(producer.send(ProducerRecord::to("events").value(&value)).await.unwrap());
    }
    producer.close().await;
    let options = ConsumerOptions { prefetch_bytes: 100_000, max_bytes: 50_000, ..to_the_end() };
    let mut consumer = consumer(&mock, options, StartAt::Earliest).await;
    let first = consumer.next_batch().await.unwrap().unwrap();
    assert_eq!(first.first_offset(), Offset(0));
    // A hundred round trips later the broker has sent all that it can get rid of: the window, one message that it
    // encodes, and what the sockets' buffers take in.
    let admin = mock.client().await.admin();
    for _ in 0..100 {
        admin.list_topics(false).await.unwrap();
    }
    let sent = mock.state().fetched_bytes;
    assert!(sent < 500_000, "{sent} bytes of 20 million were sent to a consumer that reads none");
    let mut count = first.len();
    while let Some(batch) = consumer.next_batch().await {
        count += batch.unwrap().len();
    }
    assert_eq!(count, 2000);
}

#[tokio::test]
async fn the_end_of_an_idle_log_is_known() {
    let mock = Mock::with_topic(1);
    fill(&mock, 0, 0..30, 0).await;
    let mut consumer = consumer(&mock, following(), StartAt::Offset(Offset(10))).await;
    assert_eq!(consumer.positions()[0].lag(), None);
    let batch = consumer.next_batch().await.unwrap().unwrap();
    assert_eq!((batch.high_watermark(), batch.next_offset()), (Offset(30), Offset(20)));
    assert_eq!(consumer.positions()[0].lag(), Some(10));
    consumer.next_batch().await.unwrap().unwrap();
    // Grows by something that this consumer is never sent, so that only the position message can tell.
    mock.state().log(0).end = 33;
    while consumer.positions()[0].lag() != Some(3) {
        let nothing = tokio::time::timeout(Duration::from_millis(5), consumer.next_batch()).await;
        assert!(nothing.is_err());
    }
}

#[tokio::test]
async fn a_consumer_is_a_stream_and_its_records_can_outlive_their_batch() {
    let mock = Mock::with_topic(1);
    fill(&mock, 0, 0..25, 7).await;
    let consumer = consumer(&mock, to_the_end(), StartAt::Earliest).await;
    let batches: Vec<_> = consumer.map(Result::unwrap).collect().await;
    let records: Vec<_> = batches.into_iter().flat_map(|batch| batch.into_records()).collect();
    assert_eq!(records.len(), 25);
    assert_eq!(records[24].value.as_deref(), Some(&b"24"[..]));
    assert_eq!(
        (records[24].offset, records[24].timestamp, &records[24].key),
        (Offset(24), TimestampMs(7), &None)
    );
}

#[tokio::test]
async fn a_deleted_offset_stops_its_partition_only_and_says_so() {
    let mock = Mock::with_topic(2);
    fill(&mock, 0, 0..50, 0).await;
    fill(&mock, 1, 100..150, 0).await;
    mock.state().log(0).trim(20);
    let mut consumer = consumer(&mock, to_the_end(), StartAt::Offset(Offset(5))).await;
    let error = next_error(&mut consumer).await;
    let ConsumeError::OffsetOutOfRange { partition: FIRST, offset: Offset(5), .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((error.code(), error.is_retriable()), (Some(ErrorCode::OffsetOutOfRange), false));
    assert_eq!(values(&mut consumer, usize::MAX).await, (105..150).collect::<Vec<_>>());
    consumer.seek("events", FIRST, StartAt::Earliest).unwrap();
    assert_eq!(values(&mut consumer, usize::MAX).await, (20..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_deleted_offset_is_skipped_if_that_is_what_the_options_say() {
    let mock = Mock::with_topic(1);
    fill(&mock, 0, 0..50, 0).await;
    mock.state().log(0).trim(20);
    let cases = [(OffsetReset::Earliest, 20..50), (OffsetReset::Latest, 50..50)];
    for (offset_reset, expected) in cases {
        let options = ConsumerOptions { offset_reset, ..to_the_end() };
        let mut consumer = consumer(&mock, options, StartAt::Offset(Offset(5))).await;
        assert_eq!(values(&mut consumer, usize::MAX).await, expected.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_topic_made_anew_under_its_name_is_not_taken_for_the_old_one() {
    let mock = Mock::with_topic(1);
    fill(&mock, 0, 0..10, 0).await;
    let mut consumer = consumer(&mock, following(), StartAt::Earliest).await;
    assert_eq!(values(&mut consumer, 10).await.len(), 10);
    mock.client().await.admin().delete_topic("events").await.unwrap();
    mock.state().create("events", 1);
    fill(&mock, 0, 90..120, 0).await;
    let error = next_error(&mut consumer).await;
    assert_eq!(error.code(), Some(ErrorCode::UnknownTopicId), "{error}");
    assert!(consumer.next_batch().await.is_none());
}

#[tokio::test]
async fn a_damaged_batch_is_not_handed_out_and_nothing_behind_it_unless_asked_for() {
    let mock = Mock::with_topic(2);
    fill(&mock, 0, 0..60, 0).await;
    fill(&mock, 1, 100..130, 0).await;
    {
        let mut state = mock.state();
        let stored = &mut state.log(0).batches[1].bytes;
        let mut bytes = stored.to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        *stored = bytes.into();
    }
    for max_bytes in [1, 1 << 20] {
        let options = ConsumerOptions { max_bytes, ..to_the_end() };
        let mut consumer = consumer(&mock, options, StartAt::Earliest).await;
        assert_eq!(values(&mut consumer, 10).await, (0..10).collect::<Vec<_>>());
        for _ in 0..2 {
            let error = next_error(&mut consumer).await;
            assert!(
                matches!(error, ConsumeError::Corrupt { partition: FIRST, offset: Offset(10), .. }),
                "{error}"
            );
            consumer.resume("events", FIRST).unwrap();
        }
        next_error(&mut consumer).await;
        assert_eq!(values(&mut consumer, usize::MAX).await, (100..130).collect::<Vec<_>>());
        consumer.seek("events", FIRST, StartAt::Offset(Offset(20))).unwrap();
        assert_eq!(values(&mut consumer, usize::MAX).await, (20..60).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_partition_that_fails_for_a_while_is_asked_for_again_while_others_go_on() {
    let mock = Mock::with_topic(2);
    fill(&mock, 0, 0..50, 0).await;
    fill(&mock, 1, 100..150, 0).await;
    mock.state().refuse_fetches = 3;
    let mut consumer = consumer(&mock, to_the_end(), StartAt::Earliest).await;
    let mut all = values(&mut consumer, usize::MAX).await;
    all.sort_unstable();
    assert_eq!(all, (0..50).chain(100..150).collect::<Vec<_>>());
    assert_eq!(mock.state().refuse_fetches, 0);
}

#[tokio::test]
async fn what_cannot_be_assigned_or_moved_is_refused_with_the_reason() {
    let mock = Mock::with_topic(2);
    let mut consumer = mock.client().await.consumer(following()).unwrap();
    let unknown = consumer.assign_topic("nowhere", StartAt::Earliest).await.unwrap_err();
    assert_eq!(unknown, AssignError::UnknownTopic { topic: "nowhere".into() });
    let unknown = consumer.assign("events", PartitionId(2), StartAt::Earliest).await.unwrap_err();
    assert_eq!(unknown.to_string(), "topic 'events' has no partition 2, only 0 to 1");
    consumer.assign("events", PartitionId(1), StartAt::Offset(Offset(7))).await.unwrap();
    let absent = consumer.seek("events", FIRST, StartAt::Earliest).unwrap_err();
    assert_eq!(
        absent.to_string(),
        "partition 0 of topic 'events' is not assigned to this consumer: assign it first"
    );
    // Assigned twice, it stays where it is.
    consumer.assign_topic("events", StartAt::Latest).await.unwrap();
    let places: Vec<_> =
        consumer.positions().into_iter().map(|place| (place.partition.0, place.position)).collect();
    assert_eq!(places, [(1, Some(Offset(7))), (0, None)]);
    consumer.unassign("events", FIRST).unwrap();
    assert_eq!(consumer.positions().len(), 1);
}
