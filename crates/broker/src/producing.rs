//! Produce requests in flight: several batches, one answer.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tidelog_model::PartitionId;
use tidelog_partition::{ProduceError, Produced};
use tidelog_record::{Compression, InvalidBatch, RejectedRecords};

use crate::handlers::UnknownTopic;

/// What became of one batch of a request.
pub type ProduceAnswer = Result<Produced, ProduceRefused>;

/// Why a batch was refused, or not acknowledged in time.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProduceRefused {
    /// There is no such topic or partition.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// The brokers keep the topic for themselves.
    #[error("topic '{topic}' is internal: it takes no records from clients")]
    Internal {
        /// Its name.
        topic: String,
    },
    /// The batch is not one that the topic takes.
    #[error(transparent)]
    Invalid(#[from] InvalidBatch),
    /// Some of the batch's records are nothing for the topic. None was appended.
    #[error("{records}")]
    Rejected {
        /// The topic's name.
        topic: String,
        /// Its partition.
        partition: PartitionId,
        /// Which, and why.
        records: RejectedRecords,
    },
    /// The batch would not fit into a segment of its topic's log.
    #[error(
        "the batch has {size_bytes} bytes, the topic's segment.bytes is {segment_bytes}: send smaller batches, or raise it"
    )]
    LargerThanSegment {
        /// Bytes of the whole batch, as it would be stored.
        size_bytes: usize,
        /// The limit.
        segment_bytes: u32,
    },
    /// The batch is in a codec that the request's version does not have yet.
    #[error(
        "produce requests of version {version} cannot bring zstd: only those from version 7 on can (KIP-110)"
    )]
    ZstdTooEarly {
        /// The request's.
        version: i16,
    },
    /// The batch is part of a transaction.
    #[error(
        "the batch is part of a transaction, and transactions do not exist yet: send it without a transactional id"
    )]
    Transactional,
    /// The codec that the topic asks for could not do its work. Nothing was appended.
    #[error("the batch cannot be stored with the topic's compression.type, {compression}: {reason}")]
    Recompress {
        /// The topic's.
        compression: Compression,
        /// What the codec said.
        reason: String,
    },
    /// No memory became free in time. Nothing was appended.
    #[error(
        "the broker's {limit_bytes} bytes for records on their way to disk are in use: retry later, or raise tidelog.memory.bytes"
    )]
    Overloaded {
        /// The budget.
        limit_bytes: usize,
    },
    /// By its partition.
    #[error(transparent)]
    Partition(#[from] ProduceError),
    /// The request's deadline passed. The batch may or may not be committed.
    #[error(
        "the batch was not committed within {timeout_ms} ms (timeout_ms): its fate is not known; retry with idempotence"
    )]
    TimedOut {
        /// How long the request was allowed to take.
        timeout_ms: u32,
    },
}

/// A request whose batches are on their way.
pub struct PendingProduce {
    state: Mutex<State>,
}

struct State {
    answers: Vec<Option<ProduceAnswer>>,
    open: usize,
    done: Option<Box<dyn FnOnce(Vec<ProduceAnswer>) + Send>>,
}

/// One batch of a request. Dropping it unanswered leaves the request waiting for its deadline.
pub struct ProduceWaiter {
    request: Arc<PendingProduce>,
    index: usize,
}

impl fmt::Debug for PendingProduce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a request with {} batches open", self.state.lock().open)
    }
}

impl fmt::Debug for ProduceWaiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "batch {} of a request", self.index)
    }
}

impl PendingProduce {
    /// A request of `batches` batches, at least one; `done` is called once, when each has its answer.
    pub fn new(batches: usize, done: impl FnOnce(Vec<ProduceAnswer>) + Send + 'static) -> Arc<Self> {
        let answers = (0..batches).map(|_| None).collect();
        Arc::new(PendingProduce {
            state: Mutex::new(State { answers, open: batches, done: Some(Box::new(done)) }),
        })
    }

    /// The waiter of one batch.
    pub fn waiter(self: &Arc<Self>, index: usize) -> ProduceWaiter {
        ProduceWaiter { request: self.clone(), index }
    }

    /// The deadline passed: what has no answer yet gets this one.
    pub fn expire(&self, timeout_ms: u32) {
        let open: Vec<usize> = {
            let state = self.state.lock();
            (0..state.answers.len()).filter(|&index| state.answers[index].is_none()).collect()
        };
        for index in open {
            self.answer(index, Err(ProduceRefused::TimedOut { timeout_ms }));
        }
    }

    /// Whether every batch has its answer.
    pub fn is_done(&self) -> bool {
        self.state.lock().open == 0
    }

    /// The first answer of a batch counts; a later one (after a deadline) is dropped.
    pub fn answer(&self, index: usize, answer: ProduceAnswer) {
        let mut state = self.state.lock();
        if state.answers.get(index).is_none_or(Option::is_some) {
            return;
        }
        state.answers[index] = Some(answer);
        state.open -= 1;
        if state.open == 0 {
            let answers = std::mem::take(&mut state.answers).into_iter().flatten().collect();
            let done = state.done.take();
            drop(state);
            if let Some(done) = done {
                done(answers);
            }
        }
    }
}

impl ProduceWaiter {
    /// The partition's answer.
    pub fn answer(self, answer: Result<Produced, ProduceError>) {
        self.request.answer(self.index, answer.map_err(ProduceRefused::Partition));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_request_is_done_once_with_the_first_answer_of_each_batch() {
        let (sender, answers) = mpsc::channel();
        let request = PendingProduce::new(2, move |done| sender.send(done).expect("the test listens"));
        let (first, second) = (request.waiter(0), request.waiter(1));
        second.answer(Err(ProduceError::NotLeader));
        assert!(answers.try_recv().is_err());
        request.expire(50);
        first.answer(Err(ProduceError::NotLeader));
        let done = answers.try_recv().expect("done at the deadline");
        assert!(matches!(done[0], Err(ProduceRefused::TimedOut { timeout_ms: 50 })));
        assert!(matches!(done[1], Err(ProduceRefused::Partition(ProduceError::NotLeader))));
        assert!(answers.try_recv().is_err());
    }
}
