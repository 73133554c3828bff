//! Which paths name something inside the log directory.
//!
//! What must stay true: no path that leads out of the directory (absolute, or with `..`) reaches an implementation.
//! Symbolic links are the operator's business.

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The names that lead from the log directory to `path`; none for the log directory itself.
pub fn directory_names(path: &Path) -> io::Result<Vec<&OsStr>> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(refused(path, "leads out of the log directory"));
            }
        }
    }
    Ok(names)
}

/// The names that lead to something in the log directory, never to the directory itself.
pub fn entry_names(path: &Path) -> io::Result<Vec<&OsStr>> {
    let names = directory_names(path)?;
    if names.is_empty() { Err(refused(path, "is the log directory itself")) } else { Ok(names) }
}

/// [`directory_names`] as one path in its plainest form.
pub fn directory(path: &Path) -> io::Result<PathBuf> {
    Ok(directory_names(path)?.iter().collect())
}

/// [`entry_names`] as one path in its plainest form.
pub fn entry(path: &Path) -> io::Result<PathBuf> {
    Ok(entry_names(path)?.iter().collect())
}

fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("the path {} {why}", path.display()))
}
