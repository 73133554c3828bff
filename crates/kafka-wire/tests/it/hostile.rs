//! What a stranger may send: a typed error, no panic, and no memory beyond what was charged to the budget.

use bytes::{BufMut, Bytes, BytesMut};
use tidelog_kafka_schema::{SchemaKind, Schemas};
use tidelog_kafka_wire::messages::metadata::MetadataRequest;
use tidelog_kafka_wire::messages::produce::ProduceRequest;
use tidelog_kafka_wire::{Budget, DecodeError, Decoder, Message, RequestHeader};

use crate::codecs::{Codec, codecs};
use crate::counting::measured;
use crate::random::Random;

/// What `Bytes` takes to share a frame.
const SHARED_FRAME_BYTES: usize = 64;

/// A random message of every schema and version.
fn every_body(seed: u64, mut run: impl FnMut(&str, &Codec, i16, Vec<u8>)) {
    let (schemas, codecs) = (Schemas::checked_in().expect("they parse"), codecs());
    for schema in schemas.iter().filter(|schema| schema.kind != SchemaKind::Header) {
        for version in schema.versions.iter() {
            let json = Random(seed).message(schema, version);
            let body = schema.encode(&json, version).expect("it fits its schema");
            run(&schema.name, &codecs[schema.name.as_str()], version, body);
        }
    }
}

/// Decodes under the default budget, and holds the decoder to it.
fn decode(name: &str, codec: &Codec, version: i16, body: &[u8]) -> Result<(), DecodeError> {
    let frame = Bytes::copy_from_slice(body);
    let budget = Budget::for_frame(body.len());
    let ((result, charged), _, peak) = measured(|| (codec.decode)(frame, budget, version));
    assert!(charged <= budget.bytes(), "{name} version {version}: {charged} bytes charged of {budget:?}");
    let allowed = charged + SHARED_FRAME_BYTES;
    assert!(
        peak <= allowed,
        "{name} version {version}: {peak} bytes taken, {charged} charged, by {body:02x?}"
    );
    result
}

#[test]
fn a_message_that_is_cut_off_anywhere_is_an_error() {
    every_body(7, |name, codec, version, body| {
        assert_eq!(decode(name, codec, version, &body), Ok(()));
        for length in 0..body.len() {
            let result = decode(name, codec, version, &body[..length]);
            assert!(result.is_err(), "{name} version {version}, {length} bytes of {body:02x?}");
        }
    });
}

#[test]
fn bytes_after_the_end_are_an_error() {
    every_body(7, |name, codec, version, mut body| {
        body.push(0);
        let result = decode(name, codec, version, &body);
        assert_eq!(result, Err(DecodeError::TrailingBytes { left: 1 }), "{name} version {version}");
    });
}

/// Lengths and counts that lie, in both encodings: huge, negative, a million, null, and single bytes.
const LIES: &[&[u8]] = &[
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0xff, 0xff, 0xff, 0xff],
    &[0, 0x0f, 0x42, 0x40],
    &[0, 0, 0x7f, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    &[0x80, 0x89, 0x7a],
    &[0x7f],
    &[0xff],
    &[0],
];

#[test]
fn a_lying_length_anywhere_costs_no_memory() {
    let (mut cases, mut refused) = (0, 0);
    every_body(3, |name, codec, version, body| {
        // Long bodies repeat themselves.
        for at in 0..body.len().min(200) {
            for lie in LIES.iter().filter(|lie| at + lie.len() <= body.len()) {
                let mut lying = body.clone();
                lying[at..at + lie.len()].copy_from_slice(lie);
                cases += 1;
                refused += usize::from(decode(name, codec, version, &lying).is_err());
            }
        }
    });
    println!("{cases} cases, {refused} refused");
    assert!(cases > 300_000 && refused > cases / 4, "{cases} cases, {refused} refused");
}

#[test]
fn random_bytes_cost_no_memory() {
    let mut random = Random(1);
    every_body(0, |name, codec, version, _| {
        for _ in 0..60 {
            let length = random.below(300);
            // Small numbers reach further in than large ones.
            let mask = [0xff, 0x0f, 0x03][random.below(3)];
            let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8 & mask).collect();
            let _ = decode(name, codec, version, &bytes);
        }
    });
}

#[test]
fn a_large_frame_of_one_byte_repeated_stays_within_the_budget() {
    every_body(0, |name, codec, version, _| {
        for byte in [0x01, 0x02, 0x03, 0x10, 0x7f] {
            let _ = decode(name, codec, version, &vec![byte; 100_000]);
        }
    });
}

fn decode_metadata(version: i16, body: Vec<u8>) -> DecodeError {
    let budget = Budget::for_frame(body.len());
    let mut decoder = Decoder::new(body.into(), budget);
    MetadataRequest::decode(&mut decoder, version).expect_err("it is no message")
}

#[test]
fn four_bytes_that_announce_two_thousand_million_topics_are_refused() {
    let field = "topics";
    let count = i32::MAX as usize;
    let error = decode_metadata(0, vec![0x7f, 0xff, 0xff, 0xff]);
    assert_eq!(error, DecodeError::TooManyElements { field, count, limit: 0 });
    let error = decode_metadata(12, vec![0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert_eq!(error, DecodeError::TooManyElements { field, count: u32::MAX as usize - 1, limit: 0 });
    assert_eq!(
        error.to_string(),
        "topics has 4294967294 elements: the limit, or what the frame's rest can hold, is 0"
    );
}

#[test]
fn a_frame_that_holds_what_it_announces_is_still_held_to_the_budget_and_to_a_million() {
    let body = |count: u32, bytes: usize| {
        let mut body = count.to_be_bytes().to_vec();
        body.resize(4 + bytes, 0);
        body
    };
    let error = decode_metadata(0, body(500_000, 2 << 20));
    let DecodeError::BudgetExceeded { field: "topics", needed, left, limit } = error else {
        panic!("{error}")
    };
    assert_eq!((left, limit), (Budget::MAX_BYTES, Budget::MAX_BYTES));
    assert!(needed > limit && needed % 500_000 == 0, "{needed}");
    let error = decode_metadata(0, body(1_000_001, 8 << 20));
    let DecodeError::TooManyElements { field: "topics", count: 1_000_001, limit: 1_000_000 } = error else {
        panic!("{error}")
    };
}

#[test]
fn a_frame_has_one_budget_for_all_its_arrays() {
    // Version 13: 33 topics that each say 1,000 partitions, of which none is in the frame but for its bytes' number.
    let mut body = BytesMut::new();
    body.put_slice(&[0, 0, 1, 0, 0, 0, 0, 34]);
    for _ in 0..33 {
        body.put_bytes(0, 16);
        body.put_slice(&[0xe9, 0x07]);
        for _ in 0..1000 {
            body.put_slice(&[0, 0, 0, 0, 0, 0]);
        }
        body.put_u8(0);
    }
    body.put_u8(0);
    let frame = body.freeze();
    let mut roomy = Decoder::new(frame.clone(), Budget::of_bytes(8 << 20));
    ProduceRequest::decode(&mut roomy, 13).expect("it is a message");
    let charged = roomy.charged();
    ProduceRequest::decode(&mut Decoder::new(frame.clone(), Budget::of_bytes(charged)), 13)
        .expect("that much is enough");
    let error = ProduceRequest::decode(&mut Decoder::new(frame, Budget::of_bytes(charged - 1)), 13);
    let per_topic = charged / 33 / 1000 * 1000;
    let Err(DecodeError::BudgetExceeded { field: "partitionData", needed, left, .. }) = error else {
        panic!("{error:?}")
    };
    assert!(needed <= per_topic && left == needed - 1, "{needed} {left} {per_topic}");
}

/// A header of version 2, up to the number of its tagged fields.
fn header_with_tags(count: &[u8]) -> BytesMut {
    let mut frame = BytesMut::new();
    frame.put_slice(&[0, 3, 0, 12, 0, 0, 0, 9, 0xff, 0xff]);
    frame.put_slice(count);
    frame
}

#[test]
fn twenty_million_tagged_fields_in_a_header_are_refused_at_their_number() {
    let mut frame = header_with_tags(&[0x80, 0xda, 0xc4, 0x09]);
    frame.put_bytes(0, 1 << 20);
    let (result, allocations, _) = {
        let frame = frame.freeze();
        measured(move || RequestHeader::decode(&mut Decoder::new(frame, Budget::of_bytes(0))))
    };
    assert_eq!(result, Err(DecodeError::TooManyTags { count: 20_000_000, limit: 10_000 }));
    assert_eq!(allocations, 0);
}

#[test]
fn tagged_fields_in_a_header_are_skipped_and_not_kept() {
    let mut frame = header_with_tags(&[0x90, 0x4e]);
    for tag in 0..10_000_u32 {
        frame.put_slice(&[(tag % 128) as u8 | 0x80, (tag / 128) as u8, 3, 1, 2, 3]);
    }
    let frame = frame.freeze();
    let (result, allocations, _) = measured(move || {
        let mut decoder = Decoder::new(frame, Budget::of_bytes(0));
        RequestHeader::decode(&mut decoder).and_then(|header| decoder.finish().map(|()| header))
    });
    let header = RequestHeader { api_key: 3, api_version: 12, correlation_id: 9, client_id: None };
    assert_eq!((result, allocations), (Ok(header), 0));
}
