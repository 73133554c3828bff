//! Which records a log may forget: a pure function from facts to a new log start.

use tidelog_model::{Now, Offset, TimestampMs};

/// What retention needs to know of one segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentFacts {
    /// One past its last offset.
    pub end: Offset,
    /// Bytes of batches.
    pub length_bytes: u64,
    /// Its largest timestamp; [`TimestampMs::NONE`] where its batches have none.
    pub max_timestamp: TimestampMs,
    /// When it was begun.
    pub created: TimestampMs,
}

/// How much a log keeps (Kafka's `retention.ms`, `retention.bytes`); `None` is without limit (−1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RetentionLimits {
    /// A segment goes once its newest record is older.
    pub retention_ms: Option<u64>,
    /// The oldest segments go while the log without them is still at least this large.
    pub retention_bytes: Option<u64>,
}

/// The new log start if any segment may go, given segments from oldest to newest and the high watermark.
///
/// Whole segments go, oldest first, never one with records at or above `high_watermark`. As in Kafka the active segment
/// goes too once all of it is too old, but never for its size alone.
pub fn retention(
    segments: &[SegmentFacts],
    limits: RetentionLimits,
    high_watermark: Offset,
    now: Now,
) -> Option<Offset> {
    let mut total: u64 = segments.iter().map(|segment| segment.length_bytes).sum();
    let mut start = None;
    for (index, segment) in segments.iter().enumerate() {
        let is_active = index + 1 == segments.len();
        if segment.end > high_watermark || (is_active && segment.length_bytes == 0) {
            break;
        }
        let too_old = limits.retention_ms.is_some_and(|limit_ms| age_ms(segment, now) > limit_ms);
        let too_large = !is_active
            && limits
                .retention_bytes
                .is_some_and(|limit| total.saturating_sub(segment.length_bytes) >= limit);
        if !too_old && !too_large {
            break;
        }
        total -= segment.length_bytes;
        start = Some(segment.end);
    }
    start
}

/// How long ago the segment's newest record was written; 0 for a record from the future.
fn age_ms(segment: &SegmentFacts, now: Now) -> u64 {
    let newest =
        if segment.max_timestamp == TimestampMs::NONE { segment.created } else { segment.max_timestamp };
    u64::try_from(now.wall.0.saturating_sub(newest.0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Now = Now { wall: TimestampMs(10_000), monotonic_ms: 0 };

    fn segments(facts: &[(i64, u64, i64)]) -> Vec<SegmentFacts> {
        let segment = |&(end, length_bytes, max_timestamp)| SegmentFacts {
            end: Offset(end),
            length_bytes,
            max_timestamp: TimestampMs(max_timestamp),
            created: TimestampMs(0),
        };
        facts.iter().map(segment).collect()
    }

    fn by_time(ms: u64) -> RetentionLimits {
        RetentionLimits { retention_ms: Some(ms), retention_bytes: None }
    }

    fn by_size(bytes: u64) -> RetentionLimits {
        RetentionLimits { retention_ms: None, retention_bytes: Some(bytes) }
    }

    #[test]
    fn nothing_goes_without_a_limit() {
        let log = segments(&[(10, 100, 1), (20, 100, 2)]);
        assert_eq!(retention(&log, RetentionLimits::default(), Offset(20), NOW), None);
    }

    #[test]
    fn old_segments_go_up_to_the_first_young_one() {
        let log = segments(&[(10, 100, 1_000), (20, 100, 9_500), (30, 100, 1_000), (40, 100, 9_900)]);
        assert_eq!(retention(&log, by_time(5_000), Offset(40), NOW), Some(Offset(10)));
        assert_eq!(retention(&log, by_time(9_000), Offset(40), NOW), None, "exactly that old is not older");
        assert_eq!(retention(&log, by_time(50), Offset(40), NOW), Some(Offset(40)), "the active one too");
    }

    #[test]
    fn size_keeps_at_least_the_limit_and_always_the_active_segment() {
        let log = segments(&[(10, 100, 1), (20, 100, 2), (30, 100, 3)]);
        assert_eq!(retention(&log, by_size(200), Offset(30), NOW), Some(Offset(10)));
        assert_eq!(retention(&log, by_size(201), Offset(30), NOW), None);
        assert_eq!(retention(&log, by_size(0), Offset(30), NOW), Some(Offset(20)));
    }

    #[test]
    fn nothing_at_or_above_the_watermark_goes() {
        let log = segments(&[(10, 100, 1), (20, 100, 2), (30, 100, 3)]);
        assert_eq!(retention(&log, by_time(0), Offset(19), NOW), Some(Offset(10)));
    }

    #[test]
    fn a_record_from_the_future_is_not_old() {
        let log = segments(&[(10, 100, 99_999), (20, 100, 1)]);
        assert_eq!(retention(&log, by_time(1), Offset(20), NOW), None);
    }

    #[test]
    fn segments_without_timestamps_age_from_their_creation() {
        let log = segments(&[(10, 100, -1), (20, 100, 9_999)]);
        assert_eq!(retention(&log, by_time(9_999), Offset(20), NOW), Some(Offset(10)));
    }
}
