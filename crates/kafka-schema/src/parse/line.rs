//! Lines of a text: their level, their words, and the comments that belong to them.

use super::ParseError;
use crate::schema::Versions;

/// A line that is more than a comment.
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) level: usize,
    words: Vec<&'a str>,
    /// Its own trailing comment, and the whole lines of comment that belong to it, in their order.
    pub(super) comment: Vec<String>,
}

impl Line<'_> {
    pub(super) fn unexpected(&self, expected: &str, found: &str) -> ParseError {
        ParseError::Unexpected {
            line: self.number,
            expected: expected.to_owned(),
            found: format!("`{found}`"),
        }
    }

    pub(super) fn too_deep(&self, level: usize) -> ParseError {
        let expected = format!("at most {} leading blanks", level * 2);
        ParseError::Indentation { line: self.number, expected, found: self.level * 2 }
    }
}

/// Splits a text into lines. A comment that stands deeper than the line above it belongs to that one, any other to the line
/// below it, which must be of its level.
pub(super) fn lines(text: &str) -> Result<Vec<Line<'_>>, ParseError> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut waiting = Waiting::default();
    for (index, whole) in text.lines().enumerate() {
        let number = index + 1;
        let body = whole.trim();
        if body.is_empty() {
            continue;
        }
        let level = level(whole, number)?;
        let (code, comment) = split_comment(body);
        waiting.check(level)?;
        if !code.is_empty() {
            let comment = waiting.take().into_iter().chain(comment).collect();
            lines.push(Line { number, level, words: code.split_whitespace().collect(), comment });
        } else if let Some(above) = lines.last_mut().filter(|above| level > above.level && waiting.is_empty())
        {
            above.comment.extend(comment);
        } else {
            waiting.comments.extend(comment);
            waiting.place = Some((number, level));
        }
    }
    match waiting.place {
        Some((line, _)) => Err(ParseError::StrayComment { line }),
        None => Ok(lines),
    }
}

/// Comments on the line below them, which has not come yet.
#[derive(Default)]
struct Waiting {
    comments: Vec<String>,
    /// The last one's line and level.
    place: Option<(usize, usize)>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.comments.is_empty()
    }

    /// Whether what comes next, at `level`, may follow.
    fn check(&self, level: usize) -> Result<(), ParseError> {
        match self.place {
            Some((line, wanted)) if wanted != level => Err(ParseError::StrayComment { line }),
            _ => Ok(()),
        }
    }

    fn take(&mut self) -> Vec<String> {
        self.place = None;
        std::mem::take(&mut self.comments)
    }
}

/// The nesting level of a line that is not empty: two spaces each.
fn level(whole: &str, line: usize) -> Result<usize, ParseError> {
    let blanks = whole.len() - whole.trim_start().len();
    if blanks.is_multiple_of(2) && whole.starts_with(&" ".repeat(blanks)) {
        return Ok(blanks / 2);
    }
    Err(ParseError::Indentation { line, expected: "a multiple of two spaces".to_owned(), found: blanks })
}

/// Code and comment of a line without its indentation: a `#` that starts a word starts the comment.
fn split_comment(body: &str) -> (&str, Option<String>) {
    let start = match body.starts_with('#') {
        true => Some(0),
        false => body.find(" #").map(|blank| blank + 1),
    };
    match start {
        None => (body, None),
        Some(start) => (body[..start].trim_end(), Some(body[start + 1..].trim().to_owned())),
    }
}

/// The words of a line, taken one by one.
pub(super) struct Words<'a> {
    line: &'a Line<'a>,
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(line: &'a Line<'a>) -> Words<'a> {
        Words { line, at: 0 }
    }

    fn peek(&self) -> Option<&'a str> {
        self.line.words.get(self.at).copied()
    }

    pub(super) fn next(&mut self, expected: &str) -> Result<&'a str, ParseError> {
        let word = self.peek().ok_or_else(|| self.fault(expected))?;
        self.at += 1;
        Ok(word)
    }

    /// Whether the next word is that one; if so, it is taken.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Some(word);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn number<T: std::str::FromStr>(&mut self, expected: &str) -> Result<T, ParseError> {
        let number = self.peek().and_then(|word| word.parse().ok()).ok_or_else(|| self.fault(expected))?;
        self.at += 1;
        Ok(number)
    }

    pub(super) fn versions(&mut self, expected: &str) -> Result<Versions, ParseError> {
        self.versions_if_any().ok_or_else(|| self.fault(expected))
    }

    pub(super) fn versions_if_any(&mut self) -> Option<Versions> {
        let versions = self.peek().and_then(versions)?;
        self.at += 1;
        Some(versions)
    }

    pub(super) fn end(&self, expected: &str) -> Result<(), ParseError> {
        if self.peek().is_some() { Err(self.fault(expected)) } else { Ok(()) }
    }

    fn fault(&self, expected: &str) -> ParseError {
        let found = self.peek().map_or("the end of the line".to_owned(), |word| format!("`{word}`"));
        ParseError::Unexpected { line: self.line.number, expected: expected.to_owned(), found }
    }
}

/// `3`, `3+` or `3-13`.
fn versions(word: &str) -> Option<Versions> {
    if let Some(lowest) = word.strip_suffix('+') {
        return Some(Versions { lowest: version(lowest)?, highest: None });
    }
    let (lowest, highest) = word.split_once('-').unwrap_or((word, word));
    let (lowest, highest) = (version(lowest)?, version(highest)?);
    (lowest <= highest).then_some(Versions { lowest, highest: Some(highest) })
}

fn version(word: &str) -> Option<i16> {
    word.chars().all(|c| c.is_ascii_digit()).then(|| word.parse().ok())?
}
