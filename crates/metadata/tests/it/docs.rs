//! `docs/kafka-config.md` says what the tables say. Run with `TIDELOG_WRITE_DOCS=1` to write it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use tidelog_metadata::{ConfigKey, Support, broker_keys, client_metrics_keys, group_keys, topic_keys};

const HEAD: &str = "\
# Kafka's configs in Tidelog

Tidelog knows every topic, broker, group and client-metrics config of Apache Kafka 4.4 by name, type, default and rule: a
value that Kafka refuses is refused, and what is set is shown by `kafka-configs --describe` as Kafka shows it. This page
lists what Tidelog does *not* act on, and why. `tidelog config explain NAME` says the same of one config, with its meaning.

Three words. *Waits*: kept and shown, without effect until Tidelog has what it is for. *Never needed*: kept and shown,
without effect for ever. *An option here*: said to `tidelog serve` in another way, and refused as a config.

Brokers take every *live* config at run time, for one broker or for all; topics follow at once.

(This page is made from the tables in `crates/metadata/src/config`: `TIDELOG_WRITE_DOCS=1 cargo test -p tidelog-metadata`.)
";

fn page() -> String {
    let mut page = String::new();
    for (title, keys) in [
        ("Topics", topic_keys()),
        ("Brokers", broker_keys()),
        ("Groups", group_keys()),
        ("Clients' metrics", client_metrics_keys()),
    ] {
        let acts: Vec<_> = names(keys.iter().filter(|key| key.support == Support::Acts));
        _ = write!(page, "\n## {title}\n\n{} configs", keys.len());
        match acts.len() {
            0 => page.push_str(", none of which acts yet.\n"),
            count => _ = writeln!(page, "; {count} act: {}.", acts.join(", ")),
        }
        let mut without_effect: BTreeMap<(u8, &str), Vec<&ConfigKey>> = BTreeMap::new();
        for key in keys {
            let reason = match key.support {
                Support::Acts => continue,
                Support::Waits(what) => (0, what),
                Support::Ignored(why) => (1, why),
                Support::Elsewhere(option) => (2, option),
            };
            without_effect.entry(reason).or_default().push(key);
        }
        for ((kind, reason), keys) in without_effect {
            let heading = match kind {
                0 => format!("Waits for {reason}"),
                1 => format!("Never needed: {reason}"),
                _ => format!("An option here: `{reason}`"),
            };
            _ = writeln!(page, "\n### {heading}\n\n{}.", names(keys.into_iter()).join(", "));
        }
    }
    HEAD.to_owned() + &wrapped(&page)
}

fn names<'a>(keys: impl Iterator<Item = &'a ConfigKey>) -> Vec<String> {
    keys.map(|key| format!("`{}`", key.name)).collect()
}

/// Lines of at most 120 characters, broken behind a comma.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut width = 0;
        for (index, word) in line.split(' ').enumerate() {
            if index > 0 && width + 1 + word.len() > 120 && !line.starts_with('#') {
                out.push('\n');
                width = 0;
            } else if index > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += word.len();
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_page_of_configs_says_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/kafka-config.md");
    let page = page();
    if env::var_os("TIDELOG_WRITE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/kafka-config.md is not what the tables say: run with TIDELOG_WRITE_DOCS=1"
    );
}
