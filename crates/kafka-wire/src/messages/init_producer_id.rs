// Generated from proto/kafka by scripts/gen: change those, not this.

//! InitProducerId (API key 22). Get a producer id and epoch, and with a transactional id, fence the producer
//! before.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Get a producer id and epoch, and with a transactional id, fence the producer before.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
/// - 3: adds producerId, producerEpoch. A producer may ask for the next epoch (KIP-360).
/// - 4: may be answered PRODUCER_FENCED (KIP-588).
/// - 5: may be answered TRANSACTION_ABORTABLE (KIP-890).
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdRequest {
    /// Null: merely idempotent.
    pub transactional_id: Option<Str>,
    /// After so long without news the coordinator aborts.
    pub transaction_timeout_ms: i32,
    /// The one it had, to get the next epoch; -1: none. Versions 3+, -1 by default.
    pub producer_id: i64,
    /// The one it had; -1: none. Versions 3+, -1 by default.
    pub producer_epoch: i16,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        InitProducerIdRequest {
            transactional_id: Some(Str::EMPTY),
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
        }
    }
}

impl Wire for InitProducerIdRequest {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = InitProducerIdRequest {
            transactional_id: decoder.nullable_string("transactionalId")?,
            transaction_timeout_ms: decoder.int32()?,
            producer_id: if version >= 3 { decoder.int64()? } else { -1 },
            producer_epoch: if version >= 3 { decoder.int16()? } else { -1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("transactionalId", self.transactional_id.as_deref())?;
        encoder.int32(self.transaction_timeout_ms);
        if version >= 3 {
            encoder.int64(self.producer_id);
            encoder.int16(self.producer_epoch);
        } else {
            if self.producer_id != -1 {
                return Err(EncodeError::unrepresentable("InitProducerIdRequest", "producerId", version));
            }
            if self.producer_epoch != -1 {
                return Err(EncodeError::unrepresentable("InitProducerIdRequest", "producerEpoch", version));
            }
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for InitProducerIdRequest {
    const NAME: &'static str = "InitProducerIdRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for InitProducerIdRequest {
    const KEY: ApiKey = ApiKey::InitProducerId;
    type Response = InitProducerIdResponse;
}

/// Get a producer id and epoch, and with a transactional id, fence the producer before.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: flexible.
/// - 3: as 2.
/// - 4: may answer PRODUCER_FENCED (KIP-588).
/// - 5: may answer TRANSACTION_ABORTABLE (KIP-890).
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// -1 by default.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
}

impl Default for InitProducerIdResponse {
    fn default() -> Self {
        InitProducerIdResponse { throttle_time_ms: 0, error_code: 0, producer_id: -1, producer_epoch: 0 }
    }
}

impl Wire for InitProducerIdResponse {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = InitProducerIdResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for InitProducerIdResponse {
    const NAME: &'static str = "InitProducerIdResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}
