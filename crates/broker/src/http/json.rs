//! Records as JSON, the same way in and out:
//!
//! ```json
//! {"offset": 7, "timestamp_ms": 1700000000000, "key": "user-7", "value": "clicked", "headers": [{"key": "a", "value": "b"}]}
//! ```
//!
//! Bytes that are not UTF-8 stand in `key_base64` and `value_base64`. In a request everything may be left out; no value is
//! a tombstone, and an `offset` counts for nothing.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use tidelog_grpc_api::v1::{self, ErrorCode, ErrorDetail};
use tidelog_record::Record;

/// The most records of one body: each takes more memory than the few bytes that it may have in there.
pub const RECORDS_MAX: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    #[serde(deserialize_with = "limited")]
    records: Vec<PostedRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostedRecord {
    #[serde(default, rename = "offset")]
    _offset: i64,
    timestamp_ms: Option<i64>,
    key: Option<String>,
    key_base64: Option<String>,
    value: Option<String>,
    value_base64: Option<String>,
    #[serde(default, deserialize_with = "limited")]
    headers: Vec<PostedHeader>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostedHeader {
    key: String,
    value: Option<String>,
    value_base64: Option<String>,
}

/// The records of `{"records": [{…}, …]}`.
pub fn records(body: &Bytes) -> Result<Vec<v1::Record>, ErrorDetail> {
    let posted: Posted = serde_json::from_slice(body).map_err(|error| {
        let message =
            format!("the body is not {{\"records\": [{{\"key\", \"value\", \"headers\"}}]}}: {error}");
        ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("body")
    })?;
    posted.records.into_iter().map(record).collect()
}

/// Each line a value, without its line feed; the body may end with one.
pub fn lines(body: &Bytes) -> Result<Vec<v1::Record>, ErrorDetail> {
    let text = body.strip_suffix(b"\n").unwrap_or(body);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let lines = || text.split(|&byte| byte == b'\n');
    let count = lines().count();
    if count > RECORDS_MAX {
        let message = format!(
            "the body has {count} lines, and the limit is {RECORDS_MAX} for one request: send several"
        );
        let detail = ErrorDetail::new(ErrorCode::RecordListTooLarge, message);
        return Err(detail.with_limit("records", RECORDS_MAX.to_string(), count.to_string()));
    }
    let record = |line: &[u8]| v1::Record { value: Some(body.slice_ref(line)), ..v1::Record::default() };
    Ok(lines().map(record).collect())
}

fn record(posted: PostedRecord) -> Result<v1::Record, ErrorDetail> {
    let headers = posted.headers.into_iter().map(|header| {
        let value = either("headers", header.value, header.value_base64)?;
        Ok(v1::Header { key: header.key, value })
    });
    Ok(v1::Record {
        key: either("key", posted.key, posted.key_base64)?,
        value: either("value", posted.value, posted.value_base64)?,
        headers: headers.collect::<Result<_, _>>()?,
        timestamp_ms: posted.timestamp_ms,
        offset: 0,
    })
}

fn either(field: &str, text: Option<String>, base64: Option<String>) -> Result<Option<Bytes>, ErrorDetail> {
    let invalid = |message: String| ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause(field);
    match (text, base64) {
        (Some(_), Some(_)) => Err(invalid(format!("a record has both {field} and {field}_base64: give one"))),
        (Some(text), None) => Ok(Some(text.into())),
        (None, Some(text)) => match STANDARD.decode(&text) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) => Err(invalid(format!("{field}_base64 is not base64: {error}"))),
        },
        (None, None) => Ok(None),
    }
}

/// A list that ends, with an error, before it is longer than [`RECORDS_MAX`].
fn limited<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Limited<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Limited<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a list of at most {RECORDS_MAX} items")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                if list.len() == RECORDS_MAX {
                    return Err(A::Error::custom(format!("more than {RECORDS_MAX} items in one list")));
                }
                list.push(item);
            }
            Ok(list)
        }
    }
    deserializer.deserialize_seq(Limited(std::marker::PhantomData))
}

#[derive(Serialize)]
struct ReadRecord<'a> {
    offset: i64,
    timestamp_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    headers: Vec<ReadHeader<'a>>,
}

#[derive(Serialize)]
struct ReadHeader<'a> {
    key: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

/// Puts a record's line behind `out`.
pub fn write(record: &Record<'_>, out: &mut Vec<u8>) {
    let (key, key_base64) = text_or_base64(record.key);
    let (value, value_base64) = text_or_base64(record.value);
    let headers = record.headers.map(|header| {
        let (value, value_base64) = text_or_base64(header.value);
        ReadHeader { key: header.name(), value, value_base64 }
    });
    let record = ReadRecord {
        offset: record.offset.0,
        timestamp_ms: record.timestamp.0,
        key,
        key_base64,
        value,
        value_base64,
        headers: headers.collect(),
    };
    write_line(&record, out);
}

/// Puts a line of JSON behind `out`.
pub fn write_line(line: &impl Serialize, out: &mut Vec<u8>) {
    if let Err(error) = serde_json::to_writer(&mut *out, line) {
        unreachable!("texts and numbers are JSON, and memory takes all that is written: {error}");
    }
    out.push(b'\n');
}

fn text_or_base64(bytes: Option<&[u8]>) -> (Option<&str>, Option<String>) {
    match bytes.map(|bytes| std::str::from_utf8(bytes).map_err(|_| STANDARD.encode(bytes))) {
        None => (None, None),
        Some(Ok(text)) => (Some(text), None),
        Some(Err(base64)) => (None, Some(base64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> Result<Vec<v1::Record>, String> {
        records(&Bytes::copy_from_slice(body.as_bytes())).map_err(|detail| detail.message)
    }

    #[test]
    fn what_is_left_out_is_not_there() {
        assert_eq!(parsed(r#"{"records": [{}]}"#), Ok(vec![v1::Record::default()]));
    }

    #[test]
    fn bytes_that_are_no_text_go_as_base64() {
        let body = r#"{"records": [{"key_base64": "/wA=", "value": "é", "timestamp_ms": 5, "offset": 3,
            "headers": [{"key": "a", "value_base64": "/w=="}, {"key": "b"}]}]}"#;
        let headers = vec![
            v1::Header { key: "a".into(), value: Some(Bytes::from_static(b"\xff")) },
            v1::Header { key: "b".into(), value: None },
        ];
        let expected = v1::Record {
            key: Some(Bytes::from_static(b"\xff\0")),
            value: Some("é".into()),
            headers,
            timestamp_ms: Some(5),
            offset: 0,
        };
        assert_eq!(parsed(body), Ok(vec![expected]));
    }

    #[test]
    fn a_field_that_is_not_known_is_refused_and_named() {
        let error = parsed(r#"{"records": [{"valeu": "x"}]}"#).expect_err("refused");
        assert!(error.contains("unknown field `valeu`"), "{error}");
        let error = parsed(r#"{"records": [{"value": "x", "value_base64": "eA=="}]}"#).expect_err("refused");
        assert_eq!(error, "a record has both value and value_base64: give one");
    }

    #[test]
    fn records_are_counted_before_they_are_kept() {
        let body = |count: usize| format!(r#"{{"records": [{}]}}"#, vec!["{}"; count].join(","));
        assert_eq!(parsed(&body(RECORDS_MAX)).map(|records| records.len()), Ok(RECORDS_MAX));
        let error = parsed(&body(RECORDS_MAX + 1)).expect_err("too many");
        assert!(error.contains("more than 10000 items in one list"), "{error}");
        let body = Bytes::from("\n".repeat(RECORDS_MAX + 2));
        assert_eq!(lines(&body).expect_err("too many").code(), ErrorCode::RecordListTooLarge);
    }

    #[test]
    fn lines_are_values_verbatim() {
        let values = |body: &'static str| -> Vec<Bytes> {
            let records = lines(&Bytes::from_static(body.as_bytes())).expect("few lines");
            records.into_iter().map(|record| record.value.expect("a line is a value")).collect()
        };
        assert_eq!(values("a\n\n b\r\n"), ["a", "", " b\r"]);
        assert_eq!(values("a"), ["a"]);
        assert_eq!(values("\n"), Vec::<Bytes>::new());
        assert_eq!(values(""), Vec::<Bytes>::new());
    }
}
