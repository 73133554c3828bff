//! Client quotas: limits are set and removed, each entity all or nothing (KIP-546).

use std::collections::{BTreeMap, BTreeSet};

use super::{Basis, Decision, Draft};
use crate::quota::{QuotaEntity, QuotaEntityFault, QuotaKey, QuotaLimits, QuotaValueFault};
use crate::record::ClientQuotaChanged;

/// Changes to the limits of one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaAlteration {
    /// Whom they are for: Kafka's names of the types, and a name each; `None`: the default.
    pub entity: Vec<(String, Option<String>)>,
    /// Which limits change, each at most once.
    pub changes: Vec<QuotaChange>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaChange {
    /// Kafka's name of the limit.
    pub key: String,
    /// The new limit; `None` removes it.
    pub value: Option<f64>,
}

/// Why limits stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlterQuotasError {
    /// Not an entity.
    #[error(transparent)]
    Entity(#[from] QuotaEntityFault),
    /// The request names the entity, or one of its limits, more than once: it stays as it is.
    #[error("the request changes the quotas of {entity} more than once: name it and each limit once")]
    Duplicate {
        /// Whose.
        entity: QuotaEntity,
    },
    /// No such limit, or none for this kind of entity.
    #[error(
        "{key} is no limit for {entity}: users and client ids have producer_byte_rate, consumer_byte_rate, \
         request_percentage and controller_mutation_rate, ips have connection_creation_rate"
    )]
    Key {
        /// Whose.
        entity: QuotaEntity,
        /// What was asked.
        key: String,
    },
    /// Not a value for the limit.
    #[error("{}: {fault}", key.as_str())]
    Value {
        /// Which limit.
        key: QuotaKey,
        /// What is wrong with it.
        fault: QuotaValueFault,
    },
}

/// Decides about changes of quotas; answers in their order.
pub fn alter_client_quotas(
    basis: &Basis<'_>,
    alterations: &[QuotaAlteration],
    validate_only: bool,
) -> Decision<Vec<Result<(), AlterQuotasError>>> {
    let mut draft = Draft::new(basis.image);
    let entities: Vec<Result<QuotaEntity, QuotaEntityFault>> =
        alterations.iter().map(|alteration| entity(&alteration.entity)).collect();
    let mut times: BTreeMap<&QuotaEntity, usize> = BTreeMap::new();
    entities.iter().flatten().for_each(|entity| *times.entry(entity).or_default() += 1);
    let mut decide = |entity: &Result<QuotaEntity, QuotaEntityFault>, changes: &[QuotaChange]| {
        let entity = entity.as_ref().map_err(Clone::clone)?;
        if times[entity] > 1 {
            return Err(AlterQuotasError::Duplicate { entity: entity.clone() });
        }
        if let Some(record) = changed(basis, entity, changes)? {
            draft.add(record);
        }
        Ok(())
    };
    let answer =
        entities.iter().zip(alterations).map(|(entity, asked)| decide(entity, &asked.changes)).collect();
    draft.decide(answer, validate_only)
}

fn entity(parts: &[(String, Option<String>)]) -> Result<QuotaEntity, QuotaEntityFault> {
    QuotaEntity::from_names(parts.iter().map(|(entity_type, name)| (entity_type.as_str(), name.as_deref())))
}

/// What must be written down; `None` if nothing differs.
fn changed(
    basis: &Basis<'_>,
    entity: &QuotaEntity,
    changes: &[QuotaChange],
) -> Result<Option<ClientQuotaChanged>, AlterQuotasError> {
    let none = QuotaLimits::new();
    let old = basis.image.client_quotas().get(entity).unwrap_or(&none);
    let mut seen = BTreeSet::new();
    let mut record =
        ClientQuotaChanged { entity: entity.clone(), set: QuotaLimits::new(), delete: BTreeSet::new() };
    for QuotaChange { key, value } in changes {
        if !seen.insert(key) {
            return Err(AlterQuotasError::Duplicate { entity: entity.clone() });
        }
        let known = QuotaKey::from_name(key).filter(|key| key.is_for(entity));
        match (known, value) {
            (Some(key), Some(number)) => {
                let value = key.value(*number).map_err(|fault| AlterQuotasError::Value { key, fault })?;
                if old.get(&key) != Some(&value) {
                    record.set.insert(key, value);
                }
            }
            (None, Some(_)) => {
                return Err(AlterQuotasError::Key { entity: entity.clone(), key: key.clone() });
            }
            // Also of a limit that does not exist: then it is not set, and nothing happens, as in Kafka.
            (known, None) => record.delete.extend(known.filter(|key| old.contains_key(key))),
        }
    }
    let is_change = !record.set.is_empty() || !record.delete.is_empty();
    Ok(is_change.then_some(record))
}
