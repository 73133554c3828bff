//! What a request may be told again and again. Kafka answers whatever is named in DescribeConfigs or DescribeProducers as often
//! as it is named, and each partition that it cannot serve with a sentence, so that a few bytes of a request become many of its
//! answer.
//!
//! What must stay true: what is told for the first time is told; for all repetitions together an answer has [`ENTRIES_MAX`]
//! entries, and of errors the first [`SENTENCES_MAX`] have their sentence, all their code.

use std::collections::BTreeSet;

use tidelog_kafka_wire::Str;

use crate::errors::{KafkaCode, KafkaError};

/// Configs or producers in an answer that it has already.
const ENTRIES_MAX: usize = 5_000;

/// Errors with a sentence in one answer.
const SENTENCES_MAX: usize = 10_000;

/// The sentences of one answer.
#[derive(Debug, Default)]
pub struct Sentences(usize);

impl Sentences {
    /// The error's sentence, unless there were too many.
    pub fn of(&mut self, error: KafkaError) -> Option<Str> {
        self.0 += usize::from(error.message.is_some());
        error.message.filter(|_| self.0 <= SENTENCES_MAX).map(Str::from)
    }
}

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
        let is_repeated = self.told.contains(&what);
        if is_repeated && self.entries >= ENTRIES_MAX {
            let message = "The request names the same things over and over: name each of them once.";
            return Err(KafkaError::new(KafkaCode::InvalidRequest, message));
        }
        let entries = make()?;
        if is_repeated {
            self.entries += entries.len();
        } else {
            self.told.insert(what);
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

    #[test]
    fn only_so_many_errors_have_a_sentence() {
        let mut sentences = Sentences::default();
        let bare = || KafkaError::bare(KafkaCode::InvalidRequest);
        let told = || KafkaError::new(KafkaCode::InvalidRequest, "no");
        for _ in 0..SENTENCES_MAX {
            assert_eq!(sentences.of(bare()), None);
            assert_eq!(sentences.of(told()).as_deref(), Some("no"));
        }
        assert_eq!(sentences.of(told()), None);
    }
}
