//! Ten thousand lives that end in a power cut, at any operation of the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::support::Lies;
use crate::world::{Conditions, Tally, World};

/// Seeds of the main test, lives under each; the others have half of the seeds.
const SEEDS: u64 = 2_500;
const LIVES: u32 = 6;

/// Runs this one seed alone, to look at it.
const SEED_VARIABLE: &str = "TIDELOG_TEST_SEED";
/// Runs so many seeds, for a long run.
const SEEDS_VARIABLE: &str = "TIDELOG_TEST_SEEDS";

const DEATHS: Conditions = Conditions {
    deaths: true,
    faults: false,
    small_disk: false,
    two_disks: false,
    acknowledges_before_sync: false,
    lies: Lies { files: &[], directories: false },
};

#[test]
fn whatever_was_acknowledged_survives_a_power_cut_at_any_operation() {
    let tally = survive(SEEDS, DEATHS);
    assert!(tally.power_cuts > 10_000 && tally.kills > 2_000 && tally.full_rings > 200, "{tally:?}");
    assert!(tally.acknowledged > 50_000 && tally.redone > 50_000, "{tally:?}");
}

#[test]
fn a_journal_on_a_disk_of_its_own_is_as_safe() {
    let tally = survive(SEEDS / 2, Conditions { two_disks: true, ..DEATHS });
    assert!(tally.power_cuts > 5_000 && tally.acknowledged > 30_000, "{tally:?}");
}

#[test]
fn a_disk_that_fails_stops_the_directory_and_loses_nothing_acknowledged() {
    let tally = survive(SEEDS / 2, Conditions { faults: true, ..DEATHS });
    assert!(tally.failures > 1_000 && tally.acknowledged > 20_000, "{tally:?}");
}

#[test]
fn a_disk_that_runs_full_loses_nothing_and_recovers_when_it_is_freed() {
    let tally = survive(SEEDS / 2, Conditions { small_disk: true, ..DEATHS });
    assert!(tally.refused_appends > 1_000 && tally.acknowledged > 20_000, "{tally:?}");
}

/// The harness must be able to find something: each of these is a bug that somebody could write.
#[test]
fn sabotage_is_found() {
    let lying = |files| Lies { files, directories: false };
    let sabotages = [
        ("acknowledges before the sync", Conditions { acknowledges_before_sync: true, ..DEATHS }),
        ("checkpoints do not sync .log files", Conditions { lies: lying(&[".log"]), ..DEATHS }),
        ("checkpoints do not sync .bix files", Conditions { lies: lying(&[".bix"]), ..DEATHS }),
        ("the journal is not synced", Conditions { lies: lying(&["journal"]), ..DEATHS }),
        ("the manifest is not synced", Conditions { lies: lying(&["manifest.new"]), ..DEATHS }),
        ("directories are not synced", Conditions { lies: Lies { files: &[], directories: true }, ..DEATHS }),
    ];
    for (name, conditions) in sabotages {
        match run(SEEDS, conditions).err() {
            Some(Broken { seed, what }) => {
                println!("{name}: {SEED_VARIABLE}={seed} finds {}", what.lines().next().unwrap_or_default())
            }
            None => panic!("{name}, and nobody noticed"),
        }
    }
}

/// Every seed under these conditions; panics with the line that replays the first failure.
fn survive(seeds: u64, conditions: Conditions) -> Tally {
    match run(seeds, conditions) {
        Ok(tally) => tally,
        Err(Broken { seed, what }) => panic!("{SEED_VARIABLE}={seed} replays it: {what}"),
    }
}

struct Broken {
    seed: u64,
    what: String,
}

/// All seeds on two threads, or the one that the environment names.
fn run(seeds: u64, conditions: Conditions) -> Result<Tally, Broken> {
    if let Ok(seed) = std::env::var(SEED_VARIABLE) {
        let seed = seed.parse().expect("a number");
        return run_seed(seed, conditions);
    }
    let seeds = std::env::var(SEEDS_VARIABLE).map_or(seeds, |seeds| seeds.parse().expect("a number"));
    let next_seed = AtomicU64::new(0);
    let total = Mutex::new(Ok(Tally::default()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next_seed.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let result = run_seed(seed, conditions);
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *total, result) {
                        (Ok(total), Ok(tally)) => total.add(tally),
                        (Ok(_), Err(broken)) => {
                            *total = Err(broken);
                            next_seed.store(seeds, Ordering::Relaxed);
                        }
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn run_seed(seed: u64, conditions: Conditions) -> Result<Tally, Broken> {
    let mut world = World::new(seed, conditions);
    let result = catch_unwind(AssertUnwindSafe(|| world.run(LIVES)));
    match result {
        Ok(Ok(())) => Ok(world.tally),
        Ok(Err(what)) => Err(Broken { seed, what }),
        Err(_) => Err(Broken { seed, what: "it panicked, see above".to_string() }),
    }
}
