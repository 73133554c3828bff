//! The last checkpoint: where redo starts, and the state of every log as of its own last operation.
//!
//! ```text
//! shared header (kind Manifest)
//! 0   20  redo position in the journal
//! 20  8   next file number      (none below was or will be used)
//! 28  8   next log id
//! 36  4   number of logs
//! 40  …   each: log id (8), topic id (16), partition (4), length (4), state (`LogState::encode`)
//! ```
//!
//! What must stay true: when a manifest becomes durable, the segments that it names are synced up to the lengths that it
//! gives. It may be ahead of the journal: then it holds operations that nobody was told are durable, which harms nobody.
//! What a crash leaves: the old manifest or the new one, whole; it is replaced by rename.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::path::PathBuf;

use tidelog_model::TopicPartition;

use crate::bytes_io::{Reader, Writer};
use crate::disk::Disk;
use crate::error::{FormatError, OpenError};
use crate::journal::Position;
use crate::layout::{Header, Kind, MANIFEST, MANIFEST_NEW};
use crate::op::{LogId, MAX_COUNTER, decode_partition, encode_partition};
use crate::state::LogState;

/// The largest manifest that is read: a bound for memory, far above 100,000 logs.
const MAX_BYTES: u64 = 1 << 30;

/// One log as the manifest holds it: its state is kept encoded, so that a checkpoint encodes only what changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ManifestLog {
    pub partition: TopicPartition,
    pub state: Vec<u8>,
}

/// A checkpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    pub redo: Position,
    pub next_file_number: u64,
    pub next_log_id: u64,
    pub logs: BTreeMap<LogId, ManifestLog>,
}

impl Manifest {
    /// Of a directory without logs.
    pub fn empty() -> Self {
        Manifest { redo: Position::START, next_file_number: 1, next_log_id: 1, logs: BTreeMap::new() }
    }

    /// Replaces the manifest; durable when this returns.
    pub fn store(&self, disk: &dyn Disk, directory_id: u128) -> Result<(), ReplaceError> {
        let image = Header { kind: Kind::Manifest, directory_id, item_id: 0 }.seal(&self.encode());
        replace_file(disk, MANIFEST_NEW, MANIFEST, &image)
    }

    pub fn load(disk: &dyn Disk, directory_id: u128) -> Result<Manifest, OpenError> {
        let path = PathBuf::from(MANIFEST);
        let image = read_file(disk, MANIFEST, MAX_BYTES)?;
        let format = |source| OpenError::Format { path: path.clone(), source };
        let (header, payload) = Header::open(&image, Kind::Manifest).map_err(format)?;
        if header.directory_id != directory_id {
            return Err(OpenError::Mixed { path, found: header.directory_id, expected: directory_id });
        }
        Manifest::decode(payload).map_err(format)
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out =
            Writer::with_capacity(64 + self.logs.values().map(|log| 32 + log.state.len()).sum::<usize>());
        self.redo.encode(&mut out);
        out.u64(self.next_file_number);
        out.u64(self.next_log_id);
        out.u32(self.logs.len() as u32);
        for (id, log) in &self.logs {
            out.u64(id.0);
            encode_partition(log.partition, &mut out);
            out.blob(&log.state);
        }
        out.into_vec()
    }

    /// The inverse of what [`Manifest::store`] puts behind the header.
    pub fn decode(payload: &[u8]) -> Result<Manifest, FormatError> {
        let mut reader = Reader::new(payload);
        let redo = Position::decode(&mut reader)?;
        let next_file_number = reader.u64()?;
        let next_log_id = reader.u64()?;
        if next_file_number > MAX_COUNTER || next_log_id > MAX_COUNTER {
            return Err(FormatError::Damaged("counter"));
        }
        let mut logs = BTreeMap::new();
        for _ in 0..reader.u32()? {
            let id = LogId(reader.u64()?);
            let partition = decode_partition(&mut reader)?;
            let state = reader.blob()?;
            LogState::decode(&mut Reader::new(state))?;
            if id.0 >= next_log_id {
                return Err(FormatError::Damaged("next log id"));
            }
            logs.insert(id, ManifestLog { partition, state: state.to_vec() });
        }
        if !reader.is_empty() {
            return Err(FormatError::Damaged("end of the manifest"));
        }
        Ok(Manifest { redo, next_file_number, next_log_id, logs })
    }
}

/// Why a file was not replaced.
#[derive(Debug)]
pub enum ReplaceError {
    /// The new one could not be written: the old one stands.
    NotWritten(io::Error),
    /// A sync or the rename failed: either may stand after a crash.
    Uncertain(io::Error),
}

/// Puts `image` under `name`, whole or not at all: write the new file, sync it, rename it, sync the directory.
pub fn replace_file(disk: &dyn Disk, temporary: &str, name: &str, image: &[u8]) -> Result<(), ReplaceError> {
    let write = || {
        let file = disk.open(temporary.as_ref(), true)?;
        file.set_length(0)?;
        file.write_all_at(&[IoSlice::new(image)], 0)?;
        Ok(file)
    };
    let file = write().map_err(ReplaceError::NotWritten)?;
    file.sync_data()
        .and_then(|()| disk.rename(temporary.as_ref(), name.as_ref()))
        .and_then(|()| disk.sync_directory("".as_ref()))
        .map_err(ReplaceError::Uncertain)
}

impl From<ReplaceError> for io::Error {
    fn from(error: ReplaceError) -> io::Error {
        match error {
            ReplaceError::NotWritten(error) | ReplaceError::Uncertain(error) => error,
        }
    }
}

/// A whole small file of ours.
pub fn read_file(disk: &dyn Disk, name: &str, max_bytes: u64) -> Result<Vec<u8>, OpenError> {
    let io_error = |source| OpenError::Io { path: name.into(), source };
    let format_error = |source| OpenError::Format { path: name.into(), source };
    let file = disk.open(name.as_ref(), false).map_err(io_error)?;
    let length = file.length().map_err(io_error)?;
    if length > max_bytes {
        return Err(format_error(FormatError::Damaged("file size")));
    }
    let mut image = vec![0; length as usize];
    file.read_exact_at(&mut image, 0).map_err(io_error)?;
    Ok(image)
}
