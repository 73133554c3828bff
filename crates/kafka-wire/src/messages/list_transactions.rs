// Generated from proto/kafka by scripts/gen: change those, not this.

//! ListTransactions (API key 66). The transactions that a broker coordinates (KIP-664).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// The transactions that a broker coordinates (KIP-664).
///
/// - 1: adds durationFilter (KIP-994).
/// - 2: adds transactionalIdPattern (KIP-1152).
#[derive(Debug, Clone, PartialEq)]
pub struct ListTransactionsRequest {
    /// Empty: any.
    pub state_filters: Vec<Str>,
    /// Empty: any.
    pub producer_id_filters: Vec<i64>,
    /// Only those that run for so many ms; -1: any. Versions 1+, -1 by default.
    pub duration_filter: i64,
    /// RE2 syntax; null or empty: any. Versions 2+, null by default.
    pub transactional_id_pattern: Option<Str>,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        ListTransactionsRequest {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
            transactional_id_pattern: None,
        }
    }
}

impl Wire for ListTransactionsRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListTransactionsRequest {
            state_filters: decoder.array("stateFilters", version)?,
            producer_id_filters: decoder.array("producerIdFilters", version)?,
            duration_filter: if version >= 1 { decoder.int64()? } else { -1 },
            transactional_id_pattern: if version >= 2 {
                decoder.nullable_string("transactionalIdPattern")?
            } else {
                None
            },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("stateFilters", &self.state_filters, version)?;
        encoder.array("producerIdFilters", &self.producer_id_filters, version)?;
        if version >= 1 {
            encoder.int64(self.duration_filter);
        } else if self.duration_filter != -1 {
            return Err(EncodeError::unrepresentable("ListTransactionsRequest", "durationFilter", version));
        }
        if version >= 2 {
            encoder.nullable_string("transactionalIdPattern", self.transactional_id_pattern.as_deref())?;
        } else if self.transactional_id_pattern.is_some() {
            return Err(EncodeError::unrepresentable(
                "ListTransactionsRequest",
                "transactionalIdPattern",
                version,
            ));
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListTransactionsRequest {
    const NAME: &'static str = "ListTransactionsRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ListTransactionsRequest {
    const KEY: ApiKey = ApiKey::ListTransactions;
    type Response = ListTransactionsResponse;
}

/// The transactions that a broker coordinates (KIP-664).
///
/// - 1: as 0.
/// - 2: may answer INVALID_REGULAR_EXPRESSION (KIP-1152).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListTransactionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// Names that are no states.
    pub unknown_state_filters: Vec<Str>,
    /// `[]TransactionState`.
    pub transaction_states: Vec<TransactionState>,
}

impl Wire for ListTransactionsResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListTransactionsResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            unknown_state_filters: decoder.array("unknownStateFilters", version)?,
            transaction_states: decoder.array("transactionStates", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.array("unknownStateFilters", &self.unknown_state_filters, version)?;
        encoder.array("transactionStates", &self.transaction_states, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListTransactionsResponse {
    const NAME: &'static str = "ListTransactionsResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=2;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ListTransactionsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    /// `string`.
    pub transactional_id: Str,
    /// `int64`.
    pub producer_id: i64,
    /// `string`.
    pub transaction_state: Str,
}

impl Wire for TransactionState {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = TransactionState {
            transactional_id: decoder.string("transactionalId")?,
            producer_id: decoder.int64()?,
            transaction_state: decoder.string("transactionState")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("transactionalId", &self.transactional_id)?;
        encoder.int64(self.producer_id);
        encoder.string("transactionState", &self.transaction_state)?;
        encoder.no_tags();
        Ok(())
    }
}
