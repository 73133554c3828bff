//! The real disk: files under one root directory, by plain positioned system calls.
//!
//! What must stay true: directories are made with mode 0700 and files with 0600; a directory's own name is durable once
//! [`Disk::sync_directory`] of it returned, whichever process made it; nothing is retried after a failed sync. Only one
//! process works in a root, the one that holds its [`DirectoryLock`].
//! What a crash leaves: whatever the file system makes of it, within the contract of [`Disk`].

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::MmapOptions;
use parking_lot::Mutex;
use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use super::{Disk, DiskFile, View, path};
use crate::layout::LOCK;

/// A log directory on the machine's file system.
#[derive(Debug)]
pub struct RealDisk {
    root: PathBuf,
    /// The root, open all the time: it hears of the file system's errors.
    directory: File,
    /// Directories whose own names, and those of their parents up to the root, are known to be durable.
    durable_names: Mutex<BTreeSet<PathBuf>>,
}

/// Held while a process serves a directory; dropping it, or dying, lets the next one in.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl RealDisk {
    /// The directory at `root`, made durably (with its parents) if it is missing.
    pub fn new(root: PathBuf) -> io::Result<RealDisk> {
        let missing: Vec<&Path> = root.ancestors().take_while(|directory| !directory.exists()).collect();
        for directory in missing.into_iter().rev().filter(|directory| !directory.as_os_str().is_empty()) {
            make_directory(directory)?;
            sync_directory(parent_of(directory))?;
        }
        if !root.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::NotADirectory,
                format!("{} is not a directory", root.display()),
            ));
        }
        let directory = File::open(&root)?;
        Ok(RealDisk { root, directory, durable_names: Mutex::default() })
    }

    /// Claims the directory for this process, which writes its id into `<root>/lock`;
    /// [`io::ErrorKind::WouldBlock`] if another has it. The lock is advisory and the system's own: it goes with its
    /// holder, however that ends, and the file stays behind without meaning anything.
    pub fn lock(&self) -> io::Result<DirectoryLock> {
        let path = self.root.join(LOCK);
        let mut file = open_options(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                return Err(io::Error::new(
                    io::ErrorKind::WouldBlock,
                    format!(
                        "{} is held by the process with id {:?}: stop it, or use another directory",
                        path.display(),
                        holder.trim()
                    ),
                ));
            }
        }
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(DirectoryLock { _file: file })
    }

    /// Makes the directories that lead to `file`, but never the root: if that is gone, so is the disk.
    fn make_parents(&self, file: &Path) -> io::Result<()> {
        let parents: Vec<&Path> = file.ancestors().skip(1).collect();
        for directory in parents.into_iter().rev().filter(|directory| !directory.as_os_str().is_empty()) {
            make_directory(&self.root.join(directory))?;
        }
        Ok(())
    }
}

impl Disk for RealDisk {
    fn open(&self, path: &Path, create: bool) -> io::Result<Arc<dyn DiskFile>> {
        let path = path::entry(path)?;
        let full = self.root.join(&path);
        let file = match open_options(create).open(&full) {
            Err(error) if create && error.kind() == io::ErrorKind::NotFound => {
                self.make_parents(&path)?;
                open_options(create).open(&full)?
            }
            opened => opened?,
        };
        Ok(Arc::new(RealFile { file }))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(self.root.join(path::directory(directory)?)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = entries
            .map(|entry| Ok(PathBuf::from(entry?.file_name())))
            .collect::<io::Result<Vec<PathBuf>>>()?;
        names.sort();
        Ok(names)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (from, to) = (path::entry(from)?, path::entry(to)?);
        let mut durable_names = self.durable_names.lock();
        fs::rename(self.root.join(&from), self.root.join(&to))?;
        if durable_names.remove(&from) {
            durable_names.retain(|directory| !directory.starts_with(&from));
        }
        durable_names.remove(&to);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let path = path::entry(path)?;
        let full = self.root.join(&path);
        let mut durable_names = self.durable_names.lock();
        match fs::remove_file(&full) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => fs::remove_dir(&full)?,
            removed => removed?,
        }
        durable_names.remove(&path);
        Ok(())
    }

    /// One sync as a rule; the first time for a directory also one for each of its parents, since an earlier process may
    /// have made it and been killed before it could sync them.
    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let directory = path::directory(directory)?;
        sync_directory(&self.root.join(&directory))?;
        let mut durable_names = self.durable_names.lock();
        let mut synced = Vec::new();
        for named in directory.ancestors() {
            let Some(parent) = named.parent().filter(|_| !durable_names.contains(named)) else { break };
            sync_directory(&self.root.join(parent))?;
            synced.push(named.to_path_buf());
        }
        durable_names.extend(synced);
        Ok(())
    }

    /// `syncfs`: since Linux 5.8 it reports write-back errors, of this file system as a whole, to the descriptor that was
    /// open when they happened.
    fn sync_everything(&self) -> io::Result<bool> {
        rustix::fs::syncfs(&self.directory)?;
        Ok(true)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let status = rustix::fs::statvfs(&self.root)?;
        Ok(status.f_bavail.saturating_mul(status.f_frsize))
    }
}

#[derive(Debug)]
struct RealFile {
    file: File,
}

impl DiskFile for RealFile {
    fn write_all_at(&self, buffers: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        // One call takes 1,024 buffers (Linux: IOV_MAX); `pwritev` of rustix stops there and says how far it came.
        write_fully(buffers, position, |buffers, position| rustix::io::pwritev(&self.file, buffers, position))
    }

    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, position)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn reserve(&self, length: u64) -> io::Result<()> {
        if length == 0 {
            return Ok(());
        }
        loop {
            return match rustix::fs::fallocate(&self.file, FallocateFlags::KEEP_SIZE, 0, length) {
                Err(Errno::INTR) => continue,
                // Some file systems cannot: then a full disk shows at the write, as it does without a reservation.
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
                Err(error) => Err(error.into()),
            };
        }
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn view(&self, length: usize) -> io::Result<View> {
        let file_length = self.length()?;
        if length as u64 > file_length {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("a view of {length} bytes of a file of {file_length}"),
            ));
        }
        if length == 0 {
            return Ok(View::new([].as_slice()));
        }
        // SAFETY: a mapping is sound while nobody changes the bytes below it, and touching a page behind the file's end
        // would kill the process (SIGBUS). The contract of `view` is that the file is sealed: this process, which is the
        // only one in the directory (`DirectoryLock`), neither writes nor cuts it any more, and removing its name keeps
        // the mapped file alive. That it is long enough was checked above, on the same open file.
        let mapping = unsafe { MmapOptions::new().len(length).map(&self.file)? };
        Ok(View::new(mapping))
    }

    fn serial(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.ino())
    }
}

/// Calls `write` (which may write less than it is given, or be interrupted) until all of `buffers` are written.
fn write_fully(
    buffers: &[IoSlice<'_>],
    mut position: u64,
    mut write: impl FnMut(&[IoSlice<'_>], u64) -> rustix::io::Result<usize>,
) -> io::Result<()> {
    let mut rest = buffers;
    // Bytes at the start of `rest` that are written already.
    let mut written = 0;
    loop {
        while let Some(first) = rest.first().filter(|first| written >= first.len()) {
            written -= first.len();
            rest = &rest[1..];
        }
        let Some(first) = rest.first() else { return Ok(()) };
        let remainder = [IoSlice::new(&first[written..])];
        let batch = if written > 0 { &remainder } else { rest };
        match write(batch, position) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                written += count;
                position += count as u64;
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn open_options(create: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create).truncate(false).mode(0o600);
    options
}

/// Makes one directory, unless something has that name.
fn make_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The parent of a relative name is the working directory.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;
    use crate::disk::conformance;

    /// A disk whose directory goes with it.
    #[derive(Debug)]
    struct Temporary {
        disk: RealDisk,
        directory: TempDir,
    }

    impl Temporary {
        fn new() -> Temporary {
            let directory = tempfile::tempdir().unwrap();
            Temporary { disk: RealDisk::new(directory.path().join("data")).unwrap(), directory }
        }

        fn mode(&self, path: &str) -> u32 {
            self.directory.path().join(path).metadata().unwrap().permissions().mode() & 0o777
        }
    }

    impl Disk for Temporary {
        fn open(&self, path: &Path, create: bool) -> io::Result<Arc<dyn DiskFile>> {
            self.disk.open(path, create)
        }
        fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
            self.disk.list(directory)
        }
        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.disk.rename(from, to)
        }
        fn remove(&self, path: &Path) -> io::Result<()> {
            self.disk.remove(path)
        }
        fn sync_directory(&self, directory: &Path) -> io::Result<()> {
            self.disk.sync_directory(directory)
        }
        fn free_bytes(&self) -> io::Result<u64> {
            self.disk.free_bytes()
        }
    }

    #[test]
    fn a_real_disk_keeps_the_contract() {
        conformance::check(|| Box::new(Temporary::new()));
    }

    #[test]
    fn directories_and_files_are_for_their_owner_only() {
        let disk = Temporary::new();
        disk.open("partitions/orders-0/1.log".as_ref(), true).unwrap();
        let _lock = disk.disk.lock().unwrap();
        assert_eq!(disk.mode("data"), 0o700);
        assert_eq!(disk.mode("data/partitions"), 0o700);
        assert_eq!(disk.mode("data/partitions/orders-0"), 0o700);
        assert_eq!(disk.mode("data/partitions/orders-0/1.log"), 0o600);
        assert_eq!(disk.mode("data/lock"), 0o600);
    }

    #[test]
    fn a_missing_root_is_made_with_its_parents_and_a_file_is_no_root() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("a/b/c");
        RealDisk::new(root.clone()).unwrap().open("file".as_ref(), true).unwrap();
        assert!(root.join("file").is_file());
        let error = RealDisk::new(root.join("file")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn a_root_that_vanished_is_not_made_again() {
        let disk = Temporary::new();
        fs::remove_dir(disk.directory.path().join("data")).unwrap();
        let error = disk.open("partitions/orders-0/1.log".as_ref(), true).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(!disk.directory.path().join("data").exists());
    }

    #[test]
    fn one_process_holds_the_lock_and_the_next_gets_it_when_it_is_dropped() {
        let disk = Temporary::new();
        let held = disk.disk.lock().unwrap();
        let error = disk.disk.lock().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let id = std::process::id().to_string();
        assert!(error.to_string().contains(&format!("{id:?}")), "{error}");
        drop(held);
        let _again = disk.disk.lock().unwrap();
        let path = disk.directory.path().join("data/lock");
        assert_eq!(fs::read_to_string(path).unwrap(), format!("{id}\n"));
    }

    #[test]
    fn reserved_space_is_taken_from_the_file_system_at_once() {
        let disk = Temporary::new();
        let file = disk.open("journal".as_ref(), true).unwrap();
        file.reserve(1 << 20).unwrap();
        let metadata = disk.directory.path().join("data/journal").metadata().unwrap();
        assert_eq!(metadata.len(), 0);
        let taken_bytes = metadata.blocks() * 512;
        // A file system that cannot reserve has taken nothing; that is allowed.
        assert!(taken_bytes == 0 || taken_bytes >= 1 << 20, "{taken_bytes}");
    }

    #[test]
    fn the_names_of_parents_are_synced_once_and_again_after_a_directory_is_made_anew() {
        let disk = Temporary::new();
        let names = || disk.disk.durable_names.lock().iter().cloned().collect::<Vec<PathBuf>>();
        disk.open("a/b/file".as_ref(), true).unwrap();
        disk.sync_directory("a/b".as_ref()).unwrap();
        assert_eq!(names(), [PathBuf::from("a"), PathBuf::from("a/b")]);
        disk.rename("a".as_ref(), "c".as_ref()).unwrap();
        assert_eq!(names(), Vec::<PathBuf>::new());
        disk.sync_directory("c/b".as_ref()).unwrap();
        disk.remove("c/b/file".as_ref()).unwrap();
        disk.remove("c/b".as_ref()).unwrap();
        assert_eq!(names(), [PathBuf::from("c")]);
    }

    #[test]
    fn short_and_interrupted_writes_go_on_where_they_stopped() {
        let words = ["", "abc", "", "de", "fghij", "", "k", ""];
        let buffers: Vec<IoSlice<'_>> = words.iter().map(|word| IoSlice::new(word.as_bytes())).collect();
        for most in 1..=12 {
            let mut written = Vec::new();
            let mut calls = 0;
            write_fully(&buffers, 100, |buffers, position| {
                calls += 1;
                if calls % 3 == 1 {
                    return Err(Errno::INTR);
                }
                assert_eq!(position, 100 + written.len() as u64);
                let offered: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
                let count = offered.len().min(most);
                written.extend_from_slice(&offered[..count]);
                Ok(count)
            })
            .unwrap();
            assert_eq!(written, b"abcdefghijk", "at most {most} bytes a call");
        }
    }

    #[test]
    fn a_write_that_writes_nothing_or_fails_is_an_error() {
        let buffers = [IoSlice::new(b"abc")];
        let error = write_fully(&buffers, 0, |_, _| Ok(0)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
        let error = write_fully(&buffers, 0, |_, _| Err(Errno::NOSPC)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
