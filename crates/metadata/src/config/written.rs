//! What an operator wrote for a broker before its start: configuration file, environment, command line.

use std::collections::BTreeMap;
use std::fmt;

use super::key::{Scope, Support};
use super::value::InvalidValue;
use super::{ConfigKey, UnknownConfig, find_key};

/// Where the operator wrote it; a later one wins over an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The configuration file.
    File,
    /// An environment variable.
    Environment,
    /// The command line.
    CommandLine,
}

/// A broker's configs as they were written, checked. Immutable while the broker runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenConfig {
    values: BTreeMap<&'static str, (String, Origin)>,
}

/// Something that was written and can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrittenConfigError {
    /// No config has the name.
    #[error("{origin}: {error}")]
    Unknown {
        /// Where it was written.
        origin: Origin,
        /// Which name.
        error: UnknownConfig,
    },
    /// The config does not take the value.
    #[error("{origin}: {error}")]
    Invalid {
        /// Where it was written.
        origin: Origin,
        /// Which config, and why.
        error: InvalidValue,
    },
}

impl WrittenConfig {
    /// Checks what was written. Of two values for one name the one from the later origin counts; of two from one origin
    /// the last.
    pub fn new<'a>(
        written: impl IntoIterator<Item = (&'a str, &'a str, Origin)>,
    ) -> Result<Self, WrittenConfigError> {
        let mut config = WrittenConfig::default();
        for (name, value, origin) in written {
            let key = find_key(Scope::Broker, name)
                .and_then(|key| match key.support {
                    Support::Elsewhere(_) => Err(UnknownConfig::new(Scope::Broker, name)),
                    _ => Ok(key),
                })
                .map_err(|error| WrittenConfigError::Unknown { origin, error })?;
            let value =
                key.parse(value).map_err(|error| WrittenConfigError::Invalid { origin, error })?.to_string();
            let stronger = config.values.get(key.name).is_some_and(|(_, earlier)| *earlier > origin);
            if !stronger {
                config.values.insert(key.name, (value, origin));
            }
        }
        Ok(config)
    }

    /// What was written for `key`, and where.
    pub fn get(&self, key: &ConfigKey) -> Option<(&str, Origin)> {
        self.values.get(key.name).map(|(value, origin)| (value.as_str(), *origin))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::File => "configuration file",
            Origin::Environment => "environment",
            Origin::CommandLine => "command line",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::known_key;
    use super::*;

    #[test]
    fn the_later_origin_wins_and_values_are_stored_in_their_shortest_form() {
        let written = [
            ("num.partitions", " 4 ", Origin::CommandLine),
            ("num.partitions", "8", Origin::File),
            ("log.cleanup.policy", "delete", Origin::File),
            ("log.cleanup.policy", "delete , compact", Origin::File),
        ];
        let config = WrittenConfig::new(written).unwrap();
        assert_eq!(config.get(known_key(Scope::Broker, "num.partitions")), Some(("4", Origin::CommandLine)));
        assert_eq!(
            config.get(known_key(Scope::Broker, "log.cleanup.policy")),
            Some(("delete,compact", Origin::File))
        );
        assert_eq!(config.get(known_key(Scope::Broker, "broker.rack")), None);
    }

    #[test]
    fn an_error_says_where_it_was_written() {
        let error = |name, value| WrittenConfig::new([(name, value, Origin::File)]).unwrap_err().to_string();
        assert_eq!(
            error("num.partition", "4"),
            "configuration file: 'num.partition' is not a broker config: did you mean num.partitions?"
        );
        assert_eq!(
            error("num.partitions", "0"),
            "configuration file: num.partitions: '0' is below 1; give a whole number, at least 1 (the default is 1)"
        );
    }
}
