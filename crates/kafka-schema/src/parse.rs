//! Reads the text format of `proto/kafka` (drawn in its README). Owns the grammar and the promises of [`crate::schema`].
//!
//! Two passes: [`line`] turns text into lines with a nesting level and the comments that belong to them, the [`Parser`] turns
//! lines into schemas. Whatever it cannot read is an error that names the line.

mod line;

use std::path::{Path, PathBuf};

use self::line::{Line, Words, lines};
use crate::schema::{Field, Schema, SchemaKind, Struct, Tagged, Type, Value, Versions};

/// Why a text is not a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The line cannot be read on from here.
    #[error("line {line}: expected {expected}, found {found}")]
    Unexpected {
        /// The line's number, from 1.
        line: usize,
        /// What may stand here.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// The indentation is no level of two spaces, or is deeper than what it stands under allows.
    #[error("line {line}: expected {expected}, found {found} leading blanks (indent by two spaces a level)")]
    Indentation {
        /// The line's number.
        line: usize,
        /// Which indentations may stand here.
        expected: String,
        /// How many blanks stand there.
        found: usize,
    },
    /// A comment with nothing above it to belong to, and nothing of its level below it.
    #[error(
        "line {line}: expected a line of the comment's own level below it, found none: indent the comment to the line that it is about"
    )]
    StrayComment {
        /// The comment's line.
        line: usize,
    },
    /// Two of a name, or of a tag, where one may stand.
    #[error("line {line}: expected a {what} that is new here, found `{name}` again: give it another")]
    Duplicate {
        /// The second one's line.
        line: usize,
        /// What there are two of.
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// A struct that nothing above defines.
    #[error(
        "line {line}: expected the name of a struct defined above, found `{name}`: put its fields under it, or a `struct {name}` first"
    )]
    UnknownStruct {
        /// The line that uses it.
        line: usize,
        /// The name.
        name: String,
    },
    /// A range of versions that reaches beyond those it stands in.
    #[error("line {line}: expected versions within {within}, found {found}")]
    VersionsOutside {
        /// The line's number.
        line: usize,
        /// The versions that exist here.
        within: Versions,
        /// Those that the line names.
        found: Versions,
    },
    /// A tag in a version that has none.
    #[error("line {line}: expected a tag in flexible versions alone, found it in {found}: name versions")]
    InflexibleTag {
        /// The line's number.
        line: usize,
        /// The tagged field's versions.
        found: Versions,
    },
    /// A default that the field cannot hold.
    #[error("line {line}: expected a default that {ty} can hold, found `{found}`")]
    Default {
        /// The line's number.
        line: usize,
        /// The field's type.
        ty: String,
        /// The default.
        found: String,
    },
}

/// Why a directory of schemas cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or directory cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is no schema.
    #[error("{path}: {source}")]
    Parse {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        source: ParseError,
    },
}

/// Reads every `*.kafka` file below `dir`, in the order of their paths.
pub fn load(dir: &Path) -> Result<Vec<Schema>, LoadError> {
    let mut schemas = Vec::new();
    for path in files(dir)? {
        let text =
            std::fs::read_to_string(&path).map_err(|source| LoadError::Io { path: path.clone(), source })?;
        schemas.extend(parse(&text).map_err(|source| LoadError::Parse { path, source })?);
    }
    Ok(schemas)
}

/// Reads the messages of one text, in its order.
pub fn parse(text: &str) -> Result<Vec<Schema>, ParseError> {
    let lines = lines(text)?;
    let mut parser = Parser { lines: &lines, at: 0 };
    let mut heading = None;
    let mut schemas: Vec<Schema> = Vec::new();
    while let Some(line) = parser.peek(0) {
        parser.at += 1;
        let mut words = Words::new(line);
        match words.next("`api`, `record`, `data`, `header`, `request`, `response`, `key` or `value`")? {
            word @ ("api" | "record") => {
                let number = words.number("its number")?;
                let name = words.next("its name")?.to_owned();
                words.end("the end of the line")?;
                heading =
                    Some(Heading { word: word.to_owned(), number, name, comment: line.comment.clone() });
            }
            word => {
                let schema = parser.message(word, words, line, heading.as_ref())?;
                if schemas.iter().any(|other| other.name == schema.name) {
                    return Err(ParseError::Duplicate {
                        line: line.number,
                        what: "message",
                        name: schema.name,
                    });
                }
                schemas.push(schema);
            }
        }
    }
    match parser.lines.get(parser.at) {
        Some(line) => Err(line.too_deep(0)),
        None => Ok(schemas),
    }
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let fault = |source| LoadError::Io { path: dir.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "kafka") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// An `api` or `record` line, which the messages below it share.
struct Heading {
    word: String,
    number: i16,
    name: String,
    comment: Vec<String>,
}

struct Parser<'a> {
    lines: &'a [Line<'a>],
    at: usize,
}

impl<'a> Parser<'a> {
    /// The next line, if it is of that level.
    fn peek(&self, level: usize) -> Option<&'a Line<'a>> {
        self.lines.get(self.at).filter(|line| line.level == level)
    }

    /// The rest of a message's heading, and everything under it.
    fn message(
        &mut self,
        word: &str,
        mut words: Words<'a>,
        line: &Line<'_>,
        heading: Option<&Heading>,
    ) -> Result<Schema, ParseError> {
        let (kind, under, suffix) = match word {
            "request" => (SchemaKind::Request, Some("api"), "Request"),
            "response" => (SchemaKind::Response, Some("api"), "Response"),
            "key" => (SchemaKind::Data, Some("record"), "Key"),
            "value" => (SchemaKind::Data, Some("record"), "Value"),
            "data" => (SchemaKind::Data, None, ""),
            "header" => (SchemaKind::Header, None, ""),
            other => return Err(line.unexpected("the start of a message", other)),
        };
        let (name, api_key, mut comment) = match (under, heading) {
            (None, _) => (words.next("the message's name")?.to_owned(), None, Vec::new()),
            (Some(under), Some(heading)) if heading.word == under => {
                (format!("{}{suffix}", heading.name), Some(heading.number), heading.comment.clone())
            }
            (Some(under), _) => return Err(line.unexpected(&format!("an `{under}` line above"), word)),
        };
        comment.extend(line.comment.iter().cloned());
        let versions = words.versions("the message's versions, such as `0-5`")?;
        if versions.highest.is_none() {
            return Err(line.unexpected("versions that end, such as `0-5`", &versions.to_string()));
        }
        let flexible = match words.take("flexible") {
            true => Some(words.versions("the first flexible version, such as `9+`")?),
            false => None,
        };
        words.end("`flexible` or the end of the line")?;
        let mut message = Message { versions, flexible, structs: Vec::new() };
        if let Some(flexible) = flexible {
            message.within(line, flexible)?;
        }
        let fields = self.fields(1, &mut message)?;
        Ok(Schema { name, kind, api_key, versions, flexible, fields, structs: message.structs, comment })
    }

    /// The fields of one level; the structs that they or `struct` lines define go to `message`, inner ones first.
    fn fields(&mut self, level: usize, message: &mut Message) -> Result<Vec<Field>, ParseError> {
        let mut fields: Vec<Field> = Vec::new();
        while let Some(line) = self.peek(level) {
            self.at += 1;
            let mut words = Words::new(line);
            if level == 1 && words.take("struct") {
                let name = words.next("the struct's name")?.to_owned();
                words.end("the end of the line")?;
                self.define(line, name, line.comment.clone(), message)?;
                continue;
            }
            let field = field(line, words, message)?;
            check_new(line, &field, &fields)?;
            let nested = self.peek(level + 1).is_some();
            match innermost(&field.ty) {
                Some(name) if nested => self.define(line, name.to_owned(), Vec::new(), message)?,
                Some(name) if !message.structs.iter().any(|known| known.name == name) => {
                    return Err(ParseError::UnknownStruct { line: line.number, name: name.to_owned() });
                }
                _ => {}
            }
            fields.push(field);
        }
        match self.lines.get(self.at) {
            Some(line) if line.level > level => Err(line.too_deep(level)),
            _ => Ok(fields),
        }
    }

    /// Reads the fields under `line` as those of the struct `name`.
    fn define(
        &mut self,
        line: &Line<'_>,
        name: String,
        comment: Vec<String>,
        message: &mut Message,
    ) -> Result<(), ParseError> {
        let fields = self.fields(line.level + 1, message)?;
        if message.structs.iter().any(|other| other.name == name) {
            return Err(ParseError::Duplicate { line: line.number, what: "struct", name });
        }
        message.structs.push(Struct { name, fields, comment });
        Ok(())
    }
}

/// Name and tag of a field must be new among those before it.
fn check_new(line: &Line<'_>, field: &Field, before: &[Field]) -> Result<(), ParseError> {
    let tag = |field: &Field| field.tagged.map(|tagged| tagged.tag);
    let duplicate = |what, name| Err(ParseError::Duplicate { line: line.number, what, name });
    if before.iter().any(|other| other.name == field.name) {
        return duplicate("field", field.name.clone());
    }
    match tag(field) {
        Some(number) if before.iter().any(|other| tag(other) == Some(number)) => {
            duplicate("tag", number.to_string())
        }
        _ => Ok(()),
    }
}

/// What is known of a message while its fields are read.
struct Message {
    versions: Versions,
    flexible: Option<Versions>,
    structs: Vec<Struct>,
}

impl Message {
    /// `found`, if its ends are versions of the message.
    fn within(&self, line: &Line<'_>, found: Versions) -> Result<Versions, ParseError> {
        let ends = [Some(found.lowest), found.highest];
        match ends.into_iter().flatten().all(|end| self.versions.contains(end)) {
            true => Ok(found),
            false => Err(ParseError::VersionsOutside { line: line.number, within: self.versions, found }),
        }
    }

    /// `found`, if the message is flexible in all of it.
    fn flexible(&self, line: &Line<'_>, found: Versions) -> Result<Versions, ParseError> {
        let is_flexible = |version| self.flexible.is_some_and(|flexible| flexible.contains(version));
        match self.versions.iter().filter(|version| found.contains(*version)).all(is_flexible) {
            true => Ok(found),
            false => Err(ParseError::InflexibleTag { line: line.number, found }),
        }
    }
}

/// One field's line: `name type [versions] [nullable versions] [tag number] [ignorable] [inflexible] [= default]`.
fn field(line: &Line<'_>, mut words: Words<'_>, message: &Message) -> Result<Field, ParseError> {
    let name = words.next("a field's name")?;
    if !name.starts_with(|first: char| first.is_ascii_lowercase())
        || !name.chars().all(|c| c.is_ascii_alphanumeric())
    {
        return Err(line.unexpected("a field's name in camelCase", name));
    }
    let word = words.next("a type")?;
    let (ty, is_nullable) = match word.strip_prefix('?') {
        Some(word) => (ty(line, word)?, true),
        None => (ty(line, word)?, false),
    };
    let versions = match words.versions_if_any() {
        Some(versions) => message.within(line, versions)?,
        None => Versions::ALL,
    };
    let nullable = match (is_nullable, words.take("nullable")) {
        (true, true) => return Err(line.unexpected("either `?` or `nullable`", "both")),
        (true, false) => Some(versions),
        (false, true) => Some(message.within(line, words.versions("the versions in which it may be null")?)?),
        (false, false) => None,
    };
    let tagged = match words.take("tag") {
        true => Some(Tagged {
            tag: words.number("the tag's number")?,
            versions: message.flexible(line, versions)?,
        }),
        false => None,
    };
    let ignorable = words.take("ignorable");
    let flexible = words.take("inflexible").then_some(Versions::NONE);
    let default = match words.take("=") {
        true => default(line, &ty, nullable.is_some(), words.next("the default")?)?,
        false => ty.default_value(),
    };
    words.end(
        "versions, `nullable`, `tag`, `ignorable`, `inflexible`, `=` (in this order) or the end of the line",
    )?;
    Ok(Field {
        name: name.to_owned(),
        ty,
        versions,
        nullable,
        tagged,
        default,
        ignorable,
        flexible,
        comment: line.comment.clone(),
    })
}

fn ty(line: &Line<'_>, word: &str) -> Result<Type, ParseError> {
    if let Some(element) = word.strip_prefix("[]") {
        let element = ty(line, element)?;
        return match element {
            Type::Array(_) => Err(line.unexpected("an array of something else than arrays", word)),
            element => Ok(Type::Array(Box::new(element))),
        };
    }
    Ok(match word {
        "bool" => Type::Bool,
        "int8" => Type::Int8,
        "int16" => Type::Int16,
        "uint16" => Type::Uint16,
        "int32" => Type::Int32,
        "uint32" => Type::Uint32,
        "int64" => Type::Int64,
        "float64" => Type::Float64,
        "uuid" => Type::Uuid,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "records" => Type::Records,
        name if name.starts_with(|first: char| first.is_ascii_uppercase()) => Type::Struct(name.to_owned()),
        other => {
            return Err(line.unexpected("a type (bool, int8, …, records, []type, a struct's name)", other));
        }
    })
}

/// The struct that a type is, or is an array of.
fn innermost(ty: &Type) -> Option<&str> {
    match ty {
        Type::Array(element) => innermost(element),
        Type::Struct(name) => Some(name),
        _ => None,
    }
}

fn default(line: &Line<'_>, ty: &Type, is_nullable: bool, word: &str) -> Result<Value, ParseError> {
    let fault = || ParseError::Default { line: line.number, ty: ty.to_string(), found: word.to_owned() };
    if word == "null" {
        return if is_nullable { Ok(Value::Null) } else { Err(fault()) };
    }
    if let Some((smallest, largest)) = ty.integer_range() {
        let number: i64 = word.parse().map_err(|_| fault())?;
        return if (smallest..=largest).contains(&number) { Ok(Value::Int(number)) } else { Err(fault()) };
    }
    match ty {
        Type::Bool => word.parse().map(Value::Bool).map_err(|_| fault()),
        Type::Float64 => word.parse().map(Value::Float).map_err(|_| fault()),
        Type::String => {
            let inner = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
            inner.map(|inner| Value::Str(inner.to_owned())).ok_or_else(fault)
        }
        _ => Err(fault()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a text, as a person reads it.
    fn fault(text: &str) -> String {
        parse(text).expect_err("a faulty text").to_string()
    }

    /// What is wrong with a field of a message of versions 0-3, flexible from 2 on.
    fn field_fault(field: &str) -> String {
        fault(&format!("data Sample 0-3 flexible 2+\n  {field}\n"))
    }

    #[test]
    fn an_api_gives_a_request_and_a_response() {
        let text = "# Never flexible.\napi 17 SaslHandshake  # Choose a mechanism.\n  # Old.\n\nrequest 0-1\n  # 1: other bytes follow.\n  \
                    mechanism  string  # its name\n\nresponse 0\n";
        let [request, response] = &parse(text).expect("a good text")[..] else { panic!("two messages") };
        assert_eq!(
            (request.name.as_str(), response.name.as_str()),
            ("SaslHandshakeRequest", "SaslHandshakeResponse")
        );
        assert_eq!((request.kind, response.kind), (SchemaKind::Request, SchemaKind::Response));
        assert_eq!((request.api_key, response.api_key), (Some(17), Some(17)));
        assert_eq!(request.versions.to_string(), "0-1");
        let purpose = ["Never flexible.", "Choose a mechanism.", "Old."];
        assert_eq!(request.comment, [&purpose[..], &["1: other bytes follow."]].concat());
        assert_eq!(response.comment, purpose);
        let expected = Field {
            name: "mechanism".to_owned(),
            ty: Type::String,
            versions: Versions::ALL,
            nullable: None,
            tagged: None,
            default: Value::Str(String::new()),
            ignorable: false,
            flexible: None,
            comment: vec!["its name".to_owned()],
        };
        assert_eq!(request.fields, [expected]);
        assert_eq!(response.fields, []);
    }

    #[test]
    fn a_field_has_all_its_attributes_in_order() {
        let text = "header Sample 0-3 flexible 2+\n  # of the field below\n  all  ?int32  2-3  tag 7  ignorable  inflexible  = -1\n  \
                    some  string  nullable 1+  = null\n";
        let [schema] = &parse(text).expect("a good text")[..] else { panic!("one message") };
        let versions = Versions { lowest: 2, highest: Some(3) };
        // Comments directly under a heading are the heading's.
        assert_eq!(schema.comment, ["of the field below"]);
        let expected = Field {
            name: "all".to_owned(),
            ty: Type::Int32,
            versions,
            nullable: Some(versions),
            tagged: Some(Tagged { tag: 7, versions }),
            default: Value::Int(-1),
            ignorable: true,
            flexible: Some(Versions::NONE),
            comment: Vec::new(),
        };
        assert_eq!(schema.fields[0], expected);
        assert_eq!(schema.fields[1].nullable, Some(Versions { lowest: 1, highest: None }));
        assert_eq!(schema.fields[1].default, Value::Null);
    }

    #[test]
    fn structs_come_inner_ones_first_and_may_be_shared() {
        let text = "record 3 Sample\nkey 0\n  struct Shared\n    id  int8\n  outer  []Outer\n    inner  Inner\n      of  []Shared\n  \
                    more  ?Shared  = null\nvalue 0\n  # nothing\n";
        let schemas = parse(text).expect("a good text");
        assert_eq!(
            schemas.iter().map(|schema| schema.name.as_str()).collect::<Vec<_>>(),
            ["SampleKey", "SampleValue"]
        );
        let names: Vec<&str> = schemas[0].structs.iter().map(|inner| inner.name.as_str()).collect();
        assert_eq!(names, ["Shared", "Inner", "Outer"]);
        assert_eq!(schemas[0].fields[0].ty, Type::Array(Box::new(Type::Struct("Outer".to_owned()))));
    }

    #[test]
    fn a_comment_belongs_to_the_line_above_if_it_is_deeper_else_to_the_line_below() {
        let text = "data Sample 0  # one\n  # two\n  a  int8\n    # three\n  # four\n  b  []Inner  # five\n    # six\n    c  int8\n";
        let [schema] = &parse(text).expect("a good text")[..] else { panic!("one message") };
        assert_eq!(schema.comment, ["one", "two"]);
        assert_eq!(schema.fields[0].comment, ["three"]);
        assert_eq!(schema.fields[1].comment, ["four", "five", "six"]);
        // A comment on a field is about the field, not about the struct that it holds.
        assert!(schema.structs[0].comment.is_empty());
        assert!(schema.structs[0].fields[0].comment.is_empty());
    }

    #[test]
    fn headings_that_cannot_be_read_are_named() {
        assert_eq!(fault("\nenvelope 3"), "line 2: expected the start of a message, found `envelope`");
        assert_eq!(fault("api three Fetch"), "line 1: expected its number, found `three`");
        assert_eq!(fault("api 3"), "line 1: expected its name, found the end of the line");
        assert_eq!(fault("request 0-1"), "line 1: expected an `api` line above, found `request`");
        assert_eq!(fault("record 1 A\nresponse 0"), "line 2: expected an `api` line above, found `response`");
        assert_eq!(
            fault("data A 2-1"),
            "line 1: expected the message's versions, such as `0-5`, found `2-1`"
        );
        assert_eq!(fault("data A 2+"), "line 1: expected versions that end, such as `0-5`, found `2+`");
        assert_eq!(fault("data A 0-1 flexible 2+"), "line 1: expected versions within 0-1, found 2+");
        assert_eq!(
            fault("data A 0\ndata A 1"),
            "line 2: expected a message that is new here, found `A` again: give it another"
        );
    }

    #[test]
    fn fields_that_cannot_be_read_are_named() {
        assert_eq!(field_fault("Name int8"), "line 2: expected a field's name in camelCase, found `Name`");
        assert_eq!(field_fault("name"), "line 2: expected a type, found the end of the line");
        assert_eq!(
            field_fault("name int31"),
            "line 2: expected a type (bool, int8, …, records, []type, a struct's name), found `int31`"
        );
        assert_eq!(
            field_fault("name [][]int8"),
            "line 2: expected an array of something else than arrays, found `[][]int8`"
        );
        assert_eq!(field_fault("name int8 3-4"), "line 2: expected versions within 0-3, found 3-4");
        assert_eq!(
            field_fault("name ?int8 nullable 1+"),
            "line 2: expected either `?` or `nullable`, found `both`"
        );
        assert_eq!(
            field_fault("name int8 ignorable 3+"),
            "line 2: expected versions, `nullable`, `tag`, `ignorable`, `inflexible`, `=` (in this order) or the end of the \
             line, found `3+`"
        );
        assert_eq!(field_fault("name int8 2+ tag x"), "line 2: expected the tag's number, found `x`");
        assert_eq!(
            field_fault("name int8 1+ tag 0"),
            "line 2: expected a tag in flexible versions alone, found it in 1+: name versions"
        );
        assert_eq!(
            field_fault("name []Other"),
            "line 2: expected the name of a struct defined above, found `Other`: put its fields under it, or a `struct Other` \
             first"
        );
    }

    #[test]
    fn defaults_must_fit_their_types() {
        assert_eq!(
            field_fault("name int8 = 128"),
            "line 2: expected a default that int8 can hold, found `128`"
        );
        assert_eq!(
            field_fault("name uint16 = -1"),
            "line 2: expected a default that uint16 can hold, found `-1`"
        );
        assert_eq!(field_fault("name bool = 1"), "line 2: expected a default that bool can hold, found `1`");
        assert_eq!(
            field_fault("name string = word"),
            "line 2: expected a default that string can hold, found `word`"
        );
        assert_eq!(
            field_fault("name string = null"),
            "line 2: expected a default that string can hold, found `null`"
        );
        assert_eq!(field_fault("name uuid = 0"), "line 2: expected a default that uuid can hold, found `0`");
        assert_eq!(field_fault("name int8 ="), "line 2: expected the default, found the end of the line");
    }

    #[test]
    fn two_of_a_name_or_tag_are_refused() {
        let again = |line, what, name| {
            format!("line {line}: expected a {what} that is new here, found `{name}` again: give it another")
        };
        assert_eq!(field_fault("a int8\n  a int8"), again(3, "field", "a"));
        assert_eq!(field_fault("a int8 2+ tag 1\n  b int8 3+ tag 1"), again(3, "tag", "1"));
        assert_eq!(field_fault("a A\n    x int8\n  b A\n    x int8"), again(4, "struct", "A"));
    }

    #[test]
    fn indentation_is_two_spaces_a_level() {
        let blanks = |line, expected, found| {
            format!(
                "line {line}: expected {expected}, found {found} leading blanks (indent by two spaces a level)"
            )
        };
        assert_eq!(fault("data A 0\n a int8"), blanks(2, "a multiple of two spaces", 1));
        assert_eq!(fault("data A 0\n\t\ta int8"), blanks(2, "a multiple of two spaces", 2));
        assert_eq!(fault("data A 0\n    a int8"), blanks(2, "at most 2 leading blanks", 4));
        assert_eq!(fault("data A 0\n  a int8\n    b int8"), blanks(3, "at most 2 leading blanks", 4));
        assert_eq!(fault("  data A 0"), blanks(1, "at most 0 leading blanks", 2));
    }

    #[test]
    fn a_comment_about_nothing_is_refused() {
        let stray = "expected a line of the comment's own level below it, found none: indent the comment to the line that it \
                     is about";
        assert_eq!(fault("data A 0\n# the end"), format!("line 2: {stray}"));
        assert_eq!(fault("data A 0\n  a int8\n# of a heading\n  b int8"), format!("line 3: {stray}"));
    }
}
