//! `tidelog demo`.

use crate::Context;
use crate::error::CliError;

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub async fn run(_args: Args, _context: &Context) -> Result<(), CliError> {
    Err(CliError::failed("`tidelog demo` is not built yet"))
}
