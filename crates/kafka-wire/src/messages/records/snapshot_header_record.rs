// Generated from proto/kafka by scripts/gen: change those, not this.

//! SnapshotHeaderRecord. The value of a metadata snapshot's first record (type 3, KIP-630).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Wire};

/// The value of a metadata snapshot's first record (type 3, KIP-630).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SnapshotHeaderRecord {
    /// `int16`.
    pub version: i16,
    /// `int64`.
    pub last_contained_log_timestamp: i64,
}

impl Wire for SnapshotHeaderRecord {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = SnapshotHeaderRecord {
            version: decoder.int16()?,
            last_contained_log_timestamp: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.version);
        encoder.int64(self.last_contained_log_timestamp);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for SnapshotHeaderRecord {
    const NAME: &'static str = "SnapshotHeaderRecord";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
