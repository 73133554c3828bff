//! Producing over gRPC: what is stored, what is refused, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{BufMut, Bytes, BytesMut};
use tidelog_grpc_api::v1::{
    Acks, ErrorCode, FetchFormat, FetchRequest, InitProducerRequest, ProduceEntry, ProduceRequest,
    ProduceResult, Record,
};
use tidelog_record::{Compression, partition_for_key};
use tokio_stream::wrappers::ReceiverStream;

use crate::support::{
    TestNode, assert_refused, batch, from_offset, keyed, limit, numbered, plain, ready, record,
};

fn of(entries: Vec<ProduceEntry>) -> ProduceRequest {
    ProduceRequest { entries, ..ProduceRequest::default() }
}

fn unplaced(topic: &str, records: Vec<Record>) -> ProduceEntry {
    ProduceEntry { topic: topic.to_owned(), records, ..ProduceEntry::default() }
}

fn stored(entry: u32, partition: i32, base_offset: i64) -> ProduceResult {
    ProduceResult { entry, partition, base_offset, ..ProduceResult::default() }
}

#[tokio::test]
async fn keyed_records_go_where_kafkas_clients_put_them_and_keep_their_order() {
    let node = TestNode::start().await;
    node.create_topic("events", 5, &[]).await;
    let keys: Vec<String> = (0..20).map(|number| format!("user-{}", number % 10)).collect();
    let records = keys.iter().enumerate().map(|(index, key)| keyed(key, &index.to_string())).collect();
    let answer = node.produce(of(vec![unplaced("events", records)])).await;
    let mut expected: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
    for (index, key) in (0..).zip(&keys) {
        expected.entry(partition_for_key(key.as_bytes(), 5) as i32).or_default().push(index);
    }
    let placed: BTreeMap<i32, Vec<u32>> =
        answer.results.into_iter().map(|result| (result.partition, result.record_indexes)).collect();
    assert_eq!(placed, expected);
    assert!(placed.len() > 1);
    for (partition, indexes) in placed {
        let values: Vec<String> =
            node.values("events", partition, 0).await.into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, indexes.iter().map(u32::to_string).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn records_without_a_key_stay_together() {
    let node = TestNode::start().await;
    node.create_topic("events", 3, &[]).await;
    let records = ["a", "b", "c"].map(record).to_vec();
    let results = node.produce(of(vec![unplaced("events", records)])).await.results;
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].record_indexes, [0, 1, 2]);
    assert_eq!(node.values("events", results[0].partition, 0).await.len(), 3);
}

#[tokio::test]
async fn entries_are_answered_in_their_order_each_by_itself() {
    let node = TestNode::start().await;
    let id = node.create_topic("events", 2, &[]).await;
    let by_id = ProduceEntry { topic: String::new(), topic_id: id, ..plain("", 1, &["c"]) };
    let entries = vec![
        plain("events", 0, &["a", "b"]),
        plain("absent", 0, &["x"]),
        by_id,
        plain("events", 0, &["d"]),
        plain("events", 9, &["x"]),
        ProduceEntry { topic_id: Bytes::from_static(&[9; 16]), ..plain("", 0, &["x"]) },
        plain("", 0, &["x"]),
    ];
    let request = ProduceRequest { correlation_id: 77, ..of(entries) };
    let answer = node.produce(request).await;
    assert_eq!(answer.correlation_id, 77);
    let results = answer.results;
    assert_eq!(results.len(), 7);
    assert_eq!(
        (&results[0], &results[2], &results[3]),
        (&stored(0, 0, 0), &stored(2, 1, 0), &stored(3, 0, 2))
    );
    use ErrorCode as E;
    assert_refused(&results[1].error, E::UnknownTopicOrPartition, "topic 'absent' does not exist");
    assert_eq!((results[1].entry, results[1].base_offset), (1, -1));
    let partition = "topic 'events' has no partition 9: it has 2, numbered from 0";
    assert_refused(&results[4].error, E::UnknownTopicOrPartition, partition);
    assert_eq!(limit(&results[4].error), ("partition", "2 partitions", "9"));
    assert_refused(&results[5].error, E::UnknownTopicId, "topic id CQkJCQkJCQkJCQkJCQkJCQ does not exist");
    let unnamed = "a topic is named by its name or by its id of 16 bytes, exactly one of the two";
    assert_refused(&results[6].error, E::InvalidRequest, unnamed);
}

#[tokio::test]
async fn an_entry_holds_records_or_a_batch_and_says_where_a_batch_goes() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let both =
        ProduceEntry { records: vec![record("x")], ..ready("events", 0, batch(Compression::None, &["x"])) };
    let nowhere = ProduceEntry { partition: None, ..ready("events", 0, batch(Compression::None, &["x"])) };
    let results = node.produce(of(vec![both, unplaced("events", vec![]), nowhere])).await.results;
    for result in &results[..2] {
        let message = "an entry holds either records or one record_batch, and not nothing";
        assert_refused(&result.error, ErrorCode::InvalidRequest, message);
    }
    let message = "an entry with a record_batch must name its partition";
    assert_refused(&results[2].error, ErrorCode::InvalidRequest, message);
}

#[tokio::test]
async fn a_ready_made_batch_of_each_codec_is_stored_and_served_untouched() {
    let node = TestNode::start().await;
    for codec in Compression::ALL {
        let topic = codec.name();
        node.create_topic(topic, 1, &[]).await;
        let sent = batch(codec, &["a", &"tide ".repeat(500)]);
        assert_eq!(node.store(ready(topic, 0, sent.clone())).await, Ok(0));
        assert_eq!(node.store(ready(topic, 0, sent.clone())).await, Ok(2));
        let format = FetchFormat::Batches.into();
        let request =
            FetchRequest { partitions: vec![from_offset(topic, 0, 0)], format, ..Default::default() };
        let chunks = node.read(request).await;
        let bytes: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.record_batches.to_vec()).collect();
        let (first, second) = bytes.split_at(sent.len());
        // The leader's sixteen bytes: base offset, and epoch behind the unchanged length.
        assert_eq!(first[..8], 0i64.to_be_bytes());
        assert_eq!(second[..8], 2i64.to_be_bytes());
        for stored in [first, second] {
            assert_eq!((&stored[8..12], &stored[16..]), (&sent[8..12], &sent[16..]), "{codec}");
        }
        let values: Vec<String> =
            node.values(topic, 0, 0).await.into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["a", &"tide ".repeat(500), "a", &"tide ".repeat(500)]);
    }
}

#[tokio::test]
async fn every_kind_of_acknowledgement_stores_the_records() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    for (offset, acks) in [(0, Acks::All), (1, Acks::Leader), (2, Acks::Unspecified)] {
        let request = ProduceRequest { acks: acks.into(), ..of(vec![plain("events", 0, &["x"])]) };
        assert_eq!(node.produce(request).await.results, [stored(0, 0, offset)]);
    }
    let request = ProduceRequest { acks: Acks::None.into(), ..of(vec![plain("events", 0, &["unheard"])]) };
    let unheard = ProduceResult { log_start_offset: -1, ..stored(0, 0, -1) };
    assert_eq!(node.produce(request).await.results, [unheard]);
    // Behind it, so that it is there.
    assert_eq!(node.store(plain("events", 0, &["last"])).await, Ok(4));
    assert_eq!(node.values("events", 0, 3).await[0], (3, "unheard".to_owned()));
}

#[tokio::test]
async fn a_refusal_without_acknowledgement_is_silent() {
    let node = TestNode::start().await;
    let request = ProduceRequest { acks: Acks::None.into(), ..of(vec![plain("absent", 0, &["x"])]) };
    let results = node.produce(request).await.results;
    assert!(results.iter().all(|result| result.base_offset == -1), "{results:?}");
}

#[tokio::test]
async fn a_batch_that_is_sent_again_is_stored_once_and_gets_its_first_offset() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let producer = node.init_producer().await;
    let send = |sequence, value| ready("events", 0, numbered(producer, 0, sequence, &[value, value]));
    assert_eq!(node.store(send(0, "a")).await, Ok(0));
    assert_eq!(node.store(send(2, "b")).await, Ok(2));
    assert_eq!(node.store(send(0, "a")).await, Ok(0));
    assert_eq!(node.store(send(2, "b")).await, Ok(2));
    let node = node.restart().await;
    assert_eq!(node.store(send(2, "b")).await, Ok(2));
    assert_eq!(node.store(send(4, "c")).await, Ok(4));
    assert_eq!(node.values("events", 0, 0).await.len(), 6);
}

#[tokio::test]
async fn a_gap_in_a_producers_sequence_is_refused() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let producer = node.init_producer().await;
    node.store(ready("events", 0, numbered(producer, 0, 0, &["a", "b"]))).await.expect("stored");
    let error = node.store(ready("events", 0, numbered(producer, 0, 5, &["x"]))).await.err();
    assert_eq!(error.as_ref().map(|error| error.code()), Some(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(limit(&error), ("sequence", "2", "5"));
    assert!(!error.expect("refused").retriable);
    assert_eq!(node.store(ready("events", 0, numbered(producer, 0, 2, &["c"]))).await, Ok(2));
}

#[tokio::test]
async fn an_older_epoch_of_a_producer_is_fenced() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let producer = node.init_producer().await;
    node.store(ready("events", 0, numbered(producer, 1, 0, &["new"]))).await.expect("stored");
    let error = node.store(ready("events", 0, numbered(producer, 0, 0, &["old"]))).await.err();
    assert_eq!(error.as_ref().map(|error| error.code()), Some(ErrorCode::InvalidProducerEpoch));
    assert_eq!(limit(&error), ("producer epoch", "1", "0"));
}

#[tokio::test]
async fn producer_ids_are_never_given_out_twice() {
    let mut node = TestNode::start().await;
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(ids.insert(node.init_producer().await), "{ids:?}");
        }
        node = node.restart().await;
    }
    let answer = node.log().init_producer(InitProducerRequest {}).await.expect("answers").into_inner();
    assert_eq!(answer.producer_epoch, 0);
}

#[tokio::test]
async fn a_batch_above_the_size_limit_is_refused() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let error =
        node.store(ready("events", 0, batch(Compression::None, &[&"x".repeat(1_048_588)]))).await.err();
    let error = error.expect("refused");
    assert_eq!((error.code(), error.cause.as_str()), (ErrorCode::MessageTooLarge, "max.message.bytes"));
    assert_eq!((error.limit.as_str(), error.retriable), ("1048588 bytes", false));
    assert_eq!(node.values("events", 0, 0).await, []);
}

#[tokio::test]
async fn damaged_batches_are_refused_each_by_its_code() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let good = batch(Compression::Gzip, &["x"]);
    let with = |at: usize, byte: u8| {
        let mut bytes = BytesMut::from(&good[..]);
        bytes[at] ^= byte;
        bytes.freeze()
    };
    let mut trailing = BytesMut::from(&good[..]);
    trailing.put_u8(0);
    use ErrorCode as E;
    for (what, bytes, code) in [
        ("a byte of a record", with(good.len() - 1, 1), E::CorruptMessage),
        ("the checksum", with(17, 1), E::CorruptMessage),
        ("magic 0", with(16, 2), E::InvalidRecord),
        ("cut off", good.slice(..good.len() - 1), E::InvalidRecord),
        ("trailing", trailing.freeze(), E::CorruptMessage),
        ("no batch", Bytes::from_static(b"hello"), E::InvalidRecord),
    ] {
        let error = node.store(ready("events", 0, bytes)).await.expect_err(what);
        assert_eq!((error.code(), error.retriable), (code, false), "{what}: {}", error.message);
        assert!(!error.message.is_empty());
    }
    assert_eq!(node.values("events", 0, 0).await, []);
}

#[tokio::test]
async fn a_plain_record_keeps_all_its_parts() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let header = |key: &str, value: Option<&'static [u8]>| tidelog_grpc_api::v1::Header {
        key: key.to_owned(),
        value: value.map(Bytes::from_static),
    };
    let sent = vec![
        Record {
            key: Some(Bytes::new()),
            value: Some(Bytes::from_static(b"\0\xff")),
            headers: vec![header("a", Some(b"1")), header("a", None), header("", Some(b""))],
            timestamp_ms: Some(1_700_000_000_000),
            offset: 0,
        },
        Record { timestamp_ms: Some(1_700_000_000_001), offset: 1, ..Record::default() },
    ];
    let entry = ProduceEntry { records: sent.clone(), ..plain("events", 0, &[]) };
    assert_eq!(node.store(entry).await, Ok(0));
    let request = FetchRequest { partitions: vec![from_offset("events", 0, 0)], ..Default::default() };
    assert_eq!(node.read(request).await[0].records, sent);
}

#[tokio::test]
async fn a_stream_appends_in_order_and_answers_by_correlation_id() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let (sender, requests) = tokio::sync::mpsc::channel(1000);
    for number in 0..500u64 {
        let entry = plain("events", 0, &[&number.to_string()]);
        let request = ProduceRequest { correlation_id: number, ..of(vec![entry]) };
        sender.try_send(request).expect("fits");
    }
    // One that is not answered, one that is refused.
    let silent = ProduceRequest { acks: Acks::None.into(), ..of(vec![plain("events", 0, &["500"])]) };
    sender.try_send(silent).expect("fits");
    let refused = ProduceRequest { correlation_id: 501, ..of(vec![plain("absent", 0, &["x"])]) };
    sender.try_send(refused).expect("fits");
    drop(sender);
    let answers = node.log().produce_stream(ReceiverStream::new(requests)).await.expect("begins");
    let mut answers = answers.into_inner();
    let mut offsets = BTreeMap::new();
    while let Some(answer) = answers.message().await.expect("goes on") {
        assert_eq!(answer.results.len(), 1);
        assert_eq!(offsets.insert(answer.correlation_id, answer.results[0].base_offset), None);
    }
    let mut expected: BTreeMap<u64, i64> = (0..500).map(|number| (number, number as i64)).collect();
    expected.insert(501, -1);
    assert_eq!(offsets, expected);
    let values = node.values("events", 0, 0).await;
    assert_eq!(values, (0..501).map(|number| (number, number.to_string())).collect::<Vec<_>>());
}

#[tokio::test]
async fn internal_topics_take_no_clients_records() {
    let node = TestNode::start().await;
    node.create_topic("__consumer_offsets", 1, &[]).await;
    let error = node.store(plain("__consumer_offsets", 0, &["x"])).await.err();
    let message = "topic '__consumer_offsets' is internal: it takes no records from clients";
    assert_refused(&error, ErrorCode::InvalidTopicException, message);
}

#[tokio::test]
async fn the_rust_client_speaks_with_the_broker() {
    use tidelog_client::{Client, ConsumerOptions, PartitionId, ProducerOptions, ProducerRecord, StartAt};
    let node = TestNode::start().await;
    node.create_topic("events", 3, &[]).await;
    let client = Client::connect(node.node.addresses().grpc.to_string()).await.expect("connects");
    let options = ProducerOptions { compression: Compression::Lz4, ..ProducerOptions::default() };
    let producer = client.producer(options).expect("valid options");
    let mut deliveries = Vec::new();
    for number in 0..1000 {
        let (key, value) = (format!("key-{}", number % 17), number.to_string());
        let record = ProducerRecord::to("events").key(&key).value(&value);
        deliveries.push(producer.send(record).await.expect("is taken"));
    }
    for delivery in deliveries {
        delivery.await.expect("is stored");
    }
    producer.close().await;
    let options = ConsumerOptions { follow: false, ..ConsumerOptions::default() };
    let mut consumer = client.consumer(options).expect("valid options");
    consumer.assign_topic("events", StartAt::Earliest).await.expect("is there");
    let mut last: BTreeMap<(PartitionId, String), u32> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some(batch) = consumer.next_batch().await {
        let batch = batch.expect("is read");
        for record in batch.records() {
            let text =
                |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).expect("text");
            let number: u32 = text(record.value).parse().expect("a number");
            assert!(seen.insert(number), "{number} comes twice");
            let before = last.insert((batch.partition(), text(record.key)), number);
            assert!(before < Some(number), "{number} comes after {before:?}");
        }
    }
    assert_eq!(seen, (0..1000).collect());
    assert_eq!(last.len(), 17);
}
