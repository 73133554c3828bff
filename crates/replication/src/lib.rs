//! The replica machine: who is in sync, what is committed.
