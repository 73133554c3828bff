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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::BatchBuilder;
    use crate::compression::Compression;
    use tidelog_model::TimestampMs;

    #[test]
    fn a_batch_goes_through_every_codec_and_comes_back_as_it_was() {
        let mut builder = BatchBuilder::new();
        for index in 0..100 {
            builder.append(TimestampMs(index), Some(b"key"), Some(&[7; 300]), &[]).expect("fits");
        }
        let plain = builder.build(&mut Compressor::new(Compression::None)).expect("builds");
        let mut batch = Batch::parse(plain.clone()).expect("one batch");
        let mut decompressor = Decompressor::default();
        for compression in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
            batch = recompress(batch, &mut Compressor::new(compression), &mut decompressor)
                .expect("recompresses");
            batch.verify_crc().expect("a new CRC");
            assert_eq!(batch.header().compression, compression);
            assert!(batch.bytes().len() < plain.len() / 5, "{compression}");
        }
        batch = recompress(batch, &mut Compressor::new(Compression::None), &mut decompressor)
            .expect("recompresses");
        assert_eq!(batch.into_bytes(), plain);
    }
}
