//! What `consume --format` takes: text, with parts of the record in it, much as kcat has them.

use tidelog_client::Record;

use crate::units::unescape;

/// What there is, for `--help`.
pub const HELP: &str = "\
How a record is written
  %t  topic        %k  key
  %p  partition    %v  value
  %o  offset       %h  headers, as a=1,b=2
  %%  percent      %T  timestamp, in milliseconds since 1970
and \\n, \\t, \\r, \\0, \\xHH for a line's end, a tab, a carriage return, a zero, any byte";

/// What there is, for an error.
const LETTERS: &str = "%t %p %o %k %v %h %T and %%";

/// A format, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatString(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    Topic,
    Partition,
    Offset,
    Key,
    Value,
    Headers,
    Timestamp,
}

impl std::str::FromStr for FormatString {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            pieces.push(Piece::Text(unescape(before)));
            let mut letters = after.chars();
            pieces.push(match letters.next() {
                Some('t') => Piece::Topic,
                Some('p') => Piece::Partition,
                Some('o') => Piece::Offset,
                Some('k') => Piece::Key,
                // kcat's letter for the value is another.
                Some('v' | 's') => Piece::Value,
                Some('h') => Piece::Headers,
                Some('T') => Piece::Timestamp,
                Some('%') => Piece::Text(b"%".to_vec()),
                Some(other) => return Err(format!("%{other} means nothing; there are {LETTERS}")),
                None => return Err(format!("% stands at the end; there are {LETTERS}")),
            });
            rest = letters.as_str();
        }
        pieces.push(Piece::Text(unescape(rest)));
        pieces.retain(|piece| *piece != Piece::Text(Vec::new()));
        Ok(FormatString(pieces))
    }
}

impl FormatString {
    /// Appends a record.
    pub fn write(&self, topic: &str, partition: i32, record: &Record<'_>, out: &mut Vec<u8>) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Topic => out.extend_from_slice(topic.as_bytes()),
                Piece::Partition => out.extend_from_slice(partition.to_string().as_bytes()),
                Piece::Offset => out.extend_from_slice(record.offset.0.to_string().as_bytes()),
                Piece::Key => out.extend_from_slice(record.key.unwrap_or_default()),
                Piece::Value => out.extend_from_slice(record.value.unwrap_or_default()),
                Piece::Timestamp => out.extend_from_slice(record.timestamp.0.to_string().as_bytes()),
                Piece::Headers => {
                    for (index, header) in record.headers.enumerate() {
                        if index > 0 {
                            out.push(b',');
                        }
                        out.extend_from_slice(header.key);
                        out.push(b'=');
                        out.extend_from_slice(header.value.unwrap_or_default());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_row::tests::with_record;
    use super::*;

    #[test]
    fn every_part_of_a_record_can_be_shown() {
        let format: FormatString = r"%t[%p]@%o %T %k=%v %s {%h} 100%%\n".parse().unwrap();
        let mut shown = Vec::new();
        with_record(|record| format.write("events", 3, record, &mut shown));
        assert_eq!(String::from_utf8(shown).unwrap(), "events[3]@7 1500 k=v v {a=1,b=} 100%\n");
    }

    #[test]
    fn a_letter_that_means_nothing_is_refused() {
        let error = |text: &str| text.parse::<FormatString>().unwrap_err();
        assert_eq!(error("%x"), "%x means nothing; there are %t %p %o %k %v %h %T and %%");
        assert_eq!(error("100%"), "% stands at the end; there are %t %p %o %k %v %h %T and %%");
    }
}
