//! Where frames stand and what is in them, to the byte.

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Offset, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor, stamped_prefix};

use super::*;
use crate::disk::MemoryDisk;
use crate::op::{Append, LogId, StampedBatch};

const ID: u128 = 0x0102_0304_0506_0708_1112_1314_1516_1718;
const BLOCK: u64 = BLOCK_BYTES;

fn formatted() -> MemoryDisk {
    let disk = MemoryDisk::new(1);
    Journal::format(&disk, ID).unwrap();
    disk
}

/// The ring after `redo`, and the operations that recovery finds there.
fn recover(disk: &MemoryDisk, limit_bytes: u64, redo: Position) -> (Journal, Vec<(u64, Entry)>) {
    let mut found = Vec::new();
    let journal = Journal::recover(disk, ID, limit_bytes, redo, |lsn, entry| {
        found.push((lsn.0, entry));
        Ok(())
    });
    (journal.unwrap(), found)
}

fn trim(start: i64) -> Entry {
    Entry { log: LogId(7), op: Op::Trim { start: Offset(start) } }
}

/// An entry whose frame takes this many blocks.
fn filler(blocks: u64) -> Entry {
    let mut builder = BatchBuilder::new();
    let value = vec![b'v'; (blocks * BLOCK - 300) as usize];
    builder.append(TimestampMs(0), None, Some(&value), &[]).unwrap();
    let sent: Bytes = builder.build(&mut Compressor::new(Compression::None)).unwrap();
    let header = BatchHeader::parse(&sent).unwrap();
    let batch = StampedBatch::new(stamped_prefix(&header, Offset(0), LeaderEpoch(0)), sent);
    Entry { log: LogId(7), op: Op::Append(Append { file_number: 1, position: 0, header, batch }) }
}

/// Writes a frame of this many blocks; returns the block at which it stands.
fn put(journal: &mut Journal, blocks: u64) -> Option<u64> {
    match journal.write(Lsn(1), [&filler(blocks)].into_iter()) {
        Ok(()) => Some(journal.head().at / BLOCK - blocks),
        Err(CommitError::RingFull { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

fn checkpoint(journal: &mut Journal) -> Position {
    let head = journal.head();
    journal.release(head);
    head
}

#[test]
fn a_frame_is_these_bytes() {
    let disk = formatted();
    let (mut journal, _) = recover(&disk, 64 << 10, Position::START);
    let partition = TopicPartition { topic: TopicId(1), partition: PartitionId(2) };
    let create = Entry { log: LogId(7), op: Op::Create { partition } };
    journal.write(Lsn(40), [&create, &trim(0)].into_iter()).unwrap();
    journal.synced(1);
    journal.write(Lsn(42), [&trim(9)].into_iter()).unwrap();

    let mut bytes = vec![0; 3 * BLOCK as usize];
    journal.file.read_exact_at(&mut bytes, 0).unwrap();
    let frame = |block: usize, length: usize| {
        let words = bytes[block * BLOCK as usize..][..length].chunks(8);
        words.map(|word| word.iter().map(|byte| format!("{byte:02x}")).collect()).collect::<Vec<String>>()
    };
    // Magic and CRC; id; sequence; synced; CRC of the one before and length; first LSN; count; then the operations.
    let expected = [
        "544c4a469c102342",
        "1010101010101010",
        "0000000000000001",
        "0000000000000000",
        "000000000000002e",
        "0000000000000028",
        "0000000200000000",
        "0000000000000000",
        "0100000000000000",
        "0700000000000000",
        "0000000000000000",
        "0100000002060000",
        "0000000000070000",
        "000000000000",
    ];
    assert_eq!(frame(1, 64 + 46), expected);
    let expected = [
        "544c4a465b29ccf1",
        "1010101010101010",
        "0000000000000002",
        "0000000000000001",
        "9c10234200000011",
        "000000000000002a",
        "0000000100000000",
        "0000000000000000",
        "0600000000000000",
        "0700000000000000",
        "09",
    ];
    assert_eq!(frame(2, 64 + 17), expected);
    assert!(bytes[(BLOCK + 110) as usize..2 * BLOCK as usize].iter().all(|byte| *byte == 0), "padding");
    let (journal, found) = recover(&disk, 64 << 10, Position::START);
    let found: Vec<u64> = found.iter().map(|(lsn, _)| *lsn).collect();
    assert_eq!((found, journal.head().at), (vec![40, 41, 42], 3 * BLOCK));
}

#[test]
fn the_ring_wraps_before_the_end_and_never_reaches_what_recovery_needs() {
    let disk = formatted();
    let (mut journal, _) = recover(&disk, 16 * BLOCK, Position::START);
    assert_eq!([put(&mut journal, 5), put(&mut journal, 5)], [Some(1), Some(6)]);
    assert_eq!(put(&mut journal, 6), None, "blocks 11 to 15 are too few, and block 1 is needed");
    assert_eq!(put(&mut journal, 5), Some(11), "up to the last byte");
    assert_eq!((put(&mut journal, 1), journal.used_bytes()), (None, 15 * BLOCK));
    let redo = checkpoint(&mut journal);
    assert_eq!((redo.at, journal.used_bytes()), (16 * BLOCK, 0));
    assert_eq!([put(&mut journal, 9), put(&mut journal, 5)], [Some(1), Some(10)]);
    assert_eq!(put(&mut journal, 1), None, "its end would be the tail, as if the ring were empty");
    let (mut recovered, found) = recover(&disk, 16 * BLOCK, redo);
    assert_eq!((recovered.head(), recovered.used_bytes()), (journal.head(), journal.used_bytes()));
    assert_eq!((found.len(), put(&mut recovered, 1)), (2, None));
    checkpoint(&mut recovered);
    assert_eq!(put(&mut recovered, 1), Some(15), "and on it goes");
}

#[test]
fn the_ring_begins_small_and_grows_while_it_cannot_be_freed() {
    const MIB: u64 = (1 << 20) / BLOCK;
    let disk = formatted();
    let (mut journal, _) = recover(&disk, 64 << 20, Position::START);
    assert_eq!(journal.capacity_bytes, 16 << 20);
    assert_eq!([put(&mut journal, 9 * MIB), put(&mut journal, 9 * MIB)], [Some(1), Some(1 + 9 * MIB)]);
    assert_eq!(journal.capacity_bytes, 32 << 20);
    assert!(!journal.is_half_full(), "18 of the 64 MiB that it may become");
    // Once more than half of it is free it wraps instead.
    checkpoint(&mut journal);
    assert_eq!(put(&mut journal, 15 * MIB), Some(1));
    assert!(journal.is_half_full(), "what it may become is no help after it has wrapped");
    assert_eq!(journal.capacity_bytes, 32 << 20);
}

#[test]
fn a_frame_larger_than_half_of_the_ring_finds_room_once_the_ring_is_empty() {
    let disk = formatted();
    let (mut journal, _) = recover(&disk, 16 * BLOCK, Position::START);
    assert_eq!(put(&mut journal, 8), Some(1));
    assert_eq!(put(&mut journal, 12), None);
    let redo = checkpoint(&mut journal);
    assert_eq!(put(&mut journal, 12), Some(1));
    assert_eq!(journal.used_bytes(), 12 * BLOCK);
    let (mut journal, found) = recover(&disk, 16 * BLOCK, redo);
    assert_eq!(found.len(), 1);
    let redo = checkpoint(&mut journal);
    assert_eq!(put(&mut journal, 20), Some(1), "larger than the ring is");
    assert_eq!(put(&mut journal, 1), None);
    let (mut journal, found) = recover(&disk, 16 * BLOCK, redo);
    assert_eq!(found.len(), 1);
    checkpoint(&mut journal);
    assert_eq!(put(&mut journal, 3), Some(1), "and no larger than it has to be");
}

#[test]
fn a_manifest_that_is_ahead_of_a_ring_that_lost_its_end_is_a_place_to_go_on_from() {
    let disk = formatted();
    let redo = Position { at: 40 * BLOCK, sequence: 12, previous_crc: 0xABCD };
    let (mut journal, found) = recover(&disk, 16 * BLOCK, redo);
    assert_eq!((found.len(), journal.head(), journal.used_bytes()), (0, redo, 0));
    assert_eq!(put(&mut journal, 3), Some(1));
    assert_eq!(journal.used_bytes(), 3 * BLOCK);
    let (journal, found) = recover(&disk, 16 * BLOCK, redo);
    assert_eq!((found.len(), journal.head().sequence), (1, 13));
}
