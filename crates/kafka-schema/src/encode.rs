//! JSON to bytes, by schema. Written for tests and transcripts: strict about what it is given (a misspelled name is an error,
//! not a default), not fast.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::json::{UNKNOWN_TAGS, bytes_of, default_of, float_of, is_default, uuid_of};
use crate::path::Path;
use crate::schema::{Field, Schema, Type, Versions};

/// Kafka reads a string's length as 16 bits signed, compact or not.
const LONGEST_STRING: usize = i16::MAX as usize;

/// Why JSON is not a message of that version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} version {version}: {path}: {fault}")]
pub struct EncodeError {
    /// The message's name.
    pub message: String,
    /// The version asked for.
    pub version: i16,
    /// Where in the message: `topicData[0].name`; empty for the message itself.
    pub path: String,
    /// What is wrong there.
    pub fault: EncodeFault,
}

/// What is wrong with a piece of JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeFault {
    /// The message has no such version.
    #[error("the versions are {versions}")]
    UnknownVersion {
        /// Those that exist.
        versions: Versions,
    },
    /// No version has a field of this name.
    #[error("no field of that name: correct it, or remove it")]
    UnknownField,
    /// Another version has the field, which may not be dropped silently.
    #[error(
        "a field of versions {versions} only, not ignorable, with {found}: remove it, or use such a version"
    )]
    OtherVersion {
        /// The versions that have it.
        versions: Versions,
        /// What stands there.
        found: String,
    },
    /// Null where this version has no null.
    #[error("null, which this version cannot carry: give a value")]
    Null,
    /// Another kind of JSON than the type is written as, or a number that it cannot hold.
    #[error("{found}, expected {expected}")]
    Mismatch {
        /// What may stand here.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// Longer than its length field can say, or than Kafka reads.
    #[error("{length} long, the limit is {limit}: shorten it")]
    TooLong {
        /// The limit in bytes or elements.
        limit: usize,
        /// Its length in them.
        length: usize,
    },
    /// A tag in `_taggedFields` that this version knows by name, or `_taggedFields` in a version without tags.
    #[error("a tag that belongs elsewhere: use the field's name, or a flexible version")]
    MisplacedTag,
}

impl Schema {
    /// The bytes of `json` as that version of this message, without any header.
    ///
    /// A missing field is at its default. A field of other versions is dropped if it is ignorable or at its default.
    pub fn encode(&self, json: &Json, version: i16) -> Result<Vec<u8>, EncodeError> {
        let mut encoder = Encoder { schema: self, version, out: Vec::new(), path: Path::default() };
        let outcome = match self.versions.contains(version) {
            true => encoder.fields(&self.fields, json),
            false => Err(EncodeFault::UnknownVersion { versions: self.versions }),
        };
        outcome.map_err(|fault| EncodeError {
            message: self.name.clone(),
            version,
            path: encoder.path.to_string(),
            fault,
        })?;
        Ok(encoder.out)
    }
}

/// Appends to `out`. On a fault, `path` stays where the fault is.
struct Encoder<'a> {
    schema: &'a Schema,
    version: i16,
    out: Vec<u8>,
    path: Path,
}

impl Encoder<'_> {
    /// A message's or a struct's fields: first those without a tag, then the tagged ones.
    fn fields(&mut self, fields: &[Field], json: &Json) -> Result<(), EncodeFault> {
        let Json::Object(members) = json else { return Err(mismatch("an object", json)) };
        self.check_names(fields, members)?;
        let mut tagged = BTreeMap::new();
        for field in fields {
            self.path.enter_field(&field.name);
            let member = members.get(&field.name);
            match (field.versions.contains(self.version), field.tagged, member) {
                (true, None, Some(member)) => self.field(field, member)?,
                (true, None, None) => self.field(field, &default_of(field))?,
                (true, Some(place), Some(member)) if !is_default(self.schema, field, member) => {
                    let outer = std::mem::take(&mut self.out);
                    self.field(field, member)?;
                    tagged.insert(place.tag, std::mem::replace(&mut self.out, outer));
                }
                (false, _, Some(member)) if !field.ignorable && !is_default(self.schema, field, member) => {
                    return Err(EncodeFault::OtherVersion {
                        versions: field.versions,
                        found: member.to_string(),
                    });
                }
                _ => {}
            }
            self.path.leave();
        }
        if self.schema.is_flexible(self.version) { self.tagged(fields, members, tagged) } else { Ok(()) }
    }

    fn check_names(&mut self, fields: &[Field], members: &Map<String, Json>) -> Result<(), EncodeFault> {
        for name in members.keys() {
            self.path.enter_field(name);
            match name.as_str() {
                UNKNOWN_TAGS if self.schema.is_flexible(self.version) => {}
                UNKNOWN_TAGS => return Err(EncodeFault::MisplacedTag),
                name if fields.iter().any(|field| field.name == *name) => {}
                _ => return Err(EncodeFault::UnknownField),
            }
            self.path.leave();
        }
        Ok(())
    }

    fn tagged(
        &mut self,
        fields: &[Field],
        members: &Map<String, Json>,
        mut tagged: BTreeMap<u32, Vec<u8>>,
    ) -> Result<(), EncodeFault> {
        if let Some(unknown) = members.get(UNKNOWN_TAGS) {
            self.path.enter_field(UNKNOWN_TAGS);
            let Json::Object(unknown) = unknown else { return Err(mismatch("an object", unknown)) };
            for (tag, value) in unknown {
                self.path.enter_field(tag);
                let tag: u32 =
                    tag.parse().map_err(|_| mismatch("a tag's number", &Json::from(tag.as_str())))?;
                if fields.iter().any(|field| field.is_tagged(tag, self.version)) {
                    return Err(EncodeFault::MisplacedTag);
                }
                tagged.insert(tag, text_of(value, "base64", bytes_of)?);
                self.path.leave();
            }
            self.path.leave();
        }
        self.unsigned_varint(tagged.len())?;
        for (tag, value) in tagged {
            self.out.extend(varint(tag));
            self.unsigned_varint(value.len())?;
            self.out.extend(value);
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, json: &Json) -> Result<(), EncodeFault> {
        let is_nullable = field.nullable.is_some_and(|nullable| nullable.contains(self.version));
        let is_flexible = self.schema.is_field_flexible(field, self.version);
        match (&field.ty, json) {
            (_, Json::Null) if !is_nullable => Err(EncodeFault::Null),
            (Type::Struct(_), Json::Null) => {
                self.out.push(field.null_struct_mark().to_be_bytes()[0]);
                Ok(())
            }
            (ty, Json::Null) => self.length(ty, is_flexible, None),
            (ty, json) => {
                if is_nullable && matches!(ty, Type::Struct(_)) {
                    self.out.push(1);
                }
                self.value(ty, is_flexible, json)
            }
        }
    }

    fn value(&mut self, ty: &Type, is_flexible: bool, json: &Json) -> Result<(), EncodeFault> {
        match ty {
            Type::Bool => {
                self.out.push(u8::from(json.as_bool().ok_or_else(|| mismatch("a truth value", json))?));
            }
            Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Uint32 | Type::Int64 => {
                self.integer(ty, json)?;
            }
            Type::Float64 => {
                let float = float_of(json).ok_or_else(|| mismatch("a number", json))?;
                self.out.extend(float.to_be_bytes());
            }
            Type::Uuid => self.out.extend(text_of(json, "16 bytes in base64url without padding", uuid_of)?),
            Type::String => {
                let text = json.as_str().ok_or_else(|| mismatch("a string", json))?;
                self.length(ty, is_flexible, Some(text.len()))?;
                self.out.extend(text.as_bytes());
            }
            Type::Bytes | Type::Records => {
                let bytes = text_of(json, "bytes in base64", bytes_of)?;
                self.length(ty, is_flexible, Some(bytes.len()))?;
                self.out.extend(bytes);
            }
            Type::Array(element) => {
                let elements = json.as_array().ok_or_else(|| mismatch("an array", json))?;
                self.length(ty, is_flexible, Some(elements.len()))?;
                for (index, json) in elements.iter().enumerate() {
                    self.path.enter_element(index);
                    self.value(element, is_flexible, json)?;
                    self.path.leave();
                }
            }
            Type::Struct(name) => {
                let found =
                    self.schema.find_struct(name).expect("the parser knows every struct that a field names");
                self.fields(&found.fields, json)?;
            }
        }
        Ok(())
    }

    fn integer(&mut self, ty: &Type, json: &Json) -> Result<(), EncodeFault> {
        let (smallest, largest) = ty.integer_range().expect("only integers come here");
        let number = json.as_i64().filter(|number| (smallest..=largest).contains(number));
        let number =
            number.ok_or_else(|| mismatch(&format!("an integer of {smallest} to {largest}"), json))?;
        let size = ty.fixed_size().expect("integers have a size");
        self.out.extend(&number.to_be_bytes()[8 - size..]);
        Ok(())
    }

    /// The length of a string, bytes or an array; `None` for null.
    fn length(&mut self, ty: &Type, is_flexible: bool, length: Option<usize>) -> Result<(), EncodeFault> {
        let limit = if *ty == Type::String { LONGEST_STRING } else { i32::MAX as usize };
        if let Some(length) = length.filter(|length| *length > limit) {
            return Err(EncodeFault::TooLong { limit, length });
        }
        match (is_flexible, ty, length) {
            (true, _, length) => self.unsigned_varint(length.map_or(0, |length| length + 1))?,
            (false, Type::String, length) => {
                self.out.extend(length.map_or(-1, |length| length as i16).to_be_bytes());
            }
            (false, _, length) => self.out.extend(length.map_or(-1, |length| length as i32).to_be_bytes()),
        }
        Ok(())
    }

    fn unsigned_varint(&mut self, number: usize) -> Result<(), EncodeFault> {
        let limit = u32::MAX as usize;
        let number = u32::try_from(number).map_err(|_| EncodeFault::TooLong { limit, length: number })?;
        self.out.extend(varint(number));
        Ok(())
    }
}

/// Seven bits a byte, lowest first; the top bit says that more follow.
fn varint(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn text_of<T>(json: &Json, expected: &str, read: fn(&str) -> Option<T>) -> Result<T, EncodeFault> {
    json.as_str().and_then(read).ok_or_else(|| mismatch(expected, json))
}

fn mismatch(expected: &str, found: &Json) -> EncodeFault {
    EncodeFault::Mismatch { expected: expected.to_owned(), found: found.to_string() }
}
