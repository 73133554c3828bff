//! What is changed: values in a request before it is encoded, and bytes of its frame after.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use tidelog_kafka_schema::{Field, Schema, Type};

use crate::random::Random;

const LENGTH_BYTES: usize = 4;
/// Behind the length come key, version and correlation id.
const HEAD_BYTES: usize = 8;
/// No case is larger.
const FRAME_MAX_BYTES: usize = 300_000;

/// Whole numbers that break things.
const NUMBERS: &[i64] = &[
    0,
    1,
    -1,
    -2,
    127,
    -128,
    255,
    32_767,
    -32_768,
    65_535,
    999_999,
    1_000_000,
    2_147_483_647,
    -2_147_483_648,
    i64::MAX,
    i64::MIN,
];

/// Lengths and counts that lie, in both encodings.
const LIES: &[&[u8]] = &[
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0xff, 0xff, 0xff, 0xff],
    &[0, 0x0f, 0x42, 0x40],
    &[0, 0, 0x7f, 0xff],
    &[0x7f, 0xff],
    &[0x80, 0],
    &[0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    &[0x80, 0x89, 0x7a],
    &[0x7f],
    &[0xff],
    &[0x01],
    &[0],
];

/// Changes values of a request, some of them into what its version cannot say.
pub fn change_values(schema: &Schema, version: i16, request: &mut Json, random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let mut count = 0;
        visit(schema, &schema.fields, version, request, &mut |_, _| count += 1);
        if count == 0 {
            return;
        }
        let (chosen, other) = (random.below(count), random.below(count));
        let (mut at, mut swapped) = (0, None);
        visit(schema, &schema.fields, version, request, &mut |field, value| {
            if at == other {
                swapped = Some((field.ty.clone(), value.clone()));
            }
            at += 1;
        });
        at = 0;
        visit(schema, &schema.fields, version, request, &mut |field, value| {
            if at == chosen {
                let swapped = swapped.take().filter(|(ty, _)| *ty == field.ty).map(|(_, value)| value);
                let is_nullable = field.nullable.is_some_and(|nullable| nullable.contains(version));
                change_value(&field.ty, is_nullable, value, swapped, random);
            }
            at += 1;
        });
    }
}

/// Every field that the version has, outer ones first. A value that is replaced while it is visited is not entered.
fn visit(
    schema: &Schema,
    fields: &[Field],
    version: i16,
    json: &mut Json,
    each: &mut impl FnMut(&Field, &mut Json),
) {
    for field in fields.iter().filter(|field| field.versions.contains(version)) {
        let Some(member) = json.get_mut(&field.name) else { continue };
        each(field, member);
        match (&field.ty, member) {
            (Type::Struct(name), member @ Json::Object(_)) => enter(schema, name, version, member, each),
            (Type::Array(of), Json::Array(elements)) => {
                if let Type::Struct(name) = &**of {
                    // Many of one kind are as good as a few.
                    for element in elements.iter_mut().take(4) {
                        enter(schema, name, version, element, each);
                    }
                }
            }
            _ => {}
        }
    }
}

fn enter(
    schema: &Schema,
    name: &str,
    version: i16,
    json: &mut Json,
    each: &mut impl FnMut(&Field, &mut Json),
) {
    if let Some(found) = schema.find_struct(name) {
        visit(schema, &found.fields, version, json, each);
    }
}

fn change_value(ty: &Type, is_nullable: bool, value: &mut Json, swapped: Option<Json>, random: &mut Random) {
    if let Some(swapped) = swapped.filter(|_| random.one_in(3)) {
        *value = swapped;
        return;
    }
    if is_nullable && random.one_in(3) {
        *value = Json::Null;
        return;
    }
    match (ty, &mut *value) {
        (Type::Bool, value) => *value = Json::from(random.one_in(2)),
        (Type::Float64, value) => *value = Json::from(*random.of(&[0.0, -0.0, -1.0, 1e308, 1e-308])),
        (Type::String, value) => *value = Json::from(text(value.as_str().unwrap_or(""), random)),
        (Type::Bytes | Type::Records, Json::String(text)) => {
            let mut bytes = STANDARD.decode(&*text).unwrap_or_default();
            change_slice(&mut bytes, 0, random);
            *text = STANDARD.encode(bytes);
        }
        (Type::Array(_), Json::Array(elements)) => change_elements(elements, random),
        (integer, value) => {
            if let Some((lowest, highest)) = integer.integer_range() {
                *value = Json::from((*random.of(NUMBERS)).clamp(lowest, highest));
            }
        }
    }
}

fn text(old: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 => String::new(),
        1 => "x".repeat(*random.of(&[249, 250, 1000, 32_767])),
        2 => old.chars().rev().collect(),
        3 => format!("{old}{old}"),
        4 => format!("{old}\0\u{feff}é"),
        _ => old.chars().skip(1).collect(),
    }
}

fn change_elements(elements: &mut Vec<Json>, random: &mut Random) {
    let Some(last) = elements.last().cloned() else { return };
    match random.below(5) {
        0 => elements.clear(),
        1 => elements.push(last),
        2 => elements.reverse(),
        3 => drop(elements.pop()),
        _ => {
            // Never so many that the frame becomes large.
            let room = FRAME_MAX_BYTES / (last.to_string().len() + 1);
            let many = *random.of(&[10, 100, 1000, 20_000]);
            elements.resize(elements.len() + many.min(room), last);
        }
    }
}

/// What was done to a frame: whether its length says what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// It does.
    Whole,
    /// It does not: another length stands there, or bytes are missing.
    Lying,
}

/// Changes bytes of a frame, mostly of its body.
pub fn change_bytes(frame: &mut Vec<u8>, random: &mut Random) -> Framing {
    match random.below(16) {
        0 => {
            let length = frame.len() as i32 - LENGTH_BYTES as i32;
            let lie = *random.of(&[0, -1, i32::MIN, i32::MAX, length - 1, length + 1, length / 2, 1 << 20]);
            frame[..LENGTH_BYTES].copy_from_slice(&lie.to_be_bytes());
            return Framing::Lying;
        }
        1 => {
            let cut = random.below(frame.len());
            frame.truncate(cut);
            return Framing::Lying;
        }
        _ => {}
    }
    let from = match random.one_in(8) {
        true => LENGTH_BYTES,
        false => (LENGTH_BYTES + HEAD_BYTES).min(frame.len()),
    };
    for _ in 0..1 + random.below(3) {
        change_slice(frame, from, random);
    }
    let length = (frame.len() - LENGTH_BYTES) as i32;
    frame[..LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
    Framing::Whole
}

/// Changes `bytes` at some place from `from` on.
fn change_slice(bytes: &mut Vec<u8>, from: usize, random: &mut Random) {
    if bytes.len() <= from {
        bytes.extend(random.bytes(3));
        return;
    }
    let at = from + random.below(bytes.len() - from);
    let some = (1 + random.below(8)).min(bytes.len() - at);
    match random.below(8) {
        0 | 1 => bytes[at] ^= 1 << random.below(8),
        2 | 3 => {
            let lie = *random.of(LIES);
            let lie = &lie[..lie.len().min(bytes.len() - at)];
            bytes[at..at + lie.len()].copy_from_slice(lie);
        }
        4 => drop(bytes.drain(at..at + some)),
        5 => drop(bytes.splice(at..at, random.bytes(some))),
        6 => {
            let twice = bytes[at..at + some].to_vec();
            drop(bytes.splice(at..at, twice));
        }
        _ => bytes.truncate(at),
    }
}
