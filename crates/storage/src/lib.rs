//! A log directory: the commit journal, and partitions as segments behind it.
//!
//! Three nouns. A [`LogDirectory`] owns the files of one directory and its journal. A [`Log`] is one partition's writer:
//! every change is applied in memory and queued, none waits for the disk. A [`LogReader`] reads whole batches, byte for
//! byte as producers sent them, without ever entering the writer.
//!
//! A commit is one write and one sync for all partitions; the bytes reach their segments later, and checkpoints free the
//! journal. [`LogDirectory`]'s documentation has the picture, `docs/formats.md` the files, `docs/design/001-commit-path.md`
//! the reasons. All I/O goes through [`disk::Disk`], so that the same code runs on a disk that loses power at any
//! operation.

pub mod disk;

mod bytes_io;
mod checkpoint;
mod directory;
mod entries;
mod epochs;
mod error;
mod files;
mod identity;
mod index;
mod journal;
mod layout;
mod log;
mod manifest;
mod op;
mod orphans;
mod reader;
mod recovery;
mod retention;
mod segment;
mod state;
mod times;
mod write_back;

#[doc(hidden)]
pub mod fuzz;

#[cfg(test)]
mod formats;

pub use directory::{LogDirectory, Options, RecoveryReport, Round};
pub use epochs::EpochHistory;
pub use error::{AppendError, CommitError, DirectoryFailed, FormatError, OpenError, ReadError};
pub use log::{CommitListener, Log, SegmentLimits};
pub use reader::{Batches, LogReader};
pub use retention::{RetentionLimits, SegmentFacts, retention};
pub use segment::ProducerSnapshot;
pub use times::TimedOffset;
