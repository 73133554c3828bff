// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerProtocolSubscription. What a consumer says in JoinGroup's metadata, behind the version (int16).

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// What a consumer says in JoinGroup's metadata, behind the version (int16).
///
/// - 1: adds ownedPartitions. Cooperative rebalancing (KIP-429).
/// - 2: adds generationId (KIP-792).
/// - 3: adds rackId (KIP-881).
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerProtocolSubscription {
    /// `[]string`.
    pub topics: Vec<Str>,
    /// Null by default.
    pub user_data: Option<Bytes>,
    /// What it holds from the generation before. Versions 1+, left out silently in others.
    pub owned_partitions: Vec<TopicPartition>,
    /// Of ownedPartitions; -1: unknown. Versions 2+, -1 by default, left out silently in others.
    pub generation_id: i32,
    /// Versions 3+, null by default, left out silently in others.
    pub rack_id: Option<Str>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        ConsumerProtocolSubscription {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl Wire for ConsumerProtocolSubscription {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerProtocolSubscription {
            topics: decoder.array("topics", version)?,
            user_data: decoder.nullable_bytes("userData")?,
            owned_partitions: if version >= 1 {
                decoder.array("ownedPartitions", version)?
            } else {
                Vec::new()
            },
            generation_id: if version >= 2 { decoder.int32()? } else { -1 },
            rack_id: if version >= 3 { decoder.nullable_string("rackId")? } else { None },
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.nullable_bytes("userData", self.user_data.as_ref())?;
        if version >= 1 {
            encoder.array("ownedPartitions", &self.owned_partitions, version)?;
        }
        if version >= 2 {
            encoder.int32(self.generation_id);
        }
        if version >= 3 {
            encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        }
        Ok(())
    }
}

impl Message for ConsumerProtocolSubscription {
    const NAME: &'static str = "ConsumerProtocolSubscription";
    const VERSIONS: RangeInclusive<i16> = 0..=3;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

/// Part of [`ConsumerProtocolSubscription`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartition {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(TopicPartition {
            topic: decoder.string("topic")?,
            partitions: decoder.array("partitions", version)?,
        })
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topic", &self.topic)?;
        encoder.array("partitions", &self.partitions, version)?;
        Ok(())
    }
}
