//! A disk in memory that loses power at any operation, runs full, fails and rots, all from one seed.
//!
//! ```text
//!  MemoryDisk ──► State: the dice, the faults to come, the trace
//!                   ├── names    the tree, now and on the medium       (names.rs)
//!                   └── files    bytes, now and on the medium          (content.rs)
//! ```
//!
//! What must stay true: the same seed and the same calls give the same disk, bit for bit. What the contract of [`Disk`]
//! promises survives every power cut; of everything else, anything that a real disk could leave comes up under some seed.
//! Power that is off stays off: after a cut, every handle of the old disk fails, and only [`MemoryDisk::crash`] gives the
//! disk that the next process finds.

mod content;
mod names;
mod rng;
mod trace;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Disk, DiskFile, View, path};
use content::{Content, PAGE_BYTES};
use names::{Names, Node, NodeId};
use rng::Rng;
use trace::{Detail, Step, Trace};

/// A disk in memory; clones are the same disk.
///
/// ```
/// use std::io::IoSlice;
/// use tidelog_storage::disk::{Disk, DiskFile, MemoryDisk};
///
/// let disk = MemoryDisk::new(7);
/// let file = disk.open("journal".as_ref(), true)?;
/// file.write_all_at(&[IoSlice::new(b"synced")], 0)?;
/// file.sync_data()?;
/// disk.sync_directory("".as_ref())?;
/// file.write_all_at(&[IoSlice::new(b"perhaps")], 6)?;
///
/// let disk = disk.crash();
/// assert!(file.length().is_err(), "the old handle died with the power");
/// let mut bytes = [0; 6];
/// disk.open("journal".as_ref(), false)?.read_exact_at(&mut bytes, 0)?;
/// assert_eq!(&bytes, b"synced");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct MemoryDisk(Arc<Mutex<State>>);

/// What a process can ask of a disk, to say where a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Opening a file that exists.
    Open,
    /// Making a file, and the directories that lead to it.
    Create,
    /// Listing a directory.
    List,
    /// Reading or viewing a file.
    Read,
    /// Writing to a file.
    Write,
    /// Syncing a file.
    Sync,
    /// Reserving space for a file.
    Reserve,
    /// Cutting or extending a file.
    SetLength,
    /// Renaming a file or directory.
    Rename,
    /// Removing a file or directory.
    Remove,
    /// Syncing a directory.
    SyncDirectory,
}

/// What a power cut spares of everything that was not synced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Survival {
    /// Nothing.
    Nothing,
    /// Everything.
    Everything,
    /// Any of it: each sector, length and name by its own toss, with odds that differ from file to file.
    Coins,
    /// Everything, but each file's last write only up to some sector.
    TornTail,
    /// Names and lengths, but no written byte: files end in zeros where they grew.
    ZeroFilled,
}

impl MemoryDisk {
    /// An empty disk of boundless capacity; everything that chance decides follows from `seed`.
    pub fn new(seed: u64) -> MemoryDisk {
        MemoryDisk::of(State::new(Rng::new(seed)))
    }

    /// Cuts the power, with a [`Survival`] that the seed draws; returns what the next process finds. All clones and handles
    /// of this disk fail from now on, and it cannot crash again. Faults and a [`MemoryDisk::cut_after`] that have not struck
    /// are forgotten.
    pub fn crash(&self) -> MemoryDisk {
        let survival = match self.0.lock().rng.below(8) {
            0 => Survival::Nothing,
            1 => Survival::Everything,
            2 => Survival::TornTail,
            3 => Survival::ZeroFilled,
            _ => Survival::Coins,
        };
        self.crash_with(survival)
    }

    /// [`MemoryDisk::crash`] with a given survival.
    pub fn crash_with(&self, survival: Survival) -> MemoryDisk {
        let mut state = self.0.lock();
        assert!(!state.is_crashed, "this disk has crashed before: go on with what that crash returned");
        let dead =
            State { is_off: true, is_crashed: true, operations: state.operations, ..State::new(Rng::new(0)) };
        let lived = std::mem::replace(&mut *state, dead);
        MemoryDisk::of(lived.cut_power(survival))
    }

    /// Lets the power fail during the `nth` operation from now (1 is the next) that changes something: the operation
    /// fails, may leave any part of what it does, and everything after it fails too. Then [`MemoryDisk::crash`].
    pub fn cut_after(&self, nth: u64) {
        assert!(nth > 0, "the next operation is number 1");
        let mut state = self.0.lock();
        state.cut_at = Some(state.operations + nth);
    }

    /// Whether the power has failed.
    pub fn is_off(&self) -> bool {
        self.0.lock().is_off
    }

    /// How many operations tried to change something (create, write, sync, reserve, set length, rename, remove, sync
    /// directory) since the disk was made or crashed: a life that did `n` can be cut at each of `1..=n`.
    pub fn operation_count(&self) -> u64 {
        self.0.lock().operations
    }

    /// Files and reservations beyond this many bytes fail with [`io::ErrorKind::StorageFull`]. Counted in pages of 4 KiB;
    /// overwriting, and writing to reserved space, always works.
    pub fn set_capacity(&self, bytes: u64) {
        self.0.lock().capacity_pages = bytes / PAGE_BYTES;
    }

    /// Lets the `nth` such operation from now (1 is the next) on a path that contains `path` fail once with `error`.
    ///
    /// A failed write may have written its beginning. A failed sync leaves the file's unsynced bytes in one of the states
    /// that systems are known for: still dirty; taken for clean, so that the next sync succeeds and makes nothing of them
    /// durable; or gone from the cache too. Any other operation has done nothing.
    pub fn inject(&self, path: &str, operation: Operation, nth: u64, error: io::ErrorKind) {
        assert!(nth > 0, "the next operation is number 1");
        self.0.lock().faults.push(Fault { path: path.into(), operation, nth, error });
    }

    /// Lets one bit (0 is the lowest) of the byte at `position` rot, on the medium and in the cache.
    pub fn flip_bit(&self, path: impl AsRef<Path>, position: u64, bit: u8) -> io::Result<()> {
        assert!(bit < 8, "a byte has the bits 0 to 7");
        let mut state = self.0.lock();
        let file = state.find_file(&path::entry_names(path.as_ref())?)?;
        if position >= state.content(file).length() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        state.change(file, |content, _| content.flip_bit(position, bit));
        Ok(())
    }

    /// The last operations that changed something or were made to fail, across power cuts, one a line.
    pub fn trace(&self) -> String {
        self.0.lock().trace.to_string()
    }

    fn of(state: State) -> MemoryDisk {
        MemoryDisk(Arc::new(Mutex::new(state)))
    }

    fn run<T>(&self, step: Step, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        self.0.lock().run(step, act)
    }
}

impl Disk for MemoryDisk {
    fn open(&self, path: &Path, create: bool) -> io::Result<Arc<dyn DiskFile>> {
        let names = path::entry_names(path)?;
        let path: Arc<Path> = path.into();
        let mut state = self.0.lock();
        let is_new = create && state.names.find(&names).is_err();
        let operation = if is_new { Operation::Create } else { Operation::Open };
        let id = state.run(Step { operation, path: path.clone(), detail: Detail::None }, |state| {
            let id = if is_new { state.create(&names)? } else { state.find_file(&names)? };
            state.file(id).handles += 1;
            Ok(id)
        })?;
        drop(state);
        Ok(Arc::new(MemoryFile { disk: self.clone(), id, path }))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let names = path::directory_names(directory)?;
        self.run(Step::new(Operation::List, directory), |state| state.names.list(&names))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (from_names, to_names) = (path::entry_names(from)?, path::entry_names(to)?);
        let step = Step { detail: Detail::To(to.into()), ..Step::new(Operation::Rename, from) };
        self.run(step, |state| {
            if let Some(Node::File(replaced)) = state.names.rename(&from_names, &to_names)? {
                state.unlink(replaced);
            }
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let names = path::entry_names(path)?;
        self.run(Step::new(Operation::Remove, path), |state| {
            if let Node::File(removed) = state.names.remove(&names)? {
                state.unlink(removed);
            }
            Ok(())
        })
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let names = path::directory_names(directory)?;
        self.run(Step::new(Operation::SyncDirectory, directory), |state| {
            state.names.sync(&names)?;
            state.sweep();
            Ok(())
        })
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let state = self.0.lock();
        if state.is_off { Err(powered_off()) } else { Ok(state.free_pages() * PAGE_BYTES) }
    }
}

impl fmt::Debug for MemoryDisk {
    /// One line, or with `{:#?}` all files and the trace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        let power = if state.is_off { "off" } else { "on" };
        let used_bytes = state.used_pages * PAGE_BYTES;
        write!(f, "MemoryDisk(power {power}, {} operations, {used_bytes} bytes in use)", state.operations)?;
        if f.alternate() {
            write!(f, "\nnames: {} changes unsynced", state.names.unsynced_changes())?;
            for (path, id) in state.names.files() {
                let content = state.content(id);
                write!(
                    f,
                    "\n{}: {} bytes, {} after the last sync, {} changes since",
                    path.display(),
                    content.length(),
                    content.durable_length(),
                    content.unsynced_changes()
                )?;
            }
            write!(f, "\n{}", state.trace)?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryDisk,
    id: NodeId,
    /// Its name when it was opened, for faults and the trace.
    path: Arc<Path>,
}

impl MemoryFile {
    fn step(&self, operation: Operation, detail: Detail) -> Step {
        Step { operation, path: self.path.clone(), detail }
    }
}

impl DiskFile for MemoryFile {
    fn write_all_at(&self, buffers: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(buffers.iter().map(|buffer| buffer.len()).sum());
        buffers.iter().for_each(|buffer| bytes.extend_from_slice(buffer));
        let end = position.checked_add(bytes.len() as u64).ok_or(io::ErrorKind::InvalidInput)?;
        let mut state = self.disk.0.lock();
        let turn = state.begin(self.step(Operation::Write, Detail::Range(position, end)))?;
        if let Turn::Fails(_) = turn {
            let written = state.rng.below(bytes.len() as u64 + 1);
            bytes.truncate(written as usize);
        }
        let written = state.write(self.id, position, bytes);
        if !matches!(turn, Turn::Acts) {
            return Err(state.end(turn));
        }
        state.note(Operation::Write, &written);
        written
    }

    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        let end = position.saturating_add(buffer.len() as u64);
        self.disk.run(self.step(Operation::Read, Detail::Range(position, end)), |state| {
            let whole = state.content(self.id).read(position, buffer);
            if whole { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.disk.0.lock();
        let turn = state.begin(self.step(Operation::Sync, Detail::None))?;
        match turn {
            Turn::Acts => {
                state.change(self.id, |content, _| content.sync());
                return Ok(());
            }
            Turn::Fails(_) => state.change(self.id, |content, rng| content.fail_sync(rng)),
            Turn::Dies => {}
        }
        Err(state.end(turn))
    }

    fn reserve(&self, length: u64) -> io::Result<()> {
        self.disk.run(self.step(Operation::Reserve, Detail::Length(length)), |state| {
            if state.content(self.id).missing_pages(length) > state.free_pages() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            state.change(self.id, |content, _| content.reserve(length));
            Ok(())
        })
    }

    fn length(&self) -> io::Result<u64> {
        let state = self.disk.0.lock();
        if state.is_off { Err(powered_off()) } else { Ok(state.content(self.id).length()) }
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.disk.run(self.step(Operation::SetLength, Detail::Length(length)), |state| {
            state.change(self.id, |content, _| content.set_length(length));
            Ok(())
        })
    }

    fn view(&self, length: usize) -> io::Result<View> {
        if length as u64 > self.length()? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; length];
        self.read_exact_at(&mut bytes, 0)?;
        Ok(View::new(bytes))
    }

    fn serial(&self) -> io::Result<u64> {
        let state = self.disk.0.lock();
        if state.is_off { Err(powered_off()) } else { Ok(state.files[&self.id].serial) }
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        self.disk.0.lock().close(self.id);
    }
}

impl Operation {
    fn changes_something(self) -> bool {
        !matches!(self, Operation::Open | Operation::List | Operation::Read)
    }

    fn is_sync(self) -> bool {
        matches!(self, Operation::Sync | Operation::SyncDirectory)
    }
}

struct State {
    names: Names,
    files: BTreeMap<NodeId, File>,
    rng: Rng,
    faults: Vec<Fault>,
    capacity_pages: u64,
    used_pages: u64,
    operations: u64,
    cut_at: Option<u64>,
    is_off: bool,
    /// Its names and files have gone to the next disk.
    is_crashed: bool,
    trace: Trace,
}

struct File {
    content: Content,
    serial: u64,
    handles: u32,
    /// Whether a name leads to it now. A file without name and handles takes no space, though a power cut may bring it
    /// back.
    is_linked: bool,
}

struct Fault {
    path: String,
    operation: Operation,
    nth: u64,
    error: io::ErrorKind,
}

/// How an operation will end.
#[derive(Clone, Copy)]
enum Turn {
    Acts,
    Fails(io::ErrorKind),
    Dies,
}

impl State {
    fn new(rng: Rng) -> State {
        State {
            names: Names::new(),
            files: BTreeMap::new(),
            rng,
            faults: Vec::new(),
            capacity_pages: u64::MAX / PAGE_BYTES,
            used_pages: 0,
            operations: 0,
            cut_at: None,
            is_off: false,
            is_crashed: false,
            trace: Trace::default(),
        }
    }

    /// Runs an operation that a fault prevents, and that a power cut may leave done (a sync: not done).
    fn run<T>(&mut self, step: Step, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let operation = step.operation;
        match self.begin(step)? {
            Turn::Acts => {
                let result = act(self);
                self.note(operation, &result);
                result
            }
            Turn::Dies if !operation.is_sync() => {
                drop(act(self));
                Err(self.end(Turn::Dies))
            }
            turn => Err(self.end(turn)),
        }
    }

    /// Counts the operation and decides its end.
    fn begin(&mut self, step: Step) -> io::Result<Turn> {
        if self.is_off {
            return Err(powered_off());
        }
        let changes_something = step.operation.changes_something();
        self.operations += u64::from(changes_something);
        let fault = self.fault(&step);
        if changes_something || fault.is_some() {
            self.trace.push(self.operations, step);
        }
        Ok(match fault {
            _ if changes_something && self.cut_at == Some(self.operations) => Turn::Dies,
            Some(error) => Turn::Fails(error),
            None => Turn::Acts,
        })
    }

    /// The error of a turn that does not act.
    fn end(&mut self, turn: Turn) -> io::Error {
        let error = match turn {
            Turn::Fails(kind) => io::Error::new(kind, "injected fault"),
            Turn::Acts | Turn::Dies => {
                self.is_off = true;
                powered_off()
            }
        };
        self.trace.failed(&error);
        error
    }

    /// An operation acted; its own failure is worth a note.
    fn note<T>(&mut self, operation: Operation, result: &io::Result<T>) {
        if let (true, Err(error)) = (operation.changes_something(), result) {
            self.trace.failed(error);
        }
    }

    fn fault(&mut self, step: &Step) -> Option<io::ErrorKind> {
        let mut struck = None;
        self.faults.retain_mut(|fault| {
            if fault.operation == step.operation && step.concerns(&fault.path) {
                fault.nth -= 1;
            }
            if fault.nth == 0 {
                struck = Some(fault.error);
            }
            fault.nth > 0
        });
        struck
    }

    fn find_file(&self, names: &[&OsStr]) -> io::Result<NodeId> {
        match self.names.find(names)? {
            Node::File(file) => Ok(file),
            Node::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn create(&mut self, names: &[&OsStr]) -> io::Result<NodeId> {
        let id = self.names.create(names)?;
        let serial = self.rng.next();
        self.files.insert(id, File { content: Content::default(), serial, handles: 0, is_linked: true });
        Ok(id)
    }

    fn content(&self, id: NodeId) -> &Content {
        &self.files[&id].content
    }

    fn file(&mut self, id: NodeId) -> &mut File {
        self.files.get_mut(&id).expect("a file is kept while a name or a handle leads to it")
    }

    /// Changes a file's content and keeps count of the space.
    fn change<T>(&mut self, id: NodeId, change: impl FnOnce(&mut Content, &mut Rng) -> T) -> T {
        let content = &mut self.files.get_mut(&id).expect("it is open or has a name").content;
        let pages = content.allocated_pages();
        let result = change(content, &mut self.rng);
        self.used_pages = self.used_pages - pages + content.allocated_pages();
        result
    }

    fn write(&mut self, id: NodeId, position: u64, mut bytes: Vec<u8>) -> io::Result<()> {
        let wanted = bytes.len();
        let fits = self.content(id).writable(position, wanted, self.free_pages());
        bytes.truncate(fits);
        self.change(id, |content, _| content.write(position, bytes));
        if fits == wanted { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn free_pages(&self) -> u64 {
        self.capacity_pages.saturating_sub(self.used_pages)
    }

    /// A file lost its name.
    fn unlink(&mut self, id: NodeId) {
        let file = self.file(id);
        file.is_linked = false;
        if file.is_gone() {
            self.used_pages -= self.content(id).allocated_pages();
        }
    }

    /// A handle was dropped, perhaps after a power cut took its file away.
    fn close(&mut self, id: NodeId) {
        let Some(file) = self.files.get_mut(&id) else { return };
        file.handles -= 1;
        if file.is_gone() {
            self.used_pages -= file.content.allocated_pages();
        }
    }

    /// Forgets files that neither a name, nor a handle, nor a power cut leads to.
    fn sweep(&mut self) {
        if self.files.values().any(|file| file.is_gone()) {
            let named = self.names.sweep();
            self.files.retain(|id, file| !file.is_gone() || named.contains(id));
        }
    }

    /// The disk as the next process finds it.
    fn cut_power(mut self, survival: Survival) -> State {
        let mut rng = self.rng;
        self.names.cut_power(|| match survival {
            Survival::Nothing => false,
            Survival::Coins => rng.in_16(8),
            Survival::Everything | Survival::TornTail | Survival::ZeroFilled => true,
        });
        let named = self.names.sweep();
        self.files.retain(|id, _| named.contains(id));
        for file in self.files.values_mut() {
            file.content.cut_power(survival, &mut rng);
            (file.handles, file.is_linked) = (0, true);
        }
        self.trace.power_cut(survival);
        State {
            names: self.names,
            used_pages: self.files.values().map(|file| file.content.allocated_pages()).sum(),
            files: self.files,
            capacity_pages: self.capacity_pages,
            trace: self.trace,
            ..State::new(rng)
        }
    }
}

impl File {
    fn is_gone(&self) -> bool {
        !self.is_linked && self.handles == 0
    }
}

fn powered_off() -> io::Error {
    io::Error::other("powered off")
}
