//! The dense batch index: one entry for each batch of a segment, and the independent witness of where batches begin and
//! of the header bytes that the producer's CRC leaves open.
//!
//! ```text
//! .bix   0    shared header (kind BatchIndex, item = file number), padded to 64 bytes
//!        64   entry, entry, …, 32 bytes each:
//!             0   4  base offset, relative to the segment's
//!             4   4  position of the batch in the .log
//!             8   4  its length in bytes
//!             12  4  its last offset, relative to its base offset
//!             16  8  the largest timestamp of this batch and all before it in the segment
//!             24  4  witness: CRC-32 of (file number, position, the batch's first 21 bytes)
//!             28  4  CRC-32 of (file number, entry number, bytes 0..28)
//! ```
//!
//! What must stay true: entries are in offset order and back to back in position. The running maximum makes time
//! look-ups a binary search even where producers' clocks disagree.
//! What a crash leaves: entries behind the last checkpoint may be missing or torn; redo writes them again.

use tidelog_model::{Offset, TimestampMs};
use tidelog_record::BatchHeader;
use tidelog_record::layout::CRC_UNCOVERED_BYTES;

use crate::layout::{Header, Kind};
use crate::op::StampedBatch;

/// Where the first entry stands.
pub const ENTRIES_AT: u64 = 64;
/// One entry.
pub const ENTRY_BYTES: usize = 32;

/// One batch, as the index sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IndexEntry {
    pub relative_base: u32,
    pub position: u32,
    pub length: u32,
    pub last_delta: u32,
    pub running_max_timestamp: TimestampMs,
    pub witness: u32,
}

impl IndexEntry {
    /// The entry of a batch that is appended at `position`.
    pub fn new(
        segment: SegmentName,
        position: u32,
        header: &BatchHeader,
        batch: &StampedBatch,
        running_max_timestamp: TimestampMs,
    ) -> Self {
        let mut first = [0; CRC_UNCOVERED_BYTES];
        let prefix = batch.prefix();
        first[..prefix.len()].copy_from_slice(prefix);
        first[prefix.len()..].copy_from_slice(&batch.body()[..CRC_UNCOVERED_BYTES - prefix.len()]);
        IndexEntry {
            relative_base: (header.base_offset.0 - segment.base.0) as u32,
            position,
            length: batch.size_bytes() as u32,
            last_delta: header.last_offset_delta as u32,
            running_max_timestamp,
            witness: witness(segment, position, &first),
        }
    }

    pub fn base_offset(&self, segment: SegmentName) -> Offset {
        Offset(segment.base.0 + i64::from(self.relative_base))
    }

    pub fn last_offset(&self, segment: SegmentName) -> Offset {
        Offset(self.base_offset(segment).0 + i64::from(self.last_delta))
    }

    /// Whether `bytes`, read at this entry's position, begin as the batch that was appended there.
    pub fn is_witnessed(&self, segment: SegmentName, bytes: &[u8]) -> bool {
        bytes.first_chunk().is_some_and(|first| witness(segment, self.position, first) == self.witness)
    }

    pub fn encode(&self, segment: SegmentName, number: u32) -> [u8; ENTRY_BYTES] {
        let mut out = [0; ENTRY_BYTES];
        out[0..4].copy_from_slice(&self.relative_base.to_be_bytes());
        out[4..8].copy_from_slice(&self.position.to_be_bytes());
        out[8..12].copy_from_slice(&self.length.to_be_bytes());
        out[12..16].copy_from_slice(&self.last_delta.to_be_bytes());
        out[16..24].copy_from_slice(&self.running_max_timestamp.0.to_be_bytes());
        out[24..28].copy_from_slice(&self.witness.to_be_bytes());
        let check = entry_check(segment, number, &out);
        out[28..32].copy_from_slice(&check.to_be_bytes());
        out
    }

    /// The bytes with the checksum of this segment's entry of this number, for the fuzzers.
    pub fn repair(segment: SegmentName, number: u32, bytes: &[u8]) -> [u8; ENTRY_BYTES] {
        let mut out = [0; ENTRY_BYTES];
        out[..28].copy_from_slice(&bytes[..28]);
        let check = entry_check(segment, number, &out);
        out[28..].copy_from_slice(&check.to_be_bytes());
        out
    }

    /// `None` if the bytes are not this segment's entry of this number.
    pub fn decode(segment: SegmentName, number: u32, bytes: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let u32_at = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if u32_at(28) != entry_check(segment, number, bytes) {
            return None;
        }
        let (high, low) = (u32_at(16), u32_at(20));
        Some(IndexEntry {
            relative_base: u32_at(0),
            position: u32_at(4),
            length: u32_at(8),
            last_delta: u32_at(12),
            running_max_timestamp: TimestampMs((i64::from(high) << 32) | i64::from(low)),
            witness: u32_at(24),
        })
    }
}

/// A segment's identity, as checksums know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentName {
    pub base: Offset,
    pub file_number: u64,
}

fn witness(segment: SegmentName, position: u32, first: &[u8; CRC_UNCOVERED_BYTES]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    let mut seed = [0; 12];
    seed[..8].copy_from_slice(&segment.file_number.to_be_bytes());
    seed[8..].copy_from_slice(&position.to_be_bytes());
    crc.update(&seed);
    crc.update(first);
    crc.finalize()
}

fn entry_check(segment: SegmentName, number: u32, bytes: &[u8; ENTRY_BYTES]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    let mut seed = [0; 12];
    seed[..8].copy_from_slice(&segment.file_number.to_be_bytes());
    seed[8..].copy_from_slice(&number.to_be_bytes());
    crc.update(&seed);
    crc.update(&bytes[..28]);
    crc.finalize()
}

/// The first [`ENTRIES_AT`] bytes of an index file.
pub fn file_header(directory_id: u128, segment: SegmentName) -> Vec<u8> {
    let mut image = Header { kind: Kind::BatchIndex, directory_id, item_id: segment.file_number }.seal(&[]);
    image.resize(ENTRIES_AT as usize, 0);
    image
}

/// Whether an index file begins as [`file_header`] has it.
pub fn check_header(directory_id: u128, segment: SegmentName, bytes: &[u8]) -> bool {
    let expected = Header { kind: Kind::BatchIndex, directory_id, item_id: segment.file_number };
    Header::open(bytes, Kind::BatchIndex).is_ok_and(|(header, _)| header == expected)
}

/// Entries numbered from `first` on as bytes, for one write.
pub fn encode_entries<'a>(
    segment: SegmentName,
    first: u32,
    entries: impl Iterator<Item = &'a IndexEntry>,
) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, entry) in entries.enumerate() {
        out.extend_from_slice(&entry.encode(segment, first + index as u32));
    }
    out
}

/// Where entry `number` stands in its file.
pub fn entry_at(number: u32) -> u64 {
    ENTRIES_AT + u64::from(number) * ENTRY_BYTES as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEGMENT: SegmentName = SegmentName { base: Offset(1000), file_number: 7 };

    fn entry() -> IndexEntry {
        IndexEntry {
            relative_base: 5,
            position: 300,
            length: 99,
            last_delta: 2,
            running_max_timestamp: TimestampMs(1_700_000_000_000),
            witness: 0xfeed_beef,
        }
    }

    #[test]
    fn an_entry_reads_back_only_under_its_own_segment_and_number() {
        let bytes = entry().encode(SEGMENT, 3);
        assert_eq!(IndexEntry::decode(SEGMENT, 3, &bytes), Some(entry()));
        assert_eq!(IndexEntry::decode(SEGMENT, 4, &bytes), None);
        assert_eq!(IndexEntry::decode(SegmentName { file_number: 8, ..SEGMENT }, 3, &bytes), None);
        assert_eq!(entry().base_offset(SEGMENT), Offset(1005));
        assert_eq!(entry().last_offset(SEGMENT), Offset(1007));
    }

    #[test]
    fn every_flipped_bit_of_an_entry_is_noticed() {
        let bytes = entry().encode(SEGMENT, 3);
        for bit in 0..ENTRY_BYTES * 8 {
            let mut bad = bytes;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(IndexEntry::decode(SEGMENT, 3, &bad), None, "flipped bit {bit} went unnoticed");
        }
    }
}
