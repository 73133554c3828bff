// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupTopology. The topology of a streams group.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// The topology of a streams group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyKey {
    /// `string`.
    pub group_id: Str,
}

impl Wire for StreamsGroupTopologyKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(StreamsGroupTopologyKey { group_id: decoder.string("groupId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        Ok(())
    }
}

impl Message for StreamsGroupTopologyKey {
    const NAME: &'static str = "StreamsGroupTopologyKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl StreamsGroupTopologyKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 23;
}

/// The topology of a streams group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyValue {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`.
    pub subtopologies: Vec<Subtopology>,
}

impl Wire for StreamsGroupTopologyValue {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupTopologyValue {
            epoch: decoder.int32()?,
            subtopologies: decoder.array("subtopologies", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.epoch);
        encoder.array("subtopologies", &self.subtopologies, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupTopologyValue {
    const NAME: &'static str = "StreamsGroupTopologyValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: Str,
    /// `[]string`.
    pub source_topics: Vec<Str>,
    /// `[]string`.
    pub source_topic_regex: Vec<Str>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<Str>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// `[]CopartitionGroup`.
    pub copartition_groups: Vec<CopartitionGroup>,
}

impl Wire for Subtopology {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Subtopology {
            subtopology_id: decoder.string("subtopologyId")?,
            source_topics: decoder.array("sourceTopics", version)?,
            source_topic_regex: decoder.array("sourceTopicRegex", version)?,
            state_changelog_topics: decoder.array("stateChangelogTopics", version)?,
            repartition_sink_topics: decoder.array("repartitionSinkTopics", version)?,
            repartition_source_topics: decoder.array("repartitionSourceTopics", version)?,
            copartition_groups: decoder.array("copartitionGroups", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("subtopologyId", &self.subtopology_id)?;
        encoder.array("sourceTopics", &self.source_topics, version)?;
        encoder.array("sourceTopicRegex", &self.source_topic_regex, version)?;
        encoder.array("stateChangelogTopics", &self.state_changelog_topics, version)?;
        encoder.array("repartitionSinkTopics", &self.repartition_sink_topics, version)?;
        encoder.array("repartitionSourceTopics", &self.repartition_source_topics, version)?;
        encoder.array("copartitionGroups", &self.copartition_groups, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    /// `[]int16`.
    pub source_topics: Vec<i16>,
    /// `[]int16`.
    pub source_topic_regex: Vec<i16>,
    /// `[]int16`.
    pub repartition_source_topics: Vec<i16>,
}

impl Wire for CopartitionGroup {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = CopartitionGroup {
            source_topics: decoder.array("sourceTopics", version)?,
            source_topic_regex: decoder.array("sourceTopicRegex", version)?,
            repartition_source_topics: decoder.array("repartitionSourceTopics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("sourceTopics", &self.source_topics, version)?;
        encoder.array("sourceTopicRegex", &self.source_topic_regex, version)?;
        encoder.array("repartitionSourceTopics", &self.repartition_source_topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `string`.
    pub name: Str,
    /// `int32`.
    pub partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]TopicConfig`.
    pub topic_configs: Vec<TopicConfig>,
}

impl Wire for TopicInfo {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicInfo {
            name: decoder.string("name")?,
            partitions: decoder.int32()?,
            replication_factor: decoder.int16()?,
            topic_configs: decoder.array("topicConfigs", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int32(self.partitions);
        encoder.int16(self.replication_factor);
        encoder.array("topicConfigs", &self.topic_configs, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicConfig {
    /// `string`.
    pub key: Str,
    /// `string`.
    pub value: Str,
}

impl Wire for TopicConfig {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = TopicConfig { key: decoder.string("key")?, value: decoder.string("value")? };
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
