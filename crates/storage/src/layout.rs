//! Names and magics of everything in a log directory, and the one header that all our files share. Drawn in prose in
//! `docs/formats.md`; this file is the same drawing as constants.
//!
//! ```text
//! <data dir>/
//!   lock                                   held while a process serves the directory
//!   identity                               who this directory is; written once, last of all when it is formatted
//!   manifest                               the last checkpoint, replaced whole
//!   journal                                the commit ring (may lie on another disk)
//!   partitions/<topic id>-<partition>/
//!     <base offset, 20 digits>.<file number>.log    record batches, byte for byte as on the wire; no header of ours
//!     <base offset, 20 digits>.<file number>.bix    one 32-byte index entry for each batch of the .log beside it
//! ```
//!
//! A file number is never used twice in a directory, so a file cut off by a truncation and its successor with the same
//! base offset have different names, and a stale handle can never read the wrong one.

use std::path::{Path, PathBuf};

use tidelog_model::{Offset, TopicPartition};

use crate::bytes_io::{Reader, Writer};
use crate::error::FormatError;
use crate::index::SegmentName;

/// Every file of ours starts with these four bytes.
pub const MAGIC: [u8; 4] = *b"TLOG";
/// The version that this build writes, and the newest that it reads.
pub const VERSION: u16 = 1;
/// Magic, version, kind, directory id, item id, payload length, checksum.
pub const HEADER_BYTES: usize = 4 + 2 + 2 + 16 + 8 + 8 + 4;

pub const IDENTITY: &str = "identity";
pub const MANIFEST: &str = "manifest";
pub const MANIFEST_NEW: &str = "manifest.new";
pub const IDENTITY_NEW: &str = "identity.new";
pub const JOURNAL: &str = "journal";
pub const LOCK: &str = "lock";
pub const PARTITIONS: &str = "partitions";

/// What a file of ours holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Kind {
    Identity = 1,
    Manifest = 2,
    Journal = 3,
    BatchIndex = 4,
}

/// The shared header.
///
/// ```text
/// 0   4   magic "TLOG"
/// 4   2   version
/// 6   2   kind
/// 8   16  directory id
/// 24  8   item id: 0, or the file number
/// 32  8   payload length after the header; 0 where the file grows
/// 40  4   CRC-32 (IEEE) of bytes 0..40 and of the payload, if a length is given
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    pub kind: Kind,
    pub directory_id: u128,
    pub item_id: u64,
}

impl Header {
    /// The header and the payload as one file image.
    pub fn seal(&self, payload: &[u8]) -> Vec<u8> {
        let mut out = Writer::with_capacity(HEADER_BYTES + payload.len());
        out.bytes(&MAGIC);
        out.u16(VERSION);
        out.u16(self.kind as u16);
        out.u128(self.directory_id);
        out.u64(self.item_id);
        out.u64(payload.len() as u64);
        let mut crc = crc32fast::Hasher::new();
        crc.update(out.as_slice());
        crc.update(payload);
        out.u32(crc.finalize());
        out.bytes(payload);
        out.into_vec()
    }

    /// Checks `image` against its own header and against what is expected; returns header and payload.
    ///
    /// `payload` is as long as the header says; more bytes may follow it in a file that grows.
    pub fn open(image: &[u8], kind: Kind) -> Result<(Header, &[u8]), FormatError> {
        let mut reader = Reader::new(image);
        if reader.bytes(4)? != MAGIC {
            return Err(FormatError::Foreign);
        }
        let version = reader.u16()?;
        if version > VERSION {
            return Err(FormatError::Newer { version, newest: VERSION });
        }
        let found_kind = reader.u16()?;
        let directory_id = reader.u128()?;
        let item_id = reader.u64()?;
        let length = reader.u64()?;
        let expected = reader.u32()?;
        let length = usize::try_from(length).map_err(|_| FormatError::Damaged("payload length"))?;
        let payload = reader.bytes(length)?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&image[..HEADER_BYTES - 4]);
        crc.update(payload);
        if crc.finalize() != expected {
            return Err(FormatError::Damaged("checksum"));
        }
        if found_kind != kind as u16 {
            return Err(FormatError::WrongKind { found: found_kind, expected: kind as u16 });
        }
        Ok((Header { kind, directory_id, item_id }, payload))
    }
}

/// The directory of one partition's segments.
pub fn partition_directory(partition: TopicPartition) -> PathBuf {
    PathBuf::from(PARTITIONS).join(partition.to_string())
}

/// A segment's record batches.
pub fn log_path(partition: TopicPartition, base: Offset, file_number: u64) -> PathBuf {
    partition_directory(partition).join(format!("{:020}.{file_number}.log", base.0))
}

/// A segment's batch index.
pub fn index_path(partition: TopicPartition, base: Offset, file_number: u64) -> PathBuf {
    partition_directory(partition).join(format!("{:020}.{file_number}.bix", base.0))
}

/// The segment that a file in a partition's directory belongs to; `None` if its name is not one of ours.
pub fn parse_segment_file(name: &Path) -> Option<SegmentName> {
    let mut parts = name.to_str()?.split('.');
    let (base, file_number, part) = (parts.next()?, parts.next()?, parts.next()?);
    let name = SegmentName { base: Offset(base.parse().ok()?), file_number: file_number.parse().ok()? };
    (base.len() == 20 && matches!(part, "log" | "bix") && parts.next().is_none()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_file_opens_and_any_flipped_bit_is_refused() {
        let header = Header { kind: Kind::Manifest, directory_id: 7, item_id: 3 };
        let image = header.seal(b"payload");
        assert_eq!(Header::open(&image, Kind::Manifest), Ok((header, b"payload".as_slice())));
        for bit in 0..image.len() * 8 {
            let mut bad = image.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::open(&bad, Kind::Manifest).is_err(), "flipped bit {bit} went unnoticed");
        }
    }

    #[test]
    fn names_of_segment_files_are_known_and_no_others() {
        let partition =
            TopicPartition { topic: tidelog_model::TopicId(1), partition: tidelog_model::PartitionId(2) };
        let name = SegmentName { base: Offset(123), file_number: 45 };
        for path in [log_path(partition, Offset(123), 45), index_path(partition, Offset(123), 45)] {
            assert_eq!(parse_segment_file(path.file_name().unwrap().as_ref()), Some(name));
        }
        for other in [
            "",
            "00000000000000000123.log",
            "123.45.log",
            "00000000000000000123.45.txt",
            "00000000000000000123.45.log.bak",
            "00000000000000000123.x.log",
        ] {
            assert_eq!(parse_segment_file(other.as_ref()), None, "{other}");
        }
    }

    #[test]
    fn a_newer_version_is_named_as_such() {
        let mut image = Header { kind: Kind::Manifest, directory_id: 7, item_id: 3 }.seal(b"");
        image[5] = 9;
        assert_eq!(
            Header::open(&image, Kind::Manifest),
            Err(FormatError::Newer { version: 9, newest: VERSION })
        );
    }
}
