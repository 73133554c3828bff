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
    // The check value of the CRC catalogue, and 32 ascending bytes from RFC 3720 B.4.
    check(b"123456789", 0xe306_9283)?;
    let ascending: Vec<u8> = (0..4096_u32).map(|index| index as u8).collect();
    check(&ascending[..32], 0x46dd_794e)?;
    // Longer ones take the wide instructions.
    check(&ascending[..300], bitwise(&ascending[..300]))?;
    check(&ascending, bitwise(&ascending))
}

fn check(bytes: &[u8], expected: u32) -> Result<(), SelfTestError> {
    match crc32c(bytes) {
        computed if computed == expected => Ok(()),
        computed => Err(SelfTestError { length: bytes.len(), expected, computed }),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_passes_the_self_test() {
        assert_eq!(self_test(), Ok(()));
    }

    #[test]
    fn a_wrong_checksum_is_reported_with_both_values() {
        let error = check(b"123456789", 0xcbf4_3926).unwrap_err();
        assert_eq!(error, SelfTestError { length: 9, expected: 0xcbf4_3926, computed: 0xe306_9283 });
    }

    #[test]
    fn the_bitwise_reference_gives_the_published_value() {
        assert_eq!(bitwise(b"123456789"), 0xe306_9283);
    }
}
