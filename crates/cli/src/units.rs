//! Numbers for people, and times that people type.

use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use tidelog_client::{Offset, StartAt, TimestampMs};

/// `1,234,567`.
pub fn count(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `2 records`.
pub fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `999 B`, `1.23 kB`, `45.6 MB`: three digits, thousands.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{} {}", three_digits(value), UNITS[unit])
}

/// `850 µs`, `12.3 ms`, `4.56 s`, `3 min 20 s`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.000_999_5 {
        format!("{} µs", duration.as_micros())
    } else if seconds < 0.999_5 {
        format!("{} ms", three_digits(seconds * 1e3))
    } else if seconds < 60.0 {
        format!("{} s", three_digits(seconds))
    } else {
        let seconds = duration.as_secs();
        match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
            (hours, minutes, _) => format!("{hours} h {minutes} min"),
        }
    }
}

/// At least 0 and below 1000.
fn three_digits(value: f64) -> String {
    if value < 9.995 {
        format!("{value:.2}")
    } else if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// A point of a partition, as it is typed: `earliest`, `latest`, an offset, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The first record.
    Earliest,
    /// Behind the last record.
    Latest,
    /// An offset.
    Offset(i64),
    /// A time, in milliseconds since 1970.
    Time(i64),
    /// So long before now, in milliseconds.
    Ago(i64),
}

impl Point {
    /// As a client takes it; what is before now is counted from this moment.
    pub fn start_at(self) -> StartAt {
        match self {
            Point::Earliest => StartAt::Earliest,
            Point::Latest => StartAt::Latest,
            Point::Offset(offset) => StartAt::Offset(Offset(offset)),
            Point::Time(time) => StartAt::Timestamp(TimestampMs(time)),
            Point::Ago(ago) => {
                StartAt::Timestamp(TimestampMs(Timestamp::now().as_millisecond().saturating_sub(ago)))
            }
        }
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "earliest" => return Ok(Point::Earliest),
            "latest" => return Ok(Point::Latest),
            _ => {}
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let offset = text.parse().map_err(|_| format!("the largest offset is {}", i64::MAX))?;
            return Ok(Point::Offset(offset));
        }
        if let Some(ago) = text.strip_prefix('-') {
            let ago = milliseconds(ago).ok_or("a time before now looks like -30s, -15m, -1h or -7d")?;
            return Ok(Point::Ago(ago));
        }
        let time: Timestamp = text.parse().map_err(|_| {
            "give earliest, latest, an offset, a time such as 2026-01-31T09:00:00Z, or a time before now such as -1h"
        })?;
        Ok(Point::Time(time.as_millisecond()))
    }
}

/// A line of text as lines of at most `width` characters, broken between words.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `1h`, `90s`, `1h 30m`, `7d`: a day has 24 hours.
fn milliseconds(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    let duration: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    i64::try_from(duration.as_millis()).ok().filter(|milliseconds| *milliseconds >= 0)
}

/// `\n`, `\t`, `\r`, `\0`, `\\` and `\xHH` as the bytes that they stand for; what is no escape stays as it is.
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at..];
        let (byte, length) = match escape.as_bytes().get(1) {
            Some(b'n') => (b'\n', 2),
            Some(b't') => (b'\t', 2),
            Some(b'r') => (b'\r', 2),
            Some(b'0') => (b'\0', 2),
            Some(b'\\') => (b'\\', 2),
            Some(b'x') => match escape.get(2..4).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => (byte, 4),
                None => (b'\\', 1),
            },
            _ => (b'\\', 1),
        };
        bytes.push(byte);
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_comma_at_each_thousand() {
        let shown = [0, 999, 1_000, 1_234_567, -1, -1_000].map(|number: i64| count(number));
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567", "-1", "-1,000"]);
        assert_eq!((counted(1, "record"), counted(0, "record")), ("1 record".into(), "0 records".into()));
    }

    #[test]
    fn sizes_have_three_digits() {
        let shown =
            [0, 999, 1_000, 1_234, 12_345, 123_456, 999_499, 999_500, 1_500_000_000, u64::MAX].map(bytes);
        let expected = [
            "0 B", "999 B", "1.00 kB", "1.23 kB", "12.3 kB", "123 kB", "999 kB", "1.00 MB", "1.50 GB",
            "18.4 EB",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        let shown = [850, 12_300, 999_499, 4_560_000, 59_990_000, 200_000_000, 7_260_000_000]
            .map(|micros| duration(Duration::from_micros(micros)));
        assert_eq!(shown, ["850 µs", "12.3 ms", "999 ms", "4.56 s", "60.0 s", "3 min 20 s", "2 h 1 min"]);
    }

    #[test]
    fn a_point_is_a_word_an_offset_a_time_or_a_while_ago() {
        let read = |text: &str| text.parse::<Point>();
        assert_eq!(read("earliest"), Ok(Point::Earliest));
        assert_eq!(read("latest"), Ok(Point::Latest));
        assert_eq!(read("42"), Ok(Point::Offset(42)));
        assert_eq!(read("1970-01-01T00:00:01.5Z"), Ok(Point::Time(1_500)));
        assert_eq!(read("1970-01-01T01:00:00+01:00"), Ok(Point::Time(0)));
        assert_eq!(read("-90s"), Ok(Point::Ago(90_000)));
        assert_eq!(read("-1h30m"), Ok(Point::Ago(5_400_000)));
        assert_eq!(read("-7d"), Ok(Point::Ago(604_800_000)));
        assert!(read("-5").is_err() && read("--5s").is_err() && read("").is_err());
        assert_eq!(read("9223372036854775808"), Err("the largest offset is 9223372036854775807".to_owned()));
        assert_eq!(
            read("yesterday"),
            Err("give earliest, latest, an offset, a time such as 2026-01-31T09:00:00Z, or a time before now such as -1h"
                .to_owned())
        );
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two  three four", 8), ["one two", "three", "four"]);
        assert_eq!(wrap("incomprehensibilities", 8), ["incomprehensibilities"]);
    }

    #[test]
    fn escapes_stand_for_bytes_and_what_is_none_stays() {
        assert_eq!(unescape(r"a\tb\n\\\0\x41"), b"a\tb\n\\\0A");
        assert_eq!(unescape(r"\q\xZZ\é\"), r"\q\xZZ\é\".as_bytes());
    }
}
