//! A node in a directory of its own, and clients that others wrote, over real sockets.

mod admin;
mod broker;
mod codecs;
mod delivery;
mod grpc;
mod offsets;
mod records;
mod restarts;
mod topics;
