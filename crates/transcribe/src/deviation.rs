//! Where Tidelog differs from Kafka on purpose: `deviations.json5`, each entry with its reason.

use std::path::Path;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::compare::Difference;
use crate::path::without_indices;
use crate::scenario::{FileError, read_json5};
use crate::transcript::Place;

/// One thing that is wanted otherwise, wherever it shows. What it leaves out matches anything; where it names several,
/// each matches.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// The API.
    pub api: String,
    /// The scenario's name.
    pub scenario: Option<String>,
    /// The index of its step.
    pub step: Option<OneOrMore<usize>>,
    /// Where in the answer, without indices.
    pub path: OneOrMore<String>,
    /// The name of a list's element that the path leads through; with `*` at its end, what the name begins with.
    pub name: Option<OneOrMore<String>>,
    /// What Kafka says there; null is null.
    #[serde(default, deserialize_with = "said")]
    pub kafka: Option<Json>,
    /// What Tidelog says there.
    #[serde(default, deserialize_with = "said")]
    pub tidelog: Option<Json>,
    /// Why.
    pub reason: String,
}

/// A value, or a list of such.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore<T> {
    /// One.
    One(T),
    /// Several.
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    fn any(&self, is_it: impl Fn(&T) -> bool) -> bool {
        match self {
            OneOrMore::One(value) => is_it(value),
            OneOrMore::More(values) => values.iter().any(is_it),
        }
    }
}

/// What is written, null included.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

impl Deviation {
    /// Whether it speaks of this difference.
    pub fn covers(&self, api: &str, place: &Place, difference: &Difference) -> bool {
        let says = |wanted: &Option<Json>, is: &Option<Json>| wanted.is_none() || wanted == is;
        let path = without_indices(&difference.path);
        self.api == api
            && self.scenario.as_ref().is_none_or(|scenario| *scenario == place.scenario)
            && self.step.as_ref().is_none_or(|steps| steps.any(|step| *step == place.step))
            && self.path.any(|wanted| *wanted == path)
            && self.name.as_ref().is_none_or(|names| names.any(|name| leads_through(&difference.path, name)))
            && says(&self.kafka, &difference.kafka)
            && says(&self.tidelog, &difference.other)
    }
}

fn leads_through(path: &str, name: &str) -> bool {
    match name.strip_suffix('*') {
        Some(beginning) => path.contains(&format!("[{beginning}")),
        None => path.contains(&format!("[{name}]")),
    }
}

/// All of them, and which were met.
#[derive(Debug, Clone)]
pub struct Deviations {
    list: Vec<(Deviation, bool)>,
}

impl Deviations {
    /// Reads the file.
    pub fn load(path: &Path) -> Result<Deviations, FileError> {
        let list: Vec<Deviation> = read_json5(path)?;
        Ok(Deviations { list: list.into_iter().map(|deviation| (deviation, false)).collect() })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether a difference is wanted; the entry that says so counts as met.
    pub fn cover(&mut self, api: &str, place: &Place, difference: &Difference) -> bool {
        let found = self.list.iter_mut().find(|(deviation, _)| deviation.covers(api, place, difference));
        found.map(|(_, met)| *met = true).is_some()
    }

    /// Those that spoke of no difference: they are obsolete.
    pub fn unmet(&self) -> impl Iterator<Item = &Deviation> {
        self.list.iter().filter(|(_, met)| !met).map(|(deviation, _)| deviation)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deviation_covers_only_what_it_names_and_counts_as_met_by_it() {
        let written = json!([
            {"api": "CreateTopics", "path": "topics.configs", "name": "own", "reason": "ours"},
            {"api": "Produce", "scenario": "a", "step": 1, "path": "x", "kafka": 1, "tidelog": 2, "reason": "why not"},
            {"api": "Fetch", "step": [2, 3], "path": ["x", "y.z"], "name": ["a", "b.*"], "kafka": null, "reason": "so"},
        ]);
        let list: Vec<Deviation> = serde_json::from_value(written).expect("two deviations");
        let mut deviations =
            Deviations { list: list.into_iter().map(|deviation| (deviation, false)).collect() };
        let place = |step| Place { scenario: "a".to_owned(), step, run: None, version: 0 };
        let difference = |path: &str, kafka, other| Difference { path: path.to_owned(), kafka, other };
        let one = difference("x", Some(json!(1)), Some(json!(2)));

        assert!(!deviations.cover("Produce", &place(0), &one), "another step");
        assert!(!deviations.cover("Fetch", &place(1), &one), "another API");
        assert!(!deviations.cover("Produce", &place(1), &difference("x", Some(json!(1)), Some(json!(3)))));
        assert!(!deviations.cover(
            "CreateTopics",
            &place(1),
            &difference("topics[~t].configs[other]", None, None)
        ));
        assert_eq!(deviations.unmet().count(), 3);
        assert!(deviations.cover("Produce", &place(1), &one));
        assert!(!deviations.cover(
            "CreateTopics",
            &place(7),
            &difference("topics[~t].configs[own].value", None, None)
        ));
        assert!(deviations.cover(
            "CreateTopics",
            &place(7),
            &difference("topics[~t].configs[own]", None, None)
        ));
        assert_eq!(deviations.unmet().count(), 1);

        let null = |path| difference(path, Some(Json::Null), Some(json!("text")));
        assert!(!deviations.cover("Fetch", &place(1), &null("y[b.c].z")), "another step");
        assert!(!deviations.cover("Fetch", &place(2), &null("y[c].z")), "another name");
        assert!(!deviations.cover("Fetch", &place(2), &null("y[a]")), "another path");
        assert!(!deviations.cover("Fetch", &place(2), &difference("y[a].z", None, Some(json!("text")))));
        assert_eq!(deviations.unmet().count(), 1);
        assert!(deviations.cover("Fetch", &place(2), &null("y[b.c].z")));
        assert_eq!(deviations.unmet().count(), 0);
        assert!(deviations.cover("Fetch", &place(3), &null("x[a]")));
    }
}
