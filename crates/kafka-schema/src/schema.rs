//! What a schema says, as data. Owns the shapes that the parser fills and that the codec and the generator read.
//!
//! What the parser guarantees, and its readers rely on: struct names are unique in a message and every [`Type::Struct`]
//! names one of them; a struct stands after the structs that it uses; field names are unique in a struct; a default fits
//! its field's type; tags are unique in a struct and stand only where the message is flexible.

use std::fmt;

/// A range of a message's versions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The first version.
    pub lowest: i16,
    /// The last version; `None` for every later one (`3+`).
    pub highest: Option<i16>,
}

impl Versions {
    /// Every version: what a field says that names none.
    pub const ALL: Versions = Versions { lowest: 0, highest: None };

    /// No version at all.
    pub const NONE: Versions = Versions { lowest: 0, highest: Some(-1) };

    /// Whether `version` lies in the range.
    pub fn contains(&self, version: i16) -> bool {
        version >= self.lowest && self.highest.is_none_or(|highest| version <= highest)
    }

    /// Each version of a message, lowest first (a message's range is never open).
    pub fn iter(&self) -> std::ops::RangeInclusive<i16> {
        self.lowest..=self.highest.unwrap_or(self.lowest)
    }
}

impl fmt::Display for Versions {
    /// As the text format writes it: `3`, `3+`, `3-13`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.highest {
            None => write!(out, "{}+", self.lowest),
            Some(highest) if highest == self.lowest => write!(out, "{highest}"),
            Some(highest) => write!(out, "{}-{highest}", self.lowest),
        }
    }
}

/// One message of Kafka's protocol, in all the versions that Kafka 4.4 speaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Kafka's name: `ProduceRequest`, `OffsetCommitValue`, `RequestHeader`.
    pub name: String,
    /// What kind of message it is.
    pub kind: SchemaKind,
    /// The API key of a request or a response; the record type of a key or value of an internal topic; else `None`.
    pub api_key: Option<i16>,
    /// The versions that exist. Never open.
    pub versions: Versions,
    /// The versions with compact lengths and tagged fields (KIP-482); `None` where there are none.
    pub flexible: Option<Versions>,
    /// The fields of the message itself, in wire order.
    pub fields: Vec<Field>,
    /// Every struct below it, inner ones first.
    pub structs: Vec<Struct>,
    /// What the message is for (for an API, the same for both of its messages), then what each version changed.
    pub comment: Vec<String>,
}

impl Schema {
    /// Whether `version` has compact lengths and tagged fields.
    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible.is_some_and(|flexible| flexible.contains(version))
    }

    /// Whether `field`, of this message, has a compact length in `version`.
    pub fn is_field_flexible(&self, field: &Field, version: i16) -> bool {
        field.flexible.or(self.flexible).is_some_and(|flexible| flexible.contains(version))
    }

    /// The struct of that name.
    pub fn find_struct(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|candidate| candidate.name == name)
    }
}

/// What kind of message a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// What a client sends.
    Request,
    /// What a broker answers.
    Response,
    /// What precedes a request or a response.
    Header,
    /// What is stored: a record's key or value, or bytes within another message.
    Data,
}

/// A group of fields below a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// Kafka's name, in CamelCase.
    pub name: String,
    /// The fields, in wire order.
    pub fields: Vec<Field>,
    /// What it is; empty unless it has a `struct` line of its own that says so.
    pub comment: Vec<String>,
}

/// One field of a message or a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// In camelCase, as Kafka's `JsonConverter` prints it: `topicId`.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// The message's versions that have it. May reach beyond those that exist: [`Versions::ALL`] where the text says nothing.
    pub versions: Versions,
    /// The versions in which it may be null.
    pub nullable: Option<Versions>,
    /// Its tag, where it is a tagged field.
    pub tagged: Option<Tagged>,
    /// What a reader takes where the field is absent: the text's, else the type's own (zero, false, empty). Null only
    /// where the text says so, even if the field may be null.
    pub default: Value,
    /// Whether a writer drops it silently in a version that lacks it; else a value other than the default is refused there.
    pub ignorable: bool,
    /// The versions in which this one field is flexible, where that differs from the message:
    /// `RequestHeader.clientId` alone has one, [`Versions::NONE`], since its length is never compact.
    pub flexible: Option<Versions>,
    /// What it is, where the name does not say it.
    pub comment: Vec<String>,
}

impl Type {
    /// The default where the text says nothing.
    pub fn default_value(&self) -> Value {
        match self {
            Type::Bool => Value::Bool(false),
            Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Uint32 | Type::Int64 => {
                Value::Int(0)
            }
            Type::Float64 => Value::Float(0.0),
            Type::String => Value::Str(String::new()),
            Type::Uuid | Type::Bytes | Type::Records | Type::Array(_) | Type::Struct(_) => Value::Empty,
        }
    }

    /// How many bytes every value takes; `None` where that depends on the value.
    pub fn fixed_size(&self) -> Option<usize> {
        match self {
            Type::Bool | Type::Int8 => Some(1),
            Type::Int16 | Type::Uint16 => Some(2),
            Type::Int32 | Type::Uint32 => Some(4),
            Type::Int64 | Type::Float64 => Some(8),
            Type::Uuid => Some(16),
            Type::String | Type::Bytes | Type::Records | Type::Array(_) | Type::Struct(_) => None,
        }
    }

    /// The smallest and the largest value of an integer; `None` for every other type.
    pub fn integer_range(&self) -> Option<(i64, i64)> {
        match self {
            Type::Int8 => Some((i8::MIN.into(), i8::MAX.into())),
            Type::Int16 => Some((i16::MIN.into(), i16::MAX.into())),
            Type::Uint16 => Some((u16::MIN.into(), u16::MAX.into())),
            Type::Int32 => Some((i32::MIN.into(), i32::MAX.into())),
            Type::Uint32 => Some((u32::MIN.into(), u32::MAX.into())),
            Type::Int64 => Some((i64::MIN, i64::MAX)),
            _ => None,
        }
    }
}

impl Field {
    /// The byte that stands for null, where the field is a nullable struct (any other value of it has a 1 before it): -1, but 0
    /// in a tagged field, which is how Kafka's generated classes have it.
    pub fn null_struct_mark(&self) -> i8 {
        if self.tagged.is_some() { 0 } else { -1 }
    }

    /// Whether it is the tagged field of that number in `version`.
    pub fn is_tagged(&self, tag: u32, version: i16) -> bool {
        self.tagged.is_some_and(|place| place.tag == tag && place.versions.contains(version))
    }
}

/// A tagged field's place (KIP-482).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tagged {
    /// Its number, unique in its struct.
    pub tag: u32,
    /// The versions in which it is tagged: all that have the field.
    pub versions: Versions,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// One byte; anything but 0 is true.
    Bool,
    /// One byte, signed.
    Int8,
    /// Two bytes, signed, big-endian as every number is.
    Int16,
    /// Two bytes.
    Uint16,
    /// Four bytes, signed.
    Int32,
    /// Four bytes.
    Uint32,
    /// Eight bytes, signed.
    Int64,
    /// Eight bytes, IEEE 754.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// UTF-8 behind its length.
    String,
    /// Bytes behind their length.
    Bytes,
    /// Record batches behind their length in bytes.
    Records,
    /// Elements behind their number.
    Array(Box<Type>),
    /// A struct of the same message, by name.
    Struct(String),
}

impl fmt::Display for Type {
    /// As the text format writes it: `int32`, `[]TopicProduceData`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => out.write_str("bool"),
            Type::Int8 => out.write_str("int8"),
            Type::Int16 => out.write_str("int16"),
            Type::Uint16 => out.write_str("uint16"),
            Type::Int32 => out.write_str("int32"),
            Type::Uint32 => out.write_str("uint32"),
            Type::Int64 => out.write_str("int64"),
            Type::Float64 => out.write_str("float64"),
            Type::Uuid => out.write_str("uuid"),
            Type::String => out.write_str("string"),
            Type::Bytes => out.write_str("bytes"),
            Type::Records => out.write_str("records"),
            Type::Array(element) => write!(out, "[]{element}"),
            Type::Struct(name) => out.write_str(name),
        }
    }
}

/// A field's default.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null.
    Null,
    /// A truth value.
    Bool(bool),
    /// Any of the integers.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(String),
    /// An array or bytes of length 0, a struct with every field at its default, the uuid of zeros.
    Empty,
}
