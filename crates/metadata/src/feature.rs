//! Features (KIP-584, KIP-1022): what the whole cluster has agreed to use, as a level for each.
//!
//! Clients ask ApiVersions for the levels and choose protocols by them. The levels are Apache Kafka 4.4's; what a level
//! switches on here is what exists here, so a level is a promise about the protocol and none about features that wait.

/// One feature: its name and the levels that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Kafka's name for it.
    pub name: &'static str,
    /// The lowest level.
    pub min_level: i16,
    /// The highest level.
    pub max_level: i16,
    /// The level of a new cluster; `None`: none is agreed on.
    pub initial_level: Option<i16>,
}

/// The name of the feature that Kafka's metadata format is.
pub const METADATA_VERSION: &str = "metadata.version";
/// The name of the feature that Kafka's quorum protocol is; its level is not a record.
pub const KRAFT_VERSION: &str = "kraft.version";

/// All features, by name, with the levels of Apache Kafka 4.4.
pub const FEATURES: &[Feature] = &[
    Feature::new("eligible.leader.replicas.version", 0, 1, Some(1)),
    Feature::new("group.version", 0, 1, Some(1)),
    Feature::new(KRAFT_VERSION, 0, 1, None),
    Feature::new(METADATA_VERSION, 7, 33, Some(33)),
    Feature::new("share.version", 0, 2, Some(2)),
    Feature::new("streams.version", 0, 1, Some(1)),
    Feature::new("transaction.version", 0, 2, Some(2)),
];

/// The feature of that name.
pub fn find_feature(name: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.name == name)
}

impl Feature {
    const fn new(name: &'static str, min_level: i16, max_level: i16, initial_level: Option<i16>) -> Self {
        Feature { name, min_level, max_level, initial_level }
    }

    /// Whether this program knows the level.
    pub const fn has_level(&self, level: i16) -> bool {
        self.min_level <= level && level <= self.max_level
    }
}
