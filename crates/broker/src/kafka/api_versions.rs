//! ApiVersions, versions 0 to 5: which APIs are served in which versions, and the cluster's features.
//!
//! A client that knows the cluster says so from version 5 on: if it is connected to another cluster or node, it is told to
//! bootstrap again. A version that is not known is answered in version 0, with this API alone (KIP-511); the connection sees
//! to that.

use tidelog_kafka_wire::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use tidelog_kafka_wire::{ApiKey, Str};
use tidelog_metadata::Feature;

use super::call::{Call, Software};
use super::table::{Api, Entry, TABLE};
use crate::errors::KafkaCode;
use crate::handlers::{FeatureState, describe_features};

/// See the module.
#[derive(Debug)]
pub struct ApiVersions;

impl Api for ApiVersions {
    type Request = ApiVersionsRequest;

    async fn answer(call: &Call, request: ApiVersionsRequest) -> ApiVersionsResponse {
        if call.version >= 3
            && !(is_software(&request.client_software_name) && is_software(&request.client_software_version))
        {
            return refused(KafkaCode::InvalidRequest);
        }
        if let Err(error) = check_identity(call, &request) {
            return refused(error);
        }
        if call.version >= 3 {
            let (name, version) = (&request.client_software_name, &request.client_software_version);
            // Only the first time: a program does not change.
            call.peer
                .software
                .get_or_init(|| Software { name: name.to_string(), version: version.to_string() });
        }
        let (features, finalized_features_epoch) = describe_features(call.node());
        ApiVersionsResponse {
            api_keys: TABLE.iter().map(advertise).collect(),
            supported_features: supported(&features, call.version),
            finalized_features_epoch,
            finalized_features: finalized(&features),
            ..ApiVersionsResponse::default()
        }
    }
}

/// The answer to a version that is not known yet, itself in version 0.
pub fn unsupported() -> ApiVersionsResponse {
    let own = TABLE.iter().filter(|entry| entry.key == ApiKey::ApiVersions).map(advertise).collect();
    ApiVersionsResponse { api_keys: own, ..refused(KafkaCode::UnsupportedVersion) }
}

fn advertise(entry: &Entry) -> ApiVersion {
    ApiVersion { api_key: entry.key as i16, min_version: entry.advertised, max_version: entry.highest }
}

/// The levels that this node knows. Clients before version 4 take no lowest level of 0 (KAFKA-17011).
fn supported(features: &[FeatureState], version: i16) -> Vec<SupportedFeatureKey> {
    let known = features.iter().map(|state| state.feature);
    let told = known.filter(|feature| version >= 4 || feature.min_level > 0);
    let key = |feature: &Feature| SupportedFeatureKey {
        name: Str::from(feature.name),
        min_version: feature.min_level,
        max_version: feature.max_level,
    };
    told.map(key).collect()
}

/// The levels that the cluster has agreed on.
fn finalized(features: &[FeatureState]) -> Vec<FinalizedFeatureKey> {
    let key = |state: &FeatureState| {
        let level = state.level?;
        let name = Str::from(state.feature.name);
        Some(FinalizedFeatureKey { name, max_version_level: level, min_version_level: level })
    };
    features.iter().filter_map(key).collect()
}

fn refused(error: KafkaCode) -> ApiVersionsResponse {
    ApiVersionsResponse { error_code: error as i16, ..ApiVersionsResponse::default() }
}

/// Letters, digits, and `.` and `-` within (KIP-511).
fn is_software(name: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    let is_outer = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    name.chars().all(is_inner) && is_outer(name.chars().next()) && is_outer(name.chars().last())
}

/// Both of cluster and node, or none of them.
fn check_identity(call: &Call, request: &ApiVersionsRequest) -> Result<(), KafkaCode> {
    let Some(cluster_id) = &request.cluster_id else {
        return if request.node_id == -1 { Ok(()) } else { Err(KafkaCode::InvalidRequest) };
    };
    if request.node_id == -1 {
        return Err(KafkaCode::InvalidRequest);
    }
    let controller = &call.node().controller;
    let own_id = controller.image().cluster_id().map(|id| id.to_string());
    if own_id.as_deref() == Some(cluster_id.as_str()) && request.node_id == controller.node_id().0 {
        Ok(())
    } else {
        Err(KafkaCode::RebootstrapRequired)
    }
}
