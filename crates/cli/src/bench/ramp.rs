//! The search for the highest rate that holds: doubling until one does not, then halving the gap.
//!
//! Pure.

/// The search ends when the lowest rate that failed is less than this much above the highest that held.
const RESOLUTION: f64 = 1.1;

/// What is known of the limit so far.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    first: f64,
    /// The highest rate that held.
    held: Option<f64>,
    /// The lowest rate that failed.
    failed: Option<f64>,
}

impl Ramp {
    /// Begins at a rate.
    pub fn new(first: u64) -> Self {
        Ramp { first: first as f64, held: None, failed: None }
    }

    /// The rate to try next; none when the limit is known.
    pub fn next(&self) -> Option<u64> {
        let rate = match (self.held, self.failed) {
            (None, None) => self.first,
            (Some(held), None) => held * 2.0,
            (None, Some(failed)) if failed > 100.0 => failed / 2.0,
            (None, Some(_)) => return None,
            (Some(held), Some(failed)) if failed / held < RESOLUTION => return None,
            (Some(held), Some(failed)) => (held * failed).sqrt(),
        };
        // Two digits are exact enough.
        let unit = 10_f64.powf((rate.log10() - 2.0).floor().max(0.0));
        Some(((rate / unit).round() * unit) as u64)
    }

    /// How a rate went.
    pub fn record(&mut self, rate: u64, held: bool) {
        let rate = rate as f64;
        if held {
            self.held = Some(self.held.map_or(rate, |known| known.max(rate)));
        } else {
            self.failed = Some(self.failed.map_or(rate, |known| known.min(rate)));
        }
    }

    /// The highest rate that held.
    pub fn highest(&self) -> Option<u64> {
        self.held.map(|rate| rate as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rates that are tried if those up to `limit` hold, and the result.
    fn search(first: u64, limit: u64) -> (Vec<u64>, Option<u64>) {
        let mut ramp = Ramp::new(first);
        let mut tried = Vec::new();
        while let Some(rate) = ramp.next() {
            tried.push(rate);
            ramp.record(rate, rate <= limit);
            assert!(tried.len() < 30, "{tried:?}");
        }
        (tried, ramp.highest())
    }

    #[test]
    fn it_doubles_then_narrows_down() {
        let tried = vec![10_000, 20_000, 40_000, 80_000, 56_600, 67_300, 61_700];
        assert_eq!(search(10_000, 60_000), (tried, Some(56_600)));
    }

    #[test]
    fn it_goes_down_if_the_first_rate_is_too_high() {
        let (tried, highest) = search(100_000, 3_000);
        assert_eq!(tried[..6], [100_000, 50_000, 25_000, 12_500, 6_250, 3_130]);
        assert!(highest.is_some_and(|rate| (2_700..=3_000).contains(&rate)), "{highest:?}");
    }

    #[test]
    fn it_gives_up_where_nothing_holds() {
        assert_eq!(search(1_000, 0).1, None);
    }
}
