//! Frames from a socket: a length, then so many bytes. Nothing is believed before it was received.
//!
//! What must stay true: the buffer grows with the bytes that arrive, in steps up to 64 KiB; beyond those, a frame is read
//! on only when its header names a request that is served here, and under a permit for the whole of it. A connection that
//! says nothing holds no buffer. Whoever has begun a frame has [`FRAME_DEADLINE`] to finish it.

use std::io;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tidelog_kafka_wire::RequestHeader;
use tokio::io::AsyncReadExt;
use tokio::net::tcp::ReadHalf;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::disconnect::Disconnect;
use super::table;
use crate::memory::Budget;

/// What a connection may send before anything is charged.
pub const FREE_BYTES: usize = 64 * 1024;
/// The first buffer of a connection; the next is twice as large if it was filled.
const FIRST_BUFFER_BYTES: usize = 8 * 1024;
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
    /// `connections.max.idle.ms`.
    pub idle: Duration,
}

/// Takes frames from one connection.
#[derive(Debug)]
pub struct FrameReader<'a> {
    socket: ReadHalf<'a>,
    limits: FrameLimits,
    buffer: BytesMut,
    buffer_bytes: usize,
    permit: Option<OwnedSemaphorePermit>,
    /// When the first byte of the frame that is not whole yet was seen.
    begun: Option<Instant>,
}

impl<'a> FrameReader<'a> {
    /// Reads from `socket`.
    pub fn new(socket: ReadHalf<'a>, limits: FrameLimits) -> Self {
        FrameReader {
            socket,
            limits,
            buffer: BytesMut::new(),
            buffer_bytes: FIRST_BUFFER_BYTES,
            permit: None,
            begun: None,
        }
    }

    /// A frame that is here whole.
    pub fn next(&mut self) -> Result<Option<Frame>, Disconnect> {
        let Some(length) = self.length()? else { return Ok(None) };
        if self.buffer.len() < LENGTH_BYTES + length {
            return Ok(None);
        }
        self.begun = None;
        self.buffer.advance(LENGTH_BYTES);
        let bytes = self.buffer.split_to(length).freeze();
        Ok(Some(Frame { bytes, permit: self.permit.take() }))
    }

    /// Receives more; false once the peer has closed its half. Cancelling it loses nothing.
    pub async fn fill(&mut self) -> Result<bool, Disconnect> {
        if self.buffer.is_empty() {
            // Nothing is held while nothing comes.
            self.buffer = BytesMut::new();
            let ready = tokio::time::timeout(self.limits.idle, self.socket.readable()).await;
            ready.map_err(|_| Disconnect::Idle { after: self.limits.idle })??;
        }
        let deadline = *self.begun.get_or_insert_with(Instant::now) + FRAME_DEADLINE;
        let filled = tokio::time::timeout_at(deadline, self.receive()).await;
        let received = filled.map_err(|_| Disconnect::SlowFrame { limit: FRAME_DEADLINE })??;
        if received == 0 && !self.buffer.is_empty() {
            return Err(Disconnect::CutFrame { received: self.buffer.len() });
        }
        Ok(received > 0)
    }

    async fn receive(&mut self) -> Result<usize, Disconnect> {
        self.make_room().await?;
        let room = self.buffer.capacity() - self.buffer.len();
        let received = self.socket.read_buf(&mut self.buffer).await?;
        if received == room {
            self.buffer_bytes = (self.buffer_bytes * 2).min(FREE_BYTES);
        }
        Ok(received)
    }

    async fn make_room(&mut self) -> Result<(), Disconnect> {
        let whole = self.length()?.map_or(0, |length| LENGTH_BYTES + length);
        if whole > FREE_BYTES && self.permit.is_none() && self.buffer.len() >= FREE_BYTES {
            self.refuse_strangers()?;
            self.permit = Some(self.limits.budget.reserve(whole).await);
        }
        let room = match &self.permit {
            Some(_) => whole.saturating_sub(self.buffer.len()),
            None if whole > FREE_BYTES => FREE_BYTES.saturating_sub(self.buffer.len()),
            None => self.buffer_bytes.max(whole).saturating_sub(self.buffer.len()),
        };
        self.buffer.reserve(room.max(1));
        Ok(())
    }

    /// The length of the frame that begins here, if its bytes are here.
    fn length(&self) -> Result<Option<usize>, Disconnect> {
        let Some(&prefix) = self.buffer.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = i32::from_be_bytes(prefix);
        let max_bytes = self.limits.max_bytes;
        match usize::try_from(length) {
            Ok(length) if length > 0 && length <= max_bytes => Ok(Some(length)),
            _ => Err(Disconnect::FrameLength { length, max_bytes }),
        }
    }

    /// A large frame is taken in only if it says that it is a request which is served here.
    fn refuse_strangers(&self) -> Result<(), Disconnect> {
        let head = Bytes::copy_from_slice(&self.buffer[LENGTH_BYTES..LENGTH_BYTES + HEAD_BYTES]);
        let header = RequestHeader::peek(&head)
            .map_err(|source| Disconnect::Malformed { key: -1, version: -1, source })?;
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
