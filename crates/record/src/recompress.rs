//! The same batch in another codec, for topics whose `compression.type` is not `producer`. One of the few places where a
//! client's bytes are re-encoded; its records stay byte for byte.

use bytes::{BufMut, BytesMut};

use crate::batch::Batch;
use crate::compress::{CompressError, Compressor};
use crate::decompress::{DecompressError, Decompressor};
use crate::header::BatchHeader;
use crate::header::layout::{HEADER_BYTES, LOG_OVERHEAD_BYTES};
use crate::stamp::seal;

/// Why a batch cannot be given another codec.
#[derive(Debug, thiserror::Error)]
pub enum RecompressError {
    /// Its records cannot be decompressed, or not within the limit.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
    /// The other codec failed.
    #[error(transparent)]
    Compress(#[from] CompressError),
}

/// The batch in the compressor's codec, with the length and CRC that go with it; the batch itself if it is in that codec.
pub fn recompress(
    batch: Batch,
    compressor: &mut Compressor,
    decompressor: &mut Decompressor,
) -> Result<Batch, RecompressError> {
    let header = *batch.header();
    let compression = compressor.compression();
    if header.compression == compression {
        return Ok(batch);
    }
    let records = decompressor.decompress(header.compression, batch.payload())?;
    let payload = compressor.compress(records)?;
    let mut bytes = BytesMut::with_capacity(HEADER_BYTES + payload.len());
    let header = BatchHeader {
        batch_length: (HEADER_BYTES - LOG_OVERHEAD_BYTES + payload.len()) as i32,
        attributes: header.attributes.with_compression(compression),
        compression,
        ..header
    };
    bytes.put_slice(&header.to_bytes());
    bytes.put_slice(payload);
    let crc = seal(&mut bytes);
    Ok(Batch::from_parts(BatchHeader { crc, ..header }, bytes.freeze()))
}
