//! Time as an argument.

use std::fmt;

use crate::id::number;

number! {
    /// Milliseconds since 1970-01-01 UTC; [`TimestampMs::NONE`] where a record has none.
    TimestampMs(i64)
}

impl TimestampMs {
    /// On records without a time.
    pub const NONE: TimestampMs = TimestampMs(-1);
}

/// The moment at which an event is handled: read once by the shell, passed down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Wall clock, for timestamps and retention; it may jump.
    pub wall: TimestampMs,
    /// Milliseconds on a clock that never goes back, for deadlines.
    pub monotonic_ms: u64,
}
