//! The few raw requests that a comparison needs: make and remove a topic, produce one record.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    CreateTopicsRequest, DeleteTopicsRequest, ProduceRequest, RequestHeader, ResponseHeader, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};
use kafka_protocol::records::{
    Compression, NO_PARTITION_LEADER_EPOCH, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE, Record,
    RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};

const TIMEOUT: Duration = Duration::from_secs(30);
const CREATE_VERSION: i16 = 5;
const DELETE_VERSION: i16 = 4;
/// The only one that the floor has.
const PRODUCE_VERSION: i16 = 3;
const TOPIC_ALREADY_EXISTS: i16 = 36;

/// A connection to a broker.
pub struct Connection(TcpStream);

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Connection> {
        let socket = TcpStream::connect_timeout(&address, TIMEOUT)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        socket.set_nodelay(true)?;
        Ok(Connection(socket))
    }

    /// Makes a topic with these configs, unless it is there.
    pub fn create_topic(&mut self, name: &str, partitions: i32, configs: &[(&str, &str)]) -> io::Result<()> {
        let config = |(name, value): &(&str, &str)| {
            CreatableTopicConfig::default().with_name(text(name)).with_value(Some(text(value)))
        };
        let topic = CreatableTopic::default()
            .with_name(topic(name))
            .with_num_partitions(partitions)
            .with_replication_factor(1)
            .with_configs(configs.iter().map(config).collect());
        let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(30_000);
        let answer = self.call(&request, CREATE_VERSION)?;
        let errors = answer.topics.iter().map(|topic| topic.error_code);
        checked("CreateTopics", errors.filter(|code| *code != TOPIC_ALREADY_EXISTS))
    }

    /// Removes topics.
    pub fn delete_topics(&mut self, names: &[String]) -> io::Result<()> {
        let request = DeleteTopicsRequest::default()
            .with_topic_names(names.iter().map(|name| topic(name)).collect())
            .with_timeout_ms(30_000);
        let answer = self.call(&request, DELETE_VERSION)?;
        checked("DeleteTopics", answer.responses.iter().map(|topic| topic.error_code))
    }

    /// Produces one record into partition 0 with `acks=all`.
    pub fn produce_one(&mut self, name: &str) -> io::Result<()> {
        let partition = PartitionProduceData::default().with_index(0).with_records(Some(one_record()?));
        let data = TopicProduceData::default().with_name(topic(name)).with_partition_data(vec![partition]);
        let request =
            ProduceRequest::default().with_acks(-1).with_timeout_ms(30_000).with_topic_data(vec![data]);
        let answer = self.call(&request, PRODUCE_VERSION)?;
        let partitions = answer.responses.iter().flat_map(|topic| &topic.partition_responses);
        checked("Produce", partitions.map(|partition| partition.error_code))
    }

    fn call<R: Request>(&mut self, request: &R, version: i16) -> io::Result<R::Response> {
        let header = RequestHeader::default()
            .with_request_api_key(R::KEY)
            .with_request_api_version(version)
            .with_correlation_id(1)
            .with_client_id(Some(text("side-by-side")));
        let mut frame = BytesMut::from(&[0; 4][..]);
        header.encode(&mut frame, R::header_version(version)).map_err(io::Error::other)?;
        request.encode(&mut frame, version).map_err(io::Error::other)?;
        let length = (frame.len() - 4) as u32;
        frame[..4].copy_from_slice(&length.to_be_bytes());
        self.0.write_all(&frame)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut answer)?;
        let mut answer = Bytes::from(answer);
        ResponseHeader::decode(&mut answer, R::Response::header_version(version))
            .map_err(io::Error::other)?;
        let decoded = R::Response::decode(&mut answer, version).map_err(io::Error::other)?;
        if answer.has_remaining() { Err(io::Error::other("an answer with a rest")) } else { Ok(decoded) }
    }
}

fn checked(api: &str, codes: impl Iterator<Item = i16>) -> io::Result<()> {
    match codes.into_iter().find(|code| *code != 0) {
        Some(code) => Err(io::Error::other(format!("{api}: error {code}"))),
        None => Ok(()),
    }
}

fn one_record() -> io::Result<Bytes> {
    let record = Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
        producer_id: NO_PRODUCER_ID,
        producer_epoch: NO_PRODUCER_EPOCH,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence: NO_SEQUENCE,
        timestamp: 1_700_000_000_000,
        key: None,
        value: Some(Bytes::from_static(b"one record")),
        headers: Default::default(),
    };
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    let mut batch = BytesMut::new();
    RecordBatchEncoder::encode(&mut batch, [&record], &options).map_err(io::Error::other)?;
    Ok(batch.freeze())
}

fn text(value: &str) -> StrBytes {
    StrBytes::from_string(value.to_owned())
}

fn topic(name: &str) -> TopicName {
    TopicName(text(name))
}
