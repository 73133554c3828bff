//! Well-formed requests: recorded ones, put into this world, and random ones, made by their schema. What a field is called
//! says what is likely to mean something there.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json, json};
use tidelog_kafka_schema::{Field, Schema, Type};

use crate::batches::random_batch;
use crate::corpus::{Api, World};
use crate::random::Random;

/// Names of configs that are there, some of which change how a topic or a broker works.
const CONFIGS: &[(&str, &[&str])] = &[
    ("retention.ms", &["-1", "0", "1", "604800000", "9223372036854775807", "-2", "x"]),
    ("retention.bytes", &["-1", "0", "1048576", "9223372036854775807"]),
    ("segment.bytes", &["14", "1048576", "1073741824", "2147483647", "0", "-1"]),
    ("segment.ms", &["1", "604800000", "0"]),
    ("max.message.bytes", &["0", "1", "1048588", "2147483647"]),
    ("cleanup.policy", &["delete", "compact", "compact,delete", "", "none"]),
    ("compression.type", &["producer", "zstd", "lz4", "gzip", "snappy", "uncompressed", "x"]),
    ("message.timestamp.type", &["CreateTime", "LogAppendTime", "x"]),
    ("min.insync.replicas", &["1", "2", "0", "2147483647"]),
    ("flush.messages", &["1", "9223372036854775807"]),
    ("index.interval.bytes", &["0", "1", "4096"]),
    ("segment.index.bytes", &["4", "10485760", "0"]),
    ("tidelog.durability", &["fsync", "replicated", "x"]),
    ("num.partitions", &["1", "3", "10000", "0", "2147483647"]),
    ("log.retention.ms", &["0", "1", "-1"]),
    ("message.max.bytes", &["1", "1048588"]),
    ("auto.create.topics.enable", &["true", "false", "x"]),
    ("delete.topic.enable", &["true", "false"]),
    ("fetch.max.bytes", &["1024", "57671680", "0"]),
    ("interval.ms", &["100", "3600000", "99", "1000"]),
    ("metrics", &["*", "", "org.apache.kafka.", "a,b,c"]),
    ("match", &["client_id=.*", "client_id=(a|b)*c{1,100}", "client_id=[", "x=y"]),
    ("consumer.session.timeout.ms", &["45000", "1", "0"]),
];

/// Words that mean something in some field.
const WORDS: &[&str] = &[
    "",
    "__consumer_offsets",
    "__cluster_metadata",
    ".",
    "..",
    "a b",
    "0",
    "1",
    "-1",
    "user",
    "client-id",
    "ip",
    "client",
    "127.0.0.1",
    "producer_byte_rate",
    "consumer_byte_rate",
    "request_percentage",
    "controller_mutation_rate",
    "metadata.version",
    "kraft.version",
    "/",
    "aé🌊",
];

/// A request of that version.
pub fn request(api: &Api, version: i16, world: &World, random: &mut Random) -> Json {
    let recorded = api.recorded.get(&version).filter(|recorded| !recorded.is_empty() && !random.one_in(2));
    match recorded {
        Some(recorded) => {
            let mut request = random.of(recorded).clone();
            settle(&mut request, world, random);
            request
        }
        None => Generator { schema: &api.request, version, world, random }.fields(&api.request.fields),
    }
}

/// Puts this world's names in place of a transcript's.
fn settle(json: &mut Json, world: &World, random: &mut Random) {
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(|element| settle(element, world, random)),
        Json::Object(members) => members.values_mut().for_each(|member| settle(member, world, random)),
        Json::String(text) => {
            let settled = if let Some(name) = text.strip_prefix('~') {
                Json::from(world.stand_in(name).0.clone())
            } else if let Some(name) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
                match name.strip_suffix(".id") {
                    Some(topic) => Json::from(world.stand_in(topic).1.clone()),
                    None => json!(random.below(1000)),
                }
            } else {
                return;
            };
            *json = settled;
        }
        _ => {}
    }
}

struct Generator<'a> {
    schema: &'a Schema,
    version: i16,
    world: &'a World,
    random: &'a mut Random,
}

impl Generator<'_> {
    fn fields(&mut self, fields: &[Field]) -> Json {
        let mut members = Map::new();
        let version = self.version;
        for field in fields.iter().filter(|field| field.versions.contains(version)) {
            if field.tagged.is_some() && self.random.one_in(3) {
                continue;
            }
            let is_nullable = field.nullable.is_some_and(|nullable| nullable.contains(self.version));
            let value = match is_nullable && self.random.one_in(6) {
                true => Json::Null,
                false => self.value(&field.name, &field.ty),
            };
            members.insert(field.name.clone(), value);
        }
        Json::Object(members)
    }

    fn value(&mut self, name: &str, ty: &Type) -> Json {
        match ty {
            Type::Bool => json!(self.random.one_in(2)),
            Type::Float64 => json!(*self.random.of(&[0.0, -1.0, 0.001, 1e6, 1e9, 1e300])),
            Type::Uuid => Json::from(self.uuid()),
            Type::String => Json::from(self.text(name)),
            Type::Bytes => {
                let length = self.random.below(40);
                json!(STANDARD.encode(self.random.bytes(length)))
            }
            Type::Records => json!(STANDARD.encode(random_batch(self.random))),
            Type::Array(element) => {
                let count = *self.random.of(&[0, 1, 1, 1, 1, 2, 2, 3]);
                (0..count).map(|_| self.value(name, element)).collect()
            }
            Type::Struct(struct_name) => {
                let schema = self.schema;
                let found = schema.find_struct(struct_name).expect("a schema holds its structs");
                self.fields(&found.fields)
            }
            integer => {
                let (lowest, highest) = integer.integer_range().expect("the other types are above");
                json!(self.number(name, lowest, highest))
            }
        }
    }

    fn number(&mut self, name: &str, lowest: i64, highest: i64) -> i64 {
        let usual: &[i64] = match name {
            "acks" => &[-1, -1, 1, 1, 0],
            "partition" | "partitions" | "partitionIndex" | "partitionIndexes" | "index" => &[0, 0, 1, 2, 3],
            "count" | "numPartitions" => &[-1, 1, 2, 3, 4],
            "replicationFactor" => &[-1, 1],
            "brokerIds" | "replicas" | "replicaId" | "brokerId" => &[0, -1, 1],
            "maxBytes" | "partitionMaxBytes" => &[1, 1000, 1 << 20, 50 << 20],
            "timeoutMs" | "maxWaitMs" => &[0, 1, 2, 1000],
            "resourceType" => &[2, 2, 4, 8, 16, 32],
            "configOperation" => &[0, 1, 2, 3],
            "fetchOffset" | "offset" => &[0, 0, 1, 5, -1],
            "timestamp" => &[-1, -2, -3, -4, -5, 0, 1_790_000_000_000],
            "sessionEpoch" | "sessionId" => &[0, -1, 1],
            _ => &[0, 0, 1, 2, -1],
        };
        let number = match self.random.below(12) {
            0 => lowest,
            1 => highest,
            2 => self.random.next() as i64 >> self.random.below(60),
            _ => *self.random.of(usual),
        };
        number.clamp(lowest, highest)
    }

    fn text(&mut self, name: &str) -> String {
        let (config, values) = *self.random.of(CONFIGS);
        match name {
            "name" if self.random.one_in(3) => config.to_owned(),
            "value" | "configValue" => (*self.random.of(values)).to_owned(),
            "configName" | "configurationKeys" => config.to_owned(),
            _ if self.random.one_in(4) => (*self.random.of(WORDS)).to_owned(),
            _ => self.random.of(&self.world.topics).0.clone(),
        }
    }

    fn uuid(&mut self) -> String {
        match self.random.below(6) {
            0 => URL_SAFE_NO_PAD.encode([0; 16]),
            1 => URL_SAFE_NO_PAD.encode(self.random.bytes(16)),
            _ => self.random.of(&self.world.topics).1.clone(),
        }
    }
}
