//! Records that own their bytes, to compare with.

use bytes::Bytes;
use tidelog_model::TimestampMs;
use tidelog_record::{Batch, BatchBuilder, Compression, Compressor, Decompressor, Header, Record};

/// A record without its offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) timestamp: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Owned {
    pub(crate) fn of(record: &Record<'_>) -> Owned {
        Owned {
            timestamp: record.timestamp.0,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers: record
                .headers
                .map(|header| (header.name().into_owned(), header.value.map(<[u8]>::to_vec)))
                .collect(),
        }
    }

    pub(crate) fn append_to(&self, builder: &mut BatchBuilder) {
        let headers: Vec<Header<'_>> = self
            .headers
            .iter()
            .map(|(key, value)| Header { key: key.as_bytes(), value: value.as_deref() })
            .collect();
        builder
            .append(TimestampMs(self.timestamp), self.key.as_deref(), self.value.as_deref(), &headers)
            .expect("fits a batch");
    }
}

pub(crate) fn build(records: &[Owned], compression: Compression) -> Bytes {
    let mut builder = BatchBuilder::new();
    for record in records {
        record.append_to(&mut builder);
    }
    builder.build(&mut Compressor::new(compression)).expect("builds")
}

/// All records of a batch, which must be right, and number its offsets without a gap.
pub(crate) fn read(bytes: &[u8]) -> Vec<Owned> {
    let batch = Batch::parse(bytes).expect("one whole batch");
    batch.verify_crc().expect("undamaged");
    let mut decompressor = Decompressor::default();
    let records: Vec<Record<'_>> = batch
        .records(&mut decompressor)
        .expect("decompresses")
        .collect::<Result<_, _>>()
        .expect("every record can be read");
    for (record, index) in records.iter().zip(0..) {
        assert_eq!(record.offset, batch.header().base_offset.plus(index));
    }
    records.iter().map(Owned::of).collect()
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
