//! Places in a log, and the two counters that grow with it.

use std::fmt;

use crate::id::number;

number! {
    /// A record's place in its partition's log, from 0. Offsets rise; they need not be contiguous.
    Offset(i64)
}
number! {
    /// Which leadership appended a batch (KIP-101): rises at every leader start, on one node too.
    LeaderEpoch(i32)
}
number! {
    /// A producer's count of records to one partition (KIP-98), from 0 to `i32::MAX`, then from 0 again.
    Sequence(i32)
}

impl Offset {
    /// The first offset of an empty log.
    pub const ZERO: Offset = Offset(0);

    /// The offset after this one.
    pub const fn next(self) -> Offset {
        Offset(self.0 + 1)
    }

    /// The offset `count` records further on.
    pub const fn plus(self, count: i64) -> Offset {
        Offset(self.0 + count)
    }
}

impl LeaderEpoch {
    /// On batches that no leader has stamped yet.
    pub const NONE: LeaderEpoch = LeaderEpoch(-1);
}

impl Sequence {
    /// On batches that no idempotent producer sent.
    pub const NONE: Sequence = Sequence(-1);

    /// The sequence `count` records further on, wrapping from `i32::MAX` to 0 as Kafka does.
    pub const fn plus(self, count: i32) -> Sequence {
        let sum = self.0 as i64 + count as i64;
        Sequence((sum & i32::MAX as i64) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap_from_the_largest_int_to_zero() {
        assert_eq!(Sequence(i32::MAX).plus(1), Sequence(0));
        assert_eq!(Sequence(i32::MAX - 2).plus(4), Sequence(1));
        assert_eq!(Sequence(7).plus(3), Sequence(10));
    }
}
