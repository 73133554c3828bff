// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupTargetAssignmentMetadata. The epoch of a share group's target assignment.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// The epoch of a share group's target assignment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMetadataKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for ShareGroupTargetAssignmentMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareGroupTargetAssignmentMetadataKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for ShareGroupTargetAssignmentMetadataKey {
    const NAME: &'static str = "ShareGroupTargetAssignmentMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareGroupTargetAssignmentMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 12;
}

/// The epoch of a share group's target assignment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupTargetAssignmentMetadataValue {
    /// `int32`.
    pub assignment_epoch: i32,
    /// Tag 0.
    pub assignment_timestamp: i64,
}

impl Wire for ShareGroupTargetAssignmentMetadataValue {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let mut read = ShareGroupTargetAssignmentMetadataValue {
            assignment_epoch: decoder.int32()?,
            assignment_timestamp: 0,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 => read.assignment_timestamp = decoder.int64()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.assignment_epoch);
        let tags = encoder.tags();
        if self.assignment_timestamp != 0 {
            encoder.tag(&tags, 0, |encoder| {
                encoder.int64(self.assignment_timestamp);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for ShareGroupTargetAssignmentMetadataValue {
    const NAME: &'static str = "ShareGroupTargetAssignmentMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
