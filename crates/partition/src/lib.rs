//! One partition, one writer: a log, a replica and its producers' state behind one synchronous function.
//!
//! One noun. A [`Partition`] takes an [`Event`] and the time, and says what follows as [`Effect`]s:
//!
//! ```text
//!  step(Produce)  ─► Ordered      the batch has its offsets; the connection may read its next request
//!                 ─► Answered     now (acks=0, refused), or …
//!  step(Durable)  ─► Visible      readers may see more
//!                 ─► Answered     … now that it is committed
//! ```
//!
//! It waits for nothing: the log queues its operations, and a shell brings them to disk and reports back. So the
//! simulator drives the very code that production runs, and a node without peers runs the same machine as the only
//! replica.

mod error;
mod partition;
mod producers;
mod waiting;

pub use error::ProduceError;
pub use partition::{Effect, Event, Partition, PartitionConfig, Produced, ProducedBatch};
pub use producers::{ActiveProducer, ProducerFault, ProducerState, Producers};
