//! What one run found: the JSON line between the load client and who compares.

use serde::{Deserialize, Serialize};

/// One run of the load client against one broker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// `produce`, `consume`, `both` or `end-to-end`.
    pub workload: String,
    /// Records moved, each way.
    pub records: u64,
    /// Bytes of each record's value; it has no key.
    pub record_bytes: usize,
    /// The most that the producer puts into a batch.
    pub batch_bytes: usize,
    /// How long the producer waits for a batch to fill.
    pub linger_ms: u32,
    /// Partitions that the records went to in turn.
    pub partitions: i32,
    /// What the producer asked to be acknowledged by: `0`, `1` or `all`.
    pub acks: String,
    /// How fast records were accepted, if it produced.
    pub produce: Option<Rate>,
    /// How fast records came, if it consumed.
    pub consume: Option<Rate>,
    /// From the moment at which a record was to be sent until it came, if that was measured.
    pub latency_ms: Option<LatencyMs>,
    /// CPU seconds, user and system, of this client for a million records.
    pub client_cpu_a_million: f64,
    /// The same of the broker, if its pid was given.
    pub broker_cpu_a_million: Option<f64>,
    /// The broker's resident memory after the run.
    pub broker_resident_kib: Option<u64>,
    /// The most that the broker ever had resident.
    pub broker_peak_kib: Option<u64>,
    /// CPU that neither client nor broker used meanwhile, in cores: what disturbed the run.
    pub foreign_cores: f64,
}

/// Records over time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// From the first to the last record.
    pub seconds: f64,
    /// Records a second.
    pub records: f64,
    /// Megabytes (10^6) of values a second.
    pub megabytes: f64,
}

impl Rate {
    /// So many records of so many bytes in so many seconds.
    pub fn of(records: u64, record_bytes: usize, seconds: f64) -> Rate {
        let rate = records as f64 / seconds.max(1e-9);
        Rate { seconds, records: rate, megabytes: rate * record_bytes as f64 / 1e6 }
    }
}

/// Percentiles of a latency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencyMs {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The 99.9th percentile.
    pub p999: f64,
    /// The worst.
    pub max: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_records_and_megabytes_a_second() {
        assert_eq!(Rate::of(3_000_000, 100, 2.0), Rate { seconds: 2.0, records: 1.5e6, megabytes: 150.0 });
    }
}
