//! Open segment files as a cache under a stated descriptor budget (hard limits are real: 20,000 here).
//!
//! What must stay true: a file with unsynced writes stays open until it is synced, because the system reports a failed
//! write-back to the descriptors that were open when it happened; closing first could lose the error. Such files are
//! dirty: pinned beside the cache from the end of the write on (a sync that runs meanwhile may have missed it) until a sync
//! that began later has returned. Whoever writes syncs when they fill their half of the budget.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::disk::{Disk, DiskFile, View};

/// A segment's two files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The record batches.
    Log,
    /// The batch index.
    Index,
}

/// Which file, by its number and part; file numbers are never used twice.
pub type FileKey = (u64, Part);

/// From this many dirty files on, one sync of everything is cheaper than one of each: here 19 ms against 178 for 1,000.
const SYNC_EVERYTHING_FILES: usize = 32;

/// The cache.
#[derive(Debug)]
pub struct Files {
    disk: Arc<dyn Disk>,
    budget: usize,
    state: Mutex<State>,
    /// Held by the one sync of all dirty files that runs.
    syncing: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    tick: u64,
    open: Recent<Arc<dyn DiskFile>>,
    views: Recent<Arc<View>>,
    dirty: BTreeMap<FileKey, Dirty>,
}

#[derive(Clone, Debug)]
struct Dirty {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    /// When it was last written to.
    tick: u64,
}

/// A map that knows which entry was used longest ago.
#[derive(Debug)]
struct Recent<T> {
    entries: BTreeMap<FileKey, (u64, T)>,
    order: BTreeMap<u64, FileKey>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Recent { entries: BTreeMap::new(), order: BTreeMap::new() }
    }
}

impl<T: Clone> Recent<T> {
    fn get(&mut self, key: FileKey, tick: u64) -> Option<T> {
        let (used, value) = self.entries.get_mut(&key)?;
        self.order.remove(used);
        *used = tick;
        self.order.insert(tick, key);
        Some(value.clone())
    }

    fn insert(&mut self, key: FileKey, tick: u64, value: T, limit: usize) {
        self.remove(key);
        while self.entries.len() >= limit.max(1) {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.entries.remove(&oldest);
        }
        self.entries.insert(key, (tick, value));
        self.order.insert(tick, key);
    }

    fn remove(&mut self, key: FileKey) {
        if let Some((used, _)) = self.entries.remove(&key) {
            self.order.remove(&used);
        }
    }
}

impl Files {
    /// At most `budget` descriptors: half for cached files, half for dirty ones. Mappings hold no descriptor and are
    /// bounded by the same number.
    pub fn new(disk: Arc<dyn Disk>, budget: usize) -> Self {
        Files { disk, budget: budget.max(4), state: Mutex::default(), syncing: Mutex::default() }
    }

    /// The file, opened if need be. With `create`, made if missing.
    pub fn open(
        &self,
        key: FileKey,
        path: impl FnOnce() -> PathBuf,
        create: bool,
    ) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state.lock();
        state.tick += 1;
        let tick = state.tick;
        if let Some(dirty) = state.dirty.get(&key) {
            return Ok(dirty.file.clone());
        }
        if let Some(file) = state.open.get(key, tick) {
            return Ok(file);
        }
        let file = self.disk.open(&path(), create)?;
        let limit = self.budget / 2;
        state.open.insert(key, tick, file.clone(), limit);
        Ok(file)
    }

    /// A read-only view of a sealed file's first `length` bytes, checked by `check` when it is made.
    pub fn view<E: From<io::Error>>(
        &self,
        key: FileKey,
        path: impl FnOnce() -> PathBuf,
        length: usize,
        check: impl FnOnce(&View) -> Result<(), E>,
    ) -> Result<Arc<View>, E> {
        let mut state = self.state.lock();
        state.tick += 1;
        let tick = state.tick;
        if let Some(view) = state.views.get(key, tick) {
            return Ok(view);
        }
        drop(state);
        let view = Arc::new(self.disk.open(&path(), false)?.view(length)?);
        check(&view)?;
        let mut state = self.state.lock();
        let limit = self.budget;
        state.views.insert(key, tick, view.clone(), limit);
        Ok(view)
    }

    /// The file has been written to: keep it open until a later [`Files::sync_dirty`].
    pub fn mark_dirty(&self, key: FileKey, path: impl FnOnce() -> PathBuf, file: &Arc<dyn DiskFile>) {
        let mut state = self.state.lock();
        state.tick += 1;
        let tick = state.tick;
        state.open.remove(key);
        state.dirty.entry(key).or_insert_with(|| Dirty { path: path(), file: file.clone(), tick }).tick =
            tick;
    }

    /// Whether dirty files fill their half of the budget.
    pub fn is_crowded(&self) -> bool {
        self.state.lock().dirty.len() >= self.budget / 2
    }

    /// Syncs every file that was dirty when this was called; an error names the file, and nothing is retried. True: names
    /// are durable now, too.
    pub fn sync_dirty(&self) -> Result<bool, (PathBuf, io::Error)> {
        let _one_at_a_time = self.syncing.lock();
        let dirty = self.state.lock().dirty.clone();
        let is_all = dirty.len() >= SYNC_EVERYTHING_FILES
            && self.disk.sync_everything().map_err(|error| (PathBuf::new(), error))?;
        for (key, synced) in dirty {
            if !is_all {
                synced.file.sync_data().map_err(|error| (synced.path, error))?;
            }
            let mut state = self.state.lock();
            if state.dirty.get(&key).is_some_and(|now| now.tick == synced.tick) {
                state.dirty.remove(&key);
                state.tick += 1;
                let (tick, limit) = (state.tick, self.budget / 2);
                state.open.insert(key, tick, synced.file, limit);
            }
        }
        Ok(is_all)
    }

    /// The file has been removed.
    pub fn forget(&self, file_number: u64) {
        let mut state = self.state.lock();
        for part in [Part::Log, Part::Index] {
            state.open.remove((file_number, part));
            state.views.remove((file_number, part));
            state.dirty.remove(&(file_number, part));
        }
    }
}
