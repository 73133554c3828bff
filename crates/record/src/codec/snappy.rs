//! Snappy in both framings that Kafka clients use.
//!
//! Java's xerial library, and those who copy it, write a header of 16 bytes, then blocks, each with its length in front:
//!
//! ```text
//! 82 'S' 'N' 'A' 'P' 'P' 'Y' 00   version:i32 = 1   compatible:i32 = 1   (length:i32 block)*
//! ```
//!
//! librdkafka writes one bare block. We read both and write the first, as the Java client does.
//!
//! A block says in front how long it will be. That is a claim: it is believed up to what the format can reach at best,
//! and up to the budget, before memory is taken for it.

use std::io;

use super::Fault;

const MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
const VERSION: i32 = 1;
const HEADER_BYTES: usize = 16;
/// Java's block size.
const BLOCK_BYTES: usize = 32 << 10;
/// A copy element turns 3 bytes into at most 64; 22 is that, rounded up.
const MAX_EXPANSION: usize = 22;
/// What is kept of the block buffer from one batch to the next.
const RETAINED_BYTES: usize = 1 << 20;

/// Reads either framing.
pub(crate) struct Decoder<'a> {
    /// Input that has not been decompressed.
    rest: &'a [u8],
    framed: bool,
    budget: usize,
    /// The current block, decompressed; `block[position..length]` has not been handed out.
    block: &'a mut Vec<u8>,
    position: usize,
    length: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn open(payload: &'a [u8], budget: usize, block: &'a mut Vec<u8>) -> Result<Self, Fault> {
        if block.len() > RETAINED_BYTES {
            *block = Vec::new();
        }
        let framed = payload.starts_with(&MAGIC);
        let rest =
            if framed { payload.get(HEADER_BYTES..).ok_or("the xerial header is cut off")? } else { payload };
        Ok(Decoder { rest, framed, budget, block, position: 0, length: 0 })
    }

    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize, Fault> {
        while self.position == self.length {
            if self.rest.is_empty() {
                return Ok(0);
            }
            self.next_block()?;
        }
        let count = out.len().min(self.length - self.position);
        out[..count].copy_from_slice(&self.block[self.position..self.position + count]);
        self.position += count;
        Ok(count)
    }

    fn next_block(&mut self) -> Result<(), Fault> {
        let compressed = self.take_block()?;
        let claimed = snap::raw::decompress_len(compressed).map_err(io::Error::from)?;
        if claimed > compressed.len().saturating_mul(MAX_EXPANSION) {
            return Err("a block claims a length that its bytes cannot give".into());
        }
        if claimed > self.budget {
            return Err(Fault::OverBudget);
        }
        if self.block.len() < claimed {
            self.block.resize(claimed, 0);
        }
        self.position = 0;
        self.length = 0;
        self.length =
            snap::raw::Decoder::new().decompress(compressed, self.block).map_err(io::Error::from)?;
        Ok(())
    }

    /// The next compressed block.
    fn take_block(&mut self) -> Result<&'a [u8], Fault> {
        if !self.framed {
            return Ok(std::mem::take(&mut self.rest));
        }
        let (length, rest) = self.rest.split_first_chunk().ok_or("the length of a block is cut off")?;
        let length =
            usize::try_from(i32::from_be_bytes(*length)).map_err(|_| "a block has a negative length")?;
        let (block, rest) = rest.split_at_checked(length).ok_or("a block is cut off")?;
        self.rest = rest;
        Ok(block)
    }
}

/// Appends the payload in xerial's framing.
pub(super) fn encode(encoder: &mut snap::raw::Encoder, payload: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&VERSION.to_be_bytes());
    for block in payload.chunks(BLOCK_BYTES) {
        let length_at = out.len();
        let data_at = length_at + size_of::<i32>();
        out.resize(data_at + snap::raw::max_compress_len(block.len()), 0);
        let written = encoder.compress(block, &mut out[data_at..]).map_err(io::Error::from)?;
        out.truncate(data_at + written);
        out[length_at..data_at].copy_from_slice(&(written as i32).to_be_bytes());
    }
    Ok(())
}
