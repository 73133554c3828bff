// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupHeartbeat (API key 76). Join, stay in and leave a share group (KIP-932).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Join, stay in and leave a share group (KIP-932). Version 0 was of Kafka 4.0's early access only.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupHeartbeatRequest {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
    /// 0: join, -1: leave.
    pub member_epoch: i32,
    /// Null by default.
    pub rack_id: Option<Str>,
    /// Null: unchanged. Null by default.
    pub subscribed_topic_names: Option<Vec<Str>>,
}

impl Wire for ShareGroupHeartbeatRequest {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupHeartbeatRequest {
            group_id: decoder.string("groupId")?,
            member_id: decoder.string("memberId")?,
            member_epoch: decoder.int32()?,
            rack_id: decoder.nullable_string("rackId")?,
            subscribed_topic_names: decoder.nullable_array("subscribedTopicNames", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("memberId", &self.member_id)?;
        encoder.int32(self.member_epoch);
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.nullable_array("subscribedTopicNames", self.subscribed_topic_names.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupHeartbeatRequest {
    const NAME: &'static str = "ShareGroupHeartbeatRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

impl Request for ShareGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::ShareGroupHeartbeat;
    type Response = ShareGroupHeartbeatResponse;
}

/// Join, stay in and leave a share group (KIP-932). Version 0 was of Kafka 4.0's early access only.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupHeartbeatResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// Null by default.
    pub member_id: Option<Str>,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub heartbeat_interval_ms: i32,
    /// Null: unchanged. Null by default.
    pub assignment: Option<Assignment>,
}

impl Wire for ShareGroupHeartbeatResponse {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupHeartbeatResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            member_id: decoder.nullable_string("memberId")?,
            member_epoch: decoder.int32()?,
            heartbeat_interval_ms: decoder.int32()?,
            assignment: decoder.nullable_struct(version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.nullable_string("memberId", self.member_id.as_deref())?;
        encoder.int32(self.member_epoch);
        encoder.int32(self.heartbeat_interval_ms);
        encoder.nullable_struct(self.assignment.as_ref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupHeartbeatResponse {
    const NAME: &'static str = "ShareGroupHeartbeatResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

/// Part of [`ShareGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TopicPartitions`.
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Wire for Assignment {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Assignment { topic_partitions: decoder.array("topicPartitions", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topicPartitions", &self.topic_partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareGroupHeartbeatResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartitions {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            TopicPartitions { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}
