//! Frames from a socket: a length, then so many bytes. Nothing is believed before it was received.
//!
//! What must stay true: a connection holds one buffer of 64 KiB, and none while it says nothing; beyond that, a frame is
//! read on only when its header names a request that is served here, and under a permit for the whole of it. Whoever has
//! begun a frame has [`FRAME_DEADLINE`] to finish it.

use std::io;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use tidelog_kafka_wire::RequestHeader;
use tokio::io::AsyncReadExt;
use tokio::net::tcp::ReadHalf;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::buffers::{Buffer, Buffers};
use super::disconnect::Disconnect;
use super::gone::read_closed;
use super::table;
use crate::memory::Budget;

/// What a connection may send before anything is charged.
const FREE_BYTES: usize = 64 * 1024;
/// How long a frame may take from its first byte to its last.
const FRAME_DEADLINE: Duration = Duration::from_secs(30);
const LENGTH_BYTES: usize = 4;
/// Key, version and correlation id.
const HEAD_BYTES: usize = 8;

/// One request: header and body, without the length.
#[derive(Debug)]
pub struct Frame {
    /// Everything behind the length.
    pub bytes: Bytes,
    /// Held until the request is handled; small frames have none.
    pub permit: Option<OwnedSemaphorePermit>,
}

/// How much of frames is taken in.
#[derive(Clone, Debug)]
pub struct FrameLimits {
    /// `socket.request.max.bytes`.
    pub max_bytes: usize,
    /// For frames beyond [`FREE_BYTES`].
    pub budget: Budget,
    /// Where the bytes are received.
    pub buffers: Buffers,
    /// `connections.max.idle.ms`.
    pub idle: Duration,
}

/// Takes frames from one connection.
#[derive(Debug)]
pub struct FrameReader<'a> {
    socket: ReadHalf<'a>,
    limits: FrameLimits,
    /// Whole frames, and what follows them.
    received: Bytes,
    /// The beginning of a frame that is not whole.
    partial: Option<Buffer>,
    permit: Option<OwnedSemaphorePermit>,
    /// When the first byte of that frame was seen.
    begun: Option<Instant>,
}

impl<'a> FrameReader<'a> {
    /// Reads from `socket`.
    pub fn new(socket: ReadHalf<'a>, limits: FrameLimits) -> Self {
        FrameReader { socket, limits, received: Bytes::new(), partial: None, permit: None, begun: None }
    }

    /// A frame that is here whole.
    pub fn next(&mut self) -> Result<Option<Frame>, Disconnect> {
        let Some(whole) = self.whole_bytes(&self.received)? else { return Ok(None) };
        if self.received.len() < whole {
            return Ok(None);
        }
        let mut bytes = self.received.split_to(whole);
        if self.received.is_empty() {
            // Nothing of it, so that the buffer goes back with the request.
            self.received = Bytes::new();
        }
        bytes.advance(LENGTH_BYTES);
        Ok(Some(Frame { bytes, permit: self.permit.take() }))
    }

    /// Receives more if that is wanted, else nothing; false once the peer has closed its half. Cancelling it loses nothing.
    pub async fn more(&mut self, is_wanted: bool) -> Result<bool, Disconnect> {
        if is_wanted {
            return self.fill().await;
        }
        read_closed(self.socket.as_ref()).await;
        Ok(false)
    }

    /// Receives more; false once the peer has closed its half. Cancelling it loses nothing.
    pub async fn fill(&mut self) -> Result<bool, Disconnect> {
        if !self.received.is_empty() {
            // What follows the last whole frame begins the next buffer.
            let rest = std::mem::take(&mut self.received);
            self.buffer(rest.len()).bytes.extend_from_slice(&rest);
        }
        self.partial.take_if(|buffer| buffer.bytes.is_empty());
        if self.partial.is_none() {
            // Nothing is held while nothing comes.
            self.begun = None;
            let ready = tokio::time::timeout(self.limits.idle, self.socket.readable()).await;
            ready.map_err(|_| Disconnect::Idle { after: self.limits.idle })??;
        }
        let deadline = *self.begun.get_or_insert_with(Instant::now) + FRAME_DEADLINE;
        let filled = tokio::time::timeout_at(deadline, self.receive()).await;
        let received = filled.map_err(|_| Disconnect::SlowFrame { limit: FRAME_DEADLINE })??;
        match &self.partial {
            Some(partial) if received == 0 && !partial.bytes.is_empty() => {
                Err(Disconnect::CutFrame { received: partial.bytes.len() })
            }
            _ => Ok(received > 0),
        }
    }

    async fn receive(&mut self) -> Result<usize, Disconnect> {
        let whole = match &self.partial {
            Some(partial) => self.whole_bytes(&partial.bytes)?.unwrap_or(0),
            None => 0,
        };
        self.make_room(whole).await?;
        let FrameReader { socket, partial, limits, .. } = self;
        let buffer = partial.get_or_insert_with(|| limits.buffers.take(FREE_BYTES));
        // A large frame is alone in its buffer.
        let wanted = if whole > FREE_BYTES { whole - buffer.bytes.len() } else { buffer.room() };
        let limit = wanted.min(buffer.room());
        let received = socket.read_buf(&mut (&mut buffer.bytes).limit(limit)).await?;
        if let Some(partial) = &self.partial
            && self.whole_bytes(&partial.bytes)?.is_some_and(|whole| partial.bytes.len() >= whole)
        {
            self.received = self.partial.take().map(Buffer::freeze).unwrap_or_default();
            self.begun = None;
        }
        Ok(received)
    }

    /// Makes room for the next read, for a large frame only with a permit.
    async fn make_room(&mut self, whole: usize) -> Result<(), Disconnect> {
        let is_full = self.partial.as_ref().is_some_and(|partial| partial.room() == 0);
        if !is_full {
            return Ok(());
        }
        if self.permit.is_none() {
            self.refuse_strangers()?;
            self.permit = Some(self.limits.budget.reserve(whole).await);
        }
        let begun = self.partial.take();
        if let Some(begun) = begun {
            self.buffer(whole).bytes.extend_from_slice(&begun.bytes);
        }
        Ok(())
    }

    fn buffer(&mut self, bytes: usize) -> &mut Buffer {
        self.partial.get_or_insert_with(|| self.limits.buffers.take(bytes.max(FREE_BYTES)))
    }

    /// The length of the frame that begins `bytes`, with its own length in front, if that is here.
    fn whole_bytes(&self, bytes: &[u8]) -> Result<Option<usize>, Disconnect> {
        let Some(&prefix) = bytes.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = i32::from_be_bytes(prefix);
        let max_bytes = self.limits.max_bytes;
        match usize::try_from(length) {
            Ok(length) if length > 0 && length <= max_bytes => Ok(Some(LENGTH_BYTES + length)),
            _ => Err(Disconnect::FrameLength { length, max_bytes }),
        }
    }

    /// A large frame is taken in only if it says that it is a request which is served here.
    fn refuse_strangers(&self) -> Result<(), Disconnect> {
        let begun = self.partial.as_ref().map_or(&[][..], |partial| &partial.bytes);
        let head = begun.get(LENGTH_BYTES..LENGTH_BYTES + HEAD_BYTES).unwrap_or_default();
        let head = Bytes::copy_from_slice(head);
        let header = RequestHeader::peek(&head).map_err(|source| Disconnect::Malformed {
            key: -1,
            version: -1,
            source,
        })?;
        match table::find(header.api_key, header.api_version) {
            Some(_) => Ok(()),
            None => Err(Disconnect::Unsupported { key: header.api_key, version: header.api_version }),
        }
    }
}

impl From<io::Error> for Disconnect {
    fn from(error: io::Error) -> Self {
        Disconnect::Io(error)
    }
}
