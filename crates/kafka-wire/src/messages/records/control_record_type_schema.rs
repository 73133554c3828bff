// Generated from proto/kafka by scripts/gen: change those, not this.

//! ControlRecordTypeSchema. The rest of a control record's key, behind the version (int16).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Wire};

/// The rest of a control record's key, behind the version (int16).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControlRecordTypeSchema {
    /// 0: abort, 1: commit, 2: leader change, 3 and 4: snapshot header and footer, 5: KRaft version, 6: voters.
    pub r#type: i16,
}

impl Wire for ControlRecordTypeSchema {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ControlRecordTypeSchema { r#type: decoder.int16()? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.r#type);
        Ok(())
    }
}

impl Message for ControlRecordTypeSchema {
    const NAME: &'static str = "ControlRecordTypeSchema";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}
