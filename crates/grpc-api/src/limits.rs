//! What both ends of a gRPC connection agree on.
//!
//! HTTP/2's own defaults (64-KiB windows, 16-KiB frames) halve the throughput of messages of this size; these are the
//! values at which a loopback connection stops getting faster.

/// Flow control of one stream, in bytes: how much may be under way before its reader takes it.
pub const STREAM_WINDOW_BYTES: u32 = 1 << 20;

/// Flow control of one connection, in bytes; more than [`STREAM_WINDOW_BYTES`], so that a stream that nobody reads does
/// not stop the others.
pub const CONNECTION_WINDOW_BYTES: u32 = 2 << 20;

/// The largest HTTP/2 DATA frame, in bytes.
pub const MAX_FRAME_BYTES: u32 = 1 << 20;

/// The largest request that a broker reads, in bytes. Requests are charged to a budget that all connections share before
/// they are buffered; a larger one would wait for it longer than it should.
pub const MAX_REQUEST_BYTES: usize = 16 << 20;

/// The largest answer that a client reads, in bytes: above the largest record batch that a topic can be configured to
/// take, because a fetch sends one batch whole, however large it is.
pub const MAX_RESPONSE_BYTES: usize = 128 << 20;
