// Generated from proto/kafka by scripts/gen: change those, not this.

//! AddOffsetsToTxn (API key 25). Add a group's offsets to a transaction.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Add a group's offsets to a transaction.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: may be answered PRODUCER_FENCED (KIP-588).
/// - 3: flexible.
/// - 4: may be answered TRANSACTION_ABORTABLE (KIP-890).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnRequest {
    /// `string`.
    pub transactional_id: Str,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `string`.
    pub group_id: Str,
}

impl Wire for AddOffsetsToTxnRequest {
    const MIN_BYTES: usize = 13;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AddOffsetsToTxnRequest {
            transactional_id: decoder.string("transactionalId")?,
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int16()?,
            group_id: decoder.string("groupId")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        encoder.string("groupId", &self.group_id)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AddOffsetsToTxnRequest {
    const NAME: &'static str = "AddOffsetsToTxnRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for AddOffsetsToTxnRequest {
    const KEY: ApiKey = ApiKey::AddOffsetsToTxn;
    type Response = AddOffsetsToTxnResponse;
}

/// Add a group's offsets to a transaction.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: may answer PRODUCER_FENCED (KIP-588).
/// - 3: flexible.
/// - 4: may answer TRANSACTION_ABORTABLE (KIP-890).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Wire for AddOffsetsToTxnResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read =
            AddOffsetsToTxnResponse { throttle_time_ms: decoder.int32()?, error_code: decoder.int16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AddOffsetsToTxnResponse {
    const NAME: &'static str = "AddOffsetsToTxnResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=4;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}
