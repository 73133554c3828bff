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
                self.define(line, name, message)?;
                continue;
            }
            let field = field(line, words, message)?;
            if fields.iter().any(|other| other.name == field.name) {
                return Err(ParseError::Duplicate { line: line.number, what: "field", name: field.name });
            }
            let same_tag = |other: &Field| {
                field.tagged.is_some() && other.tagged.map(|t| t.tag) == field.tagged.map(|t| t.tag)
            };
            if let (Some(tagged), true) = (field.tagged, fields.iter().any(same_tag)) {
                return Err(ParseError::Duplicate {
                    line: line.number,
                    what: "tag",
                    name: tagged.tag.to_string(),
                });
            }
            let nested = self.peek(level + 1).is_some();
            match innermost(&field.ty) {
                Some(name) if nested => self.define(line, name.to_owned(), message)?,
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
    fn define(&mut self, line: &Line<'_>, name: String, message: &mut Message) -> Result<(), ParseError> {
        let fields = self.fields(line.level + 1, message)?;
        if message.structs.iter().any(|other| other.name == name) {
            return Err(ParseError::Duplicate { line: line.number, what: "struct", name });
        }
        message.structs.push(Struct { name, fields, comment: line.comment.clone() });
        Ok(())
    }
}

/// What is known of a message while its fields are read.
struct Message {
    versions: Versions,
    flexible: Option<Versions>,
    structs: Vec<Struct>,
}

impl Message {
    /// The part of an open or closed range that exists, if the range's ends are versions of the message.
    fn within(&self, line: &Line<'_>, found: Versions) -> Result<Versions, ParseError> {
        let ends = [Some(found.lowest), found.highest];
        match ends.into_iter().flatten().all(|end| self.versions.contains(end)) {
            true => Ok(found),
            false => Err(ParseError::VersionsOutside { line: line.number, within: self.versions, found }),
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
        true => Some(Tagged { tag: words.number("the tag's number")?, versions }),
        false => None,
    };
    if tagged.is_some()
        && !message
            .versions
            .iter()
            .filter(|v| versions.contains(*v))
            .all(|v| message.flexible.is_some_and(|f| f.contains(v)))
    {
        return Err(
            line.unexpected("a tag only where the message is flexible", &format!("versions {versions}"))
        );
    }
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
