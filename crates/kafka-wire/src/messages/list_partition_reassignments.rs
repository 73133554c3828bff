// Generated from proto/kafka by scripts/gen: change those, not this.

//! ListPartitionReassignments (API key 46). Moves of partitions that are under way (KIP-455).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Moves of partitions that are under way (KIP-455).
#[derive(Debug, Clone, PartialEq)]
pub struct ListPartitionReassignmentsRequest {
    /// 60000 by default.
    pub timeout_ms: i32,
    /// Null: all. Null by default.
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
}

impl Default for ListPartitionReassignmentsRequest {
    fn default() -> Self {
        ListPartitionReassignmentsRequest { timeout_ms: 60000, topics: None }
    }
}

impl Wire for ListPartitionReassignmentsRequest {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListPartitionReassignmentsRequest {
            timeout_ms: decoder.int32()?,
            topics: decoder.nullable_array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.timeout_ms);
        encoder.nullable_array("topics", self.topics.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListPartitionReassignmentsRequest {
    const NAME: &'static str = "ListPartitionReassignmentsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ListPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::ListPartitionReassignments;
    type Response = ListPartitionReassignmentsResponse;
}

/// Part of [`ListPartitionReassignmentsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListPartitionReassignmentsTopics {
    /// `string`.
    pub name: Str,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl Wire for ListPartitionReassignmentsTopics {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListPartitionReassignmentsTopics {
            name: decoder.string("name")?,
            partition_indexes: decoder.array("partitionIndexes", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitionIndexes", &self.partition_indexes, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Moves of partitions that are under way (KIP-455).
#[derive(Debug, Clone, PartialEq)]
pub struct ListPartitionReassignmentsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `[]OngoingTopicReassignment`.
    pub topics: Vec<OngoingTopicReassignment>,
}

impl Default for ListPartitionReassignmentsResponse {
    fn default() -> Self {
        ListPartitionReassignmentsResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            topics: Vec::new(),
        }
    }
}

impl Wire for ListPartitionReassignmentsResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListPartitionReassignmentsResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListPartitionReassignmentsResponse {
    const NAME: &'static str = "ListPartitionReassignmentsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ListPartitionReassignmentsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OngoingTopicReassignment {
    /// `string`.
    pub name: Str,
    /// `[]OngoingPartitionReassignment`.
    pub partitions: Vec<OngoingPartitionReassignment>,
}

impl Wire for OngoingTopicReassignment {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OngoingTopicReassignment {
            name: decoder.string("name")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ListPartitionReassignmentsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OngoingPartitionReassignment {
    /// `int32`.
    pub partition_index: i32,
    /// `[]int32`.
    pub replicas: Vec<i32>,
    /// `[]int32`.
    pub adding_replicas: Vec<i32>,
    /// `[]int32`.
    pub removing_replicas: Vec<i32>,
}

impl Wire for OngoingPartitionReassignment {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = OngoingPartitionReassignment {
            partition_index: decoder.int32()?,
            replicas: decoder.array("replicas", version)?,
            adding_replicas: decoder.array("addingReplicas", version)?,
            removing_replicas: decoder.array("removingReplicas", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.array("replicas", &self.replicas, version)?;
        encoder.array("addingReplicas", &self.adding_replicas, version)?;
        encoder.array("removingReplicas", &self.removing_replicas, version)?;
        encoder.no_tags();
        Ok(())
    }
}
