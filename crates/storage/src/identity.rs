//! Who a log directory is. Written once, last of all when a directory is formatted: a directory without it holds nothing
//! that anybody was told is durable.
//!
//! ```text
//! shared header (kind Identity, with the directory id)
//! 0  8  serial number of the identity file when it was made: a copy of the directory has another
//! ```

use std::io;
use std::path::PathBuf;

use crate::bytes_io::{Reader, Writer};
use crate::disk::Disk;
use crate::error::OpenError;
use crate::journal::Journal;
use crate::layout::{self, Header, IDENTITY, IDENTITY_NEW, JOURNAL, Kind, LOCK, MANIFEST, MANIFEST_NEW};
use crate::manifest::{Manifest, read_file, replace_file};

const MAX_BYTES: u64 = 4096;

/// The directory's id: read, or made by formatting an empty directory as `fresh_id`.
///
/// With `adopt`, a copy of a directory becomes the directory.
pub fn open_or_format(
    disk: &dyn Disk,
    journal_disk: &dyn Disk,
    fresh_id: u128,
    adopt: bool,
) -> Result<u128, OpenError> {
    let io_error = |source| OpenError::Io { path: IDENTITY.into(), source };
    let names = disk.list("".as_ref()).map_err(io_error)?;
    if names.iter().any(|name| name.as_os_str() == IDENTITY) {
        // A process that was killed between a rename and its sync left names that the next power cut may take back, while
        // what this process builds on them stays.
        disk.sync_directory("".as_ref()).map_err(io_error)?;
        return read(disk, adopt);
    }
    // What a formatting that was cut short leaves; nothing else may be here.
    let ours = [LOCK, JOURNAL, MANIFEST, MANIFEST_NEW, IDENTITY_NEW, "lost+found"];
    if let Some(found) = names.into_iter().find(|name| !ours.iter().any(|ours| name.as_os_str() == *ours)) {
        return Err(OpenError::Foreign { found });
    }
    Journal::refuse_used(journal_disk, fresh_id)?;
    Journal::format(journal_disk, fresh_id)
        .and_then(|()| Ok(Manifest::empty().store(disk, fresh_id)?))
        .and_then(|()| write(disk, fresh_id))
        .map_err(io_error)?;
    Ok(fresh_id)
}

fn read(disk: &dyn Disk, adopt: bool) -> Result<u128, OpenError> {
    let path = PathBuf::from(IDENTITY);
    let io_error = |source| OpenError::Io { path: IDENTITY.into(), source };
    let image = read_file(disk, IDENTITY, MAX_BYTES)?;
    let format = |source| OpenError::Format { path: path.clone(), source };
    let (header, payload) = layout::Header::open(&image, Kind::Identity).map_err(format)?;
    let made_as = Reader::new(payload).u64().map_err(format)?;
    let serial = disk.open(&path, false).and_then(|file| file.serial()).map_err(io_error)?;
    if made_as != serial {
        if !adopt {
            return Err(OpenError::Cloned { directory_id: header.directory_id });
        }
        write(disk, header.directory_id).map_err(io_error)?;
    }
    Ok(header.directory_id)
}

fn write(disk: &dyn Disk, directory_id: u128) -> io::Result<()> {
    // The serial number belongs to the file, which keeps it under its later name.
    let serial = disk.open(IDENTITY_NEW.as_ref(), true)?.serial()?;
    let mut payload = Writer::with_capacity(8);
    payload.u64(serial);
    let image = Header { kind: Kind::Identity, directory_id, item_id: 0 }.seal(payload.as_slice());
    Ok(replace_file(disk, IDENTITY_NEW, IDENTITY, &image)?)
}
