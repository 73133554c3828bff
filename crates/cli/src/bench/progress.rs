//! The bar on a terminal: how far the measurement is, and how fast. Elsewhere nothing is shown.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::AbortHandle;

use super::Mode;
use super::meter::Meter;
use super::round::Round;
use crate::output::Output;
use crate::units;

const REDRAW: Duration = Duration::from_millis(100);
/// Rates are of so many looks back.
const RATE_LOOKS: usize = 10;
const TEMPLATE: &str = "  {bar:40.cyan/dim} {percent:>3} %  {msg}";

/// Shows one bar after the other.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    is_shown: bool,
}

/// A bar; gone when it is dropped.
#[derive(Debug)]
pub struct Showing(Option<(ProgressBar, AbortHandle)>);

impl Progress {
    /// On a terminal.
    pub fn new(output: Output) -> Self {
        Progress { is_shown: output.shows_progress() }
    }

    /// Shows a round's.
    pub fn show(&self, round: &Round<'_>, meter: Arc<Meter>) -> Showing {
        if !self.is_shown {
            return Showing(None);
        }
        let target = ProgressDrawTarget::stderr();
        let bar = ProgressBar::with_draw_target(Some(round.records), target);
        let style = ProgressStyle::with_template(TEMPLATE).expect("the template is right");
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏·"));
        let task = tokio::spawn(redraw(bar.clone(), meter, round.mode, round.rate));
        Showing(Some((bar, task.abort_handle())))
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        if let Some((bar, task)) = self.0.take() {
            task.abort();
            bar.finish_and_clear();
        }
    }
}

async fn redraw(bar: ProgressBar, meter: Arc<Meter>, mode: Mode, rate: Option<u64>) {
    let mut interval = tokio::time::interval(REDRAW);
    let mut looks = std::collections::VecDeque::from([0]);
    let at_rate = rate.map(|rate| format!(" of {}", units::count(rate))).unwrap_or_default();
    loop {
        interval.tick().await;
        let records = if mode == Mode::Produce { meter.sent_records() } else { meter.read_records() };
        let since = looks.front().copied().unwrap_or(0);
        let seconds = REDRAW.as_secs_f64() * looks.len() as f64;
        bar.set_position(records);
        bar.set_message(format!(
            "{}{at_rate} records/s",
            units::count(((records - since) as f64 / seconds) as u64)
        ));
        looks.push_back(records);
        if looks.len() > RATE_LOOKS {
            looks.pop_front();
        }
    }
}
