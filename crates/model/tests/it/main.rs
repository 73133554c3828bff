//! The workspace's shape, read from `cargo metadata`: who may depend on whom, and what the crates that decide must not know.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// `docs/architecture.md`'s table: each crate of the workspace, and the others that it may depend on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("tidelog-model", &[]),
    ("tidelog-record", &["tidelog-model"]),
    ("tidelog-storage", &["tidelog-model", "tidelog-record"]),
    ("tidelog-replication", &["tidelog-model"]),
    ("tidelog-metadata", &["tidelog-model"]),
    ("tidelog-kafka-wire", &["tidelog-model"]),
    ("tidelog-partition", &["tidelog-model", "tidelog-record", "tidelog-replication", "tidelog-storage"]),
    ("tidelog-grpc-api", &[]),
    (
        "tidelog-broker",
        &[
            "tidelog-grpc-api",
            "tidelog-kafka-wire",
            "tidelog-metadata",
            "tidelog-model",
            "tidelog-partition",
            "tidelog-record",
            "tidelog-storage",
        ],
    ),
    ("tidelog-client", &["tidelog-grpc-api", "tidelog-model", "tidelog-record"]),
    ("tidelog", &["tidelog-broker", "tidelog-client", "tidelog-metadata", "tidelog-model", "tidelog-record"]),
    // Development only: nothing that is shipped links it.
    ("tidelog-kafka-schema", &[]),
    ("tidelog-interop", &["tidelog-broker", "tidelog-metadata"]),
    // What Tidelog is compared with: its answers, and under what load.
    ("tidelog-transcribe", &["tidelog-kafka-schema", "tidelog-model", "tidelog-record"]),
    ("tidelog-hostile", &["tidelog-kafka-schema", "tidelog-model", "tidelog-record", "tidelog-transcribe"]),
    ("tidelog-floor", &[]),
    ("tidelog-kafka-load", &["tidelog-kafka-wire"]),
    // The benchmarks measure every layer.
    (
        "tidelog-benches",
        &[
            "tidelog-broker",
            "tidelog-client",
            "tidelog-grpc-api",
            "tidelog-kafka-wire",
            "tidelog-metadata",
            "tidelog-model",
            "tidelog-partition",
            "tidelog-record",
            "tidelog-storage",
        ],
    ),
];

/// Crates that decide and never act.
const PURE: &[&str] = &[
    "tidelog-model",
    "tidelog-record",
    "tidelog-replication",
    "tidelog-metadata",
    "tidelog-kafka-wire",
    "tidelog-partition",
];

/// What acts: runtimes, sockets, chance. (`partition` reaches the disk through `storage`'s trait, which its callers fill.)
const ACTING: &[&str] =
    &["tokio", "mio", "socket2", "hyper", "tonic", "rand", "getrandom", "uuid", "ureq", "reqwest"];

struct Workspace {
    members: BTreeSet<String>,
    /// Normal dependencies, by package name.
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// Only this machine's dependencies: the others need not have been downloaded.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

fn workspace() -> Workspace {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let names: BTreeMap<String, String> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let entry = dependencies.entry(names[&text(&node["id"])].clone()).or_default();
        for dependency in list(&node["deps"]) {
            let is_normal = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            if is_normal {
                entry.insert(names[&text(&dependency["pkg"])].clone());
            }
        }
    }
    let members = list(&metadata["workspace_members"]).iter().map(|id| names[&text(id)].clone()).collect();
    Workspace { members, dependencies }
}

#[test]
fn dependencies_point_the_way_that_the_architecture_says() {
    let workspace = workspace();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut faults = Vec::new();
    for member in &workspace.members {
        let Some(allowed) = allowed.get(member.as_str()) else {
            faults.push(format!("{member} is not in the table"));
            continue;
        };
        for dependency in workspace.dependencies[member].intersection(&workspace.members) {
            if !allowed.contains(&dependency.as_str()) {
                faults.push(format!("{member} must not depend on {dependency}"));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn crates_that_decide_know_no_runtime_no_socket_and_no_chance() {
    let workspace = workspace();
    let mut faults = Vec::new();
    for pure in PURE {
        let mut reached = BTreeSet::from([(*pure).to_owned()]);
        let mut open = vec![(*pure).to_owned()];
        while let Some(package) = open.pop() {
            for dependency in workspace.dependencies.get(&package).into_iter().flatten() {
                if reached.insert(dependency.clone()) {
                    open.push(dependency.clone());
                }
            }
        }
        faults.extend(
            ACTING
                .iter()
                .filter(|acting| reached.contains(**acting))
                .map(|acting| format!("{pure} reaches {acting}")),
        );
    }
    assert_eq!(faults, Vec::<String>::new());
}
