// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupMetadata. A streams group and its epoch (KIP-1071).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A streams group and its epoch (KIP-1071).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupMetadataKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for StreamsGroupMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(StreamsGroupMetadataKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for StreamsGroupMetadataKey {
    const NAME: &'static str = "StreamsGroupMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl StreamsGroupMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 17;
}

/// A streams group and its epoch (KIP-1071).
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMetadataValue {
    /// `int32`.
    pub epoch: i32,
    /// `int64`.
    pub metadata_hash: i64,
    /// Tag 0, -1 by default.
    pub validated_topology_epoch: i32,
    /// Tag 1.
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig>>,
    /// Tag 2, -1 by default.
    pub stored_description_topology_epoch: i32,
    /// Tag 3, -1 by default.
    pub failed_description_topology_epoch: i32,
}

impl Default for StreamsGroupMetadataValue {
    fn default() -> Self {
        StreamsGroupMetadataValue {
            epoch: 0,
            metadata_hash: 0,
            validated_topology_epoch: -1,
            last_assignment_configs: Some(Vec::new()),
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
        }
    }
}

impl Wire for StreamsGroupMetadataValue {
    const MIN_BYTES: usize = 13;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = StreamsGroupMetadataValue {
            epoch: decoder.int32()?,
            metadata_hash: decoder.int64()?,
            validated_topology_epoch: -1,
            last_assignment_configs: Some(Vec::new()),
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 => read.validated_topology_epoch = decoder.int32()?,
                1 => {
                    read.last_assignment_configs = decoder.nullable_array("lastAssignmentConfigs", version)?
                }
                2 => read.stored_description_topology_epoch = decoder.int32()?,
                3 => read.failed_description_topology_epoch = decoder.int32()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.epoch);
        encoder.int64(self.metadata_hash);
        let tags = encoder.tags();
        if self.validated_topology_epoch != -1 {
            encoder.tag(&tags, 0, |encoder| {
                encoder.int32(self.validated_topology_epoch);
                Ok(())
            })?;
        }
        if self.last_assignment_configs.as_ref().is_none_or(|it| !it.is_empty()) {
            encoder.tag(&tags, 1, |encoder| {
                encoder.nullable_array(
                    "lastAssignmentConfigs",
                    self.last_assignment_configs.as_deref(),
                    version,
                )
            })?;
        }
        if self.stored_description_topology_epoch != -1 {
            encoder.tag(&tags, 2, |encoder| {
                encoder.int32(self.stored_description_topology_epoch);
                Ok(())
            })?;
        }
        if self.failed_description_topology_epoch != -1 {
            encoder.tag(&tags, 3, |encoder| {
                encoder.int32(self.failed_description_topology_epoch);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for StreamsGroupMetadataValue {
    const NAME: &'static str = "StreamsGroupMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LastAssignmentConfig {
    /// `string`.
    pub key: Str,
    /// `string`.
    pub value: Str,
}

impl Wire for LastAssignmentConfig {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = LastAssignmentConfig { key: decoder.string("key")?, value: decoder.string("value")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("key", &self.key)?;
        encoder.string("value", &self.value)?;
        encoder.no_tags();
        Ok(())
    }
}
