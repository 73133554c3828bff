// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeQuorum (API key 55). State of the metadata quorum (KIP-595).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// State of the metadata quorum (KIP-595).
///
/// - 1: the answer has times (KIP-836).
/// - 2: the answer has nodes and directories (KIP-853).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeQuorumRequest {
    /// `[]RequestTopicData`.
    pub topics: Vec<RequestTopicData>,
}

impl Wire for DescribeQuorumRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeQuorumRequest { topics: decoder.array("topics", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeQuorumRequest {
    const NAME: &'static str = "DescribeQuorumRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeQuorumRequest {
    const KEY: ApiKey = ApiKey::DescribeQuorum;
    type Response = DescribeQuorumResponse;
}

/// Part of [`DescribeQuorumRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTopicData {
    /// `string`.
    pub topic_name: Str,
    /// `[]RequestPartitionData`.
    pub partitions: Vec<RequestPartitionData>,
}

impl Wire for RequestTopicData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = RequestTopicData {
            topic_name: decoder.string("topicName")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeQuorumRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestPartitionData {
    /// `int32`.
    pub partition_index: i32,
}

impl Wire for RequestPartitionData {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = RequestPartitionData { partition_index: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.no_tags();
        Ok(())
    }
}

/// State of the metadata quorum (KIP-595).
///
/// - 1: adds lastFetchTimestamp, lastCaughtUpTimestamp (KIP-836).
/// - 2: adds errorMessage, nodes, replicaDirectoryId (KIP-853).
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeQuorumResponse {
    /// `int16`.
    pub error_code: i16,
    /// Versions 2+, left out silently in others.
    pub error_message: Option<Str>,
    /// `[]ResponseTopicData`.
    pub topics: Vec<ResponseTopicData>,
    /// Versions 2+.
    pub nodes: Vec<Node>,
}

impl Default for DescribeQuorumResponse {
    fn default() -> Self {
        DescribeQuorumResponse {
            error_code: 0,
            error_message: Some(Str::EMPTY),
            topics: Vec::new(),
            nodes: Vec::new(),
        }
    }
}

impl Wire for DescribeQuorumResponse {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeQuorumResponse {
            error_code: decoder.int16()?,
            error_message: if version >= 2 {
                decoder.nullable_string("errorMessage")?
            } else {
                Some(Str::EMPTY)
            },
            topics: decoder.array("topics", version)?,
            nodes: if version >= 2 { decoder.array("nodes", version)? } else { Vec::new() },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        if version >= 2 {
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        }
        encoder.array("topics", &self.topics, version)?;
        if version >= 2 {
            encoder.array("nodes", &self.nodes, version)?;
        } else if !self.nodes.is_empty() {
            return Err(EncodeError::unrepresentable("DescribeQuorumResponse", "nodes", version));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeQuorumResponse {
    const NAME: &'static str = "DescribeQuorumResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// `int32`.
    pub node_id: i32,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
}

impl Wire for Node {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Node { node_id: decoder.int32()?, listeners: decoder.array("listeners", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.node_id);
        encoder.array("listeners", &self.listeners, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// `string`.
    pub name: Str,
    /// `string`.
    pub host: Str,
    /// `uint16`.
    pub port: u16,
}

impl Wire for Listener {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Listener {
            name: decoder.string("name")?,
            host: decoder.string("host")?,
            port: decoder.uint16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.string("host", &self.host)?;
        encoder.uint16(self.port);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTopicData {
    /// `string`.
    pub topic_name: Str,
    /// `[]ResponsePartitionData`.
    pub partitions: Vec<ResponsePartitionData>,
}

impl Wire for ResponseTopicData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ResponseTopicData {
            topic_name: decoder.string("topicName")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topicName", &self.topic_name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Versions 2+, left out silently in others.
    pub error_message: Option<Str>,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64`.
    pub high_watermark: i64,
    /// `[]ReplicaState`.
    pub current_voters: Vec<ReplicaState>,
    /// `[]ReplicaState`.
    pub observers: Vec<ReplicaState>,
}

impl Default for ResponsePartitionData {
    fn default() -> Self {
        ResponsePartitionData {
            partition_index: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            leader_id: 0,
            leader_epoch: 0,
            high_watermark: 0,
            current_voters: Vec::new(),
            observers: Vec::new(),
        }
    }
}

impl Wire for ResponsePartitionData {
    const MIN_BYTES: usize = 25;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ResponsePartitionData {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: if version >= 2 {
                decoder.nullable_string("errorMessage")?
            } else {
                Some(Str::EMPTY)
            },
            leader_id: decoder.int32()?,
            leader_epoch: decoder.int32()?,
            high_watermark: decoder.int64()?,
            current_voters: decoder.array("currentVoters", version)?,
            observers: decoder.array("observers", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        if version >= 2 {
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        }
        encoder.int32(self.leader_id);
        encoder.int32(self.leader_epoch);
        encoder.int64(self.high_watermark);
        encoder.array("currentVoters", &self.current_voters, version)?;
        encoder.array("observers", &self.observers, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// `int32`.
    pub replica_id: i32,
    /// Versions 2+.
    pub replica_directory_id: Uuid,
    /// `int64`.
    pub log_end_offset: i64,
    /// In ms; -1: unknown. Versions 1+, -1 by default, left out silently in others.
    pub last_fetch_timestamp: i64,
    /// In ms; -1: unknown. Versions 1+, -1 by default, left out silently in others.
    pub last_caught_up_timestamp: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        ReplicaState {
            replica_id: 0,
            replica_directory_id: Uuid::ZERO,
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}

impl Wire for ReplicaState {
    const MIN_BYTES: usize = 13;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ReplicaState {
            replica_id: decoder.int32()?,
            replica_directory_id: if version >= 2 { decoder.uuid()? } else { Uuid::ZERO },
            log_end_offset: decoder.int64()?,
            last_fetch_timestamp: if version >= 1 { decoder.int64()? } else { -1 },
            last_caught_up_timestamp: if version >= 1 { decoder.int64()? } else { -1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.replica_id);
        if version >= 2 {
            encoder.uuid(self.replica_directory_id);
        } else if self.replica_directory_id != Uuid::ZERO {
            return Err(EncodeError::unrepresentable("ReplicaState", "replicaDirectoryId", version));
        }
        encoder.int64(self.log_end_offset);
        if version >= 1 {
            encoder.int64(self.last_fetch_timestamp);
            encoder.int64(self.last_caught_up_timestamp);
        }
        encoder.no_tags();
        Ok(())
    }
}
