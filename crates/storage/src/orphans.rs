//! Segment files that no log names. A crash between a manifest and the removals after it leaves some, and one that takes
//! back a roll leaves that segment's files.
//!
//! What must stay true: a segment is in its log before its files are made, and stays among those that its log let go until
//! they are removed. So a file that was there before its log was looked at, and belongs to neither, is nobody's. Whatever
//! else lies in the directory is not ours to remove.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::directory::LogDirectory;
use crate::index::SegmentName;
use crate::layout;
use crate::log::LogShared;

/// A partition's directory, and the segment files in it.
type Listing = (PathBuf, Vec<(PathBuf, SegmentName)>);

impl LogDirectory {
    /// For the first checkpoint after a start, while no other one runs. What cannot be listed or removed is left for the
    /// next start.
    pub(crate) fn remove_orphans(&self) {
        let Ok(found) = self.list_segment_files() else { return };
        let named = self.named_segments();
        for (directory, files) in &found {
            let is_named =
                |name: SegmentName| named.contains(&(directory.clone(), name.base.0, name.file_number));
            for (file, _) in files.iter().filter(|(_, name)| !is_named(*name)) {
                drop(self.shared.disk.remove(&directory.join(file)));
            }
        }
        self.remove_directories(found.into_iter().map(|(directory, _)| directory));
    }

    fn list_segment_files(&self) -> io::Result<Vec<Listing>> {
        let disk = &self.shared.disk;
        let mut found = Vec::new();
        for directory in disk.list(layout::PARTITIONS.as_ref())? {
            let directory = Path::new(layout::PARTITIONS).join(directory);
            let files = disk.list(&directory)?.into_iter();
            let files = files.filter_map(|file| layout::parse_segment_file(&file).map(|name| (file, name)));
            found.push((directory.clone(), files.collect()));
        }
        Ok(found)
    }

    fn named_segments(&self) -> BTreeSet<(PathBuf, i64, u64)> {
        let logs = self.logs.lock();
        let mut named = BTreeSet::new();
        let mut note = |log: &Arc<LogShared>| {
            let state = log.state.lock();
            let directory = layout::partition_directory(log.partition);
            let segments = state.segments.iter().map(|segment| segment.name);
            for name in segments.chain(state.doomed.iter().copied()) {
                named.insert((directory.clone(), name.base.0, name.file_number));
            }
        };
        logs.by_id.values().for_each(&mut note);
        logs.deleted.iter().for_each(&mut note);
        named
    }

    /// Removes those directories in which no log lives, if they are empty.
    pub(crate) fn remove_directories(&self, directories: impl ExactSizeIterator<Item = PathBuf>) {
        if directories.len() == 0 {
            return;
        }
        // A log that was created meanwhile under the same name may be about to open its first file: not while this is held.
        let logs = self.logs.lock();
        let living: BTreeSet<PathBuf> =
            logs.by_id.values().map(|log| layout::partition_directory(log.partition)).collect();
        for directory in directories.filter(|directory| !living.contains(directory)) {
            drop(self.shared.disk.remove(&directory));
        }
    }
}
