//! The binary as its users run it: real processes, free ports, directories of their own.

mod bench;
mod demo;
mod failures;
mod help;
mod node;
mod records;
mod restarts;
mod settings;
mod topics;
