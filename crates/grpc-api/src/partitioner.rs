//! Which partition a key belongs to: exactly as Kafka's own clients decide, so that all of
//! them agree with each other, with our clients, and with a broker that places plain records.

/// The partition of a key: Kafka's default partitioner.
///
/// # Panics
/// If there are no partitions.
///
/// ```
/// // Any Kafka client puts this key there, too.
/// assert_eq!(tidelog_grpc_api::partition_for_key(b"user-7", 12), 8);
/// ```
pub fn partition_for_key(key: &[u8], partition_count: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partition_count
}

/// MurmurHash2 with Kafka's seed.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ data.len() as u32;
    let (words, tail) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (index, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of Kafka's own test of this function.
    #[test]
    fn murmur2_gives_what_kafka_gives() {
        let vectors: [(&str, i32); 6] = [
            ("21", -973932308),
            ("foobar", -790332482),
            ("a-little-bit-long-string", -985981536),
            ("a-little-bit-longer-string", -1486304829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            ("abc", 479470107),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
    }

    #[test]
    fn a_negative_hash_gives_a_partition_all_the_same() {
        assert_eq!(partition_for_key(b"foobar", 1000), ((-790332482_i32) & 0x7fff_ffff) as u32 % 1000);
        assert_eq!(partition_for_key(b"", 1), 0);
    }
}
