//! The Rust of `kafka-wire`, from the schemas: structs, their codecs, the table of API keys.
//!
//! [`files`] makes the text, [`write_files`] puts it somewhere, formatted. What is made is checked in; a test of `kafka-wire`
//! makes it again and compares. The text is straight-line: everything that needs thought is in `kafka-wire`'s decoder and
//! encoder, and in the names and conditions here.

mod api_keys;
mod condition;
mod field;
mod modules;
mod names;
mod structs;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::Schema;

/// What stands first in every file.
const BANNER: &str = "// Generated from proto/kafka by scripts/gen: change those, not this.\n\n";

/// A file of generated Rust, not yet formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the crate `kafka-wire`.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

/// Every generated file of `kafka-wire`.
pub fn files(schemas: &[Schema]) -> Vec<GeneratedFile> {
    let modules = modules::modules(schemas);
    let mut files = vec![
        file("src/api_key.rs", api_keys::table(schemas)),
        file("src/messages.rs", modules::index(&modules, false)),
        file("src/messages/records.rs", modules::index(&modules, true)),
        file("tests/it/every.rs", modules::visitor(&modules)),
    ];
    files.extend(modules.iter().map(|module| file(&module.path(), module.text())));
    files
}

fn file(path: &str, text: String) -> GeneratedFile {
    GeneratedFile { path: path.into(), text: format!("{BANNER}{text}") }
}

/// Writes the files below `directory` and has `rustfmt` format them by the rules of `rustfmt_toml`.
pub fn write_files(files: &[GeneratedFile], directory: &Path, rustfmt_toml: &Path) -> io::Result<()> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--config-path"]).arg(rustfmt_toml);
    for file in files {
        let path = directory.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, &file.text)?;
        rustfmt.arg(path);
    }
    match rustfmt.status()? {
        status if status.success() => Ok(()),
        status => Err(io::Error::other(format!("rustfmt did not take the generated files: {status}"))),
    }
}
