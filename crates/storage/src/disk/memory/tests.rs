//! What a power cut may leave and what it may not; faults; space.

use std::collections::BTreeSet;

use super::*;
use crate::disk::conformance;

const SECTOR: usize = 512;

fn open(disk: &MemoryDisk, path: &str) -> Arc<dyn DiskFile> {
    disk.open(path.as_ref(), true).unwrap()
}

fn write(file: &dyn DiskFile, position: usize, bytes: &[u8]) -> io::Result<()> {
    file.write_all_at(&[IoSlice::new(bytes)], position as u64)
}

/// A file that is there and synced, with this content.
fn durable(disk: &MemoryDisk, path: &str, bytes: &[u8]) -> Arc<dyn DiskFile> {
    let file = open(disk, path);
    write(&*file, 0, bytes).unwrap();
    file.sync_data().unwrap();
    disk.sync_directory(Path::new(path).parent().unwrap()).unwrap();
    file
}

fn content(disk: &MemoryDisk, path: &str) -> Vec<u8> {
    let file = disk.open(path.as_ref(), false).unwrap();
    let mut bytes = vec![0; file.length().unwrap() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn names(disk: &MemoryDisk, directory: &str) -> Vec<String> {
    let names = disk.list(directory.as_ref()).unwrap();
    names.into_iter().map(|name| name.to_str().unwrap().to_owned()).collect()
}

/// All that `look` sees after `live` and a power cut, under many seeds.
fn outcomes<T: Ord>(live: impl Fn(&MemoryDisk), look: impl Fn(&MemoryDisk) -> T) -> BTreeSet<T> {
    (0..2_000)
        .map(|seed| {
            let disk = MemoryDisk::new(seed);
            live(&disk);
            look(&disk.crash())
        })
        .collect()
}

/// [`outcomes`] of each sector's first byte.
fn sector_outcomes(live: impl Fn(&MemoryDisk)) -> BTreeSet<String> {
    let first_bytes = |disk: &MemoryDisk| {
        content(disk, "file").chunks(SECTOR).map(|sector| char::from(sector[0])).collect()
    };
    outcomes(live, first_bytes)
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| word.to_string()).collect()
}

#[test]
fn a_memory_disk_keeps_the_contract() {
    conformance::check(|| Box::new(MemoryDisk::new(1)));
}

#[test]
fn any_subset_of_unsynced_sectors_survives_and_no_part_of_one() {
    let live = |disk: &MemoryDisk| {
        let file = durable(disk, "file", &[b'-'; 3 * SECTOR]);
        write(&*file, 0, &[b'x'; 3 * SECTOR]).unwrap();
    };
    assert_eq!(sector_outcomes(live), set(&["---", "--x", "-x-", "-xx", "x--", "x-x", "xx-", "xxx"]));
    let torn_inside = |disk: &MemoryDisk| {
        content(disk, "file").chunks(SECTOR).any(|sector| sector.iter().any(|byte| *byte != sector[0]))
    };
    assert_eq!(outcomes(live, torn_inside), BTreeSet::from([false]));
}

#[test]
fn a_sector_keeps_the_first_so_many_writes_to_it() {
    let live = |disk: &MemoryDisk| {
        let file = durable(disk, "file", b"....");
        for (position, letter) in [b"a", b"b", b"c"].into_iter().enumerate() {
            write(&*file, position, letter).unwrap();
        }
    };
    let found = outcomes(live, |disk| String::from_utf8(content(disk, "file")).unwrap());
    assert_eq!(found, set(&["....", "a...", "ab..", "abc."]));
}

#[test]
fn growth_survives_up_to_any_length_with_zeros_where_the_data_did_not() {
    let live = |disk: &MemoryDisk| {
        let file = durable(disk, "file", &[b'-'; SECTOR]);
        write(&*file, SECTOR, &[b'a'; SECTOR]).unwrap();
        write(&*file, 2 * SECTOR, &[b'b'; 10]).unwrap();
    };
    assert_eq!(
        sector_outcomes(live),
        set(&["-", "-a", "-\0", "-ab", "-\0b", "-a\0", "-\0\0"]),
        "the last sector is there or not, and each one's data is or is not"
    );
    let lengths = outcomes(live, |disk| content(disk, "file").len());
    assert_eq!(lengths, BTreeSet::from([SECTOR, 2 * SECTOR, 2 * SECTOR + 10]));
}

#[test]
fn a_cut_survives_or_not_and_bytes_written_behind_it_only_with_it() {
    let live = |disk: &MemoryDisk| {
        let file = durable(disk, "file", &[b'-'; 3 * SECTOR]);
        file.set_length(SECTOR as u64).unwrap();
        write(&*file, 2 * SECTOR, &[b'x'; 2 * SECTOR]).unwrap();
    };
    // "--x" would be a cut that half survived, "---x" growth of what was never cut; the cut's own hole is zeros.
    let with_the_cut = ["-", "-\0", "-\0\0", "-\0x", "-\0\0\0", "-\0\0x", "-\0x\0", "-\0xx"];
    assert_eq!(sector_outcomes(live), &set(&["---"]) | &set(&with_the_cut));
}

#[test]
fn a_cut_of_many_pages_is_undone_whole() {
    let live = |disk: &MemoryDisk| {
        let file = durable(disk, "file", &[b'-'; 10_000]);
        file.set_length(5_000).unwrap();
        file.set_length(10).unwrap();
    };
    let found = outcomes(live, |disk| String::from_utf8(content(disk, "file")).unwrap());
    assert_eq!(found, set(&[&"-".repeat(10_000), &"-".repeat(5_000), &"-".repeat(10)]));
}

#[test]
fn an_unsynced_name_is_seen_both_ways_and_a_synced_one_always() {
    let create = |disk: &MemoryDisk| drop(open(disk, "a/b/file"));
    let look = |disk: &MemoryDisk| {
        let found = [names(disk, ""), names(disk, "a"), names(disk, "a/b")];
        found.map(|names| names.join(",")).join("/")
    };
    assert_eq!(outcomes(create, look), set(&["//", "a//", "a/b/", "a/b/file"]));
    let sync = |disk: &MemoryDisk| {
        create(disk);
        disk.sync_directory("a/b".as_ref()).unwrap();
    };
    assert_eq!(outcomes(sync, look), set(&["a/b/file"]));
    let remove = |disk: &MemoryDisk| {
        sync(disk);
        disk.remove("a/b/file".as_ref()).unwrap();
    };
    assert_eq!(outcomes(remove, look), set(&["a/b/file", "a/b/"]));
    let remove_and_sync = |disk: &MemoryDisk| {
        remove(disk);
        disk.sync_directory("a/b".as_ref()).unwrap();
    };
    assert_eq!(outcomes(remove_and_sync, look), set(&["a/b/"]));
}

#[test]
fn a_file_has_its_old_name_or_its_new_one_and_after_the_sync_only_the_new() {
    let rename = |disk: &MemoryDisk| {
        durable(disk, "manifest", b"old");
        durable(disk, "manifest.new", b"new");
        disk.rename("manifest.new".as_ref(), "manifest".as_ref()).unwrap();
    };
    let look = |disk: &MemoryDisk| {
        let contents = names(disk, "").into_iter().map(|name| {
            let content = content(disk, &name);
            format!("{name}={}", String::from_utf8(content).unwrap())
        });
        contents.collect::<Vec<String>>().join(" ")
    };
    let both = set(&["manifest=new", "manifest=old manifest.new=new"]);
    assert_eq!(outcomes(rename, look), both);
    let sync = |disk: &MemoryDisk| {
        rename(disk);
        disk.sync_directory("".as_ref()).unwrap();
    };
    assert_eq!(outcomes(sync, look), set(&["manifest=new"]));
}

#[test]
fn a_rename_across_directories_is_certain_only_when_both_are_synced() {
    let rename = |disk: &MemoryDisk, synced: &[&str]| {
        durable(disk, "a/file", b"x");
        durable(disk, "b/other", b"y");
        disk.rename("a/file".as_ref(), "b/file".as_ref()).unwrap();
        synced.iter().for_each(|directory| disk.sync_directory(directory.as_ref()).unwrap());
    };
    let look = |disk: &MemoryDisk| format!("{} {}", names(disk, "a").join(","), names(disk, "b").join(","));
    let both = set(&["file other", " file,other"]);
    assert_eq!(outcomes(|disk| rename(disk, &[]), look), both);
    assert_eq!(outcomes(|disk| rename(disk, &["a"]), look), both);
    assert_eq!(outcomes(|disk| rename(disk, &["b"]), look), both);
    assert_eq!(outcomes(|disk| rename(disk, &["a", "b"]), look), set(&[" file,other"]));
}

#[test]
fn a_file_is_not_lost_with_a_directory_that_it_moved_to_or_from() {
    let live = |disk: &MemoryDisk| {
        durable(disk, "old/file", b"");
        durable(disk, "other/file", b"");
        open(disk, "new/another");
        disk.rename("old/file".as_ref(), "new/file".as_ref()).unwrap();
        disk.rename("other/file".as_ref(), "moved".as_ref()).unwrap();
        disk.remove("old".as_ref()).unwrap();
        disk.remove("other".as_ref()).unwrap();
    };
    let look = |disk: &MemoryDisk| {
        let is_there = |path: &&str| disk.open(path.as_ref(), false).is_ok();
        let first = ["old/file", "new/file"].iter().filter(|path| is_there(path)).count();
        (first, ["other/file", "moved"].iter().filter(|path| is_there(path)).count())
    };
    assert_eq!(outcomes(live, look), BTreeSet::from([(1, 1)]));
}

#[test]
fn syncing_a_directory_makes_the_new_names_of_its_parents_durable() {
    let live = |disk: &MemoryDisk| {
        durable(disk, "a/b/file", b"");
        disk.rename("a".as_ref(), "c".as_ref()).unwrap();
        disk.sync_directory("c/b".as_ref()).unwrap();
    };
    assert_eq!(outcomes(live, |disk| names(disk, "").join(",")), set(&["c"]));
}

#[test]
fn names_that_build_on_each_other_survive_in_order() {
    let live = |disk: &MemoryDisk| {
        durable(disk, "old", b"");
        disk.rename("old".as_ref(), "new".as_ref()).unwrap();
        disk.rename("new".as_ref(), "newest".as_ref()).unwrap();
        open(disk, "new");
    };
    let found = outcomes(live, |disk| names(disk, "").join(","));
    assert_eq!(found, set(&["old", "new", "newest", "new,newest"]));
}

#[test]
fn moved_directories_never_end_up_inside_each_other() {
    let live = |disk: &MemoryDisk| {
        durable(disk, "a/1", b"");
        durable(disk, "b/2", b"");
        for (from, to) in [("a", "b/a"), ("b/a", "c"), ("b", "c/b")] {
            disk.rename(from.as_ref(), to.as_ref()).unwrap();
        }
    };
    let look = |disk: &MemoryDisk| {
        let files = disk.0.lock().names.files();
        files.into_iter().map(|(path, _)| path.display().to_string()).collect::<Vec<String>>().join(" ")
    };
    assert_eq!(outcomes(live, look), set(&["a/1 b/2", "b/2 b/a/1", "b/2 c/1", "c/1 c/b/2"]));
}

#[test]
fn each_survival_leaves_what_it_says() {
    let after = |survival| {
        (0..200)
            .map(|seed| {
                let disk = MemoryDisk::new(seed);
                let file = durable(&disk, "file", &[b'-'; SECTOR]);
                write(&*file, 0, &[b'a'; SECTOR]).unwrap();
                write(&*file, SECTOR, &[b'b'; 2 * SECTOR]).unwrap();
                open(&disk, "new");
                let disk = disk.crash_with(survival);
                let sectors = content(&disk, "file").chunks(SECTOR).map(|s| char::from(s[0])).collect();
                (names(&disk, "").len(), sectors)
            })
            .collect::<BTreeSet<(usize, String)>>()
    };
    let expected = |names: usize, files: &[&str]| {
        files.iter().map(|file| (names, file.to_string())).collect::<BTreeSet<(usize, String)>>()
    };
    assert_eq!(after(Survival::Nothing), expected(1, &["-"]));
    assert_eq!(after(Survival::Everything), expected(2, &["abb"]));
    assert_eq!(after(Survival::ZeroFilled), expected(2, &["-\0\0"]));
    assert_eq!(after(Survival::TornTail), expected(2, &["a", "ab", "a\0\0", "ab\0"]));
}

#[test]
fn a_cut_during_an_operation_leaves_it_done_undone_or_torn_and_the_disk_off() {
    let live = |disk: &MemoryDisk| {
        let file = durable(disk, "file", &[b'-'; 2 * SECTOR]);
        disk.cut_after(1);
        assert_eq!(write(&*file, 0, &[b'x'; 2 * SECTOR]).unwrap_err().to_string(), "powered off");
        assert!(disk.is_off());
        assert!(file.read_exact_at(&mut [0], 0).is_err());
        assert!(file.sync_data().is_err() && file.length().is_err() && file.serial().is_err());
        assert!(disk.list("".as_ref()).is_err() && disk.open("file".as_ref(), false).is_err());
        assert!(disk.free_bytes().is_err());
    };
    assert_eq!(sector_outcomes(live), set(&["--", "-x", "x-", "xx"]));
    let sync = |disk: &MemoryDisk| {
        let file = durable(disk, "file", &[b'-'; SECTOR]);
        disk.cut_after(2);
        write(&*file, 0, &[b'x'; SECTOR]).unwrap();
        assert!(file.sync_data().is_err());
    };
    assert_eq!(sector_outcomes(sync), set(&["-", "x"]));
    let sync_directory = |disk: &MemoryDisk| {
        open(disk, "file");
        disk.cut_after(1);
        assert!(disk.sync_directory("".as_ref()).is_err());
    };
    assert_eq!(outcomes(sync_directory, |disk| names(disk, "").join(",")), set(&["", "file"]));
}

#[test]
fn a_life_can_be_cut_at_each_of_its_operations() {
    let live = |disk: &MemoryDisk| -> io::Result<()> {
        let file = disk.open("d/new".as_ref(), true)?;
        file.reserve(10_000)?;
        file.set_length(10)?;
        write(&*file, 0, b"0123456789")?;
        file.sync_data()?;
        disk.rename("d/new".as_ref(), "d/name".as_ref())?;
        disk.sync_directory("d".as_ref())?;
        disk.remove("d/name".as_ref())
    };
    let disk = MemoryDisk::new(0);
    live(&disk).unwrap();
    assert_eq!(disk.operation_count(), 8);
    for nth in 1..=8 {
        for seed in 0..50 {
            let disk = MemoryDisk::new(seed);
            disk.cut_after(nth);
            assert_eq!(live(&disk).unwrap_err().to_string(), "powered off");
            assert_eq!(disk.operation_count(), nth);
            let found = disk.crash();
            assert_eq!(found.operation_count(), 0);
            match (nth, names(&found, "d").join(",").as_str()) {
                (1..=5, "" | "new") | (6 | 7, "" | "new" | "name") | (8, "" | "name") => {}
                (_, other) => panic!("cut at {nth}, seed {seed}: {other:?}\n{found:#?}"),
            }
        }
    }
}

#[test]
fn every_clone_and_handle_dies_with_the_power_and_the_new_disk_lives() {
    let old = MemoryDisk::new(1);
    let clone = old.clone();
    let file = durable(&old, "file", b"x");
    let new = old.crash();
    assert!(old.is_off() && clone.is_off() && !new.is_off());
    assert!(write(&*file, 0, b"y").is_err() && clone.remove("file".as_ref()).is_err());
    drop(file);
    assert_eq!(content(&new, "file"), b"x");
}

#[test]
#[should_panic(expected = "crashed before")]
fn a_disk_crashes_once() {
    let disk = MemoryDisk::new(1);
    disk.crash();
    disk.crash();
}

#[test]
fn serials_survive_a_power_cut_and_differ_between_disks() {
    let disk = MemoryDisk::new(1);
    let serial = durable(&disk, "file", b"").serial().unwrap();
    let disk = disk.crash();
    assert_eq!(open(&disk, "file").serial().unwrap(), serial);
    assert_ne!(open(&MemoryDisk::new(2), "file").serial().unwrap(), serial);
}

#[test]
fn the_same_seed_and_calls_give_the_same_disk() {
    let life = |seed| {
        let disk = MemoryDisk::new(seed);
        let file = durable(&disk, "file", &[b'-'; 64 * SECTOR]);
        write(&*file, 0, &[b'x'; 64 * SECTOR]).unwrap();
        content(&disk.crash(), "file")
    };
    assert_eq!(life(3), life(3));
    assert_ne!(life(3), life(4));
}

#[test]
fn a_full_disk_refuses_growth_and_nothing_else() {
    let disk = MemoryDisk::new(1);
    disk.set_capacity(10 * 4096 + 100);
    let log = open(&disk, "log");
    log.reserve(4 * 4096).unwrap();
    let ring = open(&disk, "ring");
    write(&*ring, 0, &[1; 4 * 4096]).unwrap();
    assert_eq!(disk.free_bytes().unwrap(), 2 * 4096);
    assert_eq!(log.reserve(7 * 4096).unwrap_err().kind(), io::ErrorKind::StorageFull);
    let error = write(&*ring, 4 * 4096 - 10, &[2; 3 * 4096]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(ring.length().unwrap(), 6 * 4096, "what fits is written");
    assert_eq!(disk.free_bytes().unwrap(), 0);

    write(&*ring, 100, &[3; 5 * 4096]).unwrap();
    write(&*log, 0, &[4; 4 * 4096]).unwrap();
    assert_eq!(write(&*log, 4 * 4096, &[5]).unwrap_err().kind(), io::ErrorKind::StorageFull);
    log.sync_data().unwrap();

    log.set_length(4096).unwrap();
    assert_eq!(disk.free_bytes().unwrap(), 3 * 4096, "a cut gives back reserved space too");
    disk.remove("ring".as_ref()).unwrap();
    assert_eq!(disk.free_bytes().unwrap(), 3 * 4096, "a handle keeps the file");
    drop(ring);
    assert_eq!(disk.free_bytes().unwrap(), 9 * 4096);
}

#[test]
fn space_is_counted_again_after_a_power_cut() {
    let disk = MemoryDisk::new(1);
    disk.set_capacity(100 * 4096);
    let file = durable(&disk, "file", &[1; 4096]);
    file.reserve(3 * 4096).unwrap();
    file.sync_data().unwrap();
    write(&*file, 10 * 4096, &[1; 4096]).unwrap();
    file.reserve(5 * 4096).unwrap();
    assert_eq!(disk.free_bytes().unwrap(), 94 * 4096);
    let disk = disk.crash_with(Survival::Nothing);
    assert_eq!(disk.free_bytes().unwrap(), 97 * 4096);
    disk.remove("file".as_ref()).unwrap();
    assert_eq!(disk.free_bytes().unwrap(), 100 * 4096);
    assert_eq!(disk.crash_with(Survival::Nothing).free_bytes().unwrap(), 97 * 4096);
}

#[test]
fn reservations_and_holes_take_no_memory() {
    let disk = MemoryDisk::new(1);
    let file = open(&disk, "file");
    file.reserve(1 << 50).unwrap();
    file.set_length(1 << 55).unwrap();
    write(&*file, 1 << 54, b"far").unwrap();
    file.sync_data().unwrap();
    file.set_length(1 << 20).unwrap();
    assert_eq!(content(&disk, "file"), vec![0; 1 << 20]);
}

#[test]
fn removed_files_are_forgotten_once_no_power_cut_brings_them_back() {
    let disk = MemoryDisk::new(1);
    let kept = |disk: &MemoryDisk| disk.0.lock().files.len();
    let handle = durable(&disk, "d/1", b"x");
    durable(&disk, "d/2", b"x");
    disk.remove("d/1".as_ref()).unwrap();
    disk.remove("d/2".as_ref()).unwrap();
    assert_eq!(kept(&disk), 2);
    disk.sync_directory("d".as_ref()).unwrap();
    assert_eq!(kept(&disk), 1, "its handle keeps one");
    drop(handle);
    disk.sync_directory("".as_ref()).unwrap();
    assert_eq!(kept(&disk), 0);
}

#[test]
fn an_injected_fault_strikes_the_nth_such_operation_once() {
    let disk = MemoryDisk::new(1);
    let (log, index) = (open(&disk, "a.log"), open(&disk, "a.bix"));
    write(&*log, 0, b"log").unwrap();
    write(&*index, 0, b"index").unwrap();
    disk.inject(".log", Operation::Read, 2, io::ErrorKind::Other);
    let read = |file: &Arc<dyn DiskFile>| file.read_exact_at(&mut [0; 3], 0);
    read(&log).unwrap();
    read(&index).unwrap();
    assert_eq!(read(&log).unwrap_err().to_string(), "injected fault");
    read(&log).unwrap();
    disk.inject("a.", Operation::Read, 1, io::ErrorKind::Other);
    disk.inject(".bix", Operation::Read, 2, io::ErrorKind::Other);
    assert_eq!([&index, &index, &index].map(|file| read(file).is_ok()), [false, false, true]);

    let kind = io::ErrorKind::ReadOnlyFilesystem;
    disk.inject("", Operation::Rename, 1, kind);
    assert_eq!(disk.rename("a.log".as_ref(), "b.log".as_ref()).unwrap_err().kind(), kind);
    disk.inject("new", Operation::Create, 1, kind);
    assert_eq!(disk.open("new".as_ref(), true).unwrap_err().kind(), kind);
    disk.inject("a.log", Operation::SetLength, 1, kind);
    assert_eq!(log.set_length(0).unwrap_err().kind(), kind);
    disk.inject("a.log", Operation::Remove, 1, kind);
    assert_eq!(disk.remove("a.log".as_ref()).unwrap_err().kind(), kind);
    assert_eq!(names(&disk, ""), ["a.bix", "a.log"], "a failed operation did nothing");
    assert_eq!(content(&disk, "a.log"), b"log");
    disk.inject("", Operation::SyncDirectory, 1, kind);
    assert_eq!(disk.sync_directory("".as_ref()).unwrap_err().kind(), kind);
    assert_eq!(names(&disk.crash_with(Survival::Nothing), ""), [""; 0]);
}

#[test]
fn a_failed_write_may_have_written_its_beginning() {
    let after = |seed| {
        let disk = MemoryDisk::new(seed);
        let file = open(&disk, "file");
        disk.inject("file", Operation::Write, 1, io::ErrorKind::Other);
        assert!(write(&*file, 0, b"abc").is_err());
        String::from_utf8(content(&disk, "file")).unwrap()
    };
    assert_eq!((0..100).map(after).collect::<BTreeSet<String>>(), set(&["", "a", "ab", "abc"]));
}

#[test]
fn after_a_failed_sync_the_next_one_may_succeed_and_make_nothing_durable() {
    let after = |seed| {
        let disk = MemoryDisk::new(seed);
        let file = durable(&disk, "file", b"old");
        write(&*file, 0, b"new").unwrap();
        disk.inject("file", Operation::Sync, 1, io::ErrorKind::Other);
        assert!(file.sync_data().is_err());
        let cached = String::from_utf8(content(&disk, "file")).unwrap();
        file.sync_data().unwrap();
        let durable = content(&disk.crash_with(Survival::Nothing), "file");
        format!("{cached} {}", String::from_utf8(durable).unwrap())
    };
    let found = (0..100).map(after).collect::<BTreeSet<String>>();
    assert_eq!(found, set(&["new new", "new old", "old old"]), "still dirty, taken for clean, forgotten");
}

#[test]
fn a_page_that_a_failed_sync_dropped_is_durable_once_it_is_written_again() {
    for seed in 0..100 {
        let disk = MemoryDisk::new(seed);
        let file = durable(&disk, "file", b"old old");
        write(&*file, 0, b"new").unwrap();
        disk.inject("file", Operation::Sync, 1, io::ErrorKind::Other);
        assert!(file.sync_data().is_err());
        let cached = content(&disk, "file");
        write(&*file, 0, &cached).unwrap();
        file.sync_data().unwrap();
        assert_eq!(content(&disk.crash(), "file"), cached, "seed {seed}");
    }
}

#[test]
fn bytes_cut_before_a_failed_sync_do_not_come_back() {
    for seed in 0..100 {
        let disk = MemoryDisk::new(seed);
        let file = durable(&disk, "file", b"secret");
        file.set_length(0).unwrap();
        write(&*file, 0, b"public").unwrap();
        disk.inject("file", Operation::Sync, 1, io::ErrorKind::Other);
        assert!(file.sync_data().is_err());
        let was_forgotten = content(&disk, "file") == b"secret";
        file.sync_data().unwrap();
        let found = content(&disk.crash(), "file");
        assert!(was_forgotten || found == b"public" || found == [0; 6], "seed {seed}: {found:?}");
    }
}

#[test]
fn a_rotten_bit_shows_now_and_after_every_power_cut() {
    for seed in 0..50 {
        let disk = MemoryDisk::new(seed);
        let file = durable(&disk, "file", &[0; 2 * SECTOR]);
        write(&*file, 0, &[0; 2 * SECTOR]).unwrap();
        disk.flip_bit("file", 600, 3).unwrap();
        let mut expected = vec![0; 2 * SECTOR];
        expected[600] = 8;
        assert_eq!(content(&disk, "file"), expected);
        assert_eq!(content(&disk.crash(), "file"), expected);
    }
    let disk = MemoryDisk::new(1);
    durable(&disk, "file", b"x");
    assert_eq!(disk.flip_bit("file", 1, 0).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(disk.flip_bit("none", 0, 0).unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn the_trace_tells_what_was_asked_and_what_became_of_it() {
    let disk = MemoryDisk::new(1);
    let file = open(&disk, "d/new");
    write(&*file, 10, b"abc").unwrap();
    disk.inject("new", Operation::Sync, 1, io::ErrorKind::Other);
    drop(file.sync_data());
    drop(disk.rename("d/none".as_ref(), "d/name".as_ref()));
    let disk = disk.crash_with(Survival::Everything);
    disk.remove("d/new".as_ref()).unwrap();
    assert_eq!(
        disk.trace(),
        r#"    1 Create "d/new"
    2 Write "d/new" [10, 13)
    3 Sync "d/new": other error
    4 Rename "d/none" to "d/name": entity not found
--- power cut, Everything ---
    1 Remove "d/new"
"#
    );
    let debug = format!("{disk:#?}");
    assert!(
        debug.starts_with("MemoryDisk(power on, 1 operations, 0 bytes in use)\nnames: 1 changes"),
        "{debug}"
    );
    assert!(debug.ends_with(&disk.trace()), "{debug}");
}

#[test]
fn random_renames_lose_no_file_and_give_none_two_names() {
    for seed in 0..2_000 {
        let disk = MemoryDisk::new(seed);
        let mut dice = Rng::new(seed + 1_000_000);
        let slots = ["a/1", "a/2", "a/3", "b/1", "b/2", "b/3"];
        let mut serials: BTreeSet<u64> =
            slots[..4].iter().map(|path| durable(&disk, path, b"").serial().unwrap()).collect();
        for _ in 0..8 {
            let [from, to] = [(); 2].map(|()| slots[dice.below(6) as usize]);
            match dice.below(6) {
                0 => disk.sync_directory(from[..1].as_ref()).unwrap(),
                _ => {
                    let replaced = disk.open(to.as_ref(), false).and_then(|file| file.serial());
                    let renamed = disk.rename(from.as_ref(), to.as_ref());
                    if let (Ok(()), Ok(replaced), true) = (renamed, replaced, from != to) {
                        serials.remove(&replaced);
                    }
                }
            }
        }
        let before = format!("{disk:#?}");
        let disk = disk.crash();
        let found: Vec<u64> = slots
            .iter()
            .filter_map(|path| disk.open(path.as_ref(), false).ok())
            .map(|file| file.serial().unwrap())
            .collect();
        let different: BTreeSet<u64> = found.iter().copied().collect();
        assert_eq!(different.len(), found.len(), "seed {seed}: two names\n{before}\n{disk:#?}");
        assert!(serials.is_subset(&different), "seed {seed}: no name\n{before}\n{disk:#?}");
    }
}

/// What each byte of a file has been since its last sync, kept the slow way: bytes are below 64, so a set is a number.
struct Model {
    now: Vec<u8>,
    since_sync: Vec<u64>,
    lengths: BTreeSet<usize>,
}

impl Model {
    fn synced(now: Vec<u8>) -> Model {
        let since_sync = now.iter().map(|byte| 1 << byte).collect();
        Model { lengths: BTreeSet::from([now.len()]), since_sync, now }
    }

    /// A byte that was not there may be zero, if the length survives and the byte does not.
    fn change(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.now);
        self.lengths.insert(self.now.len());
        self.since_sync.resize(self.since_sync.len().max(self.now.len()), 1);
        for (position, seen) in self.since_sync.iter_mut().enumerate() {
            *seen |= 1 << self.now.get(position).copied().unwrap_or(0);
        }
    }

    fn allows(&self, found: &[u8]) -> bool {
        let (shortest, longest) = (self.lengths.first(), self.lengths.last());
        shortest <= Some(&found.len())
            && Some(&found.len()) <= longest
            && found.iter().zip(&self.since_sync).all(|(byte, seen)| seen & (1 << byte) != 0)
    }
}

#[test]
fn random_lives_lose_nothing_synced_and_gain_nothing_that_never_was() {
    const NAMES: [&str; 2] = ["a", "b"];
    for seed in 0..1_000 {
        let mut disk = MemoryDisk::new(seed);
        let mut dice = Rng::new(seed + 1_000_000);
        NAMES.iter().for_each(|name| drop(durable(&disk, name, b"")));
        let mut models = NAMES.map(|_| Model::synced(Vec::new()));
        for letter in 1..64_u8 {
            if dice.below(32) == 0 {
                let before = format!("{disk:#?}");
                disk = disk.crash();
                for (name, model) in NAMES.iter().zip(&mut models) {
                    let found = content(&disk, name);
                    assert!(model.allows(&found), "seed {seed}, letter {letter}, file {name}\n{before}");
                    *model = Model::synced(found);
                }
            }
            let chosen = dice.below(2) as usize;
            let (name, model) = (NAMES[chosen], &mut models[chosen]);
            change_at_random(&*open(&disk, name), model, letter, &mut dice);
            assert!(
                content(&disk, name) == model.now,
                "seed {seed}, letter {letter}, file {name}\n{disk:#?}"
            );
        }
    }
}

fn change_at_random(file: &dyn DiskFile, model: &mut Model, letter: u8, dice: &mut Rng) {
    let (position, length) = (dice.below(6_000) as usize, 1 + dice.below(3_000) as usize);
    match dice.below(8) {
        0 => {
            file.sync_data().unwrap();
            *model = Model::synced(std::mem::take(&mut model.now));
        }
        1 => {
            file.set_length(position as u64).unwrap();
            model.change(|now| now.resize(position, 0));
        }
        _ => {
            write(file, position, &vec![letter; length]).unwrap();
            model.change(|now| {
                now.resize(now.len().max(position + length), 0);
                now[position..position + length].fill(letter);
            });
        }
    }
}
