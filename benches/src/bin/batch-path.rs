//! What one batch costs before it is on its way to disk: validation, and the append by its partition's machine.
//!
//! One thread, a disk in memory, no sockets. Prints nanoseconds and allocations for each batch and record. For exact
//! instruction counts run one of the loads under callgrind, twice, with different counts, and compare:
//!
//! ```text
//! valgrind --tool=callgrind target/release/batch-path none-16384 2000
//! ```
//!
//! `batch-path [LOAD [BATCHES]]`

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use tidelog_model::{Acks, LeaderEpoch, NodeId, Now, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_partition::{Event, Partition, PartitionConfig, ProducedBatch};
use tidelog_record::{BatchBuilder, Compression, Compressor, Decompressor, ProduceRules, validate_produced};
use tidelog_storage::disk::MemoryDisk;
use tidelog_storage::{LogDirectory, Options};

/// Counts what the measured code allocates.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NOW: Now = Now { wall: TimestampMs(1_700_000_000_000), monotonic_ms: 0 };
const RECORD_BYTES: usize = 100;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let only = arguments.next();
    let batches = arguments.next().map_or(20_000, |count| count.parse().expect("BATCHES is a number"));
    println!(
        "{:>12} {:>8}  {:>12} {:>10} {:>8}  {:>10} {:>8}",
        "load", "records", "validate ns", "ns/record", "allocs", "append ns", "allocs"
    );
    for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
        for batch_bytes in [1 << 10, 16 << 10, 64 << 10] {
            let name = format!("{}-{batch_bytes}", compression.name());
            if only.as_ref().is_none_or(|only| *only == name) {
                run(&name, batch(compression, batch_bytes), batches);
            }
        }
    }
}

fn run(name: &str, (batch, records): (Bytes, i32), batches: u64) {
    let rules = ProduceRules::default();
    let mut decompressor = Decompressor::default();
    let mut validate =
        || validate_produced(batch.clone(), &rules, NOW.wall, &mut decompressor).expect("valid");
    let valid = validate();
    let (validate_ns, validate_allocations) = measure(batches, || drop(black_box(validate())));

    let disk = Arc::new(MemoryDisk::new(1));
    let (directory, _, _) = LogDirectory::open(disk.clone(), disk, Options::default(), 1).expect("it opens");
    let id = TopicPartition { topic: TopicId(7), partition: PartitionId(0) };
    let mut partition =
        Partition::open(NodeId(0), directory.create(id), PartitionConfig::default()).expect("it is empty");
    let mut effects = Vec::new();
    partition.step(Event::Lead { epoch: LeaderEpoch(0), in_sync: vec![NodeId(0)] }, NOW, &mut effects);
    let produced = ProducedBatch { header: *valid.header(), bytes: valid.into_bytes() };
    let (append_ns, append_allocations) = measure(batches, || {
        effects.clear();
        let event = Event::Produce { waiter: (), batch: produced.clone(), acks: Acks::None };
        partition.step(event, NOW, &mut effects);
        black_box(&effects);
    });
    println!(
        "{name:>12} {records:>8}  {validate_ns:>12.0} {:>10.1} {validate_allocations:>8.2}  {append_ns:>10.0} {append_allocations:>8.2}",
        validate_ns / f64::from(records)
    );
}

/// Nanoseconds and allocations of one call.
fn measure(calls: u64, mut call: impl FnMut()) -> (f64, f64) {
    for _ in 0..calls / 10 {
        call();
    }
    let (start, before) = (Instant::now(), ALLOCATIONS.load(Ordering::Relaxed));
    for _ in 0..calls {
        call();
    }
    let nanos = start.elapsed().as_nanos() as f64 / calls as f64;
    (nanos, (ALLOCATIONS.load(Ordering::Relaxed) - before) as f64 / calls as f64)
}

fn batch(compression: Compression, bytes: usize) -> (Bytes, i32) {
    let mut builder = BatchBuilder::new();
    let mut index = 0;
    while builder.size_bytes() + RECORD_BYTES < bytes {
        index += 1;
        let mut value = format!(
            "{{\"user\":{:07},\"page\":\"/articles/{:05}\",\"ms\":{:04}}}",
            index * 7919,
            index * 31,
            index
        )
        .into_bytes();
        value.resize(RECORD_BYTES - 10, b' ');
        builder.append(NOW.wall, None, Some(&value), &[]).expect("it fits");
    }
    let records = builder.record_count();
    (builder.build(&mut Compressor::new(compression)).expect("it has records"), records)
}
