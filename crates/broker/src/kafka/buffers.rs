//! Receive buffers that are used again. The first touch of a fresh page costs more than everything else that is done to the
//! bytes in it, so buffers that records lay in go back here, not to the allocator.
//!
//! What must stay true: at most [`KEPT_BYTES`] lie here unused, and after a quiet second none.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// The smallest buffer that is kept …
const SMALLEST_BYTES: usize = 64 * 1024;
/// … and the largest: a batch of `max.message.bytes`, and what is around it in its frame.
const LARGEST_BYTES: usize = (1 << 20) + SMALLEST_BYTES;
/// The most that is kept unused.
const KEPT_BYTES: usize = 16 << 20;
/// How often unused buffers are given back.
const TRIM_AFTER: Duration = Duration::from_secs(1);

/// Buffers that nobody uses now, by size class.
#[derive(Clone, Debug, Default)]
pub struct Buffers(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// The last one that came back goes out first: its pages are in the processor's caches.
    small: Vec<Vec<u8>>,
    large: Vec<Vec<u8>>,
    bytes: usize,
    /// The fewest bytes that lay here since the last trim: what was not needed.
    least_bytes: usize,
}

/// A buffer that goes back when it is dropped.
#[derive(Debug)]
pub struct Buffer {
    /// The bytes that were received; never grows beyond its capacity.
    pub bytes: Vec<u8>,
    home: Buffers,
}

impl Buffers {
    /// An empty buffer for at least `bytes`.
    pub fn take(&self, bytes: usize) -> Buffer {
        let mut kept = self.0.lock();
        let class = if bytes <= SMALLEST_BYTES {
            Some((kept.small.pop(), SMALLEST_BYTES))
        } else if bytes <= LARGEST_BYTES {
            Some((kept.large.pop(), LARGEST_BYTES))
        } else {
            None
        };
        let buffer = match class {
            Some((Some(buffer), class_bytes)) => {
                kept.bytes -= class_bytes;
                kept.least_bytes = kept.least_bytes.min(kept.bytes);
                buffer
            }
            Some((None, class_bytes)) => {
                kept.least_bytes = 0;
                drop(kept);
                Vec::with_capacity(class_bytes)
            }
            None => {
                drop(kept);
                Vec::with_capacity(bytes)
            }
        };
        Buffer { bytes: buffer, home: self.clone() }
    }

    /// Gives unused buffers back to the system, until `stop`.
    pub async fn trim(self, stop: CancellationToken) {
        let mut interval = tokio::time::interval(TRIM_AFTER);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = interval.tick() => self.trim_once(),
            }
        }
    }

    fn trim_once(&self) {
        let mut unused = Vec::new();
        let mut kept = self.0.lock();
        let mut excess = kept.least_bytes;
        while excess > 0 {
            let Some(buffer) = kept.large.pop().or_else(|| kept.small.pop()) else { break };
            excess = excess.saturating_sub(buffer.capacity());
            kept.bytes -= class_of(buffer.capacity()).unwrap_or(0);
            unused.push(buffer);
        }
        kept.least_bytes = kept.bytes;
    }
}

/// The size class of a buffer that may be kept.
fn class_of(capacity_bytes: usize) -> Option<usize> {
    [SMALLEST_BYTES, LARGEST_BYTES].into_iter().find(|&class| class == capacity_bytes)
}

impl Buffer {
    /// How many bytes fit in still.
    pub fn room(&self) -> usize {
        self.bytes.capacity() - self.bytes.len()
    }

    /// The bytes, for many readers; the buffer goes back when the last of them is done.
    pub fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut buffer = std::mem::take(&mut self.bytes);
        let Some(class) = class_of(buffer.capacity()) else { return };
        buffer.clear();
        let mut kept = self.home.0.lock();
        if kept.bytes + class <= KEPT_BYTES {
            kept.bytes += class;
            if class == SMALLEST_BYTES { kept.small.push(buffer) } else { kept.large.push(buffer) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_with_the_last_reference_to_its_bytes() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(100);
        buffer.bytes.extend_from_slice(b"abc");
        let place = buffer.bytes.as_ptr();
        let bytes = buffer.freeze();
        let slice = bytes.slice(1..);
        drop(bytes);
        assert_ne!(buffers.take(100).bytes.as_ptr(), place);
        drop(slice);
        let again = buffers.take(100);
        assert_eq!((again.bytes.as_ptr(), again.bytes.len()), (place, 0));
    }

    #[test]
    fn what_was_not_needed_since_the_last_trim_is_given_back() {
        let buffers = Buffers::default();
        drop([buffers.take(1), buffers.take(1), buffers.take(1 << 20)]);
        buffers.trim_once();
        // One small buffer is in use all the time; the others are not needed.
        drop(buffers.take(1));
        assert_eq!(buffers.0.lock().least_bytes, SMALLEST_BYTES + LARGEST_BYTES);
        buffers.trim_once();
        buffers.trim_once();
        assert_eq!(buffers.0.lock().bytes, 0);
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_the_rest_is_bounded() {
        let buffers = Buffers::default();
        drop(buffers.take(LARGEST_BYTES + 1));
        assert_eq!(buffers.0.lock().bytes, 0);
        let many: Vec<Buffer> = (0..100).map(|_| buffers.take(LARGEST_BYTES)).collect();
        drop(many);
        let kept = buffers.0.lock().bytes;
        assert!(kept <= KEPT_BYTES && kept > KEPT_BYTES - LARGEST_BYTES);
    }
}
