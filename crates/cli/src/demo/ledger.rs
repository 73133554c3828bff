//! What was sent and what came back, compared record by record.
//!
//! Each partition has a [`Lane`]. The feed enters each event just before it is sent; the reader strikes it out when it
//! comes back. Two proofs, each of which would do: the record at each offset must be the one that was sent there, by a
//! fingerprint of its key and line, which covers order in the whole partition; and each key's events, folded in their
//! order into one number, must give the same number on both sides.
//!
//! Pure: time is an argument. What must stay true: only records between the feed and the reader are remembered, so memory
//! is bounded by how many of these the feed allows; beside them there are some bytes for each key, and for at most
//! [`MAX_KEYS`] keys.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use crc_fast::CrcAlgorithm::Crc64Nvme;

/// Keys of a partition that are folded each by itself. Those that come later share [`SHARED_STATES`], which demands more
/// than order within each key, never less.
const MAX_KEYS: usize = 100_000;
const SHARED_STATES: u64 = 1_024;
/// Events whose place another one took, remembered to tell disorder from damage.
const MAX_DISPLACED: usize = 1_024;

/// One partition's share of the comparison.
#[derive(Debug, Default)]
pub struct Lane {
    partition: u32,
    /// Sent and not read, by rising offset, without a gap.
    expected: VecDeque<Expected>,
    /// The offset of the first of those.
    next_offset: i64,
    /// Their place was taken by others.
    displaced: VecDeque<Expected>,
    keys: HashMap<u64, KeyStates, BuildHasherDefault<Identity>>,
    sent_records: u64,
    read_records: u64,
    faults: Faults,
}

/// An event on its way.
#[derive(Clone, Copy, Debug)]
struct Expected {
    /// Its place in the input, from 1.
    line_number: u64,
    fingerprint: u64,
    sent_at_nanos: u64,
}

/// A key's events so far, folded, on both sides.
#[derive(Clone, Copy, Debug, Default)]
struct KeyStates {
    sent: u64,
    read: u64,
}

/// What is wrong with a record, as it shows when it is read or ought to have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Sent, and not read.
    Missing { line_number: u64, partition: u32, offset: i64 },
    /// Read where another one was sent.
    Displaced { line_number: u64, partition: u32, offset: i64, sent_line_number: u64 },
    /// Read with other bytes than it was sent with.
    Altered { line_number: u64, partition: u32, offset: i64 },
    /// Read again.
    Repeated { partition: u32, offset: i64 },
    /// Read behind the last one that was sent.
    Surplus { partition: u32, offset: i64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing { line_number, partition, offset } => {
                write!(
                    f,
                    "event {line_number} was sent to partition {partition} as offset {offset} and never came back"
                )
            }
            Fault::Displaced { line_number, partition, offset, sent_line_number } => write!(
                f,
                "at offset {offset} of partition {partition}, where event {sent_line_number} was sent, came event \
                 {line_number}"
            ),
            Fault::Altered { line_number, partition, offset } => write!(
                f,
                "event {line_number} came back from offset {offset} of partition {partition} with other bytes"
            ),
            Fault::Repeated { partition, offset } => {
                write!(f, "offset {offset} of partition {partition} came twice")
            }
            Fault::Surplus { partition, offset } => {
                write!(
                    f,
                    "offset {offset} of partition {partition} lies behind the last event that was sent there"
                )
            }
        }
    }
}

/// How many records are wrong, by the kind of fault, with the first of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Sent, and not read.
    pub missing: FaultCount,
    /// Read where another one was sent.
    pub displaced: FaultCount,
    /// Read with other bytes.
    pub altered: FaultCount,
    /// Read again.
    pub repeated: FaultCount,
    /// Read behind the last one that was sent.
    pub surplus: FaultCount,
    /// Keys whose events do not fold to the same number on both sides.
    pub keys: u64,
}

/// How often, and the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCount {
    /// How often.
    pub count: u64,
    /// The first one.
    pub first: Option<Fault>,
}

/// A lane's, or all lanes', totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events that were sent.
    pub sent_records: u64,
    /// Records that were read.
    pub read_records: u64,
    /// Different keys.
    pub keys: u64,
    /// Over all keys: the key, and its events in the order in which they were sent.
    pub sent_checksum: u64,
    /// The same of what was read.
    pub read_checksum: u64,
    /// What is wrong.
    pub faults: Faults,
}

impl Lane {
    /// Before the first event.
    pub fn new(partition: u32) -> Self {
        Lane { partition, ..Lane::default() }
    }

    /// An event is about to be sent.
    pub fn sent(&mut self, line_number: u64, key: Option<&[u8]>, line: &[u8], now_nanos: u64) {
        let fingerprint = fingerprint(key, line);
        self.expected.push_back(Expected { line_number, fingerprint, sent_at_nanos: now_nanos });
        self.sent_records += 1;
        let states = self.key_states(key);
        states.sent = fold(states.sent, fingerprint);
    }

    /// A record came back. Returns when it was sent, if it is the one that was sent there.
    pub fn read(&mut self, offset: i64, key: Option<&[u8]>, line: &[u8]) -> Option<u64> {
        let fingerprint = fingerprint(key, line);
        self.read_records += 1;
        let states = self.key_states(key);
        states.read = fold(states.read, fingerprint);
        let partition = self.partition;
        if offset < self.next_offset {
            self.faults.add(Fault::Repeated { partition, offset });
            return None;
        }
        self.skip_to(offset);
        let Some(expected) = self.expected.pop_front() else {
            self.faults.add(Fault::Surplus { partition, offset });
            self.next_offset = offset + 1;
            return None;
        };
        self.next_offset += 1;
        if expected.fingerprint == fingerprint {
            return Some(expected.sent_at_nanos);
        }
        let fault = self.judge(offset, fingerprint, expected);
        self.faults.add(fault);
        if self.displaced.len() == MAX_DISPLACED {
            self.displaced.pop_front();
        }
        self.displaced.push_back(expected);
        None
    }

    /// Nothing more comes back: what is still expected is missing.
    pub fn finish(&mut self) {
        let end = self.next_offset + self.expected.len() as i64;
        self.skip_to(end);
        let differs = |states: &&KeyStates| states.sent != states.read;
        self.faults.keys = self.keys.values().filter(differs).count() as u64;
    }

    /// How many events are sent and not read.
    pub fn behind(&self) -> u64 {
        self.expected.len() as u64
    }

    /// What there is to say so far.
    pub fn totals(&self) -> Totals {
        let checksum = |state: fn(&KeyStates) -> u64| {
            let each = self.keys.iter().map(|(key, states)| fold(*key, state(states)));
            each.fold(0, u64::wrapping_add)
        };
        Totals {
            sent_records: self.sent_records,
            read_records: self.read_records,
            keys: self.keys.len() as u64 - u64::from(self.keys.contains_key(&NO_KEY)),
            sent_checksum: checksum(|states| states.sent),
            read_checksum: checksum(|states| states.read),
            faults: self.faults,
        }
    }

    /// What is expected below an offset will not come any more.
    fn skip_to(&mut self, offset: i64) {
        while self.next_offset < offset
            && let Some(Expected { line_number, .. }) = self.expected.pop_front()
        {
            let (partition, offset) = (self.partition, self.next_offset);
            self.faults.add(Fault::Missing { line_number, partition, offset });
            self.next_offset += 1;
        }
    }

    /// Another event in this one's place, or this one damaged?
    fn judge(&self, offset: i64, fingerprint: u64, expected: Expected) -> Fault {
        let partition = self.partition;
        let mut others = self.displaced.iter().chain(&self.expected);
        match others.find(|other| other.fingerprint == fingerprint) {
            Some(other) => Fault::Displaced {
                line_number: other.line_number,
                partition,
                offset,
                sent_line_number: expected.line_number,
            },
            None => Fault::Altered { line_number: expected.line_number, partition, offset },
        }
    }

    fn key_states(&mut self, key: Option<&[u8]>) -> &mut KeyStates {
        let mut id = key.map_or(NO_KEY, key_id);
        if self.keys.len() >= MAX_KEYS && !self.keys.contains_key(&id) {
            id %= SHARED_STATES;
        }
        self.keys.entry(id).or_default()
    }
}

impl Faults {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Faults::default()
    }

    /// Each kind that occurs, as a sentence.
    pub fn sentences(&self) -> Vec<String> {
        let kinds = [
            ("missing", &self.missing),
            ("out of order", &self.displaced),
            ("altered", &self.altered),
            ("read twice", &self.repeated),
            ("too many", &self.surplus),
        ];
        let occurring = kinds.into_iter().filter_map(|(kind, fault)| Some((kind, fault.count, fault.first?)));
        let mut sentences: Vec<String> =
            occurring.map(|(kind, count, first)| sentence(count, "record", kind, Some(first))).collect();
        if self.keys > 0 {
            sentences.push(sentence(
                self.keys,
                "key",
                "whose records are not those that were sent, in order",
                None,
            ));
        }
        sentences
    }

    fn add(&mut self, fault: Fault) {
        let of_kind = match fault {
            Fault::Missing { .. } => &mut self.missing,
            Fault::Displaced { .. } => &mut self.displaced,
            Fault::Altered { .. } => &mut self.altered,
            Fault::Repeated { .. } => &mut self.repeated,
            Fault::Surplus { .. } => &mut self.surplus,
        };
        of_kind.count += 1;
        of_kind.first.get_or_insert(fault);
    }

    fn merge(&mut self, other: &Faults) {
        let mine = [
            &mut self.missing,
            &mut self.displaced,
            &mut self.altered,
            &mut self.repeated,
            &mut self.surplus,
        ];
        let others = [other.missing, other.displaced, other.altered, other.repeated, other.surplus];
        for (mine, other) in mine.into_iter().zip(others) {
            mine.count += other.count;
            mine.first = mine.first.or(other.first);
        }
        self.keys += other.keys;
    }
}

fn sentence(count: u64, noun: &str, kind: &str, first: Option<Fault>) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match first {
        Some(first) if count == 1 => format!("1 {noun} {kind}: {first}"),
        Some(first) => format!("{} {noun}{plural} {kind}, first: {first}", crate::units::count(count)),
        None => format!("{} {noun}{plural} {kind}", crate::units::count(count)),
    }
}

impl Totals {
    /// Adds another lane's.
    pub fn merge(&mut self, other: &Totals) {
        self.sent_records += other.sent_records;
        self.read_records += other.read_records;
        self.keys += other.keys;
        self.sent_checksum = self.sent_checksum.wrapping_add(other.sent_checksum);
        self.read_checksum = self.read_checksum.wrapping_add(other.read_checksum);
        self.faults.merge(&other.faults);
    }

    /// Every record once, in order, unchanged.
    pub fn is_verified(&self) -> bool {
        self.faults.is_empty()
            && self.sent_records == self.read_records
            && self.sent_checksum == self.read_checksum
    }
}

/// Stands for all events without a key: they are ordered by their partition.
const NO_KEY: u64 = 0;

fn key_id(key: &[u8]) -> u64 {
    fold(1, crc_fast::checksum(Crc64Nvme, key)).max(1)
}

/// Of an event's key and line: two events that differ have different ones, but for a chance of 2⁻⁶⁴.
fn fingerprint(key: Option<&[u8]>, line: &[u8]) -> u64 {
    fold(key.map_or(NO_KEY, key_id), crc_fast::checksum(Crc64Nvme, line))
}

/// Takes one more number in; the order matters. (The finish of SplitMix64.)
fn fold(state: u64, number: u64) -> u64 {
    let mixed = state.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number;
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Keys of the map are well mixed already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("only numbers are hashed")
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five events for partition 3, of keys a, b, a, none, b.
    const EVENTS: [(Option<&[u8]>, &[u8]); 5] =
        [(Some(b"a"), b"1"), (Some(b"b"), b"2"), (Some(b"a"), b"3"), (None, b"4"), (Some(b"b"), b"5")];

    fn sent() -> Lane {
        let mut lane = Lane::new(3);
        for (number, (key, line)) in (1..).zip(EVENTS) {
            lane.sent(number, key, line, number * 100);
        }
        lane
    }

    /// Reads events by their index, each at the offset that is given.
    fn read(reads: &[(i64, usize)]) -> Totals {
        let mut lane = sent();
        for (offset, index) in reads {
            let (key, line) = EVENTS[*index];
            lane.read(*offset, key, line);
        }
        lane.finish();
        lane.totals()
    }

    #[test]
    fn what_comes_back_as_it_was_sent_is_verified_and_knows_when_it_was_sent() {
        let mut lane = sent();
        assert_eq!(lane.behind(), 5);
        let times = (0..5).map(|index| lane.read(index as i64, EVENTS[index].0, EVENTS[index].1));
        assert_eq!(times.collect::<Vec<_>>(), [100, 200, 300, 400, 500].map(Some));
        lane.finish();
        let totals = lane.totals();
        assert!(totals.is_verified());
        assert_eq!((totals.sent_records, totals.read_records, totals.keys, lane.behind()), (5, 5, 2, 0));
        assert_ne!(totals.sent_checksum, 0);
    }

    #[test]
    fn a_record_that_is_left_out_is_missing_wherever_it_was() {
        for gone in 0..5 {
            let reads: Vec<(i64, usize)> =
                (0..5).filter(|index| *index != gone).map(|index| (index as i64, index)).collect();
            let totals = read(&reads);
            assert!(!totals.is_verified());
            let (line_number, offset) = (gone as u64 + 1, gone as i64);
            let first = Some(Fault::Missing { line_number, partition: 3, offset });
            assert_eq!(totals.faults.missing, FaultCount { count: 1, first });
            assert_eq!(totals.faults.keys, 1);
            assert_ne!(totals.sent_checksum, totals.read_checksum);
        }
        assert_eq!(
            read(&[(0, 0), (1, 1), (3, 3), (4, 4)]).faults.sentences(),
            [
                "1 record missing: event 3 was sent to partition 3 as offset 2 and never came back",
                "1 key whose records are not those that were sent, in order",
            ]
        );
    }

    #[test]
    fn two_records_of_one_key_that_change_places_are_out_of_order() {
        let totals = read(&[(0, 2), (1, 1), (2, 0), (3, 3), (4, 4)]);
        assert_eq!(
            totals.faults.sentences(),
            [
                "2 records out of order, first: at offset 0 of partition 3, where event 1 was sent, came event 3",
                "1 key whose records are not those that were sent, in order",
            ]
        );
        assert_ne!(totals.sent_checksum, totals.read_checksum);
    }

    #[test]
    fn two_records_of_different_keys_that_change_places_are_out_of_order_too() {
        let totals = read(&[(0, 1), (1, 0), (2, 2), (3, 3), (4, 4)]);
        assert!(!totals.is_verified());
        assert_eq!((totals.faults.displaced.count, totals.faults.keys), (2, 0));
    }

    #[test]
    fn a_record_that_comes_again_is_told_apart_from_one_that_is_stored_twice() {
        let again = read(&[(0, 0), (1, 1), (1, 1), (2, 2), (3, 3), (4, 4)]);
        assert_eq!(again.faults.sentences()[0], "1 record read twice: offset 1 of partition 3 came twice");
        let stored_twice = read(&[(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 4)]);
        assert_eq!(
            stored_twice.faults.sentences()[0],
            "1 record too many: offset 5 of partition 3 lies behind the last event that was sent there"
        );
        assert!(!again.is_verified() && !stored_twice.is_verified());
    }

    #[test]
    fn a_changed_line_and_a_changed_key_are_found() {
        for (key, line) in [(&b"a"[..], &b"x"[..]), (b"c", b"1")] {
            let mut lane = sent();
            lane.read(0, Some(key), line);
            for (offset, (key, line)) in (0..).zip(EVENTS).skip(1) {
                lane.read(offset, key, line);
            }
            lane.finish();
            let totals = lane.totals();
            let first = Some(Fault::Altered { line_number: 1, partition: 3, offset: 0 });
            assert_eq!(totals.faults.altered, FaultCount { count: 1, first });
            assert!(totals.faults.keys > 0 && !totals.is_verified());
        }
    }

    #[test]
    fn keys_beyond_the_limit_share_their_states_and_are_verified_all_the_same() {
        let mut lane = Lane::new(0);
        let keys = MAX_KEYS as u64 + 5_000;
        for number in 0..keys {
            lane.sent(number, Some(&number.to_le_bytes()), b"line", 0);
        }
        for number in 0..keys {
            lane.read(number as i64, Some(&number.to_le_bytes()), b"line");
        }
        lane.finish();
        assert!(lane.totals().is_verified());
        assert!(lane.totals().keys <= MAX_KEYS as u64 + SHARED_STATES);
    }
}
