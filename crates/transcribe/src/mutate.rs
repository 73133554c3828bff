//! The test of the comparison: every field of a recorded answer, changed in turn, must be noticed.

use serde_json::{Value as Json, json};

use crate::path;
use crate::transcript::{Outcome, Place, Transcript};

/// One answer with one field changed.
#[derive(Debug, Clone)]
pub struct Mutation<'a> {
    /// Whose answer.
    pub place: &'a Place,
    /// The API.
    pub api: &'a str,
    /// Which field.
    pub path: String,
    /// What was recorded.
    pub kafka: &'a Outcome,
    /// The same with the change.
    pub changed: Outcome,
}

/// Changes of every answer, one field each: of every field, or of each `every`-th for a sample. What is volatile is
/// changed, too: to what does not look like it.
pub fn mutations(transcript: &Transcript, every: usize) -> impl Iterator<Item = Mutation<'_>> {
    transcript.entries.iter().enumerate().flat_map(move |(index, (place, entry))| {
        let answer = match &entry.outcome {
            Outcome::Answer(answer) => answer,
            _ => &Json::Null,
        };
        let fields = path::leaves(answer).into_iter().filter(|path| !path.is_empty());
        fields.skip(index % every).step_by(every).filter_map(move |path| {
            let mut changed = answer.clone();
            let field = path::get_mut(&mut changed, &path)?;
            *field = other(field);
            let changed = Outcome::Answer(changed);
            Some(Mutation { place, api: &entry.api, path, kafka: &entry.outcome, changed })
        })
    })
}

/// Another value of the same kind.
fn other(field: &Json) -> Json {
    match field {
        Json::Null => json!(""),
        Json::Bool(value) => json!(!value),
        Json::Number(number) => number.as_i64().map_or(json!(0.5), |number| json!(number ^ 1)),
        Json::String(text) if text.starts_with('<') => json!(""),
        Json::String(text) => json!(format!("{text}x")),
        Json::Array(_) => json!([{}]),
        Json::Object(_) => json!({"more": 0}),
    }
}
