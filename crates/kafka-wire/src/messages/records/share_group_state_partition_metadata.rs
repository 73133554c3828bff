// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupStatePartitionMetadata. The share partitions of a group that are being, or have been, begun or
//! deleted.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// The share partitions of a group that are being, or have been, begun or deleted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupStatePartitionMetadataKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for ShareGroupStatePartitionMetadataKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareGroupStatePartitionMetadataKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for ShareGroupStatePartitionMetadataKey {
    const NAME: &'static str = "ShareGroupStatePartitionMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareGroupStatePartitionMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 15;
}

/// The share partitions of a group that are being, or have been, begun or deleted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupStatePartitionMetadataValue {
    /// `[]TopicPartitionsInfo`.
    pub initializing_topics: Vec<TopicPartitionsInfo>,
    /// `[]TopicPartitionsInfo`.
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    /// `[]TopicInfo`.
    pub deleting_topics: Vec<TopicInfo>,
}

impl Wire for ShareGroupStatePartitionMetadataValue {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupStatePartitionMetadataValue {
            initializing_topics: decoder.array("initializingTopics", version)?,
            initialized_topics: decoder.array("initializedTopics", version)?,
            deleting_topics: decoder.array("deletingTopics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("initializingTopics", &self.initializing_topics, version)?;
        encoder.array("initializedTopics", &self.initialized_topics, version)?;
        encoder.array("deletingTopics", &self.deleting_topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupStatePartitionMetadataValue {
    const NAME: &'static str = "ShareGroupStatePartitionMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ShareGroupStatePartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: Str,
}

impl Wire for TopicInfo {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = TopicInfo { topic_id: decoder.uuid()?, topic_name: decoder.string("topicName")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.string("topicName", &self.topic_name)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareGroupStatePartitionMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitionsInfo {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartitionsInfo {
    const MIN_BYTES: usize = 19;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicPartitionsInfo {
            topic_id: decoder.uuid()?,
            topic_name: decoder.string("topicName")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.string("topicName", &self.topic_name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}
