//! What is encoded is decoded as it was, for every message and version; and no bytes make the decoder panic.

use tidelog_kafka_schema::Schemas;

use crate::random::{Random, message};

#[test]
fn what_is_encoded_decodes_to_the_same_json() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut random = Random::new(0x7469_6465);
    for schema in schemas.iter() {
        for version in schema.versions.iter() {
            for _ in 0..8 {
                let json = message(schema, version, &mut random);
                let bytes = schema.encode(&json, version).unwrap_or_else(|error| panic!("{error}\n{json}"));
                let (again, read) =
                    schema.decode(&bytes, version).unwrap_or_else(|error| panic!("{error}\n{json}"));
                assert_eq!((again, read), (json, bytes.len()), "{} {version}", schema.name);
            }
        }
    }
}

#[test]
fn a_message_cut_short_is_an_error_at_every_byte() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut random = Random::new(1);
    for schema in schemas.iter() {
        for version in schema.versions.iter() {
            let json = message(schema, version, &mut random);
            let bytes = schema.encode(&json, version).expect("a message of that version");
            let step = (bytes.len() / 100).max(1);
            for length in (0..bytes.len()).step_by(step) {
                assert!(
                    schema.decode(&bytes[..length], version).is_err(),
                    "{} {version} at {length}",
                    schema.name
                );
            }
        }
    }
}

/// Damaged messages decode to something, or are refused; what they decode to can be encoded again.
#[test]
fn damaged_messages_are_decoded_or_refused() {
    let schemas = Schemas::checked_in().expect("the schemas load");
    let mut random = Random::new(2);
    let (mut decoded, mut refused) = (0, 0);
    for schema in schemas.iter() {
        for version in schema.versions.iter() {
            let json = message(schema, version, &mut random);
            let whole = schema.encode(&json, version).expect("a message of that version");
            for _ in 0..20 {
                let mut bytes = whole.clone();
                for _ in 0..=random.below(3) {
                    let at = random.below(bytes.len().max(1) as u64) as usize;
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = random.next() as u8;
                    }
                }
                match schema.decode(&bytes, version) {
                    Ok((json, _)) => {
                        schema.encode(&json, version).unwrap_or_else(|error| panic!("{error}\n{json}"));
                        decoded += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(
        decoded > 1_000 && refused > 1_000,
        "{decoded} decoded, {refused} refused: the damage is one-sided"
    );
}
