//! All schemas of a directory, found by what a frame says of itself. Owns the rule for header versions.

use std::path::Path;

use crate::parse::{LoadError, load};
use crate::schema::{Schema, SchemaKind};

/// ApiVersions: its answer keeps the oldest header, since a client reads it before it knows what the broker speaks.
const API_VERSIONS: i16 = 18;

/// Every message that `proto/kafka` describes.
#[derive(Debug, Clone)]
pub struct Schemas {
    all: Vec<Schema>,
}

impl Schemas {
    /// Those of the workspace that this crate was built in.
    pub fn checked_in() -> Result<Schemas, LoadError> {
        Schemas::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/kafka")))
    }

    /// Those of a directory.
    pub fn load(dir: &Path) -> Result<Schemas, LoadError> {
        Ok(Schemas { all: load(dir)? })
    }

    /// All of them, in the order of their files.
    pub fn iter(&self) -> std::slice::Iter<'_, Schema> {
        self.all.iter()
    }

    /// The message of that name: `ProduceRequest`.
    pub fn named(&self, name: &str) -> Option<&Schema> {
        self.all.iter().find(|schema| schema.name == name)
    }

    /// The request of an API.
    pub fn request(&self, api_key: i16) -> Option<&Schema> {
        self.of(SchemaKind::Request, api_key)
    }

    /// The response of an API.
    pub fn response(&self, api_key: i16) -> Option<&Schema> {
        self.of(SchemaKind::Response, api_key)
    }

    fn of(&self, kind: SchemaKind, api_key: i16) -> Option<&Schema> {
        self.all.iter().find(|schema| schema.kind == kind && schema.api_key == Some(api_key))
    }
}

impl Schema {
    /// The version of the header that precedes `version` of this message: of `RequestHeader` 1 or 2, of `ResponseHeader` 0 or
    /// 1. `None` for what has no header.
    pub fn header_version(&self, version: i16) -> Option<i16> {
        let is_flexible = i16::from(self.is_flexible(version));
        match self.kind {
            SchemaKind::Request => Some(1 + is_flexible),
            SchemaKind::Response if self.api_key == Some(API_VERSIONS) => Some(0),
            SchemaKind::Response => Some(is_flexible),
            SchemaKind::Header | SchemaKind::Data => None,
        }
    }
}
