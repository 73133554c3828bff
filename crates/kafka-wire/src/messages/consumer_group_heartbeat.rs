// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupHeartbeat (API key 68). Join, stay in, change and leave a consumer group (KIP-848).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Join, stay in, change and leave a consumer group (KIP-848).
///
/// - 1: adds subscribedTopicRegex. A member chooses its own id (KIP-1082).
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest {
    /// `string`.
    pub group_id: Str,
    /// In version 0, the coordinator chooses it; from 1 on, the member does.
    pub member_id: Str,
    /// 0: join, -1: leave, -2: a static member leaves for a while.
    pub member_epoch: i32,
    /// Null: not a static member, or unchanged. Null by default.
    pub instance_id: Option<Str>,
    /// Null: none, or unchanged. Null by default.
    pub rack_id: Option<Str>,
    /// -1: unchanged. -1 by default.
    pub rebalance_timeout_ms: i32,
    /// Null: unchanged. Null by default.
    pub subscribed_topic_names: Option<Vec<Str>>,
    /// RE2 syntax; null: unchanged. Versions 1+, null by default.
    pub subscribed_topic_regex: Option<Str>,
    /// Null: the coordinator's choice, or unchanged. Null by default.
    pub server_assignor: Option<Str>,
    /// What the member owns; null: unchanged. Null by default.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
}

impl Default for ConsumerGroupHeartbeatRequest {
    fn default() -> Self {
        ConsumerGroupHeartbeatRequest {
            group_id: Str::EMPTY,
            member_id: Str::EMPTY,
            member_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            subscribed_topic_names: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            topic_partitions: None,
        }
    }
}

impl Wire for ConsumerGroupHeartbeatRequest {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupHeartbeatRequest {
            group_id: decoder.string("groupId")?,
            member_id: decoder.string("memberId")?,
            member_epoch: decoder.int32()?,
            instance_id: decoder.nullable_string("instanceId")?,
            rack_id: decoder.nullable_string("rackId")?,
            rebalance_timeout_ms: decoder.int32()?,
            subscribed_topic_names: decoder.nullable_array("subscribedTopicNames", version)?,
            subscribed_topic_regex: if version >= 1 {
                decoder.nullable_string("subscribedTopicRegex")?
            } else {
                None
            },
            server_assignor: decoder.nullable_string("serverAssignor")?,
            topic_partitions: decoder.nullable_array("topicPartitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("memberId", &self.member_id)?;
        encoder.int32(self.member_epoch);
        encoder.nullable_string("instanceId", self.instance_id.as_deref())?;
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.int32(self.rebalance_timeout_ms);
        encoder.nullable_array("subscribedTopicNames", self.subscribed_topic_names.as_deref(), version)?;
        if version >= 1 {
            encoder.nullable_string("subscribedTopicRegex", self.subscribed_topic_regex.as_deref())?;
        } else if self.subscribed_topic_regex.is_some() {
            return Err(EncodeError::unrepresentable(
                "ConsumerGroupHeartbeatRequest",
                "subscribedTopicRegex",
                version,
            ));
        }
        encoder.nullable_string("serverAssignor", self.server_assignor.as_deref())?;
        encoder.nullable_array("topicPartitions", self.topic_partitions.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ConsumerGroupHeartbeatRequest {
    const NAME: &'static str = "ConsumerGroupHeartbeatRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ConsumerGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::ConsumerGroupHeartbeat;
    type Response = ConsumerGroupHeartbeatResponse;
}

/// Part of [`ConsumerGroupHeartbeatRequest`].
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

/// Join, stay in, change and leave a consumer group (KIP-848).
///
/// - 1: may answer INVALID_REGULAR_EXPRESSION.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupHeartbeatResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// Null unless the coordinator chose it. Null by default.
    pub member_id: Option<Str>,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub heartbeat_interval_ms: i32,
    /// Null: unchanged. Null by default.
    pub assignment: Option<Assignment>,
}

impl Wire for ConsumerGroupHeartbeatResponse {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupHeartbeatResponse {
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

impl Message for ConsumerGroupHeartbeatResponse {
    const NAME: &'static str = "ConsumerGroupHeartbeatResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ConsumerGroupHeartbeatResponse`].
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
