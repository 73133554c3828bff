//! A record as it is handed to a producer.

use tidelog_model::TimestampMs;
use tidelog_record::Header;

/// A record to send. Its parts are borrowed, and copied once, into its batch.
///
/// ```
/// use tidelog_client::{Header, ProducerRecord};
///
/// let headers = [Header::new("trace", b"4bf92f35")];
/// let record = ProducerRecord::to("events").key(b"user-7").value(b"clicked").headers(&headers);
/// assert_eq!(record.partition, None); // the key decides
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a record goes nowhere until it is sent"]
pub struct ProducerRecord<'a> {
    /// The topic, by name.
    pub topic: &'a str,
    /// The partition, from 0. Default: the one that the key belongs to ([`partition_for_key`](crate::partition_for_key)),
    /// or without a key any one.
    pub partition: Option<i32>,
    /// Records with the same key keep their order. Topics with `cleanup.policy=compact` take no record without one.
    pub key: Option<&'a [u8]>,
    /// The value. None is a tombstone in a compacted topic.
    pub value: Option<&'a [u8]>,
    /// Names and values that travel along, in order; names may repeat.
    pub headers: &'a [Header<'a>],
    /// The record's own time. Default: now.
    pub timestamp: Option<TimestampMs>,
}

impl<'a> ProducerRecord<'a> {
    /// An empty record to a topic.
    pub const fn to(topic: &'a str) -> Self {
        ProducerRecord { topic, partition: None, key: None, value: None, headers: &[], timestamp: None }
    }

    /// With this key.
    pub fn key(mut self, key: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.key = Some(key.as_ref());
        self
    }

    /// With this value.
    pub fn value(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.value = Some(value.as_ref());
        self
    }

    /// With these headers.
    pub const fn headers(mut self, headers: &'a [Header<'a>]) -> Self {
        self.headers = headers;
        self
    }

    /// To this partition, whatever the key.
    pub const fn partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// With this time.
    pub const fn timestamp(mut self, timestamp: TimestampMs) -> Self {
        self.timestamp = Some(timestamp);
        self
    }
}
