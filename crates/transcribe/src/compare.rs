//! Where two outcomes differ, field by field.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value as Json;

use crate::path;
use crate::transcript::Outcome;

/// A place at which the two say something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where in the answer; empty for the outcome itself.
    pub path: String,
    /// What Kafka says there; `None` if it says nothing.
    pub kafka: Option<Json>,
    /// What the other says there.
    pub other: Option<Json>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |json: &Option<Json>| json.as_ref().map_or("nothing".to_owned(), short);
        write!(f, "{}: Kafka {}, Tidelog {}", self.path, said(&self.kafka), said(&self.other))
    }
}

/// Enough to know what it is.
fn short(json: &Json) -> String {
    const MAX_CHARACTERS: usize = 300;
    let text = json.to_string();
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Every difference, in the order of the fields.
pub fn compare(kafka: &Outcome, other: &Outcome) -> Vec<Difference> {
    let mut found = Vec::new();
    match (kafka, other) {
        (Outcome::Answer(kafka), Outcome::Answer(other)) => walk("", kafka, other, &mut found),
        _ if kafka == other => {}
        _ => found.push(Difference {
            path: String::new(),
            kafka: Some(kafka.to_json()),
            other: Some(other.to_json()),
        }),
    }
    found
}

fn walk(at: &str, kafka: &Json, other: &Json, found: &mut Vec<Difference>) {
    match (kafka, other) {
        (Json::Object(left), Json::Object(right)) => {
            for (name, value) in left {
                step(&path::member(at, name), Some(value), right.get(name), found);
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                step(&path::member(at, name), None, Some(value), found);
            }
        }
        (Json::Array(left), Json::Array(right)) => {
            if left.is_empty() != right.is_empty() {
                let (kafka, other) = (Some(kafka.clone()), Some(other.clone()));
                return found.push(Difference { path: at.to_owned(), kafka, other });
            }
            if let (Some(left), Some(right)) = (named(left), named(right)) {
                return walk_named(at, &left, &right, found);
            }
            for index in 0..left.len().max(right.len()) {
                step(&path::element(at, index), left.get(index), right.get(index), found);
            }
        }
        _ => step(at, Some(kafka), Some(other), found),
    }
}

/// What tells the elements of a list apart, where they have names.
const NAMES: &[&str] = &["name", "apiKey", "feature"];

/// The elements by name, if each has one of its own.
fn named(list: &[Json]) -> Option<Vec<(String, &Json)>> {
    let name = NAMES.iter().find(|name| list.first().is_some_and(|first| first.get(**name).is_some()))?;
    let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let elements: Vec<_> =
        list.iter().filter_map(|element| Some((text(element.get(*name)?), element))).collect();
    let names: BTreeSet<&String> = elements.iter().map(|(name, _)| name).collect();
    (names.len() == list.len()).then_some(elements)
}

/// Element by element of the same name, so that one that is missing does not shift the others; and their order.
fn walk_named(at: &str, left: &[(String, &Json)], right: &[(String, &Json)], found: &mut Vec<Difference>) {
    let find = |list: &[(String, &Json)], name: &String| list.iter().position(|(other, _)| other == name);
    let mut shared = Vec::new();
    for (name, element) in left {
        let position = find(right, name);
        shared.extend(position.map(|position| (position, name)));
        step(&format!("{at}[{name}]"), Some(element), position.map(|position| right[position].1), found);
    }
    for (name, element) in right.iter().filter(|(name, _)| find(left, name).is_none()) {
        step(&format!("{at}[{name}]"), None, Some(element), found);
    }
    if !shared.is_sorted() {
        let order: Vec<_> = shared.iter().map(|(_, name)| (*name).clone()).collect();
        shared.sort();
        let other: Vec<_> = shared.iter().map(|(_, name)| (*name).clone()).collect();
        found.push(Difference {
            path: format!("{at}.order"),
            kafka: Some(order.into()),
            other: Some(other.into()),
        });
    }
}

fn step(at: &str, kafka: Option<&Json>, other: Option<&Json>, found: &mut Vec<Difference>) {
    match (kafka, other) {
        (Some(left @ (Json::Object(_) | Json::Array(_))), Some(right)) if same_kind(left, right) => {
            walk(at, left, right, found);
        }
        (kafka, other) if kafka == other => {}
        (kafka, other) => {
            found.push(Difference { path: at.to_owned(), kafka: kafka.cloned(), other: other.cloned() });
        }
    }
}

fn same_kind(left: &Json, right: &Json) -> bool {
    left.is_object() == right.is_object() && left.is_array() == right.is_array()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(kafka: Json, other: Json) -> Vec<String> {
        let found = compare(&Outcome::Answer(kafka), &Outcome::Answer(other));
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn each_field_that_differs_is_named_once() {
        assert_eq!(
            differences(
                json!({"a": 1, "b": [{"c": null}, {"c": 2}], "d": "x", "f": []}),
                json!({"a": 2, "b": [{"c": 0}], "e": "x", "f": null}),
            ),
            [
                "a: Kafka 1, Tidelog 2",
                "b[0].c: Kafka null, Tidelog 0",
                "b[1]: Kafka {\"c\":2}, Tidelog nothing",
                "d: Kafka \"x\", Tidelog nothing",
                "f: Kafka [], Tidelog null",
                "e: Kafka nothing, Tidelog \"x\"",
            ]
        );
    }

    #[test]
    fn elements_with_names_are_compared_by_name_and_by_order() {
        assert_eq!(
            differences(
                json!({"a": [{"name": "x", "v": 1}, {"name": "y", "v": 2}, {"name": "z"}]}),
                json!({"a": [{"name": "z"}, {"name": "y", "v": 3}, {"name": "w"}]}),
            ),
            [
                "a[x]: Kafka {\"name\":\"x\",\"v\":1}, Tidelog nothing",
                "a[y].v: Kafka 2, Tidelog 3",
                "a[w]: Kafka nothing, Tidelog {\"name\":\"w\"}",
                "a.order: Kafka [\"y\",\"z\"], Tidelog [\"z\",\"y\"]",
            ]
        );
    }

    #[test]
    fn an_answer_is_no_closed_connection() {
        assert_eq!(compare(&Outcome::Closed, &Outcome::Closed), []);
        assert_eq!(compare(&Outcome::Closed, &Outcome::Silent).len(), 1);
        assert_eq!(compare(&Outcome::Answer(json!({})), &Outcome::Closed).len(), 1);
    }
}
