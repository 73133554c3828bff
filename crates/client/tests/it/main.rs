//! The client against a broker in memory.

mod admin;
mod consumer;
mod mock;
mod producer;
