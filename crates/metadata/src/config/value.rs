//! A config's value: read from text once, typed from then on.

use std::fmt;

use super::key::{CONFIG_VALUE_MAX_BYTES, ConfigKey, ValueType};

/// A value of one of Kafka's types. Displayed, it is the text that is stored and shown.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigValue {
    /// A switch.
    Boolean(bool),
    /// 16 bits.
    Short(i16),
    /// 32 bits.
    Int(i32),
    /// 64 bits.
    Long(i64),
    /// A number with a fraction, never NaN.
    Double(f64),
    /// A text; of a secret too.
    Text(String),
    /// The elements, without white space around them.
    List(Vec<String>),
}

impl ConfigValue {
    /// Reads `text` as Kafka reads it: white space around it does not count.
    pub(super) fn parse(value_type: ValueType, text: &str) -> Result<Self, ValueFault> {
        let text = text.trim();
        Ok(match value_type {
            ValueType::Boolean if text.eq_ignore_ascii_case("true") => ConfigValue::Boolean(true),
            ValueType::Boolean if text.eq_ignore_ascii_case("false") => ConfigValue::Boolean(false),
            ValueType::Boolean => return Err(ValueFault::NotABoolean),
            ValueType::Short => ConfigValue::Short(text.parse().map_err(|_| ValueFault::NotANumber)?),
            ValueType::Int => ConfigValue::Int(text.parse().map_err(|_| ValueFault::NotANumber)?),
            ValueType::Long => ConfigValue::Long(text.parse().map_err(|_| ValueFault::NotANumber)?),
            ValueType::Double => match text.parse() {
                Ok(number) if !f64::is_nan(number) => ConfigValue::Double(number),
                _ => return Err(ValueFault::NotANumber),
            },
            ValueType::String | ValueType::Password | ValueType::Class => ConfigValue::Text(text.to_owned()),
            ValueType::List if text.is_empty() => ConfigValue::List(Vec::new()),
            ValueType::List => ConfigValue::List(text.split(',').map(|e| e.trim().to_owned()).collect()),
        })
    }

    /// The number, if it is a whole one.
    pub const fn as_integer(&self) -> Option<i64> {
        match *self {
            ConfigValue::Short(number) => Some(number as i64),
            ConfigValue::Int(number) => Some(number as i64),
            ConfigValue::Long(number) => Some(number),
            _ => None,
        }
    }
}

impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigValue::Boolean(value) => write!(f, "{value}"),
            ConfigValue::Short(number) => write!(f, "{number}"),
            ConfigValue::Int(number) => write!(f, "{number}"),
            ConfigValue::Long(number) => write!(f, "{number}"),
            ConfigValue::Double(number) => f.write_str(&java_double(*number)),
            ConfigValue::Text(text) => f.write_str(text),
            ConfigValue::List(elements) => f.write_str(&elements.join(",")),
        }
    }
}

/// A number as Java writes it: always with a fraction, and with an exponent where it is very large or small.
fn java_double(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || size.is_infinite() || (1e-3..1e7).contains(&size) {
        return format!("{number:?}").replace("inf", "Infinity");
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => text,
    }
}

/// A value that a config does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    /// The config.
    pub key: &'static ConfigKey,
    /// The value as it was given; empty if it was too long.
    pub value: String,
    /// What is wrong with it.
    pub fault: ValueFault,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFault {
    /// Not a number of the type, or too large for it.
    NotANumber,
    /// Neither `true` nor `false`.
    NotABoolean,
    /// Smaller than this, the least.
    Below(i64),
    /// Larger than this, the most.
    Above(i64),
    /// None of the words that it takes.
    NotOneOf,
    /// A list with an element that is empty.
    EmptyElement,
    /// A list with an element that comes twice.
    RepeatedElement,
    /// Neither `*` nor a list of `partition:broker`.
    NotReplicas,
    /// Not a list of `selector=regular expression`.
    NotAPattern,
    /// Longer than [`CONFIG_VALUE_MAX_BYTES`]: this many bytes.
    TooLong(usize),
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InvalidValue { key, value, fault } = self;
        let shown =
            if key.is_sensitive() { "the given value".to_owned() } else { format!("'{}'", shorten(value)) };
        write!(f, "{}: ", key.name)?;
        match fault {
            ValueFault::NotANumber => write!(f, "{shown} is not {}", number_type(key.value_type))?,
            ValueFault::NotABoolean => write!(f, "{shown} is neither true nor false")?,
            ValueFault::Below(least) => write!(f, "{shown} is below {least}")?,
            ValueFault::Above(most) => write!(f, "{shown} is above {most}")?,
            ValueFault::NotOneOf => write!(f, "{shown} is not known")?,
            ValueFault::EmptyElement => write!(f, "{shown} has an empty element")?,
            ValueFault::RepeatedElement => write!(f, "{shown} repeats an element")?,
            ValueFault::NotReplicas => write!(f, "{shown} does not list replicas")?,
            ValueFault::NotAPattern => write!(f, "{shown} does not list patterns")?,
            ValueFault::TooLong(bytes) => {
                write!(f, "the value has {bytes} bytes, and the limit is {CONFIG_VALUE_MAX_BYTES}")?;
            }
        }
        write!(f, "; give {}", key.expects())?;
        match key.default {
            Some(default) if !default.is_empty() => write!(f, " (the default is {default})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for InvalidValue {}

fn number_type(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Short => "a whole number of 16 bits",
        ValueType::Int => "a whole number of 32 bits",
        ValueType::Long => "a whole number of 64 bits",
        _ => "a number",
    }
}

/// The first characters of a value that may be long.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::Valid;
    use super::*;

    static SECRET: ConfigKey =
        ConfigKey::broker("a.password", ValueType::Password, "").valid(Valid::Words(&["x"]));
    static LIMIT: ConfigKey =
        ConfigKey::broker("a.limit", ValueType::Int, "7").valid(Valid::MinusOneOrBetween(1, 9));

    #[test]
    fn an_error_names_the_config_the_value_the_rule_and_the_default() {
        let message = |text: &str| LIMIT.parse(text).unwrap_err().to_string();
        assert_eq!(
            message("10"),
            "a.limit: '10' is above 9; give a whole number from 1 to 9, or -1 (the default is 7)"
        );
        assert_eq!(
            message("4294967296"),
            "a.limit: '4294967296' is not a whole number of 32 bits; give a whole number from 1 to 9, or -1 \
             (the default is 7)"
        );
        assert_eq!(LIMIT.parse("-1"), Ok(ConfigValue::Int(-1)));
    }

    #[test]
    fn a_secret_is_not_told_in_an_error() {
        assert!(!SECRET.parse("hunter2").unwrap_err().to_string().contains("hunter2"));
    }

    #[test]
    fn a_value_that_is_too_long_is_neither_kept_nor_shown() {
        let error = LIMIT.parse(&"1".repeat(CONFIG_VALUE_MAX_BYTES + 1)).unwrap_err();
        assert_eq!(error.fault, ValueFault::TooLong(CONFIG_VALUE_MAX_BYTES + 1));
        assert_eq!(error.value, "");
    }

    #[test]
    fn long_values_are_shortened_at_a_character() {
        assert_eq!(shorten(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
        assert_eq!(shorten("short"), "short");
    }
}
