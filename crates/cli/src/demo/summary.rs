//! What the demo ends with: whether everything came back, and the figures.

use std::path::PathBuf;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

use super::ledger::Totals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::units;

/// How it came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything was sent, and awaited.
    Complete,
    /// By Ctrl-C; what was sent until then was awaited.
    Interrupted,
    /// By Ctrl-C, with records on their way.
    CutOff,
}

/// Where the node's data are, or were.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The data directory.
    pub directory: PathBuf,
    /// Whether it is still there.
    pub is_kept: bool,
}

/// Everything there is to say.
#[derive(Debug)]
pub struct Summary {
    /// What was streamed.
    pub events: String,
    /// The comparison.
    pub totals: Totals,
    /// How it ended.
    pub ending: Ending,
    /// From the first event sent to the last one read.
    pub elapsed: Duration,
    /// Bytes of keys and values that were read.
    pub read_bytes: u64,
    /// From send to read, in microseconds.
    pub latencies: Histogram<u64>,
    /// What the log takes on disk.
    pub stored_bytes: u64,
    /// The most memory that this process had.
    pub peak_memory_bytes: Option<u64>,
    /// Events that lacked the key field.
    pub unkeyed: u64,
    /// Where the node's data are.
    pub place: Place,
    /// The topic.
    pub topic: String,
}

const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

impl Summary {
    /// Shows it.
    pub fn show(&self, output: &Output) -> Result<(), CliError> {
        if output.is_json() { output.json(&self.json()) } else { self.text(output) }
    }

    /// What the exit code is to say.
    pub fn verdict(&self) -> Result<(), CliError> {
        if self.is_wrong() {
            let faults = self.totals.faults.sentences();
            let first = faults.first().map_or("the checksums differ", String::as_str);
            return Err(CliError::new(
                Exit::Unverified,
                format!("what was read is not what was sent: {first}"),
            ));
        }
        match self.ending {
            Ending::Complete => Ok(()),
            Ending::Interrupted | Ending::CutOff => Err(crate::output::interrupted()),
        }
    }

    fn is_wrong(&self) -> bool {
        match self.ending {
            Ending::Complete | Ending::Interrupted => !self.totals.is_verified(),
            Ending::CutOff => !self.totals.faults.is_empty(),
        }
    }

    fn text(&self, output: &Output) -> Result<(), CliError> {
        let headline = self.headline();
        output.line(if self.is_wrong() { output.bold(headline) } else { output.green(headline) })?;
        output.line("")?;
        for (name, value) in self.rows() {
            output.line(format_args!("  {} {value}", output.dim(format_args!("{name:<13}"))))?;
        }
        output.line("")
    }

    fn headline(&self) -> String {
        let Totals { sent_records, read_records, .. } = self.totals;
        let sent = units::counted(sent_records, "record");
        if self.is_wrong() {
            return format!("✘ {sent} sent, {} read, and they are not the same", units::count(read_records));
        }
        match self.ending {
            Ending::Complete => format!("✔ {sent} sent: each came back once, in order and unchanged"),
            Ending::Interrupted => {
                format!("✔ interrupted after {sent}: each came back once, in order and unchanged")
            }
            Ending::CutOff => format!(
                "interrupted after {sent}: {} came back by then, in order and unchanged",
                units::count(read_records)
            ),
        }
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let Totals { sent_checksum, read_checksum, faults, .. } = &self.totals;
        let sign = if sent_checksum == read_checksum { '=' } else { '≠' };
        let memory = |peak| format!("{} at most: node, producer and readers together", units::bytes(peak));
        let mut rows = vec![("events", self.events())];
        rows.extend(faults.sentences().into_iter().map(|sentence| ("wrong", sentence)));
        rows.extend([
            ("checksum", format!("sent {sent_checksum:016x} {sign} read {read_checksum:016x}")),
            ("throughput", self.throughput()),
            ("send to read", self.latency()),
            ("stored", self.stored()),
        ]);
        rows.extend(self.peak_memory_bytes.map(|peak| ("memory", memory(peak))));
        rows.push(("data", self.data()));
        rows
    }

    fn events(&self) -> String {
        let keys = units::counted(self.totals.keys, "key");
        match self.unkeyed {
            0 => format!("{}: {keys}", self.events),
            unkeyed => format!("{}: {keys}, {} without", self.events, units::counted(unkeyed, "line")),
        }
    }

    fn throughput(&self) -> String {
        let (records, bytes) = self.rates();
        let (records, bytes) = (units::count(records as u64), units::bytes(bytes as u64));
        format!("{records} records/s in and out at once, {bytes}/s, for {}", units::duration(self.elapsed))
    }

    /// Records and bytes a second.
    fn rates(&self) -> (f64, f64) {
        let seconds = self.elapsed.as_secs_f64().max(1e-9);
        (self.totals.read_records as f64 / seconds, self.read_bytes as f64 / seconds)
    }

    fn latency(&self) -> String {
        let each = QUANTILES.map(|(name, quantile)| (name, self.latencies.value_at_quantile(quantile)));
        let each = each.into_iter().chain([("max", self.latencies.max())]);
        let each =
            each.map(|(name, micros)| format!("{name} {}", units::duration(Duration::from_micros(micros))));
        each.collect::<Vec<_>>().join("  ")
    }

    fn stored(&self) -> String {
        let (stored, read) = (units::bytes(self.stored_bytes), units::bytes(self.read_bytes));
        let ratio = self.read_bytes as f64 / self.stored_bytes.max(1) as f64;
        format!("{read} in {stored} (lz4, {ratio:.1} to 1), on disk before each answer")
    }

    fn data(&self) -> String {
        let directory = self.place.directory.display();
        if self.place.is_kept {
            format!("topic {} in {directory}: tidelog serve --data-dir {directory}", self.topic)
        } else {
            format!("{directory}, removed now (--keep-data DIR keeps it)")
        }
    }

    fn json(&self) -> Value {
        let Totals { sent_records, read_records, keys, sent_checksum, read_checksum, faults } = &self.totals;
        let (records_per_second, bytes_per_second) = self.rates();
        let milliseconds = |micros: u64| json!(micros as f64 / 1000.0);
        let mut latency_ms = Map::new();
        for (name, quantile) in QUANTILES {
            latency_ms.insert(name.to_owned(), milliseconds(self.latencies.value_at_quantile(quantile)));
        }
        latency_ms.insert("max".to_owned(), milliseconds(self.latencies.max()));
        json!({
            "verified": self.totals.is_verified(),
            "interrupted": self.ending != Ending::Complete,
            "events": self.events,
            "sent_records": sent_records,
            "read_records": read_records,
            "keys": keys,
            "unkeyed_records": self.unkeyed,
            "sent_checksum": format!("{sent_checksum:016x}"),
            "read_checksum": format!("{read_checksum:016x}"),
            "faults": faults.sentences(),
            "seconds": self.elapsed.as_secs_f64(),
            "records_per_second": records_per_second,
            "bytes_per_second": bytes_per_second,
            "latency_ms": latency_ms,
            "record_bytes": self.read_bytes,
            "stored_bytes": self.stored_bytes,
            "peak_memory_bytes": self.peak_memory_bytes,
            "topic": self.topic,
            "data_dir": self.place.is_kept.then(|| self.place.directory.display().to_string()),
        })
    }
}
