//! Random messages as JSON, by schema and seed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json, json};
use tidelog_kafka_schema::{Field, Schema, Type};

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// A message of that version, with every field that the version has, or most of them.
    pub fn message(&mut self, schema: &Schema, version: i16) -> Json {
        self.fields(schema, &schema.fields, version)
    }

    fn fields(&mut self, schema: &Schema, fields: &[Field], version: i16) -> Json {
        let mut members = Map::new();
        for field in fields.iter().filter(|field| field.versions.contains(version)) {
            if field.tagged.is_some() && self.one_in(3) {
                continue;
            }
            let is_nullable = field.nullable.is_some_and(|nullable| nullable.contains(version));
            let value = match is_nullable && self.one_in(4) {
                true => Json::Null,
                false => self.value(schema, &field.ty, version),
            };
            members.insert(field.name.clone(), value);
        }
        Json::Object(members)
    }

    fn value(&mut self, schema: &Schema, ty: &Type, version: i16) -> Json {
        match ty {
            Type::Bool => json!(self.one_in(2)),
            Type::Float64 => json!(self.next() as i32 as f64 / 64.0),
            Type::Uuid => json!(URL_SAFE_NO_PAD.encode(self.bytes(16))),
            Type::String => json!(self.text()),
            Type::Bytes | Type::Records => {
                let length = if self.one_in(8) { 1500 } else { self.below(20) };
                json!(STANDARD.encode(self.bytes(length)))
            }
            Type::Array(element) => {
                let count = self.below(3);
                (0..count).map(|_| self.value(schema, element, version)).collect()
            }
            Type::Struct(name) => {
                let found = schema.find_struct(name).expect("a schema holds its structs");
                self.fields(schema, &found.fields, version)
            }
            integer => {
                let (lowest, highest) = integer.integer_range().expect("the other types are above");
                match self.below(6) {
                    0 => json!(lowest),
                    1 => json!(highest),
                    2 => json!(0.clamp(lowest, highest)),
                    _ => json!((self.next() as i64 >> self.below(60)).clamp(lowest, highest)),
                }
            }
        }
    }

    fn text(&mut self) -> String {
        let length = if self.one_in(20) { 200 } else { self.below(12) };
        (0..length).map(|_| ['a', '0', '.', 'ü', '界', '🜂'][self.below(6)]).collect()
    }
}
