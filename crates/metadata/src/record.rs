//! What is written down of every change: one record, one JSON document in the internal topic `__cluster_metadata`.
//!
//! ```json
//! {"kind":"TopicDeleted","version":1,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg"}}
//! ```
//!
//! Records state what was decided (which broker holds which replica), never how, so that replaying them gives the same
//! image whatever later versions would decide. They are few: a topic of 10,000 partitions is one record.
//!
//! What must stay true: every version of every kind that was ever written stays readable (`tests/golden/records`). A
//! field is added by raising the kind's version; a reader refuses a kind or a version that it does not know, because
//! skipping a record would give it another image than its peers have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, ProducerId, TopicId};

use crate::config::ConfigMap;
use crate::quota::{QuotaEntity, QuotaKey, QuotaLimits};

/// Defines the enum with one variant for each kind, its name and newest version, and the decoder.
macro_rules! metadata_records {
    ($($(#[doc = $doc:literal])* $kind:ident = $version:literal,)*) => {
        /// One change of cluster metadata.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum MetadataRecord {
            $($(#[doc = $doc])* $kind($kind),)*
        }

        impl MetadataRecord {
            /// All kinds with the newest version of each that this program reads and the one that it writes.
            pub const KINDS: &'static [(&'static str, u16)] = &[$((stringify!($kind), $version)),*];

            /// The kind's name, as the JSON has it.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(MetadataRecord::$kind(_) => stringify!($kind),)*
                }
            }

            /// The record as one JSON document on one line.
            pub fn encode(&self) -> String {
                let json = match self {
                    $(MetadataRecord::$kind(data) => {
                        serde_json::to_string(&Envelope { kind: stringify!($kind), version: $version, data })
                    })*
                };
                json.expect("records have text keys only, and no number that JSON can't hold")
            }

            fn from_data(kind: &str, data: serde_json::Value) -> Option<serde_json::Result<Self>> {
                match kind {
                    $(stringify!($kind) => Some(serde_json::from_value(data).map(MetadataRecord::$kind)),)*
                    _ => None,
                }
            }
        }

        $(impl From<$kind> for MetadataRecord {
            fn from(data: $kind) -> Self {
                MetadataRecord::$kind(data)
            }
        })*
    };
}

metadata_records! {
    /// The cluster began. The first record of its log, and never again.
    ClusterCreated = 1,
    /// A broker started. Raises the leader epoch of every partition that it leads by one, so that each of its starts
    /// has an epoch of its own before its first append.
    BrokerRegistered = 1,
    /// A broker's live configs changed, or the defaults of all.
    BrokerConfigChanged = 1,
    /// A topic came to be, with its partitions: each is led by its first replica, at leader epoch 0, with all in sync.
    TopicCreated = 1,
    /// A topic and all of its records are gone.
    TopicDeleted = 1,
    /// A topic's own configs changed.
    TopicConfigChanged = 1,
    /// A topic has more partitions, in the state of new ones.
    PartitionsAdded = 1,
    /// Partitions have another leader, another leader epoch, or another set of replicas in sync.
    PartitionsChanged = 1,
    /// A broker may give out producer ids up to this one, exclusively.
    ProducerIdsAllocated = 1,
    /// The limits of a user, a client id or an address changed.
    ClientQuotaChanged = 1,
    /// A group's configs changed.
    GroupConfigChanged = 1,
    /// What clients are asked to tell of themselves changed.
    ClientMetricsChanged = 1,
    /// The cluster agreed on another level of a feature.
    FeatureLevelChanged = 1,
}

/// See [`MetadataRecord::ClusterCreated`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterCreated {
    /// The cluster's id, for ever.
    pub cluster_id: ClusterId,
}

/// See [`MetadataRecord::BrokerRegistered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerRegistered {
    /// Which broker.
    pub node_id: NodeId,
    /// Which run of its program: another one at every start.
    pub incarnation: Incarnation,
    /// The broker's epoch. Not set in the log: it is the offset of this very record. Set in a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker_epoch: Option<Offset>,
    /// `broker.rack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rack: Option<String>,
    /// Where it answers: listener's name to `host:port`. Without an entry a listener answers each connection with the
    /// address that it came in on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub listeners: BTreeMap<String, String>,
}

/// See [`MetadataRecord::BrokerConfigChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfigChanged {
    /// Which broker; `null`: the default of all.
    pub node_id: Option<NodeId>,
    /// Values that are set from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: ConfigMap,
    /// Names that are not set any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delete: BTreeSet<String>,
}

/// See [`MetadataRecord::TopicCreated`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicCreated {
    /// Its name.
    pub name: String,
    /// Its id, for ever.
    pub topic_id: TopicId,
    /// How many partitions it has.
    pub partitions: i32,
    /// Which brokers hold them.
    pub placement: Placement,
    /// Its own configs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configs: ConfigMap,
}

/// See [`MetadataRecord::TopicDeleted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicDeleted {
    /// Which topic.
    pub topic_id: TopicId,
}

/// See [`MetadataRecord::TopicConfigChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicConfigChanged {
    /// Which topic.
    pub topic_id: TopicId,
    /// Values that are set from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: ConfigMap,
    /// Names that are not set any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delete: BTreeSet<String>,
}

/// See [`MetadataRecord::PartitionsAdded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionsAdded {
    /// Which topic.
    pub topic_id: TopicId,
    /// How many partitions it has now, old and new.
    pub new_count: i32,
    /// Which brokers hold the new ones.
    pub placement: Placement,
}

/// See [`MetadataRecord::PartitionsChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionsChanged {
    /// Which topic.
    pub topic_id: TopicId,
    /// The changed ones: each run names other partitions than those before it.
    pub runs: Vec<PartitionRun>,
}

/// Neighbouring partitions that are in one state from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionRun {
    /// The first of them.
    pub first: PartitionId,
    /// How many, at least one.
    pub count: i32,
    /// Who leads them, one of their replicas; `null`: nobody.
    pub leader: Option<NodeId>,
    /// Their leader epoch, never below the one before.
    pub leader_epoch: LeaderEpoch,
    /// Which of their replicas are in sync.
    pub isr: Vec<NodeId>,
}

/// See [`MetadataRecord::ProducerIdsAllocated`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProducerIdsAllocated {
    /// Which broker.
    pub node_id: NodeId,
    /// The first id that is still free.
    pub next_producer_id: ProducerId,
}

/// See [`MetadataRecord::ClientQuotaChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientQuotaChanged {
    /// Whose.
    pub entity: QuotaEntity,
    /// Limits that are set from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: QuotaLimits,
    /// Limits that there are no more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delete: BTreeSet<QuotaKey>,
}

/// See [`MetadataRecord::GroupConfigChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupConfigChanged {
    /// Which group; it need not exist.
    pub group: String,
    /// Values that are set from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: ConfigMap,
    /// Names that are not set any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delete: BTreeSet<String>,
}

/// See [`MetadataRecord::ClientMetricsChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientMetricsChanged {
    /// Which subscription (KIP-714); without configs there is none.
    pub subscription: String,
    /// Values that are set from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: ConfigMap,
    /// Names that are not set any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delete: BTreeSet<String>,
}

/// See [`MetadataRecord::FeatureLevelChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureLevelChanged {
    /// Which feature.
    pub feature: String,
    /// Its level; 0: it is off.
    pub level: i16,
}

/// Which brokers hold the replicas of neighbouring partitions, the preferred leader first. Partition *i*, counted from the
/// first that is placed, gets entry *i* modulo the number of entries: one entry is enough where all lie alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Placement(pub Vec<Vec<NodeId>>);

/// Declares an id of 128 bits that is written like a topic's, as 22 characters of base64url.
macro_rules! long_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&TopicId(self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                TopicId(self.0).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                TopicId::deserialize(deserializer).map(|id| $name(id.0))
            }
        }
    };
}

long_id! {
    /// A cluster's id, drawn at random when it was created.
    ClusterId
}
long_id! {
    /// One run of a broker's program, drawn at random at its start.
    Incarnation
}

/// Bytes that are not a record of this program's.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A kind that this version does not know.
    #[error(
        "a metadata record of kind '{kind}' was written by a newer version of Tidelog: start that version"
    )]
    UnknownKind {
        /// The kind, shortened.
        kind: String,
    },
    /// A version that this version does not know.
    #[error(
        "a metadata record of kind {kind} has version {version}, and this version of Tidelog reads up to {newest}: it \
         was written by a newer version, start that one"
    )]
    NewerVersion {
        /// Its kind.
        kind: &'static str,
        /// Its version.
        version: u16,
        /// The newest that is known.
        newest: u16,
    },
    /// Not a record at all, or one without a field that it must have, or with one that it can't have.
    #[error("not a metadata record: {0}; the metadata log is damaged or holds something else")]
    Malformed(#[from] serde_json::Error),
}

/// What stands around a record's data.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<Kind, Data> {
    kind: Kind,
    version: u16,
    data: Data,
}

impl MetadataRecord {
    /// The inverse of [`MetadataRecord::encode`], for every version that was ever written.
    pub fn decode(json: &[u8]) -> Result<Self, RecordError> {
        let Envelope { kind, version, data } =
            serde_json::from_slice::<Envelope<String, serde_json::Value>>(json)?;
        let Some(&(kind, newest)) = Self::KINDS.iter().find(|(known, _)| *known == kind) else {
            return Err(RecordError::UnknownKind { kind: kind.chars().take(60).collect() });
        };
        match version {
            0 => Err(serde_json::Error::custom("its version is 0, and versions begin at 1").into()),
            _ if version > newest => Err(RecordError::NewerVersion { kind, version, newest }),
            _ => Ok(Self::from_data(kind, data).expect("every kind in the list has a decoder")?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> RecordError {
        MetadataRecord::decode(json.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_record_is_one_line_that_a_person_can_read() {
        let record = MetadataRecord::from(ProducerIdsAllocated {
            node_id: NodeId(1),
            next_producer_id: ProducerId(1000),
        });
        let json =
            r#"{"kind":"ProducerIdsAllocated","version":1,"data":{"node_id":1,"next_producer_id":1000}}"#;
        assert_eq!(record.encode(), json);
        assert_eq!(MetadataRecord::decode(json.as_bytes()).unwrap(), record);
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused_by_name() {
        assert_eq!(
            error(r#"{"kind":"TopicFrozen","version":1,"data":{}}"#).to_string(),
            "a metadata record of kind 'TopicFrozen' was written by a newer version of Tidelog: start that version"
        );
        assert_eq!(
            error(r#"{"kind":"TopicDeleted","version":2,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg","why":"x"}}"#)
                .to_string(),
            "a metadata record of kind TopicDeleted has version 2, and this version of Tidelog reads up to 1: it was \
             written by a newer version, start that one"
        );
    }

    #[test]
    fn whatever_else_is_no_record() {
        for json in [
            "",
            "{",
            "[]",
            "null",
            "\u{0}",
            r#"{"kind":"TopicDeleted","version":1}"#,
            r#"{"kind":"TopicDeleted","version":1,"data":{}}"#,
            r#"{"kind":"TopicDeleted","version":1,"data":{"topic_id":"short"}}"#,
            r#"{"kind":"TopicDeleted","version":1,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg","more":1}}"#,
            r#"{"kind":"TopicDeleted","version":1,"more":1,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg"}}"#,
            r#"{"kind":"TopicDeleted","version":0,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg"}}"#,
            r#"{"kind":"TopicDeleted","version":-1,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg"}}"#,
            r#"{"kind":"TopicDeleted","version":1,"data":{"topic_id":"AAAAAAAAAAAAAAAAAAAAKg"}} x"#,
        ] {
            assert!(matches!(error(json), RecordError::Malformed(_)), "{json}");
        }
        let nested = "[".repeat(1_000_000);
        assert!(matches!(error(&nested), RecordError::Malformed(_)));
    }
}
