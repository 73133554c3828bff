//! UnregisterBroker, version 0 (KIP-500): a broker leaves the cluster for ever.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::unregister_broker::{UnregisterBrokerRequest, UnregisterBrokerResponse};
use tidelog_model::NodeId;

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::unregister_broker;

/// See the module.
#[derive(Debug)]
pub struct UnregisterBroker;

impl Api for UnregisterBroker {
    type Request = UnregisterBrokerRequest;

    async fn answer(call: &Call, request: UnregisterBrokerRequest) -> UnregisterBrokerResponse {
        let error =
            unregister_broker(call.node(), NodeId(request.broker_id)).err().map(|error| error.to_kafka());
        UnregisterBrokerResponse {
            error_code: error.as_ref().map_or(0, |error| error.code as i16),
            error_message: error.and_then(|error| error.message).map(Str::from),
            ..UnregisterBrokerResponse::default()
        }
    }
}
