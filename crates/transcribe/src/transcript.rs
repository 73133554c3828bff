//! What Kafka answered, as it is kept: one file for each script, one line for each answer. Owns that format.
//!
//! Versions in which the same request gets the same answer share a line. A request stands only on its step's first line,
//! unless it changes from version to version. Names and values are those that [`crate::volatile`] left.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::player::Played;
use crate::scenario::{FileError, read_json};

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was answered.
    Answer(Json),
    /// The broker closed the connection instead.
    Closed,
    /// It was not answered, as it asked for, and the connection goes on.
    Silent,
    /// It was not answered, although it should have been.
    Nothing,
    /// It was answered with something that is no such message.
    Unreadable(String),
    /// The broker does not advertise the API.
    NotServed,
}

impl Outcome {
    /// As a transcript says it; see [`Outcome::from_json`].
    pub fn to_json(&self) -> Json {
        match self {
            Outcome::Answer(answer) => json!({ "answer": answer }),
            Outcome::Closed => json!({"connection": "closed"}),
            Outcome::Silent => json!({"connection": "silent"}),
            Outcome::Nothing => json!({"connection": "no answer"}),
            Outcome::Unreadable(why) => json!({ "unreadable": why }),
            Outcome::NotServed => json!({"connection": "not served"}),
        }
    }

    /// The inverse of [`Outcome::to_json`]; `None` for what is no outcome.
    pub fn from_json(json: &Json) -> Option<Outcome> {
        if let Some(answer) = json.get("answer") {
            return Some(Outcome::Answer(answer.clone()));
        }
        if let Some(why) = json.get("unreadable") {
            return Some(Outcome::Unreadable(why.as_str()?.to_owned()));
        }
        match json.get("connection")?.as_str()? {
            "closed" => Some(Outcome::Closed),
            "silent" => Some(Outcome::Silent),
            "no answer" => Some(Outcome::Nothing),
            "not served" => Some(Outcome::NotServed),
            _ => None,
        }
    }
}

/// Which request of a script: its place, and in which version it was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The scenario's name.
    pub scenario: String,
    /// The index of its step.
    pub step: usize,
    /// The version for which the whole scenario was played, if it is played for each.
    pub run: Option<i16>,
    /// The version of the request.
    pub version: i16,
}

/// What was recorded of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The API.
    pub api: String,
    /// What was asked, in the scenario's terms.
    pub request: Json,
    /// What became of it.
    pub outcome: Outcome,
}

/// What was recorded of one script.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// By place, in order.
    pub entries: BTreeMap<Place, Entry>,
}

/// A line of the file.
#[derive(Deserialize)]
struct Line {
    step: usize,
    api: String,
    versions: String,
    #[serde(default)]
    runs: Option<String>,
    request: Option<Json>,
    #[serde(flatten)]
    outcome: Map<String, Json>,
}

impl Transcript {
    /// Of what was played.
    pub fn of(played: impl IntoIterator<Item = Played>) -> Transcript {
        let entry = |played: Played| {
            (played.place, Entry { api: played.api, request: played.request, outcome: played.outcome })
        };
        Transcript { entries: played.into_iter().map(entry).collect() }
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Transcript, FileError> {
        let shape = |reason: &str| FileError::Shape { path: path.to_owned(), reason: reason.to_owned() };
        let scenarios: BTreeMap<String, Vec<Line>> = read_json(path)?;
        let mut entries = BTreeMap::new();
        for (scenario, lines) in scenarios {
            let mut request = Json::Null;
            for line in lines {
                request = line.request.unwrap_or(request);
                let outcome =
                    Outcome::from_json(&Json::Object(line.outcome)).ok_or_else(|| shape("no outcome"))?;
                let versions = numbers(&line.versions).ok_or_else(|| shape("no versions"))?;
                let places = match &line.runs {
                    None => versions.iter().map(|version| (None, *version)).collect(),
                    Some(runs) => runs_and_versions(runs, &versions).ok_or_else(|| shape("no runs"))?,
                };
                for (run, version) in places {
                    let place = Place { scenario: scenario.clone(), step: line.step, run, version };
                    let entry =
                        Entry { api: line.api.clone(), request: request.clone(), outcome: outcome.clone() };
                    entries.insert(place, entry);
                }
            }
        }
        Ok(Transcript { entries })
    }

    /// Writes a file.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        std::fs::write(path, self.to_text()).map_err(|source| FileError::Io { path: path.to_owned(), source })
    }

    fn to_text(&self) -> String {
        let mut scenarios: Vec<(&str, Vec<String>)> = Vec::new();
        let mut groups: Vec<(Vec<&Place>, &Entry)> = Vec::new();
        for (place, entry) in &self.entries {
            match groups.last_mut() {
                Some((places, first)) if *first == entry && goes_on(places, place) => places.push(place),
                _ => groups.push((vec![place], entry)),
            }
        }
        let mut before: Option<(&Place, &Json)> = None;
        for (places, entry) in groups {
            let Some(&place) = places.first() else { continue };
            let known = before.is_some_and(|(other, request)| {
                (&other.scenario, other.step, request) == (&place.scenario, place.step, &entry.request)
            });
            before = Some((place, &entry.request));
            let text = line(&places, entry, known);
            match scenarios.last_mut() {
                Some((name, lines)) if *name == place.scenario => lines.push(text),
                _ => scenarios.push((&place.scenario, vec![text])),
            }
        }
        let scenarios: Vec<String> = scenarios
            .iter()
            .map(|(name, lines)| format!("{}: [\n{}\n]", Json::from(*name), lines.join(",\n")))
            .collect();
        format!("{{\n{}\n}}\n", scenarios.join(",\n"))
    }
}

/// Whether `place` follows the last of `places` in a range.
fn goes_on(places: &[&Place], place: &Place) -> bool {
    places.last().is_some_and(|last| {
        let follows = match (last.run, place.run) {
            (None, None) => place.version == last.version + 1,
            (Some(before), Some(run)) => {
                let are_own = places.iter().chain([&place]).all(|place| place.run == Some(place.version));
                let are_alike = places.iter().all(|other| other.version == place.version);
                run == before + 1 && (are_alike || are_own)
            }
            _ => false,
        };
        follows && last.step == place.step && last.scenario == place.scenario
    })
}

/// One line: written by hand, since serde_json would sort the outcome before the request.
fn line(places: &[&Place], entry: &Entry, is_request_known: bool) -> String {
    let range = |of: fn(&Place) -> i16| {
        let (first, last) =
            (places.first().map_or(0, |place| of(place)), places.last().map_or(0, |place| of(place)));
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    let mut out = format!(
        r#"{{"step":{},"api":"{}","versions":"{}""#,
        places.first().map_or(0, |place| place.step),
        entry.api,
        range(|place| place.version)
    );
    if places.iter().any(|place| place.run.is_some()) {
        out.push_str(&format!(r#","runs":"{}""#, range(|place| place.run.unwrap_or(0))));
    }
    if !is_request_known {
        out.push_str(&format!(r#","request":{}"#, entry.request));
    }
    for (name, value) in entry.outcome.to_json().as_object().into_iter().flatten() {
        out.push_str(&format!(",{}:{value}", Json::from(name.as_str())));
    }
    out.push('}');
    out
}

fn numbers(range: &str) -> Option<Vec<i16>> {
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    Some((from.parse::<i16>().ok()?..=to.parse().ok()?).collect())
}

/// Each run with its version: the same for all, or the run's own.
fn runs_and_versions(runs: &str, versions: &[i16]) -> Option<Vec<(Option<i16>, i16)>> {
    let runs = numbers(runs)?;
    let at = |index: usize| if versions.len() == 1 { versions.first() } else { versions.get(index) };
    runs.iter().enumerate().map(|(index, run)| Some((Some(*run), *at(index)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(answer: Json) -> Entry {
        Entry { api: "Produce".to_owned(), request: json!({"acks": 1}), outcome: Outcome::Answer(answer) }
    }

    fn place(step: usize, run: Option<i16>, version: i16) -> Place {
        Place { scenario: "a".to_owned(), step, run, version }
    }

    #[test]
    fn versions_with_the_same_answer_share_a_line_and_come_back() {
        let closed = Entry { outcome: Outcome::Closed, ..entry(Json::Null) };
        let entries = [
            (place(0, None, 3), entry(json!({"x": 0}))),
            (place(0, None, 4), entry(json!({"x": 0}))),
            (place(0, None, 5), entry(json!({"x": 1}))),
            (place(1, None, 5), closed),
        ];
        let transcript = Transcript { entries: BTreeMap::from(entries) };
        assert_eq!(
            transcript.to_text(),
            r#"{
"a": [
{"step":0,"api":"Produce","versions":"3-4","request":{"acks":1},"answer":{"x":0}},
{"step":0,"api":"Produce","versions":"5","answer":{"x":1}},
{"step":1,"api":"Produce","versions":"5","request":{"acks":1},"connection":"closed"}
]
}
"#
        );
        assert_eq!(reread(&transcript), transcript);
    }

    #[test]
    fn runs_share_a_line_whether_the_version_is_their_own_or_another() {
        let own = [3, 4, 5].map(|run| (place(0, Some(run), run), entry(json!(0))));
        let other = [3, 4, 5].map(|run| (place(1, Some(run), 5), entry(json!(0))));
        let transcript = Transcript { entries: own.into_iter().chain(other).collect() };
        assert_eq!(reread(&transcript), transcript);
    }

    fn reread(transcript: &Transcript) -> Transcript {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.json");
        transcript.save(&path).expect("is written");
        Transcript::load(&path).expect("is read")
    }
}
