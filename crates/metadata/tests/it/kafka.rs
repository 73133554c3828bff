//! Our configs are Apache Kafka 4.4's: compared, row by row, with what Kafka's own classes say (`tests/golden/kafka-4.4`).

use std::collections::BTreeSet;

use tidelog_metadata::{
    ConfigKey, Scope, Support, Update, broker_keys, client_metrics_keys, find_key, group_keys, topic_keys,
};

const TOPIC_KEYS: &str = include_str!("../golden/kafka-4.4/topic-keys.tsv");
const BROKER_KEYS: &str = include_str!("../golden/kafka-4.4/broker-keys.tsv");
const GROUP_KEYS: &str = include_str!("../golden/kafka-4.4/group-keys.tsv");
const CLIENT_METRICS_KEYS: &str = include_str!("../golden/kafka-4.4/client-metrics-keys.tsv");
const TOPIC_VALUES: &str = include_str!("../golden/kafka-4.4/topic-values.tsv");
const BROKER_VALUES: &str = include_str!("../golden/kafka-4.4/broker-values.tsv");

/// Values that Kafka takes and we don't: the configs, which of their values, why.
type Refusal = (&'static [&'static str], fn(&str) -> bool, &'static str);
const REFUSED_BY_US_ALONE: &[Refusal] = &[
    (
        &["min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"],
        |value| value == "NaN",
        "no share of a log is not a number",
    ),
    (
        &["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"],
        |value| value.ends_with(','),
        "an empty element names no replica",
    ),
    (&["internal.segment.bytes"], |value| number(value) < 1, "a segment holds at least a byte"),
    (
        &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
        |value| number(value) < -1 || number(value) == 0,
        "Kafka itself fails on 0 at its next start, and no limit is -1",
    ),
    (&["log.roll.ms"], |value| number(value) < 1, "Kafka itself fails on it at its next start"),
    (
        &["log.roll.jitter.ms", "log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
        |value| number(value) < 0,
        "the topic config that it is the default of does not take it",
    ),
    (
        &["default.replication.factor"],
        |value| !(1..=32_767).contains(&number(value)),
        "a topic can't be created with it",
    ),
];

fn number(value: &str) -> i64 {
    value.trim().parse().unwrap_or(i64::MAX)
}

fn unquote(text: &str) -> Option<&str> {
    (text != "null").then(|| text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap())
}

fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap())
}

fn ours(keys: &'static [ConfigKey]) -> BTreeSet<&'static str> {
    keys.iter().map(|key| key.name).filter(|name| !name.starts_with("tidelog.")).collect()
}

#[test]
fn we_know_every_topic_config_with_its_type_default_and_synonyms() {
    let mut theirs = BTreeSet::new();
    for [name, value_type, default, synonyms] in rows(TOPIC_KEYS) {
        let key = find_key(Scope::Topic, name).unwrap();
        assert_eq!((key.value_type.as_str(), key.default), (value_type, unquote(default)), "{name}");
        assert_eq!(key.synonyms.join(","), synonyms, "{name}");
        theirs.insert(name);
    }
    assert_eq!(theirs.len(), 38);
    assert_eq!(ours(topic_keys()), theirs);
}

#[test]
fn we_know_every_broker_config_with_its_type_and_default_and_change_live_what_kafka_does() {
    let mut theirs = BTreeSet::new();
    for [name, value_type, default, update] in rows(BROKER_KEYS) {
        let key = find_key(Scope::Broker, name).unwrap();
        assert_eq!(key.value_type.as_str(), value_type, "{name}");
        theirs.insert(name);
        if matches!(key.support, Support::Elsewhere(_)) {
            // Where this node is, it does not learn from its configs.
            assert_eq!((key.default, key.update), (None, Update::Restart), "{name}");
            continue;
        }
        assert_eq!(key.default, unquote(default), "{name}");
        let expected = match update {
            "live" => Update::Live,
            "live-for-one" => Update::LiveForOne,
            _ => Update::Restart,
        };
        assert_eq!(key.update, expected, "{name}");
    }
    assert_eq!(theirs.len(), 379);
    assert_eq!(ours(broker_keys()), theirs);
}

#[test]
fn we_know_every_group_config_and_every_config_of_clients_metrics() {
    for (scope, keys, golden, count) in [
        (Scope::Group, group_keys(), GROUP_KEYS, 27),
        (Scope::ClientMetrics, client_metrics_keys(), CLIENT_METRICS_KEYS, 3),
    ] {
        let mut theirs = BTreeSet::new();
        for [name, value_type, default, synonym] in rows(golden) {
            let key = find_key(scope, name).unwrap();
            assert_eq!((key.value_type.as_str(), key.default), (value_type, unquote(default)), "{name}");
            assert_eq!(key.synonyms.join(","), synonym, "{name}");
            theirs.insert(name);
        }
        assert_eq!(theirs.len(), count);
        assert_eq!(ours(keys), theirs);
    }
}

#[test]
fn we_take_and_refuse_the_values_that_kafka_takes_and_refuses_and_show_them_alike() {
    let mut deviations_met = BTreeSet::new();
    let mut compared = 0;
    let topic = rows(TOPIC_VALUES).map(|row| (Scope::Topic, row));
    for (scope, [name, value, shown]) in topic.chain(rows(BROKER_VALUES).map(|row| (Scope::Broker, row))) {
        let value = unquote(value).unwrap();
        let taken = find_key(scope, name).unwrap().parse(value).ok().map(|value| value.to_string());
        let deviation =
            REFUSED_BY_US_ALONE.iter().position(|(names, which, _)| names.contains(&name) && which(value));
        match deviation.filter(|_| unquote(shown).is_some()) {
            Some(deviation) => {
                assert_eq!(taken, None, "{name}={value}");
                deviations_met.insert(deviation);
            }
            None => assert_eq!(taken.as_deref(), unquote(shown), "{name}={value}"),
        }
        compared += 1;
    }
    assert_eq!(compared, TOPIC_VALUES.lines().count() + BROKER_VALUES.lines().count());
    assert_eq!(deviations_met.len(), REFUSED_BY_US_ALONE.len(), "a deviation is not one any more");
}
