//! What is generated is what is checked in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tidelog_kafka_schema::{generate, load};

#[test]
fn the_checked_in_code_is_what_scripts_gen_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kafka-wire");
    let schemas = load(&root.join("../../proto/kafka")).expect("the schemas parse");
    let files = generate::files(&schemas);
    generate::write_files(&files, &fresh, &root.join("../../rustfmt.toml")).expect("rustfmt runs");
    for file in &files {
        let read = |root: &Path| fs::read_to_string(root.join(&file.path)).unwrap_or_default();
        assert!(read(root) == read(&fresh), "{} is stale: run scripts/gen", file.path.display());
    }
    let written: BTreeSet<PathBuf> = files.iter().map(|file| root.join(&file.path)).collect();
    for folder in ["src/messages", "src/messages/records"] {
        for entry in fs::read_dir(root.join(folder)).expect("it is there") {
            let path = entry.expect("an entry").path();
            assert!(
                path.is_dir() || written.contains(&path),
                "{} is not generated: delete it",
                path.display()
            );
        }
    }
}
