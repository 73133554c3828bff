//! Metrics in OpenMetrics text, which Prometheus and its kin read.
//!
//! What must stay true: counting costs the hot path an atomic addition at most. What can be read off a partition is read
//! when somebody scrapes; a scrape takes each partition's lock once and for a few loads.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tidelog_model::watermark::Watermarks;

use crate::hosted::HostedPartition;
use crate::node::Shared;

/// What the media type of an answer must say.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the threads of the log directory count.
#[derive(Clone, Debug)]
pub struct CommitMetrics {
    rounds: Counter,
    sync_seconds: Histogram,
    checkpoint_seconds: Histogram,
}

impl Default for CommitMetrics {
    fn default() -> Self {
        CommitMetrics {
            rounds: Counter::default(),
            // 50 µs to 0.4 s.
            sync_seconds: Histogram::new(exponential_buckets(50e-6, 2.0, 14)),
            // 1 ms to 16 s.
            checkpoint_seconds: Histogram::new(exponential_buckets(1e-3, 2.0, 15)),
        }
    }
}

impl CommitMetrics {
    /// A sync that made `rounds` rounds durable.
    pub fn synced(&self, rounds: usize, took: Duration) {
        self.rounds.inc_by(rounds as u64);
        self.sync_seconds.observe(took.as_secs_f64());
    }

    /// A checkpoint.
    pub fn checkpointed(&self, took: Duration) {
        self.checkpoint_seconds.observe(took.as_secs_f64());
    }
}

/// Everything that a scrape of `node` sees.
pub fn registry(node: Arc<Shared>) -> Registry {
    let mut registry = Registry::default();
    let CommitMetrics { rounds, sync_seconds, checkpoint_seconds } = node.commits.clone();
    registry.register("tidelog_journal_rounds", "Rounds written to the commit journal and synced", rounds);
    registry.register(
        "tidelog_journal_sync_seconds",
        "How long syncs of the commit journal took",
        sync_seconds,
    );
    registry.register("tidelog_checkpoint_seconds", "How long checkpoints took", checkpoint_seconds);
    registry.register(
        "tidelog_build",
        "Which program this is",
        Info::new(
            [("version", env!("CARGO_PKG_VERSION")), ("node_id", &*node.controller.node_id().to_string())]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        ),
    );
    registry.register_collector(Box::new(NodeCollector(node)));
    registry
}

/// One scrape.
pub fn encode(registry: &Registry) -> Result<String, fmt::Error> {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, registry)?;
    Ok(text)
}

struct NodeCollector(Arc<Shared>);

impl fmt::Debug for NodeCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what a node's partitions and memory look like now")
    }
}

impl Collector for NodeCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        node_gauges(&self.0, &mut encoder)?;
        kafka_counters(&self.0, &mut encoder)?;
        partition_metrics(&partition_facts(&self.0), &mut encoder)?;
        client_metrics(&self.0, &mut encoder)?;
        process_metrics(&mut encoder)
    }
}

fn node_gauges(node: &Shared, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let directory = &node.directory;
    let topics = node.topics.snapshot();
    let partitions: usize = topics.iter().map(|topic| topic.partitions.len()).sum();
    gauge(encoder, "tidelog_topics", "Topics on this node", topics.iter().count() as u64)?;
    gauge(encoder, "tidelog_partitions", "Partitions on this node", partitions as u64)?;
    let used = directory.journal_used_bytes();
    gauge(
        encoder,
        "tidelog_journal_used_bytes",
        "Bytes of the commit journal that a start would redo",
        used,
    )?;
    let unwritten = directory.unwritten_bytes();
    gauge(
        encoder,
        "tidelog_unwritten_bytes",
        "Bytes of batches that are not yet in their segments' files",
        unwritten,
    )?;
    let failed = u64::from(directory.failure().is_some());
    gauge(encoder, "tidelog_log_directory_failed", "1 once the log directory stopped for good", failed)?;
    let low = u64::from(directory.is_low_on_space());
    gauge(
        encoder,
        "tidelog_disk_reserve_reached",
        "1 while appends are refused for want of disk space",
        low,
    )?;
    let budgets =
        [("request", &node.request_budget), ("append", &node.append_budget), ("fetch", &node.fetch_budget)];
    gauges(
        encoder,
        ("tidelog_memory_used_bytes", "Bytes under permits, by budget"),
        "budget",
        budgets.map(|(name, budget)| (name, budget.used_bytes() as u64)),
    )?;
    gauges(
        encoder,
        ("tidelog_memory_limit_bytes", "Bytes that may be under permits at once, by budget"),
        "budget",
        budgets.map(|(name, budget)| (name, budget.limit_bytes() as u64)),
    )?;
    gauges(
        encoder,
        ("tidelog_open_connections", "Open connections, by listener"),
        "listener",
        [
            ("kafka", node.kafka_connections.count()),
            ("grpc", node.grpc_connections.count()),
            ("http", node.http_connections.count()),
        ],
    )
}

/// What the Kafka listeners did.
fn kafka_counters(node: &Shared, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let counts = &node.kafka_counts;
    let requests = ("tidelog_kafka_requests", "Kafka requests that reached their handler, by API");
    counters(encoder, requests, "api", counts.requests())?;
    let disconnects = ("tidelog_kafka_disconnects", "Kafka connections that the node closed, by reason");
    counters(encoder, disconnects, "reason", counts.disconnects())
}

/// One partition at the time of a scrape.
struct PartitionFacts {
    topic: String,
    partition: String,
    hosted: Arc<HostedPartition>,
    places: Watermarks,
    size_bytes: u64,
    segments: u64,
}

struct PartitionMetric {
    name: &'static str,
    help: &'static str,
    is_counter: bool,
    value: fn(&PartitionFacts) -> u64,
}

const PARTITION_METRICS: [PartitionMetric; 8] = [
    PartitionMetric {
        name: "tidelog_partition_log_start_offset",
        help: "The first readable offset",
        is_counter: false,
        value: |facts| facts.places.log_start.0.0 as u64,
    },
    PartitionMetric {
        name: "tidelog_partition_high_watermark",
        help: "One past the last offset that readers may see",
        is_counter: false,
        value: |facts| facts.places.high_watermark.0.0 as u64,
    },
    PartitionMetric {
        name: "tidelog_partition_log_end_offset",
        help: "One past the last offset of the log",
        is_counter: false,
        value: |facts| facts.places.log_end.0.0 as u64,
    },
    PartitionMetric {
        name: "tidelog_partition_size_bytes",
        help: "Bytes of the log's batches",
        is_counter: false,
        value: |facts| facts.size_bytes,
    },
    PartitionMetric {
        name: "tidelog_partition_segments",
        help: "Segments of the log",
        is_counter: false,
        value: |facts| facts.segments,
    },
    PartitionMetric {
        name: "tidelog_partition_produced_records",
        help: "Records that producers appended since the start",
        is_counter: true,
        value: |facts| facts.hosted.traffic.produced_records.load(Ordering::Relaxed),
    },
    PartitionMetric {
        name: "tidelog_partition_produced_bytes",
        help: "Bytes of batches that producers appended since the start",
        is_counter: true,
        value: |facts| facts.hosted.traffic.produced_bytes.load(Ordering::Relaxed),
    },
    PartitionMetric {
        name: "tidelog_partition_fetched_bytes",
        help: "Bytes of batches that readers got since the start",
        is_counter: true,
        value: |facts| facts.hosted.traffic.fetched_bytes.load(Ordering::Relaxed),
    },
];

fn partition_facts(node: &Shared) -> Vec<PartitionFacts> {
    let topics = node.topics.snapshot();
    let partitions =
        topics.iter().flat_map(|topic| topic.partitions.iter().map(move |hosted| (topic, hosted)));
    let facts = partitions.filter_map(|(topic, hosted)| {
        // One that was deleted meanwhile has none.
        let (places, _) = hosted.places().ok()?;
        Some(PartitionFacts {
            topic: topic.name.clone(),
            partition: hosted.id().partition.to_string(),
            places,
            size_bytes: hosted.reader().size_bytes(),
            segments: hosted.reader().segments().len() as u64,
            hosted: hosted.clone(),
        })
    });
    facts.collect()
}

fn partition_metrics(facts: &[PartitionFacts], encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    for metric in &PARTITION_METRICS {
        let kind = if metric.is_counter { MetricType::Counter } else { MetricType::Gauge };
        let mut family = encoder.encode_descriptor(metric.name, metric.help, None, kind)?;
        for facts in facts {
            let labels = [("topic", facts.topic.as_str()), ("partition", facts.partition.as_str())];
            let value = (metric.value)(facts);
            let sample = family.encode_family(&labels)?;
            if metric.is_counter {
                ConstCounter::new(value).encode(sample)?;
            } else {
                ConstGauge::new(value).encode(sample)?;
            }
        }
    }
    Ok(())
}

/// What clients told of themselves (KIP-714).
fn client_metrics(node: &Shared, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    for (name, family) in node.telemetry.families(node.clock.now()) {
        let kind = if family.is_counter { MetricType::Counter } else { MetricType::Gauge };
        let mut encoder = encoder.encode_descriptor(&name, "Pushed by Kafka clients", None, kind)?;
        for sample in family.samples {
            let encoder = encoder.encode_family(&sample.labels)?;
            match family.is_counter {
                true => ConstCounter::new(sample.value).encode(encoder)?,
                false => ConstGauge::new(sample.value).encode(encoder)?,
            }
        }
    }
    Ok(())
}

/// What is customary for a process; what the system does not tell is left out.
fn process_metrics(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let cpu_seconds = cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9;
    let counter = ConstCounter::new(cpu_seconds);
    let help = "Processor time that the process used";
    let family = encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?;
    counter.encode(family)?;
    if let Some(bytes) = resident_bytes() {
        gauge(encoder, "process_resident_memory_bytes", "Memory that the process occupies", bytes)?;
    }
    if let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") {
        gauge(encoder, "process_open_fds", "Open file descriptors", descriptors.count() as u64)?;
    }
    match rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        Some(limit) => gauge(encoder, "process_max_fds", "File descriptors that the process may open", limit),
        None => Ok(()),
    }
}

/// From Linux's `/proc`.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let sample = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    ConstGauge::new(value).encode(sample)
}

fn gauges<const N: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    label: &str,
    values: [(&str, u64); N],
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labelled, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&[(label, labelled)])?)?;
    }
    Ok(())
}

fn counters(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    label: &str,
    values: impl Iterator<Item = (&'static str, u64)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labelled, value) in values {
        ConstCounter::new(value).encode(family.encode_family(&[(label, labelled)])?)?;
    }
    Ok(())
}
