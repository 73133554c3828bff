//! Against Apache Kafka 4.4 itself: the bytes that its own classes made of every message in every version.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::Value as Json;
use tidelog_kafka_schema::Schemas;

use crate::codecs::codecs;

struct Line<'a> {
    name: &'a str,
    version: i16,
    kind: &'a str,
    bytes: Bytes,
    json: &'a str,
}

fn fixture() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../kafka-schema/tests/fixtures/kafka-messages.txt");
    std::fs::read_to_string(path).expect("the fixture is checked in")
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.splitn(5, ' ');
        let mut word = || words.next().expect("five words a line");
        let (name, version, kind) = (word(), word().parse().expect("a version"), word());
        Line { name, version, kind, bytes: unhex(word()), json: word() }
    })
}

fn unhex(hex: &str) -> Bytes {
    // An empty body is written as a dash.
    let digits = hex.trim_matches('-');
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex");
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[test]
fn what_kafka_writes_is_read_and_written_again_to_the_byte() {
    let (schemas, codecs, text) = (Schemas::checked_in().expect("they parse"), codecs(), fixture());
    let mut seen = BTreeSet::new();
    for Line { name, version, kind, bytes, json } in lines(&text) {
        let Some(codec) = codecs.get(name) else {
            assert!(name.ends_with("Header"), "{name} is in Kafka and not here");
            continue;
        };
        let expected = match kind {
            // We do not keep what we do not know.
            "tag" => {
                let mut json: Json = serde_json::from_str(json).expect("JSON");
                json.as_object_mut().expect("an object").remove("_taggedFields").expect("an unknown field");
                let schema = schemas.named(name).expect("a schema");
                Bytes::from(schema.encode(&json, version).expect("it fits its schema"))
            }
            _ => bytes.clone(),
        };
        assert_eq!((codec.recode)(&bytes, version), Ok(expected), "{name} version {version} {kind}: {json}");
        seen.insert((name, version));
    }
    for (name, codec) in &codecs {
        for version in codec.versions.clone() {
            assert!(seen.contains(&(*name, version)), "{name} version {version} is not in the fixture");
        }
    }
}

#[test]
fn a_default_message_is_the_one_that_kafkas_constructor_makes() {
    let (codecs, text) = (codecs(), fixture());
    for Line { name, version, kind, bytes, .. } in lines(&text).filter(|line| line.kind == "default") {
        if let Some(codec) = codecs.get(name) {
            assert_eq!((codec.default)(version), Ok(bytes), "{name} version {version} {kind}");
        }
    }
}
