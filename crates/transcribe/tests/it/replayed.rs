//! What Kafka answered is what Tidelog answers.

use std::path::Path;

use tidelog_kafka_schema::Schemas;
use tidelog_transcribe::{Deviation, Deviations, Player, Replay, Transcript, load_scripts, replay};

use crate::node::RunningNode;

/// More would no longer be exceptions.
const MAX_DEVIATIONS: usize = 40;

#[test]
fn tidelog_answers_as_kafka_did_but_for_the_deviations_that_are_wanted() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schemas = Schemas::checked_in().expect("the schemas");
    let mut deviations = Deviations::load(&home.join("deviations.json5")).expect("the deviations");
    assert!(deviations.count() <= MAX_DEVIATIONS, "{} deviations", deviations.count());

    let dir = tempfile::tempdir().expect("a directory");
    let node = RunningNode::start(dir.path());
    let mut player = Player::new(&schemas, node.kafka()).expect("the node answers");
    let mut found = Replay::default();
    for script in load_scripts(&home.join("scenarios")).expect("the scenarios") {
        let path = home.join("transcripts").join(&script.stem).with_extension("json");
        let transcript = Transcript::load(&path).expect("a transcript");
        replay(&mut player, &script, &transcript, &mut deviations, &mut found)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    println!("{found}");
    assert!(found.difference_count() == 0, "{} differences, listed above", found.difference_count());
    let obsolete: Vec<&Deviation> =
        deviations.unmet().filter(|deviation| player.serves(&deviation.api)).collect();
    assert!(obsolete.is_empty(), "these deviations match nothing: {obsolete:#?}");
}
