//! What differs from run to run: the one closed list, and what replaces it. Nothing else of an answer is ever hidden.
//!
//! A value is replaced by its meaning only if it looks like it: a topic id of zeros, a producer id of −1, a time of last year
//! stay what they are, so an answer that lacks the value differs from one that has it. What a scenario knows by name is
//! replaced by that name, so one topic's id is not another's.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What a value means, where the value itself cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A random id: `<t.id>` where the scenario knows whose, itself where the request named it, else `<id>`. Zeros stay.
    Id,
    /// A text that no two clusters share; the empty one stays.
    Name,
    /// A number that only counts up: `<count>`. What is below 0 stays.
    Count,
    /// A number that names something: `<number>`. What is below 1 stays.
    Number,
    /// The broker's port.
    Port,
    /// A time of about now: `<now>`. Others stay.
    Time,
    /// A config: its value and its synonyms' values are `<setting>` if it says where things are.
    Setting,
    /// A text with such times, or with times counted from now, in it.
    Text,
    /// A text that explains and has no other meaning: `<text>` unless it is null or empty.
    Explanation,
    /// A list in the order of a hash table, of objects with this name (or a topic id): it is sorted.
    Unordered(&'static str),
    /// A list of everything that there is: only what is the scenario's own or a broker is kept, by this
    /// name, sorted.
    Own(&'static str),
}

/// Where it stands: the API (`*` for any), and the path without indices (`*.` in front for any depth).
pub type Rule = (&'static str, &'static str, Meaning);

/// The list.
pub const VOLATILE: &[Rule] = &[
    ("*", "*.topicId", Meaning::Id),
    ("*", "*.clusterId", Meaning::Name),
    ("*", "*.port", Meaning::Port),
    ("*", "*.errorMessage", Meaning::Text),
    ("AlterClientQuotas", "entries", Meaning::Unordered("entity")),
    ("AlterClientQuotas", "entries.entity", Meaning::Unordered("entityType")),
    ("AlterConfigs", "responses", Meaning::Unordered("resourceName")),
    ("AlterPartitionReassignments", "responses", Meaning::Unordered("name")),
    ("AlterReplicaLogDirs", "results", Meaning::Unordered("topicName")),
    ("AlterReplicaLogDirs", "results.partitions", Meaning::Unordered("partitionIndex")),
    ("ApiVersions", "finalizedFeaturesEpoch", Meaning::Count),
    ("ApiVersions", "finalizedFeatures", Meaning::Unordered("name")),
    ("ApiVersions", "supportedFeatures", Meaning::Unordered("name")),
    ("CreatePartitions", "results", Meaning::Unordered("name")),
    ("CreateTopics", "topics", Meaning::Unordered("name")),
    ("CreateTopics", "topics.configs", Meaning::Unordered("name")),
    ("DeleteRecords", "topics", Meaning::Unordered("name")),
    ("DeleteRecords", "topics.partitions", Meaning::Unordered("partitionIndex")),
    ("DeleteTopics", "responses", Meaning::Unordered("name")),
    ("DescribeClientQuotas", "entries", Meaning::Unordered("entity")),
    ("DescribeClientQuotas", "entries.entity", Meaning::Unordered("entityType")),
    ("DescribeClientQuotas", "entries.values", Meaning::Unordered("key")),
    ("DescribeConfigs", "results", Meaning::Unordered("resourceName")),
    ("DescribeConfigs", "results.configs", Meaning::Unordered("name")),
    ("DescribeConfigs", "results.configs", Meaning::Setting),
    ("DescribeConfigs", "results.configs.documentation", Meaning::Explanation),
    ("DescribeLogDirs", "results.logDir", Meaning::Name),
    ("DescribeLogDirs", "results.topics", Meaning::Own("name")),
    ("DescribeLogDirs", "results.topics.partitions", Meaning::Unordered("partitionIndex")),
    ("DescribeLogDirs", "results.totalBytes", Meaning::Number),
    ("DescribeLogDirs", "results.usableBytes", Meaning::Number),
    ("DescribeProducers", "topics.partitions.activeProducers.lastTimestamp", Meaning::Time),
    ("DescribeProducers", "topics.partitions.activeProducers.producerId", Meaning::Count),
    ("DescribeQuorum", "*.highWatermark", Meaning::Number),
    ("DescribeQuorum", "*.lastCaughtUpTimestamp", Meaning::Time),
    ("DescribeQuorum", "*.lastFetchTimestamp", Meaning::Time),
    ("DescribeQuorum", "*.leaderEpoch", Meaning::Number),
    ("DescribeQuorum", "*.logEndOffset", Meaning::Number),
    ("DescribeQuorum", "*.replicaDirectoryId", Meaning::Id),
    ("DescribeQuorum", "nodes.listeners.port", Meaning::Number),
    ("DescribeTopicPartitions", "topics", Meaning::Own("name")),
    ("ElectLeaders", "replicaElectionResults", Meaning::Own("topic")),
    ("Fetch", "responses.partitions.records.maxTimestamp", Meaning::Time),
    ("Fetch", "responses.partitions.records.producerId", Meaning::Count),
    ("Fetch", "responses.partitions.records.records.timestamp", Meaning::Time),
    ("Fetch", "sessionId", Meaning::Number),
    ("IncrementalAlterConfigs", "responses", Meaning::Unordered("resourceName")),
    ("InitProducerId", "producerId", Meaning::Count),
    ("ListConfigResources", "configResources", Meaning::Own("resourceName")),
    ("ListOffsets", "topics", Meaning::Unordered("name")),
    ("ListOffsets", "topics.partitions", Meaning::Unordered("partitionIndex")),
    ("ListOffsets", "topics.partitions.timestamp", Meaning::Time),
    ("Metadata", "topics", Meaning::Own("name")),
    ("Produce", "responses", Meaning::Unordered("name")),
    ("Produce", "responses.partitionResponses", Meaning::Unordered("index")),
    ("Produce", "responses.partitionResponses.logAppendTimeMs", Meaning::Time),
    ("Produce", "responses.partitionResponses.recordErrors.batchIndexErrorMessage", Meaning::Text),
    ("UpdateFeatures", "results", Meaning::Unordered("feature")),
];

/// The configs that say where things are.
const PLACES: &[&str] =
    &["advertised.listeners", "controller.quorum.voters", "listeners", "log.dir", "log.dirs"];

/// A time within this of now is now.
const NOW_MS: i64 = 24 * 3600 * 1000;

/// What a scenario knows of the values that it meets.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What its names begin with: written `~`.
    pub prefix: String,
    /// The names of ids.
    pub ids: BTreeMap<String, String>,
    /// The request, whose own ids are nobody's secret.
    pub request: String,
    /// The broker's port.
    pub port: u16,
    /// The time, in milliseconds since 1970.
    pub now_ms: i64,
}

/// `answer` with everything volatile replaced by its meaning, and the scenario's names shortened. Doing it twice changes
/// nothing more.
pub fn replace(api: &str, answer: &mut Json, known: &Known) {
    walk(api, "", answer, known);
}

/// From the inside out: lists are sorted by names that are shortened already.
fn walk(api: &str, path: &str, json: &mut Json, known: &Known) {
    match json {
        Json::Object(members) => {
            for (name, member) in members {
                walk(api, &crate::path::member(path, name), member, known);
            }
        }
        Json::Array(elements) => elements.iter_mut().for_each(|element| walk(api, path, element, known)),
        Json::String(text) if !known.prefix.is_empty() => *text = text.replace(&known.prefix, "~"),
        _ => {}
    }
    for (of, at, meaning) in VOLATILE {
        if (*of == "*" || *of == api) && is_at(at, path) {
            mean(*meaning, json, known);
        }
    }
}

fn is_at(pattern: &str, path: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(name) => path.rsplit('.').next() == Some(name),
        None => pattern == path,
    }
}

fn mean(meaning: Meaning, json: &mut Json, known: &Known) {
    let text = json.as_str().map(str::to_owned);
    let number = json.as_i64();
    let replacement = match meaning {
        Meaning::Id => text.and_then(|text| id(&text, known)),
        Meaning::Name => text.filter(|text| !text.is_empty()).map(|_| "<name>".to_owned()),
        Meaning::Count => number.filter(|number| *number >= 0).map(|_| "<count>".to_owned()),
        Meaning::Number => number.filter(|number| *number > 0).map(|_| "<number>".to_owned()),
        Meaning::Port => {
            number.filter(|number| *number == i64::from(known.port)).map(|_| "<port>".to_owned())
        }
        Meaning::Time => number.filter(|number| is_now(*number, known)).map(|_| "<now>".to_owned()),
        Meaning::Text => text.map(|text| without_times(&text, known)),
        Meaning::Explanation => text.filter(|text| !text.is_empty()).map(|_| "<text>".to_owned()),
        Meaning::Setting => return settings(json),
        Meaning::Unordered(name) => return sort(json, name),
        Meaning::Own(name) => {
            if let Json::Array(elements) = json {
                elements.retain(|element| is_own(element, name, known));
            }
            return sort(json, name);
        }
    };
    if let Some(replacement) = replacement {
        *json = replacement.into();
    }
}

fn id(text: &str, known: &Known) -> Option<String> {
    let is_zero = text.chars().all(|letter| letter == 'A');
    let is_meaning = text.starts_with('<');
    match known.ids.get(text) {
        Some(name) => Some(format!("<{name}>")),
        None if is_zero || is_meaning || known.request.contains(text) => None,
        None => Some("<id>".to_owned()),
    }
}

/// Also as far from now as a time can be: how a broker without limits reckons the earliest time that it takes.
fn is_now(number: i64, known: &Known) -> bool {
    let near = |number: i64| number.wrapping_sub(known.now_ms).unsigned_abs() <= NOW_MS.unsigned_abs();
    near(number) || near(number.wrapping_add(i64::MAX))
}

/// A name of the scenario's own, one that its request named, or a broker's.
fn is_own(element: &Json, name: &str, known: &Known) -> bool {
    match element.get(name) {
        Some(Json::String(text)) => {
            text.starts_with('~')
                || text.bytes().all(|letter| letter.is_ascii_digit())
                || known.request.contains(&format!("\"{text}\""))
        }
        _ => true,
    }
}

fn settings(configs: &mut Json) {
    let is_place = |config: &Json| PLACES.iter().any(|name| config["name"] == *name);
    for config in configs.as_array_mut().into_iter().flatten().filter(|config| is_place(config)) {
        let synonyms = config.get_mut("synonyms").and_then(Json::as_array_mut);
        for synonym in synonyms.into_iter().flatten() {
            hide(synonym);
        }
        hide(config);
    }
}

fn hide(config: &mut Json) {
    if config["value"].is_string() {
        config["value"] = "<setting>".into();
    }
}

fn sort(json: &mut Json, name: &str) {
    if let Json::Array(elements) = json {
        elements.sort_by_key(|element| element.get(name).or(element.get("topicId")).map(Json::to_string));
    }
}

/// Digits that are a time of about now become `<now>`.
fn without_times(text: &str, known: &Known) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_digit() || letter == '-' && digits.is_empty() {
            digits.push(letter);
            continue;
        }
        match digits.parse() {
            Ok(number) if is_now(number, known) => out.push_str("<now>"),
            _ => out.push_str(&digits),
        }
        digits.clear();
        out.push(letter);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known() -> Known {
        Known {
            prefix: "metadata-a-".to_owned(),
            ids: BTreeMap::from([("id1".to_owned(), "t.id".to_owned())]),
            request: r#"{"name":"sent","topicId":"id2"}"#.to_owned(),
            port: 9092,
            now_ms: 1_800_000_000_000,
        }
    }

    #[test]
    fn what_is_volatile_becomes_its_meaning_and_what_is_not_stays() {
        let mut answer = json!({
            "clusterId": "x", "brokers": [{"port": 9092}, {"port": 9093}],
            "topics": [
                {"name": "sent", "topicId": "id2"},
                {"name": "metadata-a-t", "topicId": "id1"},
                {"name": "metadata-b-t", "topicId": "id1"},
                {"name": "metadata-a-s", "topicId": "AAAA"},
                {"name": "metadata-a-r", "topicId": "id3"},
            ],
        });
        let expected = json!({
            "clusterId": "<name>", "brokers": [{"port": "<port>"}, {"port": 9093}],
            "topics": [
                {"name": "sent", "topicId": "id2"},
                {"name": "~r", "topicId": "<id>"},
                {"name": "~s", "topicId": "AAAA"},
                {"name": "~t", "topicId": "<t.id>"},
            ],
        });
        replace("Metadata", &mut answer, &known());
        assert_eq!(answer, expected);
        replace("Metadata", &mut answer, &known());
        assert_eq!(answer, expected, "twice is once");
    }

    #[test]
    fn times_are_hidden_only_about_now() {
        let mut answer = json!({"responses": [{"partitionResponses": [
            {"logAppendTimeMs": 1_800_000_000_001_i64, "errorMessage": "1700000000000 is not in [-9223370236854775808,1799999999999]"},
            {"logAppendTimeMs": 1_700_000_000_000_i64, "errorMessage": null},
        ]}]});
        replace("Produce", &mut answer, &known());
        assert_eq!(
            answer["responses"][0]["partitionResponses"],
            json!([
                {"logAppendTimeMs": "<now>", "errorMessage": "1700000000000 is not in [<now>,<now>]"},
                {"logAppendTimeMs": 1_700_000_000_000_i64, "errorMessage": null},
            ])
        );
    }
}
