//! DescribeClientQuotas, versions 0 and 1 (KIP-546): who may do how much.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_client_quotas::{
    DescribeClientQuotasRequest, DescribeClientQuotasResponse, EntityData, EntryData, ValueData,
};
use tidelog_metadata::{QuotaEntity, QuotaLimits};

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::{QuotaComponent, describe_client_quotas};

/// See the module.
#[derive(Debug)]
pub struct DescribeClientQuotas;

impl Api for DescribeClientQuotas {
    type Request = DescribeClientQuotasRequest;

    async fn answer(call: &Call, request: DescribeClientQuotasRequest) -> DescribeClientQuotasResponse {
        let components = request.components.into_iter().map(|component| QuotaComponent {
            entity_type: component.entity_type.to_string(),
            match_type: component.match_type,
            name: component.r#match.map(|name| name.to_string()),
        });
        match describe_client_quotas(call.node(), components.collect(), request.strict) {
            Ok(quotas) => DescribeClientQuotasResponse {
                entries: Some(quotas.iter().map(|(entity, limits)| entry(entity, limits)).collect()),
                ..DescribeClientQuotasResponse::default()
            },
            Err(error) => {
                let error = error.to_kafka();
                DescribeClientQuotasResponse {
                    error_code: error.code as i16,
                    error_message: error.message.map(Str::from),
                    entries: None,
                    ..DescribeClientQuotasResponse::default()
                }
            }
        }
    }
}

fn entry(entity: &QuotaEntity, limits: &QuotaLimits) -> EntryData {
    let entity = entity.parts().map(|(entity_type, name)| EntityData {
        entity_type: Str::from(entity_type.as_str()),
        entity_name: name.map(|name| Str::from(name.to_owned())),
    });
    let values =
        limits.iter().map(|(key, limit)| ValueData { key: Str::from(key.as_str()), value: limit.get() });
    EntryData { entity: entity.collect(), values: values.collect() }
}
