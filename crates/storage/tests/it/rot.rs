//! Rot: each byte of each file of a small directory, one bit after the other turned. Whatever then comes of a start and of
//! reading everything is an error, or exactly what was acknowledged; never other bytes, never a silent loss.

use std::collections::BTreeMap;
use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tidelog_model::{LeaderEpoch, Offset};
use tidelog_storage::disk::{Disk, MemoryDisk};
use tidelog_storage::{Log, LogDirectory, OpenError, Options, ReadError};

use crate::support::{append, append_batch, at, commit, partition, read_all};

/// What a turned bit came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    /// The directory is refused.
    Refused,
    /// It opens, and reading reports the damage.
    Reported,
    /// Everything is there as it was.
    Harmless,
    /// The newest frame of the journal is gone, as if it had never been finished.
    NewestFrameLost,
}

/// Its logs, byte for byte, and where they begin.
type Content = Vec<(Offset, Vec<u8>)>;

fn open(disk: &MemoryDisk) -> Result<(LogDirectory, Vec<Log>), OpenError> {
    let options = Options { journal_bytes: 64 << 10, round_bytes: 8 << 10, ..Options::default() };
    let disk = Arc::new(disk.clone());
    let (directory, logs, _) = LogDirectory::open(disk.clone(), disk, options, 0xF00D)?;
    Ok((directory, logs))
}

fn content(logs: &[Log]) -> Result<Content, ReadError> {
    logs.iter().map(|log| Ok((log.start().0, read_all(&log.reader())?))).collect()
}

/// Two logs: sealed segments, active ones, epochs, snapshots, a manifest, and three frames behind it.
/// Returns what was acknowledged, and what was before the newest frame.
fn live(disk: &MemoryDisk) -> (Content, Content) {
    let (directory, _) = open(disk).unwrap();
    let mut logs: Vec<Log> = (0..2).map(|index| directory.create(partition(index))).collect();
    for log in &mut logs {
        log.assign_epoch(LeaderEpoch(0));
        append_batch(log, &[1_000, 1_001, 1_002], b"first");
        append(log, b"second");
        log.roll(at(1_000), Some(b"producers".as_slice().into()));
        append(log, b"third");
        append(log, b"fourth");
    }
    logs[1].trim(Offset(1)).unwrap();
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    append(&mut logs[0], b"in the journal");
    commit(&directory).unwrap();
    append(&mut logs[1], b"in the journal, too");
    commit(&directory).unwrap();
    let before = content(&logs).unwrap();
    append(&mut logs[0], b"in the newest frame");
    commit(&directory).unwrap();
    (content(&logs).unwrap(), before)
}

fn files(disk: &MemoryDisk, directory: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for name in disk.list(directory).unwrap() {
        let path = directory.join(name);
        match disk.open(&path, false) {
            Ok(file) => found.push((path, file.length().unwrap())),
            Err(_) => found.extend(files(disk, &path)),
        }
    }
    found
}

fn outcome(disk: &MemoryDisk, acknowledged: &Content, before: &Content) -> Outcome {
    let Ok((_directory, logs)) = open(disk) else { return Outcome::Refused };
    match content(&logs) {
        Err(ReadError::Damaged { .. }) => Outcome::Reported,
        Ok(found) if found == *acknowledged => Outcome::Harmless,
        Ok(found) if found == *before => Outcome::NewestFrameLost,
        other => panic!("{other:?}"),
    }
}

/// Bytes of the frames behind the manifest: a header, and one append each, of a batch with a header and one record.
const FRAME_2: u64 = 64 + 29 + (61 + 7 + 14);
const FRAME_3: u64 = 64 + 29 + (61 + 7 + 19);
const FRAME_4: u64 = 64 + 29 + (61 + 7 + 19);

#[test]
fn every_turned_bit_is_refused_reported_or_harmless() {
    let pristine = || {
        let disk = MemoryDisk::new(1);
        let contents = live(&disk);
        (disk.crash(), contents)
    };
    let (disk, _) = pristine();
    let mut outcomes: BTreeMap<(&str, Outcome), u64> = BTreeMap::new();
    let mut position_in_all = 0;
    let files = files(&disk, Path::new(""));
    let bytes_of = |part: &str| {
        let these = files.iter().filter(|file| file.0.to_string_lossy().ends_with(part));
        these.map(|file| file.1).sum::<u64>()
    };
    for (path, length) in &files {
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("log") => "log",
            Some("bix") => "bix",
            _ => ["identity", "journal", "manifest"]
                .into_iter()
                .find(|name| path.as_os_str() == *name)
                .unwrap(),
        };
        for position in 0..*length {
            let (disk, (acknowledged, before)) = pristine();
            // Every byte, each with another of its bits.
            disk.flip_bit(path, position, (position_in_all % 8) as u8).unwrap();
            position_in_all += 3;
            let outcome = outcome(&disk, &acknowledged, &before);
            *outcomes.entry((kind, outcome)).or_default() += 1;
        }
    }
    let outcomes: Vec<_> =
        outcomes.into_iter().map(|((kind, outcome), count)| (kind, outcome, count)).collect();
    let expected = [
        // Entries, and the headers of the two sealed ones.
        ("bix", Outcome::Reported, 8 * 32 + 2 * 44),
        // Padding, and the headers of the two active ones, which their entries make up for.
        ("bix", Outcome::Harmless, 2 * 20 + 2 * 64),
        ("identity", Outcome::Refused, 52),
        // The header, and the two frames whose sync a later one proves.
        ("journal", Outcome::Refused, 44 + FRAME_2 + FRAME_3),
        // Padding, and frame 1, which the manifest has superseded.
        ("journal", Outcome::Harmless, 5 * 4096 - 44 - FRAME_2 - FRAME_3 - FRAME_4),
        ("journal", Outcome::NewestFrameLost, FRAME_4),
        ("log", Outcome::Reported, bytes_of(".log")),
        ("manifest", Outcome::Refused, bytes_of("manifest")),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn every_sector_that_comes_back_as_zeros_is_refused_reported_or_harmless() {
    const SECTOR: u64 = 512;
    let (disk, (acknowledged, before)) = (MemoryDisk::new(1), live(&MemoryDisk::new(1)));
    live(&disk);
    let files = files(&disk, Path::new(""));
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    for (path, length) in &files {
        for position in (0..*length).step_by(SECTOR as usize) {
            let disk = MemoryDisk::new(1);
            live(&disk);
            let zeros = vec![0; SECTOR.min(length - position) as usize];
            let file = disk.open(path, false).unwrap();
            file.write_all_at(&[IoSlice::new(&zeros)], position).unwrap();
            *outcomes.entry(outcome(&disk, &acknowledged, &before)).or_default() += 1;
        }
    }
    let expected = [
        // Identity, two sectors of the manifest, the journal's header and its frames 2 and 3.
        (Outcome::Refused, 1 + 2 + 1 + 2),
        (Outcome::Reported, 4 + 4),
        // Frame 1 has two sectors; the others are padding.
        (Outcome::Harmless, 5 * 8 - 1 - 2 - 1),
        (Outcome::NewestFrameLost, 1),
    ];
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), expected);
}
