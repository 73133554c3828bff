//! One field as Rust: its declaration, its default, how it is read and written.

use super::condition::{Condition, condition};
use super::names::{doc, escape, field_name, rust_type};
use crate::{Field, Type, Value, Versions};

/// A field of a struct in a message that has the versions `all`.
pub struct RustField<'a> {
    pub field: &'a Field,
    /// The struct's name, for errors.
    owner: &'a str,
    /// Its name in Rust.
    pub name: String,
    /// When the message has it.
    pub present: Condition,
    null: Condition,
}

impl<'a> RustField<'a> {
    pub fn new(field: &'a Field, owner: &'a str, all: Versions) -> Self {
        RustField {
            field,
            owner,
            name: field_name(&field.name),
            present: condition(field.versions, all),
            null: field.nullable.map_or(Condition::Never, |null| condition(null, both(field.versions, all))),
        }
    }

    fn is_nullable(&self) -> bool {
        self.null != Condition::Never
    }

    pub fn declaration(&self) -> String {
        let ty = rust_type(&self.field.ty);
        let ty = if self.is_nullable() { format!("Option<{ty}>") } else { ty };
        format!("{}pub {}: {ty},\n", self.docs(), self.name)
    }

    /// The schema's comment, and what the schema says beyond the type.
    fn docs(&self) -> String {
        let Field { versions, tagged, default, ignorable, .. } = self.field;
        let mut facts = Vec::new();
        if self.present != Condition::Always {
            facts.push(format!("versions {versions}"));
        }
        if let Some(tagged) = tagged {
            facts.push(format!("tag {}", tagged.tag));
        }
        match default {
            Value::Null => facts.push("null by default".to_owned()),
            Value::Bool(true) => facts.push("true by default".to_owned()),
            Value::Int(value) if *value != 0 => facts.push(format!("{value} by default")),
            Value::Float(value) if *value != 0.0 => facts.push(format!("{value} by default")),
            Value::Str(text) if !text.is_empty() => facts.push(format!("`{text}` by default")),
            _ => {}
        }
        if *ignorable && self.present != Condition::Always {
            facts.push("left out silently in others".to_owned());
        }
        let mut text = escape(&self.field.comment.join(" "));
        if text.is_empty() && facts.is_empty() {
            // Each public item has a doc; the type is all that is known of this one.
            text = format!("`{}`.", self.field.ty);
        }
        if !facts.is_empty() {
            let facts = facts.join(", ");
            let (first, rest) = facts.split_at(1);
            text = format!("{text} {}{rest}.", first.to_uppercase());
        }
        doc("    ///", &text)
    }

    pub fn has_rust_default(&self) -> bool {
        match &self.field.default {
            Value::Null => true,
            _ if self.is_nullable() => false,
            Value::Bool(value) => !value,
            Value::Int(value) => *value == 0,
            Value::Float(value) => *value == 0.0,
            Value::Str(text) => text.is_empty(),
            Value::Empty => true,
        }
    }

    pub fn default(&self) -> String {
        let value = match (&self.field.default, &self.field.ty) {
            (Value::Null, _) => return "None".to_owned(),
            (Value::Bool(value), _) => value.to_string(),
            (Value::Int(value), _) => integer(*value, &self.field.ty),
            (Value::Float(value), _) => format!("{value:?}"),
            (Value::Str(text), _) if text.is_empty() => "Str::EMPTY".to_owned(),
            (Value::Str(text), _) => format!("Str::from_static({text:?})"),
            (Value::Empty, Type::Uuid) => "Uuid::ZERO".to_owned(),
            (Value::Empty, Type::Bytes | Type::Records) => "Bytes::new()".to_owned(),
            (Value::Empty, Type::Struct(name)) => format!("{name}::default()"),
            (Value::Empty, _) => "Vec::new()".to_owned(),
        };
        if self.is_nullable() { format!("Some({value})") } else { value }
    }

    /// Whether `self` has something else there than the default.
    fn is_set(&self) -> String {
        let place = format!("self.{}", self.name);
        let is_list = matches!(self.field.ty, Type::Bytes | Type::Records | Type::Array(_));
        match (&self.field.default, self.is_nullable()) {
            (Value::Null, _) => format!("{place}.is_some()"),
            (Value::Empty, true) if is_list => format!("{place}.as_ref().is_none_or(|it| !it.is_empty())"),
            (Value::Empty, false) if is_list => format!("!{place}.is_empty()"),
            (Value::Str(text), true) => format!("{place}.as_deref() != Some({text:?})"),
            (Value::Str(text), false) if text.is_empty() => format!("!{place}.is_empty()"),
            (Value::Str(text), false) => format!("{place} != {text:?}"),
            (Value::Bool(false), false) => place,
            (Value::Bool(true), false) => format!("!{place}"),
            _ => format!("{place} != {}", self.default()),
        }
    }

    /// Its value, by the decoder; of a tagged field when its tag has been read.
    pub fn read_present(&self) -> String {
        match &self.null {
            Condition::Always => self.read_one(true),
            Condition::Never => self.read_one(false),
            Condition::When(when, _) => {
                format!("if {when} {{ {} }} else {{ Some({}) }}", self.read_one(true), self.read_one(false))
            }
        }
    }

    /// Its value by the decoder, or the default where the version has none.
    pub fn read(&self) -> String {
        match &self.present {
            Condition::When(when, _) => {
                format!("if {when} {{ {} }} else {{ {} }}", self.read_present(), self.default())
            }
            _ => self.read_present(),
        }
    }

    fn read_one(&self, nullable: bool) -> String {
        let name = &self.field.name;
        let null = if nullable { "nullable_" } else { "" };
        match &self.field.ty {
            Type::String => format!("decoder.{null}string({name:?})?"),
            Type::Bytes | Type::Records => format!("decoder.{null}bytes({name:?})?"),
            Type::Array(_) => format!("decoder.{null}array({name:?}, version)?"),
            Type::Struct(_) if nullable => format!("decoder.nullable_{}struct(version)?", self.tagged()),
            Type::Struct(of) => format!("{of}::read(decoder, version)?"),
            ty => format!("decoder.{ty}()?"),
        }
    }

    /// Writes a field that has a tag; its struct's `tags` are open.
    pub fn write_tagged(&self, tag: u32) -> String {
        let write = self.write_present();
        let write = match write.strip_suffix('?') {
            Some(write) => write.to_owned(),
            None => format!("{{ {write}; Ok(()) }}"),
        };
        let set = self.is_set();
        let set = match &self.present {
            Condition::When(when, _) => format!("{when} && {set}"),
            _ => set,
        };
        format!("if {set} {{ encoder.tag(&tags, {tag}, |encoder| {write})?; }}\n")
    }

    /// What stands before the tags: a tagged field that is set and has no place is refused.
    pub fn refuse_tagged(&self) -> Option<String> {
        match (&self.present, self.refuse()) {
            (Condition::When(_, fails), Some(refuse)) => Some(format!("if {fails} && {refuse}\n")),
            _ => None,
        }
    }

    /// What stands after an `if` in the versions that lack the field.
    pub fn refuse(&self) -> Option<String> {
        let (set, owner, name) = (self.is_set(), self.owner, &self.field.name);
        let refuse =
            format!("{set} {{ return Err(EncodeError::unrepresentable({owner:?}, {name:?}, version)); }}");
        (!self.field.ignorable).then_some(refuse)
    }

    /// Writes a field that the version has.
    pub fn write_present(&self) -> String {
        let place = format!("self.{}", self.name);
        match &self.null {
            Condition::Always => self.write_nullable(),
            Condition::Never => self.write_one(&place, &format!("&{place}")),
            Condition::When(when, _) => {
                let (owner, name) = (self.owner, &self.field.name);
                format!(
                    "if {when} {{ {}; }} else {{
                        let Some(value) = &{place} else {{ return Err(EncodeError::null({owner:?}, {name:?}, version)); }};
                        {};
                    }}",
                    self.write_nullable(),
                    self.write_one("value", "value"),
                )
            }
        }
    }

    fn write_nullable(&self) -> String {
        let (name, place) = (&self.field.name, &self.name);
        match &self.field.ty {
            Type::String => format!("encoder.nullable_string({name:?}, self.{place}.as_deref())?"),
            Type::Bytes => format!("encoder.nullable_bytes({name:?}, self.{place}.as_ref())?"),
            Type::Records => format!("encoder.nullable_records({name:?}, self.{place}.as_ref())?"),
            Type::Array(_) => format!("encoder.nullable_array({name:?}, self.{place}.as_deref(), version)?"),
            Type::Struct(_) => {
                format!("encoder.nullable_{}struct(self.{place}.as_ref(), version)?", self.tagged())
            }
            ty => panic!("{}.{name}: {ty} is never null", self.owner),
        }
    }

    /// What the name of a codec's method for a struct that may be null has within: tagged ones have another mark.
    fn tagged(&self) -> &'static str {
        if self.field.tagged.is_some() { "tagged_" } else { "" }
    }

    fn write_one(&self, place: &str, reference: &str) -> String {
        let name = &self.field.name;
        match &self.field.ty {
            Type::String => format!("encoder.string({name:?}, {reference})?"),
            Type::Bytes => format!("encoder.bytes({name:?}, {reference})?"),
            Type::Records => format!("encoder.records({name:?}, {reference})?"),
            Type::Array(_) => format!("encoder.array({name:?}, {reference}, version)?"),
            Type::Struct(_) => format!("{place}.write(encoder, version)?"),
            ty => format!("encoder.{ty}({place})"),
        }
    }

    /// Whether reading and writing it asks for the version.
    pub fn uses_version(&self) -> bool {
        let is_when = |condition: &Condition| matches!(condition, Condition::When(..));
        is_when(&self.present)
            || is_when(&self.null)
            || matches!(self.field.ty, Type::Array(_) | Type::Struct(_))
    }
}

/// What lies in both.
fn both(one: Versions, other: Versions) -> Versions {
    let highest = [one.highest, other.highest].into_iter().flatten().min();
    Versions { lowest: one.lowest.max(other.lowest), highest }
}

fn integer(value: i64, ty: &Type) -> String {
    match (value, ty) {
        (i64::MAX, Type::Int64) => "i64::MAX".to_owned(),
        (value, Type::Int32) if value == i64::from(i32::MAX) => "i32::MAX".to_owned(),
        _ => value.to_string(),
    }
}
