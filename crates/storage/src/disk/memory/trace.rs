//! What a disk in memory was asked to do lately, for whoever reads a failed test.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Operation, Survival};

/// Lines kept: some lives of a small test.
const LINES: usize = 1_000;

/// One operation on one path.
pub struct Step {
    pub operation: Operation,
    pub path: Arc<Path>,
    pub detail: Detail,
}

/// What else an operation was given.
pub enum Detail {
    None,
    /// From one position up to another.
    Range(u64, u64),
    Length(u64),
    To(Arc<Path>),
}

/// The last lines.
#[derive(Default)]
pub struct Trace(VecDeque<Line>);

enum Line {
    Step { number: u64, step: Step, error: Option<io::ErrorKind> },
    PowerCut(Survival),
}

impl Step {
    pub fn new(operation: Operation, path: &Path) -> Step {
        Step { operation, path: path.into(), detail: Detail::None }
    }

    /// Whether one of its paths contains `part`.
    pub fn concerns(&self, part: &str) -> bool {
        let contains = |path: &Path| path.to_string_lossy().contains(part);
        contains(&self.path) || matches!(&self.detail, Detail::To(to) if contains(to))
    }
}

impl Trace {
    pub fn push(&mut self, number: u64, step: Step) {
        self.push_line(Line::Step { number, step, error: None });
    }

    /// The last step failed.
    pub fn failed(&mut self, with: &io::Error) {
        if let Some(Line::Step { error, .. }) = self.0.back_mut() {
            *error = Some(with.kind());
        }
    }

    pub fn power_cut(&mut self, survival: Survival) {
        self.push_line(Line::PowerCut(survival));
    }

    fn push_line(&mut self, line: Line) {
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, step, error) = match self {
            Line::PowerCut(survival) => return writeln!(f, "--- power cut, {survival:?} ---"),
            Line::Step { number, step, error } => (number, step, error),
        };
        write!(f, "{number:>5} {:?} {:?}", step.operation, step.path)?;
        match &step.detail {
            Detail::None => {}
            Detail::Range(start, end) => write!(f, " [{start}, {end})")?,
            Detail::Length(length) => write!(f, " {length}")?,
            Detail::To(path) => write!(f, " to {path:?}")?,
        }
        match error {
            Some(error) => writeln!(f, ": {error}"),
            None => writeln!(f),
        }
    }
}
