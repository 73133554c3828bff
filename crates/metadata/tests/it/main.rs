//! The crate from outside: one module a claim.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures from files")]

mod controller;
mod decisions;
mod docs;
mod faulty_logs;
mod history;
mod image;
mod kafka;
mod records;
mod resources;
mod support;
