//! [`Budget`]: how much memory a stranger's frame may make us take.

/// Bytes of memory that decoding one frame may allocate.
///
/// A count in a frame is a claim: four bytes can announce two thousand million elements. So each count is charged, with
/// what its elements take in memory, before anything is allocated. Texts, bytes and records are slices of the frame and
/// are not charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(usize);

impl Budget {
    /// No frame gets more than this by default: 8 MiB.
    pub const MAX_BYTES: usize = 8 << 20;

    /// For a frame from a stranger: four times its length and 64 KiB, at most [`Budget::MAX_BYTES`].
    pub const fn for_frame(frame_bytes: usize) -> Self {
        let bytes = frame_bytes.saturating_mul(4).saturating_add(64 << 10);
        Budget(if bytes < Self::MAX_BYTES { bytes } else { Self::MAX_BYTES })
    }

    /// So many bytes.
    pub const fn of_bytes(bytes: usize) -> Self {
        Budget(bytes)
    }

    /// How many bytes.
    pub const fn bytes(self) -> usize {
        self.0
    }
}
