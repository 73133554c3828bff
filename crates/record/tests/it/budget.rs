//! What is allocated: nothing for a record, and for a stranger's bytes no more than the budget.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bytes::Bytes;
use tidelog_model::TimestampMs;
use tidelog_record::{
    Batch, BatchBuilder, Compression, Compressor, DecompressError, DecompressLimits, Decompressor,
    InvalidBatch, ProduceRules, validate_produced,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static LIVE_BYTES: Cell<isize> = const { Cell::new(0) };
    static PEAK_BYTES: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, counting for each thread. (What zstd's C code takes is not seen here.)
struct Counting;

fn count(allocations: usize, bytes: isize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE_BYTES.set(LIVE_BYTES.get() + bytes);
    PEAK_BYTES.set(PEAK_BYTES.get().max(LIVE_BYTES.get()));
}

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(1, new_size as isize - layout.size() as isize);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs it; returns its value, how often it allocated, and by how much live memory rose at most.
fn measured<T>(run: impl FnOnce() -> T) -> (T, usize, usize) {
    let (allocations, live) = (ALLOCATIONS.get(), LIVE_BYTES.get());
    PEAK_BYTES.set(live);
    let value = run();
    (value, ALLOCATIONS.get() - allocations, (PEAK_BYTES.get() - live) as usize)
}

const COMPRESSED: [Compression; 4] =
    [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

fn batch_of(records: i32, compression: Compression) -> Bytes {
    let mut builder = BatchBuilder::new();
    for index in 0..records {
        let value = format!("{{\"user\":{index},\"page\":\"/products/{}\"}}", index % 97);
        builder
            .append(TimestampMs(i64::from(index)), Some(b"key"), Some(value.as_bytes()), &[])
            .expect("fits");
    }
    builder.build(&mut Compressor::new(compression)).expect("builds")
}

/// A right batch of one record, of so many zeros.
fn bomb(zeros: usize, compression: Compression) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.append(TimestampMs(0), None, Some(&vec![0; zeros]), &[]).expect("fits");
    builder.build(&mut Compressor::new(compression)).expect("builds")
}

fn validate(bytes: &Bytes, decompressor: &mut Decompressor) -> Result<Batch, InvalidBatch> {
    let rules = ProduceRules { max_message_bytes: 16 << 20, ..ProduceRules::default() };
    validate_produced(bytes.clone(), &rules, TimestampMs(0), decompressor)
}

#[test]
fn appending_a_record_allocates_only_to_grow_the_buffer() {
    let mut builder = BatchBuilder::with_capacity(1 << 20);
    let (_, allocations, _) = measured(|| {
        for index in 0..10_000 {
            builder.append(TimestampMs(index), Some(b"key"), Some(&[7; 80]), &[]).expect("fits");
        }
    });
    assert!(allocations <= 1, "{allocations} allocations for 10,000 records");
}

#[test]
fn building_again_uses_the_buffers_again() {
    for compression in COMPRESSED {
        let mut compressor = Compressor::new(compression);
        let mut builder = BatchBuilder::new();
        let mut round = || {
            for index in 0..1000 {
                builder.append(TimestampMs(index), Some(b"key"), Some(&[7; 80]), &[]).expect("fits");
            }
            builder.build(&mut compressor).expect("builds")
        };
        drop(round());
        let (_, allocations, peak) = measured(|| drop(round()));
        // The batch itself, and what makes it shared.
        assert!(allocations <= 2, "{compression}: {allocations} allocations");
        assert!(peak < 64 << 10, "{compression}: {peak} bytes");
    }
}

#[test]
fn reading_and_validating_allocate_nothing_for_a_record() {
    for compression in Compression::ALL {
        let bytes = batch_of(10_000, compression);
        let batch = Batch::parse(&bytes[..]).expect("one batch");
        let mut decompressor = Decompressor::default();
        let mut read_all =
            || batch.records(&mut decompressor).expect("decompresses").map(Result::unwrap).count();
        read_all();
        let (count, allocations, _) = measured(read_all);
        assert_eq!(count, 10_000);
        assert!(allocations <= 4, "{compression}: {allocations} allocations to read");
        validate(&bytes, &mut decompressor).expect("valid");
        let (_, allocations, _) = measured(|| validate(&bytes, &mut decompressor).expect("valid"));
        assert!(allocations <= 4, "{compression}: {allocations} allocations to validate");
    }
}

#[test]
fn a_bomb_is_refused_within_the_byte_limit_and_its_output_is_not_kept() {
    let limits = DecompressLimits::default();
    for compression in COMPRESSED {
        let bytes = bomb(80 << 20, compression);
        let mut decompressor = Decompressor::new(limits);
        let (result, _, peak) = measured(|| validate(&bytes, &mut decompressor));
        let Err(InvalidBatch::Decompress(DecompressError::OverBudget { limit_bytes, payload_bytes, .. })) =
            result
        else {
            panic!("{compression}: {result:?}")
        };
        assert_eq!(limit_bytes, limits.budget(payload_bytes));
        assert!(peak < 256 << 10, "{compression}: validation took {peak} bytes");

        let batch = Batch::parse(&bytes[..]).expect("one batch");
        let (result, _, peak) = measured(|| batch.records(&mut decompressor).map(Iterator::count));
        assert!(matches!(result, Err(DecompressError::OverBudget { .. })), "{compression}: {result:?}");
        assert!(peak <= limit_bytes + (256 << 10), "{compression}: reading took {peak} bytes");
    }
}

#[test]
fn a_bomb_below_the_byte_limit_is_refused_by_its_ratio() {
    let bytes = bomb(32 << 20, Compression::Zstd);
    let payload_bytes = Batch::parse(&bytes[..]).expect("one batch").payload().len();
    let limit_bytes = payload_bytes * 1000;
    assert!((1 << 20..32 << 20).contains(&limit_bytes), "{payload_bytes}");
    assert_eq!(
        validate(&bytes, &mut Decompressor::default()),
        Err(InvalidBatch::Decompress(DecompressError::OverBudget {
            compression: Compression::Zstd,
            payload_bytes,
            limit_bytes
        }))
    );
}

#[test]
fn a_batch_of_one_letter_repeated_is_no_bomb() {
    for compression in COMPRESSED {
        let bytes = bomb((1 << 20) - 100, compression);
        validate(&bytes, &mut Decompressor::default())
            .unwrap_or_else(|error| panic!("{compression}: {error}"));
    }
}

#[test]
fn a_length_that_is_only_claimed_is_not_allocated() {
    // A bare snappy block of a few bytes that says it will be 64 MiB less one; the same within xerial's framing.
    let mut bare = vec![0xff, 0xff, 0xff, 0x1f];
    bare.extend([0; 12]);
    let mut framed = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01\0\0\0\x10".to_vec();
    framed.extend(&bare);
    // An LZ4 frame of 4-MiB blocks whose first says that it has 1 GiB.
    let lz4 = b"\x04\x22\x4d\x18\x60\x70\x73\0\0\0\x40".to_vec();
    // A zstd frame with a window of 128 MiB.
    let zstd = b"\x28\xb5\x2f\xfd\0\x88\x01\0\0".to_vec();
    for (compression, payload) in [
        (Compression::Snappy, bare),
        (Compression::Snappy, framed),
        (Compression::Lz4, lz4),
        (Compression::Zstd, zstd),
    ] {
        let mut decompressor = Decompressor::default();
        let (result, _, peak) = measured(|| decompressor.decompress(compression, &payload).map(<[u8]>::len));
        assert!(matches!(result, Err(DecompressError::Corrupt { .. })), "{compression}: {result:?}");
        assert!(peak < 128 << 10, "{compression}: {peak} bytes");
    }
}

#[test]
fn a_large_batch_leaves_no_large_buffer_behind() {
    let large = bomb(8 << 20, Compression::Lz4);
    let small = batch_of(10, Compression::Lz4);
    let before = LIVE_BYTES.get();
    let mut decompressor = Decompressor::default();
    for bytes in [&large, &small] {
        let batch = Batch::parse(&bytes[..]).expect("one batch");
        batch.records(&mut decompressor).expect("decompresses");
    }
    let kept = LIVE_BYTES.get() - before;
    assert!(kept < 128 << 10, "{kept} bytes kept");
}
