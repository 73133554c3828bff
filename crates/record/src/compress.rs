//! Putting compression on: a codec with its state, shared by all builders of a thread.

use std::fmt;
use std::io;

use crate::codec::Encoder;
use crate::compression::Compression;

/// The codec could not do its work; for the codecs here that means no memory.
#[derive(Debug, thiserror::Error)]
#[error("cannot compress with {compression}: {source}")]
pub struct CompressError {
    /// Which codec.
    pub compression: Compression,
    /// What it said.
    pub source: io::Error,
}

/// Compresses payloads in one codec, at the level that suits a log (gzip 6, zstd 1).
///
/// Its tables are large (hundreds of KiB for gzip and zstd) and are used again, so keep one for each thread or task, not
/// for each partition.
pub struct Compressor {
    compression: Compression,
    /// Made at the first use.
    encoder: Option<Encoder>,
    buffer: Vec<u8>,
}

impl Compressor {
    /// For this codec.
    pub const fn new(compression: Compression) -> Self {
        Compressor { compression, encoder: None, buffer: Vec::new() }
    }

    /// Which codec.
    pub const fn compression(&self) -> Compression {
        self.compression
    }

    /// The compressed payload, in a buffer that the next call uses again.
    pub fn compress(&mut self, payload: &[u8]) -> Result<&[u8], CompressError> {
        let compression = self.compression;
        let failed = |source| CompressError { compression, source };
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(Encoder::new(compression).map_err(failed)?),
        };
        self.buffer.clear();
        encoder.encode(payload, &mut self.buffer).map_err(failed)?;
        Ok(&self.buffer)
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").field("compression", &self.compression).finish_non_exhaustive()
    }
}
