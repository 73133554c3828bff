//! The named places of one log, and their order.
//!
//! ```text
//!   log start ≤ last stable offset ≤ high watermark ≤ log end          durable end ≤ log end
//! ```
//!
//! High watermark and durable end are not ordered: with `tidelog.durability=replicated` the watermark counts written
//! ends, and in a quorum the others may have synced what the leader has not. [`Watermarks::check`] is that picture as
//! code, called wherever one of them moves.

use std::fmt;

use crate::offset::Offset;

macro_rules! place {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Offset);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

place! {
    /// The first offset that may be read; retention and trims move it up.
    LogStart
}
place! {
    /// One past the last appended record, durable or not.
    LogEnd
}
place! {
    /// One past the last record that has been written to the operating system, synced or not.
    WrittenEnd
}
place! {
    /// One past the last record that this replica would still have after a power cut.
    DurableEnd
}
place! {
    /// One past the last record that every in-sync replica has (Kafka's term): readers see nothing beyond.
    HighWatermark
}
place! {
    /// One past the last record that no open transaction precedes; the watermark itself until transactions come.
    LastStableOffset
}

/// All named places of one log at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Watermarks {
    /// First readable offset.
    pub log_start: LogStart,
    /// Readers of committed transactions stop here.
    pub last_stable: LastStableOffset,
    /// Readers stop here.
    pub high_watermark: HighWatermark,
    /// What a power cut leaves here.
    pub durable_end: DurableEnd,
    /// Where the next record goes.
    pub log_end: LogEnd,
}

impl Watermarks {
    /// Panics if the places are out of order: that is a bug, and going on would serve records that can vanish.
    #[track_caller]
    pub fn check(&self) {
        assert!(
            self.log_start.0 <= self.last_stable.0
                && self.last_stable.0 <= self.high_watermark.0
                && self.high_watermark.0 <= self.log_end.0
                && self.durable_end.0 <= self.log_end.0,
            "places of a log out of order: {self:?}"
        );
    }
}
