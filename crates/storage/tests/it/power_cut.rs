//! Ten thousand lives that end in a power cut, at any operation of the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::world::{Conditions, Tally, World};

/// Seeds, and lives under each: 10,000 lives in all.
const SEEDS: u64 = 2_500;
const LIVES: u32 = 4;

/// Runs this one seed alone, to look at it.
const SEED_VARIABLE: &str = "TIDELOG_TEST_SEED";

#[test]
fn whatever_was_acknowledged_survives_a_power_cut_at_any_operation() {
    let tally = survive(Conditions { deaths: true, ..Conditions::default() });
    println!("{tally:?}");
    assert!(tally.power_cuts > 5_000 && tally.kills > 500, "{tally:?}");
    assert!(tally.acknowledged > 50_000 && tally.redone > 10_000 && tally.full_rings > 100, "{tally:?}");
}

#[test]
fn a_journal_on_a_disk_of_its_own_is_as_safe() {
    let tally = survive(Conditions { deaths: true, two_disks: true, ..Conditions::default() });
    println!("{tally:?}");
}

/// Every seed under these conditions; panics with the line that replays the first failure.
fn survive(conditions: Conditions) -> Tally {
    match run(conditions) {
        Ok(tally) => tally,
        Err(Broken { seed, what }) => panic!("{SEED_VARIABLE}={seed} replays it: {what}"),
    }
}

struct Broken {
    seed: u64,
    what: String,
}

/// All seeds on two threads, or the one that the environment names.
fn run(conditions: Conditions) -> Result<Tally, Broken> {
    if let Ok(seed) = std::env::var(SEED_VARIABLE) {
        let seed = seed.parse().expect("a number");
        return run_seed(seed, conditions);
    }
    let next_seed = AtomicU64::new(0);
    let total = Mutex::new(Ok(Tally::default()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next_seed.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS {
                        return;
                    }
                    let result = run_seed(seed, conditions);
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *total, result) {
                        (Ok(total), Ok(tally)) => total.add(tally),
                        (Ok(_), Err(broken)) => {
                            *total = Err(broken);
                            next_seed.store(SEEDS, Ordering::Relaxed);
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
