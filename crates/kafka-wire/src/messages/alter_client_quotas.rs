// Generated from proto/kafka by scripts/gen: change those, not this.

//! AlterClientQuotas (API key 49). Set and remove quotas (KIP-546).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Set and remove quotas (KIP-546).
///
/// - 1: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasRequest {
    /// `[]RequestEntryData`.
    pub entries: Vec<RequestEntryData>,
    /// Answer as if, and do nothing.
    pub validate_only: bool,
}

impl Wire for AlterClientQuotasRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterClientQuotasRequest {
            entries: decoder.array("entries", version)?,
            validate_only: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("entries", &self.entries, version)?;
        encoder.bool(self.validate_only);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterClientQuotasRequest {
    const NAME: &'static str = "AlterClientQuotasRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

impl Request for AlterClientQuotasRequest {
    const KEY: ApiKey = ApiKey::AlterClientQuotas;
    type Response = AlterClientQuotasResponse;
}

/// Part of [`AlterClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestEntryData {
    /// `[]EntityData`.
    pub entity: Vec<EntityData>,
    /// `[]OpData`.
    pub ops: Vec<OpData>,
}

impl Wire for RequestEntryData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = RequestEntryData {
            entity: decoder.array("entity", version)?,
            ops: decoder.array("ops", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("entity", &self.entity, version)?;
        encoder.array("ops", &self.ops, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AlterClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpData {
    /// producer_byte_rate, consumer_byte_rate, request_percentage, controller_mutation_rate or
    /// connection_creation_rate.
    pub key: Str,
    /// `float64`.
    pub value: f64,
    /// Then value does not matter.
    pub remove: bool,
}

impl Wire for OpData {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = OpData { key: decoder.string("key")?, value: decoder.float64()?, remove: decoder.bool()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("key", &self.key)?;
        encoder.float64(self.value);
        encoder.bool(self.remove);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`AlterClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct EntityData {
    /// `string`.
    pub entity_type: Str,
    /// Null: the default.
    pub entity_name: Option<Str>,
}

impl Default for EntityData {
    fn default() -> Self {
        EntityData { entity_type: Str::EMPTY, entity_name: Some(Str::EMPTY) }
    }
}

impl Wire for EntityData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = EntityData {
            entity_type: decoder.string("entityType")?,
            entity_name: decoder.nullable_string("entityName")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("entityType", &self.entity_type)?;
        encoder.nullable_string("entityName", self.entity_name.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Set and remove quotas (KIP-546).
///
/// - 1: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]ResponseEntryData`.
    pub entries: Vec<ResponseEntryData>,
}

impl Wire for AlterClientQuotasResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = AlterClientQuotasResponse {
            throttle_time_ms: decoder.int32()?,
            entries: decoder.array("entries", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("entries", &self.entries, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for AlterClientQuotasResponse {
    const NAME: &'static str = "AlterClientQuotasResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

/// Part of [`AlterClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseEntryData {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// `[]EntityData`.
    pub entity: Vec<EntityData>,
}

impl Default for ResponseEntryData {
    fn default() -> Self {
        ResponseEntryData { error_code: 0, error_message: Some(Str::EMPTY), entity: Vec::new() }
    }
}

impl Wire for ResponseEntryData {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ResponseEntryData {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            entity: decoder.array("entity", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.array("entity", &self.entity, version)?;
        encoder.no_tags();
        Ok(())
    }
}
