//! The commit journal: one ring file for all partitions of a log directory. One frame, one write; one sync makes every
//! frame before it durable.
//!
//! ```text
//! 0      shared header (kind Journal)                                    padded to BLOCK_BYTES
//! BLOCK  frame, frame, frame, …                                          each padded to BLOCK_BYTES
//!
//! frame: 0   4   magic "TLJF"
//!        4   4   CRC-32 (IEEE) of all that follows, padding left out
//!        8   8   journal id
//!        16  8   sequence: one more than the frame before
//!        24  8   synced: the highest sequence known to be synced when this frame was written
//!        32  4   the CRC of the frame before: chains frames, so that one left over from a lost future never fits
//!        36  4   payload bytes
//!        40  8   LSN of the first operation; the others follow one by one
//!        48  4   number of operations
//!        52  12  zero
//!        64  …   the operations (`op.rs`)
//! ```
//!
//! A frame follows the one before, or stands at the ring's start. Blocks are never shared by two frames, so a torn write
//! cannot hurt a frame that was acknowledged.
//!
//! What must stay true: frames between the redo position of the manifest and the head are never overwritten.
//! What a crash leaves: the synced frames, and any subset of later blocks. Reading stops at the first frame that does not
//! chain; a later frame whose `synced` covers the missing one proves rot, and the directory is refused. Other later frames
//! are wiped before the first new one is written. (Rot in the newest synced frame, with none behind it, looks like a frame
//! that was never finished.)

use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::Arc;

use crate::bytes_io::{Reader, Writer};
use crate::disk::{Disk, DiskFile};
use crate::error::{CommitError, DirectoryFailed, FormatError, OpenError};
use crate::layout::{self, HEADER_BYTES, Header, JOURNAL, Kind};
use crate::op::{Entry, Lsn, MAX_COUNTER, Op};

/// Frames start at multiples of this: no device tears a write in units larger than this into an older block.
pub const BLOCK_BYTES: u64 = 4096;
const FRAME_MAGIC: u32 = u32::from_be_bytes(*b"TLJF");
pub const FRAME_HEADER_BYTES: usize = 64;
/// Bodies below this are copied next to their operation's header: cheaper than one more element of a vectored write.
const COPY_BELOW_BYTES: usize = 8 * 1024;
/// A ring begins this large and doubles while checkpoints cannot keep up, up to its limit.
const INITIAL_CAPACITY_BYTES: u64 = 16 << 20;

/// Where redo starts: the place of a frame, and what it must chain to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Byte in the ring file.
    pub at: u64,
    /// The sequence of the frame that will stand there.
    pub sequence: u64,
    /// The CRC of the frame before it.
    pub previous_crc: u32,
}

impl Position {
    /// Of a ring that holds nothing yet.
    pub const START: Position = Position { at: BLOCK_BYTES, sequence: 1, previous_crc: 0 };

    pub fn encode(&self, out: &mut Writer) {
        out.u64(self.at);
        out.u64(self.sequence);
        out.u32(self.previous_crc);
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<Position, FormatError> {
        let position = Position { at: reader.u64()?, sequence: reader.u64()?, previous_crc: reader.u32()? };
        let is_block = position.at >= BLOCK_BYTES && position.at.is_multiple_of(BLOCK_BYTES);
        if is_block && position.at <= MAX_COUNTER && (1..=MAX_COUNTER).contains(&position.sequence) {
            Ok(position)
        } else {
            Err(FormatError::Damaged("redo position"))
        }
    }
}

/// The ring, open for writing.
#[derive(Debug)]
pub struct Journal {
    file: Arc<dyn DiskFile>,
    id: u64,
    limit_bytes: u64,
    capacity_bytes: u64,
    /// The oldest frame that recovery may still need.
    tail: u64,
    head: Position,
    synced_sequence: u64,
    pieces: Pieces,
}

/// A frame under construction: headers and small bodies in one buffer, large bodies where they lie.
#[derive(Debug, Default)]
struct Pieces {
    buffer: Vec<u8>,
    /// Bodies that follow `buffer[..at]`, in order.
    bodies: Vec<(usize, bytes::Bytes)>,
    bytes: u64,
}

impl Journal {
    /// Makes the ring file of a directory that is being formatted; durable once the caller has synced its directory.
    pub fn format(disk: &dyn Disk, directory_id: u128) -> io::Result<()> {
        let file = disk.open(JOURNAL.as_ref(), true)?;
        file.set_length(0)?;
        let header = Header { kind: Kind::Journal, directory_id, item_id: 0 }.seal(&[]);
        file.write_all_at(&[IoSlice::new(&header)], 0)?;
        file.sync_data()?;
        disk.sync_directory("".as_ref())
    }

    /// Refuses to format a ring that has been used: somebody's acknowledged operations may be in it alone. (Formatting that
    /// was cut short leaves no more than a header.)
    pub fn refuse_used(disk: &dyn Disk, fresh_id: u128) -> Result<(), OpenError> {
        let io_error = |source| OpenError::Io { path: JOURNAL.into(), source };
        let file = match disk.open(JOURNAL.as_ref(), false) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(io_error)?,
        };
        if file.length().map_err(io_error)? <= BLOCK_BYTES {
            return Ok(());
        }
        check_header(&*file, fresh_id)
    }

    /// Reads the frames from `redo` on, hands each operation to `apply`, and returns the ring ready to write behind the
    /// last of them.
    ///
    /// What was applied is durable when this returns. A sync alone would not do: if an earlier process died of a failed
    /// sync, the system may hold its frames as clean although the medium does not have them. So they are written again.
    pub fn recover(
        disk: &dyn Disk,
        directory_id: u128,
        limit_bytes: u64,
        redo: Position,
        mut apply: impl FnMut(Lsn, Entry) -> Result<(), OpenError>,
    ) -> Result<Journal, OpenError> {
        let path = PathBuf::from(JOURNAL);
        let io_error = |source| OpenError::Io { path: JOURNAL.into(), source };
        let file = disk.open(&path, false).map_err(io_error)?;
        check_header(&*file, directory_id)?;
        let id = journal_id(directory_id);
        let length = file.length().map_err(io_error)?;
        let mut reader =
            FrameReader { file: &*file, id, length, header: [0; FRAME_HEADER_BYTES], payload: Vec::new() };
        let mut head = redo;
        while let Some(frame) = reader.next(head).map_err(io_error)? {
            let mut payload = Reader::new(&reader.payload);
            for index in 0..frame.operations {
                let entry = Entry::decode(&mut payload)
                    .map_err(|source| OpenError::Format { path: path.clone(), source })?;
                apply(Lsn(frame.first_lsn.0 + u64::from(index)), entry)?;
            }
            let bytes = [IoSlice::new(&reader.header), IoSlice::new(&reader.payload)];
            file.write_all_at(&bytes, frame.at).map_err(io_error)?;
            head = frame.end;
        }
        for leftover in reader.leftovers(head)? {
            file.write_all_at(&[IoSlice::new(&[0; FRAME_HEADER_BYTES])], leftover).map_err(io_error)?;
        }
        file.sync_data().map_err(io_error)?;
        // Where the manifest is ahead of the ring, the ring begins behind what is left of it.
        let there = length.max(head.at).max(redo.at);
        let wanted = there.max(INITIAL_CAPACITY_BYTES.min(limit_bytes));
        let capacity_bytes = match file.reserve(wanted) {
            Ok(()) => wanted,
            // A full disk must not keep what is on it from being read; the ring grows when there is space.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => there,
            Err(error) => return Err(io_error(error)),
        };
        Ok(Journal {
            file,
            id,
            limit_bytes: limit_bytes.max(capacity_bytes),
            capacity_bytes,
            tail: redo.at,
            head,
            synced_sequence: head.sequence - 1,
            pieces: Pieces::default(),
        })
    }

    /// Where the next frame will stand: redo from here covers everything that is not yet written.
    pub fn head(&self) -> Position {
        self.head
    }

    /// Bytes that recovery would read now.
    pub fn used_bytes(&self) -> u64 {
        if self.head.at >= self.tail {
            self.head.at - self.tail
        } else {
            self.capacity_bytes - self.tail + self.head.at - BLOCK_BYTES
        }
    }

    /// Whether it is time to free some: half of what it may become is in use, or of what it is, now that it has wrapped.
    pub fn is_half_full(&self) -> bool {
        let has_wrapped = self.head.at < self.tail;
        self.used_bytes() > if has_wrapped { self.capacity_bytes } else { self.limit_bytes } / 2
    }

    /// Frees what lies before `redo`, once a manifest that starts there is durable.
    pub fn release(&mut self, redo: Position) {
        self.tail = redo.at;
    }

    /// Writes one frame with `entries`, whose LSNs rise by one from `first_lsn`. Not durable before [`Journal::sync`].
    pub fn write<'a>(
        &mut self,
        first_lsn: Lsn,
        entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<(), CommitError> {
        let operations = self.pieces.fill(entries);
        self.write_pieces(first_lsn, operations)
    }

    /// Writes a frame with any payload, for the fuzzers.
    pub fn write_raw(&mut self, first_lsn: Lsn, operations: u32, payload: &[u8]) -> Result<(), CommitError> {
        self.pieces.fill(std::iter::empty());
        self.pieces.buffer.extend_from_slice(payload);
        self.pieces.bytes += payload.len() as u64;
        self.write_pieces(first_lsn, operations)
    }

    fn write_pieces(&mut self, first_lsn: Lsn, operations: u32) -> Result<(), CommitError> {
        let payload_bytes = self.pieces.bytes - FRAME_HEADER_BYTES as u64;
        let frame_bytes = self.pieces.bytes.next_multiple_of(BLOCK_BYTES);
        let at = self.place(frame_bytes)?;
        let crc = self.pieces.finish(&FrameHeader {
            id: self.id,
            sequence: self.head.sequence,
            synced_sequence: self.synced_sequence,
            previous_crc: self.head.previous_crc,
            payload_bytes: payload_bytes as u32,
            first_lsn,
            operations,
        });
        self.pieces.write(&*self.file, at, frame_bytes).map_err(|error| match error.kind() {
            // Where space could not be reserved. What was written of the frame is not one, and will be written over.
            io::ErrorKind::StorageFull => self.full(),
            _ => failed("write", &error),
        })?;
        self.head = Position { at: at + frame_bytes, sequence: self.head.sequence + 1, previous_crc: crc };
        Ok(())
    }

    /// The file and the sequence that a sync of it now makes durable; report back with [`Journal::synced`].
    pub fn to_sync(&self) -> (Arc<dyn DiskFile>, u64) {
        (self.file.clone(), self.head.sequence - 1)
    }

    /// A sync that began when `sequence` was the newest frame has returned.
    pub fn synced(&mut self, sequence: u64) {
        self.synced_sequence = self.synced_sequence.max(sequence);
    }

    /// Finds room for a frame: behind the last one, at the ring's start, or by growing the file (over its limit only if one
    /// frame alone is larger).
    fn place(&mut self, frame_bytes: u64) -> Result<u64, CommitError> {
        let head = self.head.at;
        if head < self.tail {
            // Wrapped: the frame must end before the tail, never at it (that would read as empty).
            return if head + frame_bytes < self.tail { Ok(head) } else { Err(self.full()) };
        }
        if head + frame_bytes <= self.capacity_bytes {
            return Ok(head);
        }
        let fits_at_start = BLOCK_BYTES + frame_bytes < self.tail;
        let mostly_free = self.tail > self.capacity_bytes / 2;
        if fits_at_start && (mostly_free || self.capacity_bytes >= self.limit_bytes) {
            return Ok(BLOCK_BYTES);
        }
        let wanted = (head + frame_bytes).max(self.capacity_bytes * 2).min(self.limit_bytes);
        if head + frame_bytes <= wanted && self.file.reserve(wanted).is_ok() {
            self.capacity_bytes = wanted;
            return Ok(head);
        }
        if fits_at_start {
            return Ok(BLOCK_BYTES);
        }
        let is_empty = head == self.tail;
        let end = BLOCK_BYTES + frame_bytes;
        if is_empty && (end <= self.capacity_bytes || self.file.reserve(end).is_ok()) {
            // Nothing is needed of what lies here, and a frame that is large for this ring has to go somewhere.
            self.capacity_bytes = self.capacity_bytes.max(end);
            self.tail = BLOCK_BYTES;
            return Ok(BLOCK_BYTES);
        }
        Err(self.full())
    }

    fn full(&self) -> CommitError {
        CommitError::RingFull { used_bytes: self.used_bytes(), capacity_bytes: self.limit_bytes }
    }
}

impl Pieces {
    /// Encodes the entries behind room for the header; returns their number.
    fn fill<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>) -> u32 {
        self.bodies.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        buffer.resize(FRAME_HEADER_BYTES, 0);
        let mut operations = 0;
        let mut body_bytes = 0;
        for entry in entries {
            operations += 1;
            entry.encode_head(&mut buffer);
            if let Op::Append(append) = &entry.op {
                let body = append.batch.body();
                if body.len() < COPY_BELOW_BYTES {
                    buffer.extend_from_slice(body);
                } else {
                    body_bytes += body.len() as u64;
                    self.bodies.push((buffer.len(), append.batch.body_bytes()));
                }
            }
        }
        self.bytes = buffer.len() as u64 + body_bytes;
        self.buffer = buffer;
        operations
    }

    /// Buffer stretches and bodies in file order.
    fn slices(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.bodies.iter().map(|body| body.0));
        let ends = self.bodies.iter().map(|body| body.0).chain(std::iter::once(self.buffer.len()));
        let bodies = self.bodies.iter().map(|body| &body.1[..]).chain(std::iter::once(&[][..]));
        starts.zip(ends).zip(bodies).flat_map(|((start, end), body)| [&self.buffer[start..end], body])
    }

    /// Writes the header into its room; returns the frame's CRC.
    fn finish(&mut self, header: &FrameHeader) -> u32 {
        self.buffer[..FRAME_HEADER_BYTES].copy_from_slice(&header.encode());
        let mut crc = crc32fast::Hasher::new();
        let mut skip = 8;
        for slice in self.slices() {
            crc.update(&slice[skip.min(slice.len())..]);
            skip = 0;
        }
        let crc = crc.finalize();
        self.buffer[4..8].copy_from_slice(&crc.to_be_bytes());
        crc
    }

    fn write(&mut self, file: &dyn DiskFile, at: u64, frame_bytes: u64) -> io::Result<()> {
        static ZEROS: [u8; BLOCK_BYTES as usize] = [0; BLOCK_BYTES as usize];
        let padding = (frame_bytes - self.bytes) as usize;
        let slices: Vec<IoSlice<'_>> = self
            .slices()
            .chain(std::iter::once(&ZEROS[..padding]))
            .filter(|slice| !slice.is_empty())
            .map(IoSlice::new)
            .collect();
        let result = file.write_all_at(&slices, at);
        drop(slices);
        // Keep no reference to batches, and no buffer that one large round blew up.
        self.bodies.clear();
        self.buffer.shrink_to(4 << 20);
        result
    }
}

struct FrameHeader {
    id: u64,
    sequence: u64,
    synced_sequence: u64,
    previous_crc: u32,
    payload_bytes: u32,
    first_lsn: Lsn,
    operations: u32,
}

impl FrameHeader {
    fn encode(&self) -> [u8; FRAME_HEADER_BYTES] {
        let mut out = Writer::with_capacity(FRAME_HEADER_BYTES);
        out.u32(FRAME_MAGIC);
        out.u32(0);
        out.u64(self.id);
        out.u64(self.sequence);
        out.u64(self.synced_sequence);
        out.u32(self.previous_crc);
        out.u32(self.payload_bytes);
        out.u64(self.first_lsn.0);
        out.u32(self.operations);
        let mut header = [0; FRAME_HEADER_BYTES];
        header[..out.as_slice().len()].copy_from_slice(out.as_slice());
        header
    }

    /// The CRC that the frame claims, and its header; `None` if no frame of journal `id` starts here.
    fn decode(bytes: &[u8; FRAME_HEADER_BYTES], id: u64) -> Option<(u32, FrameHeader)> {
        let mut reader = Reader::new(bytes);
        let mut read = || -> Result<(u32, u32, FrameHeader), FormatError> {
            let magic = reader.u32()?;
            let crc = reader.u32()?;
            let header = FrameHeader {
                id: reader.u64()?,
                sequence: reader.u64()?,
                synced_sequence: reader.u64()?,
                previous_crc: reader.u32()?,
                payload_bytes: reader.u32()?,
                first_lsn: Lsn(reader.u64()?),
                operations: reader.u32()?,
            };
            Ok((magic, crc, header))
        };
        let (magic, crc, header) = read().ok()?;
        let is_ours = magic == FRAME_MAGIC && header.id == id && header.first_lsn.0 <= MAX_COUNTER;
        is_ours.then_some((crc, header))
    }
}

struct Frame {
    at: u64,
    first_lsn: Lsn,
    operations: u32,
    end: Position,
}

struct FrameReader<'a> {
    file: &'a dyn DiskFile,
    id: u64,
    length: u64,
    /// Of the frame that was loaded last.
    header: [u8; FRAME_HEADER_BYTES],
    payload: Vec<u8>,
}

impl FrameReader<'_> {
    /// The frame that chains to `head`, if it is there: behind the last one, or at the ring's start.
    fn next(&mut self, head: Position) -> io::Result<Option<Frame>> {
        for at in [head.at, BLOCK_BYTES] {
            let Some((crc, header)) = self.load(at)? else { continue };
            if header.sequence == head.sequence && header.previous_crc == head.previous_crc {
                let frame_bytes = (FRAME_HEADER_BYTES as u64 + u64::from(header.payload_bytes))
                    .next_multiple_of(BLOCK_BYTES);
                return Ok(Some(Frame {
                    at,
                    first_lsn: header.first_lsn,
                    operations: header.operations,
                    end: Position { at: at + frame_bytes, sequence: header.sequence + 1, previous_crc: crc },
                }));
            }
        }
        Ok(None)
    }

    /// Reads and checks whatever frame stands at `at`; its bytes are in `self.header` and `self.payload`.
    fn load(&mut self, at: u64) -> io::Result<Option<(u32, FrameHeader)>> {
        if at + FRAME_HEADER_BYTES as u64 > self.length {
            return Ok(None);
        }
        self.file.read_exact_at(&mut self.header, at)?;
        let Some((crc, header)) = FrameHeader::decode(&self.header, self.id) else { return Ok(None) };
        let payload_at = at + FRAME_HEADER_BYTES as u64;
        if payload_at + u64::from(header.payload_bytes) > self.length {
            return Ok(None);
        }
        self.payload.resize(header.payload_bytes as usize, 0);
        self.file.read_exact_at(&mut self.payload, payload_at)?;
        let mut check = crc32fast::Hasher::new();
        check.update(&self.header[8..]);
        check.update(&self.payload);
        Ok((check.finalize() == crc).then_some((crc, header)))
    }

    /// Looks through the whole ring for frames later than `end`, where none was found. One that was written when that one
    /// had been synced proves rot. The others are left over from a future that a crash took back: returns their places.
    /// (The chain keeps them out too, unless the frame that was lost is written again just as it was.)
    fn leftovers(&mut self, end: Position) -> Result<Vec<u64>, OpenError> {
        const STRIDE_BYTES: u64 = 1 << 20;
        let io_error = |source| OpenError::Io { path: JOURNAL.into(), source };
        let mut leftovers = Vec::new();
        let mut stretch = vec![0; STRIDE_BYTES as usize];
        let mut at = BLOCK_BYTES;
        while at + FRAME_HEADER_BYTES as u64 <= self.length {
            let bytes = STRIDE_BYTES.min(self.length - at) as usize;
            self.file.read_exact_at(&mut stretch[..bytes], at).map_err(io_error)?;
            for block in (0..bytes).step_by(BLOCK_BYTES as usize) {
                let Some(header) = stretch[block..bytes].first_chunk() else { break };
                let Some((_, header)) = FrameHeader::decode(header, self.id) else { continue };
                let place = at + block as u64;
                if header.sequence < end.sequence || self.load(place).map_err(io_error)?.is_none() {
                    continue;
                }
                if header.synced_sequence >= end.sequence {
                    return Err(OpenError::JournalRot { sequence: end.sequence, position: end.at });
                }
                leftovers.push(place);
            }
            at += bytes as u64;
        }
        Ok(leftovers)
    }
}

fn check_header(file: &dyn DiskFile, directory_id: u128) -> Result<(), OpenError> {
    let path = PathBuf::from(JOURNAL);
    let mut image = [0; HEADER_BYTES];
    file.read_exact_at(&mut image, 0).map_err(|source| match source.kind() {
        io::ErrorKind::UnexpectedEof => OpenError::Format { path: path.clone(), source: FormatError::Short },
        _ => OpenError::Io { path: path.clone(), source },
    })?;
    let (header, _) = layout::Header::open(&image, Kind::Journal)
        .map_err(|source| OpenError::Format { path: path.clone(), source })?;
    if header.directory_id == directory_id {
        Ok(())
    } else {
        Err(OpenError::Mixed { path, found: header.directory_id, expected: directory_id })
    }
}

/// Frames carry half of the directory's id: enough to tell another journal's frames.
fn journal_id(directory_id: u128) -> u64 {
    (directory_id >> 64) as u64 ^ directory_id as u64
}

fn failed(operation: &'static str, error: &io::Error) -> CommitError {
    CommitError::Failed(DirectoryFailed { operation, path: JOURNAL.into(), reason: error.to_string() })
}

#[cfg(test)]
mod tests;
