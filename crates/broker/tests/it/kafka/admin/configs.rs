//! A broker's configs that its operator says as options.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};

use crate::kafka::KafkaClient;
use crate::support::TestNode;

#[tokio::test]
async fn a_brokers_configs_say_where_it_is() {
    let node = TestNode::start().await;
    let names = ["advertised.listeners", "broker.id", "listeners", "log.dir", "log.dirs", "node.id"];
    let broker = DescribeConfigsResource {
        resource_type: 4,
        resource_name: Str::from("0"),
        configuration_keys: Some(names.map(Str::from).to_vec()),
    };
    let request = DescribeConfigsRequest { resources: vec![broker], ..DescribeConfigsRequest::default() };
    let mut answer = KafkaClient::connect(&node).await.ask(4, &request).await;
    let result = answer.results.remove(0);
    let found: Vec<_> = result
        .configs
        .iter()
        .map(|config| (&*config.name, config.value.as_deref(), config.config_source, config.read_only))
        .collect();

    let listener = format!("PLAINTEXT://{}", node.node.addresses().kafka[0].1);
    let directory = node.directory.path().to_str().expect("a name in UTF-8");
    let (written, default) = (4, 5);
    let expected = [
        ("advertised.listeners", Some(&*listener), written, true),
        ("broker.id", Some("0"), written, true),
        ("listeners", Some(&*listener), written, true),
        ("log.dir", Some(directory), default, true),
        ("log.dirs", Some(directory), written, true),
        ("node.id", Some("0"), written, true),
    ];
    assert_eq!(found, expected);
}
