// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupTopologyDescriptionUpdate (API key 93). Describe a streams group's topology for people to
//! look at (KIP-1331).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Describe a streams group's topology for people to look at (KIP-1331).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyDescriptionUpdateRequest {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
    /// `int32`.
    pub topology_epoch: i32,
    /// `TopologyDescription`.
    pub topology_description: TopologyDescription,
}

impl Wire for StreamsGroupTopologyDescriptionUpdateRequest {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupTopologyDescriptionUpdateRequest {
            group_id: decoder.string("groupId")?,
            member_id: decoder.string("memberId")?,
            topology_epoch: decoder.int32()?,
            topology_description: TopologyDescription::read(decoder, version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("memberId", &self.member_id)?;
        encoder.int32(self.topology_epoch);
        self.topology_description.write(encoder, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupTopologyDescriptionUpdateRequest {
    const NAME: &'static str = "StreamsGroupTopologyDescriptionUpdateRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for StreamsGroupTopologyDescriptionUpdateRequest {
    const KEY: ApiKey = ApiKey::StreamsGroupTopologyDescriptionUpdate;
    type Response = StreamsGroupTopologyDescriptionUpdateResponse;
}

/// Part of [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription {
    /// `[]TopologyDescriptionSubtopology`.
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// `[]TopologyDescriptionGlobalStore`.
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
}

impl Wire for TopologyDescription {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopologyDescription {
            subtopologies: decoder.array("subtopologies", version)?,
            global_stores: decoder.array("globalStores", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("subtopologies", &self.subtopologies, version)?;
        encoder.array("globalStores", &self.global_stores, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore {
    /// `TopologyDescriptionNode`.
    pub source: TopologyDescriptionNode,
    /// `TopologyDescriptionNode`.
    pub processor: TopologyDescriptionNode,
}

impl Wire for TopologyDescriptionGlobalStore {
    const MIN_BYTES: usize = 15;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopologyDescriptionGlobalStore {
            source: TopologyDescriptionNode::read(decoder, version)?,
            processor: TopologyDescriptionNode::read(decoder, version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.source.write(encoder, version)?;
        self.processor.write(encoder, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology {
    /// `string`.
    pub subtopology_id: Str,
    /// `[]TopologyDescriptionNode`.
    pub nodes: Vec<TopologyDescriptionNode>,
}

impl Wire for TopologyDescriptionSubtopology {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopologyDescriptionSubtopology {
            subtopology_id: decoder.string("subtopologyId")?,
            nodes: decoder.array("nodes", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("subtopologyId", &self.subtopology_id)?;
        encoder.array("nodes", &self.nodes, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupTopologyDescriptionUpdateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode {
    /// `string`.
    pub name: Str,
    /// `int8`.
    pub node_type: i8,
    /// `[]string`.
    pub source_topics: Vec<Str>,
    /// Null by default.
    pub sink_topic: Option<Str>,
    /// `[]string`.
    pub stores: Vec<Str>,
    /// `[]string`.
    pub successors: Vec<Str>,
}

impl Wire for TopologyDescriptionNode {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopologyDescriptionNode {
            name: decoder.string("name")?,
            node_type: decoder.int8()?,
            source_topics: decoder.array("sourceTopics", version)?,
            sink_topic: decoder.nullable_string("sinkTopic")?,
            stores: decoder.array("stores", version)?,
            successors: decoder.array("successors", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.int8(self.node_type);
        encoder.array("sourceTopics", &self.source_topics, version)?;
        encoder.nullable_string("sinkTopic", self.sink_topic.as_deref())?;
        encoder.array("stores", &self.stores, version)?;
        encoder.array("successors", &self.successors, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Describe a streams group's topology for people to look at (KIP-1331).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyDescriptionUpdateResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
}

impl Wire for StreamsGroupTopologyDescriptionUpdateResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupTopologyDescriptionUpdateResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupTopologyDescriptionUpdateResponse {
    const NAME: &'static str = "StreamsGroupTopologyDescriptionUpdateResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
