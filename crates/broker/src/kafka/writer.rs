//! Answers on their way to a socket: many in one vectored write, no byte of a record copied.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::Buf;
use tidelog_kafka_wire::EncodedFrame;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::WriteHalf;

use super::disconnect::Disconnect;

/// How long a peer may take none of the bytes that it asked for.
const WRITE_DEADLINE: Duration = Duration::from_secs(60);
/// Pieces in one write.
const SLICES: usize = 64;

/// Writes answers in their order.
#[derive(Debug)]
pub struct Writer<'a> {
    socket: WriteHalf<'a>,
    answers: VecDeque<EncodedFrame>,
}

impl<'a> Writer<'a> {
    /// Writes to `socket`.
    pub fn new(socket: WriteHalf<'a>) -> Self {
        Writer { socket, answers: VecDeque::new() }
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
            let write = self.socket.write_vectored(&slices[..used]);
            let written = tokio::time::timeout(WRITE_DEADLINE, write)
                .await
                .map_err(|_| Disconnect::SlowReader { limit: WRITE_DEADLINE })??;
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
