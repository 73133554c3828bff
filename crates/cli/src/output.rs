//! How results are shown: for people or as JSON.
//!
//! Results go to standard output; notes, progress and errors to standard error. What must stay true: nothing is printed
//! with `println!`, which panics when the reader has gone (`| head`); with [`Output`] the run ends quietly then.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::json;

use crate::args::Format;
use crate::error::{CliError, Exit};

/// Shows results. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    format: Format,
    /// Whether standard output takes colours.
    colours: bool,
    /// Whether standard error takes colours.
    error_colours: bool,
}

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Words.
    Left(&'static str),
    /// Numbers.
    Right(&'static str),
}

impl Output {
    /// Looks at the terminal and at `NO_COLOR` (no-color.org).
    pub fn new(format: Format) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let colours = wanted && io::stdout().is_terminal();
        Output { format, colours, error_colours: wanted && io::stderr().is_terminal() }
    }

    /// Whether a program reads the results.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether a person looks at standard error, where progress is shown.
    pub fn shows_progress(&self) -> bool {
        !self.is_json() && io::stderr().is_terminal()
    }

    /// One line of the result.
    pub fn line(&self, text: impl Display) -> Result<(), CliError> {
        self.print(format!("{text}\n"))
    }

    /// A piece of the result as it is.
    pub fn print(&self, text: impl AsRef<[u8]>) -> Result<(), CliError> {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(text.as_ref())
            .and_then(|()| stdout.flush())
            .map_err(|error| CliError::writing(&error))
    }

    /// The result as one JSON document: with line breaks for people, on one line for programs.
    pub fn json(&self, value: &impl Serialize) -> Result<(), CliError> {
        let pretty = io::stdout().is_terminal();
        let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        self.line(text.map_err(|error| CliError::failed(format!("the result is not JSON: {error}")))?)
    }

    /// Rows under their columns' names.
    pub fn table(&self, columns: &[Column], rows: Vec<Vec<String>>) -> Result<(), CliError> {
        let lines = table_lines(columns, rows);
        let (head, body) = lines.split_first().expect("a table has a header");
        let mut text = format!("{}\n", self.bold(head));
        for line in body {
            text.push_str(line);
            text.push('\n');
        }
        self.print(text)
    }

    /// A remark beside the result, for people: on standard error.
    pub fn note(&self, text: impl Display) {
        if !self.is_json() {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Text that stands out.
    pub fn bold(&self, text: impl Display) -> String {
        paint(self.colours, "1", text)
    }

    /// Text that stands back.
    pub fn dim(&self, text: impl Display) -> String {
        paint(self.colours, "2", text)
    }

    /// Good news.
    pub fn green(&self, text: impl Display) -> String {
        paint(self.colours, "32", text)
    }

    /// Says on standard error why something failed.
    pub fn error(&self, error: &CliError) {
        let CliError { exit, message, fix, is_closed_pipe } = error;
        if *is_closed_pipe {
            return;
        }
        let text = if self.is_json() {
            let exit_code = *exit as u8;
            json!({"error": {"kind": exit, "exit_code": exit_code, "message": message, "fix": fix}})
                .to_string()
        } else {
            format!("{} {error}", paint(self.error_colours, "1;31", "error:"))
        };
        // Nobody is left to hear that this failed.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// How the process ends, after saying why if it failed.
    pub fn end(&self, result: Result<(), CliError>) -> ExitCode {
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                self.error(&error);
                if error.is_closed_pipe { ExitCode::SUCCESS } else { error.exit.into() }
            }
        }
    }

    /// How a run of several parts ends: each failure is told, the first one's kind counts.
    pub fn end_parts(&self, failures: Vec<CliError>) -> Result<(), CliError> {
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else { return Ok(()) };
        let mut last = first.clone();
        for failure in failures {
            self.error(&last);
            last = failure;
        }
        Err(CliError { exit: first.exit, ..last })
    }
}

/// Interrupted by the user.
pub fn interrupted() -> CliError {
    CliError::new(Exit::Interrupted, "interrupted")
}

fn table_lines(columns: &[Column], rows: Vec<Vec<String>>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|column| match column {
        Column::Left(name) | Column::Right(name) => *name,
    }));
    table.add_rows(rows);
    for (index, column) in columns.iter().enumerate() {
        let Some(drawn) = table.column_mut(index) else { continue };
        drawn.set_padding((0, 2));
        if let Column::Right(_) = column {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn paint(colours: bool, code: &str, text: impl Display) -> String {
    let text = text.to_string();
    if colours && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_has_no_white_space_at_the_end() {
        let rows = vec![
            vec!["events".to_owned(), "12".to_owned(), "a".to_owned()],
            vec!["a-long-name".to_owned(), "1,000".to_owned(), String::new()],
        ];
        let columns = [Column::Left("topic"), Column::Right("partitions"), Column::Left("id")];
        let expected =
            ["topic        partitions  id", "events               12  a", "a-long-name       1,000"];
        assert_eq!(table_lines(&columns, rows), expected);
    }
}
