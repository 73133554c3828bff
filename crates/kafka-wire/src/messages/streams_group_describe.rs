// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupDescribe (API key 89). Members, tasks and topologies of streams groups (KIP-1071).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Members, tasks and topologies of streams groups (KIP-1071).
///
/// - 1: adds includeTopologyDescription (KIP-1331).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeRequest {
    /// `[]string`.
    pub group_ids: Vec<Str>,
    /// `bool`.
    pub include_authorized_operations: bool,
    /// Versions 1+.
    pub include_topology_description: bool,
}

impl Wire for StreamsGroupDescribeRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupDescribeRequest {
            group_ids: decoder.array("groupIds", version)?,
            include_authorized_operations: decoder.bool()?,
            include_topology_description: if version >= 1 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("groupIds", &self.group_ids, version)?;
        encoder.bool(self.include_authorized_operations);
        if version >= 1 {
            encoder.bool(self.include_topology_description);
        } else if self.include_topology_description {
            return Err(EncodeError::unrepresentable(
                "StreamsGroupDescribeRequest",
                "includeTopologyDescription",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupDescribeRequest {
    const NAME: &'static str = "StreamsGroupDescribeRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for StreamsGroupDescribeRequest {
    const KEY: ApiKey = ApiKey::StreamsGroupDescribe;
    type Response = StreamsGroupDescribeResponse;
}

/// Members, tasks and topologies of streams groups (KIP-1071).
///
/// - 1: adds topologyDescription, topologyDescriptionStatus, assignorName (KIP-1331, KIP-1357).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
}

impl Wire for StreamsGroupDescribeResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupDescribeResponse {
            throttle_time_ms: decoder.int32()?,
            groups: decoder.array("groups", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("groups", &self.groups, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupDescribeResponse {
    const NAME: &'static str = "StreamsGroupDescribeResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub group_state: Str,
    /// `int32`.
    pub group_epoch: i32,
    /// `int32`.
    pub assignment_epoch: i32,
    /// Null by default.
    pub topology: Option<Topology>,
    /// `[]Member`.
    pub members: Vec<Member>,
    /// -2147483648 by default.
    pub authorized_operations: i32,
    /// Versions 1+, null by default.
    pub topology_description: Option<TopologyDescription>,
    /// Versions 1+.
    pub topology_description_status: i8,
    /// Versions 1+, null by default, left out silently in others.
    pub assignor_name: Option<Str>,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        DescribedGroup {
            error_code: 0,
            error_message: None,
            group_id: Str::EMPTY,
            group_state: Str::EMPTY,
            group_epoch: 0,
            assignment_epoch: 0,
            topology: None,
            members: Vec::new(),
            authorized_operations: -2147483648,
            topology_description: None,
            topology_description_status: 0,
            assignor_name: None,
        }
    }
}

impl Wire for DescribedGroup {
    const MIN_BYTES: usize = 20;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribedGroup {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            group_id: decoder.string("groupId")?,
            group_state: decoder.string("groupState")?,
            group_epoch: decoder.int32()?,
            assignment_epoch: decoder.int32()?,
            topology: decoder.nullable_struct(version)?,
            members: decoder.array("members", version)?,
            authorized_operations: decoder.int32()?,
            topology_description: if version >= 1 { decoder.nullable_struct(version)? } else { None },
            topology_description_status: if version >= 1 { decoder.int8()? } else { 0 },
            assignor_name: if version >= 1 { decoder.nullable_string("assignorName")? } else { None },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.string("groupId", &self.group_id)?;
        encoder.string("groupState", &self.group_state)?;
        encoder.int32(self.group_epoch);
        encoder.int32(self.assignment_epoch);
        encoder.nullable_struct(self.topology.as_ref(), version)?;
        encoder.array("members", &self.members, version)?;
        encoder.int32(self.authorized_operations);
        if version >= 1 {
            encoder.nullable_struct(self.topology_description.as_ref(), version)?;
            encoder.int8(self.topology_description_status);
            encoder.nullable_string("assignorName", self.assignor_name.as_deref())?;
        } else {
            if self.topology_description.is_some() {
                return Err(EncodeError::unrepresentable("DescribedGroup", "topologyDescription", version));
            }
            if self.topology_description_status != 0 {
                return Err(EncodeError::unrepresentable(
                    "DescribedGroup",
                    "topologyDescriptionStatus",
                    version,
                ));
            }
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    /// `string`.
    pub member_id: Str,
    /// `int32`.
    pub member_epoch: i32,
    /// Null by default.
    pub instance_id: Option<Str>,
    /// Null by default.
    pub rack_id: Option<Str>,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// `int32`.
    pub topology_epoch: i32,
    /// `string`.
    pub process_id: Str,
    /// Null by default.
    pub user_endpoint: Option<Endpoint>,
    /// `[]KeyValue`.
    pub client_tags: Vec<KeyValue>,
    /// `[]TaskOffset`.
    pub task_offsets: Vec<TaskOffset>,
    /// `[]TaskOffset`.
    pub task_end_offsets: Vec<TaskOffset>,
    /// `Assignment`.
    pub assignment: Assignment,
    /// `Assignment`.
    pub target_assignment: Assignment,
    /// `bool`.
    pub is_classic: bool,
}

impl Wire for Member {
    const MIN_BYTES: usize = 28;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Member {
            member_id: decoder.string("memberId")?,
            member_epoch: decoder.int32()?,
            instance_id: decoder.nullable_string("instanceId")?,
            rack_id: decoder.nullable_string("rackId")?,
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            topology_epoch: decoder.int32()?,
            process_id: decoder.string("processId")?,
            user_endpoint: decoder.nullable_struct(version)?,
            client_tags: decoder.array("clientTags", version)?,
            task_offsets: decoder.array("taskOffsets", version)?,
            task_end_offsets: decoder.array("taskEndOffsets", version)?,
            assignment: Assignment::read(decoder, version)?,
            target_assignment: Assignment::read(decoder, version)?,
            is_classic: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        encoder.int32(self.member_epoch);
        encoder.nullable_string("instanceId", self.instance_id.as_deref())?;
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        encoder.int32(self.topology_epoch);
        encoder.string("processId", &self.process_id)?;
        encoder.nullable_struct(self.user_endpoint.as_ref(), version)?;
        encoder.array("clientTags", &self.client_tags, version)?;
        encoder.array("taskOffsets", &self.task_offsets, version)?;
        encoder.array("taskEndOffsets", &self.task_end_offsets, version)?;
        self.assignment.write(encoder, version)?;
        self.target_assignment.write(encoder, version)?;
        encoder.bool(self.is_classic);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    /// `int32`.
    pub epoch: i32,
    /// Null by default.
    pub subtopologies: Option<Vec<Subtopology>>,
}

impl Wire for Topology {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Topology {
            epoch: decoder.int32()?,
            subtopologies: decoder.nullable_array("subtopologies", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.epoch);
        encoder.nullable_array("subtopologies", self.subtopologies.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: Str,
    /// `[]string`.
    pub source_topics: Vec<Str>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<Str>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
}

impl Wire for Subtopology {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Subtopology {
            subtopology_id: decoder.string("subtopologyId")?,
            source_topics: decoder.array("sourceTopics", version)?,
            repartition_sink_topics: decoder.array("repartitionSinkTopics", version)?,
            state_changelog_topics: decoder.array("stateChangelogTopics", version)?,
            repartition_source_topics: decoder.array("repartitionSourceTopics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("subtopologyId", &self.subtopology_id)?;
        encoder.array("sourceTopics", &self.source_topics, version)?;
        encoder.array("repartitionSinkTopics", &self.repartition_sink_topics, version)?;
        encoder.array("stateChangelogTopics", &self.state_changelog_topics, version)?;
        encoder.array("repartitionSourceTopics", &self.repartition_source_topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
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

/// Part of [`StreamsGroupDescribeResponse`].
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

/// Part of [`StreamsGroupDescribeResponse`].
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

/// Part of [`StreamsGroupDescribeResponse`].
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

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `string`.
    pub name: Str,
    /// `int32`.
    pub partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]KeyValue`.
    pub topic_configs: Vec<KeyValue>,
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

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    /// `string`.
    pub key: Str,
    /// `string`.
    pub value: Str,
}

impl Wire for KeyValue {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = KeyValue { key: decoder.string("key")?, value: decoder.string("value")? };
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

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TaskIds`.
    pub active_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks: Vec<TaskIds>,
}

impl Wire for Assignment {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Assignment {
            active_tasks: decoder.array("activeTasks", version)?,
            standby_tasks: decoder.array("standbyTasks", version)?,
            warmup_tasks: decoder.array("warmupTasks", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("activeTasks", &self.active_tasks, version)?;
        encoder.array("standbyTasks", &self.standby_tasks, version)?;
        encoder.array("warmupTasks", &self.warmup_tasks, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds {
    /// `string`.
    pub subtopology_id: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TaskIds {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TaskIds {
            subtopology_id: decoder.string("subtopologyId")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("subtopologyId", &self.subtopology_id)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskOffset {
    /// `string`.
    pub subtopology_id: Str,
    /// `int32`.
    pub partition: i32,
    /// `int64`.
    pub offset: i64,
}

impl Wire for TaskOffset {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = TaskOffset {
            subtopology_id: decoder.string("subtopologyId")?,
            partition: decoder.int32()?,
            offset: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("subtopologyId", &self.subtopology_id)?;
        encoder.int32(self.partition);
        encoder.int64(self.offset);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub host: Str,
    /// `uint16`.
    pub port: u16,
}

impl Wire for Endpoint {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Endpoint { host: decoder.string("host")?, port: decoder.uint16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("host", &self.host)?;
        encoder.uint16(self.port);
        encoder.no_tags();
        Ok(())
    }
}
