// Generated from proto/kafka by scripts/gen: change those, not this.

//! AddPartitionsToTxn (API key 24). Add partitions to a transaction.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Add partitions to a transaction. v3AndBelowTopics. Many transactions at once, and merely to verify:
/// between brokers (KIP-890).
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: may be answered PRODUCER_FENCED (KIP-588).
/// - 3: flexible.
/// - 4: transactions instead of v3AndBelowTransactionalId, v3AndBelowProducerId, v3AndBelowProducerEpoch,
/// - 5: may be answered TRANSACTION_ABORTABLE (KIP-890).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnRequest {
    /// Versions 4+.
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    /// Versions 0-3.
    pub v3_and_below_transactional_id: Str,
    /// Versions 0-3.
    pub v3_and_below_producer_id: i64,
    /// Versions 0-3.
    pub v3_and_below_producer_epoch: i16,
    /// Versions 0-3.
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
}

impl Wire for AddPartitionsToTxnRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnRequest {
            transactions: if version >= 4 { decoder.array("transactions", version)? } else { Vec::new() },
            v3_and_below_transactional_id: if version <= 3 {
                decoder.string("v3AndBelowTransactionalId")?
            } else {
                Str::EMPTY
            },
            v3_and_below_producer_id: if version <= 3 { decoder.int64()? } else { 0 },
            v3_and_below_producer_epoch: if version <= 3 { decoder.int16()? } else { 0 },
            v3_and_below_topics: if version <= 3 {
                decoder.array("v3AndBelowTopics", version)?
            } else {
                Vec::new()
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 4 {
            encoder.array("transactions", &self.transactions, version)?;
        } else if !self.transactions.is_empty() {
            return Err(EncodeError::unrepresentable("AddPartitionsToTxnRequest", "transactions", version));
        }
        if version <= 3 {
            encoder.string("v3AndBelowTransactionalId", &self.v3_and_below_transactional_id)?;
            encoder.int64(self.v3_and_below_producer_id);
            encoder.int16(self.v3_and_below_producer_epoch);
            encoder.array("v3AndBelowTopics", &self.v3_and_below_topics, version)?;
        } else {
            if !self.v3_and_below_transactional_id.is_empty() {
                return Err(EncodeError::unrepresentable(
                    "AddPartitionsToTxnRequest",
                    "v3AndBelowTransactionalId",
                    version,
                ));
            }
            if self.v3_and_below_producer_id != 0 {
                return Err(EncodeError::unrepresentable(
                    "AddPartitionsToTxnRequest",
                    "v3AndBelowProducerId",
                    version,
                ));
            }
            if self.v3_and_below_producer_epoch != 0 {
                return Err(EncodeError::unrepresentable(
                    "AddPartitionsToTxnRequest",
                    "v3AndBelowProducerEpoch",
                    version,
                ));
            }
            if !self.v3_and_below_topics.is_empty() {
                return Err(EncodeError::unrepresentable(
                    "AddPartitionsToTxnRequest",
                    "v3AndBelowTopics",
                    version,
                ));
            }
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AddPartitionsToTxnRequest {
    const NAME: &'static str = "AddPartitionsToTxnRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for AddPartitionsToTxnRequest {
    const KEY: ApiKey = ApiKey::AddPartitionsToTxn;
    type Response = AddPartitionsToTxnResponse;
}

/// Part of [`AddPartitionsToTxnRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTransaction {
    /// `string`.
    pub transactional_id: Str,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// Ask whether they are in it, and add nothing.
    pub verify_only: bool,
    /// `[]AddPartitionsToTxnTopic`.
    pub topics: Vec<AddPartitionsToTxnTopic>,
}

impl Wire for AddPartitionsToTxnTransaction {
    const MIN_BYTES: usize = 14;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnTransaction {
            transactional_id: decoder.string("transactionalId")?,
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int16()?,
            verify_only: decoder.bool()?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        encoder.bool(self.verify_only);
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopic {
    /// `string`.
    pub name: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for AddPartitionsToTxnTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnTopic {
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

/// Add partitions to a transaction.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: may answer PRODUCER_FENCED (KIP-588).
/// - 3: flexible.
/// - 4: adds errorCode, resultsByTransaction; drops resultsByTopicV3AndBelow. Many transactions at once
///   (KIP-890).
/// - 5: may answer TRANSACTION_ABORTABLE (KIP-890).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// Versions 4+, left out silently in others.
    pub error_code: i16,
    /// Versions 4+.
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    /// Versions 0-3.
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
}

impl Wire for AddPartitionsToTxnResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: if version >= 4 { decoder.int16()? } else { 0 },
            results_by_transaction: if version >= 4 {
                decoder.array("resultsByTransaction", version)?
            } else {
                Vec::new()
            },
            results_by_topic_v3_and_below: if version <= 3 {
                decoder.array("resultsByTopicV3AndBelow", version)?
            } else {
                Vec::new()
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        if version >= 4 {
            encoder.int16(self.error_code);
            encoder.array("resultsByTransaction", &self.results_by_transaction, version)?;
        } else if !self.results_by_transaction.is_empty() {
            return Err(EncodeError::unrepresentable(
                "AddPartitionsToTxnResponse",
                "resultsByTransaction",
                version,
            ));
        }
        if version <= 3 {
            encoder.array("resultsByTopicV3AndBelow", &self.results_by_topic_v3_and_below, version)?;
        } else if !self.results_by_topic_v3_and_below.is_empty() {
            return Err(EncodeError::unrepresentable(
                "AddPartitionsToTxnResponse",
                "resultsByTopicV3AndBelow",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AddPartitionsToTxnResponse {
    const NAME: &'static str = "AddPartitionsToTxnResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

/// Part of [`AddPartitionsToTxnResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResult {
    /// `string`.
    pub transactional_id: Str,
    /// `[]AddPartitionsToTxnTopicResult`.
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
}

impl Wire for AddPartitionsToTxnResult {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnResult {
            transactional_id: decoder.string("transactionalId")?,
            topic_results: decoder.array("topicResults", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.array("topicResults", &self.topic_results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopicResult {
    /// `string`.
    pub name: Str,
    /// `[]AddPartitionsToTxnPartitionResult`.
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

impl Wire for AddPartitionsToTxnTopicResult {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnTopicResult {
            name: decoder.string("name")?,
            results_by_partition: decoder.array("resultsByPartition", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("resultsByPartition", &self.results_by_partition, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnPartitionResult {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub partition_error_code: i16,
}

impl Wire for AddPartitionsToTxnPartitionResult {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AddPartitionsToTxnPartitionResult {
            partition_index: decoder.int32()?,
            partition_error_code: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.partition_error_code);
        encoder.no_tags();
        Ok(())
    }
}
