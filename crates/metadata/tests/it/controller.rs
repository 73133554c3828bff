//! The machine around the decisions: it decides on what is under way, tells only what is committed, and takes back what
//! the log rejects.

use tidelog_metadata::controller::*;
use tidelog_metadata::log::{LogEvent, MetadataLog, Proposal};
use tidelog_metadata::*;
use tidelog_model::{NodeId, Offset, TopicId};

use crate::support::Cluster;

#[test]
fn decisions_see_what_is_under_way_and_nobody_else_does() {
    let mut cluster = Cluster::new(&[1], &[]);
    let new = cluster.new_topic("t", 1, &[]);
    let decision = create_topics(&cluster.controller.basis(), std::slice::from_ref(&new), false);
    let proposal = cluster.controller.propose(&mut cluster.log, decision.records).unwrap();
    assert_eq!(proposal, Some(Proposal { first: Offset(1), last: Offset(1) }));

    let again = create_topics(&cluster.controller.basis(), &[new], false).answer;
    assert_eq!(again, [Err(CreateTopicError::Exists { name: "t".into() })]);
    assert!(cluster.image().topic("t").is_none());

    cluster.log.commit_all();
    cluster.poll();
    assert!(cluster.image().topic("t").is_some());
    assert_eq!(cluster.image().last_offset(), proposal.map(|proposal| proposal.last));
}

#[test]
fn a_decision_without_records_is_not_proposed() {
    let mut cluster = Cluster::new(&[1], &[]);
    assert_eq!(cluster.controller.propose(&mut cluster.log, vec![]), Ok(None));
}

#[test]
fn what_is_rejected_is_taken_back_and_what_was_committed_stays() {
    let mut cluster = Cluster::new(&[1], &[]);
    let topics = ["a", "b", "c"].map(|name| cluster.new_topic(name, 1, &[]));
    for topic in &topics {
        let decision = create_topics(&cluster.controller.basis(), std::slice::from_ref(topic), false);
        cluster.propose(decision.records);
    }
    cluster.log.commit(1);
    cluster.log.reject();
    cluster.poll();
    for image in [cluster.controller.image(), cluster.controller.basis().image] {
        let names: Vec<_> = image.topics().map(|topic| topic.name().to_string()).collect();
        assert_eq!(names, ["a"]);
    }
    assert!(cluster.create(&topics[1..]).iter().all(Result::is_ok));
}

#[test]
fn a_controller_that_starts_again_replays_to_the_same_image() {
    let mut cluster = Cluster::new(&[1, 2], &[]);
    let topics = ["a", "b", "c"].map(|name| cluster.new_topic(name, 3, &[("retention.ms", "1")]));
    cluster.create(&topics);
    cluster.start(2);
    let mut replayed = Controller::new(NodeId(1), WrittenConfig::default());
    let mut log = cluster.log.clone().reopen();
    while let Some(event) = log.poll().unwrap() {
        replayed.handle(event).unwrap();
    }
    assert_eq!(replayed.image(), cluster.image());
    assert_eq!(replayed.basis().image, cluster.image());
}

#[test]
fn a_record_that_does_not_fit_is_an_error_and_changes_nothing() {
    let mut cluster = Cluster::new(&[1], &[]);
    let before = cluster.image().clone();
    let record = MetadataRecord::from(TopicDeleted { topic_id: TopicId(9) });
    let error = cluster.controller.handle(LogEvent::Committed { offset: Offset(5), record });
    assert_eq!(error, Err(ApplyError::UnknownTopic { topic_id: TopicId(9) }));
    assert_eq!(*cluster.image(), before);
}
