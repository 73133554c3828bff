// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareFetch (API key 78). Acquire records of share partitions, and acknowledge others along the way
//! (KIP-932).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Acquire records of share partitions, and acknowledge others along the way (KIP-932). Version 0 was of
/// Kafka 4.0's early access only.
///
/// - 2: adds shareAcquireMode, isRenewAck (KIP-1206, KIP-1222).
#[derive(Debug, Clone, PartialEq)]
pub struct ShareFetchRequest {
    /// Null by default.
    pub group_id: Option<Str>,
    /// `string`.
    pub member_id: Option<Str>,
    /// 0: begin a session, -1: end it, else incremental.
    pub share_session_epoch: i32,
    /// `int32`.
    pub max_wait_ms: i32,
    /// `int32`.
    pub min_bytes: i32,
    /// 2147483647 by default.
    pub max_bytes: i32,
    /// A limit for the whole answer that whole batches may exceed.
    pub max_records: i32,
    /// Records in one batch of acquired ones, at best.
    pub batch_size: i32,
    /// 0: maxRecords as a hint, 1: as a limit (KIP-1206). Versions 2+, left out silently in others.
    pub share_acquire_mode: i8,
    /// Some acknowledgement here is a renewal (KIP-1222). Versions 2+.
    pub is_renew_ack: bool,
    /// `[]FetchTopic`.
    pub topics: Vec<FetchTopic>,
    /// `[]ForgottenTopic`.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}

impl Default for ShareFetchRequest {
    fn default() -> Self {
        ShareFetchRequest {
            group_id: None,
            member_id: Some(Str::EMPTY),
            share_session_epoch: 0,
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            max_records: 0,
            batch_size: 0,
            share_acquire_mode: 0,
            is_renew_ack: false,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
        }
    }
}

impl Wire for ShareFetchRequest {
    const MIN_BYTES: usize = 29;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareFetchRequest {
            group_id: decoder.nullable_string("groupId")?,
            member_id: decoder.nullable_string("memberId")?,
            share_session_epoch: decoder.int32()?,
            max_wait_ms: decoder.int32()?,
            min_bytes: decoder.int32()?,
            max_bytes: decoder.int32()?,
            max_records: decoder.int32()?,
            batch_size: decoder.int32()?,
            share_acquire_mode: if version >= 2 { decoder.int8()? } else { 0 },
            is_renew_ack: if version >= 2 { decoder.bool()? } else { false },
            topics: decoder.array("topics", version)?,
            forgotten_topics_data: decoder.array("forgottenTopicsData", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("groupId", self.group_id.as_deref())?;
        encoder.nullable_string("memberId", self.member_id.as_deref())?;
        encoder.int32(self.share_session_epoch);
        encoder.int32(self.max_wait_ms);
        encoder.int32(self.min_bytes);
        encoder.int32(self.max_bytes);
        encoder.int32(self.max_records);
        encoder.int32(self.batch_size);
        if version >= 2 {
            encoder.int8(self.share_acquire_mode);
            encoder.bool(self.is_renew_ack);
        } else if self.is_renew_ack {
            return Err(EncodeError::unrepresentable("ShareFetchRequest", "isRenewAck", version));
        }
        encoder.array("topics", &self.topics, version)?;
        encoder.array("forgottenTopicsData", &self.forgotten_topics_data, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareFetchRequest {
    const NAME: &'static str = "ShareFetchRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

impl Request for ShareFetchRequest {
    const KEY: ApiKey = ApiKey::ShareFetch;
    type Response = ShareFetchResponse;
}

/// Part of [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for ForgottenTopic {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            ForgottenTopic { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
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

/// Part of [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]FetchPartition`.
    pub partitions: Vec<FetchPartition>,
}

impl Wire for FetchTopic {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            FetchTopic { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
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

/// Part of [`ShareFetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]AcknowledgementBatch`.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl Wire for FetchPartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = FetchPartition {
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

/// Part of [`ShareFetchRequest`].
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

/// Acquire records of share partitions, and acknowledge others along the way (KIP-932). Version 0 was of
/// Kafka 4.0's early access only.
///
/// - 2: for renewals (KIP-1222).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// How long acquired records are held.
    pub acquisition_lock_timeout_ms: i32,
    /// `[]ShareFetchableTopicResponse`.
    pub responses: Vec<ShareFetchableTopicResponse>,
    /// `[]NodeEndpoint`.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Wire for ShareFetchResponse {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareFetchResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            acquisition_lock_timeout_ms: decoder.int32()?,
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
        encoder.int32(self.acquisition_lock_timeout_ms);
        encoder.array("responses", &self.responses, version)?;
        encoder.array("nodeEndpoints", &self.node_endpoints, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareFetchResponse {
    const NAME: &'static str = "ShareFetchResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

/// Part of [`ShareFetchResponse`].
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

/// Part of [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchableTopicResponse {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl Wire for ShareFetchableTopicResponse {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareFetchableTopicResponse {
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

/// Part of [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `int16`.
    pub acknowledge_error_code: i16,
    /// Null by default.
    pub acknowledge_error_message: Option<Str>,
    /// `LeaderIdAndEpoch`.
    pub current_leader: LeaderIdAndEpoch,
    /// `records`.
    pub records: Bytes,
    /// Those of the records that are for this member.
    pub acquired_records: Vec<AcquiredRecords>,
}

impl Wire for PartitionData {
    const MIN_BYTES: usize = 22;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = PartitionData {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            acknowledge_error_code: decoder.int16()?,
            acknowledge_error_message: decoder.nullable_string("acknowledgeErrorMessage")?,
            current_leader: LeaderIdAndEpoch::read(decoder, version)?,
            records: decoder.bytes("records")?,
            acquired_records: decoder.array("acquiredRecords", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.int16(self.acknowledge_error_code);
        encoder.nullable_string("acknowledgeErrorMessage", self.acknowledge_error_message.as_deref())?;
        self.current_leader.write(encoder, version)?;
        encoder.records("records", &self.records)?;
        encoder.array("acquiredRecords", &self.acquired_records, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareFetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcquiredRecords {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// 1 on the first delivery.
    pub delivery_count: i16,
}

impl Wire for AcquiredRecords {
    const MIN_BYTES: usize = 19;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AcquiredRecords {
            first_offset: decoder.int64()?,
            last_offset: decoder.int64()?,
            delivery_count: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.first_offset);
        encoder.int64(self.last_offset);
        encoder.int16(self.delivery_count);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ShareFetchResponse`].
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
