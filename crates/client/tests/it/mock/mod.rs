//! A broker in memory, on the generated server traits: enough of one to test a client against, and able to do what a real
//! one does only on bad days.
//!
//! It runs on a runtime of its own; to stop it is to drop that runtime, which closes its sockets at once, as a crash
//! does. What it stored stays.

mod admin;
mod fetch;
mod log;
mod produce;

use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tidelog_client::{Client, ClientOptions, ErrorDetail, NewTopic, TopicId};
use tidelog_grpc_api::limits;
use tidelog_grpc_api::v1::admin_service_server::AdminServiceServer;
use tidelog_grpc_api::v1::log_service_server::LogServiceServer;
use tidelog_record::{Batch, Decompressor};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

pub use self::log::Log;

/// What happens to the next produce requests, one each; after that they are answered.
#[derive(Clone, Debug)]
pub enum Action {
    Answer,
    /// The first entry is refused, the others are treated as ever.
    Refuse(ErrorDetail),
    /// Stored, but the answer never arrives: the stream breaks.
    StoreAndBreak,
    /// Not stored; the stream breaks.
    Break,
}

#[derive(Debug, Default)]
pub struct Topic {
    pub id: u128,
    pub logs: Vec<Log>,
    pub configs: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub struct State {
    pub topics: BTreeMap<String, Topic>,
    pub actions: VecDeque<Action>,
    /// Record counts of the batches of each produce request, in the order of arrival.
    pub requests: Vec<Vec<i32>>,
    /// Bytes of batches handed to fetch streams so far.
    pub fetched_bytes: usize,
    /// Fetch streams begun so far.
    pub fetch_streams: usize,
    /// Fetch streams break after so many messages.
    pub break_fetch_after: Option<usize>,
    /// So many times the first partition of a fetch stream fails for a while.
    pub refuse_fetches: usize,
    pub producers: i64,
    topic_count: u128,
}

#[derive(Clone, Debug)]
pub struct Shared {
    state: Arc<Mutex<State>>,
    /// Rises with everything that readers may have waited for.
    version: Arc<watch::Sender<u64>>,
    /// Whether answers to produces are held back.
    held: Arc<watch::Sender<bool>>,
}

pub struct Mock {
    pub shared: Shared,
    pub address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Mock {
    pub fn start() -> Mock {
        let state = Arc::default();
        let shared = Shared { state, version: Arc::new(watch::Sender::new(0)), held: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut mock = Mock { shared, address, runtime: None };
        mock.serve(listener);
        mock
    }

    /// With one topic, `events`.
    pub fn with_topic(partitions: usize) -> Mock {
        let mock = Mock::start();
        mock.state().create("events", partitions);
        mock
    }

    /// Closes all connections and answers no more.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A runtime may not wait within another one.
            std::thread::spawn(|| drop(runtime)).join().unwrap();
        }
    }

    /// Serves again, where it was, with what it had.
    pub fn start_again(&mut self) {
        assert!(self.runtime.is_none(), "it is running");
        self.serve(TcpListener::bind(self.address).unwrap());
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Holds answers to produces back, or lets them go.
    pub fn hold_answers(&self, hold: bool) {
        self.shared.held.send_replace(hold);
    }

    pub async fn client(&self) -> Client {
        Client::connect(self.options()).await.unwrap()
    }

    pub fn options(&self) -> ClientOptions {
        ClientOptions {
            reconnect_backoff_ms: 5,
            reconnect_backoff_max_ms: 20,
            ..ClientOptions::from(self.address.to_string())
        }
    }

    /// Values of all records of a partition of `events`, in order.
    pub fn values(&self, partition: usize) -> Vec<String> {
        let mut decompressor = Decompressor::default();
        let mut values = Vec::new();
        for stored in &self.state().topics["events"].logs[partition].batches {
            let batch = Batch::parse(stored.bytes.clone()).unwrap();
            batch.verify_crc().unwrap();
            for record in batch.records(&mut decompressor).unwrap() {
                values.push(String::from_utf8(record.unwrap().value.unwrap().to_vec()).unwrap());
            }
        }
        values
    }

    /// Waits until the state is as wanted.
    pub async fn until(&self, wanted: impl Fn(&State) -> bool) {
        let mut version = self.shared.version.subscribe();
        let wait = async {
            while !wanted(&self.state()) {
                version.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(8), wait).await.expect("the broker does not get there");
    }

    fn serve(&mut self, listener: TcpListener) {
        listener.set_nonblocking(true).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let shared = self.shared.clone();
        let server = Server::builder()
            .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
            .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
            .max_frame_size(limits::MAX_FRAME_BYTES)
            .add_service(
                LogServiceServer::new(shared.clone()).max_decoding_message_size(limits::MAX_REQUEST_BYTES),
            )
            .add_service(AdminServiceServer::new(shared));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            // The server's own option does not reach sockets that are handed to it.
            let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
            server.serve_with_incoming(incoming).await.unwrap();
        });
        self.runtime = Some(runtime);
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Tells whoever waits to look again.
    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

impl State {
    pub fn create(&mut self, name: &str, partitions: usize) {
        self.create_topic(NewTopic {
            name: name.into(),
            partitions: partitions as i32,
            ..NewTopic::default()
        });
    }

    pub fn log(&mut self, partition: usize) -> &mut Log {
        &mut self.topics.get_mut("events").unwrap().logs[partition]
    }

    fn create_topic(&mut self, topic: NewTopic) -> u128 {
        self.topic_count += 1;
        let logs = (0..topic.partitions).map(|_| Log::default()).collect();
        let id = self.topic_count;
        self.topics.insert(topic.name, Topic { id, logs, configs: topic.configs });
        id
    }

    fn topic(&mut self, name: &str, id: &[u8]) -> Option<(String, &mut Topic)> {
        let id = <[u8; 16]>::try_from(id).map(TopicId::from_bytes);
        let matches = |known: &str, topic: &Topic| match id {
            Ok(id) => topic.id == id.0,
            Err(_) => known == name,
        };
        let mut found = self.topics.iter_mut().filter(|(known, topic)| matches(known, topic));
        found.next().map(|(known, topic)| (known.clone(), topic))
    }
}
