//! [`Decoder`]: reads a frame under a [`Budget`].
//!
//! What must stay true: nothing here panics, whatever the bytes; nothing is allocated that was not charged; what is read as
//! text, bytes or records is a slice of the frame.

use bytes::Bytes;

use crate::{Budget, Str, Uuid, Wire};

/// Kafka's own limit for a text.
pub(crate) const MAX_STRING_BYTES: usize = i16::MAX as usize;
/// No array of a message has more elements than this, however large its frame.
const MAX_ELEMENTS: usize = 1_000_000;
/// No struct has more tagged fields than this.
const MAX_TAGS: usize = 10_000;

/// Why bytes are not the message that they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what its fields are")]
pub enum DecodeError {
    #[error("api key {api_key} is unknown: ApiVersions lists those that are served")]
    UnknownApiKey { api_key: i16 },
    #[error("{message} has no version {version}: versions {lowest} to {highest} are known")]
    UnsupportedVersion { message: &'static str, version: i16, lowest: i16, highest: i16 },
    #[error("the frame is cut off: at byte {position} {needed} bytes are needed, {left} are left")]
    Truncated { position: usize, needed: usize, left: usize },
    #[error("{field} has the length {length}: lengths are not negative, but for -1 where null is allowed")]
    NegativeLength { field: &'static str, length: i32 },
    #[error("{field} is a string of {length} bytes: the limit is {limit}")]
    StringTooLong { field: &'static str, length: usize, limit: usize },
    #[error("{field} has {count} elements: the limit, or what the frame's rest can hold, is {limit}")]
    TooManyElements { field: &'static str, count: usize, limit: usize },
    #[error("{field} needs {needed} bytes of memory: {left} are left of the frame's budget of {limit}")]
    BudgetExceeded { field: &'static str, needed: usize, left: usize, limit: usize },
    #[error("{field} is not UTF-8 from byte {position} of the frame on")]
    InvalidUtf8 { field: &'static str, position: usize },
    #[error("{field} is null, which this version does not allow")]
    NullNotAllowed { field: &'static str },
    #[error("at byte {position} a variable-length number goes on after its fifth byte or 32nd bit")]
    VarintTooLong { position: usize },
    #[error("{count} tagged fields: the limit is {limit}")]
    TooManyTags { count: usize, limit: usize },
    #[error("tagged field {tag} says that it has {size} bytes, and has {used}")]
    BadTag { tag: u32, size: usize, used: usize },
    #[error("{left} bytes are left after the end of the message")]
    TrailingBytes { left: usize },
}

/// Reads the fields of one frame, in order, as typed errors or values.
///
/// One frame is decoded by one decoder, so that its header and body share one [`Budget`].
#[derive(Debug)]
pub struct Decoder {
    frame: Bytes,
    position: usize,
    budget: Budget,
    charged: usize,
    flexible: bool,
}

impl Decoder {
    /// A decoder at the start of a frame, after the four bytes of its length.
    pub fn new(frame: Bytes, budget: Budget) -> Self {
        Decoder { frame, position: 0, budget, charged: 0, flexible: false }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.position
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.frame.len() - self.position
    }

    /// How many bytes of memory the counts so far were charged with.
    pub fn charged(&self) -> usize {
        self.charged
    }

    /// That the message ends where the frame ends. (Kafka itself does not ask.)
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(DecodeError::TrailingBytes { left }),
        }
    }

    /// Whether lengths are compact and structs end in tagged fields from here on (KIP-482).
    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.frame[self.position..].first_chunk::<N>() {
            Some(bytes) => {
                self.position += N;
                Ok(*bytes)
            }
            None => Err(self.truncated(N)),
        }
    }

    #[cold]
    fn truncated(&self, needed: usize) -> DecodeError {
        DecodeError::Truncated { position: self.position, needed, left: self.remaining() }
    }

    /// One byte; not 0 is true.
    #[inline]
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.int8()? != 0)
    }

    /// One byte.
    #[inline]
    pub fn int8(&mut self) -> Result<i8, DecodeError> {
        self.fixed().map(i8::from_be_bytes)
    }

    /// Two bytes.
    #[inline]
    pub fn int16(&mut self) -> Result<i16, DecodeError> {
        self.fixed().map(i16::from_be_bytes)
    }

    /// Two bytes.
    #[inline]
    pub fn uint16(&mut self) -> Result<u16, DecodeError> {
        self.fixed().map(u16::from_be_bytes)
    }

    /// Four bytes.
    #[inline]
    pub fn int32(&mut self) -> Result<i32, DecodeError> {
        self.fixed().map(i32::from_be_bytes)
    }

    /// Four bytes.
    #[inline]
    pub fn uint32(&mut self) -> Result<u32, DecodeError> {
        self.fixed().map(u32::from_be_bytes)
    }

    /// Eight bytes.
    #[inline]
    pub fn int64(&mut self) -> Result<i64, DecodeError> {
        self.fixed().map(i64::from_be_bytes)
    }

    /// Eight bytes of IEEE 754.
    #[inline]
    pub fn float64(&mut self) -> Result<f64, DecodeError> {
        self.fixed().map(f64::from_be_bytes)
    }

    /// Sixteen bytes.
    #[inline]
    pub fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        self.fixed().map(|bytes| Uuid(u128::from_be_bytes(bytes)))
    }

    /// One to five bytes, seven bits in each, the lowest first.
    #[inline]
    pub fn unsigned_varint(&mut self) -> Result<u32, DecodeError> {
        match self.frame.get(self.position) {
            Some(byte) if *byte < 0x80 => {
                self.position += 1;
                Ok(u32::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u32, DecodeError> {
        let start = self.position;
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed()?;
            if shift == 28 && byte > 0x0f {
                break;
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::VarintTooLong { position: start })
    }

    /// A length or count of 32 bits, or compact; `None` is null.
    #[inline]
    fn length32(&mut self, field: &'static str) -> Result<Option<usize>, DecodeError> {
        if self.flexible {
            return Ok(self.unsigned_varint()?.checked_sub(1).map(|length| length as usize));
        }
        length(field, self.int32()?)
    }

    /// A string's length: of 16 bits, or compact; `None` is null.
    #[inline]
    fn string_length(&mut self, field: &'static str) -> Result<Option<usize>, DecodeError> {
        let length = match self.flexible {
            true => self.unsigned_varint()?.checked_sub(1).map(|length| length as usize),
            false => length(field, i32::from(self.int16()?))?,
        };
        match length {
            Some(length) if length > MAX_STRING_BYTES => {
                Err(DecodeError::StringTooLong { field, length, limit: MAX_STRING_BYTES })
            }
            length => Ok(length),
        }
    }

    #[inline]
    fn slice(&mut self, length: usize) -> Result<Bytes, DecodeError> {
        if length > self.remaining() {
            return Err(self.truncated(length));
        }
        let start = self.position;
        self.position += length;
        Ok(self.frame.slice(start..self.position))
    }

    /// A text, or null.
    pub fn nullable_string(&mut self, field: &'static str) -> Result<Option<Str>, DecodeError> {
        let Some(length) = self.string_length(field)? else { return Ok(None) };
        let bytes = self.slice(length)?;
        match Str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(DecodeError::InvalidUtf8 { field, position: self.position - length }),
        }
    }

    /// A text.
    pub fn string(&mut self, field: &'static str) -> Result<Str, DecodeError> {
        self.nullable_string(field)?.ok_or(DecodeError::NullNotAllowed { field })
    }

    /// Bytes or records, or null.
    pub fn nullable_bytes(&mut self, field: &'static str) -> Result<Option<Bytes>, DecodeError> {
        match self.length32(field)? {
            Some(length) => self.slice(length).map(Some),
            None => Ok(None),
        }
    }

    /// Bytes or records.
    pub fn bytes(&mut self, field: &'static str) -> Result<Bytes, DecodeError> {
        self.nullable_bytes(field)?.ok_or(DecodeError::NullNotAllowed { field })
    }

    /// A struct after its mark, or null.
    pub fn nullable_struct<T: Wire>(&mut self, version: i16) -> Result<Option<T>, DecodeError> {
        match self.int8()? {
            0.. => T::read(self, version).map(Some),
            _ => Ok(None),
        }
    }

    /// A struct after its mark, or null, in a tagged field: there the mark of null is another one.
    pub fn nullable_tagged_struct<T: Wire>(&mut self, version: i16) -> Result<Option<T>, DecodeError> {
        match self.unsigned_varint()? {
            0 => Ok(None),
            _ => T::read(self, version).map(Some),
        }
    }

    /// An array, or null.
    pub fn nullable_array<T: Wire>(
        &mut self,
        field: &'static str,
        version: i16,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.count(field, T::MIN_BYTES, size_of::<T>())? else { return Ok(None) };
        let mut elements = Vec::with_capacity(count);
        for _ in 0..count {
            elements.push(T::read(self, version).map_err(|error| in_array(error, field))?);
        }
        Ok(Some(elements))
    }

    /// An array.
    pub fn array<T: Wire>(&mut self, field: &'static str, version: i16) -> Result<Vec<T>, DecodeError> {
        self.nullable_array(field, version)?.ok_or(DecodeError::NullNotAllowed { field })
    }

    /// A count that may be allocated: the frame's rest can hold the elements, and the budget pays for them.
    fn count(
        &mut self,
        field: &'static str,
        min_bytes: usize,
        size_of: usize,
    ) -> Result<Option<usize>, DecodeError> {
        let Some(count) = self.length32(field)? else { return Ok(None) };
        if count > MAX_ELEMENTS || count * min_bytes > self.remaining() {
            let limit = MAX_ELEMENTS.min(self.remaining() / min_bytes.max(1));
            return Err(DecodeError::TooManyElements { field, count, limit });
        }
        let needed = count * size_of;
        let left = self.budget.bytes() - self.charged;
        if needed > left {
            return Err(DecodeError::BudgetExceeded { field, needed, left, limit: self.budget.bytes() });
        }
        self.charged += needed;
        Ok(Some(count))
    }

    /// The tagged fields that end a struct, if there are such: `known` reads the one with the tag that it is given, or
    /// says that it does not know it, and then that one is skipped.
    pub fn tags(
        &mut self,
        mut known: impl FnMut(&mut Self, u32) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        for _ in 0..self.tag_count()? {
            let (tag, size) = self.tag()?;
            let start = self.position;
            if !known(self, tag)? {
                self.position += size;
            }
            let used = self.position - start;
            if used != size {
                return Err(DecodeError::BadTag { tag, size, used });
            }
        }
        Ok(())
    }

    /// [`Decoder::tags`] of a struct that knows none.
    #[inline]
    pub fn skip_tags(&mut self) -> Result<(), DecodeError> {
        for _ in 0..self.tag_count()? {
            let (_, size) = self.tag()?;
            self.position += size;
        }
        Ok(())
    }

    #[inline]
    fn tag_count(&mut self) -> Result<usize, DecodeError> {
        if !self.flexible {
            return Ok(0);
        }
        match self.unsigned_varint()? as usize {
            count @ 0..=MAX_TAGS => Ok(count),
            count => Err(DecodeError::TooManyTags { count, limit: MAX_TAGS }),
        }
    }

    /// A tag, and the size of what follows, which is there.
    fn tag(&mut self) -> Result<(u32, usize), DecodeError> {
        let tag = self.unsigned_varint()?;
        let size = self.unsigned_varint()? as usize;
        if size > self.remaining() {
            return Err(self.truncated(size));
        }
        Ok((tag, size))
    }
}

/// A length with a sign: -1 is null.
fn length(field: &'static str, length: i32) -> Result<Option<usize>, DecodeError> {
    match length {
        0.. => Ok(Some(length as usize)),
        -1 => Ok(None),
        _ => Err(DecodeError::NegativeLength { field, length }),
    }
}

/// Puts the array's name in the place of its element's, which has none.
#[cold]
fn in_array(mut error: DecodeError, array: &'static str) -> DecodeError {
    use DecodeError::{InvalidUtf8, NegativeLength, NullNotAllowed, StringTooLong};
    if let NegativeLength { field, .. }
    | StringTooLong { field, .. }
    | InvalidUtf8 { field, .. }
    | NullNotAllowed { field } = &mut error
        && *field == crate::message::ELEMENT
    {
        *field = array;
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoder(frame: &'static [u8], flexible: bool) -> Decoder {
        let mut decoder = Decoder::new(Bytes::from_static(frame), Budget::of_bytes(1000));
        decoder.set_flexible(flexible);
        decoder
    }

    #[test]
    fn varints_end_with_their_32nd_bit() {
        let read = |frame| decoder(frame, true).unsigned_varint();
        assert_eq!(read(&[0]), Ok(0));
        assert_eq!(read(&[0xac, 0x02]), Ok(300));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok(u32::MAX));
        let too_long = Err(DecodeError::VarintTooLong { position: 0 });
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x10]), too_long);
        assert_eq!(read(&[0x80, 0x80, 0x80, 0x80, 0x80]), too_long);
        assert_eq!(read(&[0x80]), Err(DecodeError::Truncated { position: 1, needed: 1, left: 0 }));
    }

    #[test]
    fn a_length_is_negative_only_for_null_and_null_only_where_it_may_be() {
        let field = "name";
        assert_eq!(decoder(&[0xff, 0xff], false).nullable_string(field), Ok(None));
        assert_eq!(decoder(&[0], true).nullable_string(field), Ok(None));
        assert_eq!(decoder(&[0], true).string(field), Err(DecodeError::NullNotAllowed { field }));
        let negative = Err(DecodeError::NegativeLength { field, length: -2 });
        assert_eq!(decoder(&[0xff, 0xfe], false).nullable_string(field), negative);
        assert_eq!(decoder(&[0xff; 4], false).nullable_bytes(field), Ok(None));
        assert_eq!(decoder(&[0xff; 4], false).nullable_array::<i32>(field, 0), Ok(None));
        let null = Err(DecodeError::NullNotAllowed { field });
        assert_eq!(decoder(&[0xff; 4], false).array::<i32>(field, 0), null);
    }

    #[test]
    fn a_text_is_utf8_of_at_most_32767_bytes() {
        let field = "name";
        let faulty = DecodeError::InvalidUtf8 { field, position: 2 };
        assert_eq!(decoder(&[0, 1, 0xff], false).string(field), Err(faulty));
        let long = DecodeError::StringTooLong { field, length: 32_768, limit: 32_767 };
        assert_eq!(decoder(&[0x81, 0x80, 0x02], true).string(field), Err(long));
    }

    #[test]
    fn an_array_names_itself_when_its_element_is_at_fault() {
        let field = "topics";
        let faulty = DecodeError::InvalidUtf8 { field, position: 2 };
        assert_eq!(decoder(&[2, 2, 0xff], true).array::<Str>(field, 0), Err(faulty));
        let null = DecodeError::NullNotAllowed { field };
        assert_eq!(decoder(&[2, 0], true).array::<Str>(field, 0), Err(null));
    }

    #[test]
    fn an_array_has_no_more_elements_than_the_rest_of_the_frame_can_hold() {
        let field = "ids";
        let error = DecodeError::TooManyElements { field, count: 3, limit: 2 };
        assert_eq!(decoder(&[4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0], true).array::<i32>(field, 0), Err(error));
    }

    #[test]
    fn an_array_is_charged_with_the_memory_of_its_elements() {
        let mut paying = decoder(&[0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2], false);
        assert_eq!(paying.array("ids", 0), Ok(vec![1, 2]));
        assert_eq!(paying.charged(), 8);
        let mut poor = Decoder::new(Bytes::from_static(&[3, 1, 1]), Budget::of_bytes(63));
        poor.set_flexible(true);
        let (needed, limit) = (2 * size_of::<Str>(), 63);
        let error = DecodeError::BudgetExceeded { field: "names", needed, left: limit, limit };
        assert_eq!(poor.array::<Str>("names", 0), Err(error));
    }

    #[test]
    fn a_tagged_field_fills_its_size() {
        let mut seen = Vec::new();
        let mut read = |frame| {
            decoder(frame, true).tags(|decoder, tag| {
                let is_known = tag == 1;
                if is_known {
                    seen.push(decoder.int16()?);
                }
                Ok(is_known)
            })
        };
        assert_eq!(read(&[2, 0, 1, 9, 1, 2, 0, 7]), Ok(()));
        assert_eq!(read(&[1, 1, 3, 0, 7, 0]), Err(DecodeError::BadTag { tag: 1, size: 3, used: 2 }));
        assert_eq!(read(&[1, 1, 1, 0, 7]), Err(DecodeError::BadTag { tag: 1, size: 1, used: 2 }));
        let cut_off = DecodeError::Truncated { position: 3, needed: 9, left: 1 };
        assert_eq!(read(&[1, 5, 9, 0]), Err(cut_off));
        assert_eq!(seen, [7, 7, 7]);
    }
}
