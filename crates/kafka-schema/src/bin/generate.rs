//! Writes `kafka-wire`'s generated files anew: `scripts/gen`.

use std::path::Path;
use std::process::ExitCode;

use tidelog_kafka_schema::{generate, load};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schemas = match load(&root.join("proto/kafka")) {
        Ok(schemas) => schemas,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let files = generate::files(&schemas);
    if let Err(error) =
        generate::write_files(&files, &root.join("crates/kafka-wire"), &root.join("rustfmt.toml"))
    {
        eprintln!("cannot write the generated files: {error}");
        return ExitCode::FAILURE;
    }
    println!("{} messages, {} files", schemas.len(), files.len());
    ExitCode::SUCCESS
}
