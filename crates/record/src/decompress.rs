//! Taking compression off, within a budget.
//!
//! What must stay true: however few bytes a stranger sends, no more is written or allocated for them than
//! [`DecompressLimits::budget`] says, plus the codec's own fixed state (at most some 12 MiB: LZ4's largest blocks, zstd's
//! largest window); a length that the bytes merely claim is checked before anything is allocated for it.

use std::fmt;

use bytes::Bytes;

use crate::codec::{Contexts, Decoder, Fault};
use crate::compression::Compression;

/// How much a batch may grow when it is decompressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecompressLimits {
    /// Decompressed bytes of one batch, at most.
    pub max_bytes: usize,
    /// Decompressed bytes for each compressed one, at most; counts beyond [`DecompressLimits::RATIO_FREE_BYTES`].
    pub max_ratio: usize,
}

impl DecompressLimits {
    /// Up to here the ratio does not matter: a batch of one letter repeated is legal.
    pub const RATIO_FREE_BYTES: usize = 1 << 20;

    /// Decompressed bytes that a payload of this size may give.
    pub const fn budget(&self, payload_bytes: usize) -> usize {
        let by_ratio = payload_bytes.saturating_mul(self.max_ratio);
        let by_ratio = if by_ratio < Self::RATIO_FREE_BYTES { Self::RATIO_FREE_BYTES } else { by_ratio };
        if by_ratio < self.max_bytes { by_ratio } else { self.max_bytes }
    }
}

impl Default for DecompressLimits {
    /// 64 MiB a batch, 1,000 : 1.
    fn default() -> Self {
        DecompressLimits { max_bytes: 64 << 20, max_ratio: 1000 }
    }
}

/// Why a batch cannot be decompressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecompressError {
    /// The bytes are not what the codec writes.
    #[error("the {compression} payload is damaged: {detail}")]
    Corrupt {
        /// The codec that the header names.
        compression: Compression,
        /// What the codec found.
        detail: String,
    },
    /// It decompresses to more than a batch may.
    #[error(
        "{payload_bytes} bytes of {compression} decompress to more than the limit of {limit_bytes} bytes: \
         send smaller batches"
    )]
    OverBudget {
        /// The codec that the header names.
        compression: Compression,
        /// Compressed bytes.
        payload_bytes: usize,
        /// The limit for that many.
        limit_bytes: usize,
    },
}

/// Decompresses batches, one at a time, into a buffer that is used again: keep one for each thread.
#[derive(Default)]
pub struct Decompressor {
    limits: DecompressLimits,
    contexts: Contexts,
    /// As long as the largest batch so far, up to [`RETAINED_BYTES`]; what it holds beyond the last batch is garbage.
    buffer: Vec<u8>,
}

/// What the buffer keeps from a large batch to the next.
const RETAINED_BYTES: usize = 2 << 20;
/// What the buffer starts with.
const FIRST_BYTES: usize = 64 << 10;

impl Decompressor {
    /// With these limits.
    pub fn new(limits: DecompressLimits) -> Self {
        Decompressor { limits, ..Decompressor::default() }
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> &DecompressLimits {
        &self.limits
    }

    /// The decompressed payload: borrowed from the payload if that is not compressed, or else from the buffer.
    pub fn decompress<'a>(
        &'a mut self,
        compression: Compression,
        payload: &'a [u8],
    ) -> Result<&'a [u8], DecompressError> {
        if compression == Compression::None {
            return Ok(payload);
        }
        if self.buffer.len() > RETAINED_BYTES {
            self.buffer = Vec::new();
        }
        let mut stream = Stream::open(compression, payload, &self.limits, &mut self.contexts)?;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                let grown = (filled * 2).max(FIRST_BYTES).min(stream.budget + 1);
                self.buffer.reserve_exact(grown - filled);
                self.buffer.resize(grown, 0);
            }
            match stream.read(&mut self.buffer[filled..])? {
                0 => return Ok(&self.buffer[..filled]),
                read => filled += read,
            }
        }
    }

    /// The decompressed payload as shared bytes: the very same if it is not compressed.
    pub fn decompress_shared(
        &mut self,
        compression: Compression,
        payload: Bytes,
    ) -> Result<Bytes, DecompressError> {
        if compression == Compression::None {
            return Ok(payload);
        }
        self.decompress(compression, &payload).map(Bytes::copy_from_slice)
    }

    /// The decompressed bytes as they come, none of them kept, and a window to read them through.
    pub(crate) fn stream<'a>(
        &'a mut self,
        compression: Compression,
        payload: &'a [u8],
    ) -> Result<(Stream<'a>, &'a mut [u8]), DecompressError> {
        if self.buffer.len() < FIRST_BYTES {
            self.buffer.resize(FIRST_BYTES, 0);
        }
        let stream = Stream::open(compression, payload, &self.limits, &mut self.contexts)?;
        Ok((stream, &mut self.buffer[..FIRST_BYTES]))
    }
}

impl fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompressor").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A decoder whose output is counted against a budget.
pub(crate) struct Stream<'a> {
    compression: Compression,
    payload_bytes: usize,
    budget: usize,
    produced: usize,
    decoder: Decoder<'a>,
}

impl<'a> Stream<'a> {
    fn open(
        compression: Compression,
        payload: &'a [u8],
        limits: &DecompressLimits,
        contexts: &'a mut Contexts,
    ) -> Result<Self, DecompressError> {
        let budget = limits.budget(payload.len());
        let decoder = Decoder::open(compression, payload, budget, contexts)
            .map_err(|fault| explain(fault, compression, payload.len(), budget))?;
        Ok(Stream { compression, payload_bytes: payload.len(), budget, produced: 0, decoder })
    }

    /// The next bytes; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, DecompressError> {
        let read = self.decoder.read(out).map_err(|fault| self.explain(fault))?;
        self.produced += read;
        if self.produced > self.budget { Err(self.explain(Fault::OverBudget)) } else { Ok(read) }
    }

    fn explain(&self, fault: Fault) -> DecompressError {
        explain(fault, self.compression, self.payload_bytes, self.budget)
    }
}

fn explain(
    fault: Fault,
    compression: Compression,
    payload_bytes: usize,
    limit_bytes: usize,
) -> DecompressError {
    match fault {
        Fault::Corrupt(detail) => DecompressError::Corrupt { compression, detail },
        Fault::OverBudget => DecompressError::OverBudget { compression, payload_bytes, limit_bytes },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_counts_beyond_one_mebibyte_and_the_byte_limit_always() {
        let limits = DecompressLimits::default();
        assert_eq!(limits.budget(0), 1 << 20);
        assert_eq!(limits.budget(1048), 1 << 20);
        assert_eq!(limits.budget(1049), 1_049_000);
        assert_eq!(limits.budget(67_108), 67_108_000);
        assert_eq!(limits.budget(67_109), 64 << 20);
        assert_eq!(limits.budget(usize::MAX), 64 << 20);
    }

    #[test]
    fn exactly_the_budget_is_allowed() {
        let payload =
            crate::compress::Compressor::new(Compression::Gzip).compress(&[0; 5000]).map(<[u8]>::to_vec);
        let payload = payload.expect("compresses");
        for (max_bytes, fits) in [(5000, true), (4999, false)] {
            let mut decompressor = Decompressor::new(DecompressLimits { max_bytes, max_ratio: 1000 });
            assert_eq!(decompressor.decompress(Compression::Gzip, &payload).is_ok(), fits, "{max_bytes}");
        }
    }
}
