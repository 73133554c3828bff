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
    /// Where in the message: `topicData[0].name`; `the message` for the whole of it.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::parse;

    fn sample() -> Schema {
        let text = "data Sample 0-2 flexible 2+\n  # 1: adds more.\n  number  int8  = -1\n  names  []Name\n    name  string\n  \
                    more  ?bytes  1+  = null\n  spare  int8  1+  ignorable\n  inner  ?Inner  2+  tag 3\n    id  uuid\n  \
                    left  int32  2+  tag 1  = 7\n";
        parse(text).expect("a good text").remove(0)
    }

    fn fault(json: Json, version: i16) -> String {
        sample().encode(&json, version).expect_err("faulty JSON").to_string()
    }

    #[test]
    fn lengths_are_16_and_32_bits_until_a_version_is_flexible() {
        let json = json!({ "number": 5, "names": [{ "name": "ab" }], "more": "AQ==" });
        assert_eq!(sample().encode(&json, 1), Ok(vec![5, 0, 0, 0, 1, 0, 2, b'a', b'b', 0, 0, 0, 1, 1, 0]));
        assert_eq!(sample().encode(&json, 2), Ok(vec![5, 2, 3, b'a', b'b', 0, 2, 1, 0, 0]));
    }

    #[test]
    fn missing_fields_are_at_their_defaults() {
        assert_eq!(sample().encode(&json!({}), 0), Ok(vec![0xff, 0, 0, 0, 0]));
        assert_eq!(sample().encode(&json!({}), 1), Ok(vec![0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0]));
        assert_eq!(sample().encode(&json!({}), 2), Ok(vec![0xff, 1, 0, 0, 0]));
    }

    #[test]
    fn tagged_fields_are_ascending_known_and_unknown_ones_and_left_out_at_their_default() {
        let prefix = [0xff, 1, 0, 0];
        let tags = |json: Json| {
            sample().encode(&json, 2).map(|bytes| bytes.strip_prefix(&prefix).map(<[u8]>::to_vec))
        };
        assert_eq!(tags(json!({ "left": 7, "inner": {} })), Ok(Some(vec![0])));
        assert_eq!(tags(json!({ "inner": null })), Ok(Some(vec![1, 3, 1, 0])));
        let json = json!({ "left": 8, "inner": null, "_taggedFields": { "2": "/w==", "300": "" } });
        assert_eq!(tags(json), Ok(Some(vec![4, 1, 4, 0, 0, 0, 8, 2, 1, 0xff, 3, 1, 0, 0xac, 0x02, 0])));
    }

    #[test]
    fn names_that_no_version_has_are_refused() {
        assert_eq!(
            fault(json!({ "nmuber": 1 }), 0),
            "Sample version 0: nmuber: no field of that name: correct it, or remove it"
        );
        assert_eq!(
            fault(json!({ "names": [{ "name": "" }, { "nam": "" }] }), 2),
            "Sample version 2: names[1].nam: no field of that name: correct it, or remove it"
        );
        let misplaced = "a tag that belongs elsewhere: use the field's name, or a flexible version";
        assert_eq!(
            fault(json!({ "_taggedFields": {} }), 1),
            format!("Sample version 1: _taggedFields: {misplaced}")
        );
        assert_eq!(
            fault(json!({ "_taggedFields": { "3": "" } }), 2),
            format!("Sample version 2: _taggedFields.3: {misplaced}")
        );
    }

    #[test]
    fn a_field_of_other_versions_is_dropped_only_if_ignorable_or_at_its_default() {
        assert_eq!(
            sample().encode(&json!({ "spare": 1, "more": null, "left": 7 }), 0),
            sample().encode(&json!({}), 0)
        );
        assert_eq!(
            fault(json!({ "more": "AQ==" }), 0),
            "Sample version 0: more: a field of versions 1+ only, not ignorable, with \"AQ==\": remove it, or use such a \
             version"
        );
    }

    #[test]
    fn values_that_a_type_cannot_hold_are_refused() {
        assert_eq!(fault(json!([]), 0), "Sample version 0: the message: [], expected an object");
        assert_eq!(
            fault(json!({ "number": 128 }), 0),
            "Sample version 0: number: 128, expected an integer of -128 to 127"
        );
        assert_eq!(fault(json!({ "names": {} }), 0), "Sample version 0: names: {}, expected an array");
        assert_eq!(
            fault(json!({ "names": null }), 0),
            "Sample version 0: names: null, which this version cannot carry: give a value"
        );
        assert_eq!(
            fault(json!({ "names": [null] }), 0),
            "Sample version 0: names[0]: null, expected an object"
        );
        assert_eq!(
            fault(json!({ "more": "?" }), 1),
            "Sample version 1: more: \"?\", expected bytes in base64"
        );
        assert_eq!(
            fault(json!({ "inner": { "id": "AA" } }), 2),
            "Sample version 2: inner.id: \"AA\", expected 16 bytes in base64url without padding"
        );
        assert_eq!(
            fault(json!({ "names": [{ "name": "x".repeat(32_768) }] }), 2),
            "Sample version 2: names[0].name: 32768 long, the limit is 32767: shorten it"
        );
        assert_eq!(fault(json!({}), 3), "Sample version 3: the message: the versions are 0-2");
    }

    #[test]
    fn floats_have_names_where_json_has_no_number() {
        let schema = parse("data Sample 0\n  float  float64\n").expect("a good text").remove(0);
        for (json, bytes) in [(json!(1), 1.0), (json!(-0.5), -0.5), (json!("-Infinity"), f64::NEG_INFINITY)] {
            let bytes: [u8; 8] = f64::to_be_bytes(bytes);
            assert_eq!(schema.encode(&json!({ "float": json }), 0), Ok(bytes.to_vec()));
            let again = schema.decode(&bytes, 0).map(|(again, _)| again["float"].as_f64() == json.as_f64());
            assert_eq!(again, Ok(true));
        }
    }
}
