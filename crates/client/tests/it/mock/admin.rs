//! AdminService.

use bytes::Bytes;
use tidelog_client::{ErrorCode, ErrorDetail, TopicId};
use tidelog_grpc_api::v1::admin_service_server::AdminService;
use tidelog_grpc_api::v1::config_resource::Resource;
use tidelog_grpc_api::v1::*;
use tonic::{Request, Response, Status};

use super::Shared;

fn id_bytes(id: u128) -> Bytes {
    Bytes::copy_from_slice(&TopicId(id).to_bytes())
}

fn unknown(name: &str) -> Option<ErrorDetail> {
    Some(ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, format!("no topic '{name}'")))
}

#[tonic::async_trait]
impl AdminService for Shared {
    async fn create_topics(
        &self,
        request: Request<CreateTopicsRequest>,
    ) -> Result<Response<CreateTopicsResponse>, Status> {
        let CreateTopicsRequest { topics, validate_only } = request.into_inner();
        let mut state = self.lock();
        let results = topics.into_iter().map(|mut topic| {
            let mut result = CreateTopicResult { name: topic.name.clone(), ..CreateTopicResult::default() };
            if state.topics.contains_key(&topic.name) {
                result.error = Some(ErrorDetail::new(ErrorCode::TopicAlreadyExists, "it exists"));
                return result;
            }
            topic.partitions = topic.partitions.max(1);
            (result.partitions, result.replication_factor) = (topic.partitions, 1);
            if !validate_only {
                result.topic_id = id_bytes(state.create_topic(topic));
            }
            result
        });
        Ok(Response::new(CreateTopicsResponse { results: results.collect() }))
    }

    async fn list_topics(
        &self,
        _: Request<ListTopicsRequest>,
    ) -> Result<Response<ListTopicsResponse>, Status> {
        let state = self.lock();
        let topics = state.topics.iter().map(|(name, topic)| TopicListing {
            name: name.clone(),
            topic_id: id_bytes(topic.id),
            partitions: topic.logs.len() as i32,
            replication_factor: 1,
            internal: false,
        });
        Ok(Response::new(ListTopicsResponse { topics: topics.collect() }))
    }

    async fn describe_topics(
        &self,
        request: Request<DescribeTopicsRequest>,
    ) -> Result<Response<DescribeTopicsResponse>, Status> {
        let state = self.lock();
        let topics = request.into_inner().names.into_iter().map(|name| {
            let Some(topic) = state.topics.get(&name) else {
                return TopicDescription { error: unknown(&name), name, ..TopicDescription::default() };
            };
            let partitions = topic.logs.iter().enumerate().map(|(index, log)| PartitionDescription {
                partition: index as i32,
                leader: Some(0),
                log_start_offset: Some(log.start),
                high_watermark: Some(log.end),
                log_end_offset: Some(log.end),
                ..PartitionDescription::default()
            });
            let partitions = partitions.collect();
            TopicDescription { name, topic_id: id_bytes(topic.id), partitions, ..TopicDescription::default() }
        });
        Ok(Response::new(DescribeTopicsResponse { topics: topics.collect() }))
    }

    async fn alter_topic_configs(
        &self,
        request: Request<AlterTopicConfigsRequest>,
    ) -> Result<Response<AlterTopicConfigsResponse>, Status> {
        let mut state = self.lock();
        let results = request.into_inner().topics.into_iter().map(|TopicConfigChanges { name, changes }| {
            let Some(topic) = state.topics.get_mut(&name) else {
                return TopicResult { error: unknown(&name), name };
            };
            topic.configs.extend(changes.into_iter().map(|change| (change.name, change.value)));
            TopicResult { name, error: None }
        });
        Ok(Response::new(AlterTopicConfigsResponse { results: results.collect() }))
    }

    async fn delete_topics(
        &self,
        request: Request<DeleteTopicsRequest>,
    ) -> Result<Response<DeleteTopicsResponse>, Status> {
        let mut state = self.lock();
        let results = request.into_inner().names.into_iter().map(|name| {
            let error = if state.topics.remove(&name).is_some() { None } else { unknown(&name) };
            TopicResult { name, error }
        });
        let results = results.collect();
        drop(state);
        self.changed();
        Ok(Response::new(DeleteTopicsResponse { results }))
    }

    async fn create_partitions(
        &self,
        request: Request<CreatePartitionsRequest>,
    ) -> Result<Response<CreatePartitionsResponse>, Status> {
        let mut state = self.lock();
        let results = request.into_inner().topics.into_iter().map(|NewPartitions { name, total_count }| {
            let Some(topic) = state.topics.get_mut(&name) else {
                return TopicResult { error: unknown(&name), name };
            };
            let error = (topic.logs.len() >= total_count as usize)
                .then(|| ErrorDetail::new(ErrorCode::InvalidPartitions, "it has as many"));
            topic.logs.resize_with(topic.logs.len().max(total_count as usize), Default::default);
            TopicResult { name, error }
        });
        Ok(Response::new(CreatePartitionsResponse { results: results.collect() }))
    }

    async fn delete_records(
        &self,
        request: Request<DeleteRecordsRequest>,
    ) -> Result<Response<DeleteRecordsResponse>, Status> {
        let mut state = self.lock();
        let results = request.into_inner().entries.into_iter().map(|entry| {
            let log = state
                .topics
                .get_mut(&entry.name)
                .and_then(|topic| topic.logs.get_mut(entry.partition as usize));
            let Some(log) = log else {
                let (name, partition, error) = (entry.name.clone(), entry.partition, unknown(&entry.name));
                return DeleteRecordsResult { name, partition, log_start_offset: -1, error };
            };
            log.trim(entry.before_offset.unwrap_or(log.end));
            let (name, partition, log_start_offset) = (entry.name, entry.partition, log.start);
            DeleteRecordsResult { name, partition, log_start_offset, error: None }
        });
        Ok(Response::new(DeleteRecordsResponse { results: results.collect() }))
    }

    async fn describe_cluster(
        &self,
        _: Request<DescribeClusterRequest>,
    ) -> Result<Response<DescribeClusterResponse>, Status> {
        let node = NodeDescription { node_id: 0, version: "mock".into(), ..NodeDescription::default() };
        let cluster_id = "mock".to_owned();
        Ok(Response::new(DescribeClusterResponse { cluster_id, controller: Some(0), nodes: vec![node] }))
    }

    async fn describe_configs(
        &self,
        request: Request<DescribeConfigsRequest>,
    ) -> Result<Response<DescribeConfigsResponse>, Status> {
        let state = self.lock();
        let results = request.into_inner().resources.into_iter().map(|resource| {
            let mut result = DescribeConfigsResult::default();
            match &resource.resource {
                Some(Resource::Topic(name)) => match state.topics.get(name) {
                    None => result.error = unknown(name),
                    Some(topic) => {
                        let configs = topic.configs.iter().map(|(name, value)| ConfigEntry {
                            name: name.clone(),
                            value: Some(value.clone()),
                            source: ConfigSource::Topic.into(),
                            ..ConfigEntry::default()
                        });
                        result.configs = configs.collect();
                    }
                },
                Some(Resource::NodeId(_)) | None => {
                    result.configs =
                        vec![ConfigEntry { name: "num.partitions".into(), ..ConfigEntry::default() }];
                }
            }
            result.resource = Some(resource);
            result
        });
        Ok(Response::new(DescribeConfigsResponse { results: results.collect() }))
    }
}
