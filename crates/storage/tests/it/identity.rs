//! Which directories are opened, which are formatted, and which are refused, with a sentence that says what to do.

use std::io::IoSlice;
use std::path::Path;
use std::sync::Arc;

use tidelog_storage::disk::{Disk, MemoryDisk, Survival};
use tidelog_storage::{FormatError, LogDirectory, OpenError, Options};

use crate::support::{append, commit, open, partition, read_all};

const FRESH_ID: u128 = 0xABCD;

fn open_as(
    disk: &MemoryDisk,
    journal_disk: &MemoryDisk,
    fresh_id: u128,
    adopt: bool,
) -> Result<(LogDirectory, usize, bool), OpenError> {
    let options = Options { journal_bytes: 64 << 10, round_bytes: 8 << 10, adopt, ..Options::default() };
    let (disk, journal_disk) = (Arc::new(disk.clone()), Arc::new(journal_disk.clone()));
    let (directory, logs, report) = LogDirectory::open(disk, journal_disk, options, fresh_id)?;
    Ok((directory, logs.len(), report.formatted))
}

fn read(disk: &MemoryDisk, path: &Path) -> Vec<u8> {
    let file = disk.open(path, false).unwrap();
    let mut bytes = vec![0; file.length().unwrap() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn write(disk: &MemoryDisk, path: &Path, bytes: &[u8]) {
    let file = disk.open(path, true).unwrap();
    file.set_length(0).unwrap();
    file.write_all_at(&[IoSlice::new(bytes)], 0).unwrap();
    file.sync_data().unwrap();
    disk.sync_directory(path.parent().unwrap()).unwrap();
}

/// A directory with one log that holds one batch; returns the batch.
fn used(disk: &MemoryDisk) -> Vec<u8> {
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    let batch = append(&mut log, b"value");
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    batch
}

/// As `cp -r` makes it: the same bytes in other files.
fn copy(disk: &MemoryDisk) -> MemoryDisk {
    let other = MemoryDisk::new(77);
    let mut directories = vec![Path::new("").to_owned()];
    while let Some(directory) = directories.pop() {
        for name in disk.list(&directory).unwrap() {
            let path = directory.join(name);
            match disk.open(&path, false) {
                Ok(_) => write(&other, &path, &read(disk, &path)),
                Err(_) => directories.push(path),
            }
        }
    }
    other
}

#[test]
fn an_empty_directory_is_formatted_and_keeps_its_identity() {
    let disk = MemoryDisk::new(1);
    for name in ["lock", "lost+found/x"] {
        disk.open(name.as_ref(), true).unwrap();
    }
    let (directory, logs, formatted) = open_as(&disk, &disk, FRESH_ID, false).unwrap();
    assert_eq!((directory.id(), logs, formatted), (FRESH_ID, 0, true));
    drop(directory);
    let disk = disk.crash_with(Survival::Nothing);
    let (directory, logs, formatted) = open_as(&disk, &disk, 0xFFFF, false).unwrap();
    assert_eq!((directory.id(), logs, formatted), (FRESH_ID, 0, false));
}

#[test]
fn formatting_that_is_cut_at_any_operation_leaves_a_directory_that_opens() {
    let survivals =
        [Survival::Nothing, Survival::Everything, Survival::Coins, Survival::TornTail, Survival::ZeroFilled];
    for survival in survivals {
        for nth in 1.. {
            let disk = MemoryDisk::new(nth);
            disk.cut_after(nth);
            let is_done = open_as(&disk, &disk, FRESH_ID, false).is_ok();
            if is_done && !disk.is_off() {
                assert!(nth > 12, "{nth}");
                break;
            }
            let disk = disk.crash_with(survival);
            let opened = open_as(&disk, &disk, FRESH_ID + 1, false);
            let (directory, logs, _) =
                opened.unwrap_or_else(|error| panic!("cut at {nth}, {survival:?}: {error}"));
            assert!([FRESH_ID, FRESH_ID + 1].contains(&directory.id()) && logs == 0);
        }
    }
}

#[test]
fn a_directory_with_somebody_elses_files_is_refused_and_left_alone() {
    let disk = MemoryDisk::new(1);
    write(&disk, "notes.txt".as_ref(), b"mine");
    let refused = open_as(&disk, &disk, FRESH_ID, false).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the directory holds 'notes.txt' but no identity of a Tidelog log directory: name an empty or a Tidelog directory"
    );
    assert_eq!(disk.list("".as_ref()).unwrap(), [Path::new("notes.txt")]);
}

#[test]
fn what_a_newer_build_wrote_is_refused_by_version() {
    for path in ["identity", "manifest", "journal"] {
        let disk = MemoryDisk::new(1);
        used(&disk);
        let mut image = read(&disk, path.as_ref());
        image[5] = 9;
        write(&disk, path.as_ref(), &image);
        let refused = open_as(&disk, &disk, FRESH_ID, false).unwrap_err();
        let OpenError::Format { path: found, source } = refused else { panic!("{refused}") };
        assert_eq!((found, source), (path.into(), FormatError::Newer { version: 9, newest: 1 }));
    }
}

#[test]
fn files_of_two_directories_are_not_mixed() {
    for path in ["manifest", "journal"] {
        let (disk, other) = (MemoryDisk::new(1), MemoryDisk::new(2));
        used(&disk);
        drop(open_as(&other, &other, 0xBEEF, false).unwrap());
        write(&disk, path.as_ref(), &read(&other, path.as_ref()));
        let refused = open_as(&disk, &disk, FRESH_ID, false).unwrap_err();
        let OpenError::Mixed { path: found_path, found, expected } = refused else { panic!("{refused}") };
        assert_eq!((found_path, found, expected), (path.into(), 0xBEEF, 0xF00D));
    }
}

#[test]
fn a_file_under_another_ones_name_and_a_missing_one_are_refused() {
    let disk = MemoryDisk::new(1);
    used(&disk);
    let identity = read(&disk, "identity".as_ref());
    write(&disk, "identity".as_ref(), &read(&disk, "manifest".as_ref()));
    let refused = open_as(&disk, &disk, FRESH_ID, false).unwrap_err();
    assert!(
        matches!(refused, OpenError::Format { source: FormatError::WrongKind { found: 2, expected: 1 }, .. }),
        "{refused}"
    );
    write(&disk, "identity".as_ref(), &identity);
    for path in ["journal", "manifest"] {
        disk.remove(path.as_ref()).unwrap();
        let refused = open_as(&disk, &disk, FRESH_ID, false).unwrap_err().to_string();
        assert_eq!(refused, format!("{path}: entity not found"));
        if path == "journal" {
            write(&disk, path.as_ref(), b"");
            let refused = open_as(&disk, &disk, FRESH_ID, false).unwrap_err().to_string();
            assert!(refused.starts_with("journal: the file is shorter than"), "{refused}");
        }
    }
}

#[test]
fn a_copy_is_refused_until_it_is_adopted() {
    let disk = MemoryDisk::new(1);
    let batch = used(&disk);
    let copy = copy(&disk);
    let refused = open(copy.clone()).unwrap_err();
    assert!(matches!(refused, OpenError::Cloned { directory_id: 0xF00D }), "{refused}");
    assert!(refused.to_string().contains("--adopt-data-dir"), "{refused}");
    drop(open_as(&copy, &copy, FRESH_ID, true).unwrap());
    for disk in [copy.crash_with(Survival::Nothing), disk] {
        let (_directory, logs) = open(disk).unwrap();
        assert_eq!(read_all(&logs[0].reader()).unwrap(), batch);
    }
}

#[test]
fn a_journal_that_somebody_uses_is_not_formatted_away() {
    let (data, journal) = (MemoryDisk::new(1), MemoryDisk::new(2));
    let (directory, ..) = open_as(&data, &journal, 0xBEEF, false).unwrap();
    let mut log = directory.create(partition(0));
    let batch = append(&mut log, b"acknowledged, and in the journal alone");
    commit(&directory).unwrap();
    drop((directory, log));
    // Another node, whose operator named that journal's directory by mistake.
    let refused = open_as(&MemoryDisk::new(3), &journal, FRESH_ID, false).unwrap_err();
    assert!(matches!(refused, OpenError::Mixed { found: 0xBEEF, expected: FRESH_ID, .. }), "{refused}");
    // The same one, whose identity somebody removed.
    let identity = read(&data, "identity".as_ref());
    data.remove("identity".as_ref()).unwrap();
    let refused = open_as(&data, &journal, FRESH_ID, false).unwrap_err();
    assert!(matches!(refused, OpenError::Mixed { found: 0xBEEF, expected: FRESH_ID, .. }), "{refused}");
    write(&data, "identity".as_ref(), &identity);
    let options = Options { adopt: true, ..Options::default() };
    let (_directory, logs, _) =
        LogDirectory::open(Arc::new(data), Arc::new(journal), options, FRESH_ID).unwrap();
    assert_eq!(read_all(&logs[0].reader()).unwrap(), batch);
}
