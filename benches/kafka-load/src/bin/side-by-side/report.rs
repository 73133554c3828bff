//! Words and tables: a line for a run, a table for the terminal, a page for `docs/benchmarks`.

use comfy_table::{CellAlignment, Table, TableStyle, presets};
use tidelog_kafka_load::Outcome;

use crate::brokers::Kind;
use crate::grid::Workload;
use crate::results::{CellRuns, Measure, Results, Spread};

/// Each ratio that is told: of what to what.
const RATIOS: [(Kind, Kind); 3] =
    [(Kind::Tidelog, Kind::Kafka), (Kind::Tidelog, Kind::Floor), (Kind::Floor, Kind::Kafka)];

/// One run in one line.
pub fn describe(outcome: &Outcome) -> String {
    let measures = [
        (Measure::Rate, " M/s", 2),
        (Measure::RateOut, " M/s out", 2),
        (Measure::P50, " ms p50", 3),
        (Measure::P99, " ms p99", 3),
        (Measure::BrokerCpu, " CPU-s/M", 3),
        (Measure::PeakMib, " MiB", 0),
        (Measure::ForeignCores, " cores foreign", 2),
    ];
    let shown = measures.iter().filter_map(|(measure, unit, digits)| {
        measure.of(outcome).map(|value| format!("{value:.digits$}{unit}"))
    });
    shown.collect::<Vec<_>>().join("  ")
}

/// Everything as tables, aligned for a terminal.
pub fn terminal(results: &Results) -> String {
    tables(results, presets::UTF8_HORIZONTAL_ONLY)
}

/// Everything as a page of Markdown, with the chart.
pub fn page(results: &Results) -> String {
    let machine = &results.machine;
    format!(
        "# Side by side\n\nApache Kafka 4.4, the floor and Tidelog under one librdkafka client, in alternation on one machine: \
         {} cores ({}), {} MiB, Linux {}, client and brokers on loopback. Made by `scripts/bench` on {} at {}.\n\n\
         Cells are medians (least–most) over the rounds; ratios are medians of the ratios of pairs, each of one round. \
         *CPU* is the broker's CPU seconds for a million records. *Durable*: Kafka with `flush.messages=1`, the floor with its \
         journal, Tidelog as it is by default; not durable: Kafka as it is by default, Tidelog with \
         `tidelog.durability=replicated`. *Foreign* is CPU that neither client nor broker used, in cores: above 0.15, distrust the row.\n\n\
         ![chart](side-by-side.svg)\n\n{}\n",
        machine.cores,
        machine.processor,
        machine.memory_mib,
        machine.kernel,
        machine.date,
        machine.commit,
        tables(results, presets::ASCII_MARKDOWN)
    )
}

fn tables(results: &Results, style: TableStyle) -> String {
    let (latencies, rates): (Vec<&CellRuns>, Vec<&CellRuns>) =
        results.cells.iter().partition(|runs| matches!(runs.cell.workload, Workload::EndToEnd(_)));
    let mut parts = Vec::new();
    if !rates.is_empty() {
        let columns = [
            ("M records/s", Measure::Rate, 2),
            ("M/s out", Measure::RateOut, 2),
            ("CPU", Measure::BrokerCpu, 3),
            ("client's CPU", Measure::ClientCpu, 2),
            ("peak MiB", Measure::PeakMib, 0),
            ("foreign", Measure::ForeignCores, 2),
        ];
        parts.push(values(results, &rates, &columns, style));
        parts.push(ratios(results, &rates, &[("rate", Measure::Rate), ("CPU", Measure::BrokerCpu)], style));
    }
    if !latencies.is_empty() {
        let columns = [
            ("p50 ms", Measure::P50, 3),
            ("p99 ms", Measure::P99, 2),
            ("p99.9 ms", Measure::P999, 1),
            ("CPU", Measure::BrokerCpu, 2),
            ("foreign", Measure::ForeignCores, 2),
        ];
        parts.push(values(results, &latencies, &columns, style));
        parts.push(ratios(results, &latencies, &[("p50", Measure::P50), ("p99", Measure::P99)], style));
    }
    parts.push(starts(results, style));
    parts.join("\n\n")
}

fn values(
    results: &Results,
    cells: &[&CellRuns],
    columns: &[(&str, Measure, usize)],
    style: TableStyle,
) -> String {
    let headings = ["workload", "broker"].into_iter().chain(columns.iter().map(|(heading, ..)| *heading));
    let mut table = table(headings.collect(), 2, style);
    for runs in cells {
        for (number, broker) in results.brokers.iter().enumerate() {
            let label = if number == 0 { runs.cell.label() } else { String::new() };
            let shown =
                columns.iter().map(|(_, measure, digits)| shown(runs.spread(*broker, *measure), *digits));
            table.add_row([label, broker.name().to_owned()].into_iter().chain(shown));
        }
    }
    table.to_string()
}

fn ratios(results: &Results, cells: &[&CellRuns], measures: &[(&str, Measure)], style: TableStyle) -> String {
    let told = RATIOS
        .iter()
        .filter(|(over, under)| results.brokers.contains(over) && results.brokers.contains(under));
    let columns: Vec<(String, Kind, Kind, Measure)> = told
        .flat_map(|(over, under)| {
            let column = |(name, measure): &(&str, Measure)| {
                (format!("{name}: {} ÷ {}", over.name(), under.name()), *over, *under, *measure)
            };
            measures.iter().map(column).collect::<Vec<_>>()
        })
        .collect();
    if columns.is_empty() {
        return String::new();
    }
    let headings = std::iter::once("workload").chain(columns.iter().map(|(heading, ..)| heading.as_str()));
    let mut table = table(headings.collect(), 1, style);
    for runs in cells {
        let ratio = |(_, over, under, measure): &(String, Kind, Kind, Measure)| {
            shown(runs.ratio(*over, *under, *measure), 2)
        };
        table.add_row(std::iter::once(runs.cell.label()).chain(columns.iter().map(ratio)));
    }
    table.to_string()
}

fn starts(results: &Results, style: TableStyle) -> String {
    let mut table =
        table(vec!["start on an empty directory", "s to the first record", "resident MiB"], 1, style);
    for broker in &results.brokers {
        if let Some((seconds, resident)) = results.start(*broker) {
            table.add_row([broker.name().to_owned(), shown(Some(seconds), 3), shown(Some(resident), 0)]);
        }
    }
    table.to_string()
}

fn table(headings: Vec<&str>, words: usize, style: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(style).set_header(headings);
    for column in table.column_iter_mut().skip(words) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn shown(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or(String::new(), |Spread { least, median, most }| {
        format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
    })
}
