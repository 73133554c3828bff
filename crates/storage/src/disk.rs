//! The only door to the file system: two narrow traits, so that the same storage code runs on a real disk and on one
//! that loses power at any operation.
//!
//! What must stay true of every implementation (the conformance suite in `disk/conformance.rs` checks it):
//! - Paths are relative to the log directory; one that leads out of it is refused ([`io::ErrorKind::InvalidInput`]).
//! - A write is visible to every later read at once, and survives a power cut only after [`DiskFile::sync_data`] of that
//!   file returned. Until then any subset of its sectors may survive, and any length between the old and the new one.
//! - A new, renamed or removed name survives a power cut only after [`Disk::sync_directory`] of its directory (both, if it
//!   moved from one to another). Until then it may or may not; a file that is renamed has one of its two names.
//! - After a failed sync nothing is known of the file's unsynced bytes; callers stop using the directory (fail-stop) and
//!   never retry.

mod memory;
mod path;
mod real;

#[cfg(test)]
mod conformance;

use std::fmt;
use std::io::{self, IoSlice};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use memory::{MemoryDisk, Operation, Survival};
pub use real::{DirectoryLock, RealDisk};

/// A directory tree that holds one log directory.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Opens a file for reading and writing; with `create` makes it, and its parent directories, if missing; without,
    /// [`io::ErrorKind::NotFound`].
    fn open(&self, path: &Path, create: bool) -> io::Result<Arc<dyn DiskFile>>;
    /// Names (files and directories) directly in `directory`, without its own path, sorted; empty if it does not exist.
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>>;
    /// Atomically gives `from` (a file, or a directory with all that is in it) the name `to`, replacing a file or an empty
    /// directory that had it. Open files stay open.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file (its open handles go on), or an empty directory.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in `directory` durable, its own name in its parents included.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;
    /// Makes every earlier write and every name durable at once, where the system can do that; false: nothing was done.
    /// For very many files one such call is cheaper than a sync of each.
    fn sync_everything(&self) -> io::Result<bool> {
        Ok(false)
    }
    /// Bytes that can still be written.
    fn free_bytes(&self) -> io::Result<u64>;
}

/// One open file. Dropping the last handle closes it.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Writes all of `buffers`, one after the other, from `position` on; the file grows as needed.
    fn write_all_at(&self, buffers: &[IoSlice<'_>], position: u64) -> io::Result<()>;
    /// Fills `buffer` from `position` on, with zeros where nothing was written; [`io::ErrorKind::UnexpectedEof`] if the file
    /// is shorter.
    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()>;
    /// Makes every earlier write durable (data and the length that reading it needs).
    fn sync_data(&self) -> io::Result<()>;
    /// Reserves space for `[0, length)`, so that writing there cannot run out of space (where the file system can);
    /// the length does not change. [`io::ErrorKind::StorageFull`] if there is less, as from every write that grows the file.
    fn reserve(&self, length: u64) -> io::Result<()>;
    /// Current length in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Cuts or zero-extends to `length`; a cut also gives up what was reserved behind it.
    fn set_length(&self, length: u64) -> io::Result<()>;
    /// A read-only view of the first `length` bytes, for files that nobody writes any more: a mapping on a real disk, a
    /// copy in memory. [`io::ErrorKind::UnexpectedEof`] if the file is shorter.
    fn view(&self, length: usize) -> io::Result<View>;
    /// A number that a copy of this file does not share (an inode), to tell a cloned directory from the original.
    fn serial(&self) -> io::Result<u64>;
}

/// Bytes of a file that nobody writes any more.
pub struct View(Box<dyn Deref<Target = [u8]> + Send + Sync>);

impl View {
    /// Wraps whatever holds the bytes.
    pub fn new(bytes: impl Deref<Target = [u8]> + Send + Sync + 'static) -> Self {
        View(Box::new(bytes))
    }
}

impl Deref for View {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({} bytes)", self.len())
    }
}
