//! What a leader writes into a batch. Base offset and leader epoch lie outside the client's CRC, so the batch itself stays
//! as the client sent it; a timestamp lies inside, so changing that costs a new CRC over the whole batch.

use bytes::{Bytes, BytesMut};
use tidelog_model::{LeaderEpoch, Offset, TimestampMs};

use crate::checksum::crc32c;
use crate::header::layout::{
    ATTRIBUTES_AT, BASE_OFFSET_AT, BATCH_LENGTH_AT, CRC_AT, CRC_UNCOVERED_BYTES, HEADER_BYTES,
    LEADER_EPOCH_AT, MAX_TIMESTAMP_AT, STAMPED_BYTES,
};
use crate::header::{Attributes, BatchHeader, TimestampType};

/// Writes base offset and leader epoch into a batch, in place.
///
/// # Panics
/// If the bytes are shorter than a batch's first 16: the caller parsed the batch before.
pub fn stamp(batch: &mut [u8], base_offset: Offset, leader_epoch: LeaderEpoch) {
    batch[BASE_OFFSET_AT..BATCH_LENGTH_AT].copy_from_slice(&base_offset.0.to_be_bytes());
    batch[LEADER_EPOCH_AT..STAMPED_BYTES].copy_from_slice(&leader_epoch.0.to_be_bytes());
}

/// The first 16 bytes of the stamped batch, for when the batch's own bytes are shared: what goes to disk and wire is this
/// prefix, then the batch from byte [`STAMPED_BYTES`] on.
pub fn stamped_prefix(
    header: &BatchHeader,
    base_offset: Offset,
    leader_epoch: LeaderEpoch,
) -> [u8; STAMPED_BYTES] {
    let mut prefix = [0; STAMPED_BYTES];
    prefix[BATCH_LENGTH_AT..LEADER_EPOCH_AT].copy_from_slice(&header.batch_length.to_be_bytes());
    stamp(&mut prefix, base_offset, leader_epoch);
    prefix
}

/// A copy of the batch with another timestamp type and `max_timestamp`, and the CRC that goes with them. With
/// [`TimestampType::LogAppendTime`] that is the time which every record then has (`message.timestamp.type`).
///
/// # Panics
/// If the bytes are shorter than a batch's header: the caller parsed the batch before.
pub fn with_max_timestamp(batch: &[u8], timestamp_type: TimestampType, max_timestamp: TimestampMs) -> Bytes {
    let mut batch = BytesMut::from(batch);
    let header: &mut [u8] = &mut batch[..HEADER_BYTES];
    let attributes = Attributes(i16::from_be_bytes([header[ATTRIBUTES_AT], header[ATTRIBUTES_AT + 1]]));
    let attributes = attributes.with_timestamp_type(timestamp_type);
    header[ATTRIBUTES_AT..ATTRIBUTES_AT + 2].copy_from_slice(&attributes.0.to_be_bytes());
    header[MAX_TIMESTAMP_AT..MAX_TIMESTAMP_AT + 8].copy_from_slice(&max_timestamp.0.to_be_bytes());
    seal(&mut batch);
    batch.freeze()
}

/// Writes the CRC of a batch whose bytes are otherwise final, and returns it.
pub(crate) fn seal(batch: &mut [u8]) -> u32 {
    let crc = crc32c(&batch[CRC_UNCOVERED_BYTES..]);
    batch[CRC_AT..CRC_UNCOVERED_BYTES].copy_from_slice(&crc.to_be_bytes());
    crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::builder::BatchBuilder;
    use crate::compress::Compressor;
    use crate::compression::Compression;
    use crate::decompress::Decompressor;

    #[test]
    fn log_append_time_becomes_the_time_of_every_record() {
        let mut builder = BatchBuilder::new();
        for timestamp in [5, 900, 30] {
            builder.append(TimestampMs(timestamp), None, Some(b"value"), &[]).expect("fits");
        }
        let created = builder.build(&mut Compressor::new(Compression::Lz4)).expect("builds");
        let appended = with_max_timestamp(&created, TimestampType::LogAppendTime, TimestampMs(1234));
        let batch = Batch::parse(appended).expect("one batch");
        batch.verify_crc().expect("a new CRC");
        assert_eq!(batch.header().timestamp_type(), TimestampType::LogAppendTime);
        assert_eq!(batch.header().base_timestamp, TimestampMs(5), "the clients' times can be restored");
        let mut decompressor = Decompressor::default();
        let times: Vec<i64> = batch
            .records(&mut decompressor)
            .expect("decompresses")
            .map(|record| record.expect("reads").timestamp.0)
            .collect();
        assert_eq!(times, [1234; 3]);
        let restored = with_max_timestamp(batch.bytes(), TimestampType::CreateTime, TimestampMs(900));
        assert_eq!(restored, created);
    }
}
