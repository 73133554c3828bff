//! Reading a batch's records, one after the other, without an allocation.

use std::borrow::Cow;

use tidelog_model::{Offset, TimestampMs};

use crate::grammar::{self, RecordFault, SliceSource};
use crate::header::{BatchHeader, TimestampType};

/// One record; keys, values and headers are borrowed from the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the log.
    pub offset: Offset,
    /// When it was created, or appended (`message.timestamp.type`).
    pub timestamp: TimestampMs,
    /// The key, or none.
    pub key: Option<&'a [u8]>,
    /// The value; none is a tombstone on a compacted topic.
    pub value: Option<&'a [u8]>,
    /// Names and values beside them.
    pub headers: Headers<'a>,
}

/// One header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name, UTF-8 by convention.
    pub key: &'a [u8],
    /// Its value, or none.
    pub value: Option<&'a [u8]>,
}

impl<'a> Header<'a> {
    /// A header with a value.
    pub const fn new(key: &'a str, value: &'a [u8]) -> Self {
        Header { key: key.as_bytes(), value: Some(value) }
    }

    /// The name as text, with U+FFFD for what is not UTF-8.
    pub fn name(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.key)
    }
}

/// A record's headers, in their order; already checked, so iterating cannot fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Headers<'a> {
    count: i32,
    encoded: &'a [u8],
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        self.count = self.count.checked_sub(1).filter(|left| *left >= 0)?;
        let mut source = SliceSource::within(self.encoded);
        let header = grammar::read_header(&mut source).ok()?;
        self.encoded = source.record;
        Some(Header { key: header.key, value: header.value })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Checked against the bytes when the record was read.
        let left = usize::try_from(self.count).unwrap_or(0);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Headers<'_> {}

/// A record that cannot be read: which one, and what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("record {index} of the batch: {fault}")]
pub struct RecordError {
    /// Its index in the batch, from 0.
    pub index: i32,
    /// What is wrong with it.
    pub fault: RecordFault,
}

/// The records of one batch. The iterator ends after its first error.
///
/// It reads as many records as the header counts, and fails if the bytes hold fewer or more.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    source: SliceSource<'a>,
    base_offset: i64,
    base_timestamp: i64,
    append_time: Option<TimestampMs>,
    index: i32,
    count: i32,
}

impl<'a> Records<'a> {
    /// Over a batch's decompressed payload, from [`crate::Batch::decompressed`] or [`crate::Decompressor::decompress`].
    pub fn new(header: &BatchHeader, payload: &'a [u8]) -> Records<'a> {
        let append_time =
            (header.timestamp_type() == TimestampType::LogAppendTime).then_some(header.max_timestamp);
        Records {
            source: SliceSource::records(payload),
            base_offset: header.base_offset.0,
            base_timestamp: header.base_timestamp.0,
            append_time,
            index: 0,
            count: header.record_count,
        }
    }

    #[inline(always)]
    fn read(&mut self) -> Result<Record<'a>, RecordFault> {
        let head = grammar::read_head(&mut self.source)?;
        let headers = Headers { count: head.header_count, encoded: self.source.record };
        grammar::skip_headers(&mut self.source, head.header_count)?;
        let created = TimestampMs(self.base_timestamp.wrapping_add(head.timestamp_delta));
        Ok(Record {
            offset: Offset(self.base_offset.saturating_add(i64::from(head.offset_delta))),
            timestamp: self.append_time.unwrap_or(created),
            key: head.key,
            value: head.value,
            headers,
        })
    }

    fn fail(&mut self, fault: RecordFault) -> RecordError {
        self.count = self.index;
        self.source = SliceSource::records(&[]);
        RecordError { index: self.index, fault }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, RecordError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.count {
            return (!self.source.rest.is_empty()).then(|| Err(self.fail(RecordFault::TrailingBytes)));
        }
        match self.read() {
            Ok(record) => {
                self.index += 1;
                Some(Ok(record))
            }
            Err(fault) => Some(Err(self.fail(fault))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::builder::BatchBuilder;
    use crate::compress::Compressor;
    use crate::compression::Compression;

    fn batch(values: &[&[u8]], headers: &[Header<'_>]) -> Batch {
        let mut builder = BatchBuilder::new();
        for value in values {
            builder.append(TimestampMs(1000), None, Some(value), headers).expect("fits");
        }
        Batch::parse(builder.build(&mut Compressor::new(Compression::None)).expect("builds"))
            .expect("one batch")
    }

    #[test]
    fn records_are_placed_from_the_base_offset_on() {
        let batch = batch(&[b"a", b"b"], &[]);
        let header = BatchHeader { base_offset: Offset(70), ..*batch.header() };
        let records: Vec<Record<'_>> =
            Records::new(&header, batch.payload()).collect::<Result<_, _>>().expect("reads");
        let headers = Headers::default();
        let at = |offset, value| Record {
            offset: Offset(offset),
            timestamp: TimestampMs(1000),
            key: None,
            value: Some(value),
            headers,
        };
        assert_eq!(records, [at(70, &b"a"[..]), at(71, &b"b"[..])]);
    }

    #[test]
    fn headers_keep_order_repeats_and_nulls() {
        let sent = [
            Header::new("trace", b"1"),
            Header { key: "schlüssel".as_bytes(), value: None },
            Header::new("trace", b""),
            Header { key: b"\xff", value: Some(b"not UTF-8") },
        ];
        let batch = batch(&[b"value"], &sent);
        let record = Records::new(batch.header(), batch.payload()).next().expect("one").expect("reads");
        assert_eq!(record.headers.len(), 4);
        assert_eq!(record.headers.collect::<Vec<_>>(), sent);
        assert_eq!(sent[1].name(), "schlüssel");
        assert_eq!(sent[3].name(), "\u{fffd}");
    }

    #[test]
    fn reading_ends_at_the_first_record_that_cannot_be_read() {
        let batch = batch(&[b"a", b"b", b"c"], &[]);
        let mut payload = batch.payload().to_vec();
        let second_length_at = payload.len() / 3;
        payload[second_length_at] = 0x7e;
        let mut records = Records::new(batch.header(), &payload);
        assert!(matches!(records.next(), Some(Ok(_))));
        assert_eq!(records.next(), Some(Err(RecordError { index: 1, fault: RecordFault::OverrunsBatch })));
        assert_eq!(records.next(), None);
    }

    #[test]
    fn a_count_that_is_not_the_records_is_found() {
        let batch = batch(&[b"a", b"b"], &[]);
        let last_of = |record_count| {
            let header = BatchHeader { record_count, ..*batch.header() };
            Records::new(&header, batch.payload()).last().map(|last| last.map(|record| record.offset.0))
        };
        assert_eq!(last_of(2), Some(Ok(1)));
        assert_eq!(last_of(3), Some(Err(RecordError { index: 2, fault: RecordFault::Missing })));
        assert_eq!(last_of(1), Some(Err(RecordError { index: 1, fault: RecordFault::TrailingBytes })));
        assert_eq!(last_of(-1), Some(Err(RecordError { index: 0, fault: RecordFault::TrailingBytes })));
        assert_eq!(last_of(i32::MAX), Some(Err(RecordError { index: 2, fault: RecordFault::Missing })));
    }
}
