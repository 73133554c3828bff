//! Batches that real clients made (see `fixtures/README.md`): the same records in every codec.

use bytes::Bytes;
use serde::Deserialize;
use tidelog_model::{LeaderEpoch, Offset, TimestampMs};
use tidelog_record::{
    Batch, Compression, Decompressor, ProduceRules, Records, split_batches, stamp, validate_produced,
};

use crate::support::{Owned, build, fixture, read};

const CLIENTS: [&str; 3] = ["librdkafka", "kafka-python", "java"];
/// Long before the records' times plus an hour, and not before them.
const NOW: TimestampMs = TimestampMs(1_700_000_000_000);

#[derive(Deserialize)]
struct Line {
    timestamp: i64,
    key: Option<String>,
    value: Option<String>,
    headers: Vec<(String, Option<String>)>,
    not_from: Option<String>,
}

/// What a client was told to send.
fn sent_by(client: &str) -> Vec<Owned> {
    let lines: Vec<Line> = serde_json::from_slice(&fixture("records.json")).expect("records.json");
    lines
        .into_iter()
        .filter(|line| line.not_from.as_deref() != Some(client))
        .map(|line| Owned {
            timestamp: line.timestamp,
            key: line.key.map(expand),
            value: line.value.map(expand),
            headers: line.headers.into_iter().map(|(key, value)| (key, value.map(expand))).collect(),
        })
        .collect()
}

/// `@repeat:TEXT@COUNT` stands for a long text.
fn expand(text: String) -> Vec<u8> {
    match text.strip_prefix("@repeat:").and_then(|rest| rest.rsplit_once('@')) {
        Some((part, count)) => part.repeat(count.parse().expect("a count")).into_bytes(),
        None => text.into_bytes(),
    }
}

/// The captured batches, as the client sent them.
fn captured() -> impl Iterator<Item = (&'static str, Compression, Bytes)> {
    CLIENTS.into_iter().flat_map(|client| {
        Compression::ALL.into_iter().map(move |compression| {
            let mut batch = fixture(&format!("{client}-{compression}.batch"));
            stamp(&mut batch, Offset::ZERO, LeaderEpoch::NONE);
            (client, compression, Bytes::from(batch))
        })
    })
}

#[test]
fn every_clients_batch_in_every_codec_reads_as_it_was_sent() {
    for (client, compression, bytes) in captured() {
        let batch = Batch::parse(&bytes[..]).expect("one batch");
        assert_eq!(batch.header().compression, compression, "{client}");
        assert_eq!(read(&bytes), sent_by(client), "{client} with {compression}");
    }
}

#[test]
fn every_clients_batch_passes_validation_without_a_copy() {
    let mut decompressor = Decompressor::default();
    for (client, compression, bytes) in captured() {
        let batch = validate_produced(bytes.clone(), &ProduceRules::default(), NOW, &mut decompressor);
        let batch = batch.unwrap_or_else(|error| panic!("{client} with {compression}: {error}"));
        assert_eq!(batch.header().max_timestamp, TimestampMs(1_700_000_003_000));
        assert_eq!(batch.bytes().as_ptr(), bytes.as_ptr(), "{client} with {compression} was copied");
    }
}

#[test]
fn a_segment_of_captured_batches_splits_into_the_same_memory() {
    let batches: Vec<Bytes> = captured().map(|(_, _, bytes)| bytes).collect();
    let segment = Bytes::from(batches.concat());
    let split: Vec<Batch> = split_batches(segment.clone()).collect::<Result<_, _>>().expect("whole batches");
    assert!(split.iter().map(Batch::bytes).eq(batches.iter().map(|bytes| &bytes[..])));
    assert_eq!(split[0].bytes().as_ptr(), segment.as_ptr());
}

#[test]
fn owned_keys_and_values_are_slices_of_one_decompressed_payload() {
    let mut decompressor = Decompressor::default();
    for (client, compression, bytes) in captured() {
        let batch = Batch::parse(bytes.clone()).expect("one batch");
        let payload = batch.decompressed(&mut decompressor).expect("decompresses");
        if compression == Compression::None {
            assert_eq!(payload.as_ptr(), batch.payload().as_ptr(), "an uncompressed payload is not copied");
        }
        let record = Records::new(batch.header(), &payload).next().expect("a record").expect("reads");
        let value = payload.slice_ref(record.value.expect("a value"));
        drop(batch);
        assert_eq!(&value[..], b"first", "{client} with {compression}");
    }
}

#[test]
fn our_uncompressed_batch_is_byte_for_byte_librdkafkas() {
    let (_, _, theirs) = captured().next().expect("librdkafka, none");
    assert_eq!(build(&sent_by("librdkafka"), Compression::None), theirs);
}

#[test]
fn our_lz4_and_snappy_batches_are_framed_as_javas() {
    for (compression, frame_bytes) in [(Compression::Lz4, 7), (Compression::Snappy, 16)] {
        let ours = build(&sent_by("java"), compression);
        let theirs = Bytes::from(fixture(&format!("java-{compression}.batch")));
        let ours = Batch::parse(ours).expect("one batch");
        let theirs = Batch::parse(theirs).expect("one batch");
        assert_eq!(ours.payload()[..frame_bytes], theirs.payload()[..frame_bytes], "{compression}");
    }
}
