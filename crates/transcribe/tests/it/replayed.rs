//! What Kafka answered is what Tidelog answers.

use std::net::SocketAddr;
use std::path::Path;
use std::thread;

use tidelog_kafka_schema::Schemas;
use tidelog_transcribe::{
    Deviation, Deviations, Played, Player, Replay, Script, Transcript, compare_all, load_scripts, play,
};

use crate::node::RunningNode;

/// More would no longer be exceptions.
const MAX_DEVIATIONS: usize = 40;

/// Scripts of many topics and waits, which change nothing but their own topics: each is played beside the others. The others
/// may change what all brokers have, and are played one after another.
const APART: &[&str] = &["fetch", "produce"];

#[test]
fn tidelog_answers_as_kafka_did_but_for_the_deviations_that_are_wanted() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schemas = Schemas::checked_in().expect("the schemas");
    let mut deviations = Deviations::load(&home.join("deviations.json5")).expect("the deviations");
    assert!(deviations.count() <= MAX_DEVIATIONS, "{} deviations", deviations.count());

    let dir = tempfile::tempdir().expect("a directory");
    let node = RunningNode::start(dir.path());
    let scripts = load_scripts(&home.join("scenarios")).expect("the scenarios");
    let player = Player::new(&schemas, node.kafka()).expect("the node answers");
    let mut found = Replay::default();
    for (script, played) in play_all(&schemas, node.kafka(), scripts) {
        let path = home.join("transcripts").join(&script.stem).with_extension("json");
        let transcript = Transcript::load(&path).expect("a transcript");
        compare_all(&player, &script, played, &transcript, &mut deviations, &mut found)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    println!("{found}");
    assert!(found.difference_count() == 0, "{} differences, listed above", found.difference_count());
    let obsolete: Vec<&Deviation> =
        deviations.unmet().filter(|deviation| player.serves(&deviation.api)).collect();
    assert!(obsolete.is_empty(), "these deviations match nothing: {obsolete:#?}");
}

fn play_all(schemas: &Schemas, broker: SocketAddr, scripts: Vec<Script>) -> Vec<(Script, Vec<Played>)> {
    let (apart, together): (Vec<Script>, Vec<Script>) =
        scripts.into_iter().partition(|script| APART.contains(&script.stem.as_str()));
    let mut groups: Vec<Vec<Script>> = apart.into_iter().map(|script| vec![script]).collect();
    groups.push(together);
    let play_group = |group: Vec<Script>| {
        let mut player = Player::new(schemas, broker).expect("the node answers");
        let mut played = Vec::new();
        for script in group {
            let outcomes = play(&mut player, &script).unwrap_or_else(|error| panic!("{error}"));
            played.push((script, outcomes));
        }
        played
    };
    thread::scope(|scope| {
        let threads: Vec<_> = groups.into_iter().map(|group| scope.spawn(|| play_group(group))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("its scripts are played")).collect()
    })
}
