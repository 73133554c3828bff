// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupMetadata. A consumer group and its epoch (KIP-848).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A consumer group and its epoch (KIP-848).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMetadataKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for ConsumerGroupMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerGroupMetadataKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for ConsumerGroupMetadataKey {
    const NAME: &'static str = "ConsumerGroupMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ConsumerGroupMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 3;
}

/// A consumer group and its epoch (KIP-848).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMetadataValue {
    /// `int32`.
    pub epoch: i32,
    /// Over all topics subscribed to (KIP-1101). Tag 0.
    pub metadata_hash: i64,
}

impl Wire for ConsumerGroupMetadataValue {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let mut read = ConsumerGroupMetadataValue { epoch: decoder.int32()?, metadata_hash: 0 };
        decoder.tags(|decoder, tag| {
            match tag {
                0 => read.metadata_hash = decoder.int64()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.epoch);
        let tags = encoder.tags();
        if self.metadata_hash != 0 {
            encoder.tag(&tags, 0, |encoder| {
                encoder.int64(self.metadata_hash);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for ConsumerGroupMetadataValue {
    const NAME: &'static str = "ConsumerGroupMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
