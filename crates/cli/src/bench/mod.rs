//! `tidelog bench`.

use crate::Context;
use crate::error::CliError;

/// Options of `bench`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub async fn run(_args: Args, _context: &Context) -> Result<(), CliError> {
    Err(CliError::failed("`tidelog bench` is not built yet"))
}
