//! Which partition a record with a key belongs to: as the Java client decides it, so that one key goes to one partition
//! whoever sends it.

/// The partition of a key, from 0: Kafka's default partitioner, which is MurmurHash2 without its sign.
///
/// # Panics
/// If there are no partitions.
///
/// ```
/// assert_eq!(tidelog_record::partition_for_key(b"user-7", 12), 8);
/// ```
pub fn partition_for_key(key: &[u8], partition_count: u32) -> u32 {
    assert!(partition_count > 0, "a topic has at least one partition");
    (murmur2(key) & i32::MAX as u32) % partition_count
}

/// MurmurHash2 (Austin Appleby, 32 bits) with Kafka's seed.
fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const MULTIPLIER: u32 = 0x5bd1_e995;
    let (words, tail) = bytes.as_chunks();
    let mut hash = SEED ^ bytes.len() as u32;
    for word in words {
        let mixed = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        let mixed = (mixed ^ (mixed >> 24)).wrapping_mul(MULTIPLIER);
        hash = hash.wrapping_mul(MULTIPLIER) ^ mixed;
    }
    if !tail.is_empty() {
        let last = tail.iter().rev().fold(0, |last, byte| last << 8 | u32::from(*byte));
        hash = (hash ^ last).wrapping_mul(MULTIPLIER);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(MULTIPLIER);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_where_the_java_client_sends_them() {
        // Key, partition of 12, partition of 1,000,003, as kafka-clients 4.4.0 gives them.
        let vectors = [
            ("", 9, 645856),
            ("a", 4, 100772),
            ("21", 0, 547821),
            ("abc", 3, 468670),
            ("user-7", 8, 776276),
            ("foobar", 6, 147095),
            ("schlüssel-ключ-鍵", 7, 265341),
            ("a-little-bit-long-string", 8, 498629),
        ];
        for (key, of_12, of_many) in vectors {
            assert_eq!(partition_for_key(key.as_bytes(), 12), of_12, "{key}");
            assert_eq!(partition_for_key(key.as_bytes(), 1_000_003), of_many, "{key}");
        }
    }
}
