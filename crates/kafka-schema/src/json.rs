//! The JSON that stands for a message, as Kafka's own `JsonConverter` prints it: names in camelCase, a uuid as base64url
//! without padding, bytes and records as base64, tagged fields left out at their default. Ours alone is `_taggedFields`: what
//! no schema knows, by tag, as base64. Owns what the encoder and the decoder must agree on.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json};

use crate::schema::{Field, Schema, Type, Value};

/// Where a struct's JSON keeps the tagged fields that no schema knows.
pub(crate) const UNKNOWN_TAGS: &str = "_taggedFields";

pub(crate) fn bytes_to_json(bytes: &[u8]) -> Json {
    Json::String(STANDARD.encode(bytes))
}

pub(crate) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn uuid_to_json(bytes: &[u8]) -> Json {
    Json::String(URL_SAFE_NO_PAD.encode(bytes))
}

pub(crate) fn uuid_of(text: &str) -> Option<[u8; 16]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// A float as a number, or as a name where JSON has no number for it.
pub(crate) fn float_to_json(float: f64) -> Json {
    let name = match float {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    };
    serde_json::Number::from_f64(float).map_or_else(|| Json::from(name), Json::Number)
}

pub(crate) fn float_of(json: &Json) -> Option<f64> {
    match json.as_str() {
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some("NaN") => Some(f64::NAN),
        Some(_) => None,
        None => json.as_f64(),
    }
}

/// The JSON of a field's default.
pub(crate) fn default_of(field: &Field) -> Json {
    match (&field.default, &field.ty) {
        (Value::Null, _) => Json::Null,
        (Value::Bool(value), _) => Json::from(*value),
        (Value::Int(value), _) => Json::from(*value),
        (Value::Float(value), _) => float_to_json(*value),
        (Value::Str(value), _) => Json::from(value.as_str()),
        (Value::Empty, Type::Array(_)) => Json::Array(Vec::new()),
        (Value::Empty, Type::Struct(_)) => Json::Object(Map::new()),
        (Value::Empty, Type::Uuid) => uuid_to_json(&[0; 16]),
        (Value::Empty, _) => Json::from(""),
    }
}

/// Whether `json` says no more of a field than its absence would.
pub(crate) fn is_default(schema: &Schema, field: &Field, json: &Json) -> bool {
    match (&field.default, &field.ty, json) {
        (Value::Empty, Type::Struct(name), Json::Object(members)) => {
            let fields = schema.find_struct(name).map_or(&[][..], |found| &found.fields);
            members.iter().all(|(name, member)| {
                fields.iter().any(|field| field.name == *name && is_default(schema, field, member))
            })
        }
        _ => *json == default_of(field),
    }
}
