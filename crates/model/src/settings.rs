//! The two choices that decide what an acknowledgement means.

use std::fmt;

/// How many replicas must have a batch before its producer is answered (Kafka's `acks`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Acks {
    /// `acks=0`: no answer is expected.
    None,
    /// `acks=1`: the leader alone, durable as the topic's [`Durability`] says.
    Leader,
    /// `acks=all` (−1): every in-sync replica, and at least `min.insync.replicas` of them.
    #[default]
    All,
}

impl Acks {
    /// Kafka's number: 0, 1 or −1.
    pub const fn to_wire(self) -> i16 {
        match self {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        }
    }

    /// The inverse of [`Acks::to_wire`]; `None` for any other number.
    pub const fn from_wire(acks: i16) -> Option<Acks> {
        match acks {
            0 => Some(Acks::None),
            1 => Some(Acks::Leader),
            -1 => Some(Acks::All),
            _ => None,
        }
    }
}

/// When a replica counts a batch as its own (`tidelog.durability`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// `fsync`: once a power cut would leave it. The default.
    #[default]
    Fsync,
    /// `replicated`: once it is written to the operating system; a power cut of all replicas at once can lose it. This
    /// is what Apache Kafka promises.
    Replicated,
}

impl Durability {
    /// The value as configs write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Durability::Fsync => "fsync",
            Durability::Replicated => "replicated",
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
