//! One batch as it lies on disk and on the wire: a parsed header over bytes that nobody copies.

use std::fmt;

use bytes::Bytes;

use crate::decompress::{DecompressError, Decompressor};
use crate::header::layout::HEADER_BYTES;
use crate::header::{BatchError, BatchHeader, check_crc, check_whole};
use crate::records::Records;

/// A whole batch: its header, parsed, and all its bytes, borrowed (`Batch<&[u8]>`) or shared (`Batch<Bytes>`).
///
/// ```
/// use tidelog_model::TimestampMs;
/// use tidelog_record::{Batch, BatchBuilder, Compression, Compressor, Decompressor};
///
/// let mut builder = BatchBuilder::new();
/// builder.append(TimestampMs(1_700_000_000_000), Some(b"user-7"), Some(b"/index.html"), &[])?;
/// builder.append(TimestampMs(1_700_000_000_001), Some(b"user-7"), None, &[])?;
/// let bytes = builder.build(&mut Compressor::new(Compression::Lz4))?;
///
/// let batch = Batch::parse(bytes)?;
/// batch.verify_crc()?;
/// assert_eq!(batch.header().record_count, 2);
/// let mut decompressor = Decompressor::default();
/// let values: Vec<Option<&[u8]>> =
///     batch.records(&mut decompressor)?.map(|record| Ok(record?.value)).collect::<Result<_, tidelog_record::RecordError>>()?;
/// assert_eq!(values, [Some(&b"/index.html"[..]), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Batch<B = Bytes> {
    header: BatchHeader,
    bytes: B,
}

impl<B: AsRef<[u8]>> Batch<B> {
    /// Takes bytes that hold exactly one batch. Its CRC is not checked here.
    pub fn parse(bytes: B) -> Result<Batch<B>, BatchError> {
        check_whole(bytes.as_ref())?;
        Ok(Batch { header: BatchHeader::parse(bytes.as_ref())?, bytes })
    }

    /// Of a header that was written into these bytes.
    pub(crate) fn from_parts(header: BatchHeader, bytes: B) -> Batch<B> {
        debug_assert_eq!(BatchHeader::parse(bytes.as_ref()), Ok(header));
        Batch { header, bytes }
    }

    /// The parsed header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// Header and records as they are.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// Hands the bytes back.
    pub fn into_bytes(self) -> B {
        self.bytes
    }

    /// The records as they are, compressed or not.
    pub fn payload(&self) -> &[u8] {
        &self.bytes()[HEADER_BYTES..]
    }

    /// Checks the client's CRC over all that it covers.
    pub fn verify_crc(&self) -> Result<(), BatchError> {
        check_crc(self.bytes())
    }

    /// The records, decompressed into the decompressor's buffer if need be.
    pub fn records<'a>(&'a self, decompressor: &'a mut Decompressor) -> Result<Records<'a>, DecompressError> {
        let payload = decompressor.decompress(self.header.compression, self.payload())?;
        Ok(Records::new(&self.header, payload))
    }
}

impl Batch<Bytes> {
    /// The records' bytes, decompressed, for consumers that keep keys and values: read them with [`Records::new`] and
    /// take owned parts out with [`Bytes::slice_ref`]. An uncompressed batch is not copied.
    pub fn decompressed(&self, decompressor: &mut Decompressor) -> Result<Bytes, DecompressError> {
        let payload = self.bytes.slice(HEADER_BYTES..);
        decompressor.decompress_shared(self.header.compression, payload)
    }
}

impl<B> fmt::Debug for Batch<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("header", &self.header).finish_non_exhaustive()
    }
}

/// The batches in bytes that hold several, one after the other, as a segment or a fetch response does.
///
/// Each is a slice of the same memory. The iterator ends after its first error; [`BatchError::Truncated`] says that the
/// last batch is cut off, which is normal at the end of a read with a size limit.
pub fn split_batches(bytes: Bytes) -> Batches {
    Batches { rest: bytes, failed: false }
}

/// See [`split_batches`].
#[derive(Debug, Clone)]
pub struct Batches {
    rest: Bytes,
    failed: bool,
}

impl Batches {
    /// What has not been handed out: after [`BatchError::Truncated`], the part of a batch at the end.
    pub fn rest(&self) -> &Bytes {
        &self.rest
    }

    fn split_first(&mut self) -> Result<Batch<Bytes>, BatchError> {
        let header = BatchHeader::parse(&self.rest)?;
        let (needed, available) = (header.size_bytes(), self.rest.len());
        if available < needed {
            return Err(BatchError::Truncated { needed, available });
        }
        Ok(Batch { header, bytes: self.rest.split_to(needed) })
    }
}

impl Iterator for Batches {
    type Item = Result<Batch<Bytes>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.failed {
            return None;
        }
        let batch = self.split_first();
        self.failed = batch.is_err();
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::BatchBuilder;
    use crate::compress::Compressor;
    use crate::compression::Compression;
    use tidelog_model::TimestampMs;

    fn batch(value: &[u8]) -> Bytes {
        let mut builder = BatchBuilder::new();
        builder.append(TimestampMs(7), None, Some(value), &[]).expect("fits");
        builder.build(&mut Compressor::new(Compression::None)).expect("builds")
    }

    #[test]
    fn a_batch_cut_off_at_the_end_is_reported_and_left_in_the_rest() {
        let (first, second) = (batch(b"one"), batch(b"second"));
        let cut = Bytes::from([&first[..], &second[..second.len() - 1]].concat());
        let mut batches = split_batches(cut);
        assert_eq!(batches.next().map(|batch| batch.map(Batch::into_bytes)), Some(Ok(first)));
        let (needed, available) = (second.len(), second.len() - 1);
        assert_eq!(batches.next(), Some(Err(BatchError::Truncated { needed, available })));
        assert_eq!(batches.rest()[..], second[..available]);
        assert_eq!(batches.next(), None);
    }

    #[test]
    fn garbage_behind_a_batch_is_no_cut_off_batch() {
        let mut batches = split_batches(Bytes::from([&batch(b"one")[..], &[0; 100]].concat()));
        assert!(matches!(batches.next(), Some(Ok(_))));
        assert_eq!(batches.next(), Some(Err(BatchError::Magic(0))));
        assert_eq!(batches.next(), None);
    }

    #[test]
    fn one_batch_means_one() {
        let bytes = batch(b"one");
        let twice = [&bytes[..], &bytes[..]].concat();
        let size = bytes.len();
        assert_eq!(Batch::parse(&twice[..]), Err(BatchError::TrailingBytes { size, available: 2 * size }));
    }

    #[test]
    fn every_byte_that_the_crc_covers_matters_and_no_other() {
        let bytes = batch(b"value");
        for place in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[place] ^= 1;
            let Ok(batch) = Batch::parse(&changed[..]) else { continue };
            let is_stamp = crate::header::layout::BATCH_LENGTH_AT > place
                || (crate::header::layout::LEADER_EPOCH_AT..crate::header::layout::MAGIC_AT).contains(&place);
            assert_eq!(batch.verify_crc().is_ok(), is_stamp, "byte {place}");
        }
    }
}
