// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeTransactions (API key 65). State and partitions of transactions (KIP-664).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// State and partitions of transactions (KIP-664).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsRequest {
    /// `[]string`.
    pub transactional_ids: Vec<Str>,
}

impl Wire for DescribeTransactionsRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            DescribeTransactionsRequest { transactional_ids: decoder.array("transactionalIds", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("transactionalIds", &self.transactional_ids, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeTransactionsRequest {
    const NAME: &'static str = "DescribeTransactionsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeTransactionsRequest {
    const KEY: ApiKey = ApiKey::DescribeTransactions;
    type Response = DescribeTransactionsResponse;
}

/// State and partitions of transactions (KIP-664).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]TransactionState`.
    pub transaction_states: Vec<TransactionState>,
}

impl Wire for DescribeTransactionsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeTransactionsResponse {
            throttle_time_ms: decoder.int32()?,
            transaction_states: decoder.array("transactionStates", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("transactionStates", &self.transaction_states, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeTransactionsResponse {
    const NAME: &'static str = "DescribeTransactionsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DescribeTransactionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub transactional_id: Str,
    /// `string`.
    pub transaction_state: Str,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// -1: none is under way.
    pub transaction_start_time_ms: i64,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `[]TopicData`.
    pub topics: Vec<TopicData>,
}

impl Wire for TransactionState {
    const MIN_BYTES: usize = 28;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TransactionState {
            error_code: decoder.int16()?,
            transactional_id: decoder.string("transactionalId")?,
            transaction_state: decoder.string("transactionState")?,
            transaction_timeout_ms: decoder.int32()?,
            transaction_start_time_ms: decoder.int64()?,
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int16()?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.string("transactionState", &self.transaction_state)?;
        encoder.int32(self.transaction_timeout_ms);
        encoder.int64(self.transaction_start_time_ms);
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeTransactionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            TopicData { topic: decoder.string("topic")?, partitions: decoder.array("partitions", version)? };
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
