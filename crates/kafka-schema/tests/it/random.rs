//! Random messages as JSON, from a schema and a seed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json};
use tidelog_kafka_schema::{Field, Schema, Type};

/// SplitMix64: the same numbers for the same seed, everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn bytes(&mut self, length: u64) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// A message of that version, in which no tagged field is at its default (decoding would leave it out).
pub fn message(schema: &Schema, version: i16, random: &mut Random) -> Json {
    fields(schema, &schema.fields, version, random)
}

fn fields(schema: &Schema, fields: &[Field], version: i16, random: &mut Random) -> Json {
    let mut members = Map::new();
    for field in fields.iter().filter(|field| field.versions.contains(version)) {
        let json = field_value(schema, field, version, random);
        if field.tagged.is_none() || !is_plain(&json) {
            members.insert(field.name.clone(), json);
        }
    }
    if schema.is_flexible(version) && random.below(4) == 0 {
        let bytes = STANDARD.encode(random.bytes(3));
        members.insert("_taggedFields".to_owned(), serde_json::json!({ "1000": bytes, "70000": "" }));
    }
    Json::Object(members)
}

/// What could be a default: such a tagged field is not sent.
fn is_plain(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(value) => !*value,
        Json::Number(number) => [0, -1, i64::MAX].map(Some).contains(&number.as_i64()),
        Json::String(text) => text.is_empty() || *text == URL_SAFE_NO_PAD.encode([0; 16]),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(_) => false,
    }
}

fn field_value(schema: &Schema, field: &Field, version: i16, random: &mut Random) -> Json {
    if field.nullable.is_some_and(|nullable| nullable.contains(version)) && random.below(4) == 0 {
        return Json::Null;
    }
    value(schema, &field.ty, version, random)
}

fn value(schema: &Schema, ty: &Type, version: i16, random: &mut Random) -> Json {
    if let Some((smallest, largest)) = ty.integer_range() {
        let span = (largest as u64).wrapping_sub(smallest as u64);
        return Json::from(match random.below(4) {
            0 => smallest,
            1 => largest,
            _ => smallest.wrapping_add((random.next() % span.max(1)) as i64),
        });
    }
    match ty {
        Type::Bool => Json::from(random.below(2) == 0),
        Type::Float64 => Json::from((random.next() >> 12) as f64 / 8.0),
        Type::Uuid => Json::from(URL_SAFE_NO_PAD.encode(random.bytes(16))),
        Type::String => {
            let length = random.below(200) as usize;
            Json::from("aé🌊".chars().cycle().take(length).collect::<String>())
        }
        Type::Bytes | Type::Records => {
            let length = random.below(300);
            Json::from(STANDARD.encode(random.bytes(length)))
        }
        Type::Array(element) => {
            let count = random.below(4);
            (0..count).map(|_| value(schema, element, version, random)).collect()
        }
        Type::Struct(name) => {
            let inner = schema.find_struct(name).expect("a struct that the schema has");
            fields(schema, &inner.fields, version, random)
        }
        _ => unreachable!("integers are done"),
    }
}
