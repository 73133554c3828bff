//! Benchmarks of Tidelog; see README.md beside this file.
