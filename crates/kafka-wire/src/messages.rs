//! Generated messages, a module for each API.
