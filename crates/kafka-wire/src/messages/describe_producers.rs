// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeProducers (API key 61). Producers that have written to partitions, and their open transactions
//! (KIP-664).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Producers that have written to partitions, and their open transactions (KIP-664).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeProducersRequest {
    /// `[]TopicRequest`.
    pub topics: Vec<TopicRequest>,
}

impl Wire for DescribeProducersRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeProducersRequest { topics: decoder.array("topics", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeProducersRequest {
    const NAME: &'static str = "DescribeProducersRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeProducersRequest {
    const KEY: ApiKey = ApiKey::DescribeProducers;
    type Response = DescribeProducersResponse;
}

/// Part of [`DescribeProducersRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    /// `string`.
    pub name: Str,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl Wire for TopicRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicRequest {
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

/// Producers that have written to partitions, and their open transactions (KIP-664).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeProducersResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]TopicResponse`.
    pub topics: Vec<TopicResponse>,
}

impl Wire for DescribeProducersResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeProducersResponse {
            throttle_time_ms: decoder.int32()?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeProducersResponse {
    const NAME: &'static str = "DescribeProducersResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DescribeProducersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicResponse {
    /// `string`.
    pub name: Str,
    /// `[]PartitionResponse`.
    pub partitions: Vec<PartitionResponse>,
}

impl Wire for TopicResponse {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicResponse {
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

/// Part of [`DescribeProducersResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionResponse {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `[]ProducerState`.
    pub active_producers: Vec<ProducerState>,
}

impl Wire for PartitionResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = PartitionResponse {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            active_producers: decoder.array("activeProducers", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.array("activeProducers", &self.active_producers, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeProducersResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ProducerState {
    /// `int64`.
    pub producer_id: i64,
    /// `int32`.
    pub producer_epoch: i32,
    /// -1 by default.
    pub last_sequence: i32,
    /// -1 by default.
    pub last_timestamp: i64,
    /// Of the last marker; -1: none.
    pub coordinator_epoch: i32,
    /// -1: no transaction is open. -1 by default.
    pub current_txn_start_offset: i64,
}

impl Default for ProducerState {
    fn default() -> Self {
        ProducerState {
            producer_id: 0,
            producer_epoch: 0,
            last_sequence: -1,
            last_timestamp: -1,
            coordinator_epoch: 0,
            current_txn_start_offset: -1,
        }
    }
}

impl Wire for ProducerState {
    const MIN_BYTES: usize = 37;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ProducerState {
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int32()?,
            last_sequence: decoder.int32()?,
            last_timestamp: decoder.int64()?,
            coordinator_epoch: decoder.int32()?,
            current_txn_start_offset: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.producer_id);
        encoder.int32(self.producer_epoch);
        encoder.int32(self.last_sequence);
        encoder.int64(self.last_timestamp);
        encoder.int32(self.coordinator_epoch);
        encoder.int64(self.current_txn_start_offset);
        encoder.no_tags();
        Ok(())
    }
}
