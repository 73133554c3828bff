//! What must be true of `proto/kafka` as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use tidelog_kafka_schema::{Schema, SchemaKind, Schemas, Type};

const API_VERSIONS: &str = include_str!("../fixtures/api-versions.txt");

/// API key and name → versions, as Kafka lists them.
fn kafkas_table() -> BTreeMap<(i16, String), RangeInclusive<i16>> {
    let rows = API_VERSIONS.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| -> i16 { words[at].parse().expect("a number") };
        ((number(0), words[1].to_owned()), number(2)..=number(3))
    });
    rows.collect()
}

fn range(schema: &Schema) -> RangeInclusive<i16> {
    schema.versions.lowest..=schema.versions.highest.expect("a message's versions end")
}

#[test]
fn apis_and_versions_are_those_of_apache_kafka() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut expected = kafkas_table();
    // Advertised from 0 for the sake of old clients, which are then refused: there is nothing to describe below 3.
    assert_eq!(expected.insert((0, "Produce".to_owned()), 3..=13), Some(0..=13));
    for (kind, suffix) in [(SchemaKind::Request, "Request"), (SchemaKind::Response, "Response")] {
        let ours: BTreeMap<_, _> = schemas
            .iter()
            .filter(|schema| schema.kind == kind)
            .map(|schema| {
                let name = schema.name.strip_suffix(suffix).expect("Kafka's suffix").to_owned();
                ((schema.api_key.expect("a key"), name), range(schema))
            })
            .collect();
        assert_eq!(ours, expected, "{suffix}s");
    }
}

#[test]
fn every_message_has_a_name_of_its_own() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let names: BTreeSet<&str> = schemas.iter().map(|schema| schema.name.as_str()).collect();
    assert_eq!(names.len(), schemas.iter().count());
}

#[test]
fn headers_follow_flexibility_except_in_the_answer_of_api_versions() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let request = |key, version| schemas.request(key).and_then(|schema| schema.header_version(version));
    let response = |key, version| schemas.response(key).and_then(|schema| schema.header_version(version));
    assert_eq!([request(0, 8), response(0, 8)], [Some(1), Some(0)]);
    assert_eq!([request(0, 9), response(0, 9)], [Some(2), Some(1)]);
    assert_eq!([request(18, 2), response(18, 2)], [Some(1), Some(0)]);
    assert_eq!([request(18, 3), response(18, 3)], [Some(2), Some(0)]);
    assert_eq!([request(17, 1), response(17, 1)], [Some(1), Some(0)]);
    assert_eq!([request(9999, 0), response(-1, 0)], [None, None]);
    assert_eq!(schemas.named("EndTxnMarker").and_then(|schema| schema.header_version(0)), None);
}

/// Each message says what it is for, and each version but the first what it changed: a line `4: …` or `5-6: …`.
#[test]
fn every_message_and_every_version_is_explained() {
    let mut faults = Vec::new();
    for schema in Schemas::checked_in().expect("the schemas load").iter() {
        if schema.comment.first().is_none_or(|line| !line.ends_with('.')) {
            faults.push(format!("{} does not say what it is for", schema.name));
        }
        let mut explained = BTreeSet::new();
        for line in &schema.comment {
            let Some((versions, _)) = line.split_once(": ") else { continue };
            let (first, last) = versions.split_once('-').unwrap_or((versions, versions));
            if let (Ok(first), Ok(last)) = (first.parse::<i16>(), last.parse::<i16>()) {
                explained.extend(first..=last);
            }
        }
        let expected: BTreeSet<i16> = schema.versions.iter().skip(1).collect();
        if explained != expected {
            faults.push(format!("{}: explains {explained:?}, has {expected:?}", schema.name));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn records_are_nullable_or_required_as_the_last_version_has_it() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut found = Vec::new();
    for schema in schemas.iter() {
        for field in
            schema.structs.iter().flat_map(|inner| &inner.fields).filter(|field| field.ty == Type::Records)
        {
            found.push((schema.name.as_str(), field.nullable.is_some()));
        }
    }
    assert_eq!(found, [("ProduceRequest", true), ("FetchResponse", true), ("ShareFetchResponse", false)]);
}
