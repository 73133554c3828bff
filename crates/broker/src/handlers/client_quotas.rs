//! DescribeClientQuotas and AlterClientQuotas (KIP-546): who may do how much.
//!
//! An altered quota counts from the answer on. Entities are named by Kafka's words; a name that is left out is the default
//! of all that have no quota of their own.

use tidelog_metadata::controller::{AlterQuotasError, QuotaAlteration, alter_client_quotas as decide};
use tidelog_metadata::{QuotaEntity, QuotaEntityType, QuotaLimits};

use crate::controller::ChangeError;
use crate::node::Shared;

/// Makes the changes, each entity all or nothing; answers in their order.
pub async fn alter_client_quotas(
    node: &Shared,
    alterations: Vec<QuotaAlteration>,
    validate_only: bool,
) -> Result<Vec<Result<(), AlterQuotasError>>, ChangeError> {
    node.controller.change(|basis| decide(basis, &alterations, validate_only)).await
}

/// Which entities to describe: those whose part of this type is as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaComponent {
    /// Kafka's word for the type.
    pub entity_type: String,
    /// Kafka's number: 0 the name below, 1 the default, 2 any name.
    pub match_type: i8,
    /// The name, with 0 only.
    pub name: Option<String>,
}

/// Why no quotas are described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescribeQuotasError {
    /// No such way to match.
    #[error("{match_type} is no match type: use 0 (exact), 1 (default) or 2 (any)")]
    UnknownMatchType {
        /// What was asked.
        match_type: i8,
    },
    /// The name that is to match is missing.
    #[error("an exact match needs a name")]
    ExactWithoutName,
    /// A name that nothing is matched with.
    #[error("match type {match_type} matches no name in particular: leave the name out")]
    NameIgnored {
        /// 1 or 2.
        match_type: i8,
    },
    /// A type without a name.
    #[error("the type of an entity is empty: use user, client-id or ip")]
    EmptyType,
    /// No such type.
    #[error("'{entity_type}' is nothing that a quota is for: use user, client-id or ip")]
    UnknownType {
        /// What was asked.
        entity_type: String,
    },
    /// A type twice.
    #[error("the filter has two parts of type {entity_type}: name each type once")]
    RepeatedType {
        /// Which.
        entity_type: &'static str,
    },
    /// An address together with something else.
    #[error("quotas of an ip are for nothing else besides: leave user and client-id out of the filter")]
    IpCombined,
}

enum Wanted {
    Name(String),
    Default,
    Any,
}

/// The quotas of all entities that have every part which `components` ask for, and with `is_strict` no other parts.
pub fn describe_client_quotas(
    node: &Shared,
    components: Vec<QuotaComponent>,
    is_strict: bool,
) -> Result<Vec<(QuotaEntity, QuotaLimits)>, DescribeQuotasError> {
    let filter = filter(components)?;
    let is_meant = |entity: &QuotaEntity| {
        let has = |(entity_type, wanted): &(QuotaEntityType, Wanted)| {
            entity.part(*entity_type).is_some_and(|name| match wanted {
                Wanted::Name(wanted) => name == Some(wanted),
                Wanted::Default => name.is_none(),
                Wanted::Any => true,
            })
        };
        filter.iter().all(has) && (!is_strict || entity.parts().count() == filter.len())
    };
    let image = node.controller.image();
    let quotas = image.client_quotas().iter().filter(|(entity, _)| is_meant(entity));
    Ok(quotas.map(|(entity, limits)| (entity.clone(), limits.clone())).collect())
}

/// Checked in Kafka's order: first how each part matches, then what the parts are.
fn filter(components: Vec<QuotaComponent>) -> Result<Vec<(QuotaEntityType, Wanted)>, DescribeQuotasError> {
    let wanted = |component: QuotaComponent| {
        let wanted = match (component.match_type, component.name) {
            (0, Some(name)) => Wanted::Name(name),
            (0, None) => return Err(DescribeQuotasError::ExactWithoutName),
            (1, None) => Wanted::Default,
            (2, None) => Wanted::Any,
            (match_type @ (1 | 2), Some(_)) => return Err(DescribeQuotasError::NameIgnored { match_type }),
            (match_type, _) => return Err(DescribeQuotasError::UnknownMatchType { match_type }),
        };
        Ok((component.entity_type, wanted))
    };
    let parts: Vec<_> = components.into_iter().map(wanted).collect::<Result<_, _>>()?;
    let mut filter: Vec<(QuotaEntityType, Wanted)> = Vec::new();
    for (entity_type, wanted) in parts {
        if entity_type.is_empty() {
            return Err(DescribeQuotasError::EmptyType);
        }
        let known = QuotaEntityType::from_name(&entity_type)
            .ok_or(DescribeQuotasError::UnknownType { entity_type })?;
        if filter.iter().any(|(other, _)| *other == known) {
            return Err(DescribeQuotasError::RepeatedType { entity_type: known.as_str() });
        }
        filter.push((known, wanted));
    }
    let has_address = filter.iter().any(|(entity_type, _)| *entity_type == QuotaEntityType::Ip);
    if has_address && filter.len() > 1 {
        return Err(DescribeQuotasError::IpCombined);
    }
    Ok(filter)
}
