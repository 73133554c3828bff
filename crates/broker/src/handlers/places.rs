//! Where this node is, as configs: Kafka has settings for what an operator says here as options (`--node-id`, `--kafka`,
//! `--data-dir`), and clients look for them.

use tidelog_metadata::{Candidate, ConfigSource, Explanation, Origin};

use crate::kafka::KafkaListener;
use crate::node::Shared;

/// Options count as written on the command line, also those that a file says or nobody: to Kafka's clients all are one.
const OPTION: ConfigSource = ConfigSource::Written(Origin::CommandLine);

/// The broker's configs, those filled in that are options.
pub(super) fn with_places(node: &Shared, mut configs: Vec<Explanation>) -> Vec<Explanation> {
    for config in &mut configs {
        if let Some((value, source)) = place(node, config.key.name) {
            config.candidates = vec![Candidate { key: config.key, value: value.clone(), source }];
            config.value = Some(value);
            config.source = source;
        }
    }
    configs
}

fn place(node: &Shared, name: &str) -> Option<(String, ConfigSource)> {
    let listeners =
        |of: fn(&KafkaListener) -> String| node.kafka_listeners.iter().map(of).collect::<Vec<_>>().join(",");
    let data_dir = || node.data_dir.to_string_lossy().into_owned();
    let value = match name {
        "node.id" | "broker.id" => node.controller.node_id().to_string(),
        "listeners" => listeners(KafkaListener::kafka_address),
        "advertised.listeners" => listeners(KafkaListener::kafka_advertised),
        "log.dirs" => data_dir(),
        // What `log.dirs` would be if nobody set it.
        "log.dir" => return Some((data_dir(), ConfigSource::Default)),
        _ => return None,
    };
    Some((value, OPTION))
}
