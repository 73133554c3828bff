//! One file's bytes: as the system shows them now, and what of them the medium may hold after a power cut.
//!
//! Bytes live in shared pages; a missing page reads as zeros. Since the last sync, `before` has the image that each
//! touched page had then, and `changes` what was done in order. So a write costs what it writes, a sync costs what was
//! written since the last one, and neither costs anything for the rest of the file.
//!
//! What must stay true: bytes at and behind `length` in the pages are zero; every page that differs from the medium has
//! an image in `before`, and every difference comes from one of the `changes`.
//!
//! What a power cut leaves, by the rules that disks and journalling file systems share:
//! - A sector is atomic. It comes back as it was after *some* of the writes to it since the last sync, the first so many
//!   of them; each sector has its own number.
//! - Changes of the length are journalled: the first so many of them survive. Bytes written where a cut had been come
//!   back only if the cut did, and bytes that a surviving cut removed never do.
//! - Growth by writing survives up to any of the lengths in between; what lies behind the length is gone, and what lies
//!   before it but did not survive is zeros.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::Survival;
use super::rng::Rng;

/// What a disk writes whole or not at all.
pub const SECTOR_BYTES: u64 = 512;
/// What space is counted in, and what the system's cache remembers as clean or dirty.
pub const PAGE_BYTES: u64 = 4096;

type Page = Arc<[u8; PAGE_BYTES as usize]>;

/// See the module.
#[derive(Debug, Default)]
pub struct Content {
    pages: BTreeMap<u64, Page>,
    length: u64,
    reserved_pages: u64,
    allocated_pages: u64,

    durable_length: u64,
    durable_reserved_pages: u64,
    before: BTreeMap<u64, Option<Page>>,
    changes: Vec<Change>,
    /// Pages that a failed sync took for clean: no later sync writes them, unless they are written again.
    dropped: BTreeSet<u64>,
}

#[derive(Debug)]
enum Change {
    Write { position: u64, bytes: Vec<u8> },
    SetLength(u64),
}

impl Content {
    pub fn length(&self) -> u64 {
        self.length
    }

    pub fn durable_length(&self) -> u64 {
        self.durable_length
    }

    pub fn unsynced_changes(&self) -> usize {
        self.changes.len()
    }

    /// Pages that this file takes from the disk, reserved ones included.
    pub fn allocated_pages(&self) -> u64 {
        self.allocated_pages
    }

    /// How many of `length` bytes can be written at `position` with `free_pages`.
    pub fn writable(&self, position: u64, length: usize, mut free_pages: u64) -> usize {
        let end = position + length as u64;
        let (first, last) = (position / PAGE_BYTES, end.div_ceil(PAGE_BYTES));
        if free_pages >= last - first {
            return length;
        }
        for index in first..last {
            if index < self.reserved_pages || self.pages.contains_key(&index) {
                continue;
            }
            if free_pages == 0 {
                return (index * PAGE_BYTES).saturating_sub(position) as usize;
            }
            free_pages -= 1;
        }
        length
    }

    /// Pages that a reservation of `length` bytes takes beyond those that the file has.
    pub fn missing_pages(&self, length: u64) -> u64 {
        let wanted = length.div_ceil(PAGE_BYTES).max(self.reserved_pages);
        let there = self.pages.range(self.reserved_pages..wanted).count() as u64;
        wanted - self.reserved_pages - there
    }

    pub fn reserve(&mut self, length: u64) {
        self.reserved_pages = self.reserved_pages.max(length.div_ceil(PAGE_BYTES));
        self.count_pages();
    }

    pub fn write(&mut self, position: u64, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.put(position, &bytes);
            self.changes.push(Change::Write { position, bytes });
        }
    }

    /// Whether the file has all of the range.
    pub fn read(&self, position: u64, buffer: &mut [u8]) -> bool {
        if position.checked_add(buffer.len() as u64).is_none_or(|end| end > self.length) {
            return false;
        }
        for (index, offset, piece) in pieces_mut(position, buffer, PAGE_BYTES) {
            match self.pages.get(&index) {
                Some(page) => piece.copy_from_slice(&page[offset..offset + piece.len()]),
                None => piece.fill(0),
            }
        }
        true
    }

    /// A cut also gives back what was reserved behind it.
    pub fn set_length(&mut self, length: u64) {
        if length <= self.length {
            self.reserved_pages = self.reserved_pages.min(length.div_ceil(PAGE_BYTES));
        }
        if length != self.length {
            self.changes.push(Change::SetLength(length));
            self.resize(length);
        }
        self.count_pages();
    }

    pub fn sync(&mut self) {
        let (dropped, length) = (std::mem::take(&mut self.dropped), self.length);
        self.before.retain(|index, _| dropped.contains(index) && index * PAGE_BYTES < length);
        self.forget_cut_bytes();
        self.changes = self.before.keys().map(|&index| self.rewrite_of(index)).collect();
        self.dropped = self.before.keys().copied().collect();
        self.durable_length = length;
        self.durable_reserved_pages = self.reserved_pages;
    }

    /// The sync fails, in one of three ways that systems are known for: the cache keeps the pages dirty; or takes them for
    /// clean, so that the next sync succeeds and writes nothing; or forgets them and shows the old bytes again.
    pub fn fail_sync(&mut self, rng: &mut Rng) {
        match rng.below(3) {
            0 => {}
            1 => self.dropped.extend(self.before.keys()),
            _ => self.revert(),
        }
    }

    /// Turns one bit, on the medium and in the cache; the file has the byte.
    pub fn flip_bit(&mut self, position: u64, bit: u8) {
        let (index, offset, mask) = (position / PAGE_BYTES, (position % PAGE_BYTES) as usize, 1 << bit);
        Arc::make_mut(self.pages.entry(index).or_insert_with(zeros))[offset] ^= mask;
        if let Some(Some(page)) = self.before.get_mut(&index) {
            Arc::make_mut(page)[offset] ^= mask;
        }
        for change in &mut self.changes {
            if let Change::Write { position: start, bytes } = change
                && let Some(byte) =
                    position.checked_sub(*start).and_then(|offset| bytes.get_mut(offset as usize))
            {
                *byte ^= mask;
            }
        }
        self.count_pages();
    }

    /// Loses power: the content becomes what the medium holds, as `survival` has it.
    pub fn cut_power(&mut self, survival: Survival, rng: &mut Rng) {
        let changes = std::mem::take(&mut self.changes);
        self.revert();
        if survival != Survival::Nothing && !changes.is_empty() {
            let length = self.replay(&changes, survival, rng);
            self.resize(length);
        }
        self.before.clear();
        self.durable_length = self.length;
        self.count_pages();
    }

    /// Puts those of `changes` that survive on the old content; returns the length that survives with them.
    fn replay(&mut self, changes: &[Change], survival: Survival, rng: &mut Rng) -> u64 {
        let mut fate = Fate::draw(changes, survival, rng);
        let mut lengths = vec![self.length];
        for (number, change) in changes.iter().enumerate() {
            match change {
                Change::SetLength(length) if fate.resize_survives(*length) => {
                    self.resize(*length);
                    lengths = vec![*length];
                }
                Change::SetLength(_) => {}
                Change::Write { position, bytes } => {
                    let longest = lengths.last().copied().unwrap_or_default();
                    let end = position + bytes.len() as u64;
                    if end > longest && fate.may_grow() {
                        lengths.push(end);
                    }
                    for (piece_number, (sector, offset, piece)) in
                        pieces(*position, bytes, SECTOR_BYTES).enumerate()
                    {
                        if fate.sector_survives(number, piece_number, sector, rng) {
                            self.put(sector * SECTOR_BYTES + offset as u64, piece);
                        }
                    }
                }
            }
        }
        let longest = lengths[lengths.len() - 1];
        match survival {
            Survival::Coins => some_length(&lengths, rng),
            Survival::TornTail if rng.in_16(8) => self.length,
            _ => longest,
        }
    }

    /// Back to what the last sync made durable.
    fn revert(&mut self) {
        for (index, page) in std::mem::take(&mut self.before) {
            match page {
                Some(page) => self.pages.insert(index, page),
                None => self.pages.remove(&index),
            };
        }
        self.length = self.durable_length;
        self.reserved_pages = self.durable_reserved_pages;
        self.changes.clear();
        self.dropped.clear();
        self.count_pages();
    }

    fn put(&mut self, position: u64, bytes: &[u8]) {
        for (index, offset, piece) in pieces(position, bytes, PAGE_BYTES) {
            self.page_to_change(index)[offset..offset + piece.len()].copy_from_slice(piece);
        }
        self.length = self.length.max(position + bytes.len() as u64);
    }

    fn resize(&mut self, length: u64) {
        if length < self.length {
            let first_gone = length.div_ceil(PAGE_BYTES);
            for (index, page) in self.pages.split_off(&first_gone) {
                self.before.entry(index).or_insert(Some(page));
            }
            let kept = (length % PAGE_BYTES) as usize;
            if kept > 0 && self.pages.contains_key(&(length / PAGE_BYTES)) {
                self.page_to_change(length / PAGE_BYTES)[kept..].fill(0);
            }
        }
        self.length = length;
    }

    /// The page, its image remembered first.
    fn page_to_change(&mut self, index: u64) -> &mut [u8; PAGE_BYTES as usize] {
        if let Entry::Vacant(unremembered) = self.before.entry(index) {
            unremembered.insert(self.pages.get(&index).cloned());
        }
        self.dropped.remove(&index);
        let page = match self.pages.entry(index) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(missing) => {
                self.allocated_pages += u64::from(index >= self.reserved_pages);
                missing.insert(zeros())
            }
        };
        Arc::make_mut(page)
    }

    /// Cuts are durable now: what they removed is gone from the remembered images as well.
    fn forget_cut_bytes(&mut self) {
        let cuts = self.changes.iter().filter_map(|change| match change {
            Change::SetLength(length) => Some(*length),
            Change::Write { .. } => None,
        });
        let Some(shortest) = cuts.min() else { return };
        for (index, page) in &mut self.before {
            let kept = shortest.saturating_sub(index * PAGE_BYTES).min(PAGE_BYTES) as usize;
            if let Some(page) = page {
                Arc::make_mut(page)[kept..].fill(0);
            }
        }
    }

    /// A page's bytes as a write of them, for one whose history is forgotten.
    fn rewrite_of(&self, index: u64) -> Change {
        let position = index * PAGE_BYTES;
        let mut bytes = vec![0; (self.length - position).min(PAGE_BYTES) as usize];
        self.read(position, &mut bytes);
        Change::Write { position, bytes }
    }

    fn count_pages(&mut self) {
        self.allocated_pages = self.reserved_pages + self.pages.range(self.reserved_pages..).count() as u64;
    }
}

/// Which changes a power cut spares; see the module for the rules.
struct Fate {
    survival: Survival,
    surviving_resizes: u64,
    /// From the first cut that did not survive: sectors from this one on get nothing that was written later.
    closed_from: u64,
    /// Sectors that missed a write, and so all later ones.
    stale: BTreeSet<u64>,
    /// How many of sixteen sectors survive, where each has its own coin.
    chances: u64,
    /// The last write, and the first of its sectors that is lost if it is torn.
    torn: (usize, usize),
}

impl Fate {
    fn draw(changes: &[Change], survival: Survival, rng: &mut Rng) -> Fate {
        let resizes = changes.iter().filter(|change| matches!(change, Change::SetLength(_))).count() as u64;
        let torn = match changes.iter().enumerate().rev().find_map(|(number, change)| match change {
            Change::Write { position, bytes } => {
                Some((number, pieces(*position, bytes, SECTOR_BYTES).count()))
            }
            Change::SetLength(_) => None,
        }) {
            Some((number, sectors)) => (number, rng.below(sectors as u64) as usize),
            None => (usize::MAX, 0),
        };
        Fate {
            survival,
            surviving_resizes: if survival == Survival::Coins { rng.below(resizes + 1) } else { resizes },
            closed_from: u64::MAX,
            stale: BTreeSet::new(),
            chances: 1 + rng.below(15),
            torn,
        }
    }

    fn resize_survives(&mut self, length: u64) -> bool {
        let survives = self.surviving_resizes > 0;
        if survives {
            self.surviving_resizes -= 1;
        } else {
            self.closed_from = self.closed_from.min(length / SECTOR_BYTES);
        }
        survives
    }

    /// Lengths count only while no change of the length was lost.
    fn may_grow(&self) -> bool {
        self.closed_from == u64::MAX
    }

    fn sector_survives(&mut self, change: usize, piece: usize, sector: u64, rng: &mut Rng) -> bool {
        if sector >= self.closed_from || self.stale.contains(&sector) {
            return false;
        }
        let survives = match self.survival {
            Survival::Nothing | Survival::ZeroFilled => false,
            Survival::Everything => true,
            Survival::TornTail => (change, piece) < self.torn,
            Survival::Coins => rng.in_16(self.chances),
        };
        if !survives {
            self.stale.insert(sector);
        }
        survives
    }
}

/// One of the lengths that a file grew to, or a sector's end between it and the one before.
fn some_length(lengths: &[u64], rng: &mut Rng) -> u64 {
    let chosen = rng.below(lengths.len() as u64) as usize;
    let (shorter, length) = (lengths[chosen.saturating_sub(1)], lengths[chosen]);
    if rng.in_16(8) {
        return length;
    }
    let between = shorter + rng.below(length - shorter + 1);
    shorter.max(between - between % SECTOR_BYTES)
}

fn zeros() -> Page {
    Arc::new([0; PAGE_BYTES as usize])
}

/// `bytes` at `position`, split where a multiple of `unit` lies: index of the unit, offset in it, bytes.
fn pieces(position: u64, bytes: &[u8], unit: u64) -> impl Iterator<Item = (u64, usize, &[u8])> {
    let first = bytes.len().min((unit - position % unit) as usize);
    let (head, tail) = bytes.split_at(first);
    std::iter::once((position / unit, (position % unit) as usize, head))
        .chain(tail.chunks(unit as usize).zip(position / unit + 1..).map(|(piece, index)| (index, 0, piece)))
        .filter(|(_, _, piece)| !piece.is_empty())
}

/// [`pieces`], to be filled.
fn pieces_mut(position: u64, bytes: &mut [u8], unit: u64) -> impl Iterator<Item = (u64, usize, &mut [u8])> {
    let first = bytes.len().min((unit - position % unit) as usize);
    let (head, tail) = bytes.split_at_mut(first);
    std::iter::once((position / unit, (position % unit) as usize, head))
        .chain(
            tail.chunks_mut(unit as usize).zip(position / unit + 1..).map(|(piece, index)| (index, 0, piece)),
        )
        .filter(|(_, _, piece)| !piece.is_empty())
}
