// Generated from proto/kafka by scripts/gen: change those, not this.

//! Metadata (API key 3). Brokers, controller, topics and who leads their partitions.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Brokers, controller, topics and who leads their partitions.
///
/// - 1: topics may be null. Null for all topics, an empty array for none.
/// - 2-3: as 1.
/// - 4: adds allowAutoTopicCreation.
/// - 5: as 4.
/// - 6: brokers answer first and throttle then (KIP-219).
/// - 7: as 6.
/// - 8: adds includeClusterAuthorizedOperations, includeTopicAuthorizedOperations.
/// - 9: flexible.
/// - 10: adds topicId; name may be null. Brokers look topics up by id from 12 on only.
/// - 11: drops includeClusterAuthorizedOperations. DescribeCluster has it (KIP-700).
/// - 12: topics by id (KIP-516).
/// - 13: the answer may have an error of its own (KIP-1102).
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequest {
    /// Null: all topics; in version 0, an empty array says so.
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// Whether a name that nobody knows becomes a topic, where the broker allows it. Versions 4+, true by
    /// default.
    pub allow_auto_topic_creation: bool,
    /// Versions 8-10.
    pub include_cluster_authorized_operations: bool,
    /// Versions 8+.
    pub include_topic_authorized_operations: bool,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        MetadataRequest {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
        }
    }
}

impl Wire for MetadataRequest {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MetadataRequest {
            topics: if version >= 1 {
                decoder.nullable_array("topics", version)?
            } else {
                Some(decoder.array("topics", version)?)
            },
            allow_auto_topic_creation: if version >= 4 { decoder.bool()? } else { true },
            include_cluster_authorized_operations: if (8..=10).contains(&version) {
                decoder.bool()?
            } else {
                false
            },
            include_topic_authorized_operations: if version >= 8 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.nullable_array("topics", self.topics.as_deref(), version)?;
        } else {
            let Some(value) = &self.topics else {
                return Err(EncodeError::null("MetadataRequest", "topics", version));
            };
            encoder.array("topics", value, version)?;
        };
        if version >= 4 {
            encoder.bool(self.allow_auto_topic_creation);
        } else if !self.allow_auto_topic_creation {
            return Err(EncodeError::unrepresentable("MetadataRequest", "allowAutoTopicCreation", version));
        }
        if (8..=10).contains(&version) {
            encoder.bool(self.include_cluster_authorized_operations);
        } else if self.include_cluster_authorized_operations {
            return Err(EncodeError::unrepresentable(
                "MetadataRequest",
                "includeClusterAuthorizedOperations",
                version,
            ));
        }
        if version >= 8 {
            encoder.bool(self.include_topic_authorized_operations);
        } else if self.include_topic_authorized_operations {
            return Err(EncodeError::unrepresentable(
                "MetadataRequest",
                "includeTopicAuthorizedOperations",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for MetadataRequest {
    const NAME: &'static str = "MetadataRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=13;
    const FIRST_FLEXIBLE: Option<i16> = Some(9);
}

impl Request for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Response = MetadataResponse;
}

/// Part of [`MetadataRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequestTopic {
    /// Used where the name is null. Versions 10+, left out silently in others.
    pub topic_id: Uuid,
    /// `string`.
    pub name: Option<Str>,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        MetadataRequestTopic { topic_id: Uuid::ZERO, name: Some(Str::EMPTY) }
    }
}

impl Wire for MetadataRequestTopic {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MetadataRequestTopic {
            topic_id: if version >= 10 { decoder.uuid()? } else { Uuid::ZERO },
            name: if version >= 10 {
                decoder.nullable_string("name")?
            } else {
                Some(decoder.string("name")?)
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 10 {
            encoder.uuid(self.topic_id);
        }
        if version >= 10 {
            encoder.nullable_string("name", self.name.as_deref())?;
        } else {
            let Some(value) = &self.name else {
                return Err(EncodeError::null("MetadataRequestTopic", "name", version));
            };
            encoder.string("name", value)?;
        };
        encoder.no_tags();
        Ok(())
    }
}

/// Brokers, controller, topics and who leads their partitions.
///
/// - 1: adds rack, controllerId, isInternal.
/// - 2: adds clusterId.
/// - 3: adds throttleTimeMs.
/// - 4: as 3.
/// - 5: adds offlineReplicas (KIP-112).
/// - 6: brokers answer first and throttle then (KIP-219).
/// - 7: adds leaderEpoch (KIP-320).
/// - 8: adds topicAuthorizedOperations, clusterAuthorizedOperations (KIP-430).
/// - 9: flexible.
/// - 10: adds topicId (KIP-516).
/// - 11: drops clusterAuthorizedOperations. DescribeCluster has it (KIP-700).
/// - 12: name may be null. Where the id is unknown (KIP-516).
/// - 13: adds errorCode. For a client that must bootstrap again (KIP-1102).
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponse {
    /// Versions 3+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `[]MetadataResponseBroker`.
    pub brokers: Vec<MetadataResponseBroker>,
    /// Versions 2+, null by default, left out silently in others.
    pub cluster_id: Option<Str>,
    /// -1: none; with KRaft, any broker that passes on. Versions 1+, -1 by default, left out silently in others.
    pub controller_id: i32,
    /// `[]MetadataResponseTopic`.
    pub topics: Vec<MetadataResponseTopic>,
    /// A bit for each operation; the smallest int32: not asked for. Versions 8-10, -2147483648 by default.
    pub cluster_authorized_operations: i32,
    /// REBOOTSTRAP_REQUIRED: begin again with the bootstrap servers. Versions 13+, left out silently in others.
    pub error_code: i16,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        MetadataResponse {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: -2147483648,
            error_code: 0,
        }
    }
}

impl Wire for MetadataResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MetadataResponse {
            throttle_time_ms: if version >= 3 { decoder.int32()? } else { 0 },
            brokers: decoder.array("brokers", version)?,
            cluster_id: if version >= 2 { decoder.nullable_string("clusterId")? } else { None },
            controller_id: if version >= 1 { decoder.int32()? } else { -1 },
            topics: decoder.array("topics", version)?,
            cluster_authorized_operations: if (8..=10).contains(&version) {
                decoder.int32()?
            } else {
                -2147483648
            },
            error_code: if version >= 13 { decoder.int16()? } else { 0 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 3 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.array("brokers", &self.brokers, version)?;
        if version >= 2 {
            encoder.nullable_string("clusterId", self.cluster_id.as_deref())?;
        }
        if version >= 1 {
            encoder.int32(self.controller_id);
        }
        encoder.array("topics", &self.topics, version)?;
        if (8..=10).contains(&version) {
            encoder.int32(self.cluster_authorized_operations);
        } else if self.cluster_authorized_operations != -2147483648 {
            return Err(EncodeError::unrepresentable(
                "MetadataResponse",
                "clusterAuthorizedOperations",
                version,
            ));
        }
        if version >= 13 {
            encoder.int16(self.error_code);
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for MetadataResponse {
    const NAME: &'static str = "MetadataResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=13;
    const FIRST_FLEXIBLE: Option<i16> = Some(9);
}

/// Part of [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponseTopic {
    /// `int16`.
    pub error_code: i16,
    /// Null where the id is unknown.
    pub name: Option<Str>,
    /// Versions 10+, left out silently in others.
    pub topic_id: Uuid,
    /// Versions 1+, left out silently in others.
    pub is_internal: bool,
    /// `[]MetadataResponsePartition`.
    pub partitions: Vec<MetadataResponsePartition>,
    /// A bit for each operation; the smallest int32: not asked for. Versions 8+, -2147483648 by default.
    pub topic_authorized_operations: i32,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        MetadataResponseTopic {
            error_code: 0,
            name: Some(Str::EMPTY),
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: -2147483648,
        }
    }
}

impl Wire for MetadataResponseTopic {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MetadataResponseTopic {
            error_code: decoder.int16()?,
            name: if version >= 12 {
                decoder.nullable_string("name")?
            } else {
                Some(decoder.string("name")?)
            },
            topic_id: if version >= 10 { decoder.uuid()? } else { Uuid::ZERO },
            is_internal: if version >= 1 { decoder.bool()? } else { false },
            partitions: decoder.array("partitions", version)?,
            topic_authorized_operations: if version >= 8 { decoder.int32()? } else { -2147483648 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        if version >= 12 {
            encoder.nullable_string("name", self.name.as_deref())?;
        } else {
            let Some(value) = &self.name else {
                return Err(EncodeError::null("MetadataResponseTopic", "name", version));
            };
            encoder.string("name", value)?;
        };
        if version >= 10 {
            encoder.uuid(self.topic_id);
        }
        if version >= 1 {
            encoder.bool(self.is_internal);
        }
        encoder.array("partitions", &self.partitions, version)?;
        if version >= 8 {
            encoder.int32(self.topic_authorized_operations);
        } else if self.topic_authorized_operations != -2147483648 {
            return Err(EncodeError::unrepresentable(
                "MetadataResponseTopic",
                "topicAuthorizedOperations",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponsePartition {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition_index: i32,
    /// -1: none.
    pub leader_id: i32,
    /// Versions 7+, -1 by default, left out silently in others.
    pub leader_epoch: i32,
    /// `[]int32`.
    pub replica_nodes: Vec<i32>,
    /// `[]int32`.
    pub isr_nodes: Vec<i32>,
    /// Versions 5+, left out silently in others.
    pub offline_replicas: Vec<i32>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        MetadataResponsePartition {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
        }
    }
}

impl Wire for MetadataResponsePartition {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MetadataResponsePartition {
            error_code: decoder.int16()?,
            partition_index: decoder.int32()?,
            leader_id: decoder.int32()?,
            leader_epoch: if version >= 7 { decoder.int32()? } else { -1 },
            replica_nodes: decoder.array("replicaNodes", version)?,
            isr_nodes: decoder.array("isrNodes", version)?,
            offline_replicas: if version >= 5 {
                decoder.array("offlineReplicas", version)?
            } else {
                Vec::new()
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.int32(self.partition_index);
        encoder.int32(self.leader_id);
        if version >= 7 {
            encoder.int32(self.leader_epoch);
        }
        encoder.array("replicaNodes", &self.replica_nodes, version)?;
        encoder.array("isrNodes", &self.isr_nodes, version)?;
        if version >= 5 {
            encoder.array("offlineReplicas", &self.offline_replicas, version)?;
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataResponseBroker {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: Str,
    /// `int32`.
    pub port: i32,
    /// Versions 1+, null by default, left out silently in others.
    pub rack: Option<Str>,
}

impl Wire for MetadataResponseBroker {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = MetadataResponseBroker {
            node_id: decoder.int32()?,
            host: decoder.string("host")?,
            port: decoder.int32()?,
            rack: if version >= 1 { decoder.nullable_string("rack")? } else { None },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.node_id);
        encoder.string("host", &self.host)?;
        encoder.int32(self.port);
        if version >= 1 {
            encoder.nullable_string("rack", self.rack.as_deref())?;
        }
        encoder.no_tags();
        Ok(())
    }
}
