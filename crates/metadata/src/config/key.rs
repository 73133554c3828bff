//! One config: its name, type, default, valid values, and whether Tidelog acts on it.
//!
//! What must stay true: a value that has once been accepted stays valid. Records hold values as text, and an image
//! refuses a record whose values it can't read (`image.rs`), so narrowing a rule asks for a new record version.

use std::collections::BTreeSet;
use std::fmt;

use super::value::{ConfigValue, InvalidValue, ValueFault};

/// The longest value that a config may have, in bytes: the longest sensible one lists the replicas of a large topic.
pub const CONFIG_VALUE_MAX_BYTES: usize = 256 * 1024;

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
            (ValueType::Int | ValueType::Long, Unit::None) => "a whole number".to_owned(),
            (ValueType::Int | ValueType::Long, unit) => format!("a whole number of {unit}"),
            (ValueType::Double, _) => "a decimal number".to_owned(),
            (ValueType::String | ValueType::Password, _) => "a text".to_owned(),
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
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    element.split_once(':').is_some_and(|(partition, broker)| digits(partition) && digits(broker))
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::None => "",
            Unit::Bytes => "bytes",
            Unit::Milliseconds => "milliseconds",
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
            ValueType::Int => "INT",
            ValueType::Long => "LONG",
            ValueType::Double => "DOUBLE",
            ValueType::String => "STRING",
            ValueType::List => "LIST",
            ValueType::Password => "PASSWORD",
        }
    }
}
