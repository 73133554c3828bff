//! `docs/formats.md` against the code: its drawings and its numbers.

use std::collections::BTreeMap;

use tidelog_model::{LeaderEpoch, Offset, PartitionId, TimestampMs, TopicId, TopicPartition};

use crate::bytes_io::Writer;
use crate::index::{ENTRIES_AT, ENTRY_BYTES};
use crate::journal::{BLOCK_BYTES, FRAME_HEADER_BYTES};
use crate::layout::{HEADER_BYTES, Kind, VERSION};
use crate::manifest::Manifest;
use crate::op::{self, Cut, Entry, LogId, NewSegment, Op, PREFIX_BYTES};
use crate::segment::Segment;
use crate::state::{LogState, SNAPSHOTS_KEPT};

const PAGE: &str = include_str!("../../../docs/formats.md");

/// Where a field begins, and its bytes; without, it is as long as it is.
type Field = (usize, Option<usize>);

/// The fields of every drawing, each with the last line of text before it.
fn drawings() -> Vec<(&'static str, Vec<Field>)> {
    let mut drawings = Vec::new();
    let mut title = "";
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if line == "```text" {
            let fields = lines.by_ref().take_while(|line| *line != "```").filter_map(field);
            drawings.push((title, fields.collect()));
        } else if !line.is_empty() {
            title = line;
        }
    }
    drawings
}

fn field(line: &str) -> Option<Field> {
    let mut words = line.split_whitespace();
    let (at, bytes) = (words.next()?.parse().ok()?, words.next()?);
    if bytes == "…" { Some((at, None)) } else { Some((at, Some(bytes.parse().ok()?))) }
}

/// Where the fields of known length end in the drawing under this title.
fn end_of(title: &str) -> usize {
    let titled: Vec<_> = drawings().into_iter().filter(|drawing| drawing.0.starts_with(title)).collect();
    assert_eq!(titled.len(), 1, "drawings under '{title}'");
    titled[0].1.iter().filter_map(|(at, bytes)| bytes.map(|bytes| at + bytes)).next_back().unwrap()
}

#[test]
fn fields_follow_one_another_in_every_drawing() {
    let drawings: Vec<_> = drawings().into_iter().filter(|(_, fields)| !fields.is_empty()).collect();
    assert_eq!(drawings.len(), 22);
    for (title, fields) in drawings {
        for pair in fields.windows(2) {
            let (at, bytes) = pair[0];
            assert_eq!(at + bytes.expect("only the last is open"), pair[1].0, "after {at} under '{title}'");
        }
    }
}

#[test]
fn drawings_end_where_the_code_ends_them() {
    let partition = TopicPartition { topic: TopicId(1), partition: PartitionId(2) };
    let segment = NewSegment { base: Offset(3), file_number: 4, created: TimestampMs(5) };
    let cut = Cut { length: 1, batches: 1, records: 1, end: Offset(1), max_timestamp: TimestampMs(1) };
    let operation = |op| {
        let mut bytes = Vec::new();
        Entry { log: LogId(1), op }.encode_head(&mut bytes);
        bytes.len()
    };
    let state = |encode: &dyn Fn(&mut Writer)| {
        let mut out = Writer::with_capacity(0);
        encode(&mut out);
        out.as_slice().len()
    };
    let ends = [
        ("In front of every file of ours", HEADER_BYTES),
        ("The manifest:", HEADER_BYTES + Manifest::empty().encode().len()),
        ("A log's state", state(&|out| LogState::new().encode(out))),
        ("A segment, as far", state(&|out| Segment::new(segment).encode(out))),
        ("The ring:", BLOCK_BYTES as usize),
        ("A frame:", FRAME_HEADER_BYTES),
        ("Each operation begins", operation(Op::Delete)),
        ("create:", operation(Op::Create { partition })),
        ("roll:", operation(Op::Roll { segment, producers: None })),
        ("truncate, where no", operation(Op::Truncate { to: Offset(3), cut: None, segment })),
        ("truncate, with what", operation(Op::Truncate { to: Offset(3), cut: Some(cut), segment })),
        ("trim:", operation(Op::Trim { start: Offset(1) })),
        ("epoch:", operation(Op::Epoch { epoch: LeaderEpoch(1), start: Offset(1) })),
        ("base offset and leader", tidelog_record::layout::HEADER_BYTES),
        ("The batch index:", ENTRIES_AT as usize),
        ("An entry:", ENTRY_BYTES),
    ];
    for (title, expected) in ends {
        assert_eq!(end_of(title), expected, "under '{title}'");
    }
}

#[test]
fn the_numbers_are_the_codes() {
    let code: BTreeMap<&str, usize> = [
        ("VERSION", usize::from(VERSION)),
        ("HEADER_BYTES", HEADER_BYTES),
        ("Kind::Identity", Kind::Identity as usize),
        ("Kind::Manifest", Kind::Manifest as usize),
        ("Kind::Journal", Kind::Journal as usize),
        ("Kind::BatchIndex", Kind::BatchIndex as usize),
        ("BLOCK_BYTES", BLOCK_BYTES as usize),
        ("FRAME_HEADER_BYTES", FRAME_HEADER_BYTES),
        ("CREATE", op::CREATE.into()),
        ("DELETE", op::DELETE.into()),
        ("APPEND", op::APPEND.into()),
        ("ROLL", op::ROLL.into()),
        ("TRUNCATE", op::TRUNCATE.into()),
        ("TRIM", op::TRIM.into()),
        ("EPOCH", op::EPOCH.into()),
        ("PREFIX_BYTES", PREFIX_BYTES),
        ("ENTRIES_AT", ENTRIES_AT as usize),
        ("ENTRY_BYTES", ENTRY_BYTES),
        ("SNAPSHOTS_KEPT", SNAPSHOTS_KEPT),
    ]
    .into();
    let row = |line: &'static str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name, cells.next()?.parse().ok()?))
    };
    let (_, numbers) = PAGE.split_once("## Numbers").unwrap();
    assert_eq!(numbers.lines().filter_map(row).collect::<BTreeMap<&str, usize>>(), code);
}
