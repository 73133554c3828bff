//! Every message and version against the bytes and the JSON that Apache Kafka's own classes write (`fixtures/README.md`).

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tidelog_kafka_schema::Schemas;

const MESSAGES: &str = include_str!("../fixtures/kafka-messages.txt");

struct Sample {
    name: &'static str,
    version: i16,
    kind: &'static str,
    bytes: Vec<u8>,
    json: Json,
}

fn samples() -> impl Iterator<Item = Sample> {
    MESSAGES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        let hex = |at: usize| u8::from_str_radix(&words[3][at..at + 2], 16).expect("hex");
        Sample {
            name: words[0],
            version: words[1].parse().expect("a version"),
            kind: words[2],
            bytes: (0..words[3].len()).step_by(2).map(hex).collect(),
            json: serde_json::from_str(words[4]).expect("JSON"),
        }
    })
}

#[test]
fn encoding_gives_the_bytes_of_apache_kafka() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut faults = Vec::new();
    for Sample { name, version, kind, bytes, json } in samples() {
        let schema = schemas.named(name).expect("a schema of that name");
        match schema.encode(&json, version) {
            Ok(ours) if ours == bytes => {}
            outcome => {
                faults.push(format!("{name} {version} {kind}: {outcome:02x?}, Kafka has {bytes:02x?}"))
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn decoding_gives_the_json_of_apache_kafka() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut faults = Vec::new();
    for Sample { name, version, kind, bytes, json } in samples() {
        let length = bytes.len();
        match schemas.named(name).expect("a schema of that name").decode(&bytes, version) {
            Ok((ours, read)) if ours == json && read == length => {}
            outcome => faults.push(format!("{name} {version} {kind}: {outcome:?}, Kafka has {json}")),
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// Defaults are Kafka's: an object of which nothing is said has the bytes of one that its constructor made.
#[test]
fn an_empty_object_has_the_bytes_of_kafkas_defaults() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut faults = Vec::new();
    for Sample { name, version, bytes, .. } in samples().filter(|sample| sample.kind == "default") {
        let ours =
            schemas.named(name).expect("a schema of that name").encode(&serde_json::json!({}), version);
        if ours.as_ref() != Ok(&bytes) {
            faults.push(format!("{name} {version}: {ours:02x?}, Kafka has {bytes:02x?}"));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_message_and_version_has_samples() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let sampled: BTreeSet<_> =
        samples().map(|sample| (sample.name.to_owned(), sample.version, sample.kind)).collect();
    let mut wanted = BTreeSet::new();
    for schema in schemas.iter() {
        for version in schema.versions.iter() {
            let is_last = Some(version) == schema.versions.highest;
            let full = if is_last && schema.is_flexible(version) { "tag" } else { "full" };
            wanted.extend(["default", full, "sparse"].map(|kind| (schema.name.clone(), version, kind)));
        }
    }
    assert_eq!(sampled, wanted);
}
