//! What a request may be told again. Kafka answers whatever is named in DescribeConfigs or DescribeProducers as often as it
//! is named, so that a few bytes of a request become many of its answer.
//!
//! What must stay true: what is told for the first time is told; for all repetitions together an answer has [`ENTRIES_MAX`]
//! entries.

use std::collections::BTreeSet;

use crate::errors::{KafkaCode, KafkaError};

/// Configs or producers in an answer that it has already.
const ENTRIES_MAX: usize = 20_000;

/// What one answer has told.
#[derive(Debug)]
pub struct Repeats<K> {
    told: BTreeSet<K>,
    entries: usize,
}

impl<K: Ord> Repeats<K> {
    /// Nothing yet.
    pub fn new() -> Self {
        Repeats { told: BTreeSet::new(), entries: 0 }
    }

    /// Makes the entries of `what`, unless it was told before and there were too many repetitions already.
    pub fn tell<T>(
        &mut self,
        what: K,
        make: impl FnOnce() -> Result<Vec<T>, KafkaError>,
    ) -> Result<Vec<T>, KafkaError> {
        let is_repeated = !self.told.insert(what);
        if is_repeated && self.entries >= ENTRIES_MAX {
            let message = "The request names the same things over and over: name each of them once.";
            return Err(KafkaError::new(KafkaCode::InvalidRequest, message));
        }
        let entries = make()?;
        if is_repeated {
            self.entries += entries.len();
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_first_is_told_and_repetitions_come_to_an_end() {
        let mut repeats = Repeats::new();
        let mut tell = |what: u32| repeats.tell(what, || Ok(vec![what; 1000])).map(|entries| entries.len());
        assert_eq!(tell(0), Ok(1000));
        for _ in 0..ENTRIES_MAX / 1000 {
            assert_eq!(tell(0), Ok(1000));
        }
        assert_eq!(tell(0).map_err(|error| error.code), Err(KafkaCode::InvalidRequest));
        // Others are told nevertheless.
        assert_eq!(tell(1), Ok(1000));
        assert!(tell(1).is_err());
    }
}
