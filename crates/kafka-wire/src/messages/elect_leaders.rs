// Generated from proto/kafka by scripts/gen: change those, not this.

//! ElectLeaders (API key 43). Elect leaders: the preferred ones, or unclean ones (KIP-183, KIP-460).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Elect leaders: the preferred ones, or unclean ones (KIP-183, KIP-460).
///
/// - 1: adds electionType (KIP-460).
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq)]
pub struct ElectLeadersRequest {
    /// 0: the preferred replica, 1: a replica that is not in sync, if no other is left. Versions 1+.
    pub election_type: i8,
    /// Null: all.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// 60000 by default.
    pub timeout_ms: i32,
}

impl Default for ElectLeadersRequest {
    fn default() -> Self {
        ElectLeadersRequest { election_type: 0, topic_partitions: Some(Vec::new()), timeout_ms: 60000 }
    }
}

impl Wire for ElectLeadersRequest {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ElectLeadersRequest {
            election_type: if version >= 1 { decoder.int8()? } else { 0 },
            topic_partitions: decoder.nullable_array("topicPartitions", version)?,
            timeout_ms: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            encoder.int8(self.election_type);
        } else if self.election_type != 0 {
            return Err(EncodeError::unrepresentable("ElectLeadersRequest", "electionType", version));
        }
        encoder.nullable_array("topicPartitions", self.topic_partitions.as_deref(), version)?;
        encoder.int32(self.timeout_ms);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ElectLeadersRequest {
    const NAME: &'static str = "ElectLeadersRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for ElectLeadersRequest {
    const KEY: ApiKey = ApiKey::ElectLeaders;
    type Response = ElectLeadersResponse;
}

/// Part of [`ElectLeadersRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartitions {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicPartitions {
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

/// Elect leaders: the preferred ones, or unclean ones (KIP-183, KIP-460).
///
/// - 1: adds errorCode (KIP-460).
/// - 2: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElectLeadersResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// Versions 1+.
    pub error_code: i16,
    /// `[]ReplicaElectionResult`.
    pub replica_election_results: Vec<ReplicaElectionResult>,
}

impl Wire for ElectLeadersResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ElectLeadersResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: if version >= 1 { decoder.int16()? } else { 0 },
            replica_election_results: decoder.array("replicaElectionResults", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        if version >= 1 {
            encoder.int16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::unrepresentable("ElectLeadersResponse", "errorCode", version));
        }
        encoder.array("replicaElectionResults", &self.replica_election_results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ElectLeadersResponse {
    const NAME: &'static str = "ElectLeadersResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`ElectLeadersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReplicaElectionResult {
    /// `string`.
    pub topic: Str,
    /// `[]PartitionResult`.
    pub partition_result: Vec<PartitionResult>,
}

impl Wire for ReplicaElectionResult {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ReplicaElectionResult {
            topic: decoder.string("topic")?,
            partition_result: decoder.array("partitionResult", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topic", &self.topic)?;
        encoder.array("partitionResult", &self.partition_result, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ElectLeadersResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionResult {
    /// `int32`.
    pub partition_id: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
}

impl Default for PartitionResult {
    fn default() -> Self {
        PartitionResult { partition_id: 0, error_code: 0, error_message: Some(Str::EMPTY) }
    }
}

impl Wire for PartitionResult {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = PartitionResult {
            partition_id: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_id);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
