//! The schemas of `proto/kafka`, and the codec driven by them, against Apache Kafka's own table and bytes.

mod against_kafka;
mod checked_in;
mod random;
mod round_trip;
