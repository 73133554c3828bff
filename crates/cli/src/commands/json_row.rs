//! A record as one line of JSON, as `produce --json-each-row` takes it and `consume --json` writes it.
//!
//! ```text
//!   {"topic":"events","partition":3,"offset":7,"timestamp":1500,"key":"user-7","value":"clicked","headers":{"a":"1"}}
//! ```
//!
//! `value` is the only part that must be there. Text is a string, bytes that are no text `{"base64":"…"}`, nothing
//! `null`; any other JSON under `value` is taken as its own text, so that `{"value":{"n":1}}` means the seven bytes
//! `{"n":1}`. A header that comes more than once has a list of its values. What is written can be read again and gives the
//! same record; `topic` and `offset` are read over.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use tidelog_client::{Record, TimestampMs};

/// A record that was read from a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    /// In their order.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    pub partition: Option<i32>,
    pub timestamp: Option<TimestampMs>,
}

impl Row {
    /// Reads a line.
    pub fn read(line: &[u8]) -> Result<Row, String> {
        let line: Line<'_> = serde_json::from_slice(line).map_err(|error| fault(&error))?;
        let value = line.value.ok_or("\"value\" is missing; for a record without one say null")?;
        let mut headers = Vec::new();
        for (name, value) in line.headers.map_or(Vec::new(), |headers| headers.0) {
            for value in one_or_many(value)? {
                headers.push((name.clone(), bytes(value)?));
            }
        }
        let timestamp = line.timestamp.map(Time::read).transpose()?;
        let key = line.key.map_or(Ok(None), bytes)?;
        Ok(Row { key, value: bytes(value)?, headers, partition: line.partition, timestamp })
    }
}

/// Appends a record as a line, without its end.
pub fn write(topic: &str, partition: i32, record: &Record<'_>, out: &mut Vec<u8>) {
    // Nothing in it fails, and a vector takes everything.
    let _ = serde_json::to_writer(out, &Written { topic, partition, record });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    headers: Option<HeaderMap<'a>>,
    partition: Option<i32>,
    timestamp: Option<Time>,
    #[serde(rename = "topic")]
    _topic: Option<IgnoredAny>,
    #[serde(rename = "offset")]
    _offset: Option<IgnoredAny>,
}

/// `null` is there, too.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// In the order of the line.
struct HeaderMap<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for HeaderMap<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = HeaderMap<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with header names and values")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(HeaderMap(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "timestamp takes milliseconds since 1970, or a time such as 2026-01-31T09:00:00Z"
)]
enum Time {
    Milliseconds(i64),
    Text(String),
}

impl Time {
    fn read(self) -> Result<TimestampMs, String> {
        match self {
            Time::Milliseconds(milliseconds) => Ok(TimestampMs(milliseconds)),
            Time::Text(text) => match text.parse::<jiff::Timestamp>() {
                Ok(time) => Ok(TimestampMs(time.as_millisecond())),
                Err(_) => Err(format!("'{text}' is not a time such as 2026-01-31T09:00:00Z")),
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base64<'a> {
    #[serde(borrow)]
    base64: Cow<'a, str>,
}

/// What is wrong, and where in the line; serde_json counts lines, too, of which there is one.
fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("no record in JSON: {what}, in column {}", error.column())
}

/// The bytes that a value stands for.
fn bytes(value: &RawValue) -> Result<Option<Vec<u8>>, String> {
    let text = value.get();
    if text == "null" {
        return Ok(None);
    }
    if text.starts_with('"') {
        let text: String = serde_json::from_str(text).map_err(|error| error.to_string())?;
        return Ok(Some(text.into_bytes()));
    }
    match serde_json::from_str::<Base64<'_>>(text) {
        Ok(Base64 { base64 }) => {
            let decoded = STANDARD.decode(base64.as_bytes()).map_err(|error| format!("base64: {error}"))?;
            Ok(Some(decoded))
        }
        Err(_) => Ok(Some(text.as_bytes().to_vec())),
    }
}

fn one_or_many(value: &RawValue) -> Result<Vec<&RawValue>, String> {
    if value.get().starts_with('[') {
        serde_json::from_str(value.get()).map_err(|error| error.to_string())
    } else {
        Ok(vec![value])
    }
}

struct Written<'a> {
    topic: &'a str,
    partition: i32,
    record: &'a Record<'a>,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Record { offset, timestamp, key, value, headers } = *self.record;
        let mut row = serializer.serialize_struct("Row", 7)?;
        row.serialize_field("topic", self.topic)?;
        row.serialize_field("partition", &self.partition)?;
        row.serialize_field("offset", &offset.0)?;
        row.serialize_field("timestamp", &timestamp.0)?;
        row.serialize_field("key", &key.map(Part))?;
        row.serialize_field("value", &value.map(Part))?;
        let mut grouped: Vec<(Cow<'_, str>, Vec<Option<Part<'_>>>)> = Vec::new();
        for header in headers {
            let (name, value) = (String::from_utf8_lossy(header.key), header.value.map(Part));
            match grouped.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(value),
                None => grouped.push((name, vec![value])),
            }
        }
        row.serialize_field("headers", &HeaderValues(&grouped))?;
        row.end()
    }
}

/// Text, or bytes.
struct Part<'a>(&'a [u8]);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(text) = std::str::from_utf8(self.0) {
            return serializer.serialize_str(text);
        }
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry("base64", &STANDARD.encode(self.0))?;
        object.end()
    }
}

struct HeaderValues<'a>(&'a [(Cow<'a, str>, Vec<Option<Part<'a>>>)]);

impl Serialize for HeaderValues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in self.0 {
            match &values[..] {
                [one] => object.serialize_entry(name, one)?,
                several => object.serialize_entry(name, several)?,
            }
        }
        object.end()
    }
}

#[cfg(test)]
pub mod tests {
    use tidelog_client::Header;
    use tidelog_record::{Batch, BatchBuilder, Compression, Compressor, Records, stamp};

    use super::*;

    /// Offset 7, time 1500, key `k`, value `v`, headers `a=1` and `b`.
    pub fn with_record(look: impl FnOnce(&Record<'_>)) {
        let headers = [Header { key: b"a", value: Some(b"1") }, Header { key: b"b", value: None }];
        with(Some(b"k"), Some(b"v"), &headers, look);
    }

    fn with(
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
        look: impl FnOnce(&Record<'_>),
    ) {
        let mut builder = BatchBuilder::new();
        builder.append(TimestampMs(1_500), key, value, headers).unwrap();
        let mut batch = builder.build(&mut Compressor::new(Compression::None)).unwrap().to_vec();
        stamp(&mut batch, tidelog_model::Offset(7), tidelog_model::LeaderEpoch(0));
        let batch = Batch::parse(&batch).unwrap();
        let record = Records::new(batch.header(), batch.payload()).next().unwrap().unwrap();
        look(&record);
    }

    fn written(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header<'_>]) -> String {
        let mut line = Vec::new();
        with(key, value, headers, |record| write("events", 3, record, &mut line));
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_record_is_written_with_all_of_its_parts() {
        let mut line = Vec::new();
        with_record(|record| write("events", 3, record, &mut line));
        assert_eq!(
            String::from_utf8(line).unwrap(),
            r#"{"topic":"events","partition":3,"offset":7,"timestamp":1500,"key":"k","value":"v","headers":{"a":"1","b":null}}"#
        );
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_record() {
        let header = |key: &'static str, value| Header { key: key.as_bytes(), value };
        let headers = [header("z", Some(&b"1"[..])), header("a", None), header("z", Some(b"\xff"))];
        let row = Row::read(written(Some(b"\"\n\xc3\xa4"), Some(b"\x00\xff"), &headers).as_bytes()).unwrap();
        let expected = Row {
            key: Some(b"\"\n\xc3\xa4".to_vec()),
            value: Some(b"\x00\xff".to_vec()),
            headers: vec![
                ("z".to_owned(), Some(b"1".to_vec())),
                ("z".to_owned(), Some(b"\xff".to_vec())),
                ("a".to_owned(), None),
            ],
            partition: Some(3),
            timestamp: Some(TimestampMs(1_500)),
        };
        assert_eq!(row, expected);
        let nothing = Row::read(written(None, None, &[]).as_bytes()).unwrap();
        assert_eq!((nothing.key, nothing.value, nothing.headers), (None, None, vec![]));
    }

    #[test]
    fn other_json_is_taken_as_its_own_text() {
        let value = |line: &str| Row::read(line.as_bytes()).unwrap().value.unwrap();
        assert_eq!(value(r#"{"value": {"n": 1.0} }"#), br#"{"n": 1.0}"#);
        assert_eq!(value(r#"{"value":[1,2]}"#), b"[1,2]");
        assert_eq!(value(r#"{"value":12345678901234567890}"#), b"12345678901234567890");
        assert_eq!(value(r#"{"value":"\u00e4"}"#), "ä".as_bytes());
        assert_eq!(value(r#"{"value":{"base64":"AP8="}}"#), b"\x00\xff");
        assert_eq!(Row::read(br#"{"value":null}"#).unwrap(), Row::default());
    }

    #[test]
    fn a_time_is_a_number_or_a_text() {
        let time = |line: &str| Row::read(line.as_bytes()).unwrap().timestamp;
        assert_eq!(time(r#"{"value":1,"timestamp":5}"#), Some(TimestampMs(5)));
        assert_eq!(time(r#"{"value":1,"timestamp":"1970-01-01T00:00:01Z"}"#), Some(TimestampMs(1_000)));
    }

    #[test]
    fn a_line_that_is_no_record_is_refused_with_the_reason() {
        let error = |line: &str| Row::read(line.as_bytes()).unwrap_err();
        assert_eq!(error(r#"{"key":"k"}"#), "\"value\" is missing; for a record without one say null");
        assert!(
            error(r#"{"value":1,"hedaers":{}}"#)
                .starts_with("no record in JSON: unknown field `hedaers`, expected one of")
        );
        assert_eq!(error("clicked"), "no record in JSON: expected value, in column 1");
        assert!(error(r#"{"value":{"base64":"?"}}"#).starts_with("base64: "));
        assert_eq!(
            error(r#"{"value":1,"timestamp":"noon"}"#),
            "'noon' is not a time such as 2026-01-31T09:00:00Z"
        );
    }
}
