//! librdkafka's admin client.

use rdkafka::Offset;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigEntry, ConfigSource, NewPartitions, NewTopic,
    OwnedResourceSpecifier, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode;

use crate::broker::{Broker, PATIENCE, ask};
use crate::records::{Record, at, consume, produce};

fn client(broker: &Broker) -> AdminClient<DefaultClientContext> {
    broker.clients(&[]).create().expect("an admin client")
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE))
}

fn new_topic(name: &str, partitions: i32) -> NewTopic<'_> {
    NewTopic::new(name, partitions, TopicReplication::Fixed(1))
}

/// How many partitions each topic has, by name.
fn topics(broker: &Broker) -> Vec<(String, usize)> {
    let metadata = ask(|patience| broker.inquirer().fetch_metadata(None, patience)).expect("is answered");
    let topics = metadata.topics().iter();
    let mut topics: Vec<_> = topics.map(|it| (it.name().to_owned(), it.partitions().len())).collect();
    topics.sort_unstable();
    topics
}

async fn topic_config(broker: &Broker, topic: &str, name: &str) -> (String, ConfigSource) {
    let topics = [ResourceSpecifier::Topic(topic)];
    let mut found = client(broker).describe_configs(&topics, &options()).await.expect("is answered");
    let resource = found.remove(0).expect("is described");
    assert_eq!(resource.specifier, OwnedResourceSpecifier::Topic(topic.to_owned()));
    let is_named = |entry: &ConfigEntry| entry.name == name;
    let entry = resource.entries.into_iter().find(is_named).expect("is among them");
    (entry.value.expect("is no secret"), entry.source)
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_created_grow_and_go() {
    let broker = Broker::start().await;
    let admin = client(&broker);
    let new = [new_topic("one", 1), new_topic("many", 5), new_topic("not a name", 1)];
    let created = admin.create_topics(&new, &options()).await;
    let invalid = ("not a name".to_owned(), RDKafkaErrorCode::InvalidTopic);
    assert_eq!(created, Ok(vec![Ok("one".to_owned()), Ok("many".to_owned()), Err(invalid)]));
    assert_eq!(topics(&broker), [("many".to_owned(), 5), ("one".to_owned(), 1)]);

    let again = admin.create_topics(&[new_topic("one", 1)], &options()).await;
    assert_eq!(again, Ok(vec![Err(("one".to_owned(), RDKafkaErrorCode::TopicAlreadyExists))]));

    let more = [NewPartitions::new("one", 3), NewPartitions::new("many", 4)];
    let grown = admin.create_partitions(&more, &options()).await;
    let fewer = ("many".to_owned(), RDKafkaErrorCode::InvalidPartitions);
    assert_eq!(grown, Ok(vec![Ok("one".to_owned()), Err(fewer)]));
    assert_eq!(topics(&broker), [("many".to_owned(), 5), ("one".to_owned(), 3)]);

    let deleted = admin.delete_topics(&["many", "missing"], &options()).await;
    let missing = ("missing".to_owned(), RDKafkaErrorCode::UnknownTopicOrPartition);
    assert_eq!(deleted, Ok(vec![Ok("many".to_owned()), Err(missing)]));
    assert_eq!(topics(&broker), [("one".to_owned(), 3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_validated_is_not_done() {
    let broker = Broker::start().await;
    broker.create_topic("events", 2, &[]).await;
    let (admin, validate) = (client(&broker), options().validate_only(true));
    let created = admin.create_topics(&[new_topic("other", 1)], &validate).await;
    assert_eq!(created, Ok(vec![Ok("other".to_owned())]));
    let grown = admin.create_partitions(&[NewPartitions::new("events", 5)], &validate).await;
    assert_eq!(grown, Ok(vec![Ok("events".to_owned())]));
    let altered = AlterConfig::new(ResourceSpecifier::Topic("events")).set("retention.ms", "1000");
    let altered = admin.alter_configs(&[altered], &validate).await;
    assert_eq!(altered, Ok(vec![Ok(OwnedResourceSpecifier::Topic("events".to_owned()))]));

    assert_eq!(topics(&broker), [("events".to_owned(), 2)]);
    let retention = topic_config(&broker, "events", "retention.ms").await;
    assert_eq!(retention, ("604800000".to_owned(), ConfigSource::Default));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topics_configs_are_set_when_it_is_created_and_replaced_as_a_whole() {
    let broker = Broker::start().await;
    let admin = client(&broker);
    let new = new_topic("events", 1).set("retention.ms", "1000").set("cleanup.policy", "compact");
    let created = admin.create_topics(&[new], &options()).await;
    assert_eq!(created, Ok(vec![Ok("events".to_owned())]));
    let retention = topic_config(&broker, "events", "retention.ms").await;
    assert_eq!(retention, ("1000".to_owned(), ConfigSource::DynamicTopic));

    let replaced = AlterConfig::new(ResourceSpecifier::Topic("events")).set("retention.ms", "2000");
    let altered = admin.alter_configs(&[replaced], &options()).await;
    assert_eq!(altered, Ok(vec![Ok(OwnedResourceSpecifier::Topic("events".to_owned()))]));
    let retention = topic_config(&broker, "events", "retention.ms").await;
    assert_eq!(retention, ("2000".to_owned(), ConfigSource::DynamicTopic));
    // AlterConfigs sets back what it does not name.
    let policy = topic_config(&broker, "events", "cleanup.policy").await;
    assert_eq!(policy, ("delete".to_owned(), ConfigSource::Default));

    let wrong = AlterConfig::new(ResourceSpecifier::Topic("events")).set("retention.ms", "soon");
    // The crate hands out no resource's error (0.39): only describing tells that nothing came of it.
    admin.alter_configs(&[wrong], &options()).await.expect("is answered");
    let retention = topic_config(&broker, "events", "retention.ms").await;
    assert_eq!(retention, ("2000".to_owned(), ConfigSource::DynamicTopic));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brokers_configs_are_described_with_their_source() {
    let broker = Broker::start_with(&[("num.partitions", "6")]).await;
    let brokers = [ResourceSpecifier::Broker(0)];
    let mut found = client(&broker).describe_configs(&brokers, &options()).await.expect("is answered");
    let resource = found.remove(0).expect("is described");
    assert_eq!(resource.specifier, OwnedResourceSpecifier::Broker(0));
    let config = |name| {
        let entry: &ConfigEntry = resource.get(name).expect("is among them");
        (entry.value.as_deref(), &entry.source)
    };
    assert_eq!(config("num.partitions"), (Some("6"), &ConfigSource::StaticBroker));
    assert_eq!(config("message.max.bytes"), (Some("1048588"), &ConfigSource::Default));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_records_are_gone_and_the_log_starts_behind_them() {
    let broker = Broker::start().await;
    broker.create_topic("events", 1, &[]).await;
    let records: Vec<_> = (0..10).map(|number| Record::of(&format!("value {number}"))).collect();
    produce(&broker.producer(&[]), "events", 0, &records).await;

    let deleted = client(&broker).delete_records(&at("events", 0, Offset::Offset(6)), &options()).await;
    let deleted = deleted.expect("is answered");
    let partition = deleted.find_partition("events", 0).expect("is in the answer");
    assert_eq!((partition.error(), partition.offset()), (Ok(()), Offset::Offset(6)));
    let watermarks = ask(|patience| broker.inquirer().fetch_watermarks("events", 0, patience));
    assert_eq!(watermarks, Ok((6, 10)));
    let read = consume(&broker.consumer(&[]), "events", Offset::Beginning, 4).await;
    assert_eq!(read, (6..).zip(records[6..].iter().cloned()).collect::<Vec<_>>());

    let beyond = client(&broker).delete_records(&at("events", 0, Offset::Offset(11)), &options()).await;
    let beyond = beyond.expect("is answered");
    let partition = beyond.find_partition("events", 0).expect("is in the answer");
    let refused = rdkafka::error::KafkaError::OffsetFetch(RDKafkaErrorCode::OffsetOutOfRange);
    assert_eq!(partition.error(), Err(refused));
}
