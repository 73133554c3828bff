//! A log's state and how operations change it: one function for a live operation and for its redo.
//!
//! What must stay true: segments are in offset order and only the last one is appended to; `start ≤ end`; the last
//! segment's end is the log's end, unless a leader left a hole there. A live operation that does not fit is a bug; in redo
//! it means that journal and manifest are of two moments.

use std::collections::VecDeque;

use tidelog_model::Offset;

use crate::bytes_io::{Reader, Writer};
use crate::epochs::EpochHistory;
use crate::error::FormatError;
use crate::index::SegmentName;
use crate::op::{Append, Cut, Lsn, MAX_COUNTER, NewSegment, Op};
use crate::segment::{ProducerSnapshot, Segment};

/// How many producers' snapshots a log keeps: a truncation falls back on the newest one that it leaves valid.
pub const SNAPSHOTS_KEPT: usize = 3;

/// Everything that is known of one log.
#[derive(Debug)]
pub struct LogState {
    /// The first readable offset.
    pub start: Offset,
    /// Where the next batch goes.
    pub end: Offset,
    /// In offset order; the last is active. Empty until the first append.
    pub segments: VecDeque<Segment>,
    pub epochs: EpochHistory,
    /// Oldest first.
    pub snapshots: Vec<ProducerSnapshot>,
    /// The last operation applied, and the last that the newest manifest holds.
    pub last_lsn: Lsn,
    pub manifest_lsn: Lsn,
    /// Segments that left the log; their files go once no manifest names them.
    pub doomed: Vec<SegmentName>,
    /// No operation comes after.
    pub deleted: bool,
    /// How often batches have left the log, for readers that found them before.
    pub removals: u64,
}

impl LogState {
    pub fn new() -> Self {
        LogState {
            start: Offset::ZERO,
            end: Offset::ZERO,
            segments: VecDeque::new(),
            epochs: EpochHistory::default(),
            snapshots: Vec::new(),
            last_lsn: Lsn(0),
            manifest_lsn: Lsn(0),
            doomed: Vec::new(),
            deleted: false,
            removals: 0,
        }
    }

    /// Changes the state as `op` says; on an error nothing has changed.
    pub fn apply(&mut self, op: &Op) -> Result<(), String> {
        match op {
            Op::Create { .. } => Ok(()),
            Op::Delete => {
                self.deleted = true;
                self.removals += 1;
                self.doomed.extend(self.segments.drain(..).map(|segment| segment.name));
                Ok(())
            }
            Op::Append(append) => self.append(append),
            Op::Roll { segment, producers } => self.roll(*segment, producers.as_ref()),
            Op::Truncate { to, cut, segment } => self.truncate(*to, *cut, *segment),
            Op::Trim { start } => self.trim(*start),
            Op::Epoch { epoch, start } => {
                if self.epochs.latest().is_some_and(|latest| latest >= *epoch) || *start != self.end {
                    let latest = self.epochs.latest();
                    return Err(format!(
                        "leader epoch {epoch} from {start} on after {latest:?} at {}",
                        self.end
                    ));
                }
                self.epochs.assign(*epoch, *start);
                Ok(())
            }
        }
    }

    fn append(&mut self, append: &Append) -> Result<(), String> {
        let end = self.end;
        let Some(segment) = self.segments.back_mut() else { return Err("append without a segment".into()) };
        let fits = segment.name.file_number == append.file_number
            && segment.length == append.position
            && append.header.base_offset >= end
            && segment.has_room_for(&append.header);
        if !fits {
            return Err(format!(
                "append of offset {} at byte {} of file {} onto offset {end}, byte {} of file {}",
                append.header.base_offset,
                append.position,
                append.file_number,
                segment.length,
                segment.name.file_number
            ));
        }
        segment.push(&append.header, append.batch.clone());
        self.end = append.header.next_offset();
        Ok(())
    }

    fn roll(&mut self, segment: NewSegment, producers: Option<&bytes::Bytes>) -> Result<(), String> {
        if segment.base != self.end {
            return Err(format!("roll to {} at the end {}", segment.base, self.end));
        }
        if let Some(active) = self.segments.back_mut() {
            active.sealed = true;
        }
        if let Some(state) = producers {
            self.save_snapshot(ProducerSnapshot { offset: self.end, state: state.clone() });
        }
        self.segments.push_back(Segment::new(segment));
        Ok(())
    }

    fn truncate(&mut self, to: Offset, cut: Option<Cut>, segment: NewSegment) -> Result<(), String> {
        if to < self.start || to > self.end || segment.base != to {
            return Err(format!("truncation to {to} outside [{}, {}]", self.start, self.end));
        }
        let last_left = self.segments.iter().rev().find(|segment| segment.name.base < to);
        let fits = match (cut, last_left) {
            (Some(cut), Some(last)) => last.can_be_cut(cut, to),
            (None, last) => last.is_none_or(|last| last.end <= to),
            (Some(_), None) => false,
        };
        if !fits {
            return Err(format!(
                "truncation to {to} leaves {cut:?} of {:?}",
                last_left.map(|last| last.name)
            ));
        }
        self.removals += 1;
        while self.segments.back().is_some_and(|last| last.name.base >= to) {
            self.doomed.extend(self.segments.pop_back().map(|last| last.name));
        }
        if let Some(last) = self.segments.back_mut() {
            if let Some(cut) = cut {
                last.cut(cut);
            }
            last.sealed = true;
            if last.batches == 0 {
                self.doomed.extend(self.segments.pop_back().map(|last| last.name));
            }
        }
        self.end = to;
        self.epochs.truncate_to(to);
        self.snapshots.retain(|snapshot| snapshot.offset <= to);
        self.segments.push_back(Segment::new(segment));
        Ok(())
    }

    fn trim(&mut self, start: Offset) -> Result<(), String> {
        if start > self.end {
            return Err(format!("trim to {start} beyond the end {}", self.end));
        }
        self.removals += 1;
        self.start = self.start.max(start);
        // The active segment stays, even if none of its records can be read any more.
        while self.segments.len() > 1 && self.segments[0].end <= self.start {
            self.doomed.extend(self.segments.pop_front().map(|first| first.name));
        }
        self.epochs.trim_to(self.start);
        Ok(())
    }

    /// Keeps `snapshot` as the newest.
    pub fn save_snapshot(&mut self, snapshot: ProducerSnapshot) {
        self.snapshots.retain(|older| older.offset < snapshot.offset);
        self.snapshots.push(snapshot);
        if self.snapshots.len() > SNAPSHOTS_KEPT {
            self.snapshots.remove(0);
        }
    }

    /// Whether the newest manifest lacks something of it.
    pub fn is_changed(&self) -> bool {
        self.last_lsn > self.manifest_lsn
    }

    /// Bytes of batches in all segments.
    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.length).sum()
    }

    /// Bytes of batches that are not in their files.
    pub fn unwritten_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.unwritten_bytes()).sum()
    }

    /// The segment that holds `offset`, or the first one after it.
    pub fn segment_at(&self, offset: Offset) -> Option<&Segment> {
        let index = self.segments.partition_point(|segment| segment.end <= offset);
        self.segments.get(index)
    }

    /// The state as the manifest holds it. Valid once the segments' files are synced up to their lengths.
    pub fn encode(&self, out: &mut Writer) {
        out.u64(self.last_lsn.0);
        out.i64(self.start.0);
        out.i64(self.end.0);
        self.epochs.encode(out);
        out.u32(self.segments.len() as u32);
        for segment in &self.segments {
            segment.encode(out);
        }
        out.u32(self.snapshots.len() as u32);
        for snapshot in &self.snapshots {
            out.i64(snapshot.offset.0);
            out.blob(&snapshot.state);
        }
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<LogState, FormatError> {
        let mut state = LogState::new();
        state.last_lsn = Lsn(reader.u64()?);
        if state.last_lsn.0 > MAX_COUNTER {
            return Err(FormatError::Damaged("counter"));
        }
        state.manifest_lsn = state.last_lsn;
        state.start = Offset(reader.i64()?);
        state.end = Offset(reader.i64()?);
        state.epochs = EpochHistory::decode(reader)?;
        for _ in 0..reader.u32()? {
            let segment = Segment::decode(reader)?;
            if state.segments.back().is_some_and(|last| last.end > segment.name.base) {
                return Err(FormatError::Damaged("order of segments"));
            }
            state.segments.push_back(segment);
        }
        for _ in 0..reader.u32()? {
            let offset = Offset(reader.i64()?);
            let blob = bytes::Bytes::copy_from_slice(reader.blob()?);
            state.snapshots.push(ProducerSnapshot { offset, state: blob });
        }
        if !reader.is_empty() {
            return Err(FormatError::Damaged("end of a log's state"));
        }
        if state.start < Offset::ZERO
            || state.start > state.end
            || state.segments.back().is_some_and(|last| last.end > state.end)
        {
            return Err(FormatError::Damaged("order of log start and end"));
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tidelog_model::{LeaderEpoch, TimestampMs};
    use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor, stamped_prefix};

    use super::*;
    use crate::op::StampedBatch;

    fn segment(base: i64, file_number: u64) -> NewSegment {
        NewSegment { base: Offset(base), file_number, created: TimestampMs(0) }
    }

    fn roll(base: i64, file_number: u64) -> Op {
        Op::Roll { segment: segment(base, file_number), producers: None }
    }

    /// Ten records of 141 bytes in all.
    fn append(base: i64, file_number: u64, position: u64) -> Op {
        let mut builder = BatchBuilder::new();
        for _ in 0..10 {
            builder.append(TimestampMs(base), None, Some(b"v"), &[]).unwrap();
        }
        let sent: Bytes = builder.build(&mut Compressor::new(Compression::None)).unwrap();
        let prefix = stamped_prefix(&BatchHeader::parse(&sent).unwrap(), Offset(base), LeaderEpoch(0));
        let header = BatchHeader { base_offset: Offset(base), ..BatchHeader::parse(&sent).unwrap() };
        Op::Append(Append { file_number, position, header, batch: StampedBatch::new(prefix, sent) })
    }

    /// Two segments, [0, 20) and [20, 30).
    fn state() -> LogState {
        let mut state = LogState::new();
        for op in [roll(0, 1), append(0, 1, 0), append(10, 1, 141), roll(20, 2), append(20, 2, 0)] {
            state.apply(&op).unwrap();
        }
        state
    }

    fn encoded(state: &LogState) -> Vec<u8> {
        let mut out = Writer::with_capacity(0);
        state.encode(&mut out);
        out.into_vec()
    }

    #[test]
    fn operations_that_do_not_fit_are_refused_and_change_nothing() {
        let cut = |length, batches, end| {
            Some(Cut { length, batches, records: 0, end: Offset(end), max_timestamp: TimestampMs(0) })
        };
        let truncate = |to, cut, base| Op::Truncate { to: Offset(to), cut, segment: segment(base, 3) };
        let epoch = |epoch, start| Op::Epoch { epoch: LeaderEpoch(epoch), start: Offset(start) };
        let mut state = state();
        state.apply(&epoch(4, 30)).unwrap();
        let before = encoded(&state);
        let refused = [
            ("another file", append(30, 1, 141)),
            ("another position", append(30, 2, 0)),
            ("an offset that is taken", append(29, 2, 141)),
            ("an offset too far from the segment's", append(20 + (1 << 32), 2, 141)),
            ("a roll that is not at the end", roll(31, 3)),
            ("a truncation beyond the end", truncate(31, None, 31)),
            ("a truncation to elsewhere than its segment", truncate(20, None, 21)),
            ("a truncation that leaves what it should take", truncate(10, None, 10)),
            ("a cut beyond what is there", truncate(10, cut(283, 1, 10), 10)),
            ("a cut of more batches than there are", truncate(10, cut(141, 3, 10), 10)),
            ("a cut that ends behind the truncation", truncate(10, cut(141, 1, 11), 10)),
            ("a cut of bytes without batches", truncate(10, cut(141, 0, 0), 10)),
            ("a cut of nothing", truncate(0, cut(0, 0, 0), 0)),
            ("a trim beyond the end", Op::Trim { start: Offset(31) }),
            ("an epoch again", epoch(4, 30)),
            ("an epoch that does not begin at the end", epoch(5, 29)),
        ];
        for (what, op) in refused {
            assert!(state.apply(&op).is_err(), "{what}");
            assert_eq!(encoded(&state), before, "{what}");
        }
        state.apply(&truncate(10, cut(141, 1, 10), 10)).unwrap();
        assert_eq!((state.end, state.size_bytes(), state.segments.len()), (Offset(10), 141, 2));
    }

    #[test]
    fn a_state_reads_back_as_it_was_written_and_no_other() {
        let mut state = state();
        state.apply(&Op::Epoch { epoch: LeaderEpoch(4), start: Offset(30) }).unwrap();
        state.save_snapshot(ProducerSnapshot { offset: Offset(30), state: Bytes::from_static(b"producers") });
        state.last_lsn = Lsn(9);
        let bytes = encoded(&state);
        assert_eq!(encoded(&LogState::decode(&mut Reader::new(&bytes)).unwrap()), bytes);
        for length in 0..bytes.len() {
            assert!(LogState::decode(&mut Reader::new(&bytes[..length])).is_err(), "{length} bytes of it");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(LogState::decode(&mut Reader::new(&longer)).is_err());
    }

    #[test]
    fn three_snapshots_are_kept_and_a_truncation_leaves_the_valid_ones() {
        let mut state = state();
        for offset in [0, 10, 20, 30] {
            state.save_snapshot(ProducerSnapshot { offset: Offset(offset), state: Bytes::new() });
        }
        let offsets = |state: &LogState| state.snapshots.iter().map(|s| s.offset.0).collect::<Vec<i64>>();
        assert_eq!(offsets(&state), [10, 20, 30]);
        state.apply(&Op::Truncate { to: Offset(20), cut: None, segment: segment(20, 3) }).unwrap();
        assert_eq!(offsets(&state), [10, 20]);
    }
}
