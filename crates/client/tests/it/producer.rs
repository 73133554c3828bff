//! Records in.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::FutureExt as _;
use tidelog_client::{
    Acks, Compression, ConsumerOptions, Delivery, DeliveryError, ErrorCode, ErrorDetail, Header, Offset,
    PartitionId, Producer, ProducerOptions, ProducerRecord, RecordMetadata, SendError, StartAt, TimestampMs,
    partition_for_key,
};
use tidelog_record::{Batch, Decompressor};

use crate::mock::{Action, Mock};

/// One record a batch, sent at once, and quick to try again.
fn one_by_one() -> ProducerOptions {
    ProducerOptions {
        linger_ms: 0,
        batch_size_bytes: 1,
        retry_backoff_ms: 1,
        retry_backoff_max_ms: 5,
        ..ProducerOptions::default()
    }
}

async fn producer(mock: &Mock, options: ProducerOptions) -> Producer {
    mock.client().await.producer(options).unwrap()
}

/// Sends records `0..count` to partition 0.
async fn send_numbers(producer: &Producer, numbers: std::ops::Range<usize>) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for number in numbers {
        let value = number.to_string();
        deliveries
            .push(producer.send(ProducerRecord::to("events").partition(0).value(&value)).await.unwrap());
    }
    deliveries
}

async fn offsets(deliveries: Vec<Delivery>) -> Vec<i64> {
    let mut offsets = Vec::new();
    for delivery in deliveries {
        offsets.push(delivery.await.unwrap().offset.unwrap().0);
    }
    offsets
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

fn refusal(code: ErrorCode) -> Action {
    Action::Refuse(ErrorDetail::new(code, "refused on purpose"))
}

#[tokio::test]
async fn each_record_learns_its_own_offset_whatever_batch_it_travels_in() {
    let mock = Mock::with_topic(1);
    let options = ProducerOptions { linger_ms: 10_000, batch_size_bytes: 1000, ..ProducerOptions::default() };
    let producer = producer(&mock, options).await;
    let deliveries = send_numbers(&producer, 0..500).await;
    producer.flush().await;
    assert_eq!(offsets(deliveries).await, (0..500).collect::<Vec<i64>>());
    assert_eq!(mock.values(0), numbers(500));
    let batches: usize = mock.state().requests.iter().map(Vec::len).sum();
    assert!((5..=20).contains(&batches), "{batches} batches of 1000 bytes for 500 small records");
}

#[tokio::test]
async fn keys_go_where_kafka_puts_them_and_records_without_one_share_batches() {
    let mock = Mock::with_topic(5);
    let producer = producer(&mock, ProducerOptions { linger_ms: 10_000, ..ProducerOptions::default() }).await;
    for number in 0..100 {
        let key = format!("key-{number}");
        let delivery = producer.send(ProducerRecord::to("events").key(&key).value(&key)).await.unwrap();
        assert_eq!(delivery.partition().0 as u32, partition_for_key(key.as_bytes(), 5));
    }
    producer.flush().await;
    mock.state().requests.clear();

    let mut partitions = BTreeSet::new();
    for _ in 0..100 {
        partitions.insert(producer.send(ProducerRecord::to("events").value("v")).await.unwrap().partition());
    }
    producer.flush().await;
    assert_eq!((partitions.len(), mock.state().requests.clone()), (1, vec![vec![100]]));
}

#[tokio::test]
async fn everything_that_a_record_carries_arrives_in_every_codec() {
    for compression in Compression::ALL {
        let mock = Mock::with_topic(3);
        let producer = producer(&mock, ProducerOptions { compression, ..ProducerOptions::default() }).await;
        let headers = [Header::new("trace", b"4bf9"), Header { key: b"empty", value: None }];
        let record = ProducerRecord::to("events").partition(2).timestamp(TimestampMs(123)).headers(&headers);
        let keyed = producer.send(record.key("k").value("v".repeat(500).as_str())).await.unwrap();
        let bare = producer.send(record).await.unwrap();
        let stored = |offset| RecordMetadata {
            partition: PartitionId(2),
            offset: Some(Offset(offset)),
            timestamp: TimestampMs(123),
        };
        assert_eq!((keyed.await, bare.await), (Ok(stored(0)), Ok(stored(1))));

        let state = mock.state();
        let batch = Batch::parse(state.topics["events"].logs[2].batches[0].bytes.clone()).unwrap();
        assert_eq!(batch.header().compression, compression);
        let mut decompressor = Decompressor::default();
        let records: Vec<_> = batch.records(&mut decompressor).unwrap().map(Result::unwrap).collect();
        assert_eq!((records[0].key, records[0].value.unwrap().len()), (Some(&b"k"[..]), 500));
        assert_eq!((records[1].key, records[1].value, records[1].timestamp), (None, None, TimestampMs(123)));
        assert_eq!(records[0].headers.collect::<Vec<_>>(), headers);
    }
}

#[tokio::test]
async fn the_brokers_time_is_reported_where_it_replaces_the_records_own() {
    let mock = Mock::with_topic(1);
    mock.state().log(0).append_time = Some(777);
    let producer = producer(&mock, one_by_one()).await;
    let delivery = producer.send(ProducerRecord::to("events").value("v")).await.unwrap();
    assert_eq!(delivery.await.unwrap().timestamp, TimestampMs(777));
}

#[tokio::test]
async fn a_lost_answer_stores_nothing_twice() {
    let mock = Mock::with_topic(1);
    mock.state().actions =
        [Action::Answer, Action::StoreAndBreak, Action::Break, Action::StoreAndBreak].into();
    let producer = producer(&mock, one_by_one()).await;
    let deliveries = send_numbers(&producer, 0..50).await;
    assert_eq!(offsets(deliveries).await, (0..50).collect::<Vec<i64>>());
    assert_eq!(mock.values(0), numbers(50));
}

#[tokio::test]
async fn order_is_kept_with_several_batches_in_flight_while_some_are_refused() {
    let mock = Mock::with_topic(1);
    let refusals = [
        ErrorCode::NotEnoughReplicas,
        ErrorCode::NotLeaderOrFollower,
        ErrorCode::RequestTimedOut,
        ErrorCode::DiskReserveReached,
    ];
    for code in refusals {
        mock.state().actions.extend([Action::Answer, refusal(code), Action::Answer, refusal(code)]);
    }
    let producer = producer(&mock, one_by_one()).await;
    let deliveries = send_numbers(&producer, 0..200).await;
    assert_eq!(offsets(deliveries).await, (0..200).collect::<Vec<i64>>());
    assert_eq!(mock.values(0), numbers(200));
    assert_eq!(mock.state().actions.len(), 0);
}

#[tokio::test]
async fn up_to_five_batches_of_a_partition_wait_for_their_answers_and_no_more() {
    let mock = Mock::with_topic(1);
    mock.hold_answers(true);
    let producer = producer(&mock, one_by_one()).await;
    let deliveries = send_numbers(&producer, 0..20).await;
    mock.until(|state| state.topics["events"].logs[0].batches.len() == 5).await;
    mock.hold_answers(false);
    assert_eq!(offsets(deliveries).await, (0..20).collect::<Vec<i64>>());
    assert_eq!(mock.state().log(0).most_unanswered, 5);
}

#[tokio::test]
async fn a_batch_that_is_refused_for_good_does_not_stop_those_behind_it() {
    let mock = Mock::with_topic(1);
    mock.state().actions = [Action::Answer, refusal(ErrorCode::InvalidRecord)].into();
    let producer = producer(&mock, one_by_one()).await;
    let mut expected = numbers(50);
    let mut offsets = Vec::new();
    for (number, delivery) in send_numbers(&producer, 0..50).await.into_iter().enumerate() {
        match delivery.await {
            Ok(stored) => offsets.push(stored.offset.unwrap().0),
            Err(error) => {
                assert_eq!((error.code(), error.is_retriable()), (Some(ErrorCode::InvalidRecord), false));
                expected.remove(number);
            }
        }
    }
    assert_eq!(offsets, (0..49).collect::<Vec<i64>>());
    assert_eq!(mock.values(0), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_share_a_producer_and_each_keeps_its_order() {
    const TASKS: usize = 8;
    const EACH: usize = 1000;
    let mock = Mock::with_topic(3);
    let options = ProducerOptions { batch_size_bytes: 1000, buffer_memory_bytes: 20_000, ..one_by_one() };
    let producer = producer(&mock, ProducerOptions { max_request_bytes: 10_000, ..options }).await;
    let mut consumer = mock.client().await.consumer(ConsumerOptions::default()).unwrap();
    consumer.assign_topic("events", StartAt::Earliest).await.unwrap();
    let reader = tokio::spawn(async move {
        let mut numbers = vec![Vec::new(); TASKS];
        while numbers.iter().any(|numbers| numbers.len() < EACH) {
            for record in consumer.next_batch().await.unwrap().unwrap().records() {
                let task: usize = std::str::from_utf8(record.key.unwrap()).unwrap().parse().unwrap();
                numbers[task]
                    .push(std::str::from_utf8(record.value.unwrap()).unwrap().parse::<usize>().unwrap());
            }
        }
        numbers
    });
    for task in 0..TASKS {
        let producer = producer.clone();
        tokio::spawn(async move {
            for number in 0..EACH {
                let (key, value) = (task.to_string(), number.to_string());
                drop(producer.send(ProducerRecord::to("events").key(&key).value(&value)).await.unwrap());
            }
        });
    }
    let numbers = tokio::time::timeout(Duration::from_secs(9), reader).await.unwrap().unwrap();
    assert_eq!(numbers, vec![(0..EACH).collect::<Vec<_>>(); TASKS]);
}

#[tokio::test]
async fn a_restart_of_the_broker_loses_nothing_and_doubles_nothing() {
    let mut mock = Mock::with_topic(4);
    let options = ProducerOptions { batch_size_bytes: 500, linger_ms: 1, ..one_by_one() };
    let producer = producer(&mock, options).await;
    let mut deliveries = Vec::new();
    for number in 0..4000_usize {
        if number % 1000 == 500 {
            mock.stop();
        }
        if number % 1000 == 600 {
            mock.start_again();
        }
        let value = number.to_string();
        let record = ProducerRecord::to("events").partition((number % 4) as i32).value(&value);
        deliveries.push(producer.send(record).await.unwrap());
        if number % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for (number, delivery) in deliveries.into_iter().enumerate() {
        assert_eq!(delivery.await.unwrap().offset, Some(Offset(number as i64 / 4)));
    }
    for partition in 0..4 {
        let expected: Vec<String> = numbers(4000).into_iter().skip(partition).step_by(4).collect();
        assert_eq!(mock.values(partition), expected);
    }
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_each_record_is_stored_once_and_in_order() {
    let faults = [
        Action::StoreAndBreak,
        Action::Break,
        refusal(ErrorCode::NotEnoughReplicas),
        refusal(ErrorCode::NotEnoughReplicasAfterAppend),
        refusal(ErrorCode::NotLeaderOrFollower),
    ];
    for seed in 1..9_usize {
        let mock = Mock::with_topic(3);
        // Two thirds of the first requests go well; the rest fail, each seed in another order.
        let actions = (0..90).map(|step| match step * seed * 7919 % 17 {
            kind if kind < 5 => faults[kind].clone(),
            _ => Action::Answer,
        });
        mock.state().actions = actions.collect();
        let producer = producer(&mock, ProducerOptions { batch_size_bytes: 300, ..one_by_one() }).await;
        let mut deliveries = Vec::new();
        for number in 0..3000_usize {
            let value = number.to_string();
            let record = ProducerRecord::to("events").partition((number % 3) as i32).value(&value);
            deliveries.push(producer.send(record).await.unwrap());
            if number % 20 == 0 {
                tokio::task::yield_now().await;
            }
        }
        for (number, delivery) in deliveries.into_iter().enumerate() {
            assert_eq!(delivery.await.unwrap().offset, Some(Offset(number as i64 / 3)), "seed {seed}");
        }
        for partition in 0..3 {
            let expected: Vec<String> = numbers(3000).into_iter().skip(partition).step_by(3).collect();
            assert_eq!(mock.values(partition), expected, "seed {seed}");
        }
    }
}

#[tokio::test]
async fn a_record_fails_when_its_time_is_over_and_says_that_it_may_be_stored() {
    let mock = Mock::with_topic(1);
    mock.hold_answers(true);
    let producer = producer(&mock, ProducerOptions { delivery_timeout_ms: 100, ..one_by_one() }).await;
    let mut deliveries = send_numbers(&producer, 0..6).await;
    let sixth = deliveries.pop().unwrap();
    for delivery in deliveries {
        let error = delivery.await.unwrap_err();
        assert!(
            matches!(error, DeliveryError::TimedOut { timeout_ms: 100, may_be_stored: true, .. }),
            "{error}"
        );
    }
    // Five were in flight, so the sixth was sent only when their time was over, or not at all.
    assert!(matches!(sixth.await.unwrap_err(), DeliveryError::TimedOut { .. }));
    assert_eq!(producer.buffered_bytes(), 0);
    mock.hold_answers(false);
    let deliveries = send_numbers(&producer, 6..8).await;
    assert_eq!(offsets(deliveries).await.len(), 2);
}

#[tokio::test]
async fn a_record_that_never_left_says_so_and_why() {
    let mut mock = Mock::with_topic(1);
    let producer = producer(&mock, ProducerOptions { delivery_timeout_ms: 100, ..one_by_one() }).await;
    producer.partition_count("events").await.unwrap();
    mock.stop();
    let error = send_numbers(&producer, 0..1).await.remove(0).await.unwrap_err();
    assert!(error.is_retriable());
    let text = error.to_string();
    assert!(text.starts_with("no success within delivery_timeout_ms = 100; the records "), "{text}");
}

#[tokio::test]
async fn records_wait_for_memory_and_the_bound_holds() {
    let mock = Mock::with_topic(1);
    mock.hold_answers(true);
    let bound = 64 << 10;
    let options = ProducerOptions {
        buffer_memory_bytes: bound,
        max_request_bytes: 16 << 10,
        batch_size_bytes: 4 << 10,
        linger_ms: 10_000,
        ..one_by_one()
    };
    let producer = producer(&mock, options).await;
    producer.partition_count("events").await.unwrap();
    let value = [b'x'; 100];
    let record = ProducerRecord::to("events").value(&value);
    let mut accepted = Vec::new();
    let error = loop {
        match producer.try_send(record) {
            Ok(delivery) => accepted.push(delivery),
            Err(error) => break error,
        }
        assert!(producer.buffered_bytes() <= bound);
    };
    assert_eq!(error, SendError::BufferFull { limit_bytes: bound });
    assert!(error.is_retriable());
    assert!(accepted.len() * 107 > bound - 5000, "only {} records accepted", accepted.len());

    let mut waiting = Box::pin(producer.send(record));
    assert!(waiting.as_mut().now_or_never().is_none());
    mock.hold_answers(false);
    waiting.await.unwrap().await.unwrap();
    for delivery in accepted {
        delivery.await.unwrap();
    }
    assert_eq!(producer.buffered_bytes(), 0);
}

#[tokio::test]
async fn a_record_that_waits_too_long_for_memory_is_not_accepted() {
    let mock = Mock::with_topic(1);
    mock.hold_answers(true);
    let options = ProducerOptions {
        buffer_memory_bytes: 2000,
        max_request_bytes: 1024,
        max_block_ms: 50,
        ..one_by_one()
    };
    let producer = producer(&mock, options).await;
    let value = [b'x'; 900];
    let record = ProducerRecord::to("events").value(&value);
    let _first = producer.send(record).await.unwrap();
    let _second = producer.send(record).await.unwrap();
    assert_eq!(producer.send(record).await.unwrap_err(), SendError::BufferFull { limit_bytes: 2000 });
}

#[tokio::test]
async fn a_record_that_cannot_be_sent_is_refused_with_the_reason() {
    let mock = Mock::with_topic(2);
    let producer = producer(&mock, one_by_one()).await;
    let refused = producer.try_send(ProducerRecord::to("events")).unwrap_err();
    assert_eq!(refused, SendError::TopicNotLoaded { topic: "events".into() });
    let refused = producer.send(ProducerRecord::to("nowhere")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "topic 'nowhere' does not exist: create it, for example with `tidelog topic create nowhere`"
    );
    let refused = producer.send(ProducerRecord::to("events").partition(2)).await.unwrap_err();
    assert_eq!(refused.to_string(), "topic 'events' has no partition 2, only 0 to 1");
    let large = vec![0; 1 << 20];
    let refused = producer.send(ProducerRecord::to("events").value(&large)).await.unwrap_err();
    assert!(matches!(refused, SendError::RecordTooLarge { limit_bytes: 1_048_576, .. }));
    producer.close().await;
    assert_eq!(producer.send(ProducerRecord::to("events")).await.unwrap_err(), SendError::Closed);
}

#[tokio::test]
async fn closing_sends_what_lingers() {
    let mock = Mock::with_topic(1);
    for acks in [Acks::All, Acks::Leader, Acks::None] {
        let before = mock.values(0).len();
        let producer =
            producer(&mock, ProducerOptions { linger_ms: 60_000, acks, ..Default::default() }).await;
        let deliveries = send_numbers(&producer, 0..10).await;
        producer.close().await;
        assert_eq!(mock.values(0).len(), before + 10, "{acks:?}");
        for delivery in deliveries {
            assert_eq!(delivery.await.unwrap().offset.is_some(), acks != Acks::None);
        }
    }
}

#[tokio::test]
async fn dropping_the_last_clone_sends_what_lingers() {
    let mock = Mock::with_topic(1);
    let producer = producer(&mock, ProducerOptions { linger_ms: 60_000, ..Default::default() }).await;
    let delivery = send_numbers(&producer.clone(), 0..1).await.remove(0);
    drop(producer);
    assert_eq!(delivery.await.unwrap().offset, Some(Offset(0)));
}

#[tokio::test]
async fn a_lingering_record_is_sent_when_its_time_comes() {
    let mock = Mock::with_topic(1);
    let producer = producer(&mock, ProducerOptions { linger_ms: 20, ..Default::default() }).await;
    // Twice: the second time the sender sleeps when the record comes.
    for offset in 0..2 {
        let delivery = send_numbers(&producer, 0..1).await.remove(0);
        let delivered = tokio::time::timeout(Duration::from_secs(8), delivery).await.unwrap();
        assert_eq!(delivered.unwrap().offset, Some(Offset(offset)));
    }
}

#[tokio::test]
async fn added_partitions_are_found() {
    let mock = Mock::with_topic(1);
    let producer = producer(&mock, ProducerOptions { metadata_max_age_ms: 10, ..one_by_one() }).await;
    assert_eq!(producer.partition_count("events").await, Ok(1));
    mock.client().await.admin().create_partitions("events", 3, false).await.unwrap();
    let found = async {
        while producer.partition_count("events").await != Ok(3) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(8), found).await.unwrap();
    let delivery = producer.send(ProducerRecord::to("events").partition(2)).await.unwrap();
    assert_eq!(delivery.await.unwrap().partition, PartitionId(2));
}

#[tokio::test]
async fn a_broker_that_does_not_answer_in_time_is_left() {
    let mock = Mock::with_topic(1);
    mock.hold_answers(true);
    let producer = producer(&mock, ProducerOptions { request_timeout_ms: 80, ..one_by_one() }).await;
    let deliveries = send_numbers(&producer, 0..3).await;
    // On a second connection all is sent again.
    mock.until(|state| state.requests.iter().map(Vec::len).sum::<usize>() >= 6).await;
    mock.hold_answers(false);
    assert_eq!(offsets(deliveries).await, [0, 1, 2]);
    assert_eq!(mock.values(0), numbers(3));
}
