//! `tidelog topic`: create, list, describe, alter, delete, trim.
//!
//! Where several topics are named each is done by itself: what fails is told, and does not stop the others.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidelog_client::{
    Admin, AdminError, ConfigChange, ConfigEntry, ConfigOperation, ConfigSource, ErrorCode, NewTopic, Offset,
    PartitionDescription, PartitionId, StartAt, TopicDescription, TopicId,
};

use crate::Context;
use crate::error::{CliError, Exit};
use crate::output::Column::{Left, Right};
use crate::output::Output;
use crate::settings::key_value;
use crate::units::{self, Point};

/// Create, list, describe, alter, delete and trim topics.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  tidelog topic create events --partitions 12 --config retention.ms=3600000
  tidelog topic describe events")]
pub enum Command {
    /// Create topics
    Create(CreateArgs),
    /// List topics
    List(ListArgs),
    /// Show topics with their partitions, and the settings that are not the defaults
    Describe(DescribeArgs),
    /// Change settings, add partitions
    Alter(AlterArgs),
    /// Delete topics with all of their records, for ever
    Delete(DeleteArgs),
    /// Delete the oldest records, for ever
    Trim(TrimArgs),
}

/// Options of `topic create`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog topic create events
  tidelog topic create events clicks --partitions 12
  tidelog topic create state --config cleanup.policy=compact")]
pub struct CreateArgs {
    /// Names: letters, digits, '.', '_' and '-'
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// How many partitions each gets [default: the broker's num.partitions]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// How many replicas each partition gets [default: the broker's default.replication.factor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    replication_factor: Option<i32>,
    /// A setting that differs from the broker's default; repeat it for more
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = key_value)]
    config: Vec<(String, String)>,
    /// A topic that exists already is no failure; it stays as it is
    #[arg(long)]
    if_not_exists: bool,
    /// Only say whether it would work
    #[arg(long)]
    dry_run: bool,
}

/// Options of `topic list`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog topic list
  tidelog topic list --output json | jq -r '.[].name'")]
pub struct ListArgs {
    /// Also those that the brokers keep for themselves
    #[arg(long)]
    internal: bool,
}

/// Options of `topic describe`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog topic describe events
  tidelog topic describe events --output json | jq '.[].partitions[].size_bytes'")]
pub struct DescribeArgs {
    /// Which
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
}

/// Options of `topic alter`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("change").required(true).multiple(true)), after_help = "\
Examples:
  tidelog topic alter events --config retention.ms=3600000
  tidelog topic alter events --delete-config retention.ms    back to the default
  tidelog topic alter events --partitions 24                 keys may move")]
pub struct AlterArgs {
    /// Which
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Give a setting a value; repeat it for more
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = key_value, group = "change")]
    config: Vec<(String, String)>,
    /// Take a setting back to the default; repeat it for more
    #[arg(short, long, value_name = "KEY", group = "change")]
    delete_config: Vec<String>,
    /// Add partitions: so many in the end
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), group = "change")]
    partitions: Option<u32>,
    /// Only say whether it would work
    #[arg(long)]
    dry_run: bool,
}

/// Options of `topic delete`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog topic delete events
  tidelog topic delete events clicks --if-exists")]
pub struct DeleteArgs {
    /// Which
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// A topic that does not exist is no failure
    #[arg(long)]
    if_exists: bool,
}

/// Options of `topic trim`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog topic trim events --before -7d              what is older than a week
  tidelog topic trim events --before 2026-01-31T00:00:00Z
  tidelog topic trim events --before 120000 -p 3      below an offset
  tidelog topic trim events --before latest           everything")]
pub struct TrimArgs {
    /// Which
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Delete the records before this: latest, an offset, a time, or a time before now such as -7d
    #[arg(long, value_name = "POINT", allow_hyphen_values = true)]
    before: Point,
    /// Only this partition; several with commas between them
    #[arg(short, long, value_name = "N", value_delimiter = ',')]
    partition: Vec<i32>,
}

/// Runs it.
pub async fn run(command: Command, context: &Context) -> Result<(), CliError> {
    let admin = context.connect().await?.admin();
    let output = context.output;
    match command {
        Command::Create(args) => create(args, &admin, output).await,
        Command::List(args) => list(&args, &admin, output).await,
        Command::Describe(args) => describe(args, &admin, output).await,
        Command::Alter(args) => alter(args, &admin, output).await,
        Command::Delete(args) => delete(args, &admin, output).await,
        Command::Trim(args) => trim(args, &admin, output).await,
    }
}

/// What became of each topic: told at once for people, as one list at the end for programs.
struct Parts {
    output: Output,
    done: Vec<Value>,
    failures: Vec<CliError>,
}

impl Parts {
    fn new(output: Output) -> Self {
        Parts { output, done: Vec::new(), failures: Vec::new() }
    }

    fn done(&mut self, sentence: String, document: Value) -> Result<(), CliError> {
        self.done.push(document);
        if self.output.is_json() { Ok(()) } else { self.output.line(sentence) }
    }

    fn end(self) -> Result<(), CliError> {
        if self.output.is_json() {
            self.output.json(&self.done)?;
        }
        self.output.end_parts(self.failures)
    }
}

async fn create(args: CreateArgs, admin: &Admin, output: Output) -> Result<(), CliError> {
    let topics = args.topics.iter().map(|name| NewTopic {
        name: name.clone(),
        partitions: args.partitions.unwrap_or(0),
        replication_factor: args.replication_factor.unwrap_or(0),
        configs: args.config.iter().cloned().collect(),
    });
    let results = admin.create_topics(topics.collect(), args.dry_run).await?;
    let mut parts = Parts::new(output);
    for (name, result) in args.topics.iter().zip(results) {
        match result {
            Ok(topic) => {
                let verb = if args.dry_run { "would create" } else { "created" };
                let partitions = units::counted(topic.partitions.into(), "partition");
                let replicas = units::counted(topic.replication_factor.into(), "replica");
                parts.done(
                    format!("{verb} topic '{name}' with {partitions}, {replicas} each"),
                    json!({
                        "name": name,
                        "topic_id": (topic.topic_id != TopicId::ZERO).then(|| topic.topic_id.to_string()),
                        "partitions": topic.partitions,
                        "replication_factor": topic.replication_factor,
                        "created": !args.dry_run,
                    }),
                )?;
            }
            Err(error) if args.if_not_exists && error.code() == Some(ErrorCode::TopicAlreadyExists) => {
                parts.done(
                    format!("topic '{name}' exists already"),
                    json!({"name": name, "created": false}),
                )?;
            }
            Err(error) => parts.failures.push(error.into()),
        }
    }
    parts.end()
}

async fn list(args: &ListArgs, admin: &Admin, output: Output) -> Result<(), CliError> {
    let topics = admin.list_topics(args.internal).await?;
    if output.is_json() {
        let topics = topics.iter().map(|topic| {
            json!({
                "name": topic.name,
                "topic_id": topic_id(&topic.topic_id),
                "partitions": topic.partitions,
                "replication_factor": topic.replication_factor,
                "internal": topic.internal,
            })
        });
        return output.json(&topics.collect::<Vec<_>>());
    }
    if topics.is_empty() {
        output.note("no topics yet: create one with `tidelog topic create NAME`");
        return Ok(());
    }
    let rows = topics.iter().map(|topic| {
        let name = if topic.internal { format!("{} (internal)", topic.name) } else { topic.name.clone() };
        let partitions = units::count(topic.partitions);
        vec![name, partitions, units::count(topic.replication_factor), topic_id(&topic.topic_id)]
    });
    output.table(&[Left("topic"), Right("partitions"), Right("replicas"), Left("id")], rows.collect())
}

async fn describe(args: DescribeArgs, admin: &Admin, output: Output) -> Result<(), CliError> {
    let results = admin.describe_topics(&args.topics).await?;
    let (mut documents, mut failures) = (Vec::new(), Vec::new());
    for (index, (name, result)) in args.topics.iter().zip(results).enumerate() {
        let topic = match result {
            Ok(topic) => topic,
            Err(error) => {
                failures.push(error.into());
                continue;
            }
        };
        let configs = admin.describe_topic_configs(name, &[]).await?;
        let set = configs.into_iter().filter(|config| config.source() != ConfigSource::Default);
        let set: Vec<ConfigEntry> = set.collect();
        if output.is_json() {
            documents.push(topic_document(&topic, &set));
        } else {
            if index > 0 {
                output.line("")?;
            }
            show_topic(&topic, &set, output)?;
        }
    }
    if output.is_json() {
        output.json(&documents)?;
    }
    output.end_parts(failures)
}

fn topic_document(topic: &TopicDescription, set: &[ConfigEntry]) -> Value {
    let partitions = topic.partitions.iter().map(|partition| {
        json!({
            "partition": partition.partition,
            "leader": partition.leader,
            "leader_epoch": partition.leader_epoch,
            "replicas": partition.replicas,
            "isr": partition.isr,
            "log_start_offset": partition.log_start_offset,
            "high_watermark": partition.high_watermark,
            "log_end_offset": partition.log_end_offset,
            "size_bytes": partition.size_bytes,
        })
    });
    let configs = set.iter().map(|config| {
        json!({"name": config.name, "value": config.value, "source": super::config::source(config.source())})
    });
    json!({
        "name": topic.name,
        "topic_id": topic_id(&topic.topic_id),
        "internal": topic.internal,
        "partitions": partitions.collect::<Vec<_>>(),
        "configs": configs.collect::<Vec<_>>(),
    })
}

fn show_topic(topic: &TopicDescription, set: &[ConfigEntry], output: Output) -> Result<(), CliError> {
    let records: i64 = topic.partitions.iter().filter_map(readable).sum();
    let size_bytes: i64 = topic.partitions.iter().filter_map(|partition| partition.size_bytes).sum();
    output.line(format!(
        "{}  {}  {}, {}, {}",
        output.bold(&topic.name),
        output.dim(topic_id(&topic.topic_id)),
        units::counted(topic.partitions.len() as u64, "partition"),
        units::counted(records.unsigned_abs(), "record"),
        units::bytes(size_bytes.unsigned_abs()),
    ))?;
    output.line("")?;
    let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), units::count);
    let rows = topic.partitions.iter().map(|partition| {
        let size = partition.size_bytes.map(|size| units::bytes(size.unsigned_abs()));
        vec![
            partition.partition.to_string(),
            partition.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string()),
            nodes(&partition.replicas),
            nodes(&partition.isr),
            number(partition.log_start_offset),
            number(partition.high_watermark),
            number(readable(partition)),
            size.unwrap_or_else(|| "-".to_owned()),
        ]
    });
    let columns = [
        Right("partition"),
        Right("leader"),
        Left("replicas"),
        Left("in sync"),
        Right("first offset"),
        Right("next offset"),
        Right("records"),
        Right("size"),
    ];
    output.table(&columns, rows.collect())?;
    if set.is_empty() {
        return Ok(());
    }
    output.line("")?;
    let rows = set.iter().map(|config| {
        let value = config.value.clone().unwrap_or_else(|| "-".to_owned());
        let default = config.default_value.clone().unwrap_or_else(|| "-".to_owned());
        vec![config.name.clone(), value, default, super::config::source(config.source()).to_owned()]
    });
    output.table(&[Left("setting"), Left("value"), Left("default"), Left("set by")], rows.collect())
}

/// How many offsets readers may read.
fn readable(partition: &PartitionDescription) -> Option<i64> {
    Some(partition.high_watermark? - partition.log_start_offset?)
}

async fn alter(args: AlterArgs, admin: &Admin, output: Output) -> Result<(), CliError> {
    let change = |name: &str, operation: ConfigOperation, value: &str| ConfigChange {
        name: name.to_owned(),
        operation: operation.into(),
        value: value.to_owned(),
    };
    let sets = args.config.iter().map(|(key, value)| change(key, ConfigOperation::Set, value));
    let deletes = args.delete_config.iter().map(|key| change(key, ConfigOperation::Delete, ""));
    let changes: Vec<ConfigChange> = sets.chain(deletes).collect();
    let mut parts = Parts::new(output);
    for name in &args.topics {
        match alter_one(&args, &changes, name, admin).await {
            Ok(()) => {
                let verb = if args.dry_run { "would alter" } else { "altered" };
                parts.done(
                    format!("{verb} topic '{name}'"),
                    json!({"name": name, "altered": !args.dry_run}),
                )?;
            }
            Err(error) => parts.failures.push(error.into()),
        }
    }
    parts.end()
}

async fn alter_one(
    args: &AlterArgs,
    changes: &[ConfigChange],
    name: &str,
    admin: &Admin,
) -> Result<(), AdminError> {
    if !changes.is_empty() {
        admin.alter_topic_configs(name, changes.to_vec(), args.dry_run).await?;
    }
    match args.partitions {
        Some(total) => admin.create_partitions(name, total, args.dry_run).await,
        None => Ok(()),
    }
}

async fn delete(args: DeleteArgs, admin: &Admin, output: Output) -> Result<(), CliError> {
    let mut parts = Parts::new(output);
    for name in &args.topics {
        match admin.delete_topic(name).await {
            Ok(()) => {
                parts.done(format!("deleted topic '{name}'"), json!({"name": name, "deleted": true}))?
            }
            Err(error) if args.if_exists && error.is_unknown_topic() => {
                parts.done(
                    format!("topic '{name}' does not exist"),
                    json!({"name": name, "deleted": false}),
                )?;
            }
            Err(error) => parts.failures.push(error.into()),
        }
    }
    parts.end()
}

async fn trim(args: TrimArgs, admin: &Admin, output: Output) -> Result<(), CliError> {
    let (mut trimmed, mut failures) = (Vec::new(), Vec::new());
    for name in &args.topics {
        match trim_one(&args, name, admin).await {
            Ok(starts) => {
                trimmed.extend(starts.into_iter().map(|(partition, start)| (name, partition, start)))
            }
            Err(error) => failures.push(error),
        }
    }
    if output.is_json() {
        let documents = trimmed.iter().map(|(name, partition, start)| {
            json!({"name": name, "partition": partition, "log_start_offset": start})
        });
        output.json(&documents.collect::<Vec<_>>())?;
    } else if !trimmed.is_empty() {
        let row = |(name, partition, start): (&String, i32, i64)| {
            vec![name.clone(), partition.to_string(), units::count(start)]
        };
        let rows = trimmed.into_iter().map(row).collect();
        output.table(&[Left("topic"), Right("partition"), Right("first offset")], rows)?;
    }
    output.end_parts(failures)
}

/// Where each partition begins afterwards.
async fn trim_one(args: &TrimArgs, name: &str, admin: &Admin) -> Result<Vec<(i32, i64)>, CliError> {
    let ends = offsets(admin, name, StartAt::Latest).await?;
    let point = args.before.start_at();
    let befores = match point {
        StartAt::Latest => ends,
        StartAt::Offset(offset) => ends.into_keys().map(|partition| (partition, offset)).collect(),
        // All records of a partition may be older: then it is trimmed to the end that it had before the time was looked
        // up, so that a record that comes meanwhile stays.
        _ => ends.into_iter().chain(offsets(admin, name, point).await?).collect(),
    };
    let partitions = match &args.partition[..] {
        [] => befores.keys().copied().collect(),
        named => named.iter().map(|partition| PartitionId(*partition)).collect::<Vec<_>>(),
    };
    let mut starts = Vec::new();
    for partition in partitions {
        let Some(before) = befores.get(&partition) else {
            let message =
                format!("topic '{name}' has no partition {partition}, only 0 to {}", befores.len() - 1);
            return Err(CliError::new(Exit::NotFound, message));
        };
        starts.push((partition.0, admin.delete_records(name, partition, Some(*before)).await?.0));
    }
    Ok(starts)
}

/// Where a point is in each partition that has it.
async fn offsets(
    admin: &Admin,
    name: &str,
    point: StartAt,
) -> Result<BTreeMap<PartitionId, Offset>, AdminError> {
    let found = admin.list_offsets(name, point).await?;
    Ok(found.into_iter().filter_map(|(partition, found)| Some((partition, found?.offset))).collect())
}

fn nodes(ids: &[i32]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// As people write it.
fn topic_id(bytes: &[u8]) -> String {
    <[u8; 16]>::try_from(bytes)
        .map_or_else(|_| "-".to_owned(), |bytes| TopicId::from_bytes(bytes).to_string())
}
