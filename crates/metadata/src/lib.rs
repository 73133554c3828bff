//! Cluster metadata: records, image, decisions; all pure.
mod config;
mod image;
pub mod log;
mod name;
mod record;
pub use config::*;
pub use image::*;
pub use name::*;
pub use record::*;
