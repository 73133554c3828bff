// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareAcknowledge (API key 79). Acknowledge acquired records (KIP-932).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Acknowledge acquired records (KIP-932). Version 0 was of Kafka 4.0's early access only.
///
/// - 2: adds isRenewAck (KIP-1222).
#[derive(Debug, Clone, PartialEq)]
pub struct ShareAcknowledgeRequest {
    /// Null by default.
    pub group_id: Option<Str>,
    /// `string`.
    pub member_id: Option<Str>,
    /// 0: begin a session, -1: end it, else incremental.
    pub share_session_epoch: i32,
    /// Versions 2+.
    pub is_renew_ack: bool,
    /// `[]AcknowledgeTopic`.
    pub topics: Vec<AcknowledgeTopic>,
}

impl Default for ShareAcknowledgeRequest {
    fn default() -> Self {
        ShareAcknowledgeRequest {
            group_id: None,
            member_id: Some(Str::EMPTY),
            share_session_epoch: 0,
            is_renew_ack: false,
            topics: Vec::new(),
        }
    }
}

impl Wire for ShareAcknowledgeRequest {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareAcknowledgeRequest {
            group_id: decoder.nullable_string("groupId")?,
            member_id: decoder.nullable_string("memberId")?,
            share_session_epoch: decoder.int32()?,
            is_renew_ack: if version >= 2 { decoder.bool()? } else { false },
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("groupId", self.group_id.as_deref())?;
        encoder.nullable_string("memberId", self.member_id.as_deref())?;
        encoder.int32(self.share_session_epoch);
        if version >= 2 {
            encoder.bool(self.is_renew_ack);
        } else if self.is_renew_ack {
            return Err(EncodeError::unrepresentable("ShareAcknowledgeRequest", "isRenewAck", version));
        }
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareAcknowledgeRequest {
    const NAME: &'static str = "ShareAcknowledgeRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

impl Request for ShareAcknowledgeRequest {
    const KEY: ApiKey = ApiKey::ShareAcknowledge;
    type Response = ShareAcknowledgeResponse;
}

/// Part of [`ShareAcknowledgeRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgeTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]AcknowledgePartition`.
    pub partitions: Vec<AcknowledgePartition>,
}

impl Wire for AcknowledgeTopic {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            AcknowledgeTopic { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
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

/// Part of [`ShareAcknowledgeRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]AcknowledgementBatch`.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl Wire for AcknowledgePartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AcknowledgePartition {
            partition_index: decoder.int32()?,
            acknowledgement_batches: decoder.array("acknowledgementBatches", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.array("acknowledgementBatches", &self.acknowledgement_batches, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgementBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// 0: gap, 1: accept, 2: release, 3: reject, 4: renew; one for all, or one each.
    pub acknowledge_types: Vec<i8>,
}

impl Wire for AcknowledgementBatch {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AcknowledgementBatch {
            first_offset: decoder.int64()?,
            last_offset: decoder.int64()?,
            acknowledge_types: decoder.array("acknowledgeTypes", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.first_offset);
        encoder.int64(self.last_offset);
        encoder.array("acknowledgeTypes", &self.acknowledge_types, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Acknowledge acquired records (KIP-932). Version 0 was of Kafka 4.0's early access only.
///
/// - 2: adds acquisitionLockTimeoutMs (KIP-1222).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareAcknowledgeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// How long acquired records are held. Versions 2+, left out silently in others.
    pub acquisition_lock_timeout_ms: i32,
    /// `[]ShareAcknowledgeTopicResponse`.
    pub responses: Vec<ShareAcknowledgeTopicResponse>,
    /// `[]NodeEndpoint`.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Wire for ShareAcknowledgeResponse {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareAcknowledgeResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            acquisition_lock_timeout_ms: if version >= 2 { decoder.int32()? } else { 0 },
            responses: decoder.array("responses", version)?,
            node_endpoints: decoder.array("nodeEndpoints", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        if version >= 2 {
            encoder.int32(self.acquisition_lock_timeout_ms);
        }
        encoder.array("responses", &self.responses, version)?;
        encoder.array("nodeEndpoints", &self.node_endpoints, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareAcknowledgeResponse {
    const NAME: &'static str = "ShareAcknowledgeResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

/// Part of [`ShareAcknowledgeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: Str,
    /// `int32`.
    pub port: i32,
    /// Null by default.
    pub rack: Option<Str>,
}

impl Wire for NodeEndpoint {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = NodeEndpoint {
            node_id: decoder.int32()?,
            host: decoder.string("host")?,
            port: decoder.int32()?,
            rack: decoder.nullable_string("rack")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.node_id);
        encoder.string("host", &self.host)?;
        encoder.int32(self.port);
        encoder.nullable_string("rack", self.rack.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareAcknowledgeTopicResponse {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl Wire for ShareAcknowledgeTopicResponse {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareAcknowledgeTopicResponse {
            topic_id: decoder.uuid()?,
            partitions: decoder.array("partitions", version)?,
        };
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

/// Part of [`ShareAcknowledgeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `LeaderIdAndEpoch`.
    pub current_leader: LeaderIdAndEpoch,
}

impl Wire for PartitionData {
    const MIN_BYTES: usize = 17;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = PartitionData {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            current_leader: LeaderIdAndEpoch::read(decoder, version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        self.current_leader.write(encoder, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderIdAndEpoch {
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
}

impl Wire for LeaderIdAndEpoch {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = LeaderIdAndEpoch { leader_id: decoder.int32()?, leader_epoch: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.leader_id);
        encoder.int32(self.leader_epoch);
        encoder.no_tags();
        Ok(())
    }
}
