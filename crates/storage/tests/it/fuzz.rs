//! Any bytes in place of each of our files: the corpus, and what becomes of it under seeded mutations.
//!
//! The corpus in `tests/corpus/<file>/` is what a small directory holds, written by `the_corpus_is_written_anew` when it is
//! told to, and inputs that once found something, each named for it. A fuzzer starts from the same files.

use std::fs;
use std::path::{Path, PathBuf};

use tidelog_model::Offset;
use tidelog_storage::disk::{Disk, MemoryDisk};
use tidelog_storage::fuzz::{fuzz_header, fuzz_index, fuzz_journal, fuzz_manifest};

use crate::support::{Rng, append_batch, at, commit, open, partition};

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 4] =
    [("header", fuzz_header), ("index", fuzz_index), ("journal", fuzz_journal), ("manifest", fuzz_manifest)];
/// Mutations for each target, unless the environment says how many.
const MUTATIONS: u64 = 2_000;
const MUTATIONS_VARIABLE: &str = "TIDELOG_TEST_MUTATIONS";

fn corpus_of(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", directory.display());
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn no_bytes_in_place_of_our_files_do_more_than_fail() {
    let mutations =
        std::env::var(MUTATIONS_VARIABLE).map_or(MUTATIONS, |count| count.parse().expect("a number"));
    for (target, run) in TARGETS {
        let corpus = corpus_of(target);
        for (path, input) in &corpus {
            println!("{}", path.display());
            run(input);
        }
        for seed in 0..mutations {
            let mut rng = Rng::new(seed);
            let input = mutate(&mut rng, &corpus);
            let result = std::panic::catch_unwind(|| run(&input));
            assert!(result.is_ok(), "fuzz_{target} panicked on mutation {seed}: {input:?}");
        }
    }
}

/// One of the corpus with some changes, each where chance has it.
fn mutate(rng: &mut Rng, corpus: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    const NUMBERS: [u64; 8] = [0, 1, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 62, i64::MAX as u64, u64::MAX];
    let mut input = corpus[rng.below(corpus.len() as u64) as usize].1.clone();
    for _ in 0..=rng.below(4) {
        let length = input.len() as u64;
        let at = rng.below(length + 1) as usize;
        match rng.below(6) {
            0 if at < input.len() => input[at] ^= 1 << rng.below(8),
            1 if at < input.len() => input[at] = rng.next() as u8,
            2 => input.truncate(at),
            3 => drop(input.splice(at..at, (0..rng.below(40)).map(|_| 0))),
            4 => {
                let other = &corpus[rng.below(corpus.len() as u64) as usize].1;
                let from = rng.below(other.len() as u64 + 1) as usize;
                drop(input.splice(at.., other[from..].iter().copied()));
            }
            _ => {
                let number = NUMBERS[rng.below(8) as usize].to_be_bytes();
                let width = [1, 2, 4, 8][rng.below(4) as usize].min(input.len() - at);
                input[at..at + width].copy_from_slice(&number[8 - width..]);
            }
        }
    }
    input
}

/// Set it to have the corpus written anew, after the formats have changed.
const WRITE_VARIABLE: &str = "TIDELOG_TEST_WRITE_CORPUS";

#[test]
fn the_corpus_is_written_anew() {
    if std::env::var_os(WRITE_VARIABLE).is_none() {
        return;
    }
    let disk = MemoryDisk::new(1);
    let (directory, _) = open(disk.clone()).unwrap();
    let mut log = directory.create(partition(0));
    let live = |log: &mut tidelog_storage::Log| {
        for value in [&b"one"[..], b"two", b"three"] {
            append_batch(log, &[1_000, 2_000], value);
        }
        log.save_producers(b"producers".as_slice().into());
    };
    live(&mut log);
    log.roll(at(1), Some(b"producers".as_slice().into()));
    live(&mut log);
    commit(&directory).unwrap();
    directory.checkpoint().unwrap();
    log.truncate(Offset(7), at(1)).unwrap();
    log.trim(Offset(3)).unwrap();
    log.assign_epoch(tidelog_model::LeaderEpoch(1));
    append_batch(&mut log, &[1_000], b"four");
    let other = directory.create(partition(1));
    directory.delete(other).unwrap();
    commit(&directory).unwrap();

    let manifest = read(&disk, "manifest");
    save("header", "manifest", &manifest);
    save("header", "identity", &read(&disk, "identity"));
    save("manifest", "two-segments", &manifest[44..]);
    let journal = read(&disk, "journal");
    save("journal", "ring", &journal[4096..]);
    for (number, frame) in journal[4096..].chunks(4096).enumerate() {
        let payload_bytes = u32::from_be_bytes(frame[36..40].try_into().unwrap()) as usize;
        let operations = frame[51];
        save(
            "journal",
            &format!("payload-{number}"),
            &[&[operations], &frame[64..64 + payload_bytes]].concat(),
        );
    }
    let segment = "partitions/AAAAAAAAAAAAAAAAcGluZw-0/00000000000000000000.1";
    let index = read(&disk, &format!("{segment}.bix"));
    let log = read(&disk, &format!("{segment}.log"));
    for (name, sealed) in [("sealed", 1), ("active", 0)] {
        let entries = ((index.len() - 64) / 32) as u8;
        save("index", name, &[&[entries << 1 | sealed], &index[64..], &log].concat());
    }
}

fn read(disk: &MemoryDisk, path: &str) -> Vec<u8> {
    let file = disk.open(path.as_ref(), false).unwrap();
    let mut bytes = vec![0; file.length().unwrap() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn save(target: &str, name: &str, bytes: &[u8]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join(name), bytes).unwrap();
}
