//! Byte budgets. Records are held in memory only under a permit, which travels with their bytes and ends with the last
//! reference to them: in the journal's queue, in a segment's tail, in an answer that a slow reader has not taken.
//!
//! What must stay true: nobody who holds a permit waits for another one of the same budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A number of bytes that may be in memory at once.
#[derive(Clone, Debug)]
pub struct Budget {
    permits: Arc<Semaphore>,
    limit_bytes: usize,
    /// How many wait until something fits.
    waiting: Arc<AtomicUsize>,
}

/// Counts as one that waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bytes that hold their permit.
struct Permitted {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Permitted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Below this a batch is copied out of the message that it came in, so that a few small batches do not keep a large
/// message alive beyond its permit.
const COPY_BELOW_BYTES: usize = 16 * 1024;

impl Budget {
    /// At most `limit_bytes` at once; at most 4 GiB.
    pub fn new(limit_bytes: usize) -> Self {
        let limit_bytes = limit_bytes.min(u32::MAX as usize);
        Budget { permits: Arc::new(Semaphore::new(limit_bytes)), limit_bytes, waiting: Arc::default() }
    }

    /// The limit.
    pub fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    /// Bytes under permits now.
    pub fn used_bytes(&self) -> usize {
        self.limit_bytes - self.permits.available_permits()
    }

    /// Whether somebody waits until something fits: who holds much and needs it no longer should let it go.
    pub fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Waits until `bytes` fit; more than the whole budget counts as the whole.
    pub async fn reserve(&self, bytes: usize) -> OwnedSemaphorePermit {
        let permits = self.permits(bytes);
        let _waiting = Waiting::new(&self.waiting);
        self.permits.clone().acquire_many_owned(permits).await.expect("budgets are never closed")
    }

    /// The same without waiting; `None` if they do not fit now.
    pub fn try_reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().try_acquire_many_owned(self.permits(bytes)).ok()
    }

    fn permits(&self, bytes: usize) -> u32 {
        bytes.min(self.limit_bytes) as u32
    }
}

/// `bytes`, holding their own share of `permit` from now on.
pub fn attach(bytes: Bytes, permit: &mut OwnedSemaphorePermit) -> Bytes {
    let share = bytes.len().min(permit.num_permits());
    let Some(own) = permit.split(share) else { return bytes };
    let bytes = if bytes.len() < COPY_BELOW_BYTES { Bytes::copy_from_slice(&bytes) } else { bytes };
    Bytes::from_owner(Permitted { bytes, _permit: own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_permit_ends_with_the_last_reference_to_its_bytes() {
        let budget = Budget::new(1000);
        let mut permit = budget.reserve(700).await;
        let bytes = attach(Bytes::from(vec![7; 600]), &mut permit);
        drop(permit);
        assert_eq!(budget.used_bytes(), 600);
        let slice = bytes.slice(100..);
        drop(bytes);
        assert_eq!(budget.used_bytes(), 600);
        assert!(budget.try_reserve(401).is_none());
        drop(slice);
        assert_eq!(budget.used_bytes(), 0);
    }

    #[tokio::test]
    async fn a_budget_is_wanted_while_somebody_waits() {
        let budget = Budget::new(1000);
        let permit = budget.reserve(1000).await;
        assert!(!budget.is_wanted());
        let mut waiting = Box::pin(budget.reserve(1));
        assert!(futures::poll!(&mut waiting).is_pending());
        assert!(budget.is_wanted());
        drop(waiting);
        assert!(!budget.is_wanted());
        drop(permit);
    }

    #[tokio::test]
    async fn what_is_larger_than_the_budget_takes_all_of_it() {
        let budget = Budget::new(1000);
        let permit = budget.reserve(5000).await;
        assert_eq!(budget.used_bytes(), 1000);
        drop(permit);
        assert_eq!(budget.used_bytes(), 0);
    }
}
