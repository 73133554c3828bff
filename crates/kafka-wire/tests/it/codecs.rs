//! Every message's codec as a value, by name.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use bytes::Bytes;
use tidelog_kafka_wire::{Budget, DecodeError, Decoder, EncodeError, Encoder, Message};

use crate::every::{Visit, every_message};

/// How decoding ended, and how many bytes of memory it was charged with.
pub type Decoded = (Result<(), DecodeError>, usize);

/// What the tests do with a message whose type they do not name.
pub struct Codec {
    pub versions: RangeInclusive<i16>,
    /// Reads a whole body under a budget.
    pub decode: fn(Bytes, Budget, i16) -> Decoded,
    /// Reads a whole body, writes what was read.
    pub recode: fn(&Bytes, i16) -> Result<Bytes, DecodeError>,
    /// Writes a message as its constructor leaves it.
    pub default: fn(i16) -> Result<Bytes, EncodeError>,
}

/// All of them.
pub fn codecs() -> BTreeMap<&'static str, Codec> {
    struct Collect(BTreeMap<&'static str, Codec>);
    impl Visit for Collect {
        fn visit<M: Message + PartialEq + std::fmt::Debug>(&mut self) {
            let codec = Codec {
                versions: M::VERSIONS,
                decode: |frame, budget, version| {
                    let mut decoder = Decoder::new(frame, budget);
                    let result = M::decode(&mut decoder, version).and_then(|_| decoder.finish());
                    (result, decoder.charged())
                },
                recode: recode::<M>,
                default: |version| Ok(Encoder::new().body(version, &M::default())?.to_bytes()),
            };
            assert!(self.0.insert(M::NAME, codec).is_none(), "{} stands twice", M::NAME);
        }
    }
    let mut collect = Collect(BTreeMap::new());
    every_message(&mut collect);
    collect.0
}

fn recode<M: Message + PartialEq + std::fmt::Debug>(
    bytes: &Bytes,
    version: i16,
) -> Result<Bytes, DecodeError> {
    let read = |bytes: &Bytes| {
        let mut decoder = Decoder::new(bytes.clone(), Budget::of_bytes(1 << 20));
        let message = M::decode(&mut decoder, version)?;
        decoder.finish()?;
        Ok(message)
    };
    let message = read(bytes)?;
    let written = Encoder::new().body(version, &message).expect("what was read can be written").to_bytes();
    assert_eq!(read(&written)?, message, "{} version {version} reads what it wrote", M::NAME);
    Ok(written)
}
