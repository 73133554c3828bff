// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupMemberMetadata. A member of a consumer group, and what it subscribes to.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A member of a consumer group, and what it subscribes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMemberMetadataKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for ConsumerGroupMemberMetadataKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerGroupMemberMetadataKey {
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

impl Message for ConsumerGroupMemberMetadataKey {
    const NAME: &'static str = "ConsumerGroupMemberMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ConsumerGroupMemberMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 5;
}

/// A member of a consumer group, and what it subscribes to.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    /// `string`.
    pub instance_id: Option<Str>,
    /// `string`.
    pub rack_id: Option<Str>,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// `[]string`.
    pub subscribed_topic_names: Vec<Str>,
    /// `string`.
    pub subscribed_topic_regex: Option<Str>,
    /// -1 by default.
    pub rebalance_timeout_ms: i32,
    /// `string`.
    pub server_assignor: Option<Str>,
    /// Null for a member that speaks KIP-848. Tag 0.
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        ConsumerGroupMemberMetadataValue {
            instance_id: Some(Str::EMPTY),
            rack_id: Some(Str::EMPTY),
            client_id: Str::EMPTY,
            client_host: Str::EMPTY,
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: Some(Str::EMPTY),
            rebalance_timeout_ms: -1,
            server_assignor: Some(Str::EMPTY),
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
        }
    }
}

impl Wire for ConsumerGroupMemberMetadataValue {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = ConsumerGroupMemberMetadataValue {
            instance_id: decoder.nullable_string("instanceId")?,
            rack_id: decoder.nullable_string("rackId")?,
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            subscribed_topic_names: decoder.array("subscribedTopicNames", version)?,
            subscribed_topic_regex: decoder.nullable_string("subscribedTopicRegex")?,
            rebalance_timeout_ms: decoder.int32()?,
            server_assignor: decoder.nullable_string("serverAssignor")?,
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 => read.classic_member_metadata = decoder.nullable_tagged_struct(version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("instanceId", self.instance_id.as_deref())?;
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        encoder.array("subscribedTopicNames", &self.subscribed_topic_names, version)?;
        encoder.nullable_string("subscribedTopicRegex", self.subscribed_topic_regex.as_deref())?;
        encoder.int32(self.rebalance_timeout_ms);
        encoder.nullable_string("serverAssignor", self.server_assignor.as_deref())?;
        let tags = encoder.tags();
        if self.classic_member_metadata != Some(ClassicMemberMetadata::default()) {
            encoder.tag(&tags, 0, |encoder| {
                encoder.nullable_tagged_struct(self.classic_member_metadata.as_ref(), version)
            })?;
        }
        Ok(())
    }
}

impl Message for ConsumerGroupMemberMetadataValue {
    const NAME: &'static str = "ConsumerGroupMemberMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ConsumerGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicMemberMetadata {
    /// `int32`.
    pub session_timeout_ms: i32,
    /// `[]ClassicProtocol`.
    pub supported_protocols: Vec<ClassicProtocol>,
}

impl Wire for ClassicMemberMetadata {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ClassicMemberMetadata {
            session_timeout_ms: decoder.int32()?,
            supported_protocols: decoder.array("supportedProtocols", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.session_timeout_ms);
        encoder.array("supportedProtocols", &self.supported_protocols, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ConsumerGroupMemberMetadataValue`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicProtocol {
    /// `string`.
    pub name: Str,
    /// `bytes`.
    pub metadata: Bytes,
}

impl Wire for ClassicProtocol {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ClassicProtocol { name: decoder.string("name")?, metadata: decoder.bytes("metadata")? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.bytes("metadata", &self.metadata)?;
        encoder.no_tags();
        Ok(())
    }
}
