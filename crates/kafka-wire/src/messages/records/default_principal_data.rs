// Generated from proto/kafka by scripts/gen: change those, not this.

//! DefaultPrincipalData. A principal as brokers forward it to the controller, behind the version (int16,
//! KIP-590).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Wire};

/// A principal as brokers forward it to the controller, behind the version (int16, KIP-590).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DefaultPrincipalData {
    /// "User".
    pub r#type: Str,
    /// `string`.
    pub name: Str,
    /// By a delegation token.
    pub token_authenticated: bool,
}

impl Wire for DefaultPrincipalData {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DefaultPrincipalData {
            r#type: decoder.string("type")?,
            name: decoder.string("name")?,
            token_authenticated: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("type", &self.r#type)?;
        encoder.string("name", &self.name)?;
        encoder.bool(self.token_authenticated);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DefaultPrincipalData {
    const NAME: &'static str = "DefaultPrincipalData";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}
