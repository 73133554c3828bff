//! A struct, or the body of a message, as Rust: declaration, default, how it is read and written.

use super::condition::Condition;
use super::field::RustField;
use super::names::{doc, escape};
use crate::{Field, Schema, Type};

/// A struct of a message, or its body.
pub struct RustStruct<'a> {
    schema: &'a Schema,
    name: &'a str,
    comment: &'a [String],
    fields: Vec<RustField<'a>>,
}

/// The body of a message, then its structs, outer ones first.
pub fn rust_structs(schema: &Schema) -> Vec<RustStruct<'_>> {
    let body = RustStruct::new(schema, &schema.name, &schema.comment, &schema.fields);
    let parts = schema.structs.iter().rev();
    let parts = parts.map(|part| RustStruct::new(schema, &part.name, &part.comment, &part.fields));
    std::iter::once(body).chain(parts).collect()
}

impl<'a> RustStruct<'a> {
    fn new(schema: &'a Schema, name: &'a str, comment: &'a [String], fields: &'a [Field]) -> Self {
        let fields = fields
            .iter()
            .map(|field| RustField::new(field, name, schema.versions))
            .filter(|field| field.present != Condition::Never)
            .collect();
        RustStruct { schema, name, comment, fields }
    }

    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The structs that its fields hold.
    pub fn used(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter_map(|field| match &field.field.ty {
            Type::Struct(name) => Some(name.as_str()),
            Type::Array(element) => match &**element {
                Type::Struct(name) => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        })
    }

    /// Everything of it.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.declaration(), self.default(), self.codec())
    }

    fn declaration(&self) -> String {
        let mut text = self.docs();
        let derives_default = self.fields.iter().all(RustField::has_rust_default);
        let default = if derives_default { ", Default" } else { "" };
        text.push_str(&format!("#[derive(Debug, Clone, PartialEq{default})]\npub struct {} {{\n", self.name));
        for field in &self.fields {
            text.push_str(&field.declaration());
        }
        text.push_str("}\n\n");
        text
    }

    /// Its comment; the lines on versions become a list.
    fn docs(&self) -> String {
        let is_version = |line: &&String| line.starts_with(|letter: char| letter.is_ascii_digit());
        let (versions, words): (Vec<&String>, Vec<&String>) = self.comment.iter().partition(is_version);
        let words: Vec<&str> = words.into_iter().map(String::as_str).collect();
        let mut text = match (words.is_empty(), self.name == self.schema.name) {
            (false, _) => doc("///", &escape(&words.join(" "))),
            (true, true) => format!("/// Versions {}.\n", self.schema.versions),
            (true, false) => format!("/// Part of [`{}`].\n", self.schema.name),
        };
        if !versions.is_empty() {
            text.push_str("///\n");
        }
        for line in versions {
            text.push_str(&doc("///", &escape(&format!("- {line}"))));
        }
        text
    }

    fn default(&self) -> String {
        if self.fields.iter().all(RustField::has_rust_default) {
            return String::new();
        }
        let fields: String =
            self.fields.iter().map(|field| format!("{}: {},\n", field.name, field.default())).collect();
        let name = self.name;
        format!("impl Default for {name} {{\n fn default() -> Self {{\n {name} {{ {fields} }}\n }}\n }}\n\n")
    }

    fn codec(&self) -> String {
        let name = self.name;
        let min_bytes = min_bytes(self.schema, name);
        let (read, write) = (self.read(), self.write());
        format!(
            "impl Wire for {name} {{
                const MIN_BYTES: usize = {min_bytes};

                {read}

                {write}
            }}\n\n"
        )
    }

    fn read(&self) -> String {
        let version = argument("version", self.fields.iter().any(RustField::uses_version));
        let decoder = argument("decoder", !self.fields.is_empty() || self.schema.flexible.is_some());
        let name = self.name;
        let mut fields = String::new();
        let mut tagged = String::new();
        for field in &self.fields {
            let value = match field.field.tagged {
                Some(tag) => {
                    let guard = match &field.present {
                        Condition::When(when, _) => format!("if {when}"),
                        _ => String::new(),
                    };
                    let read = field.read_present();
                    tagged.push_str(&format!("{} {guard} => read.{} = {read},\n", tag.tag, field.name));
                    field.default()
                }
                None => field.read(),
            };
            fields.push_str(&format!("{}: {value},\n", field.name));
        }
        let body = match (tagged.is_empty(), self.schema.flexible.is_some()) {
            (true, false) => format!("Ok({name} {{ {fields} }})"),
            (true, true) if self.fields.is_empty() => format!("decoder.skip_tags()?; Ok({name} {{}})"),
            (true, true) => format!("let read = {name} {{ {fields} }}; decoder.skip_tags()?; Ok(read)"),
            (false, _) => format!(
                "let mut read = {name} {{ {fields} }};
                 decoder.tags(|decoder, tag| {{
                     match tag {{
                         {tagged}_ => return Ok(false),
                     }}
                     Ok(true)
                 }})?;
                 Ok(read)"
            ),
        };
        format!("fn read({decoder}: &mut Decoder, {version}: i16) -> Result<Self, DecodeError> {{ {body} }}")
    }

    fn write(&self) -> String {
        let mut body = String::new();
        let regular: Vec<&RustField<'_>> =
            self.fields.iter().filter(|field| field.field.tagged.is_none()).collect();
        body.extend(regular.chunk_by(|one, next| one.present == next.present).map(write_group));
        let mut tagged: Vec<(u32, &RustField<'_>)> =
            self.fields.iter().filter_map(|field| Some((field.field.tagged?.tag, field))).collect();
        tagged.sort_by_key(|(tag, _)| *tag);
        body.extend(tagged.iter().filter_map(|(_, field)| field.refuse_tagged()));
        match (tagged.is_empty(), self.schema.flexible.is_some()) {
            (false, _) => body.push_str("let tags = encoder.tags();\n"),
            (true, true) => body.push_str("encoder.no_tags();\n"),
            (true, false) => {}
        }
        body.extend(tagged.iter().map(|(tag, field)| field.write_tagged(*tag)));
        let version = argument("version", self.fields.iter().any(RustField::uses_version));
        let encoder = argument("encoder", !body.is_empty());
        format!(
            "fn write(&self, {encoder}: &mut Encoder, {version}: i16) -> Result<(), EncodeError> {{ {body} Ok(()) }}"
        )
    }
}

/// Writes neighbours that the same versions have.
fn write_group(fields: &[&RustField<'_>]) -> String {
    let writes: String = fields.iter().map(|field| format!("{};\n", field.write_present())).collect();
    let Condition::When(when, _) = &fields[0].present else { return writes };
    let refuses: Vec<String> = fields.iter().filter_map(|field| field.refuse()).collect();
    match refuses.as_slice() {
        [] => format!("if {when} {{ {writes} }}\n"),
        [refuse] => format!("if {when} {{ {writes} }} else if {refuse}\n"),
        refuses => format!("if {when} {{ {writes} }} else {{ if {} }}\n", refuses.join(" if ")),
    }
}

/// A parameter's name, marked where it is not used.
fn argument(name: &str, is_used: bool) -> String {
    if is_used { name.to_owned() } else { format!("_{name}") }
}

/// The fewest bytes that the struct takes, in any version.
fn min_bytes(schema: &Schema, name: &str) -> usize {
    schema.versions.iter().map(|version| struct_bytes(schema, name, version)).min().unwrap_or(0)
}

fn struct_bytes(schema: &Schema, name: &str, version: i16) -> usize {
    let fields = match schema.find_struct(name) {
        Some(inner) => &inner.fields,
        None => &schema.fields,
    };
    let tags = usize::from(schema.is_flexible(version));
    let regular = fields.iter().filter(|field| field.tagged.is_none() && field.versions.contains(version));
    tags + regular.map(|field| field_bytes(schema, field, version)).sum::<usize>()
}

fn field_bytes(schema: &Schema, field: &Field, version: i16) -> usize {
    let is_flexible = schema.is_field_flexible(field, version);
    match &field.ty {
        Type::Bool | Type::Int8 => 1,
        Type::Int16 | Type::Uint16 => 2,
        Type::Int32 | Type::Uint32 => 4,
        Type::Int64 | Type::Float64 => 8,
        Type::Uuid => 16,
        Type::String | Type::Bytes | Type::Records | Type::Array(_) if is_flexible => 1,
        Type::String => 2,
        Type::Bytes | Type::Records | Type::Array(_) => 4,
        Type::Struct(_) if field.nullable.is_some_and(|nullable| nullable.contains(version)) => 1,
        Type::Struct(name) => struct_bytes(schema, name, version),
    }
}
