//! The transcripts, replayed against a node in this process; and what must be true of scenarios and transcripts themselves.

mod kept;
mod node;
mod replayed;
