//! Gives back what destructive requests took: topics that are gone, broker configs that were set, quotas. And takes away
//! what they made, so that an attack does not end in a broker full of topics that nobody wanted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tidelog_kafka_schema::Schemas;

use crate::client::{Client, ClientError};
use crate::corpus::World;

/// How many topics requests speak of.
pub const POOL: usize = 12;
const PARTITIONS: usize = 3;
/// A topic that grew beyond this is made anew.
const PARTITIONS_MAX: usize = 40;
/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(250);
const BROKER: i8 = 4;
const CLIENT_METRICS: i8 = 16;
const GROUP: i8 = 32;

/// See the module.
#[derive(Debug)]
pub struct Janitor {
    schemas: Arc<Schemas>,
    address: SocketAddr,
    /// What it never touches.
    kept: String,
    client: Client,
}

impl Janitor {
    /// Connects. The topic `kept` is none of its business.
    pub async fn start(
        schemas: Arc<Schemas>,
        address: SocketAddr,
        kept: String,
    ) -> Result<Janitor, ClientError> {
        let client = Client::connect(schemas.clone(), address, &kept).await?;
        Ok(Janitor { schemas, address, kept, client })
    }

    /// Tidies up again and again; `tell` hears of the world after each round. Never returns.
    pub async fn run(mut self, tell: impl Fn(World)) {
        loop {
            match self.round().await {
                Ok(world) => tell(world),
                Err(_) => {
                    // The broker is slow, or an admin setting cut the connection: come again.
                    if let Ok(client) = Client::connect(self.schemas.clone(), self.address, &self.kept).await
                    {
                        self.client = client;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One round: afterwards the world is as it should be, until the next hostile request.
    pub async fn round(&mut self) -> Result<World, ClientError> {
        self.reset_configs().await?;
        self.remove_quotas().await?;
        self.remove_topics().await?;
        self.make_topics().await?;
        let topics = self.client.topics().await?;
        let of_pool = topics.into_iter().filter(|(name, _)| is_of_pool(name));
        Ok(World { topics: of_pool.map(|(name, (id, _))| (name, id)).collect() })
    }

    /// A config that is not named is deleted.
    async fn reset_configs(&mut self) -> Result<(), ClientError> {
        let mut resources = vec![(BROKER, String::new()), (BROKER, "0".to_owned())];
        for kind in [CLIENT_METRICS, GROUP] {
            let answer = self.client.ask("ListConfigResources", 1, &json!({"resourceTypes": [kind]})).await?;
            let names = answer["configResources"].as_array().into_iter().flatten();
            resources.extend(
                names
                    .filter_map(|resource| resource["resourceName"].as_str())
                    .map(|name| (kind, name.to_owned())),
            );
        }
        let resources: Vec<Json> = resources
            .into_iter()
            .map(|(kind, name)| json!({"resourceType": kind, "resourceName": name, "configs": []}))
            .collect();
        self.client.ask("AlterConfigs", 2, &json!({"resources": resources, "validateOnly": false})).await?;
        Ok(())
    }

    async fn remove_quotas(&mut self) -> Result<(), ClientError> {
        let all = json!({"components": [], "strict": false});
        let answer = self.client.ask("DescribeClientQuotas", 1, &all).await?;
        let mut entries = Vec::new();
        for entry in answer["entries"].as_array().into_iter().flatten() {
            let entity = &entry["entity"];
            let parts = entity.as_array().into_iter().flatten();
            if parts.clone().any(|part| part["entityName"] == json!(self.kept)) {
                continue;
            }
            let values = entry["values"].as_array().into_iter().flatten();
            let ops: Vec<Json> =
                values.map(|value| json!({"key": value["key"], "value": 0.0, "remove": true})).collect();
            entries.push(json!({"entity": entity, "ops": ops}));
        }
        if !entries.is_empty() {
            let request = json!({"entries": entries, "validateOnly": false});
            self.client.ask("AlterClientQuotas", 1, &request).await?;
        }
        Ok(())
    }

    async fn remove_topics(&mut self) -> Result<(), ClientError> {
        let topics = self.client.topics().await?;
        let is_unwanted = |name: &str, partitions: usize| {
            name != self.kept && (!is_of_pool(name) || partitions > PARTITIONS_MAX)
        };
        let unwanted: Vec<Json> = topics
            .iter()
            .filter(|(name, (_, partitions))| is_unwanted(name, *partitions))
            .map(|(name, _)| json!({"name": name, "topicId": null_id()}))
            .collect();
        if !unwanted.is_empty() {
            let request = json!({"topics": unwanted, "timeoutMs": 30_000});
            self.client.ask("DeleteTopics", 6, &request).await?;
        }
        Ok(())
    }

    async fn make_topics(&mut self) -> Result<(), ClientError> {
        let topics = self.client.topics().await?;
        let missing: Vec<Json> = pool()
            .filter(|name| !topics.contains_key(name))
            .map(|name| json!({"name": name, "numPartitions": PARTITIONS, "replicationFactor": -1}))
            .collect();
        if !missing.is_empty() {
            let request = json!({"topics": missing, "timeoutMs": 30_000, "validateOnly": false});
            self.client.ask("CreateTopics", 7, &request).await?;
        }
        Ok(())
    }
}

fn pool() -> impl Iterator<Item = String> {
    (0..POOL).map(|number| format!("hostile-{number}"))
}

fn is_of_pool(name: &str) -> bool {
    pool().any(|other| other == name)
}

fn null_id() -> &'static str {
    "AAAAAAAAAAAAAAAAAAAAAA"
}
