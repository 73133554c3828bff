// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeTopicPartitions (API key 75). Topics and partitions page by page (KIP-966).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Topics and partitions page by page (KIP-966).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    /// Empty: all.
    pub topics: Vec<TopicRequest>,
    /// 2000 by default.
    pub response_partition_limit: i32,
    /// Where the page before ended; null: the first page. Null by default.
    pub cursor: Option<Cursor>,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        DescribeTopicPartitionsRequest { topics: Vec::new(), response_partition_limit: 2000, cursor: None }
    }
}

impl Wire for DescribeTopicPartitionsRequest {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeTopicPartitionsRequest {
            topics: decoder.array("topics", version)?,
            response_partition_limit: decoder.int32()?,
            cursor: decoder.nullable_struct(version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.int32(self.response_partition_limit);
        encoder.nullable_struct(self.cursor.as_ref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeTopicPartitionsRequest {
    const NAME: &'static str = "DescribeTopicPartitionsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeTopicPartitionsRequest {
    const KEY: ApiKey = ApiKey::DescribeTopicPartitions;
    type Response = DescribeTopicPartitionsResponse;
}

/// Part of [`DescribeTopicPartitionsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cursor {
    /// `string`.
    pub topic_name: Str,
    /// `int32`.
    pub partition_index: i32,
}

impl Wire for Cursor {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Cursor { topic_name: decoder.string("topicName")?, partition_index: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.int32(self.partition_index);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    /// `string`.
    pub name: Str,
}

impl Wire for TopicRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = TopicRequest { name: decoder.string("name")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Topics and partitions page by page (KIP-966).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeTopicPartitionsResponseTopic`.
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    /// Where the next page begins; null: this was the last. Null by default.
    pub next_cursor: Option<Cursor>,
}

impl Wire for DescribeTopicPartitionsResponse {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeTopicPartitionsResponse {
            throttle_time_ms: decoder.int32()?,
            topics: decoder.array("topics", version)?,
            next_cursor: decoder.nullable_struct(version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("topics", &self.topics, version)?;
        encoder.nullable_struct(self.next_cursor.as_ref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeTopicPartitionsResponse {
    const NAME: &'static str = "DescribeTopicPartitionsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DescribeTopicPartitionsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub name: Option<Str>,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `bool`.
    pub is_internal: bool,
    /// `[]DescribeTopicPartitionsResponsePartition`.
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// -2147483648 by default.
    pub topic_authorized_operations: i32,
}

impl Default for DescribeTopicPartitionsResponseTopic {
    fn default() -> Self {
        DescribeTopicPartitionsResponseTopic {
            error_code: 0,
            name: Some(Str::EMPTY),
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: -2147483648,
        }
    }
}

impl Wire for DescribeTopicPartitionsResponseTopic {
    const MIN_BYTES: usize = 26;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeTopicPartitionsResponseTopic {
            error_code: decoder.int16()?,
            name: decoder.nullable_string("name")?,
            topic_id: decoder.uuid()?,
            is_internal: decoder.bool()?,
            partitions: decoder.array("partitions", version)?,
            topic_authorized_operations: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("name", self.name.as_deref())?;
        encoder.uuid(self.topic_id);
        encoder.bool(self.is_internal);
        encoder.array("partitions", &self.partitions, version)?;
        encoder.int32(self.topic_authorized_operations);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub leader_id: i32,
    /// -1 by default.
    pub leader_epoch: i32,
    /// `[]int32`.
    pub replica_nodes: Vec<i32>,
    /// `[]int32`.
    pub isr_nodes: Vec<i32>,
    /// Out of sync, but with all that is committed (KIP-966). Null by default.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Those of before an unclean stop. Null by default.
    pub last_known_elr: Option<Vec<i32>>,
    /// `[]int32`.
    pub offline_replicas: Vec<i32>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        DescribeTopicPartitionsResponsePartition {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
        }
    }
}

impl Wire for DescribeTopicPartitionsResponsePartition {
    const MIN_BYTES: usize = 20;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeTopicPartitionsResponsePartition {
            error_code: decoder.int16()?,
            partition_index: decoder.int32()?,
            leader_id: decoder.int32()?,
            leader_epoch: decoder.int32()?,
            replica_nodes: decoder.array("replicaNodes", version)?,
            isr_nodes: decoder.array("isrNodes", version)?,
            eligible_leader_replicas: decoder.nullable_array("eligibleLeaderReplicas", version)?,
            last_known_elr: decoder.nullable_array("lastKnownElr", version)?,
            offline_replicas: decoder.array("offlineReplicas", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.int32(self.partition_index);
        encoder.int32(self.leader_id);
        encoder.int32(self.leader_epoch);
        encoder.array("replicaNodes", &self.replica_nodes, version)?;
        encoder.array("isrNodes", &self.isr_nodes, version)?;
        encoder.nullable_array(
            "eligibleLeaderReplicas",
            self.eligible_leader_replicas.as_deref(),
            version,
        )?;
        encoder.nullable_array("lastKnownElr", self.last_known_elr.as_deref(), version)?;
        encoder.array("offlineReplicas", &self.offline_replicas, version)?;
        encoder.no_tags();
        Ok(())
    }
}
