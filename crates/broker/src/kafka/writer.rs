//! Answers on their way to a socket: many in one vectored write, no byte of a record copied.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::Buf;
use tidelog_kafka_wire::EncodedFrame;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::WriteHalf;

use super::disconnect::Disconnect;
use super::gone::read_closed;
use crate::memory::Budget;

/// How long a peer may take none of the bytes that it asked for …
const WRITE_DEADLINE: Duration = Duration::from_secs(60);
/// … and how long while others wait for the memory that its records are in.
const WANTED_DEADLINE: Duration = Duration::from_secs(1);
/// Pieces in one write.
const SLICES: usize = 64;

/// Writes answers in their order.
#[derive(Debug)]
pub struct Writer<'a> {
    socket: WriteHalf<'a>,
    answers: VecDeque<EncodedFrame>,
    /// What records wait under.
    budget: Budget,
}

impl<'a> Writer<'a> {
    /// Writes to `socket` records that are in memory under `budget`.
    pub fn new(socket: WriteHalf<'a>, budget: Budget) -> Self {
        Writer { socket, answers: VecDeque::new(), budget }
    }

    /// Waits until the peer has closed its half.
    pub async fn gone(&self) {
        read_closed(self.socket.as_ref()).await;
    }

    /// Puts an answer behind the others.
    pub fn push(&mut self, answer: EncodedFrame) {
        self.answers.push_back(answer);
    }

    /// Writes everything.
    pub async fn flush(&mut self) -> Result<(), Disconnect> {
        while !self.answers.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let mut used = 0;
            for answer in &self.answers {
                if used == SLICES {
                    break;
                }
                used += answer.chunks_vectored(&mut slices[used..]);
            }
            let written = write(&mut self.socket, &slices[..used], &self.budget).await?;
            if written == 0 {
                return Err(Disconnect::Io(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        Ok(())
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(first) = self.answers.front_mut() {
            let step = written.min(first.remaining());
            first.advance(step);
            written -= step;
            if first.has_remaining() {
                return;
            }
            self.answers.pop_front();
        }
    }
}

/// One write, which may wait for its reader for a while.
async fn write(
    socket: &mut WriteHalf<'_>,
    slices: &[IoSlice<'_>],
    budget: &Budget,
) -> Result<usize, Disconnect> {
    let mut waited = Duration::ZERO;
    loop {
        // What is cut off here has written nothing.
        match tokio::time::timeout(WANTED_DEADLINE, socket.write_vectored(slices)).await {
            Ok(written) => return Ok(written?),
            Err(_) => waited += WANTED_DEADLINE,
        }
        if budget.is_wanted() || waited >= WRITE_DEADLINE {
            return Err(Disconnect::SlowReader { limit: waited });
        }
    }
}
