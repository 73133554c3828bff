// Generated from proto/kafka by scripts/gen: change those, not this.

//! EndTxn (API key 26). Commit or abort a transaction.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Commit or abort a transaction.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: may be answered PRODUCER_FENCED (KIP-588).
/// - 3: flexible.
/// - 4: may be answered TRANSACTION_ABORTABLE (KIP-890).
/// - 5: each transaction has an epoch of its own (transactions v2, KIP-890).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTxnRequest {
    /// `string`.
    pub transactional_id: Str,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// True: commit, false: abort.
    pub committed: bool,
}

impl Wire for EndTxnRequest {
    const MIN_BYTES: usize = 13;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = EndTxnRequest {
            transactional_id: decoder.string("transactionalId")?,
            producer_id: decoder.int64()?,
            producer_epoch: decoder.int16()?,
            committed: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.int64(self.producer_id);
        encoder.int16(self.producer_epoch);
        encoder.bool(self.committed);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for EndTxnRequest {
    const NAME: &'static str = "EndTxnRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}

impl Request for EndTxnRequest {
    const KEY: ApiKey = ApiKey::EndTxn;
    type Response = EndTxnResponse;
}

/// Commit or abort a transaction.
///
/// - 1: brokers answer first and throttle then (KIP-219).
/// - 2: may answer PRODUCER_FENCED (KIP-588).
/// - 3: flexible.
/// - 4: may answer TRANSACTION_ABORTABLE (KIP-890).
/// - 5: adds producerId, producerEpoch. Of the next transaction (KIP-890).
#[derive(Debug, Clone, PartialEq)]
pub struct EndTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// For the next transaction; -1: unchanged. Versions 5+, -1 by default, left out silently in others.
    pub producer_id: i64,
    /// Versions 5+, -1 by default, left out silently in others.
    pub producer_epoch: i16,
}

impl Default for EndTxnResponse {
    fn default() -> Self {
        EndTxnResponse { throttle_time_ms: 0, error_code: 0, producer_id: -1, producer_epoch: -1 }
    }
}

impl Wire for EndTxnResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = EndTxnResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            producer_id: if version >= 5 { decoder.int64()? } else { -1 },
            producer_epoch: if version >= 5 { decoder.int16()? } else { -1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        if version >= 5 {
            encoder.int64(self.producer_id);
            encoder.int16(self.producer_epoch);
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for EndTxnResponse {
    const NAME: &'static str = "EndTxnResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(3);
}
