//! Tells the binary which commit it is built from: `TIDELOG_COMMIT` if a packager sets it, else git's, else `unknown`.
//!
//! Runs again only when the checkout moves to another commit.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=TIDELOG_COMMIT");
    let commit = std::env::var("TIDELOG_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = commit.or_else(commit_of_checkout).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=TIDELOG_COMMIT={commit}");
}

fn commit_of_checkout() -> Option<String> {
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    // HEAD names a branch, whose commit is in a file of its own or in packed-refs. A file that is missing must not be
    // watched: cargo would take it for changed each time.
    let branch = git(&["rev-parse", "--symbolic-full-name", "HEAD"]).unwrap_or_default();
    for name in ["HEAD", branch.as_str(), "packed-refs"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).is_file()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    Some(commit)
}

/// What git prints, if there is git and it succeeds.
fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}
