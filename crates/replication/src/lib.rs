//! The replica machine of one partition: who is in sync, and so what is committed.
//!
//! One noun. A [`Replica`] is told what happened to this node's log and (once there are peers) to theirs, through
//! [`Replica::handle`]; it answers with the [`Output`]s that follow. It holds no records, does no I/O and reads no clock.
//!
//! ```text
//!  Lead{epoch, in_sync} ─┐
//!  Configured           ─┤
//!  Appended{end}        ─┤                 ┌─► Output::Watermark   readers may see more; waiting producers are done
//!  Counted{end}         ─┼─► Replica ──────┤
//!  Trimmed{start}       ─┤                 └─► (nothing)
//!  Truncated{end}       ─┘
//! ```
//!
//! A node without peers runs the same machine as the only replica; followers, ISR changes and epoch reconciliation
//! (KIP-101, 279, 320, 966) come with the cluster and add events, not another machine.

mod replica;

pub use replica::{Event, NotEnoughReplicas, Output, Replica};
