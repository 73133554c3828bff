//! The crate from outside: one module a claim.

mod controller;
mod decisions;
mod faulty_logs;
mod history;
mod image;
mod kafka;
mod records;
mod support;
