// Generated from proto/kafka by scripts/gen: change those, not this.

//! LegacyOffsetCommit. A committed offset as Kafka before 0.9 wrote it: read, never written.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A committed offset as Kafka before 0.9 wrote it: read, never written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOffsetCommitKey {
    /// `string`.
    pub group: Str,
    /// `string`.
    pub topic: Str,
    /// `int32`.
    pub partition: i32,
}

impl Wire for LegacyOffsetCommitKey {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(LegacyOffsetCommitKey {
            group: decoder.string("group")?,
            topic: decoder.string("topic")?,
            partition: decoder.int32()?,
        })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("group", &self.group)?;
        encoder.string("topic", &self.topic)?;
        encoder.int32(self.partition);
        Ok(())
    }
}

impl Message for LegacyOffsetCommitKey {
    const NAME: &'static str = "LegacyOffsetCommitKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl LegacyOffsetCommitKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 0;
}

/// A committed offset as Kafka before 0.9 wrote it: read, never written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOffsetCommitValue {
    /// `int64`.
    pub offset: i64,
    /// `string`.
    pub metadata: Str,
    /// `int64`.
    pub commit_timestamp: i64,
}

impl Wire for LegacyOffsetCommitValue {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(LegacyOffsetCommitValue {
            offset: decoder.int64()?,
            metadata: decoder.string("metadata")?,
            commit_timestamp: decoder.int64()?,
        })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.offset);
        encoder.string("metadata", &self.metadata)?;
        encoder.int64(self.commit_timestamp);
        Ok(())
    }
}

impl Message for LegacyOffsetCommitValue {
    const NAME: &'static str = "LegacyOffsetCommitValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}
