//! Client quotas (KIP-13, 55, 124, 546, 599, 612): who may do how much, as an operator said.
//!
//! Two nouns. A [`QuotaEntity`] is whom a limit is for: a user, a client id, both together, or an address, each by name or
//! as the default of all without limits of their own. A [`QuotaKey`] is what is limited; its [`QuotaValue`] is how much.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// All limits, by whom they are for.
pub type QuotaMap = BTreeMap<QuotaEntity, QuotaLimits>;
/// The limits of one entity.
pub type QuotaLimits = BTreeMap<QuotaKey, QuotaValue>;

/// What kind of thing a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QuotaEntityType {
    /// `client.id`, which clients choose themselves.
    #[serde(rename = "client-id")]
    ClientId,
    /// Who authenticated; `ANONYMOUS` where nobody does.
    #[serde(rename = "user")]
    User,
    /// The address that a connection comes from.
    #[serde(rename = "ip")]
    Ip,
}

/// Whom a limit is for: each part by name, or with `None` the default of all that have no limit of their own. Users and
/// client ids may stand together, addresses stand alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<QuotaEntityType, Option<String>>")]
pub struct QuotaEntity(BTreeMap<QuotaEntityType, Option<String>>);

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaKey {
    /// Bytes a second that consumers fetch.
    ConsumerByteRate,
    /// Connections a second from one address.
    ConnectionCreationRate,
    /// Partitions a second that are created or deleted.
    ControllerMutationRate,
    /// Bytes a second that producers send.
    ProducerByteRate,
    /// Share of one thread's time, in percent.
    RequestPercentage,
}

/// A limit: a finite number above 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct QuotaValue(f64);

/// Why parts are not an entity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaEntityFault {
    /// No parts at all.
    #[error("a quota is for somebody: name a user, a client id or an ip")]
    Empty,
    /// A part without a name. (The default has none at all, not an empty one.)
    #[error(
        "the {entity_type} of a quota has an empty name: name one, or leave the name out for the default"
    )]
    EmptyName {
        /// Which part.
        entity_type: &'static str,
    },
    /// A kind that does not exist.
    #[error("'{entity_type}' is nothing that a quota is for: use user, client-id or ip")]
    UnknownType {
        /// What was asked.
        entity_type: String,
    },
    /// An address together with something else.
    #[error("a quota for an ip is for nothing else besides: leave the user and the client id out")]
    IpCombined,
    /// Not an address.
    #[error("'{name}' is not an address: give one in numbers, 192.0.2.1 or 2001:db8::1")]
    NotAnAddress {
        /// What was given.
        name: String,
    },
}

/// Why a value can't be a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuotaValueFault {
    /// Infinite, or not a number.
    #[error("a limit is a finite number")]
    NotFinite,
    /// 0 or below.
    #[error("a limit is above 0")]
    NotPositive,
    /// A share of something that comes whole.
    #[error("this limit is a whole number")]
    Fractional,
    /// Beyond the limit's type.
    #[error("this limit is at most {0}")]
    TooLarge(i64),
}

impl QuotaEntityType {
    /// All, in the order of [`QuotaEntity::parts`].
    pub const ALL: [Self; 3] = [Self::ClientId, Self::User, Self::Ip];

    /// Kafka's name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientId => "client-id",
            Self::User => "user",
            Self::Ip => "ip",
        }
    }

    /// The inverse of [`QuotaEntityType::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity_type| entity_type.as_str() == name)
    }
}

impl QuotaEntity {
    /// From parts by Kafka's names of their types, checked in their order. Of two parts of one type the later one counts.
    pub fn from_names<'a>(
        parts: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<Self, QuotaEntityFault> {
        let mut entity = BTreeMap::new();
        for (entity_type, name) in parts {
            let known = QuotaEntityType::from_name(entity_type)
                .ok_or_else(|| QuotaEntityFault::UnknownType { entity_type: entity_type.to_owned() })?;
            if name == Some("") {
                return Err(QuotaEntityFault::EmptyName { entity_type: known.as_str() });
            }
            entity.insert(known, name.map(str::to_owned));
        }
        entity.try_into()
    }

    /// Its parts: client id, user, ip; those that it has.
    pub fn parts(&self) -> impl Iterator<Item = (QuotaEntityType, Option<&str>)> {
        self.0.iter().map(|(entity_type, name)| (*entity_type, name.as_deref()))
    }

    /// The part of that type: `None` if it has none, `Some(None)` for the default.
    pub fn part(&self, entity_type: QuotaEntityType) -> Option<Option<&str>> {
        self.0.get(&entity_type).map(Option::as_deref)
    }

    fn is_address(&self) -> bool {
        self.0.contains_key(&QuotaEntityType::Ip)
    }
}

impl TryFrom<BTreeMap<QuotaEntityType, Option<String>>> for QuotaEntity {
    type Error = QuotaEntityFault;

    fn try_from(parts: BTreeMap<QuotaEntityType, Option<String>>) -> Result<Self, QuotaEntityFault> {
        if parts.is_empty() {
            return Err(QuotaEntityFault::Empty);
        }
        if let Some((entity_type, _)) = parts.iter().find(|(_, name)| name.as_deref() == Some("")) {
            return Err(QuotaEntityFault::EmptyName { entity_type: entity_type.as_str() });
        }
        if let Some(ip) = parts.get(&QuotaEntityType::Ip) {
            if parts.len() > 1 {
                return Err(QuotaEntityFault::IpCombined);
            }
            if let Some(name) = ip.as_ref().filter(|ip| ip.parse::<std::net::IpAddr>().is_err()) {
                return Err(QuotaEntityFault::NotAnAddress { name: name.clone() });
            }
        }
        Ok(QuotaEntity(parts))
    }
}

/// As Kafka writes it: `{client-id=a, user=null}`.
impl fmt::Display for QuotaEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (entity_type, name)) in self.parts().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}={}", entity_type.as_str(), name.unwrap_or("null"))?;
        }
        f.write_str("}")
    }
}

impl QuotaKey {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ConsumerByteRate,
        Self::ConnectionCreationRate,
        Self::ControllerMutationRate,
        Self::ProducerByteRate,
        Self::RequestPercentage,
    ];

    /// Kafka's name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsumerByteRate => "consumer_byte_rate",
            Self::ConnectionCreationRate => "connection_creation_rate",
            Self::ControllerMutationRate => "controller_mutation_rate",
            Self::ProducerByteRate => "producer_byte_rate",
            Self::RequestPercentage => "request_percentage",
        }
    }

    /// The inverse of [`QuotaKey::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }

    /// Whether `entity` can have such a limit: addresses make connections, and the others do the rest.
    pub fn is_for(self, entity: &QuotaEntity) -> bool {
        (self == Self::ConnectionCreationRate) == entity.is_address()
    }

    /// Reads a limit of this kind.
    pub fn value(self, number: f64) -> Result<QuotaValue, QuotaValueFault> {
        /// What Kafka takes for a rounding error.
        const EPSILON: f64 = 1e-6;
        let value = QuotaValue::new(number)?;
        let most = match self {
            Self::ConsumerByteRate | Self::ProducerByteRate => i64::MAX,
            Self::ConnectionCreationRate => i64::from(i32::MAX),
            Self::ControllerMutationRate | Self::RequestPercentage => return Ok(value),
        };
        if number > most as f64 {
            return Err(QuotaValueFault::TooLarge(most));
        }
        if number - number.trunc() > EPSILON {
            return Err(QuotaValueFault::Fractional);
        }
        Ok(value)
    }
}

impl QuotaValue {
    /// A limit, of no kind in particular.
    fn new(number: f64) -> Result<Self, QuotaValueFault> {
        if !number.is_finite() {
            return Err(QuotaValueFault::NotFinite);
        }
        if number <= 0.0 {
            return Err(QuotaValueFault::NotPositive);
        }
        Ok(QuotaValue(number))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// Never NaN.
impl Eq for QuotaValue {}

// Text in the records' JSON: it reads back as the very same number.

impl From<QuotaValue> for String {
    fn from(value: QuotaValue) -> String {
        format!("{:?}", value.0)
    }
}

impl TryFrom<String> for QuotaValue {
    type Error = QuotaValueFault;

    fn try_from(text: String) -> Result<Self, QuotaValueFault> {
        QuotaValue::new(text.parse().unwrap_or(f64::NAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_what_they_name() {
        for key in QuotaKey::ALL {
            assert_eq!(QuotaKey::from_name(key.as_str()), Some(key));
            assert_eq!(serde_json::to_string(&key).unwrap(), format!("\"{}\"", key.as_str()));
        }
        for entity_type in QuotaEntityType::ALL {
            assert_eq!(QuotaEntityType::from_name(entity_type.as_str()), Some(entity_type));
            assert_eq!(serde_json::to_string(&entity_type).unwrap(), format!("\"{}\"", entity_type.as_str()));
        }
        assert_eq!(QuotaKey::from_name("nope"), None);
    }

    #[test]
    fn an_entity_is_users_and_client_ids_or_one_address() {
        let entity = |parts: &[(&str, Option<&str>)]| {
            QuotaEntity::from_names(parts.iter().copied()).map(|entity| entity.to_string())
        };
        let both = [("user", Some("u")), ("client-id", None)];
        assert_eq!(entity(&both), Ok("{client-id=null, user=u}".to_owned()));
        assert_eq!(entity(&[("user", Some("a")), ("user", Some("b"))]), Ok("{user=b}".to_owned()));
        assert_eq!(entity(&[("ip", Some("::1"))]), Ok("{ip=::1}".to_owned()));
        assert_eq!(entity(&[("ip", None)]), Ok("{ip=null}".to_owned()));
        assert_eq!(entity(&[]), Err(QuotaEntityFault::Empty));
        assert_eq!(entity(&[("user", Some(""))]), Err(QuotaEntityFault::EmptyName { entity_type: "user" }));
        let unknown = QuotaEntityFault::UnknownType { entity_type: "team".into() };
        assert_eq!(entity(&[("team", None)]), Err(unknown));
        let combined = [("user", Some("a")), ("ip", Some("1.1.1.1"))];
        assert_eq!(entity(&combined), Err(QuotaEntityFault::IpCombined));
        let host = QuotaEntityFault::NotAnAddress { name: "localhost".into() };
        assert_eq!(entity(&[("ip", Some("localhost"))]), Err(host));
    }

    #[test]
    fn a_limit_is_judged_as_kafka_judges_it() {
        use QuotaKey::{ConnectionCreationRate, ControllerMutationRate, ProducerByteRate, RequestPercentage};
        use QuotaValueFault::{Fractional, NotFinite, NotPositive, TooLarge};
        for (key, number, fault) in [
            (ProducerByteRate, 0.0, Some(NotPositive)),
            (ProducerByteRate, -1.0, Some(NotPositive)),
            (ProducerByteRate, f64::NAN, Some(NotFinite)),
            (ProducerByteRate, f64::INFINITY, Some(NotFinite)),
            (ProducerByteRate, 1.5, Some(Fractional)),
            (ProducerByteRate, 0.999_999_999_99, Some(Fractional)),
            (ProducerByteRate, 1.000_000_1, None),
            (ProducerByteRate, 9.3e18, Some(TooLarge(i64::MAX))),
            (RequestPercentage, 0.5, None),
            (RequestPercentage, 1e6, None),
            (ControllerMutationRate, 0.5, None),
            (ConnectionCreationRate, 1.5, Some(Fractional)),
            (ConnectionCreationRate, 3e9, Some(TooLarge(i64::from(i32::MAX)))),
            (ConnectionCreationRate, 5.0, None),
        ] {
            assert_eq!(key.value(number).err(), fault, "{key:?} {number}");
        }
    }

    #[test]
    fn limits_survive_being_written_down() {
        for number in [0.1 + 0.2, 1.0, 1e300, f64::MIN_POSITIVE] {
            let value = QuotaValue::new(number).unwrap();
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<QuotaValue>(&json).unwrap(), value, "{json}");
        }
        for json in ["\"NaN\"", "\"-1\"", "\"inf\"", "\"x\"", "1.0"] {
            assert!(serde_json::from_str::<QuotaValue>(json).is_err(), "{json}");
        }
    }
}
