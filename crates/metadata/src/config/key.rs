//! One config: its name, type, default, valid values, and whether Tidelog acts on it.
//!
//! What must stay true: a value that has once been accepted stays valid. Records hold values as text, and an image
//! refuses a record whose values it can't read (`image.rs`), so narrowing a rule asks for a new record version.

use std::collections::BTreeSet;
use std::fmt;

use super::value::{ConfigValue, InvalidValue, ValueFault};

/// The longest value that a config may have, in bytes: the longest sensible one lists the replicas of a large topic.
pub const CONFIG_VALUE_MAX_BYTES: usize = 256 * 1024;

/// How large a pattern of a subscription to clients' metrics may be once it is compiled.
const CLIENT_PATTERN_MAX_BYTES: usize = 256 * 1024;

/// What a subscription to clients' metrics can choose clients by (KIP-714).
pub const CLIENT_SELECTORS: &[&str] = &[
    "client_id",
    "client_instance_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// Everything that is known of one config. The tables are [`topic_keys`](super::topic_keys) and
/// [`broker_keys`](super::broker_keys).
#[derive(Debug, Clone, Copy)]
pub struct ConfigKey {
    /// Kafka's name for it, or one of ours, which begins with `tidelog.`.
    pub name: &'static str,
    /// Whose it is.
    pub scope: Scope,
    /// What its values are.
    pub value_type: ValueType,
    /// Its value if nobody sets it, as text. `None`: no value.
    pub default: Option<&'static str>,
    /// Which values of the type it takes.
    pub valid: Valid,
    /// What a number counts.
    pub unit: Unit,
    /// For a topic's config: the broker's configs that give its default, the strongest first. For a broker's: those that
    /// say the same in other units, itself among them, the strongest first; empty if there are none.
    pub synonyms: &'static [&'static str],
    /// How it can be changed.
    pub update: Update,
    /// Known for tests and repairs only: settable, but not listed.
    pub internal: bool,
    /// Whether it does anything.
    pub support: Support,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
}

/// Whose config it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A topic's.
    Topic,
    /// A broker's.
    Broker,
    /// A group's.
    Group,
    /// A subscription's to clients' metrics (KIP-714).
    ClientMetrics,
}

/// Kafka's types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// `true` or `false`, in any case.
    Boolean,
    /// 16 bits, signed.
    Short,
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    Long,
    /// A binary64.
    Double,
    /// Text.
    String,
    /// Texts with commas between them.
    List,
    /// Text that is never shown.
    Password,
    /// The name of a Java class. Here it names nothing that can be loaded.
    Class,
}

/// Which values of its type a config takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Valid {
    /// All.
    Any,
    /// Numbers from this one on.
    AtLeast(i64),
    /// Numbers from the first to the second, both included.
    Between(i64, i64),
    /// −1, or a number from the first to the second, both included.
    MinusOneOrBetween(i64, i64),
    /// One of these words; for a list: any of these words, each once, and none for the empty list.
    Words(&'static [&'static str]),
    /// `*`, or a list of `partition:broker`.
    Replicas,
    /// Where a share group begins: `earliest`, `latest`, or `by_duration:` and a duration of ISO 8601.
    OffsetReset,
    /// A list of `selector=regular expression`, which clients have to match (KIP-714).
    ClientMatch,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: a text, a switch, or a plain number.
    None,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Records.
    Records,
}

/// How a config can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Written before the start (file, environment, command line); a change takes a restart. Kafka: read-only.
    Restart,
    /// Also at run time, for one broker or as the default of all. Kafka: cluster-wide.
    Live,
    /// Also at run time, for one broker only. Kafka: per-broker.
    LiveForOne,
}

/// Whether a config does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Tidelog acts on it.
    Acts,
    /// Checked, kept and shown, without effect yet; the text says what it waits for.
    Waits(&'static str),
    /// Checked, kept and shown, without effect for ever; the text says why none is needed.
    Ignored(&'static str),
    /// Shown, and never set: here it is said in another way, which the text names.
    Elsewhere(&'static str),
}

impl ConfigKey {
    /// Reads a value: surrounding white space is dropped, the type and the rule are checked.
    pub fn parse(&'static self, text: &str) -> Result<ConfigValue, InvalidValue> {
        let refuse = |fault| InvalidValue { key: self, value: text.to_owned(), fault };
        if text.len() > CONFIG_VALUE_MAX_BYTES {
            return Err(InvalidValue {
                key: self,
                value: String::new(),
                fault: ValueFault::TooLong(text.len()),
            });
        }
        let value = ConfigValue::parse(self.value_type, text).map_err(refuse)?;
        self.valid.check(&value).map_err(refuse)?;
        Ok(value)
    }

    /// The default as a value.
    pub fn default_value(&'static self) -> Option<ConfigValue> {
        self.default.map(|text| match self.parse(text) {
            Ok(value) => value,
            Err(error) => panic!("the default of a config is not valid: {error}"),
        })
    }

    /// Whether its value must never be shown.
    pub const fn is_sensitive(&self) -> bool {
        matches!(self.value_type, ValueType::Password)
    }

    /// What it takes, in words: `a whole number of milliseconds, at least -1`.
    pub fn expects(&self) -> String {
        let what = match (self.value_type, self.unit) {
            (ValueType::Boolean, _) => "true or false".to_owned(),
            (ValueType::Short | ValueType::Int | ValueType::Long, Unit::None) => "a whole number".to_owned(),
            (ValueType::Short | ValueType::Int | ValueType::Long, unit) => {
                format!("a whole number of {unit}")
            }
            (ValueType::Double, _) => "a decimal number".to_owned(),
            (ValueType::String | ValueType::Password | ValueType::Class, _) => "a text".to_owned(),
            (ValueType::List, _) => "a list with commas between its elements".to_owned(),
        };
        match self.valid {
            Valid::Any => what,
            Valid::AtLeast(least) => format!("{what}, at least {least}"),
            Valid::Between(least, most) => format!("{what} from {least} to {most}"),
            Valid::MinusOneOrBetween(least, i64::MAX) => format!("{what}, at least {least}, or -1"),
            Valid::MinusOneOrBetween(least, most) => format!("{what} from {least} to {most}, or -1"),
            Valid::Words(words) if self.value_type == ValueType::List => {
                format!("a list of: {}", words.join(", "))
            }
            Valid::Words(words) => format!("one of: {}", words.join(", ")),
            Valid::Replicas => "'*' or a list of partition:broker, for example 0:1,1:2".to_owned(),
            Valid::OffsetReset => "earliest, latest, or for example by_duration:PT1H30M".to_owned(),
            Valid::ClientMatch => {
                format!(
                    "a list of selector=regular expression, with selectors of: {}",
                    CLIENT_SELECTORS.join(", ")
                )
            }
        }
    }

    // The constructors of the tables: what is not said is Kafka's usual case.

    pub(super) const fn topic(name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        ConfigKey { scope: Scope::Topic, update: Update::Live, ..Self::broker(name, value_type, default) }
    }

    pub(super) const fn broker(name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        ConfigKey {
            name,
            scope: Scope::Broker,
            value_type,
            default: Some(default),
            valid: Valid::Any,
            unit: Unit::None,
            synonyms: &[],
            update: Update::Restart,
            internal: false,
            support: Support::Acts,
            doc: "",
        }
    }

    pub(super) const fn group(name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        ConfigKey { scope: Scope::Group, update: Update::Live, ..Self::broker(name, value_type, default) }
    }

    pub(super) const fn client_metrics(
        name: &'static str,
        value_type: ValueType,
        default: &'static str,
    ) -> Self {
        ConfigKey { scope: Scope::ClientMetrics, ..Self::group(name, value_type, default) }
    }

    pub(super) const fn without_default(self) -> Self {
        ConfigKey { default: None, ..self }
    }

    pub(super) const fn valid(self, valid: Valid) -> Self {
        ConfigKey { valid, ..self }
    }

    pub(super) const fn unit(self, unit: Unit) -> Self {
        ConfigKey { unit, ..self }
    }

    pub(super) const fn synonyms(self, synonyms: &'static [&'static str]) -> Self {
        ConfigKey { synonyms, ..self }
    }

    pub(super) const fn live(self) -> Self {
        ConfigKey { update: Update::Live, ..self }
    }

    pub(super) const fn live_for_one(self) -> Self {
        ConfigKey { update: Update::LiveForOne, ..self }
    }

    pub(super) const fn internal(self) -> Self {
        ConfigKey { internal: true, ..self }
    }

    pub(super) const fn support(self, support: Support) -> Self {
        ConfigKey { support, ..self }
    }

    pub(super) const fn doc(self, doc: &'static str) -> Self {
        ConfigKey { doc, ..self }
    }
}

/// Keys are the rows of two constant tables: a name means one row in its table.
impl PartialEq for ConfigKey {
    fn eq(&self, other: &Self) -> bool {
        (self.scope, self.name) == (other.scope, other.name)
    }
}

impl Eq for ConfigKey {}

impl Valid {
    /// Whether `value` obeys the rule.
    fn check(&self, value: &ConfigValue) -> Result<(), ValueFault> {
        match *self {
            Valid::Any => Ok(()),
            Valid::AtLeast(least) => within(value, least, i64::MAX),
            Valid::Between(least, most) => within(value, least, most),
            Valid::MinusOneOrBetween(..) if value.as_integer() == Some(-1) => Ok(()),
            Valid::MinusOneOrBetween(least, most) => within(value, least, most),
            Valid::Words(words) => match value {
                ConfigValue::List(elements) => {
                    check_distinct(elements)?;
                    let known = |element: &String| words.contains(&element.as_str());
                    if elements.iter().all(known) { Ok(()) } else { Err(ValueFault::NotOneOf) }
                }
                ConfigValue::Text(word) if words.contains(&word.as_str()) => Ok(()),
                _ => Err(ValueFault::NotOneOf),
            },
            Valid::Replicas => match value {
                ConfigValue::List(elements)
                    if *elements == ["*"] || elements.iter().all(|e| is_replica(e)) =>
                {
                    Ok(())
                }
                _ => Err(ValueFault::NotReplicas),
            },
            Valid::OffsetReset => match value {
                ConfigValue::Text(text) if is_offset_reset(text) => Ok(()),
                _ => Err(ValueFault::NotOneOf),
            },
            Valid::ClientMatch => match value {
                ConfigValue::List(elements) if elements.iter().all(|e| is_client_pattern(e)) => Ok(()),
                _ => Err(ValueFault::NotAPattern),
            },
        }
    }
}

fn within(value: &ConfigValue, least: i64, most: i64) -> Result<(), ValueFault> {
    let (below, above) = match *value {
        ConfigValue::Double(number) => (number < least as f64, number > most as f64),
        _ => match value.as_integer() {
            Some(number) => (number < least, number > most),
            None => return Err(ValueFault::NotANumber),
        },
    };
    match (below, above) {
        (true, _) => Err(ValueFault::Below(least)),
        (_, true) => Err(ValueFault::Above(most)),
        _ => Ok(()),
    }
}

fn check_distinct(elements: &[String]) -> Result<(), ValueFault> {
    if elements.iter().any(String::is_empty) {
        return Err(ValueFault::EmptyElement);
    }
    let mut seen = BTreeSet::new();
    if elements.iter().all(|element| seen.insert(element)) {
        Ok(())
    } else {
        Err(ValueFault::RepeatedElement)
    }
}

fn is_replica(element: &str) -> bool {
    element.split_once(':').is_some_and(|(partition, broker)| is_digits(partition) && is_digits(broker))
}

fn is_offset_reset(text: &str) -> bool {
    matches!(text, "earliest" | "latest") || text.strip_prefix("by_duration:").is_some_and(is_duration)
}

/// Days, hours, minutes and seconds of ISO 8601: `PnDTnHnMn.nS`, something of it, in this order, none below 0.
fn is_duration(text: &str) -> bool {
    let Some(text) = text.strip_prefix('P') else { return false };
    let (days, time) = match text.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (text, None),
    };
    let days_are_right = days.is_empty() || days.strip_suffix('D').is_some_and(is_digits);
    let time_is_right = time.is_none_or(is_time);
    days_are_right && time_is_right && !(days.is_empty() && time.is_none())
}

fn is_time(text: &str) -> bool {
    let mut rest = text;
    for unit in ['H', 'M'] {
        if let Some((number, after)) = rest.split_once(unit) {
            if !is_digits(number) {
                return false;
            }
            rest = after;
        }
    }
    let seconds = rest.strip_suffix('S').map(|seconds| seconds.split_once('.').unwrap_or((seconds, "0")));
    let seconds_are_right = seconds.is_some_and(|(whole, part)| is_digits(whole) && is_digits(part));
    !text.is_empty() && (rest.is_empty() || seconds_are_right)
}

/// A regular expression of a stranger's: of a small size when compiled, so that it costs little.
fn client_pattern(pattern: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(pattern).size_limit(CLIENT_PATTERN_MAX_BYTES).build().ok()
}

fn is_client_pattern(element: &str) -> bool {
    element.split_once('=').is_some_and(|(selector, pattern)| {
        CLIENT_SELECTORS.contains(&selector.trim()) && client_pattern(pattern.trim()).is_some()
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::None => "",
            Unit::Bytes => "bytes",
            Unit::Milliseconds => "milliseconds",
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Records => "records",
        })
    }
}

impl Unit {
    /// How many milliseconds one of these is; 1 for what is not a time.
    pub(super) const fn in_milliseconds(self) -> i64 {
        match self {
            Unit::Seconds => 1000,
            Unit::Minutes => 60 * 1000,
            Unit::Hours => 60 * 60 * 1000,
            _ => 1,
        }
    }
}

impl ValueType {
    /// Kafka's name of the type.
    pub const fn as_str(self) -> &'static str {
        match self {
            ValueType::Boolean => "BOOLEAN",
            ValueType::Short => "SHORT",
            ValueType::Int => "INT",
            ValueType::Long => "LONG",
            ValueType::Double => "DOUBLE",
            ValueType::String => "STRING",
            ValueType::List => "LIST",
            ValueType::Password => "PASSWORD",
            ValueType::Class => "CLASS",
        }
    }
}
