//! A log directory: the commit journal and the partitions' segments.

pub mod disk;
