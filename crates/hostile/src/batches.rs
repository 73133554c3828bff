//! Record batches, and the symbols that transcripts keep requests in: `$batch`, `$batches`, `$hex`, `$repeat`, `$list`. What a
//! transcript changes in a batch's header is passed over: the mutator changes more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};
use tidelog_model::{ProducerEpoch, ProducerId, Sequence, TimestampMs};
use tidelog_record::{BatchBuilder, Compression, Compressor};

use crate::random::Random;

/// A time that topics keep.
const NOW_MS: i64 = 1_790_000_000_000;
/// The most that a `$repeat` or a `$list` may become.
const REPEATED_MAX: usize = 2000;

/// What a batch says of its producer: id, epoch, first sequence.
pub type Producer = (i64, i16, i32);

/// A sound batch.
pub fn batch(values: &[&[u8]], codec: Compression, producer: Option<Producer>) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    if let Some((id, epoch, sequence)) = producer {
        builder.set_producer(ProducerId(id), ProducerEpoch(epoch), Sequence(sequence));
    }
    for value in values {
        builder.append(TimestampMs(NOW_MS), None, Some(value), &[]).expect("a few small records fit");
    }
    builder.build(&mut Compressor::new(codec)).expect("it has records").to_vec()
}

/// A sound batch of whichever kind.
pub fn random_batch(random: &mut Random) -> Vec<u8> {
    let values: Vec<Vec<u8>> = (0..1 + random.below(4)).map(|_| vec![b'v'; random.below(60)]).collect();
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    let codec = Compression::from_id(random.below(5) as u8).unwrap_or(Compression::None);
    let producer =
        random.one_in(3).then(|| (random.below(50) as i64, random.below(3) as i16, random.below(4) as i32));
    batch(&values, codec, producer)
}

/// `json` with bytes and texts in place of its symbols.
pub fn expand(json: &Json) -> Json {
    match json {
        Json::Array(elements) => elements.iter().map(expand).collect(),
        Json::Object(members) => match members.iter().next().filter(|(name, _)| name.starts_with('$')) {
            Some((symbol, of)) => value_of(symbol, &expand(of)),
            None => {
                let expanded = members.iter().map(|(name, member)| (name.clone(), expand(member)));
                Json::Object(expanded.collect::<Map<_, _>>())
            }
        },
        scalar => scalar.clone(),
    }
}

fn value_of(symbol: &str, of: &Json) -> Json {
    match symbol {
        "$batch" => STANDARD.encode(batch_of(of)).into(),
        "$batches" => {
            let parts = of.as_array().into_iter().flatten().filter_map(Json::as_str);
            let parts: Vec<Vec<u8>> = parts.filter_map(|part| STANDARD.decode(part).ok()).collect();
            STANDARD.encode(parts.concat()).into()
        }
        "$hex" => {
            let digits: String = of.as_str().unwrap_or("").chars().filter(|digit| *digit != ' ').collect();
            let pairs = (0..digits.len() / 2).filter_map(|at| digits.get(2 * at..2 * at + 2));
            let bytes: Vec<u8> = pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
            STANDARD.encode(bytes).into()
        }
        "$repeat" => {
            let text = of[0].as_str().unwrap_or("x");
            text.repeat(times(&of[1]).min(REPEATED_MAX * 16 / text.len().max(1))).into()
        }
        _ => vec![of[0].clone(); times(&of[1]).min(REPEATED_MAX)].into(),
    }
}

fn times(json: &Json) -> usize {
    json.as_u64().and_then(|times| usize::try_from(times).ok()).unwrap_or(1)
}

fn batch_of(json: &Json) -> Vec<u8> {
    let of_record = |record: &Json| {
        let value = record.as_str().or_else(|| record["value"].as_str()).unwrap_or_default();
        value.as_bytes().to_vec()
    };
    let mut values: Vec<Vec<u8>> = json["records"].as_array().into_iter().flatten().map(of_record).collect();
    if values.is_empty() {
        values.push(Vec::new());
    }
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    let codec = json["codec"].as_str().and_then(|name| name.parse().ok()).unwrap_or(Compression::None);
    let producer = json["producer"].as_array().and_then(|producer| {
        let number = |at: usize| producer.get(at)?.as_i64();
        Some((number(0)?, number(1)? as i16, number(2)? as i32))
    });
    batch(&values, codec, producer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidelog_record::split_batches;

    use super::*;

    fn bytes(json: &Json) -> Vec<u8> {
        STANDARD.decode(json.as_str().expect("a text")).expect("base64")
    }

    #[test]
    fn symbols_become_sound_batches_bytes_and_repetitions() {
        let request = json!({
            "records": {"$batches": [{"$batch": {"records": ["a", {"value": "b"}], "codec": "zstd"}}, {"$hex": "00 ff"}]},
            "name": {"$repeat": ["xy", 3]},
            "list": {"$list": [{"n": 1}, 2]},
        });
        let expanded = expand(&request);
        assert_eq!((&expanded["name"], &expanded["list"]), (&json!("xyxyxy"), &json!([{"n": 1}, {"n": 1}])));
        let records = bytes(&expanded["records"]);
        assert_eq!(records[records.len() - 2..], [0, 0xff]);
        let first = split_batches(records.into()).next().expect("a batch").expect("a sound one");
        assert_eq!((first.header().record_count, first.verify_crc().is_ok()), (2, true));
    }
}
