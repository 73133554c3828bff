//! The one place in this crate that reads a clock; everything that decides gets the time as an argument.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tidelog_model::TimestampMs;
use tokio::time::Instant;

/// Milliseconds since it was made, for deadlines; and the time of day, for records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub fn start() -> Self {
        Clock(Instant::now())
    }

    pub fn now_ms(&self) -> u64 {
        self.0.elapsed().as_millis() as u64
    }

    /// The instant of a time of this clock; far ahead if there is none.
    pub fn instant(&self, ms: u64) -> Instant {
        const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
        self.0 + Duration::from_millis(ms).min(FAR)
    }
}

/// The time of day.
pub(crate) fn wall_clock() -> TimestampMs {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimestampMs(since_epoch.as_millis() as i64)
}

/// A number that differs from run to run.
pub(crate) fn seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::process::id())
}
