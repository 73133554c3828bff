// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeClientQuotas (API key 48). Quotas of users, clients and addresses (KIP-546).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Quotas of users, clients and addresses (KIP-546).
///
/// - 1: flexible.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClientQuotasRequest {
    /// `[]ComponentData`.
    pub components: Vec<ComponentData>,
    /// Only entities of exactly these types.
    pub strict: bool,
}

impl Wire for DescribeClientQuotasRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeClientQuotasRequest {
            components: decoder.array("components", version)?,
            strict: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("components", &self.components, version)?;
        encoder.bool(self.strict);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeClientQuotasRequest {
    const NAME: &'static str = "DescribeClientQuotasRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

impl Request for DescribeClientQuotasRequest {
    const KEY: ApiKey = ApiKey::DescribeClientQuotas;
    type Response = DescribeClientQuotasResponse;
}

/// Part of [`DescribeClientQuotasRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentData {
    /// user, client-id or ip.
    pub entity_type: Str,
    /// 0: this name, 1: the default, 2: any name.
    pub match_type: i8,
    /// Null where matchType is not 0.
    pub r#match: Option<Str>,
}

impl Default for ComponentData {
    fn default() -> Self {
        ComponentData { entity_type: Str::EMPTY, match_type: 0, r#match: Some(Str::EMPTY) }
    }
}

impl Wire for ComponentData {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ComponentData {
            entity_type: decoder.string("entityType")?,
            match_type: decoder.int8()?,
            r#match: decoder.nullable_string("match")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("entityType", &self.entity_type)?;
        encoder.int8(self.match_type);
        encoder.nullable_string("match", self.r#match.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Quotas of users, clients and addresses (KIP-546).
///
/// - 1: flexible.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClientQuotasResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub error_message: Option<Str>,
    /// Null on an error.
    pub entries: Option<Vec<EntryData>>,
}

impl Default for DescribeClientQuotasResponse {
    fn default() -> Self {
        DescribeClientQuotasResponse {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(Str::EMPTY),
            entries: Some(Vec::new()),
        }
    }
}

impl Wire for DescribeClientQuotasResponse {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeClientQuotasResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            entries: decoder.nullable_array("entries", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.nullable_array("entries", self.entries.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeClientQuotasResponse {
    const NAME: &'static str = "DescribeClientQuotasResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(1);
}

/// Part of [`DescribeClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryData {
    /// `[]EntityData`.
    pub entity: Vec<EntityData>,
    /// `[]ValueData`.
    pub values: Vec<ValueData>,
}

impl Wire for EntryData {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = EntryData {
            entity: decoder.array("entity", version)?,
            values: decoder.array("values", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("entity", &self.entity, version)?;
        encoder.array("values", &self.values, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeClientQuotasResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueData {
    /// `string`.
    pub key: Str,
    /// `float64`.
    pub value: f64,
}

impl Wire for ValueData {
    const MIN_BYTES: usize = 10;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ValueData { key: decoder.string("key")?, value: decoder.float64()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("key", &self.key)?;
        encoder.float64(self.value);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeClientQuotasResponse`].
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
