//! Names of things: topics, partitions, nodes, producers.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A topic's identity for ever (KIP-516): 128 bits, written as Kafka writes them, 22 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicId(pub u128);

impl TopicId {
    /// The id that no topic has.
    pub const ZERO: TopicId = TopicId(0);
    /// The internal topic that holds cluster metadata, under the id that Kafka gives it.
    pub const CLUSTER_METADATA: TopicId = TopicId(1);

    /// Big-endian bytes, the order on the wire and on disk.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The inverse of [`TopicId::to_bytes`].
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        TopicId(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.to_bytes()))
    }
}

impl fmt::Debug for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a topic id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicIdError(String);

impl fmt::Display for TopicIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not a topic id: expected 22 characters of base64url, as `topic describe` prints",
            self.0
        )
    }
}

impl std::error::Error for TopicIdError {}

impl FromStr for TopicId {
    type Err = TopicIdError;

    fn from_str(text: &str) -> Result<Self, TopicIdError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TopicIdError(text.to_owned()))?;
        let bytes: [u8; 16] = bytes.try_into().map_err(|_| TopicIdError(text.to_owned()))?;
        Ok(TopicId::from_bytes(bytes))
    }
}

impl serde::Serialize for TopicId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for TopicId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}
pub(crate) use number;

number! {
    /// A partition's index within its topic, from 0.
    PartitionId(i32)
}
number! {
    /// A broker's id, from 0, chosen by the operator.
    NodeId(i32)
}
number! {
    /// An idempotent producer's id (KIP-98), from 0; [`ProducerId::NONE`] on batches without idempotence.
    ProducerId(i64)
}
number! {
    /// An idempotent producer's epoch (KIP-98): a newer one fences older ones.
    ProducerEpoch(i16)
}

impl ProducerId {
    /// On batches that no idempotent producer sent.
    pub const NONE: ProducerId = ProducerId(-1);
}

impl ProducerEpoch {
    /// On batches that no idempotent producer sent.
    pub const NONE: ProducerEpoch = ProducerEpoch(-1);
}

/// One log: a topic's id and a partition's index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic, by id.
    pub topic: TopicId,
    /// The partition's index in it.
    pub partition: PartitionId,
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

impl fmt::Debug for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_ids_are_written_as_kafka_writes_them() {
        assert_eq!(TopicId::CLUSTER_METADATA.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        let id = TopicId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_topic_id_is_named_in_the_error() {
        let error = "orders".parse::<TopicId>().unwrap_err();
        assert!(error.to_string().starts_with("'orders' is not a topic id"));
    }
}
