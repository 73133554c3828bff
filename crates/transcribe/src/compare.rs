//! Where two outcomes differ, field by field.

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
        let said = |json: &Option<Json>| json.as_ref().map_or("nothing".to_owned(), Json::to_string);
        write!(f, "{}: Kafka {}, Tidelog {}", self.path, said(&self.kafka), said(&self.other))
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
            for index in 0..left.len().max(right.len()) {
                step(&path::element(at, index), left.get(index), right.get(index), found);
            }
        }
        _ => step(at, Some(kafka), Some(other), found),
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
    fn an_answer_is_no_closed_connection() {
        assert_eq!(compare(&Outcome::Closed, &Outcome::Closed), []);
        assert_eq!(compare(&Outcome::Closed, &Outcome::Silent).len(), 1);
        assert_eq!(compare(&Outcome::Answer(json!({})), &Outcome::Closed).len(), 1);
    }
}
