//! What every message and every part of one can do.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Str, Uuid};

/// Something with a form on the wire: a message's body, a struct in it, an element of an array.
///
/// The implementations for messages and their structs are generated. They read and write without asking whether the
/// version exists: [`Message`] has done so.
pub trait Wire: Sized {
    /// The fewest bytes that one takes, in any version: what bounds an array's count by the bytes that are left.
    const MIN_BYTES: usize;

    /// Reads one.
    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError>;

    /// Writes one.
    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError>;
}

/// A request's or response's body, or the key or value of a record in an internal topic.
pub trait Message: Wire + Default {
    /// Kafka's name for it.
    const NAME: &'static str;
    /// The versions that can be read and written.
    const VERSIONS: RangeInclusive<i16>;
    /// The first version with compact lengths and tagged fields (KIP-482).
    const FIRST_FLEXIBLE: Option<i16>;

    /// Whether this version has compact lengths and tagged fields.
    fn is_flexible(version: i16) -> bool {
        Self::FIRST_FLEXIBLE.is_some_and(|first| version >= first)
    }

    /// Reads the body; what follows it is left, see [`Decoder::finish`].
    fn decode(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let versions = Self::VERSIONS;
        if !versions.contains(&version) {
            let (lowest, highest) = versions.into_inner();
            return Err(DecodeError::UnsupportedVersion { message: Self::NAME, version, lowest, highest });
        }
        decoder.set_flexible(Self::is_flexible(version));
        Self::read(decoder, version)
    }

    /// Writes the body, without header or length.
    fn encode(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let versions = Self::VERSIONS;
        if !versions.contains(&version) {
            let (lowest, highest) = versions.into_inner();
            return Err(EncodeError::UnsupportedVersion { message: Self::NAME, version, lowest, highest });
        }
        encoder.set_flexible(Self::is_flexible(version));
        self.write(encoder, version)
    }
}

/// A request's body.
pub trait Request: Message {
    /// The API that it calls.
    const KEY: ApiKey;
    /// What answers it.
    type Response: Message;
}

/// An array's elements that are no structs. (None of Kafka's messages has an array of anything else.)
macro_rules! element {
    ($type:ty, $min_bytes:expr, $read:expr, $write:expr) => {
        impl Wire for $type {
            const MIN_BYTES: usize = $min_bytes;

            fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
                $read(decoder)
            }

            fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
                $write(encoder, self)
            }
        }
    };
}

/// Stands in an error until the array that holds the element puts its own name there.
pub(crate) const ELEMENT: &str = "element";

element!(i8, 1, Decoder::int8, |e: &mut Encoder, v: &i8| {
    e.int8(*v);
    Ok(())
});
element!(i16, 2, Decoder::int16, |e: &mut Encoder, v: &i16| {
    e.int16(*v);
    Ok(())
});
element!(i32, 4, Decoder::int32, |e: &mut Encoder, v: &i32| {
    e.int32(*v);
    Ok(())
});
element!(i64, 8, Decoder::int64, |e: &mut Encoder, v: &i64| {
    e.int64(*v);
    Ok(())
});
element!(Uuid, 16, Decoder::uuid, |e: &mut Encoder, v: &Uuid| {
    e.uuid(*v);
    Ok(())
});
element!(Str, 1, |d: &mut Decoder| d.string(ELEMENT), |e: &mut Encoder, v: &Str| e.string(ELEMENT, v));
element!(Bytes, 1, |d: &mut Decoder| d.bytes(ELEMENT), |e: &mut Encoder, v: &Bytes| e.bytes(ELEMENT, v));
