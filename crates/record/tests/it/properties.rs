//! Properties over random records and random damage.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tidelog_model::{LeaderEpoch, Offset, TimestampMs};
use tidelog_record::fuzz::fuzz_batch;
use tidelog_record::{
    Batch, Compression, Decompressor, ProduceRules, crc32c, stamp, stamped_prefix, validate_produced,
};

use crate::support::{Owned, build, read};

pub(crate) fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..most),
        (any::<u8>(), 0..most).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

pub(crate) fn record() -> impl Strategy<Value = Owned> {
    let timestamp = prop_oneof![Just(-1), 0..4_000_000_000_000_i64];
    let headers = vec(("[a-zé🌊]{0,6}", option::of(bytes(20))), 0..4);
    (timestamp, option::of(bytes(40)), option::weighted(0.9, bytes(3000)), headers)
        .prop_map(|(timestamp, key, value, headers)| Owned { timestamp, key, value, headers })
}

fn compression() -> impl Strategy<Value = Compression> {
    prop::sample::select(Compression::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_is_read(records in vec(record(), 1..60), compression in compression()) {
        let bytes = build(&records, compression);
        prop_assert_eq!(read(&bytes), records);
    }

    #[test]
    fn what_is_built_passes_validation(records in vec(record(), 1..60), compression in compression()) {
        let bytes = build(&records, compression);
        let rules = ProduceRules { timestamp_after_max_ms: i64::MAX, ..ProduceRules::default() };
        let batch = validate_produced(bytes.clone(), &rules, TimestampMs(0), &mut Decompressor::default());
        prop_assert_eq!(batch.map(Batch::into_bytes), Ok(bytes));
    }

    #[test]
    fn a_stamped_prefix_is_what_stamping_in_place_gives(
        records in vec(record(), 1..5),
        base_offset in 0..i64::MAX,
        epoch in 0..i32::MAX,
    ) {
        let bytes = build(&records, Compression::None);
        let header = *Batch::parse(&bytes[..]).expect("one batch").header();
        let prefix = stamped_prefix(&header, Offset(base_offset), LeaderEpoch(epoch));
        let mut stamped = bytes.to_vec();
        stamp(&mut stamped, Offset(base_offset), LeaderEpoch(epoch));
        prop_assert_eq!([&prefix[..], &bytes[prefix.len()..]].concat(), stamped.clone());
        let batch = Batch::parse(&stamped[..]).expect("one batch");
        batch.verify_crc().expect("the CRC does not cover what a leader stamps");
        prop_assert_eq!((batch.header().base_offset.0, batch.header().leader_epoch.0), (base_offset, epoch));
    }

    #[test]
    fn no_damage_to_a_batch_breaks_a_promise(
        records in vec(record(), 1..8),
        compression in compression(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = build(&records, compression).to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fuzz_batch(&bytes);
    }

    #[test]
    fn no_bytes_at_all_break_a_promise(bytes in vec(any::<u8>(), 0..300)) {
        fuzz_batch(&bytes);
    }

    #[test]
    fn checksums_are_the_other_crates(bytes in vec(any::<u8>(), 0..5000)) {
        prop_assert_eq!(crc32c(&bytes), crc32c::crc32c(&bytes));
    }
}
