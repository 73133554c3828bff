//! The tree of names: as the system shows it now, and what of it a power cut may leave.
//!
//! Every directory has its entries twice, as they are now and as they are on the medium. What made them differ waits in
//! `changes`, in order, until each directory that a change touches was synced.
//!
//! What must stay true: a change becomes durable (or survives a power cut) only together with the earlier ones that it
//! builds on, so every surviving tree is one that these changes could have made; a rename is one change, so a file has
//! its old name or its new one, never both, never neither.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

/// The number of a file or directory; never used twice on a disk.
pub type NodeId = u64;

const ROOT: NodeId = 0;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    File(NodeId),
    Directory(NodeId),
}

/// A place for a name: in which directory, and which name.
type Slot = (NodeId, OsString);
type Entries = BTreeMap<OsString, Node>;

/// See the module.
#[derive(Debug)]
pub struct Names {
    directories: BTreeMap<NodeId, Directory>,
    changes: Vec<Change>,
    next: NodeId,
}

#[derive(Debug, Default)]
struct Directory {
    now: Entries,
    durable: Entries,
}

/// `node` moves between slots: it is new without `from`, removed without `to`.
#[derive(Debug)]
struct Change {
    node: Node,
    from: Option<Slot>,
    to: Option<Slot>,
    replaced: Option<Node>,
    /// Touched directories that were not synced since.
    waits_for: Vec<NodeId>,
}

impl Names {
    pub fn new() -> Names {
        Names {
            directories: BTreeMap::from([(ROOT, Directory::default())]),
            changes: Vec::new(),
            next: ROOT + 1,
        }
    }

    pub fn find(&self, names: &[&OsStr]) -> io::Result<Node> {
        let mut node = Node::Directory(ROOT);
        for name in names {
            let Node::Directory(directory) = node else { return Err(io::ErrorKind::NotADirectory.into()) };
            node = *self.entries(directory).get(*name).ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    /// The names in a directory, sorted; none if it does not exist.
    pub fn list(&self, names: &[&OsStr]) -> io::Result<Vec<PathBuf>> {
        match self.find_directory(names) {
            Ok(directory) => Ok(self.entries(directory).keys().map(PathBuf::from).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// A new file, and the directories that lead to it; nothing has its name.
    pub fn create(&mut self, names: &[&OsStr]) -> io::Result<NodeId> {
        let Some((name, parents)) = names.split_last() else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let mut directory = ROOT;
        for parent in parents {
            directory = match self.entries(directory).get(*parent) {
                Some(Node::Directory(child)) => *child,
                Some(Node::File(_)) => return Err(io::ErrorKind::NotADirectory.into()),
                None => {
                    let child = self.next_id();
                    self.directories.insert(child, Directory::default());
                    self.change(Node::Directory(child), None, Some((directory, parent.into())));
                    child
                }
            };
        }
        let file = self.next_id();
        self.change(Node::File(file), None, Some((directory, name.into())));
        Ok(file)
    }

    /// Returns what lost its name to the one that moved.
    pub fn rename(&mut self, from: &[&OsStr], to: &[&OsStr]) -> io::Result<Option<Node>> {
        let node = self.find(from)?;
        let (from_slot, to_slot) = (self.slot(from)?, self.slot(to)?);
        let replaced = self.entries(to_slot.0).get(&to_slot.1).copied();
        if replaced == Some(node) {
            return Ok(None);
        }
        match (node, replaced) {
            (Node::File(_), Some(Node::Directory(_))) => return Err(io::ErrorKind::IsADirectory.into()),
            (Node::Directory(_), Some(Node::File(_))) => return Err(io::ErrorKind::NotADirectory.into()),
            (Node::Directory(_), _) if to.starts_with(from) => return Err(io::ErrorKind::InvalidInput.into()),
            (Node::Directory(_), Some(Node::Directory(replaced))) => self.require_empty(replaced)?,
            (_, None) | (Node::File(_), Some(Node::File(_))) => {}
        }
        self.change(node, Some(from_slot), Some(to_slot));
        Ok(replaced)
    }

    /// Returns what lost its name.
    pub fn remove(&mut self, names: &[&OsStr]) -> io::Result<Node> {
        let node = self.find(names)?;
        if let Node::Directory(directory) = node {
            self.require_empty(directory)?;
        }
        let slot = self.slot(names)?;
        self.change(node, Some(slot), None);
        Ok(node)
    }

    /// Makes the names in a directory durable, and those that lead to it.
    pub fn sync(&mut self, names: &[&OsStr]) -> io::Result<()> {
        let synced = self.find_directory(names)?;
        let path: Vec<Node> = (1..=names.len()).filter_map(|depth| self.find(&names[..depth]).ok()).collect();
        for change in &mut self.changes {
            if path.contains(&change.node) {
                change.waits_for.clear();
            } else {
                change.waits_for.retain(|directory| *directory != synced);
            }
        }
        let mut is_durable: Vec<bool> =
            self.changes.iter().map(|change| change.waits_for.is_empty()).collect();
        for (later, change) in self.changes.iter().enumerate().rev() {
            let (earlier, this_and_later) = is_durable.split_at_mut(later);
            if this_and_later[0] {
                for (is_durable, earlier) in earlier.iter_mut().zip(&self.changes) {
                    *is_durable |= change.builds_on(earlier);
                }
            }
        }
        let changes = std::mem::take(&mut self.changes);
        for (change, is_durable) in changes.into_iter().zip(is_durable) {
            if is_durable {
                self.apply(&change, |directory| &mut directory.durable);
            } else {
                self.changes.push(change);
            }
        }
        Ok(())
    }

    /// Loses power. `survives` is asked for each change that could still survive, oldest first.
    pub fn cut_power(&mut self, mut survives: impl FnMut() -> bool) {
        let mut lost: Vec<Change> = Vec::new();
        for change in std::mem::take(&mut self.changes) {
            if lost.iter().any(|lost| change.builds_on(lost)) || !survives() {
                lost.push(change);
            } else {
                self.apply(&change, |directory| &mut directory.durable);
            }
        }
        for directory in self.directories.values_mut() {
            directory.now = directory.durable.clone();
        }
    }

    /// Forgets directories that no name leads to, now or after a power cut; returns the files that one leads to.
    pub fn sweep(&mut self) -> BTreeSet<NodeId> {
        let mut files = BTreeSet::new();
        let mut directories = BTreeSet::new();
        let mut nodes: Vec<Node> = vec![Node::Directory(ROOT)];
        nodes.extend(self.changes.iter().flat_map(|change| [Some(change.node), change.replaced]).flatten());
        while let Some(node) = nodes.pop() {
            match node {
                Node::File(file) => {
                    files.insert(file);
                }
                Node::Directory(id) if directories.insert(id) => {
                    let directory = &self.directories[&id];
                    nodes.extend(directory.now.values().chain(directory.durable.values()));
                }
                Node::Directory(_) => {}
            }
        }
        self.directories.retain(|id, _| directories.contains(id));
        files
    }

    /// Every file's path now.
    pub fn files(&self) -> Vec<(PathBuf, NodeId)> {
        let mut files = Vec::new();
        let mut directories = vec![(PathBuf::new(), ROOT)];
        while let Some((path, directory)) = directories.pop() {
            for (name, node) in self.entries(directory) {
                match node {
                    Node::File(file) => files.push((path.join(name), *file)),
                    Node::Directory(child) => directories.push((path.join(name), *child)),
                }
            }
        }
        files.sort();
        files
    }

    /// Changes that a power cut may undo.
    pub fn unsynced_changes(&self) -> usize {
        self.changes.len()
    }

    fn next_id(&mut self) -> NodeId {
        self.next += 1;
        self.next - 1
    }

    fn entries(&self, directory: NodeId) -> &Entries {
        &self.directories[&directory].now
    }

    fn find_directory(&self, names: &[&OsStr]) -> io::Result<NodeId> {
        match self.find(names)? {
            Node::Directory(directory) => Ok(directory),
            Node::File(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn slot(&self, names: &[&OsStr]) -> io::Result<Slot> {
        let Some((name, parents)) = names.split_last() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        Ok((self.find_directory(parents)?, name.into()))
    }

    fn require_empty(&self, directory: NodeId) -> io::Result<()> {
        if self.entries(directory).is_empty() { Ok(()) } else { Err(io::ErrorKind::DirectoryNotEmpty.into()) }
    }

    fn change(&mut self, node: Node, from: Option<Slot>, to: Option<Slot>) {
        let mut waits_for: Vec<NodeId> = [&from, &to].into_iter().flatten().map(|slot| slot.0).collect();
        waits_for.dedup();
        let replaced = to.as_ref().and_then(|(directory, name)| self.entries(*directory).get(name).copied());
        let change = Change { node, from, to, replaced, waits_for };
        self.apply(&change, |directory| &mut directory.now);
        self.changes.push(change);
    }

    fn apply(&mut self, change: &Change, entries: fn(&mut Directory) -> &mut Entries) {
        if let Some((directory, name)) = &change.from {
            entries(self.directory(*directory)).remove(name);
        }
        if let Some((directory, name)) = &change.to {
            entries(self.directory(*directory)).insert(name.clone(), change.node);
        }
    }

    fn directory(&mut self, id: NodeId) -> &mut Directory {
        self.directories.get_mut(&id).expect("a directory is kept while a name or a change leads to it")
    }
}

impl Change {
    /// Whether this change makes no sense without that earlier one.
    fn builds_on(&self, earlier: &Change) -> bool {
        let shares_a_slot = self.slots().any(|slot| earlier.slots().any(|other| slot == other));
        // A name in a directory needs the directory; one that is removed must have been emptied.
        let is_in_a_new_directory =
            earlier.from.is_none() && self.slots().any(|slot| earlier.node.is(slot.0));
        let needed_it_emptied =
            self.loses_its_name().is_some_and(|node| earlier.slots().any(|slot| node.is(slot.0)));
        // Moved directories could end up inside each other.
        let both_move_directories = self.moves_a_directory() && earlier.moves_a_directory();
        shares_a_slot || is_in_a_new_directory || needed_it_emptied || both_move_directories
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.from.iter().chain(&self.to)
    }

    fn loses_its_name(&self) -> Option<Node> {
        if self.to.is_none() { Some(self.node) } else { self.replaced }
    }

    fn moves_a_directory(&self) -> bool {
        matches!(self.node, Node::Directory(_)) && self.from.is_some() && self.to.is_some()
    }
}

impl Node {
    fn is(self, directory: NodeId) -> bool {
        self == Node::Directory(directory)
    }
}
