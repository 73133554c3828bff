//! The log directory as a black box: what it promises, on a disk that loses power, fails, runs full and rots.

mod commit;
mod fuzz;
mod golden;
mod identity;
mod journal;
mod limits;
mod log;
mod model;
mod power_cut;
mod reads;
mod recovery;
mod rot;
mod stress;
mod support;
mod threads;
mod world;
