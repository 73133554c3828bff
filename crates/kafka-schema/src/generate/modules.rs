//! One module for each API, and for each record of an internal topic.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{doc, escape, snake_case};
use super::structs::rust_structs;
use crate::{Field, Schema, SchemaKind, Type};

/// The messages that one file of `kafka-wire` holds: an API's request and response, or a record's key and value.
pub struct Module {
    /// `Produce`, `OffsetCommit`.
    name: String,
    is_record: bool,
    /// With struct names that are unique in the module, but for those of the same shape.
    schemas: Vec<Schema>,
}

/// The modules by name; headers have none, for they are written by hand.
pub fn modules(schemas: &[Schema]) -> Vec<Module> {
    let mut modules: BTreeMap<(bool, String), Vec<&Schema>> = BTreeMap::new();
    for schema in schemas.iter().filter(|schema| schema.kind != SchemaKind::Header) {
        let is_record = schema.kind == SchemaKind::Data;
        let ends: &[&str] = if is_record { &["Key", "Value"] } else { &["Request", "Response"] };
        let name = ends.iter().find_map(|end| schema.name.strip_suffix(end)).unwrap_or(&schema.name);
        modules.entry((is_record, name.to_owned())).or_default().push(schema);
    }
    modules
        .into_iter()
        .map(|((is_record, name), schemas)| Module { name, is_record, schemas: told_apart(&schemas) })
        .collect()
}

/// Renames the structs that two messages have under one name in different shapes: `RequestEntry` and `ResponseEntry`.
fn told_apart(schemas: &[&Schema]) -> Vec<Schema> {
    let mut schemas: Vec<Schema> = schemas.iter().copied().cloned().collect();
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    let mut different: BTreeSet<String> = BTreeSet::new();
    for schema in &schemas {
        for rust in rust_structs(schema).into_iter().rev() {
            let shape = without_docs(&rust.text());
            let is_other = shapes.get(rust.name()).is_some_and(|there| *there != shape);
            if is_other || rust.used().any(|name| different.contains(name)) {
                different.insert(rust.name().to_owned());
            }
            shapes.insert(rust.name().to_owned(), shape);
        }
    }
    for schema in &mut schemas {
        let kind = if schema.kind == SchemaKind::Request { "Request" } else { "Response" };
        let rename = |name: &mut String| {
            if different.contains(name) {
                *name = format!("{kind}{name}");
            }
        };
        schema.fields.iter_mut().for_each(|field| rename_type(field, &rename));
        for inner in &mut schema.structs {
            rename(&mut inner.name);
            inner.fields.iter_mut().for_each(|field| rename_type(field, &rename));
        }
    }
    schemas
}

fn rename_type(field: &mut Field, rename: &impl Fn(&mut String)) {
    match &mut field.ty {
        Type::Struct(name) => rename(name),
        Type::Array(element) => {
            if let Type::Struct(name) = &mut **element {
                rename(name);
            }
        }
        _ => {}
    }
}

impl Module {
    pub fn path(&self) -> String {
        let folder = if self.is_record { "records/" } else { "" };
        format!("src/messages/{folder}{}.rs", snake_case(&self.name))
    }

    pub fn text(&self) -> String {
        let summary =
            self.schemas.iter().find_map(|schema| schema.comment.first()).map_or("", String::as_str);
        let key = self.schemas.iter().find_map(|schema| schema.api_key);
        let title = match key {
            Some(key) if !self.is_record => format!("{} (API key {key}). {summary}", self.name),
            _ => format!("{}. {summary}", self.name),
        };
        let bodies = self.structs();
        format!("{}\n{}\n{bodies}", doc("//!", &escape(&title)), imports(&bodies))
    }

    /// Every struct of both messages; one that both have in the same shape stands once.
    fn structs(&self) -> String {
        let mut written = BTreeSet::new();
        let mut text = String::new();
        for schema in &self.schemas {
            for rust in rust_structs(schema) {
                if written.insert(rust.name().to_owned()) {
                    text.push_str(&rust.text());
                }
                if rust.name() == schema.name {
                    text.push_str(&self.message(schema));
                }
            }
        }
        text
    }

    fn message(&self, schema: &Schema) -> String {
        let name = &schema.name;
        let (lowest, highest) = schema.versions.iter().into_inner();
        let flexible =
            schema.flexible.map_or("None".to_owned(), |versions| format!("Some({})", versions.lowest));
        let mut text = format!(
            "impl Message for {name} {{
                const NAME: &'static str = {name:?};
                const VERSIONS: RangeInclusive<i16> = {lowest}..={highest};
                const FIRST_FLEXIBLE: Option<i16> = {flexible};
            }}\n\n"
        );
        match (schema.kind, schema.api_key) {
            (SchemaKind::Request, _) => {
                let api = &self.name;
                text.push_str(&format!(
                    "impl Request for {name} {{
                        const KEY: ApiKey = ApiKey::{api};
                        type Response = {api}Response;
                    }}\n\n"
                ));
            }
            (SchemaKind::Data, Some(key)) if name.ends_with("Key") => text.push_str(&format!(
                "impl {name} {{
                    /// The number that stands before the key, and says which record it is.
                    pub const RECORD_TYPE: i16 = {key};
                }}\n\n"
            )),
            _ => {}
        }
        text
    }

    /// As an expression path below `kafka-wire`'s `messages`.
    fn module(&self) -> String {
        let folder = if self.is_record { "records::" } else { "" };
        format!("{folder}{}", snake_case(&self.name))
    }
}

fn without_docs(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("///")).collect()
}

fn imports(bodies: &str) -> String {
    let mut text = "use std::ops::RangeInclusive;\n\n".to_owned();
    if bodies.contains("Bytes>") || bodies.contains(": Bytes") {
        text.push_str("use bytes::Bytes;\n\n");
    }
    let has = |word: &str| {
        bodies.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|part| part == word)
    };
    let mut names = vec!["DecodeError", "Decoder", "EncodeError", "Encoder", "Message", "Wire"];
    if bodies.contains("ApiKey::") {
        names.extend(["ApiKey", "Request"]);
    }
    names.extend(["Str", "Uuid"].into_iter().filter(|name| has(name)));
    names.sort_unstable();
    text.push_str(&format!("use crate::{{{}}};\n", names.join(", ")));
    text
}

/// The file that declares the modules of the APIs, or those of the records.
pub fn index(modules: &[Module], records: bool) -> String {
    let mut text = match records {
        false => "//! The messages of Kafka's APIs: a module for each, with its request and its response.\n\n",
        true => "//! What Kafka stores: the records of its internal topics, control records, and the bytes of its embedded protocols.\n\n",
    }
    .to_owned();
    for module in modules.iter().filter(|module| module.is_record == records) {
        text.push_str(&format!("pub mod {};\n", snake_case(&module.name)));
    }
    if !records && modules.iter().any(|module| module.is_record) {
        text.push_str("\npub mod records;\n");
    }
    text
}

/// The test's list of every message.
pub fn visitor(modules: &[Module]) -> String {
    let mut text = "//! Every message, as a type.\n\n\
         use tidelog_kafka_wire::{Message, messages::*};\n\n\
         /// Something that is done with every message.\n\
         pub trait Visit {\n    fn visit<M: Message + PartialEq + std::fmt::Debug>(&mut self);\n}\n\n\
         pub fn every_message(visit: &mut impl Visit) {\n"
        .to_owned();
    for module in modules {
        for schema in &module.schemas {
            text.push_str(&format!("visit.visit::<{}::{}>();\n", module.module(), schema.name));
        }
    }
    text.push_str("}\n");
    text
}
