//! What Apache Kafka 4.4 answers to right and wrong batches (see `fixtures/README.md`), and that we answer the same, or why
//! not.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use tidelog_model::TimestampMs;
use tidelog_record::{
    Batch, BatchError, Compression, DecompressError, Decompressor, InvalidBatch, ProduceRules, RecordFault,
    RejectedRecord, TimestampType, layout, stamp, validate_produced,
};

use crate::support::{Owned, build, fixture};

#[derive(Deserialize)]
struct Answer {
    case: String,
    topic: String,
    now_ms: i64,
    error_code: i16,
    record_errors: Vec<i32>,
    /// What lay in the segment file afterwards.
    stored: Option<String>,
}

/// Cases that Kafka accepts and we do not, each with its reason.
const STRICTER: [(&str, &str); 15] = [
    ("trailing-garbage", "Kafka drops what follows a batch if it is too short for another"),
    ("log-append-time-bit", "Kafka clears the bit, so that records get other times than were checked"),
    ("offset-deltas-disordered", "Kafka stores them so, and consumers then see offsets go back"),
    ("gzip-trailing-garbage", "readers differ in what they make of it"),
    ("lz4-trailing-garbage", "readers differ in what they make of it"),
    (
        "zstd-window-16-mib",
        "a reader has to allocate the window: 8 MiB is what RFC 8878 asks of every decoder",
    ),
    (
        "zstd-window-128-mib",
        "a reader has to allocate the window: 8 MiB is what RFC 8878 asks of every decoder",
    ),
    ("record-length-beyond-batch-gzip", "Kafka does not look, consumers fail"),
    ("record-length-short-gzip", "Kafka does not look, consumers fail"),
    ("key-length-minus-2", "Kafka's clients read it as null, others do not"),
    ("key-length-minus-2-gzip", "Kafka's clients read it as null, others do not"),
    ("varint-64-bit-overflow", "readers differ in which bits they drop"),
    ("varint-64-bit-overflow-gzip", "readers differ in which bits they drop"),
    ("varint-32-bit-overflow", "readers differ in which bits they drop"),
    ("varint-32-bit-overflow-gzip", "readers differ in which bits they drop"),
];
/// Cases that we accept and the broker's handler refuses, since the fault is in the request, not in the batch.
const DECIDED_ABOVE: [&str; 1] = ["transactional-without-producer"];

fn rules(topic: &str) -> ProduceRules {
    let rules = ProduceRules::default();
    match topic {
        "plain" => rules,
        "compacted" => ProduceRules { compacted: true, ..rules },
        "append-time" => ProduceRules { timestamp_type: TimestampType::LogAppendTime, ..rules },
        "recent" => ProduceRules { timestamp_before_max_ms: 1000, ..rules },
        other => panic!("no topic {other}"),
    }
}

fn sent(answer: &Answer) -> Bytes {
    let path = format!("{}/tests/corpus/{}.batch", env!("CARGO_MANIFEST_DIR"), answer.case);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")).into()
}

/// All answers but those about the size limit, whose batches are too large to keep.
fn answers() -> impl Iterator<Item = Answer> {
    all_answers().filter(|answer| !answer.case.starts_with("size-"))
}

fn all_answers() -> impl Iterator<Item = Answer> {
    let answers: Vec<Answer> = serde_json::from_slice(&fixture("kafka-answers.json")).expect("answers");
    answers.into_iter()
}

fn ours(answer: &Answer, now: TimestampMs) -> Result<Batch, InvalidBatch> {
    validate_produced(sent(answer), &rules(&answer.topic), now, &mut Decompressor::default())
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex digits"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex digits")).collect()
}

#[test]
fn we_accept_and_refuse_what_kafka_does_but_for_stated_reasons() {
    for answer in answers() {
        let ours = ours(&answer, TimestampMs(answer.now_ms));
        let stricter = STRICTER.iter().any(|(case, _)| *case == answer.case);
        let above = DECIDED_ABOVE.contains(&answer.case.as_str());
        assert_eq!(
            ours.is_ok(),
            (answer.error_code == 0 && !stricter) || above,
            "{}: Kafka answers {}, we {ours:?}",
            answer.case,
            answer.error_code
        );
        if let Err(InvalidBatch::Rejected(records)) = &ours {
            let ours: Vec<i32> = records.iter().map(|record| record.index()).collect();
            assert_eq!(ours, answer.record_errors, "{}", answer.case);
        }
        if let (Err(error), false) = (&ours, stricter) {
            let blamed = answer.record_errors.first().copied();
            let ours = error.record_index();
            assert!(blamed.is_none() || ours.is_none() || ours == blamed, "{}: {error:?}", answer.case);
        }
    }
}

#[test]
fn what_both_accept_is_stored_byte_for_byte_as_kafka_stores_it() {
    let mut compared = 0;
    for answer in answers() {
        let Some(stored) = answer.stored.as_deref().map(unhex) else { continue };
        let theirs = Batch::parse(&stored[..]).expect("Kafka stores whole batches");
        // On the topic with LogAppendTime the moment of the append is in the batch.
        let now = match answer.topic.as_str() {
            "append-time" => theirs.header().max_timestamp,
            _ => TimestampMs(answer.now_ms),
        };
        let Ok(ours) = ours(&answer, now) else { continue };
        let mut ours = ours.bytes().to_vec();
        stamp(&mut ours, theirs.header().base_offset, theirs.header().leader_epoch);
        assert_eq!(ours, stored, "{}", answer.case);
        compared += 1;
    }
    assert_eq!(compared, 32);
}

#[test]
fn the_largest_batch_is_kafkas_to_the_byte() {
    let limit = ProduceRules::default().max_message_bytes;
    for (case, size, error_code) in [("size-at-limit", limit, 0), ("size-above-limit", limit + 1, 10)] {
        let answer = all_answers().find(|answer| answer.case == case).expect("the case");
        assert_eq!(answer.error_code, error_code, "{case}");
        // Around the value: the header, and 12 bytes of the record, its lengths included.
        let value = vec![0; size - layout::HEADER_BYTES - 12];
        let bytes = build(
            &[Owned { timestamp: 0, key: Some(b"k".to_vec()), value: Some(value), headers: vec![] }],
            Compression::None,
        );
        assert_eq!(bytes.len(), size);
        let result =
            validate_produced(bytes, &ProduceRules::default(), TimestampMs(0), &mut Decompressor::default());
        let refused = InvalidBatch::TooLarge { size_bytes: size, max_message_bytes: limit };
        assert_eq!(result.err(), (error_code == 10).then_some(refused), "{case}");
    }
}

#[test]
fn every_fault_has_its_own_error() {
    let refused: BTreeMap<String, InvalidBatch> = answers()
        .filter_map(|answer| Some((answer.case.clone(), ours(&answer, TimestampMs(answer.now_ms)).err()?)))
        .collect();
    let found: Vec<String> = refused.iter().map(|(case, error)| format!("{case}: {}", name(error))).collect();
    let expected: Vec<&str> = include_str!("../fixtures/our-errors.txt").lines().collect();
    assert_eq!(found, expected);
}

fn name(error: &InvalidBatch) -> String {
    match error {
        InvalidBatch::Malformed(BatchError::Crc { .. }) => "damaged".into(),
        InvalidBatch::Malformed(error) => format!("{error:?}"),
        InvalidBatch::Decompress(DecompressError::Corrupt { .. }) => "cannot be decompressed".into(),
        InvalidBatch::Record(error) => match error.fault {
            RecordFault::Underfilled { .. } => format!("record {}: Underfilled", error.index),
            fault => format!("record {}: {fault:?}", error.index),
        },
        InvalidBatch::Rejected(records) => {
            let named = records.iter().map(|record| match record {
                RejectedRecord::NoKey { index } => format!("record {index}: NoKey"),
                RejectedRecord::Timestamp { index, .. } => format!("record {index}: Timestamp"),
            });
            named.collect::<Vec<_>>().join(", ")
        }
        error => format!("{error:?}"),
    }
}
