//! InitProducerId (KIP-98): an id for an idempotent producer, never given to another.
//!
//! Producers with a transactional id are refused, with an error that they take as final, until transactions exist. As in
//! Kafka a producer without one that names an earlier id and epoch gets a new id at epoch 0.

use tidelog_model::{ProducerEpoch, ProducerId};

use crate::controller::ChangeError;
use crate::node::Shared;

/// What a producer says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerInit {
    /// `None`: it is idempotent only.
    pub transactional_id: Option<String>,
    /// The id that it has, or [`ProducerId::NONE`].
    pub producer_id: ProducerId,
    /// The epoch that it has, or [`ProducerEpoch::NONE`].
    pub producer_epoch: ProducerEpoch,
}

/// Why a producer gets no id.
#[derive(Debug, thiserror::Error)]
pub enum InitProducerIdError {
    /// A transactional id that is no text.
    #[error("the transactional id is empty: name one, or leave it out for a producer without transactions")]
    EmptyTransactionalId,
    /// Transactions are not there yet.
    #[error(
        "producer '{transactional_id}' asks for transactions, which do not exist yet: produce without a transactional id"
    )]
    Transactional {
        /// Its id.
        transactional_id: String,
    },
    /// An id without its epoch, or an epoch without its id.
    #[error("a producer names both the id and the epoch that it has, or neither")]
    HalfNamed,
    /// No id is to be had.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// A new id, at epoch 0.
pub async fn init_producer_id(
    node: &Shared,
    init: ProducerInit,
) -> Result<(ProducerId, ProducerEpoch), InitProducerIdError> {
    if (init.producer_id == ProducerId::NONE) != (init.producer_epoch == ProducerEpoch::NONE) {
        return Err(InitProducerIdError::HalfNamed);
    }
    match init.transactional_id {
        Some(id) if id.is_empty() => Err(InitProducerIdError::EmptyTransactionalId),
        Some(transactional_id) => Err(InitProducerIdError::Transactional { transactional_id }),
        None => Ok((node.controller.next_producer_id().await?, ProducerEpoch(0))),
    }
}
