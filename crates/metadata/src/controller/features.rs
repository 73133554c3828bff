//! Features: the cluster agrees on other levels (KIP-584, KIP-778). All updates of a request are made, or none.

use std::collections::BTreeSet;

use tidelog_model::NodeId;

use super::{Basis, Decision, Draft};
use crate::feature::{Feature, KRAFT_VERSION, METADATA_VERSION, find_feature};
use crate::record::FeatureLevelChanged;

/// What a request wants of one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureUpdate {
    /// Which feature.
    pub name: String,
    /// The level that it is to have; 0 switches it off.
    pub level: i16,
    /// Whether the level may fall.
    pub direction: FeatureDirection,
}

/// Whether a level may fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureDirection {
    /// It must not.
    Upgrade,
    /// It may, if nothing is lost.
    SafeDowngrade,
    /// It may.
    UnsafeDowngrade,
    /// A word that does not exist.
    Unknown,
}

/// Why no level changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateFeaturesError {
    /// No feature has the name.
    #[error("there is no feature '{name}': describe the features to see their names")]
    UnknownFeature {
        /// The name.
        name: String,
        /// What was asked.
        level: i16,
        /// Who decided.
        this: NodeId,
    },
    /// The request names the feature more than once.
    #[error("the request updates feature '{name}' more than once: name it once")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A level below 0.
    #[error("feature {name} can't have level {level}: levels begin at 0")]
    Negative {
        /// Which feature.
        name: &'static str,
        /// What was asked.
        level: i16,
    },
    /// A direction that does not exist.
    #[error("feature {name}: the update is neither an upgrade nor a safe or an unsafe downgrade")]
    UnknownDirection {
        /// Which feature.
        name: &'static str,
        /// What was asked.
        level: i16,
    },
    /// A level that this program does not know.
    #[error(
        "feature {} can't have level {level}: this version of Tidelog knows {} to {}",
        feature.name, feature.min_level, feature.max_level
    )]
    UnknownLevel {
        /// Which feature.
        feature: &'static Feature,
        /// What was asked.
        level: i16,
        /// Who decided.
        this: NodeId,
    },
    /// A lower level that was not asked for as a downgrade.
    #[error("feature {name} has level {old} and would fall to {level}: ask for a downgrade")]
    NotADowngrade {
        /// Which feature.
        name: &'static str,
        /// The level that it has.
        old: i16,
        /// What was asked.
        level: i16,
    },
    /// Kafka's metadata format does not go back.
    #[error(
        "{METADATA_VERSION} can't fall from {old} to {level}: nothing here is written in an older format"
    )]
    MetadataDowngrade {
        /// The level that it has.
        old: i16,
        /// What was asked.
        level: i16,
        /// Whether losses were allowed.
        is_unsafe: bool,
    },
}

/// Decides about updates of features.
pub fn update_features(
    basis: &Basis<'_>,
    updates: &[FeatureUpdate],
    validate_only: bool,
) -> Decision<Result<(), UpdateFeaturesError>> {
    let mut draft = Draft::new(basis.image);
    let mut seen = BTreeSet::new();
    for update in updates {
        let updated = if seen.insert(&update.name) {
            updated(basis, update)
        } else {
            Err(UpdateFeaturesError::Duplicate { name: update.name.clone() })
        };
        match updated {
            Ok(Some(record)) => draft.add(record),
            Ok(None) => {}
            Err(error) => return Decision { records: Vec::new(), answer: Err(error) },
        }
    }
    draft.decide(Ok(()), validate_only)
}

fn updated(
    basis: &Basis<'_>,
    update: &FeatureUpdate,
) -> Result<Option<FeatureLevelChanged>, UpdateFeaturesError> {
    let (level, this) = (update.level, basis.node_id);
    let Some(feature) = find_feature(&update.name) else {
        return Err(UpdateFeaturesError::UnknownFeature { name: update.name.clone(), level, this });
    };
    let name = feature.name;
    if level < 0 {
        return Err(UpdateFeaturesError::Negative { name, level });
    }
    if update.direction == FeatureDirection::Unknown {
        return Err(UpdateFeaturesError::UnknownDirection { name, level });
    }
    if !feature.has_level(level) {
        return Err(UpdateFeaturesError::UnknownLevel { feature, level, this });
    }
    // Kafka takes the update and has no record for it, as long as its quorum is fixed.
    if name == KRAFT_VERSION {
        return Ok(None);
    }
    let old = basis.image.feature_level(name).unwrap_or(0);
    if level < old {
        let is_unsafe = match update.direction {
            FeatureDirection::SafeDowngrade => false,
            FeatureDirection::UnsafeDowngrade => true,
            _ => return Err(UpdateFeaturesError::NotADowngrade { name, old, level }),
        };
        if name == METADATA_VERSION {
            return Err(UpdateFeaturesError::MetadataDowngrade { old, level, is_unsafe });
        }
    }
    Ok((level != old).then(|| FeatureLevelChanged { feature: name.to_owned(), level }))
}
