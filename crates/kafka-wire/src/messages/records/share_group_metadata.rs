// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupMetadata. A share group and its epoch.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A share group and its epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupMetadataKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for ShareGroupMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareGroupMetadataKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for ShareGroupMetadataKey {
    const NAME: &'static str = "ShareGroupMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareGroupMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 11;
}

/// A share group and its epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupMetadataValue {
    /// `int32`.
    pub epoch: i32,
    /// `int64`.
    pub metadata_hash: i64,
}

impl Wire for ShareGroupMetadataValue {
    const MIN_BYTES: usize = 13;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupMetadataValue { epoch: decoder.int32()?, metadata_hash: decoder.int64()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.epoch);
        encoder.int64(self.metadata_hash);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupMetadataValue {
    const NAME: &'static str = "ShareGroupMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
