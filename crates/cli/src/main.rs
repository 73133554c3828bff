//! The one binary: tidelog.

fn main() {}
