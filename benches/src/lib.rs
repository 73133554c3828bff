//! Benchmarks that are kept, each a binary under `src/bin/`; `README.md` beside this crate says how to run them and how to
//! read what they print: ratios from one run, never absolute figures of a shared machine.

use std::time::Duration;

use bytes::Bytes;
use tidelog_model::TimestampMs;
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor};

/// A batch of about `bytes` bytes: one record of that size.
pub fn batch_of(bytes: usize) -> (BatchHeader, Bytes) {
    let mut builder = BatchBuilder::new();
    let value = vec![b'x'; bytes.saturating_sub(80)];
    builder.append(TimestampMs(1_700_000_000_000), None, Some(&value), &[]).expect("one record fits");
    let batch = builder.build(&mut Compressor::new(Compression::None)).expect("it holds a record");
    (BatchHeader::parse(&batch).expect("just built"), batch)
}

/// CPU time of this process, user and system, all threads.
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
