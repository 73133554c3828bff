//! What a producer is told about its records, and what it is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;

use rdkafka::error::KafkaError;
use rdkafka::producer::{
    BaseRecord, DeliveryResult, Partitioner, Producer, ProducerContext, ThreadedProducer,
};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientContext, Message, Offset};

use crate::broker::{Broker, ask};
use crate::records::{CODECS, Record, consume, consume_partitions, produce, produce_one};

#[tokio::test(flavor = "multi_thread")]
async fn acks_1_and_all_name_the_offset_and_acks_0_does_not() {
    let broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let sent = [("0", Record::of("zero")), ("1", Record::of("one")), ("all", Record::of("all"))];
    for (number, (acks, record)) in sent.iter().enumerate() {
        let producer = broker.producer(&[("acks", acks)]);
        let delivered = produce_one(&producer, "events", record).await;
        let offset = if *acks == "0" { UNKNOWN_OFFSET } else { number as i64 };
        assert_eq!(delivered, Ok((0, offset)), "acks={acks}");
        // Without an acknowledgement only reading tells that the record is there.
        let read = consume(&broker.consumer(&[]), "events", Offset::Offset(number as i64), 1).await;
        assert_eq!(read, [(number as i64, record.clone())]);
    }
}

/// What librdkafka says where nobody told it (`RD_KAFKA_OFFSET_INVALID`).
const UNKNOWN_OFFSET: i64 = -1001;

/// A batch of one record without key and headers: what surrounds a value of about a mebibyte (KIP-98).
const AROUND_A_LARGE_VALUE_BYTES: usize = 61 + 3 + 1 + 1 + 1 + 1 + 3 + 1;
/// Kafka's default of `message.max.bytes`.
const LARGEST_BATCH_BYTES: usize = 1_048_588;

fn of_len(len: usize) -> Record {
    Record { value: Some(vec![7; len]), ..Record::of("") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_message_max_bytes_is_stored_and_one_byte_more_is_refused() {
    let broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let producer = broker.producer(&[("message.max.bytes", "4000000")]);
    let largest = of_len(LARGEST_BATCH_BYTES - AROUND_A_LARGE_VALUE_BYTES);
    let too_large = of_len(LARGEST_BATCH_BYTES - AROUND_A_LARGE_VALUE_BYTES + 1);
    assert_eq!(produce_one(&producer, "events", &largest).await, Ok((0, 0)));
    let refused = produce_one(&producer, "events", &too_large).await;
    assert_eq!(refused, Err(RDKafkaErrorCode::MessageSizeTooLarge));
    assert_eq!(produce_one(&producer, "events", &Record::of("small")).await, Ok((0, 1)));

    let read = consume(&broker.consumer(&[]), "events", Offset::Beginning, 2).await;
    assert_eq!(read, [(0, largest), (1, Record::of("small"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_topic_allows_is_what_its_compressed_batches_may_measure() {
    let broker = Broker::start().await;
    broker.create_topic("small", 1, &[("max.message.bytes", "2000")]).await;
    let record = of_len(500_000);
    for codec in CODECS {
        let producer = broker.producer(&[("compression.type", codec)]);
        let outcome = produce_one(&producer, "small", &record).await;
        match codec {
            "none" | "snappy" | "lz4" => {
                assert_eq!(outcome, Err(RDKafkaErrorCode::MessageSizeTooLarge), "{codec}")
            }
            _ => assert_eq!(outcome.map(|(partition, _)| partition), Ok(0), "{codec}"),
        }
    }
    let read = consume(&broker.consumer(&[]), "small", Offset::Beginning, 2).await;
    assert_eq!(read, [(0, record.clone()), (1, record)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_larger_than_a_fetch_asks_for_come_all_the_same() {
    let broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let records: Vec<_> = (1..=5).map(|number| of_len(100_000 * number)).collect();
    let producer = broker.producer(&[("batch.num.messages", "1")]);
    produce(&producer, "events", 0, &records).await;
    let limits = ["fetch.message.max.bytes", "fetch.max.bytes", "message.max.bytes"];
    let consumer = broker.consumer(&limits.map(|limit| (limit, "1000")));
    let read = consume(&consumer, "events", Offset::Beginning, 5).await;
    assert_eq!(read, (0..).zip(records).collect::<Vec<_>>());
}

/// Sends a record to the partition that its key's first byte numbers, and collects deliveries.
struct ByFirstByte;

impl Partitioner for ByFirstByte {
    fn partition(&self, _: &str, key: Option<&[u8]>, count: i32, _: impl Fn(i32) -> bool) -> i32 {
        i32::from(key.expect("has a key")[0]) % count
    }
}

struct Deliveries(mpsc::Sender<Result<(i32, i64), KafkaError>>);

impl ClientContext for Deliveries {}

impl ProducerContext<ByFirstByte> for Deliveries {
    type DeliveryOpaque = ();

    fn get_custom_partitioner(&self) -> Option<&ByFirstByte> {
        Some(&ByFirstByte)
    }

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let place = result.as_ref().map(|message| (message.partition(), message.offset()));
        // A test that has failed listens no longer.
        drop(self.0.send(place.map_err(|(error, _)| error.clone())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_go_to_the_partition_that_the_clients_own_partitioner_names() {
    const PARTITIONS: i32 = 50;
    let broker = Broker::start().await;
    broker.create_topic("events", PARTITIONS, &[]).await;
    let (sender, delivered) = mpsc::channel();
    // The crate gives a partitioner to the topics' settings, which must have something in them.
    let clients = broker.clients(&[("acks", "all")]);
    let producer: ThreadedProducer<_, ByFirstByte> =
        clients.create_with_context(Deliveries(sender)).expect("a producer");
    for number in 0..1_000 {
        let (key, value) = ([(number % 256) as u8], number.to_string());
        producer
            .send(BaseRecord::to("events").key(&key).payload(&value))
            .map_err(|(error, _)| error)
            .expect("is queued");
    }
    ask(|patience| producer.flush(patience)).expect("are all answered");

    let (mut sent, mut places) = (BTreeMap::<i32, Vec<Vec<u8>>>::new(), BTreeSet::new());
    for number in 0..1_000 {
        let values = sent.entry(number % 256 % PARTITIONS).or_default();
        places.insert((number % 256 % PARTITIONS, values.len() as i64));
        values.push(number.to_string().into_bytes());
    }
    assert_eq!(delivered.try_iter().collect::<Result<BTreeSet<_>, _>>(), Ok(places));
    let stored = consume_partitions(&broker, "events", PARTITIONS).await;
    let value = |record: Record| record.value.expect("has a value");
    let values = stored.into_iter().map(|(it, records)| (it, records.into_iter().map(value).collect()));
    assert_eq!(values.collect::<BTreeMap<_, Vec<_>>>(), sent);
}
