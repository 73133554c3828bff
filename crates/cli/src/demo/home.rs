//! Where the node's data are: in a directory that goes away with the demo, or in one that stays.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::summary::Place;
use crate::error::{CliError, Exit};

/// A directory for one node.
#[derive(Debug)]
pub enum Home {
    /// Removed in the end, however that comes; only `kill -9` leaves it behind.
    Temporary(TempDir),
    /// Kept.
    Kept(PathBuf),
}

impl Home {
    /// The directory that is to be kept, or a new one.
    pub fn new(keep: Option<&Path>) -> Result<Self, CliError> {
        match keep {
            Some(path) => Ok(Home::Kept(path.to_owned())),
            None => {
                let made = tempfile::Builder::new().prefix("tidelog-demo-").tempdir();
                made.map(Home::Temporary).map_err(|error| {
                    let message =
                        format!("no directory can be made in {}: {error}", std::env::temp_dir().display());
                    CliError::new(Exit::DataDirUnusable, message)
                        .fix("name one with --keep-data DIR, or set TMPDIR")
                })
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Home::Temporary(directory) => directory.path(),
            Home::Kept(path) => path,
        }
    }

    /// The node is gone: removes what is not to be kept.
    pub fn leave(self) -> Result<Place, CliError> {
        let place = Place { directory: self.path().to_owned(), is_kept: matches!(self, Home::Kept(_)) };
        if let Home::Temporary(directory) = self {
            directory.close().map_err(|error| {
                CliError::failed(format!("{} cannot be removed: {error}", place.directory.display()))
            })?;
        }
        Ok(place)
    }
}
