//! Where events come from: the generator, or the lines of a file.
//!
//! What must stay true: a line's bytes are the event, verbatim, without the line feed that ends it and with everything
//! else, a carriage return too. An empty line is an empty event. No line takes more memory than a record may.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::page_views::PageViews;
use crate::error::{CliError, Exit};

/// The longest line. Its record must fit into a request of the producer's default size.
const MAX_LINE_BYTES: usize = 1_000_000;
/// How many of a line's fields are named to somebody who asked for one that it lacks.
const NAMED_FIELDS: usize = 12;

/// One event; its buffers are used again for the next.
#[derive(Debug, Default)]
pub struct Event {
    /// The line.
    pub line: Vec<u8>,
    /// The key, if there is one.
    pub key: Option<Vec<u8>>,
}

/// A stream of events.
#[derive(Debug)]
pub enum Source {
    /// Made up.
    PageViews(PageViews),
    /// Read.
    Lines(Lines),
}

/// The lines of a file or of standard input.
pub struct Lines {
    name: String,
    reader: Box<dyn BufRead + Send>,
    key_field: Option<String>,
    read: u64,
    unkeyed: u64,
    /// The fields of the first event that lacked the key field.
    fields: Vec<String>,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("name", &self.name).field("read", &self.read).finish_non_exhaustive()
    }
}

impl Source {
    /// The lines of a file, or of standard input if the path is `-`.
    pub fn open(path: &Path, key_field: Option<String>) -> Result<Source, CliError> {
        let (name, reader): (String, Box<dyn Read + Send>) = if path == Path::new("-") {
            ("standard input".to_owned(), Box::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(|error| cannot_read(&path.display().to_string(), &error))?;
            (path.display().to_string(), Box::new(file))
        };
        Ok(Source::Lines(Lines::new(name, BufReader::with_capacity(1 << 18, reader), key_field)))
    }

    /// Reads the next event; false at the end.
    pub fn next(&mut self, event: &mut Event) -> Result<bool, CliError> {
        match self {
            Source::PageViews(views) => {
                views.next(&mut event.line, event.key.get_or_insert_default());
                Ok(true)
            }
            Source::Lines(lines) => lines.next(event),
        }
    }

    /// How many events had no key although there is a key field.
    pub fn unkeyed(&self) -> u64 {
        match self {
            Source::PageViews(_) => 0,
            Source::Lines(lines) => lines.unkeyed,
        }
    }
}

impl Lines {
    fn new(name: String, reader: impl BufRead + Send + 'static, key_field: Option<String>) -> Self {
        Lines { name, reader: Box::new(reader), key_field, read: 0, unkeyed: 0, fields: Vec::new() }
    }

    fn next(&mut self, event: &mut Event) -> Result<bool, CliError> {
        event.line.clear();
        let mut limited = (&mut self.reader).take(MAX_LINE_BYTES as u64 + 1);
        let read = limited.read_until(b'\n', &mut event.line);
        if read.map_err(|error| cannot_read(&self.name, &error))? == 0 {
            self.check_key_field()?;
            return Ok(false);
        }
        self.read += 1;
        if event.line.last() == Some(&b'\n') {
            event.line.pop();
        } else if event.line.len() > MAX_LINE_BYTES {
            let message =
                format!("line {} of {} is longer than {MAX_LINE_BYTES} bytes", self.read, self.name);
            return Err(CliError::new(Exit::Input, message).fix("an event must fit into one record"));
        }
        let has_key = self.find_key(event)?;
        if !has_key {
            event.key = None;
            self.unkeyed += u64::from(self.key_field.is_some());
        }
        Ok(true)
    }

    /// Reads the line's key; false if it has none: an empty line, a field that is absent or null.
    fn find_key(&mut self, event: &mut Event) -> Result<bool, CliError> {
        let Some(field) = &self.key_field else { return Ok(false) };
        if event.line.trim_ascii().is_empty() {
            return Ok(false);
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&event.line);
        let found = Field(field).find(&mut deserializer).and_then(|found| deserializer.end().map(|()| found));
        match found {
            Ok(Some(text)) => {
                let key = event.key.get_or_insert_default();
                key.clear();
                match serde_json::from_str::<std::borrow::Cow<'_, str>>(text) {
                    Ok(text) => key.extend_from_slice(text.as_bytes()),
                    // A number, or something larger: as it is written.
                    Err(_) => key.extend_from_slice(text.as_bytes()),
                }
                Ok(true)
            }
            Ok(None) => {
                if self.fields.is_empty() {
                    self.fields = field_names(&event.line);
                }
                Ok(false)
            }
            Err(error) => {
                let message = format!("line {} of {} is not a JSON object: {error}", self.read, self.name);
                Err(CliError::new(Exit::Input, message).fix("without --key any line will do"))
            }
        }
    }

    /// At the end: a key field that no line has is a mistake.
    fn check_key_field(&self) -> Result<(), CliError> {
        match &self.key_field {
            Some(field) if self.read > 0 && self.unkeyed == self.read => {
                let message = format!("no line of {} has a field '{field}'", self.name);
                let fix = format!("use one of those that the first line has: {}", self.fields.join(", "));
                Err(CliError::new(Exit::Input, message).fix(fix))
            }
            _ => Ok(()),
        }
    }
}

fn cannot_read(name: &str, error: &io::Error) -> CliError {
    CliError::new(Exit::Input, format!("{name} cannot be read: {error}"))
}

fn field_names(line: &[u8]) -> Vec<String> {
    let fields: BTreeSet<String> =
        serde_json::from_slice::<std::collections::BTreeMap<String, IgnoredAny>>(line)
            .unwrap_or_default()
            .into_keys()
            .collect();
    fields.into_iter().take(NAMED_FIELDS).collect()
}

/// Looks for one field of an object, and for nothing else. The last one counts, as in every JSON parser.
struct Field<'a>(&'a str);

impl Field<'_> {
    fn find<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<&'de str>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Field<'_> {
    /// The field's value, as it is written; none if there is none or it is null.
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Name(name)) = map.next_key()? {
            if name == self.0 {
                found = Some(map.next_value::<&RawValue>()?.get()).filter(|text| *text != "null");
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// A field's name, borrowed from the line unless it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(text: &'static [u8], key_field: Option<&str>) -> Result<Vec<(String, Option<String>)>, CliError> {
        let mut lines =
            Lines::new("events.jsonl".to_owned(), Cursor::new(text), key_field.map(str::to_owned));
        let mut event = Event::default();
        let mut events = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        while lines.next(&mut event)? {
            events.push((text(&event.line), event.key.as_deref().map(text)));
        }
        Ok(events)
    }

    fn event(line: &str, key: Option<&str>) -> (String, Option<String>) {
        (line.to_owned(), key.map(str::to_owned))
    }

    #[test]
    fn lines_are_taken_verbatim_whatever_they_hold() {
        let events = read(b"{\"a\": 1}\r\n\n  spaced \n\xff\nlast", None).expect("reads");
        let expected = ["{\"a\": 1}\r", "", "  spaced ", "\u{fffd}", "last"].map(|line| event(line, None));
        assert_eq!(events, expected);
    }

    #[test]
    fn a_key_is_the_fields_text_and_an_event_without_it_has_none() {
        let text = br#"{"id": "caf\u00e9", "n": 1}
{"n": 1.50, "id": 7.250}

{"id": null}
{"n": {"id": 3}}
{"id": {"a": [1, 2]}}
{"\u0069d": "escaped name"}
"#;
        let keys: Vec<_> = read(text, Some("id")).expect("reads").into_iter().map(|(_, key)| key).collect();
        let expected =
            [Some("café"), Some("7.250"), None, None, None, Some(r#"{"a": [1, 2]}"#), Some("escaped name")];
        assert_eq!(keys, expected.map(|key| key.map(str::to_owned)));
    }

    #[test]
    fn a_line_that_is_no_object_is_named_with_the_way_out() {
        let error = read(b"{\"id\": 1}\n[1]\n", Some("id")).unwrap_err();
        assert_eq!(error.exit, Exit::Input);
        assert_eq!(
            error.to_string(),
            "line 2 of events.jsonl is not a JSON object: invalid type: sequence, expected a JSON object at line 1 \
             column 0: without --key any line will do"
        );
        let error = read(b"{\"id\": 1} {}\n", Some("id")).unwrap_err();
        assert!(error.message.contains("trailing characters"), "{error}");
    }

    #[test]
    fn a_field_that_no_line_has_is_met_with_those_there_are() {
        let error = read(b"{\"carrier\": \"UA\", \"dest\": \"IAH\"}\n", Some("carier")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no line of events.jsonl has a field 'carier': use one of those that the first line has: carrier, dest"
        );
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let endless: &'static [u8] = vec![b'x'; 2 * MAX_LINE_BYTES].leak();
        let error = read(endless, None).unwrap_err();
        assert_eq!(error.message, "line 1 of events.jsonl is longer than 1000000 bytes");
    }
}
