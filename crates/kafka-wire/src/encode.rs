//! [`Encoder`]: writes frames, and copies no record.
//!
//! What must stay true: a frame is complete or there is none; records, and other bytes from 1 KiB on, are handed on as they are.

use bytes::{BufMut, Bytes, BytesMut};

use crate::decode::MAX_STRING_BYTES;
use crate::{ApiKey, EncodedFrame, Message, Request, RequestHeader, Uuid, Wire};

/// Bytes of at least this many are not copied into the frame.
const LARGE_BYTES: usize = 1 << 10;
const LENGTH_BYTES: usize = 4;

/// Why a message cannot be written in a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what its fields are")]
pub enum EncodeError {
    #[error("{message} has no version {version}: versions {lowest} to {highest} are known")]
    UnsupportedVersion { message: &'static str, version: i16, lowest: i16, highest: i16 },
    #[error("{message}.{field} is set, and version {version} has no place for it")]
    Unrepresentable { message: &'static str, field: &'static str, version: i16 },
    #[error("{message}.{field} is null, which version {version} does not allow")]
    NullNotAllowed { message: &'static str, field: &'static str, version: i16 },
    #[error("{field} is a string of {length} bytes: the limit is {limit}")]
    StringTooLong { field: &'static str, length: usize, limit: usize },
    #[error("{field} has a length of {length}: the limit is {limit}")]
    TooLong { field: &'static str, length: usize, limit: usize },
    #[error("the frame has {length} bytes: the limit is {limit}")]
    FrameTooLong { length: usize, limit: usize },
}

impl EncodeError {
    #[cold]
    pub(crate) fn unrepresentable(message: &'static str, field: &'static str, version: i16) -> Self {
        EncodeError::Unrepresentable { message, field, version }
    }

    #[cold]
    pub(crate) fn null(message: &'static str, field: &'static str, version: i16) -> Self {
        EncodeError::NullNotAllowed { message, field, version }
    }
}

/// A response as a frame: length, header, body.
///
/// For many frames keep an [`Encoder`].
pub fn encode_response<M: Message>(
    correlation_id: i32,
    api_key: ApiKey,
    version: i16,
    message: &M,
) -> Result<EncodedFrame, EncodeError> {
    Encoder::new().response(correlation_id, api_key, version, message)
}

/// A request as a frame: length, header, body.
pub fn encode_request<M: Request>(header: &RequestHeader, message: &M) -> Result<EncodedFrame, EncodeError> {
    Encoder::new().request(header, message)
}

/// Writes frames one after the other, into a buffer that it uses again once the frames before have been sent.
///
/// The buffer stays as large as the largest frame was, without its records.
#[derive(Debug, Default)]
pub struct Encoder {
    /// What is copied.
    buffer: BytesMut,
    /// What is not, each with its place in `buffer`.
    chunks: Vec<(usize, Bytes)>,
    chunk_bytes: usize,
    flexible: bool,
    /// Within a tagged field, whose size comes first, everything is copied.
    tag_depth: usize,
}

impl Encoder {
    /// An encoder without a buffer.
    pub fn new() -> Self {
        Encoder::default()
    }

    /// An encoder that goes on in a buffer.
    pub fn with_buffer(buffer: BytesMut) -> Self {
        Encoder { buffer, ..Encoder::default() }
    }

    /// The buffer, for another encoder.
    pub fn into_buffer(self) -> BytesMut {
        self.buffer
    }

    /// A response as a frame: length, header, body.
    pub fn response<M: Message>(
        &mut self,
        correlation_id: i32,
        api_key: ApiKey,
        version: i16,
        message: &M,
    ) -> Result<EncodedFrame, EncodeError> {
        self.frame(|encoder| {
            encoder.int32(correlation_id);
            encoder.set_flexible(api_key.response_header_version(version) >= 1);
            encoder.no_tags();
            message.encode(encoder, version)
        })
    }

    /// A request as a frame: length, header, body.
    pub fn request<M: Request>(
        &mut self,
        header: &RequestHeader,
        message: &M,
    ) -> Result<EncodedFrame, EncodeError> {
        assert_eq!(header.api_key, M::KEY as i16, "the header is the header of {}", M::NAME);
        self.frame(|encoder| {
            header.encode(encoder)?;
            message.encode(encoder, header.api_version)
        })
    }

    /// A body alone, without length and header: a record of an internal topic, after its version.
    pub fn body<M: Message>(&mut self, version: i16, message: &M) -> Result<EncodedFrame, EncodeError> {
        self.start();
        message.encode(self, version)?;
        Ok(self.end())
    }

    fn frame(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<EncodedFrame, EncodeError> {
        self.start();
        self.buffer.put_bytes(0, LENGTH_BYTES);
        write(self)?;
        let length = self.buffer.len() - LENGTH_BYTES + self.chunk_bytes;
        let limit = i32::MAX as usize;
        let Ok(prefix) = i32::try_from(length) else {
            return Err(EncodeError::FrameTooLong { length, limit });
        };
        self.buffer[..LENGTH_BYTES].copy_from_slice(&prefix.to_be_bytes());
        Ok(self.end())
    }

    /// Forgets what an error may have left.
    fn start(&mut self) {
        self.buffer.clear();
        self.chunks.clear();
        self.chunk_bytes = 0;
        self.tag_depth = 0;
        self.flexible = false;
    }

    fn end(&mut self) -> EncodedFrame {
        EncodedFrame::new(self.buffer.split().freeze(), &mut self.chunks)
    }

    /// Whether lengths are compact and structs end in tagged fields from here on (KIP-482).
    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    /// One byte.
    pub fn bool(&mut self, value: bool) {
        self.buffer.put_u8(u8::from(value));
    }

    /// One byte.
    pub fn int8(&mut self, value: i8) {
        self.buffer.put_i8(value);
    }

    /// Two bytes.
    pub fn int16(&mut self, value: i16) {
        self.buffer.put_i16(value);
    }

    /// Two bytes.
    pub fn uint16(&mut self, value: u16) {
        self.buffer.put_u16(value);
    }

    /// Four bytes.
    pub fn int32(&mut self, value: i32) {
        self.buffer.put_i32(value);
    }

    /// Four bytes.
    pub fn uint32(&mut self, value: u32) {
        self.buffer.put_u32(value);
    }

    /// Eight bytes.
    pub fn int64(&mut self, value: i64) {
        self.buffer.put_i64(value);
    }

    /// Eight bytes of IEEE 754.
    pub fn float64(&mut self, value: f64) {
        self.buffer.put_f64(value);
    }

    /// Sixteen bytes.
    pub fn uuid(&mut self, value: Uuid) {
        self.buffer.put_u128(value.0);
    }

    /// One to five bytes, seven bits in each, the lowest first.
    pub fn unsigned_varint(&mut self, value: u32) {
        let (bytes, length) = varint(value);
        self.buffer.put_slice(&bytes[..length]);
    }

    /// A text.
    pub fn string(&mut self, field: &'static str, value: &str) -> Result<(), EncodeError> {
        let (length, limit) = (value.len(), MAX_STRING_BYTES);
        let Some(short) = i16::try_from(length).ok() else {
            return Err(EncodeError::StringTooLong { field, length, limit });
        };
        match self.flexible {
            true => self.unsigned_varint(length as u32 + 1),
            false => self.int16(short),
        }
        self.buffer.put_slice(value.as_bytes());
        Ok(())
    }

    /// A text, or null.
    pub fn nullable_string(&mut self, field: &'static str, value: Option<&str>) -> Result<(), EncodeError> {
        match (value, self.flexible) {
            (Some(value), _) => return self.string(field, value),
            (None, true) => self.unsigned_varint(0),
            (None, false) => self.int16(-1),
        }
        Ok(())
    }

    /// Bytes; not copied if there are many.
    pub fn bytes(&mut self, field: &'static str, value: &Bytes) -> Result<(), EncodeError> {
        self.length(field, value.len())?;
        self.chunk(value, LARGE_BYTES);
        Ok(())
    }

    /// Bytes, or null; not copied if there are many.
    pub fn nullable_bytes(&mut self, field: &'static str, value: Option<&Bytes>) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.bytes(field, value),
            None => self.null(),
        }
    }

    /// Records, never copied.
    pub fn records(&mut self, field: &'static str, value: &Bytes) -> Result<(), EncodeError> {
        self.length(field, value.len())?;
        self.chunk(value, 1);
        Ok(())
    }

    /// Records, never copied, or null.
    pub fn nullable_records(
        &mut self,
        field: &'static str,
        value: Option<&Bytes>,
    ) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.records(field, value),
            None => self.null(),
        }
    }

    fn chunk(&mut self, value: &Bytes, large: usize) {
        if value.len() < large || self.tag_depth > 0 {
            self.buffer.put_slice(value);
        } else {
            self.chunk_bytes += value.len();
            self.chunks.push((self.buffer.len(), value.clone()));
        }
    }

    /// A struct after its mark, or null.
    pub fn nullable_struct<T: Wire>(&mut self, value: Option<&T>, version: i16) -> Result<(), EncodeError> {
        match value {
            Some(value) => {
                self.int8(1);
                value.write(self, version)
            }
            None => {
                self.int8(-1);
                Ok(())
            }
        }
    }

    /// A struct after its mark, or null, in a tagged field: there the mark of null is another one.
    pub fn nullable_tagged_struct<T: Wire>(
        &mut self,
        value: Option<&T>,
        version: i16,
    ) -> Result<(), EncodeError> {
        self.unsigned_varint(u32::from(value.is_some()));
        value.map_or(Ok(()), |value| value.write(self, version))
    }

    /// An array.
    pub fn array<T: Wire>(
        &mut self,
        field: &'static str,
        values: &[T],
        version: i16,
    ) -> Result<(), EncodeError> {
        self.length(field, values.len())?;
        values.iter().try_for_each(|value| value.write(self, version))
    }

    /// An array, or null.
    pub fn nullable_array<T: Wire>(
        &mut self,
        field: &'static str,
        values: Option<&[T]>,
        version: i16,
    ) -> Result<(), EncodeError> {
        match values {
            Some(values) => self.array(field, values, version),
            None => self.null(),
        }
    }

    /// The length of bytes or the count of an array.
    fn length(&mut self, field: &'static str, length: usize) -> Result<(), EncodeError> {
        let limit = i32::MAX as usize;
        let Ok(signed) = i32::try_from(length) else {
            return Err(EncodeError::TooLong { field, length, limit });
        };
        match self.flexible {
            true => self.unsigned_varint(length as u32 + 1),
            false => self.int32(signed),
        }
        Ok(())
    }

    /// What stands for bytes, records or an array that are not there.
    fn null(&mut self) -> Result<(), EncodeError> {
        match self.flexible {
            true => self.unsigned_varint(0),
            false => self.int32(-1),
        }
        Ok(())
    }

    /// Ends a struct that sets no tagged field.
    pub fn no_tags(&mut self) {
        if self.flexible {
            self.buffer.put_u8(0);
        }
    }

    /// Ends a struct: its tagged fields follow, in rising order, each by [`Encoder::tag`].
    pub fn tags(&mut self) -> Tags {
        let tags = Tags(self.buffer.len());
        self.no_tags();
        tags
    }

    /// A tagged field.
    pub fn tag(
        &mut self,
        tags: &Tags,
        tag: u32,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        // No struct of Kafka's has 128 tagged fields: their count is one byte.
        self.buffer[tags.0] += 1;
        self.unsigned_varint(tag);
        let start = self.buffer.len();
        self.tag_depth += 1;
        write(self)?;
        self.tag_depth -= 1;
        self.insert_size(start)
    }

    /// Moves what was written from `start` on, to make room for its size before it.
    fn insert_size(&mut self, start: usize) -> Result<(), EncodeError> {
        let length = self.buffer.len() - start;
        let Ok(size) = u32::try_from(length) else {
            return Err(EncodeError::FrameTooLong { length, limit: i32::MAX as usize });
        };
        let (bytes, width) = varint(size);
        self.buffer.put_bytes(0, width);
        self.buffer.copy_within(start..start + length, start + width);
        self.buffer[start..start + width].copy_from_slice(&bytes[..width]);
        Ok(())
    }
}

/// Where a struct's tagged fields are counted.
#[derive(Debug)]
pub struct Tags(usize);

fn varint(mut value: u32) -> ([u8; 5], usize) {
    let mut bytes = [0; 5];
    let mut length = 0;
    while value >= 0x80 {
        bytes[length] = value as u8 | 0x80;
        value >>= 7;
        length += 1;
    }
    bytes[length] = value as u8;
    (bytes, length + 1)
}
