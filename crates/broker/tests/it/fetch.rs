//! Reading over gRPC: from where, how much, how long, and how it ends.

use std::time::Duration;

use tidelog_grpc_api::v1::offset_spec::At;
use tidelog_grpc_api::v1::{
    ErrorCode, FetchChunk, FetchFormat, FetchPartition, FetchRequest, FetchResponse, ListOffsetsEntry,
    ListOffsetsRequest, ListOffsetsResult, OffsetSpec, Position, ProduceEntry, Record,
};
use tidelog_record::Compression;
use tokio::time::Instant;
use tonic::Streaming;

use crate::support::{
    TestNode, assert_refused, assert_status, at, batch, from_offset, is_position, limit, of, plain, ready,
    text,
};

async fn follow(node: &TestNode, request: FetchRequest) -> Streaming<FetchResponse> {
    let request = FetchRequest { follow: true, ..request };
    node.log().fetch(request).await.expect("begins").into_inner()
}

async fn next(stream: &mut Streaming<FetchResponse>) -> Vec<FetchChunk> {
    stream.message().await.expect("goes on").expect("has not ended").chunks
}

/// The next chunk that holds something.
async fn next_full(stream: &mut Streaming<FetchResponse>) -> FetchChunk {
    loop {
        if let Some(chunk) = next(stream).await.into_iter().find(|chunk| !is_position(chunk)) {
            return chunk;
        }
    }
}

fn values(chunk: &FetchChunk) -> Vec<String> {
    chunk.records.iter().map(|record| text(&record.value)).collect()
}

fn timed(topic: &str, records: &[(&str, i64)]) -> ProduceEntry {
    let record =
        |&(value, time): &(&str, i64)| Record { timestamp_ms: Some(time), ..crate::support::record(value) };
    ProduceEntry { records: records.iter().map(record).collect(), ..plain(topic, 0, &[]) }
}

const EARLIEST: At = At::Position(Position::Earliest as i32);
const LATEST: At = At::Position(Position::Latest as i32);

#[tokio::test]
async fn a_read_begins_at_the_record_that_was_asked_for_even_within_a_batch() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    node.store(ready("events", 0, batch(Compression::Lz4, &["a", "b", "c"]))).await.expect("stored");
    node.store(plain("events", 0, &["d"])).await.expect("stored");
    let tail = |from: usize| -> Vec<(i64, String)> {
        (0..).zip(["a", "b", "c", "d"].map(str::to_owned)).skip(from).collect()
    };
    for from in 0..=4 {
        assert_eq!(node.values("events", 0, from as i64).await, tail(from), "from {from}");
    }
}

#[tokio::test]
async fn a_read_begins_where_a_word_or_a_time_points() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    node.store(timed("events", &[("a", 1000), ("b", 3000)])).await.expect("stored");
    node.store(timed("events", &[("c", 2000), ("d", 4000)])).await.expect("stored");
    let read = async |from: FetchPartition| -> String {
        node.read(of(vec![from])).await.iter().flat_map(values).collect()
    };
    assert_eq!(read(FetchPartition { topic: "events".to_owned(), ..Default::default() }).await, "abcd");
    assert_eq!(read(at("events", 0, EARLIEST)).await, "abcd");
    assert_eq!(read(at("events", 0, LATEST)).await, "");
    for (time, expected) in [(0, "abcd"), (1000, "abcd"), (1001, "bcd"), (3001, "d"), (4001, "")] {
        assert_eq!(read(at("events", 0, At::TimestampMs(time))).await, expected, "from time {time}");
    }
}

#[tokio::test]
async fn the_first_message_says_where_each_partition_stands() {
    let node = TestNode::start().await;
    node.create_topic("events", 2, &[]).await;
    node.store(plain("events", 1, &["a", "b"])).await.expect("stored");
    let partitions = vec![at("events", 1, LATEST), at("events", 0, EARLIEST)];
    let mut stream = follow(&node, of(partitions)).await;
    let place = |request_index, partition, offset| FetchChunk {
        request_index,
        topic: "events".to_owned(),
        partition,
        high_watermark: offset,
        next_offset: offset,
        ..FetchChunk::default()
    };
    assert_eq!(next(&mut stream).await, [place(0, 1, 2), place(1, 0, 0)]);
}

#[tokio::test]
async fn a_read_without_follow_ends_where_the_log_ended_when_it_began() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    node.store(plain("events", 0, &["a"])).await.expect("stored");
    let mut stream =
        node.log().fetch(of(vec![from_offset("events", 0, 0)])).await.expect("begins").into_inner();
    assert!(is_position(&next(&mut stream).await[0]));
    node.store(plain("events", 0, &["too late"])).await.expect("stored");
    assert_eq!(values(&next_full(&mut stream).await), ["a"]);
    assert_eq!(stream.message().await.expect("ends well"), None);
}

#[tokio::test]
async fn a_follower_gets_each_record_once_as_it_comes() {
    let node = TestNode::start().await;
    node.create_topic("events", 2, &[]).await;
    // So long that only a wake-up can be in time.
    let request = FetchRequest {
        max_wait_ms: 3_600_000,
        ..of(vec![from_offset("events", 0, 0), from_offset("events", 1, 0)])
    };
    let mut stream = follow(&node, request).await;
    next(&mut stream).await;
    for offset in 0..20 {
        let partition = offset % 2;
        node.store(plain("events", partition, &[&offset.to_string()])).await.expect("stored");
        let chunk = next_full(&mut stream).await;
        assert_eq!((chunk.partition, values(&chunk)), (partition, vec![offset.to_string()]));
        assert_eq!(
            (chunk.next_offset, chunk.high_watermark),
            (i64::from(offset / 2) + 1, i64::from(offset / 2) + 1)
        );
    }
}

#[tokio::test]
async fn a_follower_of_a_silent_log_hears_where_it_stands_after_max_wait() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let request = FetchRequest { max_wait_ms: 30, ..of(vec![from_offset("events", 0, 0)]) };
    let mut stream = follow(&node, request).await;
    let first = next(&mut stream).await;
    let asked = Instant::now();
    assert_eq!(next(&mut stream).await, first);
    assert!(asked.elapsed() >= Duration::from_millis(20), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn records_are_gathered_up_to_min_bytes() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let request =
        FetchRequest { min_bytes: 1000, max_wait_ms: 3_600_000, ..of(vec![from_offset("events", 0, 0)]) };
    let mut stream = follow(&node, request).await;
    next(&mut stream).await;
    for _ in 0..10 {
        // 92 bytes of header and frame around 100: six batches are the first thousand.
        node.store(plain("events", 0, &[&"x".repeat(100)])).await.expect("stored");
    }
    let chunks = next(&mut stream).await;
    let gathered: usize = chunks.iter().map(|chunk| chunk.records.len()).sum();
    assert!((6..=10).contains(&gathered), "{gathered}");
}

#[tokio::test]
async fn what_was_gathered_goes_out_after_max_wait() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    node.store(plain("events", 0, &["little"])).await.expect("stored");
    let request =
        FetchRequest { min_bytes: 1 << 20, max_wait_ms: 30, ..of(vec![from_offset("events", 0, 0)]) };
    let mut stream = follow(&node, request).await;
    next(&mut stream).await;
    let asked = Instant::now();
    assert_eq!(values(&next(&mut stream).await[0]), ["little"]);
    assert!(asked.elapsed() >= Duration::from_millis(20), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn an_answer_keeps_to_max_bytes_but_for_one_batch() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let sent = batch(Compression::None, &[&"x".repeat(1000)]);
    for _ in 0..5 {
        node.store(ready("events", 0, sent.clone())).await.expect("stored");
    }
    let (size, format) = (sent.len(), FetchFormat::Batches.into());
    let sizes = async |max_bytes: u32| {
        let request = FetchRequest { max_bytes, format, ..of(vec![from_offset("events", 0, 0)]) };
        let mut stream = node.log().fetch(request).await.expect("begins").into_inner();
        let (mut sizes, mut next_offset) = (Vec::new(), 0);
        while let Some(answer) = stream.message().await.expect("goes on") {
            let size: usize = answer.chunks.iter().map(|chunk| chunk.record_batches.len()).sum();
            sizes.extend((size > 0).then_some(size));
            next_offset = answer.chunks.last().map_or(next_offset, |chunk| chunk.next_offset);
        }
        assert_eq!(next_offset, 5);
        sizes
    };
    assert_eq!(sizes(1).await, [size; 5]);
    let sizes = sizes(2 * size as u32 + 1).await;
    assert!(sizes.len() < 5 && sizes.iter().all(|&bytes| bytes <= 3 * size), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), 5 * size);
}

#[tokio::test]
async fn a_partition_that_is_too_large_for_one_answer_does_not_starve_another() {
    let node = TestNode::start().await;
    node.create_topic("events", 2, &[]).await;
    let value = "x".repeat(1000);
    for _ in 0..10 {
        node.store(ready("events", 0, batch(Compression::None, &[&value]))).await.expect("stored");
    }
    node.store(plain("events", 1, &["small"])).await.expect("stored");
    let request = FetchRequest {
        max_bytes: 1000,
        ..of(vec![from_offset("events", 0, 0), from_offset("events", 1, 0)])
    };
    let chunks = node.read(request).await;
    let turn = chunks.iter().position(|chunk| chunk.partition == 1).expect("is read");
    assert!(turn <= 2, "{turn}");
    assert_eq!(chunks.iter().map(|chunk| chunk.records.len()).sum::<usize>(), 11);
}

#[tokio::test]
async fn offsets_outside_the_log_end_their_partition_and_no_other() {
    let node = TestNode::start().await;
    node.create_topic("events", 2, &[]).await;
    node.store(plain("events", 0, &["a"])).await.expect("stored");
    node.store(plain("events", 1, &["b"])).await.expect("stored");
    for offset in [-1, 2] {
        let chunks = node.read(of(vec![from_offset("events", 0, offset), from_offset("events", 1, 0)])).await;
        let refused = chunks.iter().find(|chunk| chunk.request_index == 0).expect("is answered");
        let error = refused.error.as_ref().expect("is refused");
        assert_eq!(error.code(), ErrorCode::OffsetOutOfRange);
        assert_eq!(limit(&refused.error), ("offset", "0 to 1", offset.to_string().as_str()));
        assert_eq!(error.hint, "start at 'earliest' or 'latest', or at an offset within the limits");
        assert!(!error.retriable);
        let read = chunks.iter().find(|chunk| chunk.request_index == 1).expect("is answered");
        assert_eq!(values(read), ["b"]);
    }
}

#[tokio::test]
async fn what_does_not_exist_ends_its_part_and_no_other() {
    let node = TestNode::start().await;
    let id = node.create_topic("events", 1, &[]).await;
    node.store(plain("events", 0, &["a"])).await.expect("stored");
    let unknown_id = FetchPartition { topic_id: vec![9; 16].into(), ..FetchPartition::default() };
    let by_id = FetchPartition { topic_id: id, ..FetchPartition::default() };
    let request = of(vec![
        from_offset("absent", 0, 0),
        from_offset("events", 4, 0),
        unknown_id,
        FetchPartition::default(),
        by_id,
    ]);
    let chunks = node.read(request).await;
    let error = |index: u32| {
        chunks.iter().find(|chunk| chunk.request_index == index).expect("is answered").error.clone()
    };
    use ErrorCode as E;
    assert_refused(&error(0), E::UnknownTopicOrPartition, "topic 'absent' does not exist");
    let partition = "topic 'events' has no partition 4: it has 1, numbered from 0";
    assert_refused(&error(1), E::UnknownTopicOrPartition, partition);
    assert_refused(&error(2), E::UnknownTopicId, "topic id CQkJCQkJCQkJCQkJCQkJCQ does not exist");
    let unnamed = "a topic is named by its name or by its id of 16 bytes, exactly one of the two";
    assert_refused(&error(3), E::InvalidRequest, unnamed);
    let read = chunks.iter().find(|chunk| chunk.request_index == 4).expect("is answered");
    assert_eq!((read.topic.as_str(), values(read)), ("events", vec!["a".to_owned()]));
    let answer = node.log().fetch(FetchRequest::default()).await;
    assert_status(answer, E::InvalidRequest, "a fetch names at least one partition");
}

#[tokio::test]
async fn deleting_a_topic_ends_its_readers_with_an_error() {
    let node = TestNode::start().await;
    node.create_topic("gone", 1, &[]).await;
    node.create_topic("kept", 1, &[]).await;
    let request = FetchRequest {
        max_wait_ms: 3_600_000,
        ..of(vec![from_offset("gone", 0, 0), from_offset("kept", 0, 0)])
    };
    let mut stream = follow(&node, request).await;
    next(&mut stream).await;
    node.delete_topic("gone").await;
    let chunk = next_full(&mut stream).await;
    assert_eq!(chunk.request_index, 0);
    assert_refused(&chunk.error, ErrorCode::UnknownTopicOrPartition, "the partition was deleted");
    node.store(plain("kept", 0, &["still read"])).await.expect("stored");
    assert_eq!(values(&next_full(&mut stream).await), ["still read"]);
    node.delete_topic("kept").await;
    assert_eq!(next_full(&mut stream).await.request_index, 1);
    assert_eq!(stream.message().await.expect("ends well"), None);
}

#[tokio::test]
async fn a_reader_that_is_overtaken_by_a_trim_is_told_where_the_log_begins() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    for value in ["a", "b", "c"] {
        node.store(plain("events", 0, &[value])).await.expect("stored");
    }
    let topic = tidelog_grpc_api::v1::DeleteRecordsEntry {
        name: "events".to_owned(),
        partition: 0,
        before_offset: Some(2),
    };
    let request = tidelog_grpc_api::v1::DeleteRecordsRequest { entries: vec![topic] };
    node.admin().delete_records(request).await.expect("answers");
    let error = node.read_error("events", 0, 1).await;
    assert_eq!((error.limit.as_str(), error.value.as_str()), ("2 to 3", "1"));
    assert_eq!(node.read(of(vec![at("events", 0, EARLIEST)])).await[0].log_start_offset, 2);
}

async fn list(node: &TestNode, entries: Vec<ListOffsetsEntry>) -> Vec<ListOffsetsResult> {
    node.log().list_offsets(ListOffsetsRequest { entries }).await.expect("answers").into_inner().results
}

fn entry(topic: &str, at: Option<At>) -> ListOffsetsEntry {
    ListOffsetsEntry {
        topic: topic.to_owned(),
        at: at.map(|at| OffsetSpec { at: Some(at) }),
        ..ListOffsetsEntry::default()
    }
}

#[tokio::test]
async fn offsets_are_found_by_word_and_by_time() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    node.store(timed("events", &[("a", 1000), ("b", 3000)])).await.expect("stored");
    node.store(timed("events", &[("c", 2000), ("d", 4000)])).await.expect("stored");
    let ask = [None, Some(EARLIEST), Some(LATEST)].map(|at| entry("events", at)).to_vec();
    let offsets: Vec<Option<i64>> = list(&node, ask).await.into_iter().map(|result| result.offset).collect();
    assert_eq!(offsets, [Some(0), Some(0), Some(4)]);
    for (time, offset, of_record) in [(0, 0, 1000), (1000, 0, 1000), (1001, 1, 3000), (3500, 3, 4000)] {
        let result = list(&node, vec![entry("events", Some(At::TimestampMs(time)))]).await.remove(0);
        let found = (result.offset, result.timestamp_ms, result.error);
        assert_eq!(found, (Some(offset), Some(of_record), None), "time {time}");
    }
    let result = list(&node, vec![entry("events", Some(At::TimestampMs(4001)))]).await.remove(0);
    assert_eq!((result.offset, result.timestamp_ms, result.error), (None, None, None));
}

#[tokio::test]
async fn offsets_that_cannot_be_found_are_refused_each_by_itself() {
    let node = TestNode::start().await;
    node.create_topic("events", 1, &[]).await;
    let entries = vec![
        entry("absent", None),
        ListOffsetsEntry { partition: 3, ..entry("events", None) },
        entry("events", Some(At::Offset(0))),
        entry("events", Some(At::Position(9))),
        entry("events", None),
    ];
    let results = list(&node, entries).await;
    use ErrorCode as E;
    assert_refused(&results[0].error, E::UnknownTopicOrPartition, "topic 'absent' does not exist");
    let partition = "topic 'events' has no partition 3: it has 1, numbered from 0";
    assert_refused(&results[1].error, E::UnknownTopicOrPartition, partition);
    let offset = "an offset needs no looking up: ask for a position or a time";
    assert_refused(&results[2].error, E::InvalidRequest, offset);
    assert_refused(&results[3].error, E::InvalidRequest, "9 is no position");
    assert_eq!((results[4].offset, &results[4].error), (Some(0), &None));
}

#[tokio::test]
async fn readers_that_together_ask_for_more_than_the_memory_all_get_everything() {
    let node = TestNode::start_with(&[("tidelog.memory.bytes", "16777216")]).await;
    node.create_topic("events", 1, &[]).await;
    let value = "x".repeat(500_000);
    for _ in 0..40 {
        node.store(plain("events", 0, &[&value])).await.expect("stored");
    }
    // Ten readers that ask for 20 MB each, and take nothing until all have asked.
    let mut streams = Vec::new();
    for _ in 0..10 {
        let request = FetchRequest { max_bytes: 16 << 20, ..of(vec![from_offset("events", 0, 0)]) };
        streams.push(node.log().fetch(request).await.expect("begins").into_inner());
    }
    for mut stream in streams {
        let mut records = 0;
        while let Some(response) = stream.message().await.expect("goes on") {
            records += response.chunks.iter().map(|chunk| chunk.records.len()).sum::<usize>();
        }
        assert_eq!(records, 40);
    }
    let budget = &node.node.shared().fetch_budget;
    while budget.used_bytes() > 0 {
        tokio::task::yield_now().await;
    }
}
