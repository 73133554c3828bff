//! Waiting for the journal, for calls that answer once what they did is durable and have no batch to wait with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tidelog_storage::{DirectoryFailed, LogDirectory};

/// How often a waiting call looks whether the directory has stopped.
const FAILURE_CHECK_AFTER: Duration = Duration::from_secs(1);

/// Told of every sync.
#[derive(Clone, Default)]
pub struct Synced(Arc<(Mutex<()>, Condvar)>);

impl fmt::Debug for Synced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("syncs of the journal")
    }
}

impl Synced {
    /// More may be durable now.
    pub fn tell(&self) {
        let (lock, changed) = &*self.0;
        drop(lock.lock());
        changed.notify_all();
    }

    /// Blocks until everything that was submitted to `directory` before is durable.
    pub fn wait(&self, directory: &LogDirectory) -> Result<(), DirectoryFailed> {
        let submitted = directory.submitted_operations();
        let (lock, changed) = &*self.0;
        let mut guard = lock.lock();
        while directory.synced_operations() < submitted {
            if let Some(failure) = directory.failure() {
                return Err(failure.clone());
            }
            changed.wait_for(&mut guard, FAILURE_CHECK_AFTER);
        }
        Ok(())
    }
}
