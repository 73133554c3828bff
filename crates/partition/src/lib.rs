//! One partition, one writer: a log, a replica and its producers' state.
