//! What a codec must not change.

use rdkafka::Offset;
use tidelog_client::Compression;

use crate::broker::Broker;
use crate::grpc::read_batches;
use crate::records::{CODECS, consume, every_shape, produce};

#[tokio::test(flavor = "multi_thread")]
async fn every_codec_brings_back_keys_values_headers_and_times_as_they_were() {
    let broker = Broker::start().await;
    let records = every_shape();
    for codec in CODECS {
        broker.create_topic(codec, 1, &[]).await;
        let producer = broker.producer(&[("compression.type", codec), ("linger.ms", "20")]);
        let offsets = produce(&producer, codec, 0, &records).await;
        let read = consume(&broker.consumer(&[]), codec, Offset::Beginning, records.len()).await;
        let sent: Vec<_> = offsets.into_iter().zip(records.iter().cloned()).collect();
        assert_eq!(read, sent, "{codec}");
        assert_eq!(read[0].0, 0, "{codec}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_stored_in_the_producers_codec() {
    let broker = Broker::start().await;
    let codecs = [
        ("none", Compression::None),
        ("gzip", Compression::Gzip),
        ("snappy", Compression::Snappy),
        ("zstd", Compression::Zstd),
    ];
    for (name, codec) in codecs {
        broker.create_topic(name, 1, &[]).await;
        let producer = broker.producer(&[("compression.type", name), ("linger.ms", "20")]);
        produce(&producer, name, 0, &every_shape()).await;
        assert_eq!(stored_codecs(&broker, name).await, [codec]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topics_own_codec_replaces_the_producers() {
    let broker = Broker::start().await;
    broker.create_topic("events", 1, &[("compression.type", "zstd")]).await;
    let records = every_shape();
    for codec in CODECS {
        let producer = broker.producer(&[("compression.type", codec), ("linger.ms", "20")]);
        produce(&producer, "events", 0, &records).await;
    }
    assert_eq!(stored_codecs(&broker, "events").await, [Compression::Zstd]);
    let read = consume(&broker.consumer(&[]), "events", Offset::Beginning, 5 * records.len()).await;
    let expected: Vec<_> = (0..).zip(records.iter().cycle().take(5 * records.len()).cloned()).collect();
    assert_eq!(read, expected);
}

/// Of a topic's batches as they lie on disk: each codec that follows upon another.
async fn stored_codecs(broker: &Broker, topic: &str) -> Vec<Compression> {
    let batches = read_batches(broker, topic).await;
    let mut codecs: Vec<_> = batches.iter().map(|batch| batch.header().compression).collect();
    codecs.dedup();
    codecs
}
