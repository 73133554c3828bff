//! One hostile request, made from a seed and a number: the same two (and the same world) make the same case.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::corpus::{Api, Corpus, World};
use crate::generate;
use crate::mutate::{Framing, change_bytes, change_values};
use crate::random::Random;

const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
/// Longer frames are not sent byte by byte.
const DRIBBLED_MAX_BYTES: usize = 400;
/// So much of a frame is shown; the whole is made again from seed and number.
const SHOWN_MAX_BYTES: usize = 400;
/// What a fetch may wait whose answer is waited for.
const WAIT_MAX_MS: i64 = 3;

/// What was done to a sound request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it may still ask for nonsense.
    None,
    /// Values were changed before it was encoded.
    Values,
    /// Bytes of the frame were changed.
    Bytes,
}

/// How it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// In one write with others, on a connection that goes on.
    Pipelined,
    /// In one write; then the sender closes its half.
    HalfClosed,
    /// Byte by byte; then the sender closes its half.
    Dribbled,
    /// In a few pieces; then the sender closes its half.
    Pieces,
    /// In one write; then the connection is reset.
    Reset,
    /// In one write; then the connection is closed, and the answer not read.
    Vanished,
}

/// One hostile request.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it was made from.
    pub seed: u64,
    /// Which of the seed's cases.
    pub number: u64,
    /// Kafka's key of the API that it was made for.
    pub api_key: i16,
    /// The version.
    pub version: i16,
    /// What was done to it.
    pub change: Change,
    /// How it is sent.
    pub manner: Manner,
    /// The frame, with its length in front.
    pub frame: Vec<u8>,
}

impl Case {
    /// The case of that number.
    pub fn of(corpus: &Corpus, world: &World, seed: u64, number: u64) -> Case {
        let mut random = Random::of_case(seed, number);
        let apis = corpus.apis();
        let api = &apis[(number % apis.len() as u64) as usize];
        let advertised = api.advertised;
        let versions = usize::try_from(advertised.highest - advertised.lowest).unwrap_or(0) + 1;
        let version = advertised.lowest + random.below(versions) as i16;
        let change = *random.of(&[
            Change::None,
            Change::Values,
            Change::Values,
            Change::Values,
            Change::Bytes,
            Change::Bytes,
        ]);
        let is_long = random.one_in(40);
        let (request, body) = body(api, version, world, change, is_long, &mut random);
        let client_id = client_id(&mut random);
        let mut frame = frame(api, version, number as i32, client_id.as_deref(), &body);
        let framing = match change {
            Change::Bytes => change_bytes(&mut frame, &mut random),
            Change::None | Change::Values => Framing::Whole,
        };
        let is_silent = advertised.key == PRODUCE && request["acks"].as_i64().unwrap_or(0) == 0;
        let is_answered =
            change != Change::Bytes && framing == Framing::Whole && !is_silent && !is_long_poll(api, is_long);
        let manner = manner(is_answered, frame.len(), &mut random);
        Case { seed, number, api_key: advertised.key, version, change, manner, frame }
    }
}

impl fmt::Display for Case {
    /// What replays it, and the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { seed, number, api_key, version, change, manner, frame } = self;
        write!(
            f,
            "--seed {seed} --case {number}: API key {api_key}, version {version}, {change:?}, {manner:?}, {} bytes: ",
            frame.len()
        )?;
        let shown = frame.len().min(SHOWN_MAX_BYTES);
        frame[..shown].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(if shown < frame.len() { "…" } else { "" })
    }
}

fn is_long_poll(api: &Api, is_long: bool) -> bool {
    api.advertised.key == FETCH && is_long
}

/// The request that was encoded, and its bytes. What the version cannot say is sent without the changes.
fn body(
    api: &Api,
    version: i16,
    world: &World,
    change: Change,
    is_long: bool,
    random: &mut Random,
) -> (Json, Vec<u8>) {
    let sound = generate::request(api, version, world, random);
    let mut changed = sound.clone();
    if change == Change::Values {
        change_values(&api.request, version, &mut changed, random);
    }
    for mut request in [changed, sound, json!({})] {
        if api.advertised.key == FETCH {
            limit_wait(&mut request, is_long);
        }
        if let Ok(body) = api.request.encode(&request, version) {
            return (request, body);
        }
    }
    unreachable!("every message can have all its fields at their defaults")
}

/// A fetch that is answered is answered soon; one that waits for weeks is left by whoever sent it.
fn limit_wait(request: &mut Json, is_long: bool) {
    let wait_ms = request["maxWaitMs"].as_i64().unwrap_or(0);
    match is_long {
        true => {
            request["maxWaitMs"] = json!(i32::MAX);
            request["minBytes"] = json!(i32::MAX);
        }
        false => request["maxWaitMs"] = json!(wait_ms.min(WAIT_MAX_MS)),
    }
}

fn client_id(random: &mut Random) -> Option<String> {
    match random.below(12) {
        0 => None,
        1 => Some(String::new()),
        2 => Some("x".repeat(*random.of(&[300, 5000, 32_767]))),
        3 => Some(format!("{:x}", random.next())),
        _ => Some(format!("hostile-{}", random.below(20))),
    }
}

fn frame(api: &Api, version: i16, correlation_id: i32, client_id: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 4];
    frame.extend(api.advertised.key.to_be_bytes());
    frame.extend(version.to_be_bytes());
    frame.extend(correlation_id.to_be_bytes());
    match client_id {
        None => frame.extend((-1i16).to_be_bytes()),
        Some(id) => {
            frame.extend((id.len() as i16).to_be_bytes());
            frame.extend(id.as_bytes());
        }
    }
    if api.request.header_version(version) == Some(2) {
        frame.push(0);
    }
    frame.extend(body);
    let length = (frame.len() - 4) as i32;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    frame
}

fn manner(is_answered: bool, frame_bytes: usize, random: &mut Random) -> Manner {
    if is_answered && !random.one_in(12) {
        return Manner::Pipelined;
    }
    match random.below(16) {
        0 | 1 if frame_bytes <= DRIBBLED_MAX_BYTES => Manner::Dribbled,
        2 | 3 => Manner::Pieces,
        4 => Manner::Reset,
        5 => Manner::Vanished,
        _ => Manner::HalfClosed,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::corpus::Advertised;

    fn corpus() -> Corpus {
        let of = |(key, lowest, highest)| Advertised { key, lowest, highest };
        Corpus::load(&[(0, 0, 13), (1, 4, 18), (3, 0, 13), (19, 2, 7)].map(of)).expect("the corpus")
    }

    fn world() -> World {
        let id = "AAAAAAAAAAAAAAAAAAAABQ".to_owned();
        World { topics: vec![("a".to_owned(), id.clone()), ("b".to_owned(), id)] }
    }

    #[test]
    fn a_seed_and_a_number_make_the_same_case_again_and_others_make_others() {
        let corpus = corpus();
        let case = |seed, number| Case::of(&corpus, &world(), seed, number).frame;
        let mut seen = BTreeSet::new();
        for number in 0..1000 {
            assert_eq!(case(7, number), case(7, number));
            seen.insert(case(7, number));
        }
        assert!(seen.len() > 950, "{} different cases of 1000", seen.len());
        assert_ne!(case(7, 5), case(8, 5));
    }

    #[test]
    fn cases_are_of_every_kind_for_every_version_and_none_is_large() {
        let corpus = corpus();
        let (mut kinds, mut versions) = (BTreeSet::new(), BTreeSet::new());
        for number in 0..8000 {
            let case = Case::of(&corpus, &world(), 1, number);
            assert!(case.frame.len() < 1 << 20, "{} bytes", case.frame.len());
            kinds.insert(format!("{:?} {:?}", case.change, case.manner));
            versions.insert((case.api_key, case.version));
            if case.manner == Manner::Pipelined {
                let length = i32::from_be_bytes(case.frame[..4].try_into().expect("four bytes"));
                assert_eq!(length as usize, case.frame.len() - 4);
            }
        }
        // Changed bytes are never pipelined, everything else is sent in every manner.
        assert_eq!(kinds.len(), 17, "{kinds:?}");
        assert_eq!(versions.len(), 11 + 15 + 14 + 6);
    }
}
