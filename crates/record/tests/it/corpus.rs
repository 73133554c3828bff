//! Replays the corpus of the fuzz target: every batch of `tests/corpus` and `tests/fixtures`, and what comes of each by
//! cutting it off and by turning bits.

use std::fs;
use std::path::PathBuf;

use tidelog_record::fuzz::fuzz_batch;

fn corpus() -> Vec<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<PathBuf> = ["corpus", "fixtures"]
        .iter()
        .flat_map(|directory| fs::read_dir(root.join(directory)).expect("a directory of batches"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "batch"))
        .collect();
    files.sort();
    files.into_iter().map(|path| fs::read(path).expect("a batch")).collect()
}

#[test]
fn the_corpus_breaks_no_promise() {
    let corpus = corpus();
    assert!(corpus.len() > 100, "{} batches", corpus.len());
    for data in corpus {
        fuzz_batch(&data);
    }
}

#[test]
fn no_cut_and_no_turned_bit_of_the_corpus_breaks_a_promise() {
    let small: Vec<Vec<u8>> = corpus().into_iter().filter(|data| data.len() < 200).collect();
    assert!(small.len() > 100, "{} small batches", small.len());
    for data in small {
        for length in 0..data.len() {
            fuzz_batch(&data[..length]);
        }
        for bit in 0..data.len() * 8 {
            let mut turned = data.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            fuzz_batch(&turned);
        }
    }
}
