//! What is sent: JSON objects of one size that compress as well as they are told to.
//!
//! ```json
//! {"t":"00000000075bcd15","n":"0001000000000042","x1":"k3J9…","a":"constant text…"}
//! ```
//!
//! `t` is when the record was due, in nanoseconds since the benchmark began, and `n` who sent it and as which of its
//! records: sixteen hexadecimal digits each, at fixed places. The rest is prepared: a ring of records whose random letters
//! are no repetition, with constant letters in between that are.
//!
//! Pure. What must stay true: nothing is allocated for a record; the same ring on both sides, so that a reader knows every
//! byte that a record must have.

/// Bytes before the prepared part.
const HEAD: &[u8] = br#"{"t":"0000000000000000","n":"0000000000000000","#;
const TIME_AT: usize = 6;
const NUMBER_AT: usize = 29;
const DIGITS: usize = 16;
/// The smallest record: the head, and an empty field.
pub const MIN_SIZE: usize = HEAD.len() + 8;
/// Bytes of a ring, about: more than a codec's window, less than a processor's cache.
const RING_BYTES: usize = 1 << 20;

/// Prepared records.
#[derive(Clone, Debug)]
pub struct Ring {
    size: usize,
    records: Vec<u8>,
}

/// What a record says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When it was due, in nanoseconds since the benchmark began.
    pub due_nanos: u64,
    /// Who sent it.
    pub producer: u16,
    /// Its number among that producer's records, below 2⁴⁸.
    pub number: u64,
}

impl Ring {
    /// Records of `size` bytes, of which an LZ codec leaves about one `ratio`th.
    ///
    /// # Panics
    /// If `size` is below [`MIN_SIZE`] or `ratio` below 1.
    pub fn new(size: usize, ratio: f64) -> Self {
        assert!(size >= MIN_SIZE && ratio >= 1.0, "{size} bytes, ratio {ratio}");
        let count = (RING_BYTES / size).max(64);
        let mut letters = Letters(0x7469_6465_6c6f_6721);
        let mut records = Vec::with_capacity(count * size);
        for _ in 0..count {
            records.extend_from_slice(HEAD);
            fill(&mut records, size - HEAD.len(), random_letters(size, ratio), &mut letters);
        }
        Ring { size, records }
    }

    /// The record with this number, stamped.
    pub fn stamped(&mut self, stamp: Stamp) -> &[u8] {
        let at = self.at(stamp.number);
        let record = &mut self.records[at..at + self.size];
        put_hex(&mut record[TIME_AT..TIME_AT + DIGITS], stamp.due_nanos);
        let number = u64::from(stamp.producer) << 48 | stamp.number;
        put_hex(&mut record[NUMBER_AT..NUMBER_AT + DIGITS], number);
        record
    }

    /// Whether a record is, behind its stamp, what was prepared for its number.
    pub fn has_prepared(&self, record: &[u8], number: u64) -> bool {
        let at = self.at(number);
        record.get(HEAD.len()..) == Some(&self.records[at + HEAD.len()..at + self.size])
    }

    fn at(&self, number: u64) -> usize {
        let count = (self.records.len() / self.size) as u64;
        (number % count) as usize * self.size
    }
}

impl Stamp {
    /// When a record was due; none if it is not one of ours.
    pub fn due_nanos(record: &[u8]) -> Option<u64> {
        hex(record.get(TIME_AT..TIME_AT + DIGITS)?)
    }

    /// All that a record says of itself.
    pub fn read(record: &[u8]) -> Option<Stamp> {
        let number = hex(record.get(NUMBER_AT..NUMBER_AT + DIGITS)?)?;
        let due_nanos = Stamp::due_nanos(record)?;
        Some(Stamp { due_nanos, producer: (number >> 48) as u16, number: number & ((1 << 48) - 1) })
    }
}

/// How many letters of a record are random. The changing digits of the stamp count as that.
fn random_letters(size: usize, ratio: f64) -> usize {
    const CHANGING_DIGITS: usize = 10;
    ((size as f64 / ratio) as usize).saturating_sub(CHANGING_DIGITS)
}

/// The prepared part of a record: fields of a random half and a constant half, up to `length` bytes with the brace.
fn fill(out: &mut Vec<u8>, length: usize, random: usize, letters: &mut Letters) {
    const CONSTANT: &[u8] = br#"/shop/outdoor/trail-shoes Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 "#;
    const CLOSE: &[u8] = br#""}"#;
    let end = out.len() + length - CLOSE.len();
    out.extend_from_slice(br#""u":""#);
    let random = random.min(end - out.len());
    out.extend((0..random).map(|_| letters.next()));
    const MIDDLE: &[u8] = br#"","v":""#;
    if end - out.len() > MIDDLE.len() {
        out.extend_from_slice(MIDDLE);
    }
    let rest = end - out.len();
    out.extend(CONSTANT.iter().cycle().take(rest));
    out.extend_from_slice(CLOSE);
}

/// Letters at random (xorshift64, Marsaglia 2003).
struct Letters(u64);

impl Letters {
    fn next(&mut self) -> u8 {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ALPHABET[(self.0 >> 58) as usize]
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Two digits for each byte.
const PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [HEX[byte >> 4], HEX[byte & 15]];
        byte += 1;
    }
    pairs
};

/// The value of each digit; 0xff for what is none.
const VALUES: [u8; 256] = {
    let mut values = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        values[HEX[value] as usize] = value as u8;
        value += 1;
    }
    values
};

fn put_hex(out: &mut [u8], number: u64) {
    for (pair, byte) in out.chunks_exact_mut(2).zip(number.to_be_bytes()) {
        pair.copy_from_slice(&PAIRS[byte as usize]);
    }
}

fn hex(digits: &[u8]) -> Option<u64> {
    let (mut number, mut all) = (0, 0);
    for digit in digits {
        let value = VALUES[*digit as usize];
        all |= value;
        number = number << 4 | u64::from(value & 15);
    }
    (all < 16).then_some(number)
}

#[cfg(test)]
mod tests {
    use tidelog_record::{Compression, Compressor};

    use super::*;

    const STAMP: Stamp = Stamp { due_nanos: 123_456_789, producer: 7, number: 0x0000_1234_5678_9abc };

    #[test]
    fn a_record_is_json_of_the_size_that_was_asked_for_and_says_what_it_is() {
        for size in [MIN_SIZE, 60, 100, 333, 1024, 100_000] {
            let mut ring = Ring::new(size, 4.0);
            let record = ring.stamped(STAMP).to_vec();
            assert_eq!(record.len(), size);
            let fields: serde_json::Value = serde_json::from_slice(&record).expect("JSON");
            assert_eq!(
                (&fields["t"], &fields["n"]),
                (&"00000000075bcd15".into(), &"0007123456789abc".into())
            );
            assert_eq!(Stamp::read(&record), Some(STAMP));
            assert!(ring.has_prepared(&record, STAMP.number));
        }
    }

    #[test]
    fn a_changed_byte_and_anothers_number_are_found() {
        let mut ring = Ring::new(100, 2.0);
        let mut record = ring.stamped(STAMP).to_vec();
        assert!(!ring.has_prepared(&record, STAMP.number + 1));
        assert!(!ring.has_prepared(&record[..99], STAMP.number));
        record[70] ^= 1;
        assert!(!ring.has_prepared(&record, STAMP.number));
        assert_eq!(Stamp::read(b"{\"t\":\"00000000075BCD15\",\"n\":\"0007123456789abc\","), None);
        assert_eq!(Stamp::read(b"short"), None);
    }

    #[test]
    fn records_compress_as_well_as_they_are_told_to() {
        for (size, ratio) in [(100, 1.5), (100, 3.0), (1024, 1.5), (1024, 4.0), (1024, 8.0)] {
            let mut ring = Ring::new(size, ratio);
            let mut block = Vec::new();
            for number in 0..(64 << 10) / size as u64 {
                let stamp = Stamp { due_nanos: number * 1000, producer: 0, number };
                block.extend_from_slice(ring.stamped(stamp));
            }
            let mut compressor = Compressor::new(Compression::Lz4);
            let reached = block.len() as f64 / compressor.compress(&block).expect("compresses").len() as f64;
            assert!((reached / ratio - 1.0).abs() < 0.25, "{size} bytes: {reached:.2} instead of {ratio}");
        }
    }
}
