//! Record batch v2 as bytes.
//!
//! Three nouns. A [`Batch`] is a parsed [`BatchHeader`] over the bytes of one batch, which lie on disk as they came over
//! the wire and are never re-encoded; [`stamp`] and [`stamped_prefix`] write the few bytes that are the leader's. A
//! [`BatchBuilder`] makes one out of records. [`Records`] reads them again, without an allocation for each.
//! [`validate_produced`] is the gate that a client's batch passes before it is one of ours.
//!
//! The codecs' costly state lives in a [`Compressor`] and a [`Decompressor`], which their users keep for each thread.
//! Everything that decompresses does so under a budget: see [`DecompressLimits`].
//!
//! No I/O, no clock; time is an argument.

// What a batch is, and what a leader writes into it.
mod batch;
mod header;
mod stamp;

// Making one, reading it, and taking one from a stranger.
mod builder;
mod grammar;
mod records;
mod rejected;
mod streaming;
mod validate;

// Codecs, each under a budget.
mod codec;
mod compress;
mod compression;
mod decompress;
mod recompress;

// Numbers.
mod checksum;
mod partitioner;
mod varint;

#[doc(hidden)]
pub mod fuzz;

pub use batch::{Batch, Batches, split_batches};
pub use builder::{BatchBuilder, BuildError};
pub use checksum::{SelfTestError, crc32c, self_test};
pub use compress::{CompressError, Compressor};
pub use compression::{Compression, UnknownCodecName};
pub use decompress::{DecompressError, DecompressLimits, Decompressor};
pub use grammar::RecordFault;
pub use header::{Attributes, BatchError, BatchHeader, MAGIC, TimestampType, layout};
pub use partitioner::partition_for_key;
pub use recompress::{RecompressError, recompress};
pub use records::{Header, Headers, Record, RecordError, Records};
pub use rejected::{RejectedRecord, RejectedRecords};
pub use stamp::{stamp, stamped_prefix, with_max_timestamp};
pub use validate::{InvalidBatch, ProduceRules, validate_produced};
