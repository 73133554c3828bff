//! Bytes to JSON, by schema. Whatever bytes come in, the outcome is JSON or a typed error: a length is checked against the
//! bytes that are left before anything is made of it, and nesting ends where the schema's does.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::json::{UNKNOWN_TAGS, bytes_to_json, float_to_json, is_default, uuid_to_json};
use crate::path::Path;
use crate::schema::{Field, Schema, Type, Versions};

/// Why bytes are not a message of that version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} version {version}: {path}, byte {at}: {fault}")]
pub struct DecodeError {
    /// The message's name.
    pub message: String,
    /// The version asked for.
    pub version: i16,
    /// Where in the message: `topicData[0].name`; `the message` for the whole of it.
    pub path: String,
    /// How many bytes had been read by then.
    pub at: usize,
    /// What is wrong there.
    pub fault: DecodeFault,
}

/// What is wrong with some bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeFault {
    /// The message has no such version.
    #[error("the versions are {versions}")]
    UnknownVersion {
        /// Those that exist.
        versions: Versions,
    },
    /// The message ends within a value, or a length reaches beyond its end.
    #[error("{wanted} bytes wanted, {left} are left: the message is cut short, or a length is wrong")]
    Truncated {
        /// How many bytes are needed.
        wanted: usize,
        /// How many there are.
        left: usize,
    },
    /// More elements than the rest of the message can hold.
    #[error("{count} elements of {element} bytes or more, {left} bytes are left: the count is wrong")]
    TooManyElements {
        /// How many are announced.
        count: usize,
        /// The fewest bytes that one takes.
        element: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// A length below that of null.
    #[error("a length of {length}, expected -1 (null) or more")]
    NegativeLength {
        /// The length.
        length: i32,
    },
    /// A length above what 31 bits can say, or a varint of more than 32 bits.
    #[error("a varint beyond {limit}")]
    Varint {
        /// The largest value that may stand here.
        limit: u32,
    },
    /// Null where this version has no null.
    #[error("null, which this version does not allow")]
    Null,
    /// A nullable struct's mark is neither that of null nor 1.
    #[error("{found} before a struct, expected {null} (null) or 1")]
    Mark {
        /// What null is here: see [`Field::null_struct_mark`].
        null: i8,
        /// The byte that stands there.
        found: i8,
    },
    /// A string that is not UTF-8.
    #[error("a string that is not UTF-8")]
    Utf8,
    /// One tag twice in a struct.
    #[error("tag {tag} a second time")]
    RepeatedTag {
        /// The tag.
        tag: u32,
    },
    /// A tagged field ends before its size does.
    #[error("{left} bytes of tag {tag} are left over: its size is wrong")]
    TagSize {
        /// The tag.
        tag: u32,
        /// How many bytes nobody read.
        left: usize,
    },
}

impl Schema {
    /// The JSON of the message of that version at the start of `bytes`, without any header, and how many bytes it takes.
    ///
    /// Fields that the version lacks are absent, and so are tagged fields at their default.
    pub fn decode(&self, bytes: &[u8], version: i16) -> Result<(Json, usize), DecodeError> {
        let mut decoder = Decoder { schema: self, version, bytes, at: 0, path: Path::default() };
        let outcome = match self.versions.contains(version) {
            true => decoder.fields(&self.fields),
            false => Err(DecodeFault::UnknownVersion { versions: self.versions }),
        };
        match outcome {
            Ok(json) => Ok((json, decoder.at)),
            Err(fault) => Err(DecodeError {
                message: self.name.clone(),
                version,
                path: decoder.path.to_string(),
                at: decoder.at,
                fault,
            }),
        }
    }
}

/// Reads from `at`, never beyond `bytes`. On a fault, `path` and `at` stay where the fault is.
struct Decoder<'a> {
    schema: &'a Schema,
    version: i16,
    bytes: &'a [u8],
    at: usize,
    path: Path,
}

impl<'a> Decoder<'a> {
    /// A message's or a struct's fields: first those without a tag, then the tagged ones.
    fn fields(&mut self, fields: &'a [Field]) -> Result<Json, DecodeFault> {
        let mut members = Map::new();
        let version = self.version;
        for field in fields.iter().filter(|field| field.versions.contains(version) && field.tagged.is_none())
        {
            self.path.enter_field(&field.name);
            members.insert(field.name.clone(), self.field(field)?);
            self.path.leave();
        }
        if self.schema.is_flexible(self.version) {
            self.tagged(fields, &mut members)?;
        }
        Ok(Json::Object(members))
    }

    fn tagged(&mut self, fields: &'a [Field], members: &mut Map<String, Json>) -> Result<(), DecodeFault> {
        let mut unknown = Map::new();
        let mut seen = BTreeSet::new();
        // A count larger than what follows runs into the end: it reserves nothing.
        for _ in 0..self.unsigned_varint()? {
            let tag = self.unsigned_varint()?;
            if !seen.insert(tag) {
                return Err(DecodeFault::RepeatedTag { tag });
            }
            let size = self.unsigned_varint()? as usize;
            self.require(size)?;
            let Some(field) = fields.iter().find(|field| field.is_tagged(tag, self.version)) else {
                unknown.insert(tag.to_string(), bytes_to_json(self.take(size)?));
                continue;
            };
            self.path.enter_field(&field.name);
            let end = self.at + size;
            let json = self.until(end, |decoder| decoder.field(field))?;
            if self.at != end {
                return Err(DecodeFault::TagSize { tag, left: end - self.at });
            }
            if !is_default(self.schema, field, &json) {
                members.insert(field.name.clone(), json);
            }
            self.path.leave();
        }
        if !unknown.is_empty() {
            members.insert(UNKNOWN_TAGS.to_owned(), Json::Object(unknown));
        }
        Ok(())
    }

    /// What `read` reads while the message seems to end at `end`.
    fn until<T>(
        &mut self,
        end: usize,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeFault>,
    ) -> Result<T, DecodeFault> {
        let whole = self.bytes;
        self.bytes = &whole[..end];
        let outcome = read(self);
        self.bytes = whole;
        outcome
    }

    fn field(&mut self, field: &'a Field) -> Result<Json, DecodeFault> {
        let is_nullable = field.nullable.is_some_and(|nullable| nullable.contains(self.version));
        let is_flexible = self.schema.is_field_flexible(field, self.version);
        let is_null = match &field.ty {
            Type::Struct(_) if is_nullable => self.is_null_struct(field.null_struct_mark())?,
            Type::String | Type::Bytes | Type::Records | Type::Array(_) => {
                return match self.length(&field.ty, is_flexible)? {
                    Some(length) => self.sized(&field.ty, is_flexible, length),
                    None if is_nullable => Ok(Json::Null),
                    None => Err(DecodeFault::Null),
                };
            }
            _ => false,
        };
        if is_null { Ok(Json::Null) } else { self.value(&field.ty, is_flexible) }
    }

    fn is_null_struct(&mut self, null: i8) -> Result<bool, DecodeFault> {
        match i8::from_be_bytes(self.array()?) {
            1 => Ok(false),
            found if found == null => Ok(true),
            found => Err(DecodeFault::Mark { null, found }),
        }
    }

    fn value(&mut self, ty: &'a Type, is_flexible: bool) -> Result<Json, DecodeFault> {
        Ok(match ty {
            Type::Bool => Json::from(self.array::<1>()? != [0]),
            Type::Int8 => Json::from(i8::from_be_bytes(self.array()?)),
            Type::Int16 => Json::from(i16::from_be_bytes(self.array()?)),
            Type::Uint16 => Json::from(u16::from_be_bytes(self.array()?)),
            Type::Int32 => Json::from(i32::from_be_bytes(self.array()?)),
            Type::Uint32 => Json::from(u32::from_be_bytes(self.array()?)),
            Type::Int64 => Json::from(i64::from_be_bytes(self.array()?)),
            Type::Float64 => float_to_json(f64::from_be_bytes(self.array()?)),
            Type::Uuid => uuid_to_json(&self.array::<16>()?),
            Type::String | Type::Bytes | Type::Records | Type::Array(_) => {
                let length = self.length(ty, is_flexible)?.ok_or(DecodeFault::Null)?;
                self.sized(ty, is_flexible, length)?
            }
            Type::Struct(name) => {
                let found =
                    self.schema.find_struct(name).expect("the parser knows every struct that a field names");
                self.fields(&found.fields)?
            }
        })
    }

    /// What stands behind a length.
    fn sized(&mut self, ty: &'a Type, is_flexible: bool, length: usize) -> Result<Json, DecodeFault> {
        match ty {
            Type::Array(element) => self.elements(element, is_flexible, length),
            Type::String => {
                let text = std::str::from_utf8(self.take(length)?).map_err(|_| DecodeFault::Utf8)?;
                Ok(Json::from(text))
            }
            _ => Ok(bytes_to_json(self.take(length)?)),
        }
    }

    fn elements(&mut self, ty: &'a Type, is_flexible: bool, count: usize) -> Result<Json, DecodeFault> {
        let left = self.bytes.len() - self.at;
        let element = self.smallest_size(ty, is_flexible);
        if count.saturating_mul(element) > left {
            return Err(DecodeFault::TooManyElements { count, element, left });
        }
        let mut elements = Vec::new();
        for index in 0..count {
            self.path.enter_element(index);
            elements.push(self.value(ty, is_flexible)?);
            self.path.leave();
        }
        Ok(Json::Array(elements))
    }

    /// The fewest bytes that an element takes; at least 1, so that a count is never free.
    fn smallest_size(&self, ty: &Type, is_flexible: bool) -> usize {
        let Type::Struct(name) = ty else {
            return ty.fixed_size().unwrap_or(match (is_flexible, ty) {
                (true, _) => 1,
                (false, Type::String) => 2,
                (false, _) => 4,
            });
        };
        let fields = self.schema.find_struct(name).map_or(&[][..], |found| &found.fields);
        let sizes = fields
            .iter()
            .filter(|field| field.versions.contains(self.version) && field.tagged.is_none())
            .map(|field| match field.nullable {
                Some(_) if matches!(field.ty, Type::Struct(_)) => 1,
                _ => self.smallest_size(&field.ty, is_flexible),
            });
        (sizes.sum::<usize>() + usize::from(is_flexible)).max(1)
    }

    /// The length of a string, bytes or an array; `None` for null.
    fn length(&mut self, ty: &Type, is_flexible: bool) -> Result<Option<usize>, DecodeFault> {
        if is_flexible {
            let limit = i32::MAX as u32;
            let length = self.unsigned_varint()?;
            return match length.checked_sub(1) {
                Some(length) if length > limit => Err(DecodeFault::Varint { limit }),
                length => Ok(length.map(|length| length as usize)),
            };
        }
        let length = match ty {
            Type::String => i16::from_be_bytes(self.array()?).into(),
            _ => i32::from_be_bytes(self.array()?),
        };
        match length {
            -1 => Ok(None),
            length => usize::try_from(length).map(Some).map_err(|_| DecodeFault::NegativeLength { length }),
        }
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    fn unsigned_varint(&mut self) -> Result<u32, DecodeFault> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).map_err(|_| DecodeFault::Varint { limit: u32::MAX });
            }
        }
        Err(DecodeFault::Varint { limit: u32::MAX })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeFault> {
        Ok(self.take(N)?.try_into().expect("as many bytes as were asked for"))
    }

    fn take(&mut self, wanted: usize) -> Result<&'a [u8], DecodeFault> {
        self.require(wanted)?;
        let taken = &self.bytes[self.at..self.at + wanted];
        self.at += wanted;
        Ok(taken)
    }

    fn require(&self, wanted: usize) -> Result<(), DecodeFault> {
        let left = self.bytes.len() - self.at;
        if wanted <= left { Ok(()) } else { Err(DecodeFault::Truncated { wanted, left }) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::parse;

    fn sample() -> Schema {
        let text = "data Sample 0-2 flexible 2+\n  names  []Name  nullable 1+\n    name  string\n  id  ?Inner  1+\n    number  int8\n  \
                    left  int32  2+  tag 1  = 7\n";
        parse(text).expect("a good text").remove(0)
    }

    fn fault(bytes: &[u8], version: i16) -> String {
        sample().decode(bytes, version).expect_err("faulty bytes").to_string()
    }

    #[test]
    fn what_follows_the_message_is_left() {
        assert_eq!(
            sample().decode(&[0, 0, 0, 1, 0, 1, b'a', 9, 9], 0),
            Ok((json!({ "names": [{ "name": "a" }] }), 7))
        );
        let json = json!({ "names": null, "id": { "number": -2 }, "left": 258 });
        assert_eq!(sample().decode(&[0, 1, 0xfe, 0, 1, 1, 4, 0, 0, 1, 2, 9], 2), Ok((json, 11)));
    }

    #[test]
    fn tags_at_their_default_are_absent_and_unknown_ones_are_kept() {
        let json = json!({ "names": [], "id": null, "_taggedFields": { "0": "", "300": "/w==" } });
        let bytes = [1, 0xff, 3, 1, 4, 0, 0, 0, 7, 0, 0, 0xac, 2, 1, 0xff];
        assert_eq!(sample().decode(&bytes, 2), Ok((json, bytes.len())));
    }

    #[test]
    fn lengths_are_checked_before_anything_is_kept() {
        assert_eq!(
            fault(&[0x7f, 0xff, 0xff, 0xff, 0, 1], 0),
            "Sample version 0: names, byte 4: 2147483647 elements of 2 bytes or more, 2 bytes are left: the count is wrong"
        );
        assert_eq!(
            fault(&[0, 0, 0, 1, 0x7f, 0xff], 0),
            "Sample version 0: names[0].name, byte 6: 32767 bytes wanted, 0 are left: the message is cut short, or a length is \
             wrong"
        );
        assert_eq!(
            fault(&[0xff, 0xff, 0xff, 0xfe], 0),
            "Sample version 0: names, byte 4: a length of -2, expected -1 (null) or more"
        );
        assert_eq!(
            fault(&[0xff, 0xff, 0xff, 0xff, 0x0f], 2),
            "Sample version 2: names, byte 5: a varint beyond 2147483647"
        );
        assert_eq!(fault(&[0xff; 6], 2), "Sample version 2: names, byte 5: a varint beyond 4294967295");
        assert_eq!(
            fault(&[0x80, 0x80, 0x80, 0x80, 0x10], 2),
            "Sample version 2: names, byte 5: a varint beyond 4294967295"
        );
    }

    #[test]
    fn nulls_are_refused_where_the_version_has_none() {
        assert_eq!(
            fault(&[0xff; 4], 0),
            "Sample version 0: names, byte 4: null, which this version does not allow"
        );
        assert_eq!(sample().decode(&[0xff; 5], 1), Ok((json!({ "names": null, "id": null }), 5)));
        assert_eq!(
            fault(&[0, 0, 0, 0, 3], 1),
            "Sample version 1: id, byte 5: 3 before a struct, expected -1 (null) or 1"
        );
    }

    #[test]
    fn a_tagged_field_fills_its_size_and_comes_once() {
        assert_eq!(
            fault(&[0, 0xff, 1, 1, 5, 0, 0, 0, 1, 0], 2),
            "Sample version 2: left, byte 9: 1 bytes of tag 1 are left over: its size is wrong"
        );
        assert_eq!(
            fault(&[0, 0xff, 1, 1, 3, 0, 0, 0, 1], 2),
            "Sample version 2: left, byte 5: 4 bytes wanted, 3 are left: the message is cut short, or a length is wrong"
        );
        assert_eq!(
            fault(&[0, 0xff, 2, 5, 0, 5, 0], 2),
            "Sample version 2: the message, byte 6: tag 5 a second time"
        );
    }

    #[test]
    fn text_is_utf8() {
        assert_eq!(
            fault(&[0, 0, 0, 1, 0, 1, 0xff], 0),
            "Sample version 0: names[0].name, byte 7: a string that is not UTF-8"
        );
    }
}
