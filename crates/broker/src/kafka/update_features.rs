//! UpdateFeatures, versions 0 to 2 (KIP-584, KIP-778, KIP-1022): the cluster agrees on other levels, on all of a request's
//! or on none. Up to version 1 each feature is answered by itself.

use std::collections::BTreeMap;

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::update_features::{
    FeatureUpdateKey, UpdatableFeatureResult, UpdateFeaturesRequest, UpdateFeaturesResponse,
};
use tidelog_metadata::controller::{FeatureDirection, FeatureUpdate};

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::{feature_direction, update_features};

/// See the module.
#[derive(Debug)]
pub struct UpdateFeatures;

impl Api for UpdateFeatures {
    type Request = UpdateFeaturesRequest;

    async fn answer(call: &Call, request: UpdateFeaturesRequest) -> UpdateFeaturesResponse {
        // Of two updates of one feature the later one counts.
        let updates: BTreeMap<_, _> = request
            .feature_updates
            .iter()
            .map(|update| (&update.feature, of(update, call.version)))
            .collect();
        let updates = updates.into_values().collect();
        let error = match update_features(call.node(), updates, request.validate_only).await {
            Ok(updated) => updated.err().map(|error| error.to_kafka()),
            Err(error) => Some(error.to_kafka()),
        };
        match error {
            Some(error) => UpdateFeaturesResponse {
                error_code: error.code as i16,
                error_message: error.message.map(Str::from),
                ..UpdateFeaturesResponse::default()
            },
            None => UpdateFeaturesResponse {
                error_message: None,
                results: results(request.feature_updates, call.version),
                ..UpdateFeaturesResponse::default()
            },
        }
    }
}

fn of(update: &FeatureUpdateKey, version: i16) -> FeatureUpdate {
    let direction = match (version, update.allow_downgrade) {
        (0, true) => FeatureDirection::SafeDowngrade,
        (0, false) => FeatureDirection::Upgrade,
        _ => feature_direction(update.upgrade_type),
    };
    FeatureUpdate { name: update.feature.to_string(), level: update.max_version_level, direction }
}

fn results(updates: Vec<FeatureUpdateKey>, version: i16) -> Vec<UpdatableFeatureResult> {
    if version > 1 {
        return Vec::new();
    }
    let result = |update: FeatureUpdateKey| UpdatableFeatureResult {
        feature: update.feature,
        // Kafka's name of "no error".
        error_message: Some(Str::from("NONE")),
        ..UpdatableFeatureResult::default()
    };
    updates.into_iter().map(result).collect()
}
