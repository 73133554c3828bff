//! When records are due: evenly, at a rate, whatever the broker does about it (an open loop). A record that is sent late
//! because an earlier one had to wait still counts from when it was due: nothing is omitted (Tene, "How NOT to measure
//! latency").
//!
//! Pure.

/// One sender's share of a rate.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    first_nanos: f64,
    interval_nanos: f64,
}

impl Schedule {
    /// The share of sender `index` of `senders`, which take turns, of so many records a second from `start_nanos` on.
    pub fn new(start_nanos: u64, records_per_second: u64, index: usize, senders: usize) -> Self {
        let nanos = 1e9 / records_per_second as f64;
        Schedule {
            first_nanos: start_nanos as f64 + nanos * index as f64,
            interval_nanos: nanos * senders as f64,
        }
    }

    /// When this sender's record with this number is due.
    pub fn due_nanos(&self, number: u64) -> u64 {
        (self.first_nanos + self.interval_nanos * number as f64) as u64
    }

    /// How many records are due until then.
    pub fn due_records(&self, now_nanos: u64) -> u64 {
        let since = now_nanos as f64 - self.first_nanos;
        if since < 0.0 { 0 } else { (since / self.interval_nanos) as u64 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_take_turns_at_the_rate() {
        let due = |index| {
            let schedule = Schedule::new(500, 1_000_000, index, 2);
            [0, 1, 2, 1_000_000].map(|number| schedule.due_nanos(number))
        };
        assert_eq!(due(0), [500, 2_500, 4_500, 2_000_000_500]);
        assert_eq!(due(1), [1_500, 3_500, 5_500, 2_000_001_500]);
    }

    #[test]
    fn a_record_counts_as_due_from_its_moment_on() {
        let schedule = Schedule::new(1_000, 1_000_000, 0, 1);
        let due = [0, 999, 1_000, 1_999, 2_000, 1_001_000].map(|now_nanos| schedule.due_records(now_nanos));
        assert_eq!(due, [0, 0, 1, 1, 2, 1_001]);
    }
}
