//! What makes a commit durable: the commit journal, or a sync for each dirty file.
//!
//! One round appends a batch to each of N partitions and makes all of them durable. `journal` is the storage crate as the
//! broker drives it (the segments are written behind the commit, checkpoints run when they are due); `sync per file`
//! writes each batch to its partition's file and syncs that file, by one thread and by four. Latency is that of the
//! commit; CPU is the whole round's, with everything behind the commit.
//!
//! `commit-path [DIR]` runs in a temporary directory in DIR.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tidelog_benches::{batch_of, cpu_time};
use tidelog_model::{LeaderEpoch, Now, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_storage::disk::RealDisk;
use tidelog_storage::{LogDirectory, Options};

const NOW: Now = Now { wall: TimestampMs(1_700_000_000_000), monotonic_ms: 0 };

struct Outcome {
    latency: Histogram<u64>,
    cpu_a_round: Duration,
}

fn main() {
    let parent = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    println!(
        "{:>10} {:>8}  {:>27}  {:>27}  {:>27}  {:>9} {:>9}",
        "", "", "journal", "sync per file, 1 thread", "sync per file, 4 threads", "p50", "CPU"
    );
    println!(
        "{:>10} {:>8}  {:>8} {:>8} {:>9}  {:>8} {:>8} {:>9}  {:>8} {:>8} {:>9}  {:>9} {:>9}",
        "partitions",
        "batch",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "ratio",
        "ratio"
    );
    for batch_bytes in [4 << 10, 64 << 10] {
        for partitions in [1, 10, 100, 1000] {
            if partitions * batch_bytes > 16 << 20 {
                continue;
            }
            let rounds = (2000 / partitions).clamp(20, 400);
            let directory = tempfile::tempdir_in(&parent).expect("the directory can be written");
            let journal = journal(&directory.path().join("journal"), partitions, batch_bytes, rounds);
            let one = sync_per_file(&directory.path().join("one"), partitions, batch_bytes, rounds, 1);
            let four = sync_per_file(&directory.path().join("four"), partitions, batch_bytes, rounds, 4);
            let p50 = four.p50().min(one.p50()) / journal.p50();
            let cpu = four.cpu_ms().min(one.cpu_ms()) / journal.cpu_ms();
            println!(
                "{partitions:>10} {batch_bytes:>8}  {}  {}  {}  {p50:>8.1}x {cpu:>8.1}x",
                journal.columns(),
                one.columns(),
                four.columns()
            );
        }
    }
}

impl Outcome {
    fn p50(&self) -> f64 {
        self.latency.value_at_quantile(0.5) as f64 / 1e6
    }

    fn cpu_ms(&self) -> f64 {
        self.cpu_a_round.as_secs_f64() * 1e3
    }

    fn columns(&self) -> String {
        let p99 = self.latency.value_at_quantile(0.99) as f64 / 1e6;
        format!("{:>8.3} {p99:>8.3} {:>9.3}", self.p50(), self.cpu_ms())
    }
}

fn measure(rounds: usize, mut round: impl FnMut() -> Duration) -> Outcome {
    for _ in 0..rounds / 10 {
        round();
    }
    let mut latency = Histogram::new(3).expect("three digits are allowed");
    let before = cpu_time();
    for _ in 0..rounds {
        latency.record(round().as_nanos() as u64).expect("a latency fits 64 bits");
    }
    Outcome { latency, cpu_a_round: (cpu_time() - before) / rounds as u32 }
}

fn journal(path: &Path, partitions: usize, batch_bytes: usize, rounds: usize) -> Outcome {
    let disk = Arc::new(RealDisk::new(path.to_owned()).expect("the directory can be made"));
    let (directory, _, _) =
        LogDirectory::open(disk.clone(), disk, Options::default(), 1).expect("an empty directory opens");
    let partition = |index| TopicPartition { topic: TopicId(7), partition: PartitionId(index as i32) };
    let mut logs: Vec<_> = (0..partitions).map(|index| directory.create(partition(index))).collect();
    let (header, batch) = batch_of(batch_bytes);
    measure(rounds, || {
        for log in &mut logs {
            if log.roll_is_due(&header, NOW) {
                log.roll(NOW, None);
            }
            log.append(&header, batch.clone(), LeaderEpoch(0), true).expect("there is space");
        }
        let start = Instant::now();
        while directory.write_round().expect("the ring has room").is_some() {}
        directory.sync().expect("the disk syncs");
        let latency = start.elapsed();
        directory.write_back().expect("the disk takes writes");
        if directory.checkpoint_is_due() {
            directory.checkpoint().expect("the disk syncs");
        }
        latency
    })
}

fn sync_per_file(
    path: &Path,
    partitions: usize,
    batch_bytes: usize,
    rounds: usize,
    threads: usize,
) -> Outcome {
    std::fs::create_dir_all(path).expect("the directory can be made");
    let open = |index| File::create(path.join(format!("{index}.log"))).expect("the file can be made");
    let files: Vec<File> = (0..partitions).map(open).collect();
    let (_, batch) = batch_of(batch_bytes);
    let mut position = 0;
    measure(rounds, || {
        let start = Instant::now();
        let commit = |files: &[File]| {
            for file in files {
                file.write_all_at(&batch, position).expect("there is space");
            }
            for file in files {
                file.sync_data().expect("the disk syncs");
            }
        };
        if threads == 1 {
            commit(&files);
        } else {
            std::thread::scope(|scope| {
                for chunk in files.chunks(files.len().div_ceil(threads)) {
                    scope.spawn(move || commit(chunk));
                }
            });
        }
        position += batch.len() as u64;
        start.elapsed()
    })
}
