// Generated from proto/kafka by scripts/gen: change those, not this.

//! EndTxnMarker. The value of a commit (type 1) or abort (type 0) marker.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Wire};

/// The value of a commit (type 1) or abort (type 0) marker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTxnMarker {
    /// `int32`.
    pub coordinator_epoch: i32,
}

impl Wire for EndTxnMarker {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(EndTxnMarker { coordinator_epoch: decoder.int32()? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.coordinator_epoch);
        Ok(())
    }
}

impl Message for EndTxnMarker {
    const NAME: &'static str = "EndTxnMarker";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}
