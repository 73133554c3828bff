//! The only reader of clocks below the binary.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tidelog_model::{Now, TimestampMs};

/// Reads wall clock and monotonic clock together.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Monotonic time counts from here.
    pub fn start() -> Self {
        Clock { started: Instant::now() }
    }

    /// This moment.
    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            wall: TimestampMs(wall.as_millis() as i64),
            monotonic_ms: self.started.elapsed().as_millis() as u64,
        }
    }
}
