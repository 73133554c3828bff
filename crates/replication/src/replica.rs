//! What must stay true: the high watermark is the least counted end over the in-sync replicas; it never moves back in one
//! leader epoch; it does not move while fewer than `min_in_sync` replicas are in sync. The order of a log's places
//! ([`Watermarks::check`]) is checked after every event.

use std::collections::BTreeMap;

use tidelog_model::watermark::{DurableEnd, HighWatermark, LastStableOffset, LogEnd, LogStart, Watermarks};
use tidelog_model::{Acks, LeaderEpoch, NodeId, Offset};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// This replica leads from now on. `epoch` is newer than any before and is already in the log's history.
    Lead {
        /// The new leadership.
        epoch: LeaderEpoch,
        /// The in-sync replicas, this one among them.
        in_sync: Vec<NodeId>,
        /// `min.insync.replicas`.
        min_in_sync: usize,
    },
    /// The topic's settings changed.
    Configured {
        /// `min.insync.replicas`.
        min_in_sync: usize,
    },
    /// The leader appended; its log ends here now.
    Appended {
        /// One past the last appended record.
        end: LogEnd,
    },
    /// A replica counts everything below `end` as its own: synced, or only written where the topic says so.
    Counted {
        /// Which replica.
        replica: NodeId,
        /// One past the last record that it counts.
        end: Offset,
    },
    /// Records below `start` are gone here.
    Trimmed {
        /// The first that is left.
        start: LogStart,
    },
    /// Records from `end` on are gone here. Never below the watermark.
    Truncated {
        /// Where the log ends now.
        end: LogEnd,
    },
}

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// The high watermark rose to this.
    Watermark(HighWatermark),
}

/// Fewer replicas are in sync than `min.insync.replicas` asks for: `acks=all` cannot be honoured now. Retriable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotEnoughReplicas {
    /// How many are in sync.
    pub in_sync: usize,
    /// `min.insync.replicas`.
    pub min_in_sync: usize,
}

/// One partition's replica on this node.
#[derive(Debug)]
pub struct Replica {
    node: NodeId,
    /// `None` until it first leads.
    epoch: Option<LeaderEpoch>,
    min_in_sync: usize,
    /// Counted end of each in-sync replica.
    in_sync: BTreeMap<NodeId, Offset>,
    places: Watermarks,
}

impl Replica {
    /// Of a log as recovery left it: everything in it is durable here, nothing is known to be committed beyond `start`.
    pub fn new(node: NodeId, start: LogStart, end: LogEnd) -> Self {
        let places = Watermarks {
            log_start: start,
            last_stable: LastStableOffset(start.0),
            high_watermark: HighWatermark(start.0),
            durable_end: DurableEnd(end.0),
            log_end: end,
        };
        places.check();
        Replica { node, epoch: None, min_in_sync: 1, in_sync: BTreeMap::new(), places }
    }

    /// The log's places now.
    pub fn watermarks(&self) -> &Watermarks {
        &self.places
    }

    /// The leadership that this replica has, if it leads.
    pub fn epoch(&self) -> Option<LeaderEpoch> {
        self.epoch
    }

    /// The replicas that are in sync.
    pub fn in_sync(&self) -> impl Iterator<Item = NodeId> {
        self.in_sync.keys().copied()
    }

    /// Whether an append with these acks may be taken now.
    pub fn accepts(&self, acks: Acks) -> Result<(), NotEnoughReplicas> {
        if acks == Acks::All && self.in_sync.len() < self.min_in_sync {
            return Err(NotEnoughReplicas { in_sync: self.in_sync.len(), min_in_sync: self.min_in_sync });
        }
        Ok(())
    }

    /// Takes note of what happened. Events arrive in the order in which they happened to the log.
    pub fn handle(&mut self, event: Event) -> Option<Output> {
        match event {
            Event::Lead { epoch, in_sync, min_in_sync } => self.lead(epoch, &in_sync, min_in_sync),
            Event::Configured { min_in_sync } => self.min_in_sync = min_in_sync,
            Event::Appended { end } => self.places.log_end = end,
            Event::Counted { replica, end } => self.counted(replica, end),
            Event::Trimmed { start } => self.trimmed(start),
            Event::Truncated { end } => self.truncated(end),
        }
        let output = self.advance();
        self.places.check();
        output
    }

    fn lead(&mut self, epoch: LeaderEpoch, in_sync: &[NodeId], min_in_sync: usize) {
        assert!(self.epoch.is_none_or(|old| old < epoch), "epoch {epoch} after {:?}", self.epoch);
        assert!(in_sync.contains(&self.node), "leader {} is not in sync: {in_sync:?}", self.node);
        self.epoch = Some(epoch);
        self.min_in_sync = min_in_sync;
        // Of the others nothing is known until they report.
        let known = |node: NodeId| {
            if node == self.node { self.places.durable_end.0 } else { self.places.log_start.0 }
        };
        self.in_sync = in_sync.iter().map(|&node| (node, known(node))).collect();
    }

    fn counted(&mut self, replica: NodeId, end: Offset) {
        if replica == self.node {
            self.places.durable_end =
                DurableEnd(self.places.durable_end.0.max(end.min(self.places.log_end.0)));
        }
        if let Some(counted) = self.in_sync.get_mut(&replica) {
            *counted = (*counted).max(end);
        }
    }

    fn trimmed(&mut self, start: LogStart) {
        let places = &mut self.places;
        places.log_start = LogStart(places.log_start.0.max(start.0));
        places.high_watermark = HighWatermark(places.high_watermark.0.max(start.0));
        places.last_stable = LastStableOffset(places.last_stable.0.max(start.0));
    }

    fn truncated(&mut self, end: LogEnd) {
        assert!(end.0 >= self.places.high_watermark.0, "truncation to {end} below {:?}", self.places);
        self.places.log_end = end;
        self.places.durable_end = DurableEnd(self.places.durable_end.0.min(end.0));
        if let Some(counted) = self.in_sync.get_mut(&self.node) {
            *counted = (*counted).min(end.0);
        }
    }

    fn advance(&mut self) -> Option<Output> {
        if self.epoch.is_none() || self.in_sync.len() < self.min_in_sync {
            return None;
        }
        let committed = self.in_sync.values().copied().min()?.min(self.places.log_end.0);
        if committed <= self.places.high_watermark.0 {
            return None;
        }
        self.places.high_watermark = HighWatermark(committed);
        self.places.last_stable = LastStableOffset(committed);
        Some(Output::Watermark(self.places.high_watermark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: NodeId = NodeId(0);
    const PEER: NodeId = NodeId(1);

    fn leader(in_sync: &[NodeId], min_in_sync: usize) -> Replica {
        let mut replica = Replica::new(ME, LogStart(Offset(0)), LogEnd(Offset(0)));
        let lead = Event::Lead { epoch: LeaderEpoch(0), in_sync: in_sync.to_vec(), min_in_sync };
        assert_eq!(replica.handle(lead), None);
        replica
    }

    fn watermark(offset: i64) -> Option<Output> {
        Some(Output::Watermark(HighWatermark(Offset(offset))))
    }

    fn appended(end: i64) -> Event {
        Event::Appended { end: LogEnd(Offset(end)) }
    }

    fn counted(replica: NodeId, end: i64) -> Event {
        Event::Counted { replica, end: Offset(end) }
    }

    #[test]
    fn the_only_replica_commits_what_it_counts() {
        let mut replica = leader(&[ME], 1);
        assert_eq!(replica.handle(appended(5)), None);
        assert_eq!(replica.handle(counted(ME, 3)), watermark(3));
        assert_eq!(replica.handle(counted(ME, 3)), None);
        assert_eq!(replica.handle(counted(ME, 5)), watermark(5));
    }

    #[test]
    fn the_slowest_in_sync_replica_decides() {
        let mut replica = leader(&[ME, PEER], 2);
        replica.handle(appended(10));
        assert_eq!(replica.handle(counted(ME, 10)), None);
        assert_eq!(replica.handle(counted(PEER, 4)), watermark(4));
        assert_eq!(
            replica.handle(counted(PEER, 12)),
            watermark(10),
            "a peer cannot commit beyond the leader's end"
        );
    }

    #[test]
    fn nothing_commits_below_the_minimum_in_sync() {
        let mut replica = leader(&[ME], 2);
        replica.handle(appended(1));
        assert_eq!(replica.handle(counted(ME, 1)), None);
        assert_eq!(replica.accepts(Acks::All), Err(NotEnoughReplicas { in_sync: 1, min_in_sync: 2 }));
        assert_eq!(replica.accepts(Acks::Leader), Ok(()));
    }

    #[test]
    fn a_lower_minimum_commits_what_waited_for_it() {
        let mut replica = leader(&[ME], 2);
        replica.handle(appended(3));
        replica.handle(counted(ME, 3));
        assert_eq!(replica.handle(Event::Configured { min_in_sync: 1 }), watermark(3));
    }

    #[test]
    fn a_recovered_log_is_committed_whole_once_its_only_replica_leads() {
        let mut replica = Replica::new(ME, LogStart(Offset(2)), LogEnd(Offset(9)));
        assert_eq!(replica.watermarks().high_watermark, HighWatermark(Offset(2)));
        let lead = Event::Lead { epoch: LeaderEpoch(3), in_sync: vec![ME], min_in_sync: 1 };
        assert_eq!(replica.handle(lead), watermark(9));
    }

    #[test]
    fn a_trim_pulls_the_watermark_up_and_a_truncation_never_below_it() {
        let mut replica = leader(&[ME], 1);
        replica.handle(appended(8));
        replica.handle(counted(ME, 4));
        replica.handle(Event::Trimmed { start: LogStart(Offset(3)) });
        assert_eq!(replica.watermarks().log_start, LogStart(Offset(3)));
        replica.handle(Event::Truncated { end: LogEnd(Offset(6)) });
        assert_eq!(replica.watermarks().log_end, LogEnd(Offset(6)));
        assert_eq!(replica.handle(counted(ME, 8)), watermark(6));
    }
}
