// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareSnapshot. The whole state of a share partition (KIP-932).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// The whole state of a share partition (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareSnapshotKey {
    /// `string`.
    pub group_id: Str,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `int32`.
    pub partition: i32,
}

impl Wire for ShareSnapshotKey {
    const MIN_BYTES: usize = 22;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareSnapshotKey {
            group_id: decoder.string("groupId")?,
            topic_id: decoder.uuid()?,
            partition: decoder.int32()?,
        })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.uuid(self.topic_id);
        encoder.int32(self.partition);
        Ok(())
    }
}

impl Message for ShareSnapshotKey {
    const NAME: &'static str = "ShareSnapshotKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareSnapshotKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 0;
}

/// The whole state of a share partition (KIP-932).
#[derive(Debug, Clone, PartialEq)]
pub struct ShareSnapshotValue {
    /// `int32`.
    pub snapshot_epoch: i32,
    /// `int32`.
    pub state_epoch: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64`.
    pub start_offset: i64,
    /// Tag 0, -1 by default.
    pub delivery_complete_count: i32,
    /// `int64`.
    pub create_timestamp: i64,
    /// `int64`.
    pub write_timestamp: i64,
    /// `[]StateBatch`.
    pub state_batches: Vec<StateBatch>,
}

impl Default for ShareSnapshotValue {
    fn default() -> Self {
        ShareSnapshotValue {
            snapshot_epoch: 0,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            create_timestamp: 0,
            write_timestamp: 0,
            state_batches: Vec::new(),
        }
    }
}

impl Wire for ShareSnapshotValue {
    const MIN_BYTES: usize = 38;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = ShareSnapshotValue {
            snapshot_epoch: decoder.int32()?,
            state_epoch: decoder.int32()?,
            leader_epoch: decoder.int32()?,
            start_offset: decoder.int64()?,
            delivery_complete_count: -1,
            create_timestamp: decoder.int64()?,
            write_timestamp: decoder.int64()?,
            state_batches: decoder.array("stateBatches", version)?,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 => read.delivery_complete_count = decoder.int32()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.snapshot_epoch);
        encoder.int32(self.state_epoch);
        encoder.int32(self.leader_epoch);
        encoder.int64(self.start_offset);
        encoder.int64(self.create_timestamp);
        encoder.int64(self.write_timestamp);
        encoder.array("stateBatches", &self.state_batches, version)?;
        let tags = encoder.tags();
        if self.delivery_complete_count != -1 {
            encoder.tag(&tags, 0, |encoder| {
                encoder.int32(self.delivery_complete_count);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for ShareSnapshotValue {
    const NAME: &'static str = "ShareSnapshotValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ShareSnapshotValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// 0: available, 2: acknowledged, 4: archived.
    pub delivery_state: i8,
    /// `int16`.
    pub delivery_count: i16,
}

impl Wire for StateBatch {
    const MIN_BYTES: usize = 20;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = StateBatch {
            first_offset: decoder.int64()?,
            last_offset: decoder.int64()?,
            delivery_state: decoder.int8()?,
            delivery_count: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.first_offset);
        encoder.int64(self.last_offset);
        encoder.int8(self.delivery_state);
        encoder.int16(self.delivery_count);
        encoder.no_tags();
        Ok(())
    }
}
