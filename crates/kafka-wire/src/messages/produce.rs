// Generated from proto/kafka by scripts/gen: change those, not this.

//! Produce (API key 0). Append record batches to partitions.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Append record batches to partitions. Kafka advertises 0-13 for old librdkafka's sake, and closes the
/// connection on 0, 1 and 2.
///
/// - 4: may be answered KAFKA_STORAGE_ERROR (KIP-112).
/// - 5-6: as 4.
/// - 7: batches may be zstd (KIP-110).
/// - 8: the answer names bad records (KIP-467).
/// - 9: flexible.
/// - 10: the answer names new leaders (KIP-951).
/// - 11: may be answered TRANSACTION_ABORTABLE (KIP-890).
/// - 12: adds the partitions to the transaction by itself (transactions v2, KIP-890).
/// - 13: topicId instead of name (KIP-516).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceRequest {
    /// Null: not transactional. Null by default.
    pub transactional_id: Option<Str>,
    /// 0: no answer at all, 1: the leader, -1: every replica in sync.
    pub acks: i16,
    /// How long the leader may wait for the others.
    pub timeout_ms: i32,
    /// `[]TopicProduceData`.
    pub topic_data: Vec<TopicProduceData>,
}

impl Wire for ProduceRequest {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ProduceRequest {
            transactional_id: decoder.nullable_string("transactionalId")?,
            acks: decoder.int16()?,
            timeout_ms: decoder.int32()?,
            topic_data: decoder.array("topicData", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("transactionalId", self.transactional_id.as_deref())?;
        encoder.int16(self.acks);
        encoder.int32(self.timeout_ms);
        encoder.array("topicData", &self.topic_data, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ProduceRequest {
    const NAME: &'static str = "ProduceRequest";
    const VERSIONS: RangeInclusive<i16> = 3..=13;
    const FIRST_FLEXIBLE: Option<i16> = Some(9);
}

impl Request for ProduceRequest {
    const KEY: ApiKey = ApiKey::Produce;
    type Response = ProduceResponse;
}

/// Part of [`ProduceRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceData {
    /// Versions 3-12, left out silently in others.
    pub name: Str,
    /// Versions 13+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]PartitionProduceData`.
    pub partition_data: Vec<PartitionProduceData>,
}

impl Wire for TopicProduceData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicProduceData {
            name: if version <= 12 { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 13 { decoder.uuid()? } else { Uuid::ZERO },
            partition_data: decoder.array("partitionData", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            encoder.string("name", &self.name)?;
        }
        if version >= 13 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitionData", &self.partition_data, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ProduceRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionProduceData {
    /// `int32`.
    pub index: i32,
    /// One record batch of magic 2. Null by default.
    pub records: Option<Bytes>,
}

impl Wire for PartitionProduceData {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            PartitionProduceData { index: decoder.int32()?, records: decoder.nullable_bytes("records")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.index);
        encoder.nullable_records("records", self.records.as_ref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Append record batches to partitions. Kafka advertises 0-13 for old librdkafka's sake, and closes the
/// connection on 0, 1 and 2.
///
/// - 4: may answer KAFKA_STORAGE_ERROR (KIP-112).
/// - 5: adds logStartOffset. To tell a trimmed log from lost records.
/// - 6: brokers answer first and throttle then (KIP-219).
/// - 7: as 6.
/// - 8: adds recordErrors, errorMessage. Bad records by name (KIP-467).
/// - 9: flexible.
/// - 10: adds currentLeader, nodeEndpoints. New leaders (KIP-951).
/// - 11: may answer TRANSACTION_ABORTABLE (KIP-890).
/// - 12: as 11.
/// - 13: topicId instead of name. KIP-516; may answer UNKNOWN_TOPIC_ID.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceResponse {
    /// `[]TopicProduceResponse`.
    pub responses: Vec<TopicProduceResponse>,
    /// `int32`.
    pub throttle_time_ms: i32,
    /// Where the leaders named above listen. Versions 10+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Wire for ProduceResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = ProduceResponse {
            responses: decoder.array("responses", version)?,
            throttle_time_ms: decoder.int32()?,
            node_endpoints: Vec::new(),
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 10 => read.node_endpoints = decoder.array("nodeEndpoints", version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("responses", &self.responses, version)?;
        encoder.int32(self.throttle_time_ms);
        if version < 10 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::unrepresentable("ProduceResponse", "nodeEndpoints", version));
        }
        let tags = encoder.tags();
        if version >= 10 && !self.node_endpoints.is_empty() {
            encoder.tag(&tags, 0, |encoder| encoder.array("nodeEndpoints", &self.node_endpoints, version))?;
        }
        Ok(())
    }
}

impl Message for ProduceResponse {
    const NAME: &'static str = "ProduceResponse";
    const VERSIONS: RangeInclusive<i16> = 3..=13;
    const FIRST_FLEXIBLE: Option<i16> = Some(9);
}

/// Part of [`ProduceResponse`].
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

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceResponse {
    /// Versions 3-12, left out silently in others.
    pub name: Str,
    /// Versions 13+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]PartitionProduceResponse`.
    pub partition_responses: Vec<PartitionProduceResponse>,
}

impl Wire for TopicProduceResponse {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicProduceResponse {
            name: if version <= 12 { decoder.string("name")? } else { Str::EMPTY },
            topic_id: if version >= 13 { decoder.uuid()? } else { Uuid::ZERO },
            partition_responses: decoder.array("partitionResponses", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            encoder.string("name", &self.name)?;
        }
        if version >= 13 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitionResponses", &self.partition_responses, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceResponse {
    /// `int32`.
    pub index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Of the first record; -1 on an error.
    pub base_offset: i64,
    /// -1 unless the topic stamps records itself (LogAppendTime). -1 by default.
    pub log_append_time_ms: i64,
    /// -1 on an error. Versions 5+, -1 by default, left out silently in others.
    pub log_start_offset: i64,
    /// Why the whole batch was refused, record by record. Versions 8+, left out silently in others.
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// Versions 8+, null by default, left out silently in others.
    pub error_message: Option<Str>,
    /// With NOT_LEADER_OR_FOLLOWER: who leads now. Versions 10+, tag 0.
    pub current_leader: LeaderIdAndEpoch,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        PartitionProduceResponse {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
        }
    }
}

impl Wire for PartitionProduceResponse {
    const MIN_BYTES: usize = 22;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = PartitionProduceResponse {
            index: decoder.int32()?,
            error_code: decoder.int16()?,
            base_offset: decoder.int64()?,
            log_append_time_ms: decoder.int64()?,
            log_start_offset: if version >= 5 { decoder.int64()? } else { -1 },
            record_errors: if version >= 8 { decoder.array("recordErrors", version)? } else { Vec::new() },
            error_message: if version >= 8 { decoder.nullable_string("errorMessage")? } else { None },
            current_leader: LeaderIdAndEpoch::default(),
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 10 => read.current_leader = LeaderIdAndEpoch::read(decoder, version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.index);
        encoder.int16(self.error_code);
        encoder.int64(self.base_offset);
        encoder.int64(self.log_append_time_ms);
        if version >= 5 {
            encoder.int64(self.log_start_offset);
        }
        if version >= 8 {
            encoder.array("recordErrors", &self.record_errors, version)?;
            encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        }
        if version < 10 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::unrepresentable("PartitionProduceResponse", "currentLeader", version));
        }
        let tags = encoder.tags();
        if version >= 10 && self.current_leader != LeaderIdAndEpoch::default() {
            encoder.tag(&tags, 0, |encoder| self.current_leader.write(encoder, version))?;
        }
        Ok(())
    }
}

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// -1 by default.
    pub leader_id: i32,
    /// -1 by default.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        LeaderIdAndEpoch { leader_id: -1, leader_epoch: -1 }
    }
}

impl Wire for LeaderIdAndEpoch {
    const MIN_BYTES: usize = 8;

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

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchIndexAndErrorMessage {
    /// The record's place in its batch, from 0.
    pub batch_index: i32,
    /// Null by default.
    pub batch_index_error_message: Option<Str>,
}

impl Wire for BatchIndexAndErrorMessage {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = BatchIndexAndErrorMessage {
            batch_index: decoder.int32()?,
            batch_index_error_message: decoder.nullable_string("batchIndexErrorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.batch_index);
        encoder.nullable_string("batchIndexErrorMessage", self.batch_index_error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
