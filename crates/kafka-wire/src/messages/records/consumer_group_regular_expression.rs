// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupRegularExpression. The topics that a subscribed pattern stands for.

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// The topics that a subscribed pattern stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionKey {
    /// `string`.
    pub group_id: Str,
    /// `string`.
    pub regular_expression: Str,
}

impl Wire for ConsumerGroupRegularExpressionKey {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(ConsumerGroupRegularExpressionKey {
            group_id: decoder.string("groupId")?,
            regular_expression: decoder.string("regularExpression")?,
        })
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.string("regularExpression", &self.regular_expression)?;
        Ok(())
    }
}

impl Message for ConsumerGroupRegularExpressionKey {
    const NAME: &'static str = "ConsumerGroupRegularExpressionKey";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = None;
}

impl ConsumerGroupRegularExpressionKey {
    /// The number that stands before the key, and says which record it is.
    pub const RECORD_TYPE: i16 = 16;
}

/// The topics that a subscribed pattern stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionValue {
    /// `[]string`.
    pub topics: Vec<Str>,
    /// Of the metadata that it was resolved against.
    pub version: i64,
    /// `int64`.
    pub timestamp: i64,
}

impl Wire for ConsumerGroupRegularExpressionValue {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupRegularExpressionValue {
            topics: decoder.array("topics", version)?,
            version: decoder.int64()?,
            timestamp: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topics", &self.topics, version)?;
        encoder.int64(self.version);
        encoder.int64(self.timestamp);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ConsumerGroupRegularExpressionValue {
    const NAME: &'static str = "ConsumerGroupRegularExpressionValue";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
