//! The workloads: which cells there are, and what each is called.

use serde::{Deserialize, Serialize};

const MEGABYTE_BATCH: usize = 1_000_000;
const SMALL_BATCH: usize = 16 << 10;

/// What the load client does in one run of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workload {
    /// In, as fast as it goes.
    Produce,
    /// Out, as fast as it goes, what a produce run has left.
    Consume,
    /// In and out at once.
    Both,
    /// At so many records a second, measured end to end.
    EndToEnd(u64),
}

/// One combination of settings, run many times against each broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub workload: Workload,
    pub records: u64,
    pub record_bytes: usize,
    pub batch_bytes: usize,
    pub linger_ms: u32,
    pub partitions: i32,
    /// Whether an acknowledgement means synced.
    pub durable: bool,
}

impl Cell {
    fn new(
        workload: Workload,
        record_bytes: usize,
        batch_bytes: usize,
        partitions: i32,
        durable: bool,
    ) -> Cell {
        // Long enough for seconds of the fastest broker, short enough for the slowest.
        let records = match (workload, durable && batch_bytes == SMALL_BATCH) {
            (Workload::EndToEnd(rate), _) => rate * 5,
            (_, true) => 1_500_000,
            (_, false) => 4_000_000,
        };
        let records = if matches!(workload, Workload::EndToEnd(_)) || record_bytes < 1024 {
            records
        } else {
            records / 5
        };
        let linger_ms = if matches!(workload, Workload::EndToEnd(_)) { 0 } else { 5 };
        Cell { workload, records, record_bytes, batch_bytes, linger_ms, partitions, durable }
    }

    /// What a person calls it.
    pub fn label(&self) -> String {
        let size = |bytes: usize| match bytes {
            MEGABYTE_BATCH => "1 MB".to_owned(),
            bytes if bytes % 1024 == 0 => format!("{} KiB", bytes >> 10),
            bytes => format!("{bytes} B"),
        };
        let what = match self.workload {
            Workload::Produce => "produce".to_owned(),
            Workload::Consume => "consume".to_owned(),
            Workload::Both => "in and out".to_owned(),
            Workload::EndToEnd(rate) => format!("end to end {} k/s", rate / 1000),
        };
        let batches = match self.workload {
            Workload::EndToEnd(_) => String::new(),
            _ => format!(", {} batches", size(self.batch_bytes)),
        };
        let partitions =
            if self.partitions == 1 { String::new() } else { format!(", {} partitions", self.partitions) };
        let durable = if self.durable { ", durable" } else { "" };
        format!("{what}, {}{batches}{partitions}{durable}", size(self.record_bytes))
    }

    /// The consume cell that reads what a run of this one has left.
    pub fn consumed(&self) -> Cell {
        Cell { workload: Workload::Consume, ..self.clone() }
    }

    /// Bytes that one run adds to the broker's page cache, roughly.
    pub fn bytes(&self) -> u64 {
        self.records * (self.record_bytes as u64 + 12)
    }
}

/// What is run when nothing is said: what the claims rest on, in minutes.
pub fn quick() -> Vec<Cell> {
    let mut cells = vec![
        Cell::new(Workload::Produce, 100, MEGABYTE_BATCH, 1, false),
        Cell::new(Workload::Produce, 100, SMALL_BATCH, 1, false),
        Cell::new(Workload::Produce, 1024, MEGABYTE_BATCH, 1, false),
    ];
    for (batch, partitions) in [(MEGABYTE_BATCH, 1), (SMALL_BATCH, 1), (SMALL_BATCH, 100)] {
        cells.push(Cell::new(Workload::Produce, 100, batch, partitions, true));
    }
    cells.push(Cell::new(Workload::Both, 100, SMALL_BATCH, 1, true));
    cells.extend(
        [1, 100]
            .map(|partitions| Cell::new(Workload::EndToEnd(20_000), 100, MEGABYTE_BATCH, partitions, true)),
    );
    cells
}

/// Every combination.
pub fn full() -> Vec<Cell> {
    let mut cells = Vec::new();
    for workload in [Workload::Produce, Workload::Both] {
        for durable in [false, true] {
            for (record, batch) in
                [(100, MEGABYTE_BATCH), (100, SMALL_BATCH), (1024, MEGABYTE_BATCH), (1024, SMALL_BATCH)]
            {
                cells.extend(
                    [1, 100].map(|partitions| Cell::new(workload, record, batch, partitions, durable)),
                );
            }
        }
    }
    for rate in [1_000, 20_000, 100_000] {
        for durable in [false, true] {
            let end_to_end = Workload::EndToEnd(rate);
            cells.extend(
                [1, 100].map(|partitions| Cell::new(end_to_end, 100, MEGABYTE_BATCH, partitions, durable)),
            );
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_full_grid_has_the_quick_one_and_no_label_twice() {
        let full = full();
        assert!(quick().iter().all(|cell| full.contains(cell)));
        let labels: BTreeSet<String> = full.iter().map(Cell::label).collect();
        assert_eq!((full.len(), labels.len()), (44, 44));
    }

    #[test]
    fn labels_say_what_differs() {
        let cell = Cell::new(Workload::Produce, 100, SMALL_BATCH, 100, true);
        assert_eq!(cell.label(), "produce, 100 B, 16 KiB batches, 100 partitions, durable");
        assert_eq!(
            Cell::new(Workload::Both, 1024, MEGABYTE_BATCH, 1, false).label(),
            "in and out, 1 KiB, 1 MB batches"
        );
        let end_to_end = Cell::new(Workload::EndToEnd(20_000), 100, MEGABYTE_BATCH, 1, true);
        assert_eq!(end_to_end.label(), "end to end 20 k/s, 100 B, durable");
    }
}
