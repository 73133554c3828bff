// Generated from proto/kafka by scripts/gen: change those, not this.

//! KRaftVersionRecord. The value of a change of the quorum's protocol (type 5, KIP-853).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Wire};

/// The value of a change of the quorum's protocol (type 5, KIP-853).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KRaftVersionRecord {
    /// `int16`.
    pub version: i16,
    /// `int16`.
    pub k_raft_version: i16,
}

impl Wire for KRaftVersionRecord {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = KRaftVersionRecord { version: decoder.int16()?, k_raft_version: decoder.int16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.version);
        encoder.int16(self.k_raft_version);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for KRaftVersionRecord {
    const NAME: &'static str = "KRaftVersionRecord";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
