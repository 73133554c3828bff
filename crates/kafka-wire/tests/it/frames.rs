//! Frames: what stands in front of a body, what is copied and what is not, and what a frame costs.

use std::io::IoSlice;

use bytes::{Buf, Bytes, BytesMut};
use tidelog_kafka_wire::messages::api_versions::{ApiVersion, ApiVersionsRequest, ApiVersionsResponse};
use tidelog_kafka_wire::messages::fetch::{
    FetchResponse, FetchableTopicResponse, NodeEndpoint, PartitionData,
};
use tidelog_kafka_wire::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use tidelog_kafka_wire::messages::metadata::MetadataRequest;
use tidelog_kafka_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use tidelog_kafka_wire::messages::push_telemetry::PushTelemetryRequest;
use tidelog_kafka_wire::{
    ApiKey, Budget, DecodeError, Decoder, EncodeError, EncodedFrame, Encoder, Message, Request,
    RequestHeader, Str, encode_request, encode_response,
};

use crate::counting::measured;

/// A request as its frame's reader sees it: without the length.
fn frame_of<M: Request>(header: &RequestHeader, message: &M) -> Bytes {
    let mut frame = encode_request(header, message).expect("it can be written").to_bytes();
    assert_eq!(frame.get_i32() as usize, frame.len());
    frame
}

fn fetch_response(records: &[&Bytes]) -> FetchResponse {
    let partitions = records
        .iter()
        .map(|records| PartitionData { records: Some((*records).clone()), ..Default::default() });
    let topic = FetchableTopicResponse { partitions: partitions.collect(), ..Default::default() };
    FetchResponse { responses: vec![topic], ..Default::default() }
}

#[test]
fn a_request_is_length_header_and_body() {
    let client_id = Some(Str::from("me"));
    let header = RequestHeader { client_id, ..RequestHeader::of::<HeartbeatRequest>(4, 7) };
    let message = HeartbeatRequest {
        group_id: "g".into(),
        generation_id: 1,
        member_id: "m".into(),
        group_instance_id: None,
    };
    let frame = encode_request(&header, &message).expect("it can be written").to_bytes();
    assert_eq!(frame, &b"\0\0\0\x17\0\x0c\0\x04\0\0\0\x07\0\x02me\0\x02g\0\0\0\x01\x02m\0\0"[..]);
    let mut decoder = Decoder::new(frame.slice(4..), Budget::for_frame(frame.len()));
    assert_eq!(RequestHeader::decode(&mut decoder), Ok(header));
    assert_eq!(HeartbeatRequest::decode(&mut decoder, 4), Ok(message));
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn a_response_has_tagged_fields_in_its_header_from_the_flexible_version_on_but_not_that_of_api_versions() {
    let heartbeat = |version| {
        let message = HeartbeatResponse { throttle_time_ms: 1, error_code: 25 };
        encode_response(7, ApiKey::Heartbeat, version, &message).expect("it can be written").to_bytes()
    };
    assert_eq!(heartbeat(3), &b"\0\0\0\x0a\0\0\0\x07\0\0\0\x01\0\x19"[..]);
    assert_eq!(heartbeat(4), &b"\0\0\0\x0c\0\0\0\x07\0\0\0\0\x01\0\x19\0"[..]);
    let api_keys = vec![ApiVersion { api_key: 18, min_version: 0, max_version: 5 }];
    let message = ApiVersionsResponse { error_code: 35, api_keys, ..Default::default() };
    let frame = |version| {
        encode_response(7, ApiKey::ApiVersions, version, &message).expect("it can be written").to_bytes()
    };
    assert_eq!(frame(0), &b"\0\0\0\x10\0\0\0\x07\0\x23\0\0\0\x01\0\x12\0\0\0\x05"[..]);
    assert_eq!(frame(3), &b"\0\0\0\x13\0\0\0\x07\0\x23\x02\0\x12\0\0\0\x05\0\0\0\0\0\0"[..]);
}

#[test]
fn a_header_of_an_unknown_key_or_version_still_says_whom_to_answer() {
    let frame = Bytes::from_static(b"\x03\xe7\0\x01\0\0\0\x2a\xff\xff");
    let header = RequestHeader { api_key: 999, api_version: 1, correlation_id: 42, client_id: None };
    assert_eq!(RequestHeader::peek(&frame), Ok(header));
    let mut decoder = Decoder::new(frame.clone(), Budget::for_frame(frame.len()));
    assert_eq!(RequestHeader::decode(&mut decoder), Err(DecodeError::UnknownApiKey { api_key: 999 }));
    let too_short = Bytes::from_static(b"\0\x12\0\x09\0\0\0");
    assert_eq!(
        RequestHeader::peek(&too_short),
        Err(DecodeError::Truncated { position: 4, needed: 4, left: 3 })
    );

    // ApiVersions 99 has the header of the last version that is known.
    let frame = Bytes::from_static(b"\0\x12\0\x63\0\0\0\x2a\0\x02me\0rest");
    let mut decoder = Decoder::new(frame, Budget::for_frame(16));
    // The client id is not compact, whatever comes after it.
    decoder.set_flexible(true);
    let header = RequestHeader::decode(&mut decoder).expect("it has a header");
    assert_eq!((header.api_version, header.client_id, decoder.remaining()), (99, Some("me".into()), 4));
    let error =
        DecodeError::UnsupportedVersion { message: "ApiVersionsRequest", version: 99, lowest: 0, highest: 5 };
    assert_eq!(ApiVersionsRequest::decode(&mut decoder, 99), Err(error));
}

#[test]
fn records_are_handed_on_and_not_copied() {
    let (large, small) = (Bytes::from(vec![7; 100_000]), Bytes::from(vec![8; 3]));
    for version in FetchResponse::VERSIONS {
        let message = fetch_response(&[&large, &small, &Bytes::new()]);
        let frame = encode_response(1, ApiKey::Fetch, version, &message).expect("it can be written");
        let places: Vec<*const u8> = frame.pieces().map(|piece| piece.as_ptr()).collect();
        assert!(places.contains(&large.as_ptr()) && places.contains(&small.as_ptr()), "version {version}");
        assert_eq!(frame.pieces().count(), 5, "version {version}");
        let mut bytes = frame.to_bytes();
        assert_eq!(bytes.get_i32() as usize, bytes.len(), "version {version}");
    }
}

#[test]
fn other_bytes_are_copied_below_a_kibibyte_and_not_from_there_on() {
    let header = RequestHeader::of::<PushTelemetryRequest>(0, 1);
    for (length, is_copied) in [(1023, true), (1024, false)] {
        let metrics = Bytes::from(vec![7; length]);
        let message = PushTelemetryRequest { metrics: metrics.clone(), ..Default::default() };
        let frame = encode_request(&header, &message).expect("it can be written");
        let is_there = frame.pieces().any(|piece| piece.as_ptr() == metrics.as_ptr());
        assert_eq!(is_there, !is_copied, "{length} bytes");
    }
}

#[test]
fn records_are_read_as_slices_of_the_frame() {
    let records = Bytes::from(vec![7; 5000]);
    let partition_data = vec![PartitionProduceData { index: 0, records: Some(records) }];
    let topic_data = vec![TopicProduceData { name: "topic".into(), partition_data, ..Default::default() }];
    let message = ProduceRequest { topic_data, ..Default::default() };
    let frame = frame_of(&RequestHeader::of::<ProduceRequest>(9, 1), &message);
    let mut decoder = Decoder::new(frame.clone(), Budget::for_frame(frame.len()));
    RequestHeader::decode(&mut decoder).expect("a header");
    let read = ProduceRequest::decode(&mut decoder, 9).expect("a body");
    assert_eq!(read, message);
    let topic = &read.topic_data[0];
    let range = frame.as_ptr_range();
    assert!(range.contains(&topic.name.as_ptr()));
    assert!(range.contains(&topic.partition_data[0].records.as_ref().expect("records").as_ptr()));
}

#[test]
fn a_frame_is_the_same_however_it_is_written() {
    let (one, two) = (Bytes::from(vec![1; 2000]), Bytes::from(vec![2; 1]));
    let frame =
        encode_response(1, ApiKey::Fetch, 17, &fetch_response(&[&one, &two])).expect("it can be written");
    let whole = frame.to_bytes();
    assert_eq!((whole.len(), frame.remaining()), (frame.len(), frame.len()));
    for step in [1, 2, 7, 100, 1999, 2000, 2001, whole.len()] {
        assert_eq!(written_in_steps(frame.clone(), step), whole, "{step} bytes at a time");
    }
}

/// What a socket would get that takes so many bytes of each vectored write.
fn written_in_steps(mut frame: EncodedFrame, step: usize) -> Vec<u8> {
    let mut written = Vec::new();
    while frame.has_remaining() {
        let mut slices = [IoSlice::new(&[]); 2];
        let filled = frame.chunks_vectored(&mut slices);
        let offered: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).collect();
        let taken = offered.len().min(step);
        assert!(taken > 0 && frame.chunk() == &slices[0][..]);
        written.extend_from_slice(&offered[..taken]);
        frame.advance(taken);
    }
    assert_eq!((frame.len(), frame.chunk()), (0, &[][..]));
    written
}

#[test]
fn a_connections_answers_use_its_buffer_again() {
    let records = Bytes::from(vec![7; 100_000]);
    let fetched = fetch_response(&[&records]);
    let mut encoder = Encoder::with_buffer(BytesMut::with_capacity(4096));
    let mut round = |expected: usize| {
        let heartbeat = HeartbeatResponse::default();
        let (frame, allocations, _) = measured(|| encoder.response(1, ApiKey::Heartbeat, 4, &heartbeat));
        drop(frame.expect("it can be written"));
        assert_eq!(allocations, expected, "an answer without records");
        let (frame, allocations, _) = measured(|| encoder.response(2, ApiKey::Fetch, 13, &fetched));
        drop(frame.expect("it can be written"));
        assert!(allocations <= 1 + expected, "{allocations} allocations for an answer with records");
    };
    // The first time the buffer becomes shared, and its list of chunks is made.
    round(1);
    for _ in 0..1000 {
        round(0);
    }
}

#[test]
fn an_error_leaves_nothing_behind_in_the_encoder() {
    let records = Bytes::from(vec![7; 2000]);
    let message = fetch_response(&[&records]);
    // The fault lies behind the records, in a tagged field.
    let endpoint = NodeEndpoint { host: "x".repeat(40_000).into(), ..Default::default() };
    let faulty = FetchResponse { node_endpoints: vec![endpoint], ..message.clone() };
    let mut encoder = Encoder::new();
    let error = EncodeError::StringTooLong { field: "host", length: 40_000, limit: 32_767 };
    let result = encoder.response(1, ApiKey::Fetch, 16, &faulty);
    assert_eq!(result.map(|frame| frame.len()), Err(error));
    let frame = encoder.response(1, ApiKey::Fetch, 16, &message).expect("it can be written");
    assert!(frame.pieces().any(|piece| piece.as_ptr() == records.as_ptr()));
    let fresh = encode_response(1, ApiKey::Fetch, 16, &message).expect("it can be written");
    assert_eq!(frame.to_bytes(), fresh.to_bytes());
}

#[test]
fn what_a_version_has_no_place_for_is_refused_unless_it_may_be_dropped() {
    let write =
        |message: &MetadataRequest, version| Encoder::new().body(version, message).map(|frame| frame.len());
    let message = MetadataRequest { allow_auto_topic_creation: false, ..Default::default() };
    let (name, field) = ("MetadataRequest", "allowAutoTopicCreation");
    assert_eq!(write(&message, 3), Err(EncodeError::Unrepresentable { message: name, field, version: 3 }));
    assert!(write(&message, 4).is_ok());
    let message = MetadataRequest { topics: None, ..Default::default() };
    assert_eq!(
        write(&message, 0),
        Err(EncodeError::NullNotAllowed { message: name, field: "topics", version: 0 })
    );
    assert!(write(&message, 1).is_ok());
    let error = EncodeError::UnsupportedVersion { message: name, version: 14, lowest: 0, highest: 13 };
    assert_eq!(write(&message, 14), Err(error));
    // A leader's log start is for those who know of it.
    let partition = PartitionData { log_start_offset: 5, ..Default::default() };
    let topic = FetchableTopicResponse { partitions: vec![partition], ..Default::default() };
    let message = FetchResponse { responses: vec![topic], ..Default::default() };
    assert!(encode_response(1, ApiKey::Fetch, 4, &message).is_ok());
}

#[test]
fn a_produce_request_of_a_mebibyte_takes_three_allocations() {
    let partition_data = vec![PartitionProduceData { index: 0, records: Some(vec![7; 1 << 20].into()) }];
    let topic_data =
        vec![TopicProduceData { name: "user-events".into(), partition_data, ..Default::default() }];
    let message = ProduceRequest { acks: -1, timeout_ms: 30_000, topic_data, ..Default::default() };
    for version in ProduceRequest::VERSIONS {
        let header = RequestHeader {
            client_id: Some("client".into()),
            ..RequestHeader::of::<ProduceRequest>(version, 1)
        };
        let frame = Bytes::from(frame_of(&header, &message).to_vec());
        let (read, allocations, peak) = measured(|| {
            let mut decoder = Decoder::new(frame.clone(), Budget::for_frame(frame.len()));
            let header = RequestHeader::decode(&mut decoder)?;
            ProduceRequest::decode(&mut decoder, header.api_version)
        });
        assert!(read.is_ok());
        assert!(allocations <= 3, "version {version}: {allocations} allocations");
        assert!(peak < 512, "version {version}: {peak} bytes");
    }
}
