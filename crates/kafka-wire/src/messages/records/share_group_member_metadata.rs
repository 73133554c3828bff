// Generated from proto/kafka by scripts/gen: change those, not this.

//! ShareGroupMemberMetadata. A member of a share group, and what it subscribes to (KIP-932).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A member of a share group, and what it subscribes to (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupMemberMetadataKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub member_id: Str,
}

impl Wire for ShareGroupMemberMetadataKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ShareGroupMemberMetadataKey {
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

impl Message for ShareGroupMemberMetadataKey {
    const NAME: &'static str = "ShareGroupMemberMetadataKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ShareGroupMemberMetadataKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 10;
}

/// A member of a share group, and what it subscribes to (KIP-932).
#[derive(Debug, Clone, PartialEq)]
pub struct ShareGroupMemberMetadataValue {
    /// `string`.
    pub rack_id: Option<Str>,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// `[]string`.
    pub subscribed_topic_names: Vec<Str>,
}

impl Default for ShareGroupMemberMetadataValue {
    fn default() -> Self {
        ShareGroupMemberMetadataValue {
            rack_id: Some(Str::EMPTY),
            client_id: Str::EMPTY,
            client_host: Str::EMPTY,
            subscribed_topic_names: Vec::new(),
        }
    }
}

impl Wire for ShareGroupMemberMetadataValue {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ShareGroupMemberMetadataValue {
            rack_id: decoder.nullable_string("rackId")?,
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            subscribed_topic_names: decoder.array("subscribedTopicNames", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        encoder.array("subscribedTopicNames", &self.subscribed_topic_names, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ShareGroupMemberMetadataValue {
    const NAME: &'static str = "ShareGroupMemberMetadataValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
