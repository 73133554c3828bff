//! What stands for bytes in scenarios, and what bytes become in transcripts. Owns both directions:
//!
//! - `{ $batch: { records, codec, producer, header, … } }`: a record batch, with what is wrong with it;
//! - `{ $batches: [ … ] }`: several, one after the other; `{ $hex: "00ff" }`: these bytes;
//! - `{ $repeat: ["x", 300] }`: a text, many times; `{ $list: [value, 300] }`: a list of one value, many times.
//!
//! Transcripts keep requests in these terms. The records of an answer are read into batches of the same terms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tidelog_kafka_schema::{Field, Schema, Type};
use tidelog_model::{ProducerEpoch, ProducerId, Sequence, TimestampMs};
use tidelog_record::layout::{
    ATTRIBUTES_AT, BASE_OFFSET_AT, BASE_SEQUENCE_AT, BASE_TIMESTAMP_AT, BATCH_LENGTH_AT, CRC_AT,
    CRC_UNCOVERED_BYTES, HEADER_BYTES, LAST_OFFSET_DELTA_AT, LEADER_EPOCH_AT, LOG_OVERHEAD_BYTES, MAGIC_AT,
    MAX_TIMESTAMP_AT, PRODUCER_EPOCH_AT, PRODUCER_ID_AT, RECORD_COUNT_AT,
};
use tidelog_record::{
    Batch, BatchBuilder, BuildError, Compression, Compressor, Decompressor, Header, Record, TimestampType,
    crc32c, split_batches,
};

/// The timestamp of a batch's first record where a scenario names none; the next ones count up.
const TIMESTAMP_MS: i64 = 1_700_000_000_000;

/// Texts of a record that are longer are kept as their size and checksum.
const MAX_TEXT_BYTES: usize = 80;

/// Why a symbol means nothing.
#[derive(Debug, thiserror::Error)]
#[error("{symbol}: {reason}")]
pub struct SymbolError {
    symbol: String,
    reason: String,
}

fn wrong(symbol: &str, reason: impl ToString) -> SymbolError {
    SymbolError { symbol: symbol.to_owned(), reason: reason.to_string() }
}

/// `json` with every symbol replaced by what it stands for.
pub(crate) fn expand(json: &Json) -> Result<Json, SymbolError> {
    match json {
        Json::Array(elements) => elements.iter().map(expand).collect(),
        Json::Object(members) => {
            if let Some((symbol, of)) = members.iter().next().filter(|(name, _)| name.starts_with('$')) {
                return symbol_value(symbol, &expand(of)?);
            }
            let expanded = members.iter().map(|(name, member)| Ok((name.clone(), expand(member)?)));
            expanded.collect::<Result<Map<_, _>, _>>().map(Json::Object)
        }
        scalar => Ok(scalar.clone()),
    }
}

fn symbol_value(symbol: &str, of: &Json) -> Result<Json, SymbolError> {
    match symbol {
        "$batch" => {
            let batch = BatchSymbol::deserialize(of).map_err(|error| wrong(symbol, error))?;
            Ok(STANDARD.encode(batch.bytes()?).into())
        }
        "$batches" => {
            let parts = of.as_array().ok_or_else(|| wrong(symbol, "not a list"))?;
            let parts = parts.iter().map(|part| part.as_str().and_then(|part| STANDARD.decode(part).ok()));
            let parts: Option<Vec<_>> = parts.collect();
            Ok(STANDARD.encode(parts.ok_or_else(|| wrong(symbol, "not a list of batches"))?.concat()).into())
        }
        "$hex" => {
            let text = of.as_str().ok_or_else(|| wrong(symbol, "not a text"))?;
            Ok(STANDARD.encode(from_hex(text).ok_or_else(|| wrong(symbol, "not hexadecimal"))?).into())
        }
        "$repeat" | "$list" => {
            let (value, count) = <(Json, usize)>::deserialize(of).map_err(|error| wrong(symbol, error))?;
            match (symbol, value) {
                ("$repeat", Json::String(text)) => Ok(text.repeat(count).into()),
                ("$repeat", _) => Err(wrong(symbol, "not a text")),
                (_, value) => Ok(vec![value; count].into()),
            }
        }
        _ => Err(wrong(symbol, "no such symbol")),
    }
}

pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().filter(|letter| *letter != ' ').map(|letter| letter as u8).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(|digits| (digits.len() == 2).then(|| pair(digits))?).collect()
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `$batch`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct BatchSymbol {
    records: Vec<RecordSymbol>,
    #[serde(default)]
    codec: String,
    /// Producer id, producer epoch, base sequence.
    producer: Option<(i64, i16, i32)>,
    #[serde(default)]
    transactional: bool,
    #[serde(default)]
    control: bool,
    /// Fields of the header that say something else; the checksum is then made anew, unless it is among them.
    #[serde(default)]
    header: HeaderSymbol,
    /// What stands in place of the records' bytes, in base64 (`$hex`).
    payload: Option<String>,
    /// How many bytes are missing at the end.
    #[serde(default)]
    truncate: usize,
}

/// A text is a record's value.
#[derive(Deserialize)]
#[serde(untagged)]
enum RecordSymbol {
    Value(String),
    Whole(WholeRecord),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeRecord {
    key: Option<String>,
    value: Option<String>,
    #[serde(default)]
    headers: Vec<(String, Option<String>)>,
    timestamp: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct HeaderSymbol {
    base_offset: Option<i64>,
    length: Option<i32>,
    leader_epoch: Option<i32>,
    magic: Option<i8>,
    crc: Option<u32>,
    attributes: Option<i16>,
    last_offset_delta: Option<i32>,
    base_timestamp: Option<i64>,
    max_timestamp: Option<i64>,
    producer_id: Option<i64>,
    producer_epoch: Option<i16>,
    base_sequence: Option<i32>,
    record_count: Option<i32>,
}

impl BatchSymbol {
    fn bytes(&self) -> Result<Vec<u8>, SymbolError> {
        let codec = if self.codec.is_empty() { "none" } else { &self.codec };
        let codec: Compression = codec.parse().map_err(|error| wrong("$batch", error))?;
        let mut bytes = self.good(codec)?;
        if let Some(payload) = &self.payload {
            bytes.truncate(HEADER_BYTES);
            bytes.extend(STANDARD.decode(payload).map_err(|error| wrong("$batch", error))?);
            let length = (bytes.len() - LOG_OVERHEAD_BYTES) as i32;
            put(&mut bytes, BATCH_LENGTH_AT, Some(length.to_be_bytes()));
        }
        let flags = i16::from(self.transactional) << 4 | i16::from(self.control) << 5;
        let attributes = self.header.attributes.unwrap_or(i16::from(codec.id()) | flags);
        put(&mut bytes, ATTRIBUTES_AT, Some(attributes.to_be_bytes()));
        self.header.write(&mut bytes);
        bytes.truncate(bytes.len() - self.truncate.min(bytes.len()));
        Ok(bytes)
    }

    fn good(&self, codec: Compression) -> Result<Vec<u8>, SymbolError> {
        let mut builder = BatchBuilder::new();
        if let Some((id, epoch, sequence)) = self.producer {
            builder.set_producer(ProducerId(id), ProducerEpoch(epoch), Sequence(sequence));
        }
        for (record, index) in self.records.iter().zip(0..) {
            record.append_to(&mut builder, TIMESTAMP_MS + index).map_err(|error| wrong("$batch", error))?;
        }
        let built = builder.build(&mut Compressor::new(codec)).map_err(|error| wrong("$batch", error))?;
        Ok(built.to_vec())
    }
}

impl RecordSymbol {
    fn append_to(&self, builder: &mut BatchBuilder, usual_timestamp: i64) -> Result<(), BuildError> {
        let whole = match self {
            RecordSymbol::Value(value) => {
                return builder.append(TimestampMs(usual_timestamp), None, Some(value.as_bytes()), &[]);
            }
            RecordSymbol::Whole(whole) => whole,
        };
        let headers = whole.headers.iter().map(|(key, value)| Header {
            key: key.as_bytes(),
            value: value.as_ref().map(|value| value.as_bytes()),
        });
        builder.append(
            TimestampMs(whole.timestamp.unwrap_or(usual_timestamp)),
            whole.key.as_ref().map(|key| key.as_bytes()),
            whole.value.as_ref().map(|value| value.as_bytes()),
            &headers.collect::<Vec<_>>(),
        )
    }
}

impl HeaderSymbol {
    fn write(&self, batch: &mut [u8]) {
        put(batch, BASE_OFFSET_AT, self.base_offset.map(i64::to_be_bytes));
        put(batch, BATCH_LENGTH_AT, self.length.map(i32::to_be_bytes));
        put(batch, LEADER_EPOCH_AT, self.leader_epoch.map(i32::to_be_bytes));
        put(batch, MAGIC_AT, self.magic.map(i8::to_be_bytes));
        put(batch, LAST_OFFSET_DELTA_AT, self.last_offset_delta.map(i32::to_be_bytes));
        put(batch, BASE_TIMESTAMP_AT, self.base_timestamp.map(i64::to_be_bytes));
        put(batch, MAX_TIMESTAMP_AT, self.max_timestamp.map(i64::to_be_bytes));
        put(batch, PRODUCER_ID_AT, self.producer_id.map(i64::to_be_bytes));
        put(batch, PRODUCER_EPOCH_AT, self.producer_epoch.map(i16::to_be_bytes));
        put(batch, BASE_SEQUENCE_AT, self.base_sequence.map(i32::to_be_bytes));
        put(batch, RECORD_COUNT_AT, self.record_count.map(i32::to_be_bytes));
        let crc = self.crc.unwrap_or_else(|| crc32c(&batch[CRC_UNCOVERED_BYTES..]));
        put(batch, CRC_AT, Some(crc.to_be_bytes()));
    }
}

fn put<const N: usize>(batch: &mut [u8], at: usize, field: Option<[u8; N]>) {
    if let Some(field) = field {
        batch[at..at + N].copy_from_slice(&field);
    }
}

/// Replaces every field of type `records` in a decoded message by what is in it.
pub(crate) fn read_records(schema: &Schema, json: &mut Json) {
    read_fields(schema, &schema.fields, json);
}

fn read_fields(schema: &Schema, fields: &[Field], json: &mut Json) {
    for field in fields {
        let Some(member) = json.get_mut(&field.name) else { continue };
        match (&field.ty, member) {
            (Type::Records, member) => {
                if let Some(bytes) = member.as_str().and_then(|text| STANDARD.decode(text).ok()) {
                    *member = batches_to_json(bytes.into());
                }
            }
            (Type::Struct(name), member) => read_struct(schema, name, member),
            (Type::Array(of), Json::Array(elements)) => {
                if let Type::Struct(name) = &**of {
                    elements.iter_mut().for_each(|element| read_struct(schema, name, element));
                }
            }
            _ => {}
        }
    }
}

fn read_struct(schema: &Schema, name: &str, json: &mut Json) {
    if let Some(found) = schema.find_struct(name) {
        read_fields(schema, &found.fields, json);
    }
}

/// The batches, and at the end what is no whole batch any more.
fn batches_to_json(bytes: Bytes) -> Json {
    let mut batches = split_batches(bytes);
    let mut list: Vec<Json> = Vec::new();
    for batch in &mut batches {
        match batch {
            Ok(batch) => list.push(batch_to_json(&batch)),
            Err(error) => {
                list.push(json!({"rest": batches.rest().len(), "error": error.to_string()}));
                break;
            }
        }
    }
    list.into()
}

/// What is at its usual value is left out.
fn batch_to_json(batch: &Batch) -> Json {
    let header = batch.header();
    let mut out = json!({"baseOffset": header.base_offset.0, "leaderEpoch": header.leader_epoch.0});
    let mut say = |name: &str, unusual: bool, value: Json| {
        if unusual {
            out[name] = value;
        }
    };
    say("codec", header.compression != Compression::None, header.compression.name().into());
    say("timestampType", header.timestamp_type() == TimestampType::LogAppendTime, "LogAppendTime".into());
    say("transactional", header.attributes.is_transactional(), true.into());
    say("control", header.attributes.is_control(), true.into());
    let producer = (header.producer_id.0, header.producer_epoch.0, header.base_sequence.0);
    say("producerId", producer != (-1, -1, -1), producer.0.into());
    say("producerEpoch", producer != (-1, -1, -1), producer.1.into());
    say("baseSequence", producer != (-1, -1, -1), producer.2.into());
    let counted = i64::from(header.last_offset_delta) + 1 == i64::from(header.record_count);
    say("lastOffsetDelta", !counted, header.last_offset_delta.into());
    say("maxTimestamp", true, header.max_timestamp.0.into());
    say("crc", batch.verify_crc().is_err(), "wrong".into());
    say("records", true, records_to_json(batch));
    out
}

fn records_to_json(batch: &Batch) -> Json {
    let mut decompressor = Decompressor::default();
    let records = match batch.records(&mut decompressor) {
        Ok(records) => records,
        Err(error) => return error.to_string().into(),
    };
    let record_to_json = |record: Record<'_>| {
        let mut out = json!({
            "offset": record.offset.0,
            "timestamp": record.timestamp.0,
            "key": record.key.map(text_of),
            "value": record.value.map(text_of),
        });
        if record.headers.len() > 0 {
            let header = |header: Header<'_>| json!([header.name(), header.value.map(text_of)]);
            out["headers"] = record.headers.map(header).collect();
        }
        out
    };
    records.map(|record| record.map_or_else(|error| error.to_string().into(), record_to_json)).collect()
}

fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.len() <= MAX_TEXT_BYTES => text.to_owned(),
        _ => format!("{} bytes, crc32c {:08x}", bytes.len(), crc32c(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(symbol: Json) -> Json {
        let text = expand(&symbol).expect("means something");
        batches_to_json(STANDARD.decode(text.as_str().expect("a text")).expect("base64").into())
    }

    #[test]
    fn a_batch_is_read_back_in_the_terms_that_it_was_written_in() {
        let symbol = json!({"$batches": [
            {"$batch": {"records": ["a", {"key": "k", "value": null, "headers": [["h", "v"]], "timestamp": 5}]}},
            {"$batch": {"records": [{"value": {"$repeat": ["x", 100]}}], "codec": "zstd", "producer": [9, 1, 7], "transactional": true}},
        ]});
        assert_eq!(
            batches(symbol),
            json!([
                {"baseOffset": 0, "leaderEpoch": -1, "maxTimestamp": TIMESTAMP_MS, "records": [
                    {"offset": 0, "timestamp": TIMESTAMP_MS, "key": null, "value": "a"},
                    {"offset": 1, "timestamp": 5, "key": "k", "value": null, "headers": [["h", "v"]]},
                ]},
                {"baseOffset": 0, "leaderEpoch": -1, "maxTimestamp": TIMESTAMP_MS, "codec": "zstd", "transactional": true,
                 "producerId": 9, "producerEpoch": 1, "baseSequence": 7, "records": [
                    {"offset": 0, "timestamp": TIMESTAMP_MS, "key": null, "value": "100 bytes, crc32c 4edb03cf"},
                ]},
            ])
        );
    }

    #[test]
    fn a_header_that_says_something_else_has_a_good_checksum_unless_that_is_what_is_wrong() {
        let with = |header: Json| batches(json!({"$batch": {"records": ["a"], "header": header}}));
        let changed = with(json!({"lastOffsetDelta": 5, "baseOffset": 3}));
        assert_eq!((&changed[0]["lastOffsetDelta"], &changed[0]["crc"]), (&json!(5), &Json::Null));
        assert_eq!(with(json!({"crc": 1}))[0]["crc"], json!("wrong"));
        assert_eq!(
            batches(json!({"$batch": {"records": ["a"], "truncate": 2}})),
            json!([{"rest": 67, "error": "the batch needs 69 bytes, only 67 are there"}])
        );
    }

    #[test]
    fn symbols_that_mean_nothing_are_refused() {
        for symbol in [
            json!({"$batch": {"records": [], "typo": 1}}),
            json!({"$batch": {"records": []}}),
            json!({"$hex": "0"}),
            json!({"$hex": "zz"}),
            json!({"$repeat": [1, 2]}),
            json!({"$other": 1}),
        ] {
            assert!(expand(&symbol).is_err(), "{symbol}");
        }
        assert_eq!(expand(&json!({"$list": ["a", 2]})).expect("a list"), json!(["a", "a"]));
    }
}
