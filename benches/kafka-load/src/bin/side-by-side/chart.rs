//! The chart: a panel for each measure, a row for each cell, a dot for each broker's median on a logarithmic axis, with a line
//! from the least to the most. Dots, because bars on such an axis would lie.

use std::fmt::Write;

use crate::brokers::Kind;
use crate::results::{CellRuns, Measure, Results, Spread};

const WIDTH: f64 = 900.0;
const LABELS: f64 = 330.0;
const MARGIN: f64 = 30.0;
const ROW: f64 = 26.0;
const HEAD: f64 = 64.0;
const FOOT: f64 = 30.0;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1f2937}.title{font-size:15px;font-weight:600}\
    .axis{fill:#6b7280;font-size:11px}.grid{stroke:#e5e7eb}.row{fill:#f8fafc}";

struct Panel {
    title: &'static str,
    measure: Measure,
}

const PANELS: [Panel; 4] = [
    Panel { title: "Million records a second (more is better)", measure: Measure::Rate },
    Panel { title: "Broker CPU seconds for a million records (less is better)", measure: Measure::BrokerCpu },
    Panel { title: "End to end, median, ms (less is better)", measure: Measure::P50 },
    Panel { title: "End to end, 99th percentile, ms (less is better)", measure: Measure::P99 },
];

/// The whole chart as SVG text.
pub fn svg(results: &Results) -> String {
    let mut body = String::new();
    let mut top = legend(results, &mut body);
    for panel in &PANELS {
        let has_it = |runs: &&CellRuns| {
            results.brokers.iter().any(|broker| runs.spread(*broker, panel.measure).is_some())
        };
        let cells: Vec<&CellRuns> = results.cells.iter().filter(has_it).collect();
        if !cells.is_empty() {
            top += draw(panel, results, &cells, top, &mut body);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" height=\"{top}\">\
         <style>{STYLE}</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    )
}

fn color(kind: Kind) -> &'static str {
    match kind {
        Kind::Kafka => "#d97706",
        Kind::Floor => "#9ca3af",
        Kind::Tidelog => "#0f766e",
    }
}

fn legend(results: &Results, body: &mut String) -> f64 {
    for (number, broker) in results.brokers.iter().enumerate() {
        let x = MARGIN + 100.0 * number as f64;
        dot(body, x, 24.0, color(*broker));
        text(body, x + 10.0, 28.0, "", "start", broker.name());
    }
    40.0
}

/// Draws one panel; returns its height.
fn draw(panel: &Panel, results: &Results, cells: &[&CellRuns], top: f64, body: &mut String) -> f64 {
    let spreads = cells
        .iter()
        .flat_map(|runs| results.brokers.iter().filter_map(|broker| runs.spread(*broker, panel.measure)));
    let all: Vec<Spread> = spreads.collect();
    let least = all.iter().map(|spread| spread.least).fold(f64::INFINITY, f64::min).max(1e-6);
    let most = all.iter().map(|spread| spread.most).fold(least, f64::max);
    // Whole decades would waste half of the width: from the tick below the least to the tick above the most.
    let ticks = ticks(least, most);
    let (low, high) = (ticks[0].ln(), ticks[ticks.len() - 1].ln());
    let at = |value: f64| LABELS + (value.max(1e-6).ln() - low) / (high - low) * (WIDTH - LABELS - MARGIN);
    let bottom = top + HEAD + ROW * cells.len() as f64;
    text(body, MARGIN, top + 30.0, "title", "start", panel.title);
    for (number, runs) in cells.iter().enumerate() {
        let y = top + HEAD + ROW * number as f64;
        if number % 2 == 0 {
            let width = WIDTH - 2.0 * MARGIN + 20.0;
            let _ = writeln!(
                body,
                "<rect class=\"row\" x=\"{}\" y=\"{y}\" width=\"{width}\" height=\"{ROW}\"/>",
                MARGIN - 10.0
            );
        }
        text(body, MARGIN, y + ROW / 2.0 + 4.0, "", "start", &runs.cell.label());
    }
    for tick in &ticks {
        let x = at(*tick);
        let _ = writeln!(
            body,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{bottom}\"/>",
            top + HEAD
        );
        text(body, x, top + HEAD - 8.0, "axis", "middle", &format!("{tick}"));
    }
    for (number, runs) in cells.iter().enumerate() {
        for (place, broker) in results.brokers.iter().enumerate() {
            let Some(spread) = runs.spread(*broker, panel.measure) else { continue };
            // A little apart, so that equal ones do not hide each other.
            let apart = (place as f64 - (results.brokers.len() as f64 - 1.0) / 2.0) * 6.0;
            let y = top + HEAD + ROW * (number as f64 + 0.5) + apart;
            let (color, from, to) = (color(*broker), at(spread.least), at(spread.most));
            let _ = writeln!(
                body,
                "<line x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{color}\" stroke-width=\"2\" opacity=\".5\"/>"
            );
            dot(body, at(spread.median), y, color);
        }
    }
    HEAD + ROW * cells.len() as f64 + FOOT
}

/// Ones, twos and fives of each decade that enclose the range.
fn ticks(least: f64, most: f64) -> Vec<f64> {
    let first = least.log10().floor() as i32;
    let last = most.log10().ceil() as i32;
    // A decimal text gives the number that is closest to it, which a product of powers need not be.
    let all = (first..=last)
        .flat_map(|decade| [1, 2, 5].map(|digit| format!("{digit}e{decade}").parse().unwrap_or(1.0)));
    let all: Vec<f64> = all.collect();
    let from = all.iter().rposition(|tick| *tick <= least).unwrap_or(0);
    let to = all.iter().position(|tick| *tick >= most && *tick > least).unwrap_or(all.len() - 1);
    all[from..=to].to_vec()
}

fn dot(body: &mut String, x: f64, y: f64, color: &str) {
    let _ = writeln!(body, "<circle cx=\"{x:.1}\" cy=\"{y}\" r=\"4\" fill=\"{color}\"/>");
}

/// Our own labels only: nothing in them needs escaping.
fn text(body: &mut String, x: f64, y: f64, class: &str, anchor: &str, words: &str) {
    let _ = writeln!(
        body,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{words}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_ones_twos_and_fives_that_enclose_the_range() {
        assert_eq!(ticks(0.03, 0.4), vec![0.02, 0.05, 0.1, 0.2, 0.5]);
        assert_eq!(ticks(1.0, 1.0), vec![1.0, 2.0]);
        assert_eq!(ticks(7.0, 4300.0).first().zip(ticks(7.0, 4300.0).last()), Some((&5.0, &5000.0)));
    }
}
