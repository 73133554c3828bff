// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupHeartbeat (API key 88). Join, stay in and leave a streams group (KIP-1071).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Join, stay in and leave a streams group (KIP-1071).
///
/// - 1: the answer may ask for the topology description; status 6, MISSING_CLIENT_TAGS (KIP-1331).
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatRequest {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
    /// 0: join, -1: leave, -2: a static member leaves for a while.
    pub member_epoch: i32,
    /// `int32`.
    pub endpoint_information_epoch: i32,
    /// Null by default.
    pub instance_id: Option<Str>,
    /// Null by default.
    pub rack_id: Option<Str>,
    /// -1 by default.
    pub rebalance_timeout_ms: i32,
    /// On joining; null: unchanged. Null by default.
    pub topology: Option<Topology>,
    /// What the member owns; null: unchanged. Null by default.
    pub active_tasks: Option<Vec<TaskIds>>,
    /// Null by default.
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// Null by default.
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// Members of one process share it. Null by default.
    pub process_id: Option<Str>,
    /// For interactive queries. Null by default.
    pub user_endpoint: Option<Endpoint>,
    /// Null by default.
    pub client_tags: Option<Vec<KeyValue>>,
    /// Null by default.
    pub task_offsets: Option<Vec<TaskOffset>>,
    /// Null by default.
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    /// Ask all members to stop.
    pub shutdown_application: bool,
}

impl Default for StreamsGroupHeartbeatRequest {
    fn default() -> Self {
        StreamsGroupHeartbeatRequest {
            group_id: Str::EMPTY,
            member_id: Str::EMPTY,
            member_epoch: 0,
            endpoint_information_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            topology: None,
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            process_id: None,
            user_endpoint: None,
            client_tags: None,
            task_offsets: None,
            task_end_offsets: None,
            shutdown_application: false,
        }
    }
}

impl Wire for StreamsGroupHeartbeatRequest {
    const MIN_BYTES: usize = 27;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupHeartbeatRequest {
            group_id: decoder.string("groupId")?,
            member_id: decoder.string("memberId")?,
            member_epoch: decoder.int32()?,
            endpoint_information_epoch: decoder.int32()?,
            instance_id: decoder.nullable_string("instanceId")?,
            rack_id: decoder.nullable_string("rackId")?,
            rebalance_timeout_ms: decoder.int32()?,
            topology: decoder.nullable_struct(version)?,
            active_tasks: decoder.nullable_array("activeTasks", version)?,
            standby_tasks: decoder.nullable_array("standbyTasks", version)?,
            warmup_tasks: decoder.nullable_array("warmupTasks", version)?,
            process_id: decoder.nullable_string("processId")?,
            user_endpoint: decoder.nullable_struct(version)?,
            client_tags: decoder.nullable_array("clientTags", version)?,
            task_offsets: decoder.nullable_array("taskOffsets", version)?,
            task_end_offsets: decoder.nullable_array("taskEndOffsets", version)?,
            shutdown_application: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("memberId", &self.member_id)?;
        encoder.int32(self.member_epoch);
        encoder.int32(self.endpoint_information_epoch);
        encoder.nullable_string("instanceId", self.instance_id.as_deref())?;
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.int32(self.rebalance_timeout_ms);
        encoder.nullable_struct(self.topology.as_ref(), version)?;
        encoder.nullable_array("activeTasks", self.active_tasks.as_deref(), version)?;
        encoder.nullable_array("standbyTasks", self.standby_tasks.as_deref(), version)?;
        encoder.nullable_array("warmupTasks", self.warmup_tasks.as_deref(), version)?;
        encoder.nullable_string("processId", self.process_id.as_deref())?;
        encoder.nullable_struct(self.user_endpoint.as_ref(), version)?;
        encoder.nullable_array("clientTags", self.client_tags.as_deref(), version)?;
        encoder.nullable_array("taskOffsets", self.task_offsets.as_deref(), version)?;
        encoder.nullable_array("taskEndOffsets", self.task_end_offsets.as_deref(), version)?;
        encoder.bool(self.shutdown_application);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupHeartbeatRequest {
    const NAME: &'static str = "StreamsGroupHeartbeatRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for StreamsGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::StreamsGroupHeartbeat;
    type Response = StreamsGroupHeartbeatResponse;
}

/// Part of [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`.
    pub subtopologies: Vec<Subtopology>,
}

impl Wire for Topology {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            Topology { epoch: decoder.int32()?, subtopologies: decoder.array("subtopologies", version)? };
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

/// Part of [`StreamsGroupHeartbeatRequest`].
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

/// Part of [`StreamsGroupHeartbeatRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    /// Places in the subtopology's sourceTopics.
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

/// Part of [`StreamsGroupHeartbeatRequest`].
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

/// Part of [`StreamsGroupHeartbeatRequest`].
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

/// Part of [`StreamsGroupHeartbeatRequest`].
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

/// Part of [`StreamsGroupHeartbeatRequest`].
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

/// Part of [`StreamsGroupHeartbeatRequest`].
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

/// Join, stay in and leave a streams group (KIP-1071).
///
/// - 1: adds acceptableRecoveryLag, topologyDescriptionRequired; drops acceptableRecoveryLagLegacy
///   (KIP-1331).
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `string`.
    pub member_id: Str,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub heartbeat_interval_ms: i32,
    /// Versions 0.
    pub acceptable_recovery_lag_legacy: i32,
    /// `int32`.
    pub task_offset_interval_ms: i32,
    /// Versions 1+, -1 by default, left out silently in others.
    pub acceptable_recovery_lag: i64,
    /// What is wrong with the topology or the group; null: unchanged.
    pub status: Option<Vec<Status>>,
    /// Null: unchanged. Null by default.
    pub active_tasks: Option<Vec<TaskIds>>,
    /// Null by default.
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// Null by default.
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// Versions 1+.
    pub topology_description_required: bool,
    /// `int32`.
    pub endpoint_information_epoch: i32,
    /// Null: unchanged since endpointInformationEpoch. Null by default.
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
}

impl Default for StreamsGroupHeartbeatResponse {
    fn default() -> Self {
        StreamsGroupHeartbeatResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            member_id: Str::EMPTY,
            member_epoch: 0,
            heartbeat_interval_ms: 0,
            acceptable_recovery_lag_legacy: 0,
            task_offset_interval_ms: 0,
            acceptable_recovery_lag: -1,
            status: Some(Vec::new()),
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            topology_description_required: false,
            endpoint_information_epoch: 0,
            partitions_by_user_endpoint: None,
        }
    }
}

impl Wire for StreamsGroupHeartbeatResponse {
    const MIN_BYTES: usize = 34;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupHeartbeatResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            member_id: decoder.string("memberId")?,
            member_epoch: decoder.int32()?,
            heartbeat_interval_ms: decoder.int32()?,
            acceptable_recovery_lag_legacy: if version <= 0 { decoder.int32()? } else { 0 },
            task_offset_interval_ms: decoder.int32()?,
            acceptable_recovery_lag: if version >= 1 { decoder.int64()? } else { -1 },
            status: decoder.nullable_array("status", version)?,
            active_tasks: decoder.nullable_array("activeTasks", version)?,
            standby_tasks: decoder.nullable_array("standbyTasks", version)?,
            warmup_tasks: decoder.nullable_array("warmupTasks", version)?,
            topology_description_required: if version >= 1 { decoder.bool()? } else { false },
            endpoint_information_epoch: decoder.int32()?,
            partitions_by_user_endpoint: decoder.nullable_array("partitionsByUserEndpoint", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.string("memberId", &self.member_id)?;
        encoder.int32(self.member_epoch);
        encoder.int32(self.heartbeat_interval_ms);
        if version <= 0 {
            encoder.int32(self.acceptable_recovery_lag_legacy);
        } else if self.acceptable_recovery_lag_legacy != 0 {
            return Err(EncodeError::unrepresentable(
                "StreamsGroupHeartbeatResponse",
                "acceptableRecoveryLagLegacy",
                version,
            ));
        }
        encoder.int32(self.task_offset_interval_ms);
        if version >= 1 {
            encoder.int64(self.acceptable_recovery_lag);
        }
        encoder.nullable_array("status", self.status.as_deref(), version)?;
        encoder.nullable_array("activeTasks", self.active_tasks.as_deref(), version)?;
        encoder.nullable_array("standbyTasks", self.standby_tasks.as_deref(), version)?;
        encoder.nullable_array("warmupTasks", self.warmup_tasks.as_deref(), version)?;
        if version >= 1 {
            encoder.bool(self.topology_description_required);
        } else if self.topology_description_required {
            return Err(EncodeError::unrepresentable(
                "StreamsGroupHeartbeatResponse",
                "topologyDescriptionRequired",
                version,
            ));
        }
        encoder.int32(self.endpoint_information_epoch);
        encoder.nullable_array(
            "partitionsByUserEndpoint",
            self.partitions_by_user_endpoint.as_deref(),
            version,
        )?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupHeartbeatResponse {
    const NAME: &'static str = "StreamsGroupHeartbeatResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndpointToPartitions {
    /// `Endpoint`.
    pub user_endpoint: Endpoint,
    /// `[]TopicPartition`.
    pub active_partitions: Vec<TopicPartition>,
    /// `[]TopicPartition`.
    pub standby_partitions: Vec<TopicPartition>,
}

impl Wire for EndpointToPartitions {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = EndpointToPartitions {
            user_endpoint: Endpoint::read(decoder, version)?,
            active_partitions: decoder.array("activePartitions", version)?,
            standby_partitions: decoder.array("standbyPartitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.user_endpoint.write(encoder, version)?;
        encoder.array("activePartitions", &self.active_partitions, version)?;
        encoder.array("standbyPartitions", &self.standby_partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartition {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicPartition {
            topic: decoder.string("topic")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topic", &self.topic)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// `int8`.
    pub status_code: i8,
    /// `string`.
    pub status_detail: Str,
}

impl Wire for Status {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Status { status_code: decoder.int8()?, status_detail: decoder.string("statusDetail")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int8(self.status_code);
        encoder.string("statusDetail", &self.status_detail)?;
        encoder.no_tags();
        Ok(())
    }
}
