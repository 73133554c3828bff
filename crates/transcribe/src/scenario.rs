//! The scenarios' files: JSON5, one file an API. Owns their format; `scenarios/README.md` explains it to those who write them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not JSON5, or not of the shape that it should have.
    #[error("{}: {reason}", path.display())]
    Shape {
        /// Which.
        path: PathBuf,
        /// Why, with the place.
        reason: String,
    },
}

/// One file of scenarios.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The file's name without its ending: `produce`. Its transcript has the same.
    #[serde(skip)]
    pub stem: String,
    /// Which API its steps are about, where they name none.
    pub api: String,
    /// Names that every scenario of the file may use.
    #[serde(default, rename = "let")]
    pub lets: Map<String, Json>,
    /// What is played.
    pub scenarios: Vec<Scenario>,
}

/// Requests that are played one after the other on one connection, with topics of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Unique in its file.
    pub name: String,
    /// Whether it is played once for each version of its file's API, each time from the start and with new topics. Else
    /// it is played once, and each of its steps in every version.
    #[serde(default)]
    pub each: bool,
    /// Whether each of its requests has new topics, so that none meets what an earlier one left.
    #[serde(default)]
    pub alone: bool,
    /// Names that its steps may use.
    #[serde(default, rename = "let")]
    pub lets: Map<String, Json>,
    /// Topics that are there before it begins: `$NAME` is the topic's name, `$NAME.id` its id.
    #[serde(default)]
    pub topics: BTreeMap<String, Topic>,
    /// What is asked.
    pub steps: Vec<Step>,
}

/// A topic that is made for a scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// How many partitions.
    #[serde(default = "one")]
    pub partitions: i32,
    /// Its configs.
    #[serde(default)]
    pub configs: BTreeMap<String, String>,
}

fn one() -> i32 {
    1
}

/// One request, in one version or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The API; the file's if there is none.
    pub api: Option<String>,
    /// The versions; if there are none: every version of the file's API, the highest of another.
    pub versions: Option<Versions>,
    /// The request; `$request` if there is none.
    #[serde(default = "request")]
    pub request: Json,
    /// Names for this step.
    #[serde(default)]
    pub with: Map<String, Json>,
    /// Names for the steps that follow, each taken from a place in the answer.
    #[serde(default)]
    pub bind: BTreeMap<String, String>,
    /// What the answer must say, by place: the request is repeated until it does. For what a broker does in its own time.
    #[serde(default)]
    pub until: BTreeMap<String, Json>,
    /// Whether there is no answer, because the request asks for none.
    #[serde(default)]
    pub silent: bool,
    /// What is wrong with the frame.
    #[serde(default)]
    pub send: Send,
    /// What it is about.
    #[serde(default)]
    pub note: String,
}

fn request() -> Json {
    Json::from("$request")
}

/// `7`, or a text: `all`, `3-7`, `8+`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Versions {
    /// This one.
    One(i16),
    /// Several.
    Range(String),
}

impl Versions {
    /// Those of `lowest..=highest` that are meant; `None` if the text makes no sense.
    pub fn within(&self, lowest: i16, highest: i16) -> Option<Vec<i16>> {
        let (from, to) = match self {
            Versions::One(version) => (*version, *version),
            Versions::Range(text) if text == "all" => (lowest, highest),
            Versions::Range(text) => match (text.strip_suffix('+'), text.split_once('-')) {
                (Some(from), _) => (from.parse().ok()?, highest),
                (None, Some((from, to))) => (from.parse().ok()?, to.parse().ok()?),
                (None, None) => return None,
            },
        };
        (from >= lowest && to <= highest && from <= to).then(|| (from..=to).collect())
    }
}

/// How a frame differs from a good one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Send {
    /// The API key in the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<i16>,
    /// The version in the header, while the request is encoded as the step's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i16>,
    /// The version in which the answer is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_as: Option<i16>,
    /// The client id in the header; null is an answer, too.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub client_id: Option<Option<String>>,
    /// Bytes in place of the request's body, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Bytes that follow the body, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub append: Option<String>,
    /// How many bytes are missing at the end.
    #[serde(skip_serializing_if = "is_zero")]
    pub truncate: usize,
    /// What the frame says of its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<i32>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn some<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Every script of a directory, in the order of their names.
pub fn load_scripts(dir: &Path) -> Result<Vec<Script>, FileError> {
    let io = |source| FileError::Io { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io)? {
        paths.push(entry.map_err(io)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json5"));
    paths.sort();
    paths.iter().map(|path| load(path)).collect()
}

fn load(path: &Path) -> Result<Script, FileError> {
    let mut script: Script = read_json5(path)?;
    script.stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(script)
}

pub(crate) fn read_json5<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, FileError> {
    json5::from_str(&read(path)?)
        .map_err(|error| FileError::Shape { path: path.to_owned(), reason: error.to_string() })
}

/// Plain JSON: twenty times as fast, for what no hand writes.
pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, FileError> {
    serde_json::from_str(&read(path)?)
        .map_err(|error| FileError::Shape { path: path.to_owned(), reason: error.to_string() })
}

fn read(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|source| FileError::Io { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_a_number_or_a_range() {
        let range = |text: &str| Versions::Range(text.to_owned());
        assert_eq!(Versions::One(4).within(3, 5), Some(vec![4]));
        assert_eq!(range("all").within(3, 5), Some(vec![3, 4, 5]));
        assert_eq!(range("4+").within(3, 5), Some(vec![4, 5]));
        assert_eq!(range("3-4").within(3, 5), Some(vec![3, 4]));
        for wrong in [Versions::One(2), range("5-3"), range("3-6"), range("some"), range("")] {
            assert_eq!(wrong.within(3, 5), None, "{wrong:?}");
        }
    }
}
