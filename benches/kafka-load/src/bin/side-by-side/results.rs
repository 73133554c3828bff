//! What was found, and what is read from it: medians, ranges, ratios of pairs.

use serde::{Deserialize, Serialize};
use tidelog_kafka_load::Outcome;

use crate::brokers::Kind;
use crate::grid::Cell;

/// A whole comparison.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Results {
    pub machine: Machine,
    pub brokers: Vec<Kind>,
    pub starts: Vec<Start>,
    pub cells: Vec<CellRuns>,
}

/// Where it was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Machine {
    pub date: String,
    pub commit: String,
    pub processor: String,
    pub cores: usize,
    pub memory_mib: u64,
    pub kernel: String,
}

/// A start on an empty directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Start {
    pub broker: Kind,
    /// From exec to the answer to the first record.
    pub seconds: f64,
    pub resident_kib: u64,
}

/// All runs of one cell.
#[derive(Debug, Serialize, Deserialize)]
pub struct CellRuns {
    pub cell: Cell,
    pub runs: Vec<Run>,
}

/// One run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    pub round: usize,
    pub broker: Kind,
    pub outcome: Outcome,
}

/// A number that a run has and that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Millions of records a second: in, or out for a consume cell.
    Rate,
    /// Millions of records a second out, where records go in and out.
    RateOut,
    BrokerCpu,
    ClientCpu,
    P50,
    P99,
    P999,
    PeakMib,
    ForeignCores,
}

/// The middle of some numbers, and the ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

impl Measure {
    /// The value in an outcome that has it.
    pub fn of(self, outcome: &Outcome) -> Option<f64> {
        let both = outcome.produce.is_some() && outcome.consume.is_some();
        match self {
            Measure::Rate => outcome.produce.or(outcome.consume).map(|rate| rate.records / 1e6),
            Measure::RateOut => outcome.consume.filter(|_| both).map(|rate| rate.records / 1e6),
            Measure::BrokerCpu => outcome.broker_cpu_a_million,
            Measure::ClientCpu => Some(outcome.client_cpu_a_million),
            Measure::P50 => outcome.latency_ms.map(|latency| latency.p50),
            Measure::P99 => outcome.latency_ms.map(|latency| latency.p99),
            Measure::P999 => outcome.latency_ms.map(|latency| latency.p999),
            Measure::PeakMib => outcome.broker_peak_kib.map(|kib| kib as f64 / 1024.0),
            Measure::ForeignCores => Some(outcome.foreign_cores),
        }
    }
}

impl Spread {
    /// Of numbers in any order; none has no spread.
    pub fn of(mut values: Vec<f64>) -> Option<Spread> {
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 };
        Some(Spread { least, median, most })
    }
}

impl CellRuns {
    /// A measure of one broker over the rounds.
    pub fn spread(&self, broker: Kind, measure: Measure) -> Option<Spread> {
        let runs = self.runs.iter().filter(|run| run.broker == broker);
        Spread::of(runs.filter_map(|run| measure.of(&run.outcome)).collect())
    }

    /// One broker's measure divided by another's in the same round, over the rounds.
    pub fn ratio(&self, over: Kind, under: Kind, measure: Measure) -> Option<Spread> {
        let value = |broker, round| {
            let run = self.runs.iter().find(|run| run.broker == broker && run.round == round)?;
            measure.of(&run.outcome)
        };
        let rounds = self.runs.iter().map(|run| run.round).max().map_or(0, |last| last + 1);
        let ratios = (0..rounds).filter_map(|round| Some(value(over, round)? / value(under, round)?));
        Spread::of(ratios.collect())
    }
}

impl Results {
    /// How long a broker took to start, and its memory then, in seconds and MiB.
    pub fn start(&self, broker: Kind) -> Option<(Spread, Spread)> {
        let starts: Vec<&Start> = self.starts.iter().filter(|start| start.broker == broker).collect();
        let seconds = Spread::of(starts.iter().map(|start| start.seconds).collect())?;
        let resident = Spread::of(starts.iter().map(|start| start.resident_kib as f64 / 1024.0).collect())?;
        Some((seconds, resident))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(Spread::of(vec![4.0, 1.0, 2.0, 9.0]), Some(Spread { least: 1.0, median: 3.0, most: 9.0 }));
        assert_eq!(Spread::of(vec![2.0, 7.0, 1.0]), Some(Spread { least: 1.0, median: 2.0, most: 7.0 }));
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn ratios_are_of_pairs_of_a_round_and_a_round_without_its_pair_counts_not() {
        let run = |round, broker, cpu| Run {
            round,
            broker,
            outcome: Outcome { broker_cpu_a_million: Some(cpu), ..Outcome::default() },
        };
        let runs = vec![
            run(0, Kind::Kafka, 0.5),
            run(0, Kind::Floor, 0.125),
            run(1, Kind::Kafka, 0.5),
            run(1, Kind::Floor, 0.25),
            run(2, Kind::Kafka, 0.5),
        ];
        let cell = CellRuns { cell: grid::quick().remove(0), runs };
        let ratio = cell.ratio(Kind::Floor, Kind::Kafka, Measure::BrokerCpu);
        assert_eq!(ratio, Some(Spread { least: 0.25, median: 0.375, most: 0.5 }));
        assert_eq!(cell.ratio(Kind::Tidelog, Kind::Kafka, Measure::BrokerCpu), None);
    }
}
