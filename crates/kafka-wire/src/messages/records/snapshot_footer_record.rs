// Generated from proto/kafka by scripts/gen: change those, not this.

//! SnapshotFooterRecord. The value of a metadata snapshot's last record (type 4, KIP-630).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Wire};

/// The value of a metadata snapshot's last record (type 4, KIP-630).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SnapshotFooterRecord {
    /// `int16`.
    pub version: i16,
}

impl Wire for SnapshotFooterRecord {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = SnapshotFooterRecord { version: decoder.int16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.version);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for SnapshotFooterRecord {
    const NAME: &'static str = "SnapshotFooterRecord";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
