// Generated from proto/kafka by scripts/gen: change those, not this.

//! OffsetCommit. How far a group has come in a partition.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// How far a group has come in a partition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitKey {
    /// `string`.
    pub group: Str,
    /// `string`.
    pub topic: Str,
    /// `int32`.
    pub partition: i32,
}

impl Wire for OffsetCommitKey {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(OffsetCommitKey {
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

impl Message for OffsetCommitKey {
    const NAME: &'static str = "OffsetCommitKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl OffsetCommitKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 1;
}

/// How far a group has come in a partition.
///
/// - 1: adds expireTimestamp.
/// - 2: drops expireTimestamp.
/// - 3: adds leaderEpoch (KIP-320).
/// - 4: adds topicId; flexible (KIP-915).
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitValue {
    /// `int64`.
    pub offset: i64,
    /// Of the last record read; -1: unknown. Versions 3+, -1 by default, left out silently in others.
    pub leader_epoch: i32,
    /// The client's own words.
    pub metadata: Str,
    /// In ms.
    pub commit_timestamp: i64,
    /// In ms; -1: by the retention of the broker. Versions 1, -1 by default, left out silently in others.
    pub expire_timestamp: i64,
    /// Versions 4+, tag 0, left out silently in others.
    pub topic_id: Uuid,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        OffsetCommitValue {
            offset: 0,
            leader_epoch: -1,
            metadata: Str::EMPTY,
            commit_timestamp: 0,
            expire_timestamp: -1,
            topic_id: Uuid::ZERO,
        }
    }
}

impl Wire for OffsetCommitValue {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = OffsetCommitValue {
            offset: decoder.int64()?,
            leader_epoch: if version >= 3 { decoder.int32()? } else { -1 },
            metadata: decoder.string("metadata")?,
            commit_timestamp: decoder.int64()?,
            expire_timestamp: if version == 1 { decoder.int64()? } else { -1 },
            topic_id: Uuid::ZERO,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 4 => read.topic_id = decoder.uuid()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.offset);
        if version >= 3 {
            encoder.int32(self.leader_epoch);
        }
        encoder.string("metadata", &self.metadata)?;
        encoder.int64(self.commit_timestamp);
        if version == 1 {
            encoder.int64(self.expire_timestamp);
        }
        let tags = encoder.tags();
        if version >= 4 && self.topic_id != Uuid::ZERO {
            encoder.tag(&tags, 0, |encoder| {
                encoder.uuid(self.topic_id);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for OffsetCommitValue {
    const NAME: &'static str = "OffsetCommitValue";
    const VERSIONS: RangeInclusive<i16> = 0..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(4);
}
