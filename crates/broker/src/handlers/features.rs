//! UpdateFeatures (KIP-584), and the levels that ApiVersions tells.

use tidelog_metadata::controller::{
    FeatureDirection, FeatureUpdate, UpdateFeaturesError, update_features as decide,
};
use tidelog_metadata::{FEATURES, Feature};

use crate::controller::ChangeError;
use crate::node::Shared;

/// A feature with the level that the cluster has agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureState {
    /// Its name, and the levels that this program knows.
    pub feature: &'static Feature,
    /// The level; `None`: none.
    pub level: Option<i16>,
}

/// What Kafka clients call a direction: 1 up, 2 safely down, 3 down with losses.
pub const fn feature_direction(upgrade_type: i8) -> FeatureDirection {
    match upgrade_type {
        1 => FeatureDirection::Upgrade,
        2 => FeatureDirection::SafeDowngrade,
        3 => FeatureDirection::UnsafeDowngrade,
        _ => FeatureDirection::Unknown,
    }
}

/// Makes all updates, or none.
pub async fn update_features(
    node: &Shared,
    updates: Vec<FeatureUpdate>,
    validate_only: bool,
) -> Result<Result<(), UpdateFeaturesError>, ChangeError> {
    node.controller.change(|basis| decide(basis, &updates, validate_only)).await
}

/// All features, by name, and the epoch of what the cluster agreed on: the offset of the metadata that says so.
pub fn describe_features(node: &Shared) -> (Vec<FeatureState>, i64) {
    let image = node.controller.image();
    let state = |feature| FeatureState { feature, level: image.feature_level(feature.name) };
    (FEATURES.iter().map(state).collect(), image.last_offset().map_or(-1, |offset| offset.0))
}
