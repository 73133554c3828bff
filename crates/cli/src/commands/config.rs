//! `tidelog config`: what is set, by whom, and what it means.

use serde_json::{Value, json};
use tidelog_client::{Admin, ConfigEntry, ConfigSource, NodeId};
use tidelog_metadata::{ConfigKey, ConfigMap, Origin, Scope, Support, Unit, Update, find_key};

use crate::Context;
use crate::error::{CliError, Exit};
use crate::output::Column::Left;
use crate::output::Output;
use crate::settings::{Settings, SettingsArgs};
use crate::units;

/// Show and explain settings.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  tidelog config dump --changed
  tidelog config explain retention.ms")]
pub enum Command {
    /// Show every setting with its value and where it comes from
    Dump(DumpArgs),
    /// Say what a setting means, takes and does
    Explain(ExplainArgs),
}

/// Options of `config dump`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog config dump                   what `tidelog serve` would use here
  tidelog config dump --config tidelog.toml --changed
  tidelog config dump --server          what the running node uses
  tidelog config dump --topic events    what counts for a topic")]
pub struct DumpArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Ask the node at --bootstrap what it uses
    #[arg(long, conflicts_with = "topic")]
    server: bool,
    /// Ask the node at --bootstrap what counts for this topic
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// Only what is not the default
    #[arg(long)]
    changed: bool,
}

/// Options of `config explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog config explain num.partitions
  tidelog config explain retention.ms tidelog.durability")]
pub struct ExplainArgs {
    /// Names of settings
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
}

/// Runs it.
pub async fn run(command: Command, context: &Context) -> Result<(), CliError> {
    match command {
        Command::Dump(args) => dump(args, context).await,
        Command::Explain(args) => explain(&args, context.output),
    }
}

/// One setting as it is shown.
struct Shown {
    name: String,
    value: Option<String>,
    source: &'static str,
}

const DEFAULT: &str = "default";

async fn dump(args: DumpArgs, context: &Context) -> Result<(), CliError> {
    let mut settings = match &args.topic {
        Some(topic) => {
            let admin = context.connect().await?.admin();
            from_server(admin.describe_topic_configs(topic, &[]).await?)
        }
        None if args.server => {
            let admin = context.connect().await?.admin();
            let node = NodeId(args.settings.node_id.map_or(any_node(&admin).await, Ok)?);
            from_server(admin.describe_broker_configs(node, &[]).await?)
        }
        None => from_here(&Settings::read(&args.settings, &context.global)?),
    };
    settings.retain(|setting| !args.changed || setting.source != DEFAULT);
    let output = context.output;
    if output.is_json() {
        let document =
            |Shown { name, value, source }| json!({"name": name, "value": value, "source": source});
        return output.json(&settings.into_iter().map(document).collect::<Vec<Value>>());
    }
    if settings.is_empty() {
        output.note("everything is the default");
        return Ok(());
    }
    let row = |Shown { name, value, source }: Shown| {
        vec![
            name,
            value.filter(|value| !value.is_empty()).unwrap_or_else(|| "-".to_owned()),
            source.to_owned(),
        ]
    };
    output.table(&[Left("setting"), Left("value"), Left("set by")], settings.into_iter().map(row).collect())
}

/// The node that answers for the cluster.
async fn any_node(admin: &Admin) -> Result<i32, CliError> {
    let cluster = admin.describe_cluster().await?;
    let first = cluster.nodes.first().map(|node| node.node_id);
    cluster.controller.or(first).ok_or_else(|| {
        CliError::new(Exit::NotFound, "the cluster names no node").fix("say which with --node-id")
    })
}

fn from_server(configs: Vec<ConfigEntry>) -> Vec<Shown> {
    let shown = configs.into_iter().map(|config| {
        let source = source(config.source());
        Shown { name: config.name, value: config.value, source }
    });
    shown.collect()
}

fn from_here(settings: &Settings) -> Vec<Shown> {
    let none = ConfigMap::new();
    let options = settings.options.iter().map(|option| Shown {
        name: option.name.to_owned(),
        value: Some(option.value.clone()),
        source: option.origin.map_or(DEFAULT, written_in),
    });
    let keys = settings.layers(&none).describe_broker();
    let keys = keys.into_iter().map(|explanation| Shown {
        name: explanation.key.name.to_owned(),
        value: explanation.value,
        source: match explanation.source {
            tidelog_metadata::ConfigSource::Written(origin) => written_in(origin),
            _ => DEFAULT,
        },
    });
    options.chain(keys).collect()
}

const fn written_in(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "file",
        Origin::Environment => "environment",
        Origin::CommandLine => "command line",
    }
}

/// Where a value comes from, in a word or two.
pub const fn source(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Unspecified => "unknown",
        ConfigSource::Default => DEFAULT,
        ConfigSource::File => "file",
        ConfigSource::Environment => "environment",
        ConfigSource::CommandLine => "command line",
        ConfigSource::Topic => "topic",
    }
}

fn explain(args: &ExplainArgs, output: Output) -> Result<(), CliError> {
    let (mut documents, mut failures, mut shown) = (Vec::new(), Vec::new(), 0);
    for name in &args.keys {
        let keys = find(name);
        if keys.is_empty() {
            failures.push(unknown(name));
        }
        for key in keys {
            if output.is_json() {
                documents.push(document(key));
                continue;
            }
            if shown > 0 {
                output.line("")?;
            }
            shown += 1;
            show(key, output)?;
        }
    }
    if output.is_json() {
        output.json(&documents)?;
    }
    output.end_parts(failures)
}

/// A topic, a broker and others may have settings of one name.
fn find(name: &str) -> Vec<&'static ConfigKey> {
    [Scope::Topic, Scope::Broker, Scope::Group, Scope::ClientMetrics]
        .into_iter()
        .filter_map(|scope| find_key(scope, name).ok())
        .collect()
}

fn unknown(name: &str) -> CliError {
    let errors = [Scope::Topic, Scope::Broker].into_iter().filter_map(|scope| find_key(scope, name).err());
    let suggestion = errors.filter_map(|error| error.suggestion).next();
    let message = format!("'{name}' is not a setting");
    let error = CliError::new(Exit::Configuration, message);
    match suggestion {
        Some(suggestion) => error.fix(format!("did you mean {suggestion}?")),
        None => error
            .fix("`tidelog config dump` lists the broker's, `tidelog config dump --topic TOPIC` a topic's"),
    }
}

fn scope(key: &ConfigKey) -> &'static str {
    match key.scope {
        Scope::Topic => "topic",
        Scope::Broker => "broker",
        Scope::Group => "group",
        Scope::ClientMetrics => "client metrics",
    }
}

/// Whether it does anything, and what it waits for or why not.
fn support(key: &ConfigKey) -> (&'static str, Option<&'static str>) {
    match key.support {
        Support::Acts => ("acts", None),
        Support::Waits(what) => ("waits", Some(what)),
        Support::Ignored(why) => ("ignored", Some(why)),
        Support::Elsewhere(option) => ("option", Some(option)),
    }
}

fn document(key: &ConfigKey) -> Value {
    let (support, why) = support(key);
    json!({
        "name": key.name,
        "scope": scope(key),
        "doc": key.doc,
        "type": key.value_type.as_str(),
        "takes": key.expects(),
        "unit": (key.unit != Unit::None).then(|| key.unit.to_string()),
        "default": key.default,
        "synonyms": key.synonyms,
        "restart": key.update == Update::Restart,
        "support": support,
        "why": why,
    })
}

/// How wide a text is set.
const TEXT_WIDTH: usize = 80;

fn show(key: &ConfigKey, output: Output) -> Result<(), CliError> {
    output.line(format!("{}  {}", output.bold(key.name), output.dim(format!("{} setting", scope(key)))))?;
    output.line("")?;
    for line in units::wrap(key.doc, TEXT_WIDTH) {
        output.line(format!("  {line}"))?;
    }
    output.line("")?;
    let default = key.default.filter(|default| !default.is_empty()).unwrap_or("none");
    let default = match reading(key, default) {
        Some(reading) => format!("{default} {}", output.dim(format!("({reading})"))),
        None => default.to_owned(),
    };
    let effect = match key.support {
        Support::Acts => "Tidelog acts on it".to_owned(),
        Support::Waits(what) => format!("kept and shown, without effect until there is {what}"),
        Support::Ignored(why) => format!("kept and shown, without effect: {why}"),
        Support::Elsewhere(option) => format!("never set: here it is the option {option}"),
    };
    let mut rows = vec![
        ("type", key.value_type.as_str().to_lowercase()),
        ("takes", key.expects()),
        ("default", default),
        ("set it", set_with(key)),
        ("effect", effect),
    ];
    if !key.synonyms.is_empty() {
        let is_default = key.scope != Scope::Broker;
        let name = if is_default { "default from" } else { "together with" };
        let others = key.synonyms.iter().filter(|name| is_default || **name != key.name);
        rows.insert(3, (name, others.copied().collect::<Vec<_>>().join(", ")));
    }
    for (name, text) in rows {
        for (index, line) in units::wrap(&text, TEXT_WIDTH - 15).iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            output.line(format!("  {}  {line}", output.bold(format!("{name:<13}"))))?;
        }
    }
    Ok(())
}

fn set_with(key: &ConfigKey) -> String {
    let name = key.name;
    match key.scope {
        Scope::Topic => format!("tidelog topic alter TOPIC --config {name}=VALUE"),
        Scope::Broker => match key.support {
            Support::Elsewhere(option) => format!("tidelog serve {option} VALUE"),
            _ => format!("tidelog serve --set {name}=VALUE"),
        },
        Scope::Group | Scope::ClientMetrics => "with Kafka's tools: kafka-configs --alter".to_owned(),
    }
}

/// A large number in a unit that people read.
fn reading(key: &ConfigKey, value: &str) -> Option<String> {
    let number: u64 = value.parse().ok()?;
    if number == i64::MAX as u64 {
        return Some("no limit".to_owned());
    }
    match key.unit {
        Unit::Bytes if number >= 1000 => Some(units::bytes(number)),
        Unit::Milliseconds if number >= 1000 => Some(time(number / 1000)),
        Unit::Minutes if number >= 60 => Some(time(number * 60)),
        Unit::Hours if number >= 24 => Some(time(number * 3600)),
        _ => None,
    }
}

/// `7 days`, `1 hour`: the largest unit that goes in without a rest.
fn time(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (length, name) =
        units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    units::counted(seconds / length, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_defaults_are_read_in_a_unit_for_people() {
        let reading = |scope, name: &str| {
            let key = find_key(scope, name).unwrap();
            reading(key, key.default.unwrap())
        };
        assert_eq!(reading(Scope::Topic, "retention.ms"), Some("7 days".to_owned()));
        assert_eq!(reading(Scope::Topic, "segment.bytes"), Some("1.07 GB".to_owned()));
        assert_eq!(reading(Scope::Topic, "max.compaction.lag.ms"), Some("no limit".to_owned()));
        assert_eq!(reading(Scope::Topic, "retention.bytes"), None);
        assert_eq!(reading(Scope::Broker, "num.partitions"), None);
    }

    #[test]
    fn a_name_that_nothing_has_is_met_with_one_that_was_meant() {
        assert_eq!(
            unknown("retention.msec").to_string(),
            "'retention.msec' is not a setting: did you mean retention.ms?"
        );
        assert_eq!(
            unknown("colour").to_string(),
            "'colour' is not a setting: `tidelog config dump` lists the broker's, `tidelog config dump --topic TOPIC` a \
             topic's"
        );
    }
}
