//! Against the published crate `kafka-protocol`, for every key and version that both know: what each writes, the other reads.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey as TheirKey, RequestKind, ResponseKind};
use tidelog_kafka_schema::{Schema, Schemas};
use tidelog_kafka_wire::ApiKey;

use crate::codecs::codecs;
use crate::random::Random;

/// Reads a body as they do, writes what was read as they do; `None` if they lack the version, whatever their table says.
type Recode = fn(TheirKey, Bytes, i16) -> Option<Bytes>;

fn recode_request(key: TheirKey, mut bytes: Bytes, version: i16) -> Option<Bytes> {
    let message = known(RequestKind::decode(key, &mut bytes, version))?;
    assert!(bytes.is_empty());
    let mut written = BytesMut::new();
    message.encode(&mut written, version).expect("they write it");
    Some(written.freeze())
}

fn recode_response(key: TheirKey, mut bytes: Bytes, version: i16) -> Option<Bytes> {
    let message = known(ResponseKind::decode(key, &mut bytes, version))?;
    assert!(bytes.is_empty());
    let mut written = BytesMut::new();
    message.encode(&mut written, version).expect("they write it");
    Some(written.freeze())
}

fn known<T, E: std::fmt::Debug>(result: Result<T, E>) -> Option<T> {
    let is_unknown = |error: &E| format!("{error:?}").contains("specified version not supported");
    match result {
        Err(error) if is_unknown(&error) => None,
        result => Some(result.expect("they read it")),
    }
}

#[test]
fn both_read_what_the_other_writes_in_every_version_that_both_know() {
    let schemas = Schemas::checked_in().expect("they parse");
    let mut messages = 0;
    for key in ApiKey::ALL {
        let number = *key as i16;
        let Ok(their_key) = TheirKey::try_from(number) else { continue };
        let theirs = their_key.valid_versions();
        for version in key.versions().filter(|version| (theirs.min..=theirs.max).contains(version)) {
            let request = schemas.request(number).expect("every key has one");
            let response = schemas.response(number).expect("every key has one");
            messages += compare(request, their_key, version, recode_request);
            messages += compare(response, their_key, version, recode_response);
        }
    }
    println!("{messages} pairs of a message and a version");
    assert!(messages >= 530, "{messages}");
}

/// How many pairs of a message and a version this one is: 1, or 0 if they lack it.
fn compare(schema: &Schema, their_key: TheirKey, version: i16, recode: Recode) -> usize {
    let codec = &codecs()[schema.name.as_str()];
    for seed in 100..108 {
        let json = Random(seed).message(schema, version);
        let random = Bytes::from(schema.encode(&json, version).expect("it fits its schema"));
        let what = format!("{} version {version} of {json}", schema.name);
        let ours = (codec.recode)(&random, version).expect("we read it");
        let Some(theirs) = recode(their_key, ours.clone(), version) else { return 0 };
        assert_eq!(theirs, ours, "{what}");
        assert_eq!((codec.recode)(&theirs, version), Ok(ours), "{what}");
    }
    1
}
