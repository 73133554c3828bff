//! LZ4 frames as the Java client writes them: version 1, independent blocks of 64 KiB, no checksums but the header's, no
//! content size. The seven bytes of such a header never change, so they are a constant.

use std::io;

use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};

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
