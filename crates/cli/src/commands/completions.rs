//! `tidelog completions`: what the shell needs to complete commands and options.

use clap_complete::Shell;

use crate::Context;
use crate::error::CliError;

/// Options of `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog completions bash > ~/.local/share/bash-completion/completions/tidelog
  tidelog completions zsh > ~/.zfunc/_tidelog
  tidelog completions fish > ~/.config/fish/completions/tidelog.fish")]
pub struct Args {
    /// For which shell
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "tidelog", &mut script);
    context.output.print(script)
}
