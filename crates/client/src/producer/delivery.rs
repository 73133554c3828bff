//! What becomes of a record: one shared answer for each batch, and a future for each record that looks at it.
//!
//! What must stay true: a [`Completion`] is completed exactly once, and every [`Delivery`] that was polled before is
//! woken then. Nothing is allocated for a record; a record whose future is dropped costs no more than the drop.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use tidelog_model::{Offset, PartitionId, TimestampMs};

use super::error::DeliveryError;

/// Where a record is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    /// Its partition.
    pub partition: PartitionId,
    /// Its offset. `None` with `acks` [`None`](tidelog_model::Acks::None), and for a record that turned out to be stored
    /// already so long ago that the broker has forgotten where.
    pub offset: Option<Offset>,
    /// Its time: the broker's if the topic has `message.timestamp.type=LogAppendTime`, otherwise its own.
    pub timestamp: TimestampMs,
}

/// What the broker said about a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Acknowledged {
    pub base_offset: Option<Offset>,
    pub log_append_time: Option<TimestampMs>,
}

/// The fate of one batch, shared by its records.
#[derive(Debug)]
pub(crate) struct Completion {
    partition: PartitionId,
    outcome: OnceLock<Result<Acknowledged, DeliveryError>>,
    wakers: Mutex<Vec<Waker>>,
}

impl Completion {
    pub fn new(partition: PartitionId) -> Arc<Self> {
        Arc::new(Completion { partition, outcome: OnceLock::new(), wakers: Mutex::default() })
    }

    /// Decides the fate and wakes whoever waits for it.
    pub fn complete(&self, outcome: Result<Acknowledged, DeliveryError>) {
        let first = self.outcome.set(outcome).is_ok();
        assert!(first, "a batch was completed twice");
        let wakers = std::mem::take(&mut *self.wakers.lock().unwrap_or_else(PoisonError::into_inner));
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Waits for the fate, of no record in particular.
    pub async fn wait(self: Arc<Self>) {
        // The fate itself does not matter here.
        let _ = Delivery::new(self, 0, TimestampMs::NONE).await;
    }
}

/// A record on its way: resolves when the broker has answered, or the record has failed for good.
///
/// Dropping it does not call the record back.
#[derive(Debug)]
#[must_use = "a record can fail after it was sent: await this, or call `flush` and accept not to know"]
pub struct Delivery {
    completion: Arc<Completion>,
    timestamp: TimestampMs,
    /// The record's place in its batch.
    index: u32,
    /// Where this future's waker is among the completion's, once it was polled.
    waker_index: Option<u32>,
}

impl Delivery {
    pub(crate) const fn new(completion: Arc<Completion>, index: u32, timestamp: TimestampMs) -> Self {
        Delivery { completion, timestamp, index, waker_index: None }
    }

    /// The partition that the record goes to.
    pub fn partition(&self) -> PartitionId {
        self.completion.partition
    }

    fn result(&self) -> Option<Result<RecordMetadata, DeliveryError>> {
        let acknowledged = match self.completion.outcome.get()? {
            Ok(acknowledged) => acknowledged,
            Err(error) => return Some(Err(error.clone())),
        };
        Some(Ok(RecordMetadata {
            partition: self.completion.partition,
            offset: acknowledged.base_offset.map(|base| base.plus(i64::from(self.index))),
            timestamp: acknowledged.log_append_time.unwrap_or(self.timestamp),
        }))
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, DeliveryError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(result) = self.result() {
            return Poll::Ready(result);
        }
        let this = &mut *self;
        let mut wakers = this.completion.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        // `complete` sets the outcome before it takes the wakers: looked at under the lock, none slips through.
        if this.completion.outcome.get().is_none() {
            match this.waker_index.and_then(|index| wakers.get_mut(index as usize)) {
                Some(waker) => waker.clone_from(context.waker()),
                None => {
                    this.waker_index = u32::try_from(wakers.len()).ok();
                    wakers.push(context.waker().clone());
                }
            }
            return Poll::Pending;
        }
        drop(wakers);
        self.result().map_or(Poll::Pending, Poll::Ready)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use futures::FutureExt as _;

    use super::*;

    #[derive(Default)]
    struct CountWakes(AtomicUsize);

    impl Wake for CountWakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn delivery(completion: &Arc<Completion>, index: u32) -> Delivery {
        Delivery::new(Arc::clone(completion), index, TimestampMs(1000 + i64::from(index)))
    }

    #[test]
    fn each_record_of_a_batch_finds_its_own_offset_and_time() {
        let completion = Completion::new(PartitionId(3));
        let records: Vec<Delivery> = (0..3).map(|index| delivery(&completion, index)).collect();
        completion.complete(Ok(Acknowledged { base_offset: Some(Offset(40)), log_append_time: None }));
        for (index, record) in records.into_iter().enumerate() {
            let index = index as i64;
            let expected = RecordMetadata {
                partition: PartitionId(3),
                offset: Some(Offset(40 + index)),
                timestamp: TimestampMs(1000 + index),
            };
            assert_eq!(record.now_or_never(), Some(Ok(expected)));
        }
    }

    #[test]
    fn the_brokers_time_replaces_the_records_own() {
        let completion = Completion::new(PartitionId(0));
        let record = delivery(&completion, 0);
        let acknowledged = Acknowledged { base_offset: None, log_append_time: Some(TimestampMs(7)) };
        completion.complete(Ok(acknowledged));
        let expected = RecordMetadata { partition: PartitionId(0), offset: None, timestamp: TimestampMs(7) };
        assert_eq!(record.now_or_never(), Some(Ok(expected)));
    }

    #[test]
    fn everyone_who_waits_is_woken_once_however_often_they_looked() {
        let completion = Completion::new(PartitionId(0));
        let counters: [Arc<CountWakes>; 2] = Default::default();
        let mut records = [delivery(&completion, 0), delivery(&completion, 1)];
        for (record, counter) in records.iter_mut().zip(&counters) {
            for _ in 0..3 {
                let waker = Waker::from(Arc::clone(counter));
                assert!(record.poll_unpin(&mut Context::from_waker(&waker)).is_pending());
            }
        }
        completion.complete(Err(DeliveryError::Abandoned));
        for (record, counter) in records.into_iter().zip(counters) {
            assert_eq!(counter.0.load(Ordering::SeqCst), 1);
            assert_eq!(record.now_or_never(), Some(Err(DeliveryError::Abandoned)));
        }
    }
}
