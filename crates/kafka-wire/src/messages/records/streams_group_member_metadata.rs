// Generated from proto/kafka by scripts/gen: change those, not this.

//! StreamsGroupMemberMetadata. A member of a streams group.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A member of a streams group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupMemberMetadataKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for StreamsGroupMemberMetadataKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(StreamsGroupMemberMetadataKey {
            group_id: decoder.string("groupId")?,
            member_id: decoder.string("memberId")?,
        })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("memberId", &self.member_id)?;
        Ok(())
    }
}

impl Message for StreamsGroupMemberMetadataKey {
    const NAME: &'static str = "StreamsGroupMemberMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl StreamsGroupMemberMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 19;
}

/// A member of a streams group.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMemberMetadataValue {
    /// `string`.
    pub instance_id: Option<Str>,
    /// `string`.
    pub rack_id: Option<Str>,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// -1 by default.
    pub rebalance_timeout_ms: i32,
    /// `int32`.
    pub topology_epoch: i32,
    /// `string`.
    pub process_id: Str,
    /// Null by default.
    pub user_endpoint: Option<Endpoint>,
    /// `[]KeyValue`.
    pub client_tags: Vec<KeyValue>,
}

impl Default for StreamsGroupMemberMetadataValue {
    fn default() -> Self {
        StreamsGroupMemberMetadataValue {
            instance_id: Some(Str::EMPTY),
            rack_id: Some(Str::EMPTY),
            client_id: Str::EMPTY,
            client_host: Str::EMPTY,
            rebalance_timeout_ms: -1,
            topology_epoch: 0,
            process_id: Str::EMPTY,
            user_endpoint: None,
            client_tags: Vec::new(),
        }
    }
}

impl Wire for StreamsGroupMemberMetadataValue {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = StreamsGroupMemberMetadataValue {
            instance_id: decoder.nullable_string("instanceId")?,
            rack_id: decoder.nullable_string("rackId")?,
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            rebalance_timeout_ms: decoder.int32()?,
            topology_epoch: decoder.int32()?,
            process_id: decoder.string("processId")?,
            user_endpoint: decoder.nullable_struct(version)?,
            client_tags: decoder.array("clientTags", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("instanceId", self.instance_id.as_deref())?;
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        encoder.int32(self.rebalance_timeout_ms);
        encoder.int32(self.topology_epoch);
        encoder.string("processId", &self.process_id)?;
        encoder.nullable_struct(self.user_endpoint.as_ref(), version)?;
        encoder.array("clientTags", &self.client_tags, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for StreamsGroupMemberMetadataValue {
    const NAME: &'static str = "StreamsGroupMemberMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`StreamsGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    /// `string`.
    pub key: Str,
    /// `string`.
    pub value: Str,
}

impl Wire for KeyValue {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = KeyValue { key: decoder.string("key")?, value: decoder.string("value")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("key", &self.key)?;
        encoder.string("value", &self.value)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`StreamsGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub host: Str,
    /// `uint16`.
    pub port: u16,
}

impl Wire for Endpoint {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Endpoint { host: decoder.string("host")?, port: decoder.uint16()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("host", &self.host)?;
        encoder.uint16(self.port);
        encoder.no_tags();
        Ok(())
    }
}
