//! How one record is written, once, for both ways of reading it: over a slice (consumers, uncompressed batches), where
//! keys and values are borrowed, and over a stream of decompressed bytes (validation), where they are skipped.
//!
//! ```text
//! record  = length:varint  attributes:i8  timestamp delta:varlong  offset delta:varint
//!           key:bytes?  value:bytes?  header count:varint  header*
//! header  = key length:varint key  value:bytes?
//! bytes?  = length:varint bytes | −1
//! ```
//!
//! What must stay true: nothing is read beyond the record's own length, and the fields fill that length exactly.

use crate::varint;

/// What is wrong with a record's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// The batch ends where its header's count promises another record.
    #[error("the batch ends before this record")]
    Missing,
    /// The batch goes on after as many records as its header counts.
    #[error("bytes follow the last record that the header counts")]
    TrailingBytes,
    /// A record's length is negative.
    #[error("record length {0} is negative")]
    NegativeLength(i32),
    /// A record's length exceeds what is left of the batch.
    #[error("the record's length exceeds the rest of the batch")]
    OverrunsBatch,
    /// A field's length exceeds what is left of the record.
    #[error("a field of the record exceeds the record's length")]
    OverrunsRecord,
    /// The fields end before the record does.
    #[error("the record's fields end {left} bytes before its length")]
    Underfilled {
        /// Bytes left over.
        left: usize,
    },
    /// A number has more bits than its type.
    #[error("a variable-length number is too long")]
    Varint,
    /// A field's length is below −1, or a header's key has none.
    #[error("field length {0} is negative")]
    FieldLength(i32),
    /// The number of headers is negative.
    #[error("header count {0} is negative")]
    HeaderCount(i32),
}

/// Where records are read from: whole records one after the other, each entered by its length.
pub(crate) trait Source {
    /// What stands for a run of bytes: the bytes, or only that they were there.
    type Span;
    /// A fault of the record, or of the bytes' own source.
    type Error: From<RecordFault>;

    /// Next record's length, read outside any record.
    fn record_length(&mut self) -> Result<i32, Self::Error>;
    /// Begins a record of this many bytes.
    fn enter(&mut self, length: usize) -> Result<(), Self::Error>;
    /// Bytes of the current record that have not been read.
    fn left(&self) -> usize;
    /// Next byte of the record.
    fn byte(&mut self) -> Result<u8, Self::Error>;
    /// Next `length` bytes of the record, `length ≤ left()`.
    fn span(&mut self, length: usize) -> Result<Self::Span, Self::Error>;
}

/// A record up to its headers.
pub(crate) struct Head<Span> {
    pub(crate) timestamp_delta: i64,
    pub(crate) offset_delta: i32,
    pub(crate) key: Option<Span>,
    pub(crate) value: Option<Span>,
    pub(crate) header_count: i32,
}

/// One of a record's headers.
pub(crate) struct RawHeader<Span> {
    pub(crate) key: Span,
    pub(crate) value: Option<Span>,
}

/// Reads a record's length and its fields up to the headers, which the source is then in front of.
#[inline(always)]
pub(crate) fn read_head<S: Source>(source: &mut S) -> Result<Head<S::Span>, S::Error> {
    let length = source.record_length()?;
    source.enter(usize::try_from(length).map_err(|_| RecordFault::NegativeLength(length))?)?;
    let _attributes = source.byte()?;
    let timestamp_delta = varint::read_i64(|| source.byte())?.ok_or(RecordFault::Varint)?;
    let offset_delta = read_varint(source)?;
    let key = read_nullable(source)?;
    let value = read_nullable(source)?;
    let header_count = read_varint(source)?;
    if header_count < 0 {
        return Err(RecordFault::HeaderCount(header_count).into());
    }
    Ok(Head { timestamp_delta, offset_delta, key, value, header_count })
}

/// Reads the headers, and checks that the record ends with them.
#[inline(always)]
pub(crate) fn skip_headers<S: Source>(source: &mut S, count: i32) -> Result<(), S::Error> {
    for _ in 0..count {
        read_header(source)?;
    }
    match source.left() {
        0 => Ok(()),
        left => Err(RecordFault::Underfilled { left }.into()),
    }
}

/// Reads one header: key and value.
#[inline]
pub(crate) fn read_header<S: Source>(source: &mut S) -> Result<RawHeader<S::Span>, S::Error> {
    let length = read_varint(source)?;
    let key = read_span(source, usize::try_from(length).map_err(|_| RecordFault::FieldLength(length))?)?;
    Ok(RawHeader { key, value: read_nullable(source)? })
}

#[inline(always)]
fn read_varint<S: Source>(source: &mut S) -> Result<i32, S::Error> {
    Ok(varint::read_i32(|| source.byte())?.ok_or(RecordFault::Varint)?)
}

#[inline(always)]
fn read_nullable<S: Source>(source: &mut S) -> Result<Option<S::Span>, S::Error> {
    match read_varint(source)? {
        -1 => Ok(None),
        length => {
            let length = usize::try_from(length).map_err(|_| RecordFault::FieldLength(length))?;
            read_span(source, length).map(Some)
        }
    }
}

#[inline(always)]
fn read_span<S: Source>(source: &mut S, length: usize) -> Result<S::Span, S::Error> {
    if length > source.left() { Err(RecordFault::OverrunsRecord.into()) } else { source.span(length) }
}

/// Records in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SliceSource<'a> {
    /// What is left of the current record.
    pub(crate) record: &'a [u8],
    /// What follows it.
    pub(crate) rest: &'a [u8],
}

impl<'a> SliceSource<'a> {
    /// In front of the first of these records.
    pub(crate) fn records(rest: &'a [u8]) -> Self {
        SliceSource { record: &[], rest }
    }

    /// Within a record.
    pub(crate) fn within(record: &'a [u8]) -> Self {
        SliceSource { record, rest: &[] }
    }
}

impl<'a> Source for SliceSource<'a> {
    type Span = &'a [u8];
    type Error = RecordFault;

    #[inline(always)]
    fn record_length(&mut self) -> Result<i32, RecordFault> {
        let rest = &mut self.rest;
        varint::read_i32(|| take_byte(rest).ok_or(RecordFault::Missing))?.ok_or(RecordFault::Varint)
    }

    #[inline(always)]
    fn enter(&mut self, length: usize) -> Result<(), RecordFault> {
        let split = self.rest.split_at_checked(length);
        (self.record, self.rest) = split.ok_or(RecordFault::OverrunsBatch)?;
        Ok(())
    }

    #[inline(always)]
    fn left(&self) -> usize {
        self.record.len()
    }

    #[inline(always)]
    fn byte(&mut self) -> Result<u8, RecordFault> {
        take_byte(&mut self.record).ok_or(RecordFault::OverrunsRecord)
    }

    #[inline(always)]
    fn span(&mut self, length: usize) -> Result<&'a [u8], RecordFault> {
        let (span, record) = self.record.split_at_checked(length).ok_or(RecordFault::OverrunsRecord)?;
        self.record = record;
        Ok(span)
    }
}

#[inline(always)]
fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}
