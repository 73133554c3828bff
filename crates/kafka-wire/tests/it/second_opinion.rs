//! Against the codec that is driven by the schemas: another program over the same description.

use bytes::Bytes;
use serde_json::{Value as Json, json};
use tidelog_kafka_schema::{SchemaKind, Schemas};
use tidelog_kafka_wire::ApiKey;

use crate::codecs::codecs;
use crate::random::Random;

#[test]
fn every_random_message_of_every_version_is_read_and_written_as_the_schema_says() {
    let (schemas, codecs) = (Schemas::checked_in().expect("they parse"), codecs());
    let mut messages = 0;
    for schema in schemas.iter().filter(|schema| schema.kind != SchemaKind::Header) {
        let codec = &codecs[schema.name.as_str()];
        assert_eq!(codec.versions, schema.versions.iter(), "{}", schema.name);
        for version in schema.versions.iter() {
            for seed in 0..8 {
                let json = Random(seed).message(schema, version);
                let bytes = Bytes::from(schema.encode(&json, version).expect("it fits its schema"));
                let written = (codec.recode)(&bytes, version);
                assert_eq!(written, Ok(bytes), "{} version {version} of {json}", schema.name);
                messages += 1;
            }
        }
    }
    assert_eq!(codecs.len(), schemas.iter().filter(|schema| schema.kind != SchemaKind::Header).count());
    assert!(messages > 5000, "{messages}");
}

#[test]
fn tagged_fields_that_nobody_knows_are_skipped_in_every_struct() {
    let (schemas, codecs) = (Schemas::checked_in().expect("they parse"), codecs());
    for schema in schemas.iter().filter(|schema| schema.kind != SchemaKind::Header) {
        let codec = &codecs[schema.name.as_str()];
        for version in schema.versions.iter().filter(|version| schema.is_flexible(*version)) {
            let plain = Random(99).message(schema, version);
            let mut tagged = plain.clone();
            tag_every_object(&mut tagged);
            let bytes = |json: &Json| Bytes::from(schema.encode(json, version).expect("it fits its schema"));
            let (plain, tagged) = (bytes(&plain), bytes(&tagged));
            assert_ne!(plain, tagged);
            assert_eq!((codec.recode)(&tagged, version), Ok(plain), "{} version {version}", schema.name);
        }
    }
}

fn tag_every_object(json: &mut Json) {
    match json {
        Json::Object(members) => {
            members.values_mut().for_each(tag_every_object);
            members.insert("_taggedFields".to_owned(), json!({"77": "AAEC", "4000000000": ""}));
        }
        Json::Array(elements) => elements.iter_mut().for_each(tag_every_object),
        _ => {}
    }
}

#[test]
fn the_table_of_keys_is_that_of_the_schemas() {
    let schemas = Schemas::checked_in().expect("they parse");
    let mut keys = Vec::new();
    for request in schemas.iter().filter(|schema| schema.kind == SchemaKind::Request) {
        let number = request.api_key.expect("requests have keys");
        let response = schemas.response(number).expect("requests have responses");
        let key = ApiKey::try_from(number).expect("it is in the table");
        assert_eq!((key as i16, format!("{}Request", key.name())), (number, request.name.clone()));
        assert_eq!((key.versions(), key.versions()), (request.versions.iter(), response.versions.iter()));
        for version in key.versions() {
            assert_eq!(Some(key.request_header_version(version)), request.header_version(version));
            assert_eq!(Some(key.response_header_version(version)), response.header_version(version));
        }
        keys.push(key);
    }
    keys.sort();
    assert_eq!(keys, ApiKey::ALL);
}
