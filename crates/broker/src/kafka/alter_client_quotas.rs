//! AlterClientQuotas, versions 0 and 1 (KIP-546): limits are set and removed, each entity all or nothing. They count from
//! the answer on.

use std::collections::{BTreeMap, BTreeSet};

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_client_quotas::{
    AlterClientQuotasRequest, AlterClientQuotasResponse, EntityData, RequestEntryData, ResponseEntryData,
};
use tidelog_metadata::QuotaEntityType;
use tidelog_metadata::controller::{QuotaAlteration, QuotaChange};

use super::call::Call;
use super::table::Api;
use crate::errors::{KafkaError, ToKafka};
use crate::handlers::alter_client_quotas;

/// See the module.
#[derive(Debug)]
pub struct AlterClientQuotas;

impl Api for AlterClientQuotas {
    type Request = AlterClientQuotasRequest;

    async fn answer(call: &Call, request: AlterClientQuotasRequest) -> AlterClientQuotasResponse {
        let AlterClientQuotasRequest { mut entries, validate_only } = request;
        entries.iter_mut().for_each(tidy);
        let alterations = entries.iter().map(alteration).collect();
        let answers = match alter_client_quotas(call.node(), alterations, validate_only).await {
            Ok(answers) => {
                answers.into_iter().map(|answer| answer.map_err(|error| error.to_kafka())).collect()
            }
            Err(error) => vec![Err(error.to_kafka()); entries.len()],
        };
        // An entity that comes twice is refused once.
        let mut told = BTreeSet::new();
        let answers = entries.into_iter().zip(answers).filter(|(entry, _)| told.insert(names(entry)));
        AlterClientQuotasResponse {
            entries: answers.map(|(entry, answer)| respond(entry, answer)).collect(),
            ..AlterClientQuotasResponse::default()
        }
    }
}

/// Each part of the entity once, in Kafka's order: of two of one type the later one counts.
fn tidy(entry: &mut RequestEntryData) {
    let place = |part: &EntityData| {
        let known = QuotaEntityType::from_name(&part.entity_type);
        (known.is_none(), known, part.entity_type.clone())
    };
    let parts: BTreeMap<_, _> = entry.entity.drain(..).map(|part| (place(&part), part)).collect();
    entry.entity = parts.into_values().collect();
}

/// What tells the entity from others.
fn names(entry: &RequestEntryData) -> Vec<(Str, Option<Str>)> {
    entry.entity.iter().map(|part| (part.entity_type.clone(), part.entity_name.clone())).collect()
}

fn alteration(entry: &RequestEntryData) -> QuotaAlteration {
    let entity = entry
        .entity
        .iter()
        .map(|part| (part.entity_type.to_string(), part.entity_name.as_ref().map(Str::to_string)));
    let changes = entry.ops.iter().map(|change| QuotaChange {
        key: change.key.to_string(),
        value: (!change.remove).then_some(change.value),
    });
    QuotaAlteration { entity: entity.collect(), changes: changes.collect() }
}

fn respond(entry: RequestEntryData, answer: Result<(), KafkaError>) -> ResponseEntryData {
    let error = answer.err();
    let entity = entry
        .entity
        .into_iter()
        .map(|part| EntityData { entity_type: part.entity_type, entity_name: part.entity_name });
    ResponseEntryData {
        error_code: error.as_ref().map_or(0, |error| error.code as i16),
        error_message: error.and_then(|error| error.message).map(Str::from),
        entity: entity.collect(),
    }
}
