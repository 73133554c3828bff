//! What requests are made from: the requests of the transcripts, by API and version, and the schemas of everything that the
//! broker advertises. And the [`World`] that they speak of: topics that are there.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::Value as Json;
use tidelog_kafka_schema::{Schema, Schemas};
use tidelog_transcribe::{FileError, Transcript};

use crate::batches::expand;

/// Produce below this is advertised and closes the connection.
const PRODUCE_LOWEST: i16 = 3;
const PRODUCE: i16 = 0;

/// Why there is no corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The schemas cannot be read.
    #[error("the schemas of proto/kafka cannot be read: {0}")]
    Schemas(#[from] tidelog_kafka_schema::LoadError),
    /// The folder of transcripts cannot be read.
    #[error("the transcripts cannot be listed: {0}")]
    List(#[from] io::Error),
    /// A transcript cannot be read.
    #[error(transparent)]
    Transcript(#[from] FileError),
    /// An API is advertised that has no schema.
    #[error("the broker advertises API key {key}, of which proto/kafka has no schema")]
    NoSchema {
        /// The API.
        key: i16,
    },
}

/// An API that the broker serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advertised {
    /// Its key.
    pub key: i16,
    /// The lowest version.
    pub lowest: i16,
    /// The highest.
    pub highest: i16,
}

/// One API, and what is known of it.
#[derive(Debug)]
pub(crate) struct Api {
    /// `Produce`.
    pub(crate) name: String,
    pub(crate) advertised: Advertised,
    pub(crate) request: Schema,
    pub(crate) response: Schema,
    /// Requests that were recorded, by version.
    pub(crate) recorded: BTreeMap<i16, Vec<Json>>,
}

/// Everything that requests are made from.
#[derive(Debug)]
pub struct Corpus {
    apis: Vec<Api>,
}

/// What there is to speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// Topics by name, with their ids as Kafka writes them.
    pub topics: Vec<(String, String)>,
}

impl Corpus {
    /// For a broker that serves `advertised`, from the schemas and transcripts of the workspace.
    pub fn load(advertised: &[Advertised]) -> Result<Corpus, CorpusError> {
        let schemas = Schemas::checked_in()?;
        let mut apis = Vec::with_capacity(advertised.len());
        for &(mut advertised) in advertised {
            let key = advertised.key;
            if key == PRODUCE {
                advertised.lowest = advertised.lowest.max(PRODUCE_LOWEST);
            }
            let (Some(request), Some(response)) = (schemas.request(key), schemas.response(key)) else {
                return Err(CorpusError::NoSchema { key });
            };
            let name = request.name.trim_end_matches("Request").to_owned();
            let (request, response) = (request.clone(), response.clone());
            apis.push(Api { name, advertised, request, response, recorded: BTreeMap::new() });
        }
        let mut corpus = Corpus { apis };
        corpus.add_transcripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../transcribe/transcripts"))?;
        Ok(corpus)
    }

    /// The names of the APIs, in the order of their keys.
    pub fn api_names(&self) -> impl Iterator<Item = &str> {
        self.apis.iter().map(|api| api.name.as_str())
    }

    pub(crate) fn apis(&self) -> &[Api] {
        &self.apis
    }

    /// Which of them it is.
    pub(crate) fn place_of(&self, key: i16) -> Option<usize> {
        self.apis.iter().position(|api| api.advertised.key == key)
    }

    fn add_transcripts(&mut self, folder: &Path) -> Result<(), CorpusError> {
        let mut paths = Vec::new();
        for file in std::fs::read_dir(folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            for (place, entry) in Transcript::load(&path)?.entries {
                let Some(api) = self.apis.iter_mut().find(|api| api.name == entry.api) else { continue };
                let requests = api.recorded.entry(place.version).or_default();
                let request = expand(&entry.request);
                if request.is_object() && requests.last() != Some(&request) {
                    requests.push(request);
                }
            }
        }
        Ok(())
    }
}

impl World {
    /// The topic that stands for `name` of a transcript.
    pub(crate) fn stand_in(&self, name: &str) -> &(String, String) {
        let sum: usize = name.bytes().map(usize::from).sum();
        &self.topics[sum % self.topics.len()]
    }
}
