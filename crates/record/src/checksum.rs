//! CRC-32C (Castagnoli), the checksum of record batches. Not the CRC-32 of gzip and of our own files.

/// CRC-32C of the bytes.
pub fn crc32c(bytes: &[u8]) -> u32 {
    crc_fast::crc32_iscsi(bytes)
}

/// The processor's CRC instructions gave a wrong answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "CRC-32C self-test failed: {length} known bytes gave {computed:#010x} instead of {expected:#010x}; \
     this processor or this build cannot be trusted with checksums"
)]
pub struct SelfTestError {
    /// Length of the vector.
    pub length: usize,
    /// The right answer.
    pub expected: u32,
    /// What this machine gave.
    pub computed: u32,
}

/// Checks the checksum against known vectors: run it once at start, before anything is written or believed. The library
/// picks its instructions by what the processor claims to have, so a wrong claim shows here.
pub fn self_test() -> Result<(), SelfTestError> {
    // RFC 3720 B.4 (32 ascending bytes), and the catalogue's check value; the long ones reach the wide code paths, their
    // answers come from a bitwise implementation.
    let ascending: Vec<u8> = (0..4096_u32).map(|index| index as u8).collect();
    let vectors: [(&[u8], u32); 4] = [
        (b"123456789", 0xe306_9283),
        (&ascending[..32], 0x46dd_794e),
        (&ascending[..256], 0),
        (&ascending, 0),
    ];
    for (bytes, expected) in vectors {
        let expected = if expected == 0 { bitwise(bytes) } else { expected };
        let computed = crc32c(bytes);
        if computed != expected {
            return Err(SelfTestError { length: bytes.len(), expected, computed });
        }
    }
    Ok(())
}

/// One bit at a time, slow and obvious.
fn bitwise(bytes: &[u8]) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0x82f6_3b78;
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (REVERSED_POLYNOMIAL & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
