//! The table of API keys.

use crate::{Schema, SchemaKind, Versions};

/// What stands before the rows.
const HEAD: &str = "//! [`ApiKey`]: the table of APIs.

use std::ops::RangeInclusive;

use crate::DecodeError;

";

/// What stands on top of the rows.
const METHODS: &str = "
    /// Kafka's name for it: `Produce`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The versions whose messages can be read and written.
    pub fn versions(self) -> RangeInclusive<i16> {
        let (_, lowest, highest, _) = self.row();
        lowest..=highest
    }

    /// The version of a request's header: 2 from the first flexible version on, before it 1.
    pub fn request_header_version(self, version: i16) -> i16 {
        if version >= self.row().3 { 2 } else { 1 }
    }

    /// The version of a response's header: 1 from the first flexible version on, before it 0. That of ApiVersions stays 0:
    /// a client reads it before it knows what the server speaks (KIP-511).
    pub fn response_header_version(self, version: i16) -> i16 {
        if version >= self.row().3 && self != ApiKey::ApiVersions { 1 } else { 0 }
    }
";

/// A row: key, name, versions, first flexible version.
struct Row<'a>(i16, &'a str, Versions, Option<i16>);

fn rows(schemas: &[Schema]) -> Vec<Row<'_>> {
    let requests = schemas.iter().filter(|schema| schema.kind == SchemaKind::Request);
    let mut rows: Vec<Row<'_>> = requests
        .filter_map(|schema| {
            let name = schema.name.strip_suffix("Request")?;
            Some(Row(schema.api_key?, name, schema.versions, schema.flexible.map(|flexible| flexible.lowest)))
        })
        .collect();
    rows.sort_unstable_by_key(|row| row.0);
    rows
}

/// The file that holds the table.
pub fn table(schemas: &[Schema]) -> String {
    let rows = rows(schemas);
    let lines = |line: fn(&Row<'_>) -> String| -> String { rows.iter().map(line).collect() };
    let variants =
        lines(|Row(key, name, versions, _)| format!("/// Versions {versions}.\n{name} = {key},\n"));
    let all = lines(|Row(_, name, ..)| format!("ApiKey::{name},\n"));
    let numbers = lines(|Row(key, name, ..)| format!("{key} => ApiKey::{name},\n"));
    let rows = lines(|Row(_, name, versions, flexible)| {
        let (lowest, highest) = versions.iter().into_inner();
        let flexible = flexible.map_or("i16::MAX".to_owned(), |first| first.to_string());
        format!("ApiKey::{name} => ({name:?}, {lowest}, {highest}, {flexible}),\n")
    });
    format!(
        "{HEAD}
        /// An API that Kafka has on its client listener.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ApiKey {{ {variants} }}

        impl ApiKey {{
            /// Every key, in rising order.
            pub const ALL: &[ApiKey] = &[{all}];
            {METHODS}
            /// Name, lowest and highest version, first flexible version.
            fn row(self) -> (&'static str, i16, i16, i16) {{
                match self {{ {rows} }}
            }}
        }}

        impl TryFrom<i16> for ApiKey {{
            type Error = DecodeError;

            fn try_from(api_key: i16) -> Result<Self, DecodeError> {{
                Ok(match api_key {{
                    {numbers}
                    _ => return Err(DecodeError::UnknownApiKey {{ api_key }}),
                }})
            }}
        }}
        "
    )
}
