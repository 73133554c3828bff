//! Plays scenarios against a broker, whichever, over the raw wire. Owns what a scenario's steps mean.
//!
//! A scenario has a connection and topics of its own, so that scenarios run in one broker in any order. Every outcome is
//! noted without what is volatile; the request is noted in the scenario's own terms.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value as Json, json};
use tidelog_kafka_schema::{DecodeError, EncodeError, Field, Schema, Schemas, Type};

use crate::path;
use crate::scenario::{Scenario, Script, Send, Step, Topic, Versions};
use crate::scope::{Scope, ScopeError};
use crate::symbols::{self, SymbolError};
use crate::transcript::{Outcome, Place};
use crate::volatile::{self, Known};
use crate::wire::{Connection, Reply};

/// How long a broker may take for what it does in its own time.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// How many topics are made by one request, at most.
const MAX_TOPICS: usize = 200;

/// Why a scenario cannot be played: its own fault, or there is no broker.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// Nobody listens, or the network fails.
    #[error("{address}: {source}")]
    Io {
        /// The broker.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The scenario makes no sense.
    #[error("{place}: {reason}")]
    Scenario {
        /// Which, and which of its steps.
        place: String,
        /// Why.
        reason: String,
    },
    /// The broker does not do what every scenario needs.
    #[error("{0}")]
    Broker(String),
}

/// What is wrong within a step.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Scope(#[from] ScopeError),
    #[error(transparent)]
    Symbol(#[from] SymbolError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("{0}")]
    Step(String),
}

/// One request that was sent, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// Which request.
    pub place: Place,
    /// The API.
    pub api: String,
    /// What the step says of itself.
    pub note: String,
    /// What was asked, in the scenario's terms.
    pub request: Json,
    /// What became of it.
    pub outcome: Outcome,
}

/// Plays against one broker.
pub struct Player<'a> {
    schemas: &'a Schemas,
    connection: Connection,
    correlation_id: i32,
    /// What the broker advertises: its API keys.
    served: Vec<i16>,
    is_strict: bool,
}

/// One playing of a scenario.
struct Run<'a> {
    script: &'a Script,
    scenario: &'a Scenario,
    run: Option<i16>,
    /// What is sent: which step, in which version.
    requests: Vec<(usize, i16)>,
    prefix: String,
    /// Names and the values that topics and answers gave them.
    bound: Map<String, Json>,
    /// The same names, each for itself.
    labels: Map<String, Json>,
    ids: BTreeMap<String, String>,
}

impl<'a> Player<'a> {
    /// Asks the broker at `address` what it serves.
    pub fn new(schemas: &'a Schemas, address: SocketAddr) -> Result<Self, PlayError> {
        let connection = Connection::to(address);
        let mut player =
            Player { schemas, connection, correlation_id: 0, served: Vec::new(), is_strict: false };
        let answer = player.ask("ApiVersions", 0, json!({}))?;
        let keys = answer["apiKeys"].as_array().into_iter().flatten();
        player.served = keys.filter_map(|key| key["apiKey"].as_i64()?.try_into().ok()).collect();
        Ok(player)
    }

    /// Fails where an answer never becomes what its step waits for: to record is to know that scenarios make sense.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Whether the broker advertises the API.
    pub fn serves(&self, api: &str) -> bool {
        let schema = self.schemas.named(&format!("{api}Request"));
        schema.and_then(|schema| schema.api_key).is_some_and(|key| self.served.contains(&key))
    }

    /// Whether the broker advertises the API of that key.
    pub fn serves_key(&self, key: i64) -> bool {
        self.served.iter().any(|served| i64::from(*served) == key)
    }

    /// Plays a scenario, as often as it says: once, for each version of its API, or for each of its requests alone.
    pub fn play(&mut self, script: &Script, scenario: &Scenario) -> Result<Vec<Played>, PlayError> {
        let mut runs = self.runs(script, scenario)?;
        self.make_topics(&mut runs)?;
        let mut played = Vec::new();
        for mut run in runs {
            self.connection.end();
            self.play_run(&mut run, &mut played)?;
        }
        Ok(played)
    }

    fn runs<'b>(&self, script: &'b Script, scenario: &'b Scenario) -> Result<Vec<Run<'b>>, PlayError> {
        let name = format!("{}-{}-", script.stem, scenario.name);
        let versions = match scenario.each {
            false => vec![None],
            true => self.request(&script.api, &name)?.versions.iter().map(Some).collect(),
        };
        let mut runs = Vec::new();
        for version in versions {
            let suffix = version.map_or(String::new(), |version| format!("v{version}-"));
            let mut run = Run::new(script, scenario, version, format!("{name}{suffix}"));
            for (index, step) in scenario.steps.iter().enumerate() {
                let versions = self.versions(&run, step)?;
                run.requests.extend(versions.into_iter().map(|version| (index, version)));
            }
            match scenario.alone {
                false => runs.push(run),
                true => runs.extend(run.requests.iter().map(|(index, version)| {
                    let mut alone =
                        Run::new(script, scenario, run.run, format!("{}{index}-v{version}-", run.prefix));
                    alone.requests.push((*index, *version));
                    alone
                })),
            }
        }
        Ok(runs)
    }

    fn play_run(&mut self, run: &mut Run<'_>, played: &mut Vec<Played>) -> Result<(), PlayError> {
        let mut is_served = true;
        for (index, version) in run.requests.clone() {
            let Some(step) = run.scenario.steps.get(index) else { continue };
            let api = run.api(step);
            is_served &= self.serves(api) || step.send.key.is_some();
            let place = Place { scenario: run.scenario.name.clone(), step: index, run: run.run, version };
            let (request, outcome) = match is_served {
                false => (Json::Null, Outcome::NotServed),
                true => self.play_step(run, step, api, version).map_err(|fault| match fault {
                    Fault::Io(source) => PlayError::Io { address: self.connection.address(), source },
                    fault => PlayError::Scenario {
                        place: format!("{}step {index}, {api} v{version}", run.prefix),
                        reason: fault.to_string(),
                    },
                })?,
            };
            played.push(Played { place, api: api.to_owned(), note: step.note.clone(), request, outcome });
        }
        Ok(())
    }

    fn versions(&self, run: &Run<'_>, step: &Step) -> Result<Vec<i16>, PlayError> {
        let api = run.api(step);
        let served = self.request(api, &run.prefix)?.versions;
        let (lowest, highest) = (served.lowest, served.highest.unwrap_or(served.lowest));
        let wrong = || PlayError::Scenario {
            place: run.prefix.clone(),
            reason: format!("{:?}: {api} has {lowest} to {highest}", step.versions),
        };
        let is_own = api == run.script.api;
        match (&step.versions, run.run) {
            (None, Some(version)) if is_own => Ok(vec![version]),
            (None, None) if is_own => Ok((lowest..=highest).collect()),
            (None, _) => Ok(vec![highest]),
            // In a scenario for each version, a range says which of them the step is for.
            (Some(Versions::Range(text)), Some(version)) if is_own => {
                let range = Versions::Range(text.clone()).within(lowest, highest).ok_or_else(wrong)?;
                Ok(range.into_iter().filter(|one| *one == version).collect())
            }
            (Some(versions), _) => versions.within(lowest, highest).ok_or_else(wrong),
        }
    }

    fn play_step(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        api: &str,
        version: i16,
    ) -> Result<(Json, Outcome), Fault> {
        let own = json!({ "version": version });
        let (exact, said) =
            (run.scope(&run.bound, &run.prefix, step, &own), run.scope(&run.labels, "~", step, &own));
        let mut said_request = said.resolve(&step.request)?;
        if step.send != Send::default() {
            said_request = json!({"request": said_request, "send": &step.send});
        }
        let request = symbols::expand(&exact.resolve(&step.request)?)?;
        let until: BTreeMap<&String, Json> = step
            .until
            .iter()
            .map(|(at, value)| Ok((at, exact.resolve(value)?)))
            .collect::<Result<_, ScopeError>>()?;
        let request_text = request.to_string();
        let begun = Instant::now();
        let outcome = loop {
            let outcome = self.exchange(step, api, version, &request)?;
            let is_there = match &outcome {
                Outcome::Answer(answer) => {
                    until.iter().all(|(at, value)| path::get(answer, at) == Some(value))
                }
                _ => true,
            };
            if is_there {
                break outcome;
            }
            if begun.elapsed() > PATIENCE {
                match self.is_strict {
                    false => break outcome,
                    true => return Err(Fault::Step(format!("it never says {until:?}: {outcome:?}"))),
                }
            }
            sleep(PAUSE);
        };
        let Outcome::Answer(mut answer) = outcome else { return Ok((said_request, outcome)) };
        run.bind(step, &answer);
        volatile::replace(api, &mut answer, &run.known(request_text, self.connection.address().port()));
        Ok((said_request, Outcome::Answer(answer)))
    }

    /// Sends one frame and waits for what becomes of it.
    fn exchange(&mut self, step: &Step, api: &str, version: i16, request: &Json) -> Result<Outcome, Fault> {
        let frame = self.frame(&step.send, api, version, request)?;
        self.connection.send(&frame)?;
        let sent = self.correlation_id;
        if step.silent {
            // What answers a request that asked for no answer would come before the answer to another.
            let fence = self.frame(&Send::default(), "ApiVersions", 0, &json!({}))?;
            self.connection.send(&fence)?;
        }
        let frame = match self.connection.receive()? {
            Reply::Frame(frame) => frame,
            Reply::Closed => return Ok(Outcome::Closed),
            Reply::Nothing => return Ok(Outcome::Nothing),
        };
        let answers = frame.get(..4).and_then(|id| id.try_into().ok()).map(i32::from_be_bytes);
        if step.silent && answers == Some(self.correlation_id) {
            return Ok(Outcome::Silent);
        }
        if answers != Some(sent) {
            return Ok(Outcome::Unreadable(format!("it answers {answers:?}, not {sent}")));
        }
        let schema = self.schemas.named(&format!("{api}Response"));
        let schema = schema.ok_or_else(|| Fault::Step(format!("no API is named {api}")))?;
        match decode(schema, step.send.read_as.unwrap_or(version), &frame) {
            Ok(answer) => Ok(Outcome::Answer(answer)),
            Err(why) => Ok(Outcome::Unreadable(format!("{why}: {}", symbols::to_hex(&frame)))),
        }
    }

    fn frame(&mut self, send: &Send, api: &str, version: i16, request: &Json) -> Result<Vec<u8>, Fault> {
        self.correlation_id += 1;
        let unknown = || Fault::Step(format!("no API is named {api}"));
        let schema = self.schemas.named(&format!("{api}Request")).ok_or_else(unknown)?;
        let header_version = schema.header_version(version).ok_or_else(unknown)?;
        let header = json!({
            "requestApiKey": send.key.or(schema.api_key),
            "requestApiVersion": send.version.unwrap_or(version),
            "correlationId": self.correlation_id,
            "clientId": send.client_id.clone().unwrap_or(Some("transcribe".to_owned())),
        });
        let headers = self.schemas.named("RequestHeader").ok_or_else(unknown)?;
        let mut frame = headers.encode(&header, header_version)?;
        let hexadecimal = |text: &String| {
            symbols::from_hex(text).ok_or_else(|| Fault::Step(format!("{text} is not hexadecimal")))
        };
        match &send.body {
            Some(body) => frame.extend(hexadecimal(body)?),
            None => {
                frame.extend(schema.encode(&in_version(schema, &schema.fields, request, version), version)?)
            }
        }
        if let Some(bytes) = &send.append {
            frame.extend(hexadecimal(bytes)?);
        }
        frame.truncate(frame.len().saturating_sub(send.truncate));
        let length = send.length.unwrap_or(frame.len() as i32);
        Ok([&length.to_be_bytes()[..], &frame].concat())
    }

    fn request(&self, api: &str, place: &str) -> Result<&'a Schema, PlayError> {
        self.schemas.named(&format!("{api}Request")).ok_or_else(|| PlayError::Scenario {
            place: place.to_owned(),
            reason: format!("no API is named {api}"),
        })
    }

    /// A request that every broker answers.
    fn ask(&mut self, api: &str, version: i16, request: Json) -> Result<Json, PlayError> {
        let step: Step = serde_json::from_value(json!({})).expect("every field has a default");
        match self.exchange(&step, api, version, &request) {
            Ok(Outcome::Answer(answer)) => Ok(answer),
            Ok(outcome) => Err(PlayError::Broker(format!("{api} v{version} {request}: {outcome:?}"))),
            Err(Fault::Io(source)) => Err(PlayError::Io { address: self.connection.address(), source }),
            Err(fault) => Err(PlayError::Broker(fault.to_string())),
        }
    }

    /// Makes the topics of several runs at once, and waits until every partition can be used.
    fn make_topics(&mut self, runs: &mut [Run<'_>]) -> Result<(), PlayError> {
        let mut topics = Vec::new();
        for run in &*runs {
            topics.extend(
                run.scenario
                    .topics
                    .iter()
                    .map(|(key, topic)| creatable(format!("{}{key}", run.prefix), topic)),
            );
        }
        for some in topics.chunks(MAX_TOPICS) {
            let answer = self.ask("CreateTopics", 7, json!({"topics": some, "timeoutMs": 10_000}))?;
            let mut results = answer["topics"].as_array().into_iter().flatten();
            if let Some(result) = results.find(|result| result["errorCode"] != 0) {
                return Err(PlayError::Broker(format!(
                    "a topic cannot be made (is the broker fresh?): {result}"
                )));
            }
        }
        for run in runs {
            for (key, topic) in &run.scenario.topics {
                let name = format!("{}{key}", run.prefix);
                let id = self.wait_for(&name, topic)?;
                run.ids.insert(id.clone(), format!("{key}.id"));
                run.bound.insert(key.clone(), name.into());
                run.bound.insert(format!("{key}.id"), id.into());
                run.labels.insert(key.clone(), format!("~{key}").into());
                run.labels.insert(format!("{key}.id"), format!("<{key}.id>").into());
            }
        }
        Ok(())
    }

    /// The topic's id, once its partitions answer.
    fn wait_for(&mut self, name: &str, topic: &Topic) -> Result<String, PlayError> {
        let metadata = json!({"topics": [{"name": name}], "allowAutoTopicCreation": false});
        let partitions: Json =
            (0..topic.partitions).map(|index| json!({"partitionIndex": index, "timestamp": -2})).collect();
        let offsets = json!({"replicaId": -1, "topics": [{"name": name, "partitions": partitions}]});
        let begun = Instant::now();
        loop {
            let found = self.ask("Metadata", 12, metadata.clone())?["topics"][0].take();
            let listed = self.ask("ListOffsets", 6, offsets.clone())?["topics"][0]["partitions"].take();
            let is_led = |partition: &Json| partition["errorCode"] == 0;
            if found["errorCode"] == 0 && listed.as_array().is_some_and(|all| all.iter().all(is_led)) {
                return Ok(found["topicId"].as_str().unwrap_or_default().to_owned());
            }
            if begun.elapsed() > PATIENCE {
                return Err(PlayError::Broker(format!("{name} does not come up: {found}, {listed}")));
            }
            sleep(PAUSE);
        }
    }
}

fn creatable(name: String, topic: &Topic) -> Json {
    let configs: Json =
        topic.configs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"name": name, "numPartitions": topic.partitions, "replicationFactor": 1, "configs": configs})
}

impl<'a> Run<'a> {
    fn new(script: &'a Script, scenario: &'a Scenario, run: Option<i16>, prefix: String) -> Self {
        let (bound, labels, ids) = (Map::new(), Map::new(), BTreeMap::new());
        Run { script, scenario, run, requests: Vec::new(), prefix, bound, labels, ids }
    }

    fn api<'b>(&self, step: &'b Step) -> &'b str
    where
        'a: 'b,
    {
        step.api.as_ref().unwrap_or(&self.script.api)
    }

    fn scope<'b>(
        &'b self,
        bound: &'b Map<String, Json>,
        prefix: &'b str,
        step: &'b Step,
        own: &'b Json,
    ) -> Scope<'b> {
        let mut layers = vec![&step.with, bound, &self.scenario.lets, &self.script.lets];
        layers.extend(own.as_object());
        Scope { prefix, layers }
    }

    fn bind(&mut self, step: &Step, answer: &Json) {
        for (name, at) in &step.bind {
            let value = path::get(answer, at).cloned().unwrap_or_default();
            if let Some(text) = value.as_str() {
                self.ids.insert(text.to_owned(), name.clone());
            }
            self.labels.insert(name.clone(), format!("<{name}>").into());
            self.bound.insert(name.clone(), value);
        }
    }

    fn known(&self, request: String, port: u16) -> Known {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Known {
            prefix: self.prefix.clone(),
            ids: self.ids.clone(),
            request,
            port,
            now_ms: now.as_millis() as i64,
        }
    }
}

/// A request without the fields that the version lacks, so that one text does for all versions.
fn in_version(schema: &Schema, fields: &[Field], json: &Json, version: i16) -> Json {
    let Json::Object(members) = json else { return json.clone() };
    let mut out = Map::new();
    for (name, member) in members {
        let field = fields.iter().find(|field| field.name == *name);
        if field.is_some_and(|field| !field.versions.contains(version)) {
            continue;
        }
        let of = |name: &str| schema.find_struct(name).map_or(&[][..], |found| &found.fields);
        let member = match (field.map(|field| &field.ty), member) {
            (Some(Type::Struct(name)), member) => in_version(schema, of(name), member, version),
            (Some(Type::Array(element)), Json::Array(elements)) => match &**element {
                Type::Struct(name) => {
                    elements.iter().map(|element| in_version(schema, of(name), element, version)).collect()
                }
                _ => member.clone(),
            },
            _ => member.clone(),
        };
        out.insert(name.clone(), member);
    }
    Json::Object(out)
}

/// The answer in a frame, whole.
fn decode(schema: &Schema, version: i16, frame: &[u8]) -> Result<Json, String> {
    let at = match schema.header_version(version) {
        // A correlation id and no tagged fields.
        Some(1) if frame.get(4) == Some(&0) => 5,
        Some(0) => 4,
        _ => return Err("its header has tagged fields".to_owned()),
    };
    let body = frame.get(at..).unwrap_or_default();
    let (mut answer, size) = schema.decode(body, version).map_err(|error: DecodeError| error.to_string())?;
    if size != body.len() {
        return Err(format!("{} bytes follow it", body.len() - size));
    }
    symbols::read_records(schema, &mut answer);
    Ok(answer)
}
