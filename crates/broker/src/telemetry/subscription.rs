//! Which client is asked for which metrics: the `client-metrics` configs, and whom they match.

use regex::bytes::{Regex, RegexBuilder};
use tidelog_kafka_wire::Uuid;
use tidelog_metadata::{ConfigMap, MetadataImage};
use tidelog_record::crc32c;

/// How often a client pushes that no subscription matches; `interval.ms` by default.
const INTERVAL_DEFAULT_MS: u32 = 300_000;
/// The prefix of every metric.
const ALL_METRICS: &str = "*";

/// What one client is to push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Changes with what is asked for.
    pub id: i32,
    /// Prefixes of metrics' names; `*` alone: all of them; empty: none.
    pub metrics: Vec<String>,
    /// How often.
    pub push_interval_ms: u32,
}

/// What subscriptions can choose clients by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selectors<'a> {
    /// `client.id`.
    pub client_id: &'a str,
    /// What ApiVersions said.
    pub software_name: &'a str,
    /// What ApiVersions said.
    pub software_version: &'a str,
    /// The address that it comes from.
    pub source_address: &'a str,
    /// The port.
    pub source_port: &'a str,
}

/// All subscriptions, as they were when they were looked at last.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    configs: Vec<(String, ConfigMap)>,
    rules: Vec<Rule>,
    generation: u64,
}

/// One subscription: whom it is for, and what it asks.
#[derive(Debug)]
struct Rule {
    metrics: Vec<String>,
    push_interval_ms: u32,
    /// All must match.
    patterns: Vec<(String, Pattern)>,
}

/// A regular expression for the whole of a text. `None`: one that is too large; it matches nothing.
type Pattern = Option<Regex>;

impl Subscriptions {
    /// Looks at what is configured now.
    pub fn update(&mut self, image: &MetadataImage) {
        let known = self.configs.iter().map(|(name, configs)| (name.as_str(), configs));
        let is_same = image.client_metrics().eq(known);
        if !is_same {
            self.configs =
                image.client_metrics().map(|(name, configs)| (name.to_owned(), configs.clone())).collect();
            self.rules = self.configs.iter().map(|(_, configs)| Rule::of(configs)).collect();
            self.generation += 1;
        }
    }

    /// Rises with every change.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What the client `id` is to push: everything that any subscription wants of it, as often as the most eager one says.
    pub fn subscription_of(&self, id: Uuid, selectors: &Selectors<'_>) -> Subscription {
        let instance = id.to_string();
        let of_client = |name: &str| match name {
            "client_id" => selectors.client_id,
            "client_instance_id" => &instance,
            "client_software_name" => selectors.software_name,
            "client_software_version" => selectors.software_version,
            "client_source_address" => selectors.source_address,
            "client_source_port" => selectors.source_port,
            _ => "",
        };
        let (mut metrics, mut push_interval_ms) = (Vec::new(), INTERVAL_DEFAULT_MS);
        for rule in self.rules.iter().filter(|rule| rule.matches(of_client)) {
            metrics.extend(rule.metrics.iter().cloned());
            push_interval_ms = push_interval_ms.min(rule.push_interval_ms);
        }
        metrics.sort();
        metrics.dedup();
        if metrics.iter().any(|metric| metric == ALL_METRICS) {
            metrics = vec![ALL_METRICS.to_owned()];
        }
        let checksum = crc32c(format!("{metrics:?}{push_interval_ms}").as_bytes());
        let folded = (id.0 ^ id.0 >> 32 ^ id.0 >> 64 ^ id.0 >> 96) as u32;
        Subscription { id: (checksum ^ folded).cast_signed(), metrics, push_interval_ms }
    }
}

impl Rule {
    fn of(configs: &ConfigMap) -> Rule {
        let list = |name| {
            let text = configs.get(name).map_or("", |text| &**text);
            text.split(',').map(str::trim).filter(|element| !element.is_empty())
        };
        let interval = configs.get("interval.ms").and_then(|text| text.parse().ok());
        let patterns = list("match").filter_map(|element| {
            let (selector, pattern) = element.split_once('=')?;
            Some((selector.trim().to_owned(), whole(pattern.trim())))
        });
        Rule {
            metrics: list("metrics").map(str::to_owned).collect(),
            push_interval_ms: interval.unwrap_or(INTERVAL_DEFAULT_MS),
            patterns: patterns.collect(),
        }
    }

    fn matches<'a>(&self, of_client: impl Fn(&str) -> &'a str) -> bool {
        self.patterns.iter().all(|(selector, pattern)| {
            let text = of_client(selector);
            !text.is_empty() && pattern.as_ref().is_some_and(|pattern| pattern.is_match(text.as_bytes()))
        })
    }
}

fn whole(pattern: &str) -> Pattern {
    RegexBuilder::new(&format!("^(?:{pattern})$")).unicode(false).size_limit(1 << 20).build().ok()
}
