//! Records read while they are decompressed, through a window; what a record holds is skipped, never kept.

use crate::decompress::{DecompressError, Stream};
use crate::grammar::{RecordFault, Source};
use crate::varint;

/// What can go wrong where records are decompressed while they are read.
pub(crate) enum StreamFault {
    Record(RecordFault),
    Decompress(DecompressError),
}

impl From<RecordFault> for StreamFault {
    fn from(fault: RecordFault) -> Self {
        StreamFault::Record(fault)
    }
}

impl From<DecompressError> for StreamFault {
    fn from(error: DecompressError) -> Self {
        StreamFault::Decompress(error)
    }
}

/// Records in a stream, seen through a window of it. Keys and values are skipped.
pub(crate) struct StreamSource<'a> {
    stream: Stream<'a>,
    window: &'a mut [u8],
    /// `window[position..filled]` has not been read.
    position: usize,
    filled: usize,
    /// Bytes of the current record that have not been read.
    left: usize,
}

impl<'a> StreamSource<'a> {
    pub(crate) fn new(stream: Stream<'a>, window: &'a mut [u8]) -> Self {
        StreamSource { stream, window, position: 0, filled: 0, left: 0 }
    }

    /// Whether there is another byte; reads on where the window ends.
    pub(crate) fn has_more(&mut self) -> Result<bool, StreamFault> {
        if self.position == self.filled {
            self.filled = self.stream.read(self.window)?;
            self.position = 0;
        }
        Ok(self.filled > 0)
    }

    /// Next byte of the stream, or the fault if there is none.
    #[inline(always)]
    fn next(&mut self, at_end: RecordFault) -> Result<u8, StreamFault> {
        if self.position == self.filled && !self.has_more()? {
            return Err(at_end.into());
        }
        let byte = self.window[self.position];
        self.position += 1;
        Ok(byte)
    }
}

impl Source for StreamSource<'_> {
    type Span = ();
    type Error = StreamFault;

    #[inline(always)]
    fn record_length(&mut self) -> Result<i32, StreamFault> {
        Ok(varint::read_i32(|| self.next(RecordFault::Missing))?.ok_or(RecordFault::Varint)?)
    }

    #[inline(always)]
    fn enter(&mut self, length: usize) -> Result<(), StreamFault> {
        self.left = length;
        Ok(())
    }

    #[inline(always)]
    fn left(&self) -> usize {
        self.left
    }

    #[inline(always)]
    fn byte(&mut self) -> Result<u8, StreamFault> {
        self.left = self.left.checked_sub(1).ok_or(RecordFault::OverrunsRecord)?;
        self.next(RecordFault::OverrunsBatch)
    }

    #[inline(always)]
    fn span(&mut self, length: usize) -> Result<(), StreamFault> {
        self.left = self.left.checked_sub(length).ok_or(RecordFault::OverrunsRecord)?;
        let mut missing = length;
        while missing > self.filled - self.position {
            missing -= self.filled - self.position;
            self.position = self.filled;
            if !self.has_more()? {
                return Err(RecordFault::OverrunsBatch.into());
            }
        }
        self.position += missing;
        Ok(())
    }
}
