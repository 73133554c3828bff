// Generated from proto/kafka by scripts/gen: change those, not this.

//! TransactionLog. A transactional id: its producer, and the transaction under way.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A transactional id: its producer, and the transaction under way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionLogKey {
    /// `string`.
    pub transactional_id: Str,
}

impl Wire for TransactionLogKey {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(TransactionLogKey { transactional_id: decoder.string("transactionalId")? })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        Ok(())
    }
}

impl Message for TransactionLogKey {
    const NAME: &'static str = "TransactionLogKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl TransactionLogKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 0;
}

/// A transactional id: its producer, and the transaction under way. KIP-890).
///
/// - 1: adds previousProducerId, nextProducerId, nextProducerEpoch, clientTransactionVersion; flexible
///   (KIP-915,
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionLogValue {
    /// `int64`.
    pub producer_id: i64,
    /// Versions 1+, tag 0, -1 by default.
    pub previous_producer_id: i64,
    /// Versions 1+, tag 1, -1 by default.
    pub next_producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// Versions 1+, tag 3, -1 by default.
    pub next_producer_epoch: i16,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// 0: empty, 1: ongoing, 2: prepare commit, 3: prepare abort, 4: complete commit, 5: complete abort, 6:
    /// dead, 7: prepare epoch fence.
    pub transaction_status: i8,
    /// Null: none.
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    /// `int64`.
    pub transaction_last_update_timestamp_ms: i64,
    /// `int64`.
    pub transaction_start_timestamp_ms: i64,
    /// 0 or 1: an epoch for many transactions, 2: one for each (KIP-890). Versions 1+, tag 2.
    pub client_transaction_version: i16,
}

impl Default for TransactionLogValue {
    fn default() -> Self {
        TransactionLogValue {
            producer_id: 0,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: 0,
            next_producer_epoch: -1,
            transaction_timeout_ms: 0,
            transaction_status: 0,
            transaction_partitions: Some(Vec::new()),
            transaction_last_update_timestamp_ms: 0,
            transaction_start_timestamp_ms: 0,
            client_transaction_version: 0,
        }
    }
}

impl Wire for TransactionLogValue {
    const MIN_BYTES: usize = 33;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = TransactionLogValue {
            producer_id: decoder.int64()?,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: decoder.int16()?,
            next_producer_epoch: -1,
            transaction_timeout_ms: decoder.int32()?,
            transaction_status: decoder.int8()?,
            transaction_partitions: decoder.nullable_array("transactionPartitions", version)?,
            transaction_last_update_timestamp_ms: decoder.int64()?,
            transaction_start_timestamp_ms: decoder.int64()?,
            client_transaction_version: 0,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 1 => read.previous_producer_id = decoder.int64()?,
                1 if version >= 1 => read.next_producer_id = decoder.int64()?,
                3 if version >= 1 => read.next_producer_epoch = decoder.int16()?,
                2 if version >= 1 => read.client_transaction_version = decoder.int16()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        encoder.int32(self.transaction_timeout_ms);
        encoder.int8(self.transaction_status);
        encoder.nullable_array("transactionPartitions", self.transaction_partitions.as_deref(), version)?;
        encoder.int64(self.transaction_last_update_timestamp_ms);
        encoder.int64(self.transaction_start_timestamp_ms);
        if version < 1 && self.previous_producer_id != -1 {
            return Err(EncodeError::unrepresentable("TransactionLogValue", "previousProducerId", version));
        }
        if version < 1 && self.next_producer_id != -1 {
            return Err(EncodeError::unrepresentable("TransactionLogValue", "nextProducerId", version));
        }
        if version < 1 && self.client_transaction_version != 0 {
            return Err(EncodeError::unrepresentable(
                "TransactionLogValue",
                "clientTransactionVersion",
                version,
            ));
        }
        if version < 1 && self.next_producer_epoch != -1 {
            return Err(EncodeError::unrepresentable("TransactionLogValue", "nextProducerEpoch", version));
        }
        let tags = encoder.tags();
        if version >= 1 && self.previous_producer_id != -1 {
            encoder.tag(&tags, 0, |encoder| {
                encoder.int64(self.previous_producer_id);
                Ok(())
            })?;
        }
        if version >= 1 && self.next_producer_id != -1 {
            encoder.tag(&tags, 1, |encoder| {
                encoder.int64(self.next_producer_id);
                Ok(())
            })?;
        }
        if version >= 1 && self.client_transaction_version != 0 {
            encoder.tag(&tags, 2, |encoder| {
                encoder.int16(self.client_transaction_version);
                Ok(())
            })?;
        }
        if version >= 1 && self.next_producer_epoch != -1 {
            encoder.tag(&tags, 3, |encoder| {
                encoder.int16(self.next_producer_epoch);
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Message for TransactionLogValue {
    const NAME: &'static str = "TransactionLogValue";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

/// Part of [`TransactionLogValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionsSchema {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partition_ids: Vec<i32>,
}

impl Wire for PartitionsSchema {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = PartitionsSchema {
            topic: decoder.string("topic")?,
            partition_ids: decoder.array("partitionIds", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topic", &self.topic)?;
        encoder.array("partitionIds", &self.partition_ids, version)?;
        encoder.no_tags();
        Ok(())
    }
}
