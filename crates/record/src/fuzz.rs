//! One function for every fuzzer, and for the corpus that `cargo test` replays: a stranger's bytes as a batch.

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Offset, TimestampMs};

use crate::header::layout::{BATCH_LENGTH_AT, HEADER_BYTES, LEADER_EPOCH_AT, MAGIC_AT};
use crate::stamp::seal;
use crate::{
    Batch, Compression, DecompressLimits, Decompressor, InvalidBatch, MAGIC, ProduceRules, Records,
    split_batches, stamp, validate_produced,
};

/// Reads the bytes in every way that this crate knows, as they are and with length, magic and CRC set right.
///
/// # Panics
/// If a promise breaks: output within the budget; what is accepted can be read, record by record, is dense, and passes
/// again; both ways of reading records agree.
pub fn fuzz_batch(data: &[u8]) {
    let mut whole = 0;
    for batch in split_batches(Bytes::copy_from_slice(data)).flatten() {
        whole += batch.bytes().len();
        read(&batch);
    }
    assert!(whole <= data.len(), "batches are slices of the input");
    if data.len() >= HEADER_BYTES {
        validate(&repaired(data));
    }
    validate(&Bytes::copy_from_slice(data));
}

/// The same bytes with a frame that passes, so that a fuzzer gets to what lies behind it.
fn repaired(data: &[u8]) -> Bytes {
    let mut data = data.to_vec();
    let length = (data.len() - LEADER_EPOCH_AT) as i32;
    data[BATCH_LENGTH_AT..LEADER_EPOCH_AT].copy_from_slice(&length.to_be_bytes());
    data[MAGIC_AT] = MAGIC as u8;
    seal(&mut data);
    data.into()
}

fn validate(bytes: &Bytes) {
    let now = TimestampMs(1_700_000_000_000);
    let rules = ProduceRules { timestamp_after_max_ms: i64::MAX, ..ProduceRules::default() };
    let mut decompressor = Decompressor::new(limits());
    match validate_produced(bytes.clone(), &rules, now, &mut decompressor) {
        Ok(batch) => {
            batch.verify_crc().expect("an accepted batch has its CRC");
            assert_eq!(read(&batch), Some(batch.header().record_count), "an accepted batch can be read");
            let again = validate_produced(batch.clone().into_bytes(), &rules, now, &mut decompressor);
            assert_eq!(again.as_ref(), Ok(&batch), "an accepted batch passes again, as it is");
            let mut stamped = batch.bytes().to_vec();
            stamp(&mut stamped, Offset(i64::MAX), LeaderEpoch(7));
            Batch::parse(&stamped[..])
                .and_then(|batch| batch.verify_crc())
                .expect("a stamp leaves the CRC right");
        }
        Err(InvalidBatch::Record(error)) => {
            let batch = Batch::parse(bytes.clone()).expect("the frame was right, a record was not");
            assert_ne!(read(&batch), Some(batch.header().record_count), "{error}, but it can be read");
        }
        Err(_) => {}
    }
}

/// Reads all records; how many there are, or `None` if not all can be read.
fn read(batch: &Batch) -> Option<i32> {
    let mut decompressor = Decompressor::new(limits());
    let payload = batch.decompressed(&mut decompressor).ok()?;
    if batch.header().compression != Compression::None {
        assert!(payload.len() <= limits().budget(batch.payload().len()), "output within the budget");
    }
    let mut count = 0;
    for record in Records::new(batch.header(), &payload) {
        let record = record.ok()?;
        assert_eq!(record.headers.len(), record.headers.count(), "headers are as many as they say");
        count += 1;
    }
    Some(count)
}

/// Small, so that a fuzzer is not busy with large outputs.
fn limits() -> DecompressLimits {
    DecompressLimits { max_bytes: 2 << 20, ..DecompressLimits::default() }
}
