//! LZ4 frames.
//!
//! We write what the Java client writes: version 1, independent blocks of 64 KiB, no checksums but the header's, no content
//! size. The seven bytes of such a header never change, so they are a constant.
//!
//! We read what the Java client reads: exactly one frame of that version, with its end mark. The library would also take a
//! frame that just stops, several frames in a row, and the old frame format; whoever consumes with Java would then miss
//! records, so the frame's outline is checked first.

use std::io;

use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};
use lz4_flex::frame::FrameDecoder;

use super::Fault;

const MAGIC: [u8; 4] = 0x184d_2204_u32.to_le_bytes();
/// Bits of `FLG`, the byte behind the magic.
const DICTIONARY_ID: u8 = 1 << 0;
const CONTENT_CHECKSUM: u8 = 1 << 2;
const CONTENT_SIZE: u8 = 1 << 3;
const BLOCK_CHECKSUM: u8 = 1 << 4;
const CHECKSUM_BYTES: usize = size_of::<u32>();

/// A decoder over one whole frame.
pub(super) fn open(payload: &[u8]) -> Result<FrameDecoder<&[u8]>, Fault> {
    if !payload.starts_with(&MAGIC) {
        return Err("it does not begin with an LZ4 frame".into());
    }
    match frame_bytes(payload) {
        Some(length) if length == payload.len() => Ok(FrameDecoder::new(payload)),
        Some(_) => Err("bytes follow the LZ4 frame".into()),
        None => Err("the LZ4 frame has no end mark".into()),
    }
}

/// Where the frame ends by its own lengths; `None` if the bytes end before.
fn frame_bytes(frame: &[u8]) -> Option<usize> {
    let flags = *frame.get(MAGIC.len())?;
    let optional = |flag, bytes| if flags & flag == 0 { 0 } else { bytes };
    // Magic, FLG, BD, what the flags add, header checksum.
    let mut position = MAGIC.len()
        + 2
        + optional(CONTENT_SIZE, size_of::<u64>())
        + optional(DICTIONARY_ID, size_of::<u32>())
        + 1;
    loop {
        let length = u32::from_le_bytes(*frame.get(position..)?.first_chunk()?);
        position += size_of::<u32>();
        if length == 0 {
            position += optional(CONTENT_CHECKSUM, CHECKSUM_BYTES);
            return (position <= frame.len()).then_some(position);
        }
        position += (length & !UNCOMPRESSED) as usize + optional(BLOCK_CHECKSUM, CHECKSUM_BYTES);
    }
}

/// Magic, `FLG` 0x60, `BD` 0x40, header checksum.
const FRAME_HEADER: [u8; 7] = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
/// Ends the blocks.
const END_MARK: [u8; 4] = [0; 4];
/// On the length of a block that is stored as it is.
const UNCOMPRESSED: u32 = 1 << 31;
const BLOCK_BYTES: usize = 64 << 10;

/// Appends the payload as one frame.
pub(super) fn encode(table: &mut CompressTable, payload: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(&FRAME_HEADER);
    for block in payload.chunks(BLOCK_BYTES) {
        let length_at = out.len();
        let data_at = length_at + size_of::<u32>();
        out.resize(data_at + get_maximum_output_size(block.len()), 0);
        let written =
            compress_into_with_table(block, &mut out[data_at..], table).map_err(io::Error::other)?;
        let length = if written < block.len() {
            out.truncate(data_at + written);
            written as u32
        } else {
            out.truncate(data_at);
            out.extend_from_slice(block);
            block.len() as u32 | UNCOMPRESSED
        };
        out[length_at..data_at].copy_from_slice(&length.to_le_bytes());
    }
    out.extend_from_slice(&END_MARK);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_frame_header_is_the_one_that_the_library_computes() {
        let info = lz4_flex::frame::FrameInfo::new()
            .block_size(lz4_flex::frame::BlockSize::Max64KB)
            .block_mode(lz4_flex::frame::BlockMode::Independent);
        let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
        io::Write::write_all(&mut encoder, b"x").expect("writes to memory");
        let frame = encoder.finish().expect("writes to memory");
        assert_eq!(frame[..FRAME_HEADER.len()], FRAME_HEADER);
    }

    #[test]
    fn a_block_that_does_not_compress_is_stored_as_it_is() {
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(1000)
        .collect();
        let mut out = Vec::new();
        encode(&mut CompressTable::default(), &noise, &mut out).expect("encodes");
        assert_eq!(out.len(), FRAME_HEADER.len() + 4 + noise.len() + END_MARK.len());
        assert_eq!(out[7..11], (1000 | UNCOMPRESSED).to_le_bytes());
        assert_eq!(frame_bytes(&out), Some(out.len()));
    }
}
