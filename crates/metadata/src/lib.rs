//! Cluster metadata: which topics, partitions, brokers and configs there are, who leads what, and who decides that.
//!
//! Three nouns, and everything is pure: time never matters here, and random ids come in as arguments.
//!
//! * A [`MetadataRecord`] is one change, written down as one JSON document. All metadata is the sequence of its records.
//! * A [`MetadataImage`] is what the records up to one offset amount to: immutable, cheap to clone, the same on every node.
//! * A decision ([`controller`]) turns a request and an image into records and an answer. The records go through a
//!   [`log::MetadataLog`] (`propose → committed`), and the answer waits for them.
//!
//! ```text
//!   request ──► controller ──records──► MetadataLog ──committed──► MetadataImage ──► whoever asks
//!                    └────── answer, once they are committed ─────────┘
//! ```
//!
//! Configs have a registry of their own: a [`ConfigKey`] says what can be set, [`Layers`] which value counts, and
//! [`TopicConfig`] and [`BrokerConfig`] what that means.

mod config;
pub mod controller;
mod feature;
mod image;
pub mod log;
mod name;
mod quota;
mod record;

pub use config::{
    BrokerConfig, CLIENT_SELECTORS, CONFIG_VALUE_MAX_BYTES, Candidate, CleanupPolicy, CompressionConfig,
    ConfigKey, ConfigMap, ConfigSource, ConfigValue, Explanation, InvalidValue, Layers, Origin, Scope,
    Support, TimestampType, TopicConfig, Unit, UnknownConfig, Update, Valid, ValueFault, ValueType,
    WrittenConfig, WrittenConfigError, broker_keys, client_metrics_keys, find_key, group_keys, topic_keys,
};
pub use feature::{FEATURES, Feature, KRAFT_VERSION, METADATA_VERSION, find_feature};
pub use image::{ApplyError, Broker, MetadataImage, Partition, TOPIC_PARTITIONS_MAX, Topic};
pub use name::{CLUSTER_METADATA_TOPIC, TOPIC_NAME_MAX_BYTES, TopicNameError, check_topic_name, is_internal};
pub use quota::{
    QuotaEntity, QuotaEntityFault, QuotaEntityType, QuotaKey, QuotaLimits, QuotaMap, QuotaValue,
    QuotaValueFault,
};
pub use record::{
    BrokerConfigChanged, BrokerRegistered, ClientMetricsChanged, ClientQuotaChanged, ClusterCreated,
    ClusterId, FeatureLevelChanged, GroupConfigChanged, Incarnation, MetadataRecord, PartitionRun,
    PartitionsAdded, PartitionsChanged, Placement, ProducerIdsAllocated, RecordError, TopicConfigChanged,
    TopicCreated, TopicDeleted,
};
