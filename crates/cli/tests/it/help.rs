//! What the program says of itself.

use crate::node::{ended, run};

/// Every command and what its help must show.
const COMMANDS: [(&[&str], &str); 17] = [
    (&[], "tidelog consume events"),
    (&["serve"], "tidelog serve --config tidelog.toml"),
    (&["demo"], "tidelog demo"),
    (&["topic"], "tidelog topic create"),
    (&["topic", "create"], "tidelog topic create events"),
    (&["topic", "list"], "tidelog topic list"),
    (&["topic", "describe"], "tidelog topic describe events"),
    (&["topic", "alter"], "tidelog topic alter events --config"),
    (&["topic", "delete"], "tidelog topic delete events"),
    (&["topic", "trim"], "tidelog topic trim events --before -7d"),
    (&["produce"], "seq 1000 | tidelog produce events"),
    (&["consume"], "tidelog consume events --tail 10"),
    (&["bench"], "tidelog bench"),
    (&["config"], "tidelog config explain"),
    (&["config", "dump"], "tidelog config dump --server"),
    (&["config", "explain"], "tidelog config explain num.partitions"),
    (&["completions"], "tidelog completions bash"),
];

#[test]
fn the_help_of_every_command_shows_examples() {
    for (command, example) in COMMANDS {
        for flag in ["-h", "--help"] {
            let arguments: Vec<&str> = command.iter().copied().chain([flag]).collect();
            let (code, help, _) = ended(&run(&arguments));
            assert_eq!(code, 0, "{command:?}");
            let (_, examples) =
                help.split_once("Examples:\n").unwrap_or_else(|| panic!("{command:?}: {help}"));
            assert!(examples.contains(example), "{command:?} {flag}: {help}");
        }
    }
}

#[test]
fn the_long_help_explains_the_exit_codes() {
    let (_, help, _) = ended(&run(&["--help"]));
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    for code in
        ["0  done", "2  the command line", "7  another process", "10  no broker answers", "130  stopped"]
    {
        assert!(codes.contains(code), "{code}: {codes}");
    }
}

#[test]
fn the_version_names_the_commit() {
    let (code, version, _) = ended(&run(&["--version"]));
    let commit = version.strip_prefix("tidelog 0.1.0 (").and_then(|rest| rest.strip_suffix(")\n")).unwrap();
    assert_eq!(code, 0);
    assert!(
        commit == "unknown" || commit.len() >= 7 && commit.bytes().all(|b| b.is_ascii_hexdigit()),
        "{commit}"
    );
}

#[test]
fn completions_come_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, script, _) = ended(&run(&["completions", shell]));
        assert_eq!(code, 0);
        assert!(script.contains("--key-separator") || script.contains("key-separator"), "{shell}");
    }
}
