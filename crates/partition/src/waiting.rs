//! Producers that wait for their batch to be committed, in offset order.

use std::collections::VecDeque;

use tidelog_model::Offset;

use crate::partition::Produced;

/// One waiting producer.
#[derive(Debug)]
pub struct Waiting<W> {
    pub waiter: W,
    /// Done once the place that its acks name reaches this.
    pub until: Offset,
    pub answer: Produced,
}

/// Waiting producers of one kind of acks.
#[derive(Debug)]
pub struct Queue<W>(VecDeque<Waiting<W>>);

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Queue(VecDeque::new())
    }
}

impl<W> Queue<W> {
    /// A duplicate may wait for an offset below that of others; everybody else comes in order.
    pub fn push(&mut self, waiting: Waiting<W>) {
        let at = self.0.partition_point(|other| other.until <= waiting.until);
        self.0.insert(at, waiting);
    }

    /// Those that need nothing beyond `reached`.
    pub fn done(&mut self, reached: Offset) -> impl Iterator<Item = Waiting<W>> {
        let count = self.0.partition_point(|waiting| waiting.until <= reached);
        self.0.drain(..count)
    }

    /// All of them.
    pub fn all(&mut self) -> impl Iterator<Item = Waiting<W>> {
        self.0.drain(..)
    }
}
