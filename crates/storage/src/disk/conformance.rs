//! The contract of [`Disk`] and [`DiskFile`] as small checks, the same for every implementation.
//!
//! What a power cut leaves cannot be asked of a real disk here; `memory/tests.rs` has those clauses.

use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Disk, DiskFile};

/// Runs every check on a fresh, empty disk of `make`.
pub fn check(make: impl Fn() -> Box<dyn Disk>) {
    let checks: [fn(&dyn Disk); 15] = [
        opening_makes_a_file_only_if_told_to,
        names_are_listed_sorted_and_without_their_directory,
        writes_are_seen_at_once_by_every_handle,
        many_buffers_land_in_order_however_many,
        holes_read_as_zeros,
        reading_behind_the_end_fails,
        cut_bytes_never_come_back,
        reserving_changes_no_length_and_no_byte,
        a_rename_replaces_and_handles_follow_the_file,
        a_directory_moves_with_all_that_is_in_it,
        impossible_renames_change_nothing,
        a_removed_file_lives_on_in_its_handles_and_views,
        only_empty_directories_are_removed,
        serials_stay_with_the_file,
        nothing_outside_the_directory_is_touched,
    ];
    for check in checks {
        check(&*make());
    }
}

fn opening_makes_a_file_only_if_told_to(disk: &dyn Disk) {
    assert_eq!(kind(disk.open("a/b/file".as_ref(), false)), io::ErrorKind::NotFound);
    assert_eq!(names(disk, ""), [""; 0]);
    disk.open("a/b/file".as_ref(), true).unwrap();
    disk.open("a/b/file".as_ref(), false).unwrap();
    assert_eq!(kind(disk.open("a/b".as_ref(), false)), io::ErrorKind::IsADirectory);
    assert_eq!(kind(disk.open("a/b".as_ref(), true)), io::ErrorKind::IsADirectory);
    assert_eq!(kind(disk.open("a/b/file/below".as_ref(), true)), io::ErrorKind::NotADirectory);
    assert!(disk.free_bytes().unwrap() > 0);
    disk.sync_directory("a/b".as_ref()).unwrap();
    assert_eq!(kind(disk.sync_directory("a/c".as_ref())), io::ErrorKind::NotFound);
}

fn names_are_listed_sorted_and_without_their_directory(disk: &dyn Disk) {
    for path in ["d/10", "d/9", "d/1/x", "d/a", "b"] {
        disk.open(path.as_ref(), true).unwrap();
    }
    assert_eq!(names(disk, ""), ["b", "d"]);
    assert_eq!(names(disk, "d"), ["1", "10", "9", "a"]);
    assert_eq!(names(disk, "./d/1"), ["x"]);
    assert_eq!(names(disk, "d/nowhere/else"), [""; 0]);
    assert_eq!(kind(disk.list("b".as_ref())), io::ErrorKind::NotADirectory);
}

fn writes_are_seen_at_once_by_every_handle(disk: &dyn Disk) {
    let (one, other) = (file(disk, "file"), file(disk, "file"));
    write(&*one, 0, b"hello world");
    assert_eq!(content(&*other), b"hello world");
    write(&*other, 6, b"reader, writer");
    assert_eq!(content(&*one), b"hello reader, writer");
    one.sync_data().unwrap();
    assert_eq!(content(&*one), b"hello reader, writer");
    assert_eq!(&*one.view(5).unwrap(), b"hello");
}

fn many_buffers_land_in_order_however_many(disk: &dyn Disk) {
    let file = file(disk, "file");
    let pieces: Vec<Vec<u8>> = (0..3_000_usize).map(|number| vec![number as u8; number % 7]).collect();
    let buffers: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    file.write_all_at(&buffers, 5).unwrap();
    assert_eq!(content(&*file)[5..], pieces.concat());
    file.write_all_at(&[], 1 << 20).unwrap();
    file.write_all_at(&[IoSlice::new(&[])], 1 << 20).unwrap();
    assert_eq!(file.length().unwrap(), 5 + pieces.concat().len() as u64);
}

fn holes_read_as_zeros(disk: &dyn Disk) {
    let file = file(disk, "file");
    write(&*file, 10_000, b"x");
    assert_eq!(file.length().unwrap(), 10_001);
    let mut expected = vec![0; 10_001];
    expected[10_000] = b'x';
    assert_eq!(content(&*file), expected);
    assert_eq!(&*file.view(10_001).unwrap(), expected);
}

fn reading_behind_the_end_fails(disk: &dyn Disk) {
    let file = file(disk, "file");
    write(&*file, 0, b"12345");
    let read = |length: usize, position| file.read_exact_at(&mut vec![0; length], position);
    read(5, 0).unwrap();
    read(0, 5).unwrap();
    for (length, position) in [(6, 0), (1, 5), (1, 1 << 40)] {
        assert_eq!(kind(read(length, position)), io::ErrorKind::UnexpectedEof);
    }
    assert_eq!(&*file.view(0).unwrap(), b"");
    assert_eq!(kind(file.view(6)), io::ErrorKind::UnexpectedEof);
}

fn cut_bytes_never_come_back(disk: &dyn Disk) {
    let file = file(disk, "file");
    write(&*file, 0, &[7; 9_000]);
    file.sync_data().unwrap();
    file.set_length(100).unwrap();
    assert_eq!(content(&*file), [7; 100]);
    file.set_length(9_000).unwrap();
    assert_eq!(content(&*file), [vec![7; 100], vec![0; 8_900]].concat());
    file.set_length(0).unwrap();
    write(&*file, 200, b"x");
    assert_eq!(content(&*file), [vec![0; 200], vec![b'x']].concat());
}

fn reserving_changes_no_length_and_no_byte(disk: &dyn Disk) {
    let file = file(disk, "file");
    write(&*file, 0, b"before");
    file.reserve(100_000).unwrap();
    file.reserve(10).unwrap();
    file.reserve(0).unwrap();
    assert_eq!(content(&*file), b"before");
    write(&*file, 99_999, b"and behind");
    assert_eq!(file.length().unwrap(), 100_009);
}

fn a_rename_replaces_and_handles_follow_the_file(disk: &dyn Disk) {
    let (old, new) = (file(disk, "manifest"), file(disk, "manifest.new"));
    write(&*old, 0, b"old");
    write(&*new, 0, b"new");
    disk.rename("manifest.new".as_ref(), "manifest".as_ref()).unwrap();
    disk.sync_directory("".as_ref()).unwrap();
    assert_eq!(names(disk, ""), ["manifest"]);
    assert_eq!(content(&*disk.open("manifest".as_ref(), false).unwrap()), b"new");
    write(&*new, 3, b"er");
    assert_eq!(content(&*disk.open("manifest".as_ref(), false).unwrap()), b"newer");
    assert_eq!(content(&*old), b"old");
}

fn a_directory_moves_with_all_that_is_in_it(disk: &dyn Disk) {
    write(&*file(disk, "partitions/a-0/1.log"), 0, b"log");
    file(disk, "stray/other");
    disk.rename("partitions/a-0".as_ref(), "stray/a-0".as_ref()).unwrap();
    disk.sync_directory("stray".as_ref()).unwrap();
    disk.sync_directory("partitions".as_ref()).unwrap();
    assert_eq!(names(disk, "partitions"), [""; 0]);
    assert_eq!(names(disk, "stray"), ["a-0", "other"]);
    assert_eq!(content(&*disk.open("stray/a-0/1.log".as_ref(), false).unwrap()), b"log");
}

fn impossible_renames_change_nothing(disk: &dyn Disk) {
    for path in ["file", "empty/gone", "full/file"] {
        file(disk, path);
    }
    disk.remove("empty/gone".as_ref()).unwrap();
    let rename = |from: &str, to: &str| disk.rename(from.as_ref(), to.as_ref());
    assert_eq!(kind(rename("nothing", "file")), io::ErrorKind::NotFound);
    assert_eq!(kind(rename("file", "nowhere/file")), io::ErrorKind::NotFound);
    assert_eq!(kind(rename("file", "empty")), io::ErrorKind::IsADirectory);
    assert_eq!(kind(rename("empty", "file")), io::ErrorKind::NotADirectory);
    assert_eq!(kind(rename("empty", "full")), io::ErrorKind::DirectoryNotEmpty);
    assert_eq!(kind(rename("full", "full/below")), io::ErrorKind::InvalidInput);
    rename("file", "file").unwrap();
    assert_eq!(names(disk, ""), ["empty", "file", "full"]);
    rename("full", "empty").unwrap();
    assert_eq!(names(disk, ""), ["empty", "file"]);
    assert_eq!(names(disk, "empty"), ["file"]);
}

fn a_removed_file_lives_on_in_its_handles_and_views(disk: &dyn Disk) {
    let file = file(disk, "file");
    write(&*file, 0, b"still here");
    let view = file.view(10).unwrap();
    disk.remove("file".as_ref()).unwrap();
    disk.sync_directory("".as_ref()).unwrap();
    assert_eq!(names(disk, ""), [""; 0]);
    assert_eq!(kind(disk.remove("file".as_ref())), io::ErrorKind::NotFound);
    assert_eq!(content(&*file), b"still here");
    drop(file);
    assert_eq!(&*view, b"still here");
    assert_eq!(content(&*disk.open("file".as_ref(), true).unwrap()), b"");
}

fn only_empty_directories_are_removed(disk: &dyn Disk) {
    file(disk, "a/b/file");
    assert_eq!(kind(disk.remove("a".as_ref())), io::ErrorKind::DirectoryNotEmpty);
    disk.remove("a/b/file".as_ref()).unwrap();
    disk.remove("a/b".as_ref()).unwrap();
    assert_eq!(names(disk, "a"), [""; 0]);
    disk.sync_directory("a".as_ref()).unwrap();
    file(disk, "a/b/file");
    assert_eq!(names(disk, "a/b"), ["file"]);
}

fn serials_stay_with_the_file(disk: &dyn Disk) {
    let (one, other) = (file(disk, "one"), file(disk, "other"));
    let serial = one.serial().unwrap();
    assert_ne!(serial, other.serial().unwrap());
    write(&*one, 0, b"x");
    disk.rename("one".as_ref(), "other".as_ref()).unwrap();
    assert_eq!(disk.open("other".as_ref(), false).unwrap().serial().unwrap(), serial);
}

fn nothing_outside_the_directory_is_touched(disk: &dyn Disk) {
    file(disk, "inside");
    for outside in ["/etc/hostname", "..", "../inside", "a/../../inside"] {
        assert_eq!(kind(disk.open(outside.as_ref(), true)), io::ErrorKind::InvalidInput, "{outside}");
        assert_eq!(kind(disk.list(outside.as_ref())), io::ErrorKind::InvalidInput, "{outside}");
        assert_eq!(kind(disk.remove(outside.as_ref())), io::ErrorKind::InvalidInput, "{outside}");
        assert_eq!(kind(disk.sync_directory(outside.as_ref())), io::ErrorKind::InvalidInput, "{outside}");
        for (from, to) in [("inside", outside), (outside, "inside")] {
            let renamed = disk.rename(from.as_ref(), to.as_ref());
            assert_eq!(kind(renamed), io::ErrorKind::InvalidInput, "{outside}");
        }
    }
    for root in ["", "."] {
        assert_eq!(kind(disk.open(root.as_ref(), true)), io::ErrorKind::InvalidInput);
        assert_eq!(kind(disk.remove(root.as_ref())), io::ErrorKind::InvalidInput);
        assert_eq!(kind(disk.rename("inside".as_ref(), root.as_ref())), io::ErrorKind::InvalidInput);
        disk.sync_directory(root.as_ref()).unwrap();
    }
    assert_eq!(names(disk, ""), ["inside"]);
}

fn file(disk: &dyn Disk, path: &str) -> Arc<dyn DiskFile> {
    disk.open(path.as_ref(), true).unwrap()
}

fn write(file: &dyn DiskFile, position: u64, bytes: &[u8]) {
    file.write_all_at(&[IoSlice::new(bytes)], position).unwrap();
}

fn content(file: &dyn DiskFile) -> Vec<u8> {
    let mut bytes = vec![0; file.length().unwrap() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn names(disk: &dyn Disk, directory: &str) -> Vec<String> {
    let names: Vec<PathBuf> = disk.list(directory.as_ref()).unwrap();
    names.into_iter().map(|name| name.to_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn kind<T>(result: io::Result<T>) -> io::ErrorKind {
    match result {
        Ok(_) => panic!("this must fail"),
        Err(error) => error.kind(),
    }
}
