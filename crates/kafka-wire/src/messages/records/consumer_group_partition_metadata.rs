// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupPartitionMetadata. Topics of a consumer group: read from before 4.1, then replaced by a hash
//! (KIP-1101).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// Topics of a consumer group: read from before 4.1, then replaced by a hash (KIP-1101).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for ConsumerGroupPartitionMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerGroupPartitionMetadataKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for ConsumerGroupPartitionMetadataKey {
    const NAME: &'static str = "ConsumerGroupPartitionMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ConsumerGroupPartitionMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 4;
}

/// Topics of a consumer group: read from before 4.1, then replaced by a hash (KIP-1101).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataValue {
    /// `[]TopicMetadata`.
    pub topics: Vec<TopicMetadata>,
}

impl Wire for ConsumerGroupPartitionMetadataValue {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupPartitionMetadataValue { topics: decoder.array("topics", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ConsumerGroupPartitionMetadataValue {
    const NAME: &'static str = "ConsumerGroupPartitionMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ConsumerGroupPartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicMetadata {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: Str,
    /// `int32`.
    pub num_partitions: i32,
    /// `[]PartitionMetadata`.
    pub partition_metadata: Vec<PartitionMetadata>,
}

impl Wire for TopicMetadata {
    const MIN_BYTES: usize = 23;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicMetadata {
            topic_id: decoder.uuid()?,
            topic_name: decoder.string("topicName")?,
            num_partitions: decoder.int32()?,
            partition_metadata: decoder.array("partitionMetadata", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.string("topicName", &self.topic_name)?;
        encoder.int32(self.num_partitions);
        encoder.array("partitionMetadata", &self.partition_metadata, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ConsumerGroupPartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionMetadata {
    /// `int32`.
    pub partition: i32,
    /// `[]string`.
    pub racks: Vec<Str>,
}

impl Wire for PartitionMetadata {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = PartitionMetadata { partition: decoder.int32()?, racks: decoder.array("racks", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition);
        encoder.array("racks", &self.racks, version)?;
        encoder.no_tags();
        Ok(())
    }
}
