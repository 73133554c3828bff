//! The live view: what goes on, ten times a second on a terminal, otherwise as a line a second.
//!
//! A picture is a pure function of what was seen so far, at most 80 columns wide.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;

use super::READERS;
use super::board::{Board, Snapshot, new_histogram};
use crate::output::Output;
use crate::units;

const REDRAW: Duration = Duration::from_millis(100);
/// Numbers change this often, in pictures: eyes are slower than bars.
const NUMBERS_EVERY: usize = 4;
/// Columns of a rate's history, one each time that the numbers change.
const HISTORY: usize = 32;
/// Columns of the bar at the top.
const BAR: usize = 32;
/// Columns of a partition's bar.
const SMALL_BAR: usize = 5;
/// A partition that is so far behind fills its bar.
const FULL_BAR_RECORDS: f64 = 20_000.0;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// What is known before it begins.
#[derive(Clone, Debug)]
pub struct Title {
    /// What is streamed, and the way it takes.
    pub text: String,
    /// How many events there will be, if that is known.
    pub total_records: Option<u64>,
    /// How long it will take, if that is known.
    pub total_duration: Option<Duration>,
}

/// Shows progress until `ended`, and returns all latencies, in microseconds.
pub async fn show(
    output: Output,
    title: Title,
    board: Arc<Board>,
    mut ended: watch::Receiver<bool>,
) -> Histogram<u64> {
    let mut film = Film::new(title, has_colours());
    let live = output.shows_progress().then(live_area);
    let mut interval = tokio::time::interval(if live.is_some() { REDRAW } else { Duration::from_secs(1) });
    interval.tick().await;
    loop {
        let is_over = tokio::select! {
            _ = interval.tick() => false,
            _ = ended.wait_for(|ended| *ended) => true,
        };
        let numbers_every = if live.is_some() { NUMBERS_EVERY } else { 1 };
        film.add(board.snapshot(), &board.take_latencies(), numbers_every);
        match &live {
            Some(area) if is_over => area.finish_and_clear(),
            Some(area) => area.set_message(film.picture()),
            None if is_over => {}
            None => output.note(film.line()),
        }
        if is_over {
            return film.all_latencies;
        }
    }
}

/// Lines at the bottom of the terminal that are drawn anew each time, all at once.
fn live_area() -> ProgressBar {
    let area = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    area.set_style(ProgressStyle::with_template("{msg}").expect("the template is right"));
    area
}

fn has_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// What was seen so far.
struct Film {
    title: Title,
    colours: bool,
    now: Snapshot,
    /// When the numbers were last made.
    base: Snapshot,
    /// Latencies since then.
    recent: Histogram<u64>,
    pictures: usize,
    numbers: Numbers,
    history: VecDeque<Numbers>,
    all_latencies: Histogram<u64>,
}

/// Rates a second, and latencies in microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    sent_records: f64,
    sent_bytes: f64,
    read_records: f64,
    read_bytes: f64,
    p50_micros: u64,
    p99_micros: u64,
}

impl Film {
    fn new(title: Title, colours: bool) -> Self {
        Film {
            title,
            colours,
            now: Snapshot::default(),
            base: Snapshot::default(),
            recent: new_histogram(),
            pictures: 0,
            numbers: Numbers::default(),
            history: VecDeque::new(),
            all_latencies: new_histogram(),
        }
    }

    fn add(&mut self, now: Snapshot, latencies: &Histogram<u64>, numbers_every: usize) {
        self.now = now;
        self.pictures += 1;
        for all in [&mut self.recent, &mut self.all_latencies] {
            all.add(latencies).expect("all have the same bounds");
        }
        if self.pictures.is_multiple_of(numbers_every) {
            self.numbers = self.count();
            self.base = self.now.clone();
            self.recent.reset();
            if self.history.len() == HISTORY {
                self.history.pop_front();
            }
            self.history.push_back(self.numbers);
        }
    }

    fn count(&self) -> Numbers {
        let (base, now) = (&self.base, &self.now);
        let seconds = (now.elapsed - base.elapsed).as_secs_f64().max(1e-9);
        let rate = |of: fn(&Snapshot) -> u64| (of(now) - of(base)) as f64 / seconds;
        Numbers {
            sent_records: rate(|at| at.sent_records),
            sent_bytes: rate(|at| at.sent_bytes),
            read_records: rate(|at| at.read_records),
            read_bytes: rate(|at| at.read_bytes),
            p50_micros: self.recent.value_at_quantile(0.5),
            p99_micros: self.recent.value_at_quantile(0.99),
        }
    }

    /// For who reads a file, or a pipe.
    fn line(&self) -> String {
        let Numbers { sent_records, read_records, read_bytes, p50_micros, p99_micros, .. } = self.numbers;
        format!(
            "{:>5.1} s  in {} records/s  out {} records/s, {}/s  p50 {}  p99 {}  verified {}  behind {}",
            self.now.elapsed.as_secs_f64(),
            units::count(sent_records as u64),
            units::count(read_records as u64),
            units::bytes(read_bytes as u64),
            micros(p50_micros),
            micros(p99_micros),
            units::count(self.now.read_records),
            units::count(self.now.behind.iter().sum::<u64>()),
        )
    }

    /// For who watches.
    fn picture(&self) -> String {
        let Numbers { p50_micros, p99_micros, .. } = self.numbers;
        let latency = |name, value| format!("{} {:<9}", self.dim(name), micros(value));
        let lines = [
            format!("  {}  {}", self.paint("1", "tidelog demo"), self.dim(&self.title.text)),
            String::new(),
            self.progress(),
            String::new(),
            self.rate("in", |numbers| (numbers.sent_records, numbers.sent_bytes)),
            self.rate("out", |numbers| (numbers.read_records, numbers.read_bytes)),
            String::new(),
            format!(
                "  {}  {} {}  {} {}",
                self.dim("send to read"),
                latency("p50", p50_micros),
                latency("p99", p99_micros),
                self.dim("verified"),
                self.paint("32", &units::count(self.now.read_records)),
            ),
            String::new(),
            format!("  {}", self.dim("records behind, by partition")),
        ];
        let readers = (0..READERS).map(|reader| self.reader(reader));
        lines.into_iter().chain(readers).collect::<Vec<_>>().join("\n")
    }

    fn progress(&self) -> String {
        let (read, elapsed) = (self.now.read_records, self.now.elapsed.as_secs_f64());
        let by_records = self.title.total_records.map(|total| read as f64 / total.max(1) as f64);
        let by_time = self.title.total_duration.map(|total| elapsed / total.as_secs_f64());
        let Some(share) = by_records.or(by_time).map(|share| share.min(1.0)) else {
            return format!("  {}  {:.0} s", self.paint("36", &units::count(read)), elapsed);
        };
        let left_seconds = if share > 0.0 { elapsed / share - elapsed } else { 0.0 };
        let total = self.title.total_records.map(|total| format!("of {}", units::count(total)));
        format!(
            "  {}  {:>3.0} %  {} {}  {}",
            self.bar(share, BAR, "36"),
            share * 100.0,
            units::count(read),
            total.unwrap_or_default(),
            self.dim(&format!("{left_seconds:.0} s left")),
        )
    }

    fn rate(&self, name: &str, of: fn(&Numbers) -> (f64, f64)) -> String {
        let highest = self.history.iter().map(|numbers| of(numbers).0).fold(1.0, f64::max);
        let level = |numbers: &Numbers| LEVELS[(of(numbers).0 / highest * 7.0).round() as usize % 8];
        let columns: String = self.history.iter().map(level).collect();
        let (records, bytes) = of(&self.numbers);
        format!(
            "  {} {}{}  {:>9} {}  {:>7}{}",
            self.dim(&format!("{name:<4}")),
            self.paint("36", &columns),
            " ".repeat(HISTORY - self.history.len()),
            units::count(records as u64),
            self.dim("records/s"),
            units::bytes(bytes as u64),
            self.dim("/s"),
        )
    }

    /// A reader's partitions, each with a bar.
    fn reader(&self, reader: usize) -> String {
        let share = self.now.behind.len().div_ceil(READERS);
        let partitions = self.now.behind.iter().enumerate().skip(reader * share).take(share);
        let cells = partitions.map(|(partition, behind)| {
            // The square root shows little things too.
            let filled = (*behind as f64 / FULL_BAR_RECORDS).min(1.0).sqrt();
            let colour = if filled < 0.7 { "32" } else { "33" };
            let partition = self.dim(&format!("{partition:>2}"));
            format!("{partition} {} {:>6}", self.bar(filled, SMALL_BAR, colour), units::count(*behind))
        });
        format!(
            "  {}{}",
            self.dim(&format!("reader {}", reader + 1)),
            cells.fold(String::new(), |row, cell| row + "  " + &cell)
        )
    }

    fn bar(&self, share: f64, columns: usize, colour: &str) -> String {
        let eighths = (share * columns as f64 * 8.0).round() as usize;
        let mut filled = "█".repeat(eighths / 8);
        if !eighths.is_multiple_of(8) {
            filled.push(EIGHTHS[eighths % 8]);
        }
        let rest = "·".repeat(columns - eighths.div_ceil(8));
        format!("{}{}", self.paint(colour, &filled), self.dim(&rest))
    }

    fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn micros(micros: u64) -> String {
    units::duration(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film() -> Film {
        let text = "page views → lz4 → 12 partitions → 3 readers".to_owned();
        let title = Title { text, total_records: Some(5_000_000), total_duration: None };
        let mut film = Film::new(title, false);
        let behind = vec![0, 17, 850, 2_310, 0, 0, 12_000, 20_001, 3, 44, 1_234, 0];
        let snapshot = |seconds, sent_records, read_records| Snapshot {
            elapsed: Duration::from_secs(seconds),
            sent_records,
            sent_bytes: sent_records * 200,
            read_records,
            read_bytes: read_records * 200,
            behind: behind.clone(),
        };
        let mut latencies = new_histogram();
        latencies.record_n(12_300, 99).expect("in bounds");
        latencies.record(45_600).expect("in bounds");
        film.add(snapshot(1, 200_000, 180_000), &latencies, 1);
        film.add(snapshot(4, 1_700_000, 1_663_541), &latencies, 1);
        film
    }

    #[test]
    fn a_picture_shows_progress_rates_latencies_and_every_partition() {
        let expected = "  tidelog demo  page views → lz4 → 12 partitions → 3 readers

  ██████████▋·····················   33 %  1,663,541 of 5,000,000  8 s left

  in   ▄█                                  500,000 records/s   100 MB/s
  out  ▄█                                  494,513 records/s  98.9 MB/s

  send to read  p50 12.3 ms   p99 12.3 ms    verified 1,663,541

  records behind, by partition
  reader 1   0 ·····      0   1 ▏····     17   2 █····    850   3 █▊···  2,310
  reader 2   4 ·····      0   5 ·····      0   6 ███▉· 12,000   7 █████ 20,001
  reader 3   8 ·····      3   9 ▎····     44  10 █▎···  1,234  11 ·····      0";
        assert_eq!(film().picture(), expected);
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let mut film = film();
        film.now.behind[0] = super::super::board::WINDOW;
        film.now.read_records = 999_999_999;
        film.title.total_records = Some(999_999_999);
        for line in film.picture().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn a_line_says_the_same_to_a_file() {
        let expected = "  4.0 s  in 500,000 records/s  out 494,513 records/s, 98.9 MB/s  p50 12.3 ms  p99 12.3 ms  \
                        verified 1,663,541  behind 36,459";
        assert_eq!(film().line(), expected);
    }
}
