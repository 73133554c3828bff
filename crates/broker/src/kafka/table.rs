//! The APIs that are served, and their versions: what ApiVersions advertises, and where a request goes.
//!
//! One file for each API beside this one; a key without an entry is not advertised. Every version between the two numbers
//! is answered, except that Produce is advertised from 0, as Kafka does it: librdkafka looks there for compression, and no
//! client sends what is older than 3 (KAFKA-18659).

use std::future::Future;
use std::pin::Pin;

use tidelog_kafka_wire::{ApiKey, Decoder, EncodedFrame, Message, Request, encode_response};

use super::api_versions::ApiVersions;
use super::call::Call;
use super::disconnect::Disconnect;
use super::fetch::Fetch;
use super::init_producer_id::InitProducerId;
use super::list_offsets::ListOffsets;
use super::metadata::Metadata;
use super::offset_for_leader_epoch::OffsetForLeaderEpoch;

/// What is served of one API.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Which.
    pub key: ApiKey,
    /// The lowest version that is advertised.
    pub advertised: i16,
    /// The lowest version that is answered.
    pub lowest: i16,
    /// The highest version.
    pub highest: i16,
    /// Who answers.
    pub handler: Handler,
}

/// How a request is answered.
#[derive(Clone, Copy)]
pub enum Handler {
    /// In two stages: it is decided at once, and answered behind what came before; see `produce.rs`.
    Produce,
    /// Once everything that came before it on its connection is answered.
    Serve(fn(Call, Decoder) -> Served),
}

/// An answer that is being made.
pub type Served = Pin<Box<dyn Future<Output = Result<EncodedFrame, Disconnect>> + Send>>;

/// One of Kafka's APIs.
pub trait Api {
    /// What is asked.
    type Request: Request + Send + 'static;

    /// Answers it.
    fn answer(
        call: &Call,
        request: Self::Request,
    ) -> impl Future<Output = <Self::Request as Request>::Response> + Send;
}

/// By key.
pub const TABLE: &[Entry] = &[
    Entry { advertised: 0, handler: Handler::Produce, ..of(ApiKey::Produce, 3, 13, serve::<Metadata>) },
    of(ApiKey::Fetch, 4, 18, serve::<Fetch>),
    of(ApiKey::ListOffsets, 1, 11, serve::<ListOffsets>),
    of(ApiKey::Metadata, 0, 13, serve::<Metadata>),
    of(ApiKey::ApiVersions, 0, 5, serve::<ApiVersions>),
    of(ApiKey::InitProducerId, 0, 5, serve::<InitProducerId>),
    of(ApiKey::OffsetForLeaderEpoch, 2, 4, serve::<OffsetForLeaderEpoch>),
];

/// The entry that answers `version` of the API `key`.
pub fn find(key: i16, version: i16) -> Option<&'static Entry> {
    let at = TABLE.binary_search_by_key(&key, |entry| entry.key as i16).ok()?;
    TABLE.get(at).filter(|entry| (entry.lowest..=entry.highest).contains(&version))
}

const fn of(key: ApiKey, lowest: i16, highest: i16, serve: fn(Call, Decoder) -> Served) -> Entry {
    Entry { key, advertised: lowest, lowest, highest, handler: Handler::Serve(serve) }
}

fn serve<A: Api>(call: Call, mut body: Decoder) -> Served
where
    <A::Request as Request>::Response: Send,
{
    Box::pin(async move {
        let request = A::Request::decode(&mut body, call.version).map_err(|source| call.malformed(source))?;
        drop(body);
        let response = A::answer(&call, request).await;
        Ok(encode_response(call.correlation_id, A::Request::KEY, call.version, &response)?)
    })
}
