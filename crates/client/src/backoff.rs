//! How long to wait before the next try: exponential, with jitter, so that clients of a broker that comes back do not
//! all knock at the same moment.
//!
//! Pure: the random numbers are a sequence from a seed.

/// Delays double from the first to the largest, each spread by ±20 % (as Kafka's clients do it, KIP-580).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    pub first_ms: u64,
    pub max_ms: u64,
}

impl Backoff {
    /// The delay after so many failures in a row; 0 after none.
    pub fn delay_ms(&self, failures: u32, random: &mut Random) -> u64 {
        let Some(doublings) = failures.checked_sub(1) else { return 0 };
        let steady = self.first_ms.saturating_mul(1 << doublings.min(32)).min(self.max_ms);
        let spread = steady * 2 / 5;
        steady - spread / 2 + random.below(spread + 1)
    }
}

/// A sequence of numbers that look random (SplitMix64). Good enough to spread load, for nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub const fn from_seed(seed: u64) -> Self {
        Random(seed)
    }

    /// A number below the bound; 0 if the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: free of the modulo's bias for all bounds that occur here.
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first_ms: 100, max_ms: 1000 };

    #[test]
    fn delays_double_up_to_the_largest_within_a_fifth() {
        let mut random = Random::from_seed(7);
        for (failures, steady) in [(0, 0), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (90, 1000)] {
            for _ in 0..200 {
                let delay = BACKOFF.delay_ms(failures, &mut random);
                assert!(
                    (steady * 4 / 5..=steady * 6 / 5).contains(&delay),
                    "{failures} failures: {delay} ms"
                );
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_delays() {
        let delays = |seed| {
            let mut random = Random::from_seed(seed);
            (1..6).map(|failures| BACKOFF.delay_ms(failures, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(delays(1), delays(1));
        assert_ne!(delays(1), delays(2));
    }

    #[test]
    fn numbers_below_a_bound_reach_each_value() {
        let mut random = Random::from_seed(0);
        let mut seen = [0; 5];
        (0..1000).for_each(|_| seen[random.below(5) as usize] += 1);
        assert!(seen.iter().all(|count| (150..250).contains(count)), "{seen:?}");
        assert_eq!(random.below(0), 0);
    }
}
