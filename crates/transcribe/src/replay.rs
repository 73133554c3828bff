//! Recording a script and replaying one: the two uses of a player, and the report of a replay.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value as Json;

use crate::compare::{Difference, compare};
use crate::deviation::Deviations;
use crate::player::{PlayError, Played, Player};
use crate::scenario::Script;
use crate::transcript::{Outcome, Place, Transcript};

/// Why a replay says nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It could not be played.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// The scenarios are not those that were recorded.
    #[error(
        "{script} {scenario} step {step}, version {version}: {what}; record the scenarios again: \
         cargo run -p tidelog-transcribe -- record --bootstrap HOST:PORT"
    )]
    Stale {
        /// The script's stem.
        script: String,
        /// The scenario's name.
        scenario: String,
        /// The index of its step.
        step: usize,
        /// The version of the request.
        version: i16,
        /// What does not fit.
        what: &'static str,
    },
}

/// Plays a whole script.
pub fn play(player: &mut Player<'_>, script: &Script) -> Result<Vec<Played>, PlayError> {
    let mut played = Vec::new();
    for scenario in &script.scenarios {
        played.extend(player.play(script, scenario)?);
    }
    Ok(played)
}

/// Plays a whole script and takes it down.
pub fn record(player: &mut Player<'_>, script: &Script) -> Result<Transcript, PlayError> {
    play(player, script).map(Transcript::of)
}

/// What replays found, over all scripts.
#[derive(Debug, Default)]
pub struct Replay {
    /// Answers that were compared.
    pub compared: usize,
    /// Requests that were not sent, by the API that they wait for.
    pub not_served: BTreeMap<String, usize>,
    /// Differences that `deviations.json5` wants.
    pub wanted: usize,
    /// All others: where (script, scenario, step with its note, API), which, and in which versions.
    differences: Vec<(Heading, Difference, BTreeSet<i16>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Heading {
    script: String,
    scenario: String,
    step: usize,
    note: String,
    api: String,
}

impl Replay {
    /// How many differences nobody wants; the same one in several versions counts once.
    pub fn difference_count(&self) -> usize {
        self.differences.len()
    }

    fn add(&mut self, script: &Script, played: &Played, difference: Difference) {
        let heading = Heading {
            script: script.stem.clone(),
            scenario: played.place.scenario.clone(),
            step: played.place.step,
            note: played.note.clone(),
            api: played.api.clone(),
        };
        let version = played.place.version;
        let known = self.differences.iter_mut().rev();
        match known
            .take_while(|(other, ..)| {
                (&other.script, &other.scenario) == (&heading.script, &heading.scenario)
            })
            .find(|(other, same, _)| (other, same) == (&heading, &difference))
        {
            Some((.., versions)) => {
                versions.insert(version);
            }
            None => self.differences.push((heading, difference, BTreeSet::from([version]))),
        }
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<_> = self.differences.iter().collect();
        sorted.sort_by_key(|(heading, ..)| (&heading.script, &heading.scenario, heading.step));
        let mut before = None;
        for (heading, difference, versions) in sorted {
            if before != Some(heading) {
                let Heading { script, scenario, step, note, api } = heading;
                let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
                writeln!(f, "{script} / {scenario} / step {step}{note}: {api}")?;
                before = Some(heading);
            }
            writeln!(f, "  v{}: {difference}", ranges(versions))?;
        }
        for (api, count) in &self.not_served {
            writeln!(f, "{count} requests wait for {api}, which is not served yet")?;
        }
        let (compared, wanted, found) = (self.compared, self.wanted, self.differences.len());
        write!(f, "{compared} answers compared: {found} differences, {wanted} more that are wanted")
    }
}

/// `3-5,7`.
fn ranges(versions: &BTreeSet<i16>) -> String {
    let mut out: Vec<(i16, i16)> = Vec::new();
    for version in versions {
        match out.last_mut() {
            Some((_, last)) if *last + 1 == *version => *last = *version,
            _ => out.push((*version, *version)),
        }
    }
    let text =
        |(first, last): (i16, i16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    out.into_iter().map(text).collect::<Vec<_>>().join(",")
}

/// Kafka's outcome without the APIs that the other broker does not advertise: those wait, and are no difference.
fn without_unserved(kafka: &Outcome, player: &Player<'_>) -> Outcome {
    let mut outcome = kafka.clone();
    if let Outcome::Answer(answer) = &mut outcome
        && let Some(keys) = answer.get_mut("apiKeys").and_then(Json::as_array_mut)
    {
        keys.retain(|api| api["apiKey"].as_i64().is_some_and(|key| player.serves_key(key)));
    }
    outcome
}

/// Plays a script again and compares every outcome with the recorded one.
pub fn replay(
    player: &mut Player<'_>,
    script: &Script,
    transcript: &Transcript,
    deviations: &mut Deviations,
    into: &mut Replay,
) -> Result<(), ReplayError> {
    let played = play(player, script)?;
    compare_all(player, script, played, transcript, deviations, into)
}

/// Compares every outcome of a script that `player`'s broker has played with the recorded one.
pub fn compare_all(
    player: &Player<'_>,
    script: &Script,
    played: Vec<Played>,
    transcript: &Transcript,
    deviations: &mut Deviations,
    into: &mut Replay,
) -> Result<(), ReplayError> {
    let stale = |place: &Place, what| ReplayError::Stale {
        script: script.stem.clone(),
        scenario: place.scenario.clone(),
        step: place.step,
        version: place.version,
        what,
    };
    let seen = played.len();
    let mut waits_for: Option<(String, String)> = None;
    for played in played {
        let place = &played.place;
        let entry = transcript.entries.get(place).ok_or_else(|| stale(place, "it was never recorded"))?;
        if played.outcome == Outcome::NotServed {
            // The rest of its scenario waits for the same API.
            let (_, api) = match waits_for.take() {
                Some(waiting) if waiting.0 == place.scenario => waits_for.insert(waiting),
                _ => waits_for.insert((place.scenario.clone(), played.api.clone())),
            };
            *into.not_served.entry(api.clone()).or_default() += 1;
            continue;
        }
        if entry.request != played.request || entry.api != played.api {
            return Err(stale(place, "another request was recorded"));
        }
        into.compared += 1;
        let kafka = without_unserved(&entry.outcome, player);
        for difference in compare(&kafka, &played.outcome) {
            match deviations.cover(&played.api, place, &difference) {
                true => into.wanted += 1,
                false => into.add(script, &played, difference),
            }
        }
    }
    match transcript.entries.keys().nth(seen).filter(|_| seen < transcript.entries.len()) {
        None => Ok(()),
        Some(place) => Err(stale(place, "more was recorded than is played")),
    }
}
