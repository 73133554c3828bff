//! [`EncodedFrame`]: what is handed to the socket.

use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// A frame with its length in front, as the pieces that a vectored write takes.
#[derive(Debug, Clone, Default)]
pub struct EncodedFrame {
    /// Where writing goes on. Empty only when nothing is left.
    head: Bytes,
    /// What comes after, the next piece last.
    tail: Vec<Bytes>,
    remaining: usize,
}

impl EncodedFrame {
    /// Cuts `small` at the places where the chunks lie.
    pub(crate) fn new(mut small: Bytes, chunks: &mut Vec<(usize, Bytes)>) -> Self {
        let remaining = small.len() + chunks.iter().map(|(_, chunk)| chunk.len()).sum::<usize>();
        let mut tail = Vec::with_capacity(chunks.len() * 2);
        for (position, chunk) in chunks.drain(..).rev() {
            let after = small.split_off(position);
            tail.extend([after, chunk].into_iter().filter(|piece| !piece.is_empty()));
        }
        let mut frame = EncodedFrame { head: small, tail, remaining };
        frame.fill_head();
        frame
    }

    /// How many bytes are left to be written, at first all, with the four of the length.
    #[expect(clippy::len_without_is_empty, reason = "no frame is empty")]
    pub fn len(&self) -> usize {
        self.remaining
    }

    /// What is left to be written, piece by piece, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Bytes> {
        std::iter::once(&self.head).chain(self.tail.iter().rev()).filter(|piece| !piece.is_empty())
    }

    /// All that is left in one piece: copies, for tests and for what is small.
    pub fn to_bytes(&self) -> Bytes {
        self.clone().copy_to_bytes(self.remaining)
    }

    fn fill_head(&mut self) {
        if self.head.is_empty() {
            self.head = self.tail.pop().unwrap_or_default();
        }
    }
}

impl Buf for EncodedFrame {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        &self.head
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut filled = 0;
        for (slice, piece) in slices.iter_mut().zip(self.pieces()) {
            *slice = IoSlice::new(piece);
            filled += 1;
        }
        filled
    }

    fn advance(&mut self, mut count: usize) {
        assert!(count <= self.remaining, "{count} bytes of {} were written", self.remaining);
        self.remaining -= count;
        while count > 0 {
            let step = count.min(self.head.len());
            self.head.advance(step);
            count -= step;
            self.fill_head();
        }
    }
}
