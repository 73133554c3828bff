//! What was measured, for people and for programs.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

use super::round::{Flow, Measured};
use super::sink::Verdict;
use super::{Args, Mode};
use crate::error::CliError;
use crate::output::{Column, Output};
use crate::units;

const QUANTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)];

/// A measurement and its circumstances.
#[derive(Debug)]
pub struct Report<'a> {
    /// How it was measured.
    pub args: &'a Args,
    /// In which direction.
    pub mode: Mode,
    /// At which rate.
    pub rate: Option<u64>,
    /// What came out.
    pub measured: &'a Measured,
    /// The most memory that the broker ever had.
    pub broker_peak_memory_bytes: Option<u64>,
}

impl Report<'_> {
    /// For people.
    pub fn text(&self, output: &Output) -> Result<(), CliError> {
        output.line(output.bold(self.title()))?;
        output.line("")?;
        for (name, value) in self.rows() {
            output.line(format_args!("  {} {value}", output.dim(format_args!("{name:<16}"))))?;
        }
        let latencies = self.latencies();
        if latencies.is_empty() {
            return Ok(());
        }
        output.line("")?;
        let columns = [Column::Left("  latency")]
            .into_iter()
            .chain(QUANTILES.map(|(name, _)| Column::Right(name)))
            .chain([Column::Right("max")]);
        let rows = latencies.into_iter().map(|(name, histogram)| {
            let each = quantiles(histogram).map(|(_, micros)| units::duration(Duration::from_micros(micros)));
            [format!("  {name}")].into_iter().chain(each).collect()
        });
        output.table(&columns.collect::<Vec<_>>(), rows.collect())
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let Measured { sent, read, cpu, verdict, .. } = self.measured;
        let flow = |flow: &Flow| {
            json!({
                "records": flow.records,
                "seconds": flow.seconds,
                "records_per_second": flow.rate(),
                "bytes_per_second": flow.rate() * self.args.size as f64,
            })
        };
        let latency_ms: Map<String, Value> = self
            .latencies()
            .into_iter()
            .map(|(name, histogram)| {
                let each =
                    quantiles(histogram).map(|(name, micros)| (name.to_owned(), json!(micros as f64 / 1e3)));
                (name.replace(' ', "_"), Value::Object(each.collect()))
            })
            .collect();
        json!({
            "mode": self.mode.name(),
            "rate": self.rate,
            "in": (self.mode != Mode::Consume).then(|| flow(sent)),
            "out": (self.mode != Mode::Produce).then(|| flow(read)),
            "latency_ms": latency_ms,
            "client_cpu_seconds_per_million": self.per_million(cpu.client),
            "broker_cpu_seconds_per_million": self.per_million(cpu.broker),
            "broker_peak_memory_bytes": self.broker_peak_memory_bytes,
            "stored_bytes": self.measured.stored_bytes,
            "value_bytes": self.measured.value_bytes,
            "interrupted": self.measured.is_partial,
            "verified": verdict.map(|verdict| verdict.is_good()),
            "faults": verdict.filter(|verdict| !verdict.is_good()).map(|verdict| verdict.sentence()),
        })
    }

    fn title(&self) -> String {
        let Args { size, partitions, compression, acks, .. } = self.args;
        let rate = match self.rate {
            Some(rate) => format!("{} records/s", units::count(rate)),
            None => "as fast as it goes".to_owned(),
        };
        format!(
            "{}: records of {size} B, {}, {compression}, acks={}, {}, {rate}",
            self.mode.name(),
            units::counted((*partitions).into(), "partition"),
            super::acks_name(*acks),
            self.args.durability,
        )
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let Measured { sent, read, cpu, verdict, .. } = self.measured;
        let mut rows = Vec::new();
        if self.mode != Mode::Consume {
            rows.push(("in", self.flow(sent)));
        }
        if self.mode != Mode::Produce {
            rows.push(("out", self.flow(read)));
        }
        let cpu_time = |time: f64| format!("{time:.3} s of processor time a million records");
        rows.extend(self.per_million(cpu.client).map(|time| ("client", cpu_time(time))));
        let memory =
            self.broker_peak_memory_bytes.map(|peak| format!("{} of memory at most", units::bytes(peak)));
        let broker = [self.per_million(cpu.broker).map(cpu_time), memory];
        let broker: Vec<String> = broker.into_iter().flatten().collect();
        if !broker.is_empty() {
            rows.push(("broker", broker.join(", ")));
        }
        if self.measured.value_bytes > 0 {
            rows.push(("stored", self.stored()));
        }
        rows.extend(verdict.map(|verdict| ("verified", verdict.sentence())));
        rows
    }

    fn flow(&self, flow: &Flow) -> String {
        let bytes = flow.rate() * self.args.size as f64;
        format!(
            "{:>9} records/s  {:>8}/s  {} in {}",
            units::count(flow.rate() as u64),
            units::bytes(bytes as u64),
            units::counted(flow.records, "record"),
            units::duration(Duration::from_secs_f64(flow.seconds))
        )
    }

    fn stored(&self) -> String {
        let Measured { value_bytes, stored_bytes, .. } = *self.measured;
        let ratio = value_bytes as f64 / stored_bytes.max(1) as f64;
        format!("{} of values in {}, {ratio:.2} to 1", units::bytes(value_bytes), units::bytes(stored_bytes))
    }

    /// In both directions a record counts once.
    fn per_million(&self, time: Option<Duration>) -> Option<f64> {
        let records = self.measured.sent.records.max(self.measured.read.records);
        (records > 0).then_some(time?.as_secs_f64() * 1e6 / records as f64)
    }

    /// Those that mean something.
    fn latencies(&self) -> Vec<(&'static str, &Histogram<u64>)> {
        let Measured { read_latencies, ack_latencies, lateness, .. } = self.measured;
        let mut latencies = Vec::new();
        if self.mode == Mode::Both {
            latencies.push(("end to end", read_latencies));
        }
        if self.mode != Mode::Consume {
            latencies.push(("acknowledged", ack_latencies));
        }
        if self.rate.is_some() {
            latencies.push(("sent late by", lateness));
        }
        latencies.retain(|(_, histogram)| !histogram.is_empty());
        latencies
    }
}

impl Verdict {
    fn sentence(&self) -> String {
        if self.is_good() {
            return "every record came once, in its sender's order, unchanged".to_owned();
        }
        let Verdict { missing, repeated, disordered, altered } = *self;
        let kinds = [
            (missing, "missing"),
            (repeated, "repeated"),
            (disordered, "out of order"),
            (altered, "altered"),
        ];
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
        let kinds = kinds.map(|(count, kind)| format!("{} {kind}", units::counted(count, "record")));
        kinds.collect::<Vec<_>>().join(", ")
    }

    /// What the exit code is to say.
    pub fn check(&self) -> Result<(), CliError> {
        if self.is_good() {
            return Ok(());
        }
        let message = format!("what was read is not what was sent: {}", self.sentence());
        Err(CliError::new(crate::error::Exit::Unverified, message))
    }
}

/// By name, in microseconds.
fn quantiles(histogram: &Histogram<u64>) -> impl Iterator<Item = (&'static str, u64)> {
    let each = QUANTILES.map(|(name, quantile)| (name, histogram.value_at_quantile(quantile)));
    each.into_iter().chain([("max", histogram.max())])
}
