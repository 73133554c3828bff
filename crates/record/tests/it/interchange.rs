//! Against the `kafka-protocol` crate, both ways: one encodes, the other decodes.

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{
    Compression as TheirCompression, Record as TheirRecord, RecordBatchDecoder, RecordBatchEncoder,
    RecordEncodeOptions, RecordSet, TimestampType,
};
use proptest::collection::vec;
use proptest::prelude::*;
use tidelog_model::{ProducerEpoch, ProducerId, Sequence};
use tidelog_record::{Batch, BatchBuilder, Compression, Compressor};

use crate::properties::record;
use crate::support::{Owned, read};

const PRODUCER: (i64, i16) = (4711, 3);

fn theirs(compression: Compression) -> TheirCompression {
    match compression {
        Compression::None => TheirCompression::None,
        Compression::Gzip => TheirCompression::Gzip,
        Compression::Snappy => TheirCompression::Snappy,
        Compression::Lz4 => TheirCompression::Lz4,
        Compression::Zstd => TheirCompression::Zstd,
    }
}

fn their_record(record: &Owned, index: usize, base_sequence: i32) -> TheirRecord {
    let headers = record.headers.iter();
    TheirRecord {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: PRODUCER.0,
        producer_epoch: PRODUCER.1,
        timestamp_type: TimestampType::Creation,
        offset: index as i64,
        sequence: base_sequence + index as i32,
        timestamp: record.timestamp,
        key: record.key.clone().map(Bytes::from),
        value: record.value.clone().map(Bytes::from),
        headers: headers
            .map(|(key, value)| (StrBytes::from_string(key.clone()), value.clone().map(Bytes::from)))
            .collect(),
    }
}

/// Theirs keeps headers in a map, so names must be unique.
fn records() -> impl Strategy<Value = Vec<Owned>> {
    let unique = record().prop_map(|mut record| {
        record.headers.sort();
        record.headers.dedup_by(|one, other| one.0 == other.0);
        record
    });
    vec(unique, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kafka_protocol_reads_what_we_build(records in records(), base_sequence in 0..1_000_000) {
        for compression in Compression::ALL {
            let mut builder = BatchBuilder::new();
            builder.set_producer(ProducerId(PRODUCER.0), ProducerEpoch(PRODUCER.1), Sequence(base_sequence));
            for record in &records {
                record.append_to(&mut builder);
            }
            let mut bytes = builder.build(&mut Compressor::new(compression)).expect("builds");
            let expected: Vec<TheirRecord> =
                records.iter().enumerate().map(|(index, record)| their_record(record, index, base_sequence)).collect();
            let decoded = RecordBatchDecoder::decode(&mut bytes).expect("they decode it");
            let expected = RecordSet { compression: theirs(compression), version: 2, records: expected };
            prop_assert_eq!(decoded, expected);
        }
    }

    #[test]
    fn we_read_what_kafka_protocol_builds(records in records(), base_sequence in 0..1_000_000) {
        let records_of_theirs: Vec<TheirRecord> =
            records.iter().enumerate().map(|(index, record)| their_record(record, index, base_sequence)).collect();
        for compression in Compression::ALL {
            let mut bytes = BytesMut::new();
            let options = RecordEncodeOptions { version: 2, compression: theirs(compression) };
            RecordBatchEncoder::encode(&mut bytes, &records_of_theirs, &options).expect("they encode it");
            prop_assert_eq!(read(&bytes), records.clone());
            let header = *Batch::parse(&bytes[..]).expect("one batch").header();
            prop_assert_eq!(header.compression, compression);
            prop_assert_eq!((header.producer_id.0, header.producer_epoch.0), PRODUCER);
            prop_assert_eq!(header.base_sequence, Sequence(base_sequence));
            prop_assert_eq!(header.last_sequence(), Sequence(base_sequence + records.len() as i32 - 1));
            prop_assert_eq!(header.max_timestamp.0, records.iter().map(|record| record.timestamp).max().expect("one"));
        }
    }
}
