//! InitProducerId, versions 0 to 5: an id for an idempotent producer.

use tidelog_kafka_wire::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use tidelog_model::{ProducerEpoch, ProducerId};

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::{ProducerInit, init_producer_id};

/// See the module.
#[derive(Debug)]
pub struct InitProducerId;

impl Api for InitProducerId {
    type Request = InitProducerIdRequest;

    async fn answer(call: &Call, request: InitProducerIdRequest) -> InitProducerIdResponse {
        let init = ProducerInit {
            transactional_id: request.transactional_id.map(|id| id.to_string()),
            producer_id: ProducerId(request.producer_id),
            producer_epoch: ProducerEpoch(request.producer_epoch),
        };
        match init_producer_id(call.node(), init).await {
            Ok((producer_id, producer_epoch)) => InitProducerIdResponse {
                producer_id: producer_id.0,
                producer_epoch: producer_epoch.0,
                ..InitProducerIdResponse::default()
            },
            Err(error) => InitProducerIdResponse {
                error_code: error.to_kafka().code as i16,
                producer_id: -1,
                producer_epoch: -1,
                ..InitProducerIdResponse::default()
            },
        }
    }
}
