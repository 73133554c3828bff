//! How a node is set up: what was written in three places, and what it means.
//!
//! Written: a TOML file, the environment, the command line; a later one wins. Each place has the same names: options,
//! which say where and who a node is, and settings, under Kafka's names and Tidelog's.
//!
//! ```text
//!             file                   environment                    command line
//!   option    grpc = "[::1]:9094"    TIDELOG_GRPC=[::1]:9094        --grpc [::1]:9094
//!   setting   num.partitions = 4     TIDELOG_SET_NUM_PARTITIONS=4   --set num.partitions=4
//! ```

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tidelog_broker::{KafkaListener, NodeConfig};
use tidelog_metadata::{ConfigMap, Layers, Origin, Scope, UnknownConfig, WrittenConfig, WrittenConfigError};
use tidelog_model::NodeId;

use crate::args::Global;
use crate::error::{CliError, Exit};
use crate::logging::LogFormat;

/// Where a node that nobody told where keeps its records.
const DEFAULT_DATA_DIR: &str = "tidelog-data";

/// What every variable of the environment that is a setting begins with.
const SETTING_PREFIX: &str = "TIDELOG_SET_";

/// Where settings are written.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings (command line before environment before file)")]
pub struct SettingsArgs {
    /// A TOML file with any of these options, and settings by Kafka's names [env: TIDELOG_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the records lie; made if missing [env: TIDELOG_DATA_DIR] [default: ./tidelog-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// This node's id, the same at every start [env: TIDELOG_NODE_ID] [default: 1]
    #[arg(long, value_name = "N")]
    pub node_id: Option<i32>,
    /// Where Kafka clients connect.
    #[arg(
        long,
        value_name = "LISTENERS",
        help = "Where Kafka clients connect: [NAME://]ADDR:PORT[@HOST:PORT to advertise], more after commas; port 0 takes a \
                free one [env: TIDELOG_KAFKA] [default: 127.0.0.1:9092]"
    )]
    pub kafka: Option<String>,
    /// Where gRPC listens; port 0 takes a free one [env: TIDELOG_GRPC] [default: 127.0.0.1:9094]
    #[arg(long, value_name = "ADDR")]
    pub grpc: Option<SocketAddr>,
    /// Where HTTP listens: /metrics, /healthz, /readyz [env: TIDELOG_HTTP] [default: 127.0.0.1:9096]
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// Listen also on addresses that others reach, although nothing is authenticated yet [env: TIDELOG_INSECURE_LISTEN]
    #[arg(long)]
    pub insecure_listen: bool,
    /// A setting, by Kafka's name or Tidelog's; repeat it for more [env: TIDELOG_SET_ and the name, with _ for .]
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// Splits `KEY=VALUE`.
pub fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, for example num.partitions=4".to_owned()),
    }
}

/// One name with its value, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    name: String,
    value: String,
    origin: Origin,
}

/// One of the options that are not settings, and where it was written; `None`: nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionValue {
    /// Its name in the file.
    pub name: &'static str,
    /// What it means.
    pub value: String,
    /// Where it was written.
    pub origin: Option<Origin>,
}

/// What it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub node_id: NodeId,
    pub kafka: Vec<KafkaListener>,
    pub grpc: SocketAddr,
    pub http: SocketAddr,
    pub insecure_listen: bool,
    pub log_level: String,
    pub log_format: LogFormat,
    /// The settings, checked.
    pub written: WrittenConfig,
    /// The options above, for `config dump`.
    pub options: Vec<OptionValue>,
}

impl Settings {
    /// Reads the file and the environment.
    pub fn read(args: &SettingsArgs, global: &Global) -> Result<Settings, CliError> {
        let from_environment = || std::env::var_os("TIDELOG_CONFIG").map(PathBuf::from);
        let path = args.config.clone().or_else(from_environment);
        let file = match &path {
            Some(path) => {
                let unreadable = |error| {
                    let message =
                        format!("the configuration file {} cannot be read: {error}", path.display());
                    CliError::new(Exit::Configuration, message)
                };
                Some((path.as_path(), std::fs::read_to_string(path).map_err(unreadable)?))
            }
            None => None,
        };
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with("TIDELOG_").then(|| (name, value.to_string_lossy().into_owned()))
        });
        Settings::resolve(file.as_ref().map(|(path, text)| (*path, text.as_str())), environment, args, global)
    }

    fn resolve(
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        args: &SettingsArgs,
        global: &Global,
    ) -> Result<Settings, CliError> {
        let mut written = Vec::new();
        if let Some((path, text)) = file {
            read_file(path, text, &mut written)?;
        }
        let mut environment: Vec<_> = environment.into_iter().collect();
        environment.sort();
        written.extend(environment.iter().filter_map(|(name, value)| read_variable(name, value)));
        read_command_line(args, global, &mut written);
        let sources = Sources { file: file.map(|(path, _)| path), written };
        sources.resolve()
    }

    /// The values that count, and where they come from.
    pub fn layers<'a>(&'a self, none: &'a ConfigMap) -> Layers<'a> {
        Layers { node: none, cluster: none, written: &self.written }
    }

    /// As the node takes it.
    pub fn node_config(&self, adopt_data_dir: bool) -> NodeConfig {
        NodeConfig {
            data_dir: self.data_dir.clone(),
            node_id: self.node_id,
            kafka: self.kafka.clone(),
            grpc: self.grpc,
            http: self.http,
            insecure_listen: self.insecure_listen,
            adopt_data_dir,
            written: self.written.clone(),
        }
    }
}

/// The options, by their names in the file.
const OPTIONS: [&str; 8] =
    ["data_dir", "node_id", "kafka", "grpc", "http", "insecure_listen", "log_level", "log_format"];

/// What Kafka has as settings and Tidelog as options.
const KAFKA_OPTIONS: [(&str, &str); 6] = [
    ("node.id", "node_id"),
    ("broker.id", "node_id"),
    ("log.dirs", "data_dir"),
    ("log.dir", "data_dir"),
    ("listeners", "kafka"),
    ("advertised.listeners", "kafka"),
];

fn read_file(path: &Path, text: &str, written: &mut Vec<Written>) -> Result<(), CliError> {
    let wrong = |what: String| {
        CliError::new(Exit::Configuration, format!("the configuration file {}: {what}", path.display()))
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map(|before| before.lines().count().max(1));
        let at = line.map_or(String::new(), |line| format!("line {line}: "));
        wrong(format!("{at}{}", error.message().lines().next().unwrap_or("not TOML")))
    })?;
    flatten("", &table, &mut |name, value| {
        let value = plain(value)
            .ok_or_else(|| wrong(format!("{name} holds a table in a list, which nothing takes")))?;
        if !name.contains('.') && !OPTIONS.contains(&name) {
            let options = OPTIONS.join(", ");
            let message = format!(
                "'{name}' is not an option: there are {options}, and settings such as num.partitions"
            );
            return Err(wrong(message));
        }
        written.push(Written { name: name.to_owned(), value, origin: Origin::File });
        Ok(())
    })
}

/// `num.partitions = 4` is a table in a table for TOML; here it is one name.
fn flatten(
    prefix: &str,
    table: &toml::Table,
    each: &mut impl FnMut(&str, &toml::Value) -> Result<(), CliError>,
) -> Result<(), CliError> {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(table) => flatten(&name, table, each)?,
            value => each(&name, value)?,
        }
    }
    Ok(())
}

/// A value as the command line would have it.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Array(values) => Some(values.iter().map(plain).collect::<Option<Vec<_>>>()?.join(",")),
        toml::Value::Table(_) => None,
        number_or_switch => Some(number_or_switch.to_string()),
    }
}

fn read_variable(name: &str, value: &str) -> Option<Written> {
    let name = match name.strip_prefix(SETTING_PREFIX) {
        Some(setting) => setting.to_ascii_lowercase().replace('_', "."),
        None => {
            let option = name.strip_prefix("TIDELOG_")?.to_ascii_lowercase();
            OPTIONS.contains(&option.as_str()).then_some(option)?
        }
    };
    Some(Written { name, value: value.to_owned(), origin: Origin::Environment })
}

fn read_command_line(args: &SettingsArgs, global: &Global, written: &mut Vec<Written>) {
    let format = global.log_format.map(|format| match format {
        LogFormat::Human => "human",
        LogFormat::Json => "json",
    });
    let options = [
        ("data_dir", args.data_dir.clone()),
        ("node_id", args.node_id.map(|id| id.to_string())),
        ("kafka", args.kafka.clone()),
        ("grpc", args.grpc.map(|address| address.to_string())),
        ("http", args.http.map(|address| address.to_string())),
        ("insecure_listen", args.insecure_listen.then(|| "true".to_owned())),
        ("log_level", global.log_level.clone()),
        ("log_format", format.map(str::to_owned)),
    ];
    let options = options.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let all = args.set.iter().cloned().chain(options);
    written.extend(all.map(|(name, value)| Written { name, value, origin: Origin::CommandLine }));
}

/// Everything that was written, the weakest first.
struct Sources<'a> {
    file: Option<&'a Path>,
    written: Vec<Written>,
}

impl Sources<'_> {
    fn resolve(&self) -> Result<Settings, CliError> {
        let written = self.settings()?;
        let address = |name, default: u16| {
            self.option(name, SocketAddr::from(([127, 0, 0, 1], default)), |text| {
                text.parse().map_err(|_| "an address such as 127.0.0.1:9094")
            })
        };
        let switch = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" | "" => Ok(false),
            _ => Err("true or false"),
        };
        let format = |text: &str| LogFormat::from_str(text, true).map_err(|_| "human or json");
        let settings = Settings {
            data_dir: self.option("data_dir", PathBuf::from(DEFAULT_DATA_DIR), |text| {
                (!text.is_empty()).then(|| PathBuf::from(text)).ok_or("a directory")
            })?,
            node_id: self.option("node_id", NodeId(1), |text| {
                text.parse().ok().filter(|id| *id >= 0).map(NodeId).ok_or("a whole number, at least 0")
            })?,
            kafka: self.option("kafka", vec![KafkaListener::at(SocketAddr::from(([127, 0, 0, 1], 9092)))], |text| {
                let listeners = text.split(',').map(|listener| listener.trim().parse());
                listeners.collect::<Result<_, _>>().map_err(|_| {
                    "listeners such as 127.0.0.1:9092 or PLAINTEXT://0.0.0.0:9092@broker.example.com:9092, commas between them"
                })
            })?,
            grpc: address("grpc", 9094)?,
            http: address("http", 9096)?,
            insecure_listen: self.option("insecure_listen", false, switch)?,
            log_level: self.option("log_level", "info".to_owned(), |text| Ok(text.to_owned()))?,
            log_format: self.option("log_format", LogFormat::Human, format)?,
            options: Vec::new(),
            written,
        };
        let values = [
            settings.data_dir.display().to_string(),
            settings.node_id.to_string(),
            settings.kafka.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            settings.grpc.to_string(),
            settings.http.to_string(),
            settings.insecure_listen.to_string(),
            settings.log_level.clone(),
            format!("{:?}", settings.log_format).to_lowercase(),
        ];
        let options = OPTIONS.into_iter().zip(values);
        let options = options.map(|(name, value)| {
            let origin = self.strongest(name).map(|written| written.origin);
            OptionValue { name, value, origin }
        });
        Ok(Settings { options: options.collect(), ..settings })
    }

    fn settings(&self) -> Result<WrittenConfig, CliError> {
        let settings = self.written.iter().filter(|written| !OPTIONS.contains(&written.name.as_str()));
        let settings =
            settings.map(|Written { name, value, origin }| (name.as_str(), value.as_str(), *origin));
        WrittenConfig::new(settings).map_err(|error| {
            let (origin, what) = match &error {
                WrittenConfigError::Unknown { origin, error } => (*origin, unknown(error)),
                WrittenConfigError::Invalid { origin, error } => (*origin, error.to_string()),
            };
            CliError::new(Exit::Configuration, format!("{}: {what}", self.whence(origin)))
        })
    }

    /// An option's value, or its default.
    fn option<T>(
        &self,
        name: &str,
        default: T,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<T, CliError> {
        let Some(Written { value, origin, .. }) = self.strongest(name) else { return Ok(default) };
        read(value.trim()).map_err(|expected| {
            let message =
                format!("{}: {name}: '{value}' is not valid; give {expected}", self.whence(*origin));
            CliError::new(Exit::Configuration, message)
        })
    }

    fn strongest(&self, name: &str) -> Option<&Written> {
        self.written.iter().rfind(|written| written.name == name)
    }

    fn whence(&self, origin: Origin) -> String {
        match (origin, self.file) {
            (Origin::File, Some(path)) => format!("the configuration file {}", path.display()),
            _ => format!("the {origin}"),
        }
    }
}

/// An unknown setting, with where to look.
pub fn unknown(error: &UnknownConfig) -> String {
    let UnknownConfig { scope, name, suggestion } = error;
    if let Some((_, option)) = KAFKA_OPTIONS.iter().find(|(kafka, _)| kafka == name) {
        let (flag, variable) = (option.replace('_', "-"), option.to_uppercase());
        return format!(
            "'{name}' is an option here: say --{flag}, TIDELOG_{variable}, or {option} in the file"
        );
    }
    let (whose, list) = match scope {
        Scope::Broker => ("broker", "`tidelog config dump`"),
        Scope::Topic => ("topic", "`tidelog config dump --topic TOPIC`"),
        Scope::Group => ("group", "docs/kafka-config.md"),
        Scope::ClientMetrics => ("client metrics", "docs/kafka-config.md"),
    };
    match suggestion {
        Some(suggestion) => format!("'{name}' is not a {whose} setting: did you mean {suggestion}?"),
        None => format!("'{name}' is not a {whose} setting: {list} lists all"),
    }
}

#[cfg(test)]
mod tests {
    use tidelog_metadata::{Support, broker_keys, find_key};

    use super::*;

    fn no_global() -> Global {
        let output = crate::args::Format::Human;
        Global { bootstrap: None, output, log_level: None, log_format: None }
    }

    fn resolve(file: &str, environment: &[(&str, &str)], args: &SettingsArgs) -> Result<Settings, CliError> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::resolve(Some((Path::new("t.toml"), file)), environment, args, &no_global())
    }

    fn setting(settings: &Settings, name: &str) -> Option<(String, Origin)> {
        let key = find_key(Scope::Broker, name).unwrap();
        settings.written.get(key).map(|(value, origin)| (value.to_owned(), origin))
    }

    #[test]
    fn the_command_line_beats_the_environment_beats_the_file() {
        let file = "
            data_dir = 'from-file'
            grpc = '127.0.0.1:1'
            http = '127.0.0.1:1'
            num.partitions = 1
            log.retention.hours = 1
            message.max.bytes = 1
        ";
        let environment = [
            ("TIDELOG_HTTP", "127.0.0.1:2"),
            ("TIDELOG_SET_LOG_RETENTION_HOURS", "2"),
            ("TIDELOG_SET_MESSAGE_MAX_BYTES", "2"),
            ("TIDELOG_SOMETHING_ELSE", "2"),
        ];
        let set = vec![("message.max.bytes".to_owned(), "3".to_owned())];
        let args = SettingsArgs { set, node_id: Some(3), ..SettingsArgs::default() };
        let settings = resolve(file, &environment, &args).unwrap();
        assert_eq!(settings.data_dir, Path::new("from-file"));
        assert_eq!((settings.grpc.port(), settings.http.port()), (1, 2));
        assert_eq!(setting(&settings, "num.partitions"), Some(("1".to_owned(), Origin::File)));
        assert_eq!(setting(&settings, "log.retention.hours"), Some(("2".to_owned(), Origin::Environment)));
        assert_eq!(setting(&settings, "message.max.bytes"), Some(("3".to_owned(), Origin::CommandLine)));
        assert_eq!(settings.node_id, NodeId(3));
        let origins: Vec<_> = settings.options.iter().map(|option| (option.name, option.origin)).collect();
        let expected = [
            ("data_dir", Some(Origin::File)),
            ("node_id", Some(Origin::CommandLine)),
            ("kafka", None),
            ("grpc", Some(Origin::File)),
            ("http", Some(Origin::Environment)),
            ("insecure_listen", None),
            ("log_level", None),
            ("log_format", None),
        ];
        assert_eq!(origins, expected);
    }

    #[test]
    fn nothing_written_means_the_defaults() {
        let settings = Settings::resolve(None, [], &SettingsArgs::default(), &no_global()).unwrap();
        assert_eq!(settings.data_dir, Path::new("tidelog-data"));
        assert_eq!(settings.grpc.to_string(), "127.0.0.1:9094");
        assert_eq!(settings.http.to_string(), "127.0.0.1:9096");
        assert_eq!((settings.insecure_listen, settings.log_level.as_str()), (false, "info"));
        assert_eq!(settings.written, WrittenConfig::default());
    }

    #[test]
    fn every_mistake_is_told_with_its_place_and_what_to_do() {
        let message = |file: &str, environment: &[(&str, &str)]| {
            let error = resolve(file, environment, &SettingsArgs::default()).unwrap_err();
            assert_eq!(error.exit, Exit::Configuration);
            error.to_string()
        };
        assert_eq!(
            message("num.partition = 4", &[]),
            "the configuration file t.toml: 'num.partition' is not a broker setting: did you mean num.partitions?"
        );
        assert_eq!(
            message("", &[("TIDELOG_SET_COLOUR", "red")]),
            "the environment: 'colour' is not a broker setting: `tidelog config dump` lists all"
        );
        assert_eq!(
            message("num.partitions = 0", &[]),
            "the configuration file t.toml: num.partitions: '0' is below 1; give a whole number, at least 1 \
             (the default is 1)"
        );
        assert_eq!(
            message("gprc = ''", &[]),
            "the configuration file t.toml: 'gprc' is not an option: there are data_dir, node_id, kafka, grpc, \
             http, insecure_listen, log_level, log_format, and settings such as num.partitions"
        );
        assert_eq!(
            message("", &[("TIDELOG_GRPC", "9094")]),
            "the environment: grpc: '9094' is not valid; give an address such as 127.0.0.1:9094"
        );
        assert_eq!(
            message("log.dirs = '/data'", &[]),
            "the configuration file t.toml: 'log.dirs' is an option here: say --data-dir, TIDELOG_DATA_DIR, or data_dir in \
             the file"
        );
        assert!(message("a = 1\nb =", &[]).starts_with("the configuration file t.toml: line 2: "));
    }

    #[test]
    fn every_setting_can_be_written_in_the_file_and_in_the_environment() {
        let mut quoted = Vec::new();
        for key in broker_keys().iter().filter(|key| !matches!(key.support, Support::Elsewhere(_))) {
            // Where a name is the beginning of another, TOML holds both only in quotes.
            let longer = format!("{}.", key.name);
            if broker_keys().iter().any(|other| other.name.starts_with(&longer)) {
                quoted.push(key.name);
            }
            let variable = format!("{SETTING_PREFIX}{}", key.name.to_uppercase().replace('.', "_"));
            assert_eq!(read_variable(&variable, "").unwrap().name, key.name);
        }
        assert_eq!(quoted, ["max.connections", "max.connections.per.ip", "sasl.oauthbearer.scope"]);
        let text = "'max.connections' = 7\n'max.connections.per.ip' = 5";
        let mut written = Vec::new();
        read_file(Path::new("t.toml"), text, &mut written).unwrap();
        let names: Vec<_> = written.iter().map(|written| written.name.as_str()).collect();
        assert_eq!(names, ["max.connections", "max.connections.per.ip"]);
    }
}
