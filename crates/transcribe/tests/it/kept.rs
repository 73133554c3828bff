//! Scenarios and transcripts are what they claim to be: enough, compact, and watched by a comparison that sees everything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tidelog_kafka_schema::Schemas;
use tidelog_transcribe::{Script, Transcript, compare, load_scripts, mutations};

const MAX_BYTES: u64 = 3_000_000;
const MIN_EDGE_CASES: usize = 12;

fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn kept() -> Vec<(Script, Transcript)> {
    let load = |script: Script| {
        let path = home("transcripts").join(&script.stem).with_extension("json");
        let transcript = Transcript::load(&path).expect("a transcript");
        (script, transcript)
    };
    load_scripts(&home("scenarios")).expect("the scenarios").into_iter().map(load).collect()
}

#[test]
fn every_api_has_its_edge_cases_and_every_version_an_answer() {
    let schemas = Schemas::checked_in().expect("the schemas");
    let mut cases: BTreeMap<String, BTreeSet<(String, usize)>> = BTreeMap::new();
    let mut versions: BTreeMap<String, BTreeSet<i16>> = BTreeMap::new();
    for (script, transcript) in kept() {
        let api = &script.api;
        for (place, entry) in transcript.entries.iter().filter(|(_, entry)| entry.api == *api) {
            cases.entry(api.clone()).or_default().insert((place.scenario.clone(), place.step));
            versions.entry(entry.api.clone()).or_default().insert(place.version);
        }
    }
    let mut total = 0;
    for (api, cases) in &cases {
        let schema = schemas.named(&format!("{api}Request")).expect("an API");
        let missing: Vec<i16> =
            schema.versions.iter().filter(|version| !versions[api].contains(version)).collect();
        assert_eq!(missing, Vec::<i16>::new(), "versions of {api} that nothing was recorded of");
        assert!(cases.len() >= MIN_EDGE_CASES, "{api} has {} edge cases", cases.len());
        total += cases.len();
    }
    println!("{} APIs, {total} steps", cases.len());
}

#[test]
fn scenarios_share_no_names() {
    let mut names = BTreeSet::new();
    for (script, _) in kept() {
        for scenario in &script.scenarios {
            assert!(names.insert(format!("{}-{}", script.stem, scenario.name)), "{} twice", scenario.name);
        }
    }
    for (one, other) in names.iter().zip(names.iter().skip(1)) {
        assert!(!other.starts_with(&format!("{one}-")), "{other} may own topics of {one}");
    }
}

/// One field in so many; `cargo run --release -p tidelog-transcribe -- mutate` changes all.
const SAMPLE: usize = 23;

#[test]
fn a_changed_field_is_always_noticed() {
    let mut changed = 0;
    for (_, transcript) in kept() {
        for mutation in mutations(&transcript, SAMPLE) {
            changed += 1;
            let found = compare(mutation.kafka, &mutation.changed);
            assert!(!found.is_empty(), "{} {:?} {}", mutation.api, mutation.place, mutation.path);
        }
    }
    assert!(changed > 0);
    println!("{changed} changes");
}

#[test]
fn transcripts_stay_small() {
    let files = std::fs::read_dir(home("transcripts")).expect("the transcripts");
    let bytes: u64 = files.map(|file| file.expect("a file").metadata().expect("a size").len()).sum();
    assert!(bytes < MAX_BYTES, "{bytes} bytes");
}
