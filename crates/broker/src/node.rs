//! The composition root: a node starts as an ordered list, and stops in reverse.
//!
//! 1 configuration · 2 data directory, locked · 3 log directory, recovered · 4 committer · 5 metadata log, replayed ·
//! 6 registration, partitions hosted · 7 housekeeping · 8 listeners
//!
//! What must stay true: no listener answers before everything that recovery found is hosted; after a shutdown nothing
//! that was acknowledged needs the journal.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tidelog_metadata::{BrokerConfig, ClusterId, Incarnation, MetadataImage};
use tidelog_model::{LeaderEpoch, NodeId, PartitionId, TopicId, TopicPartition};
use tidelog_partition::{Event, PartitionConfig};
use tidelog_storage::disk::{Disk, RealDisk};
use tidelog_storage::{Log, LogDirectory, OpenError, Options, RecoveryReport};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::clock::Clock;
use crate::committer::{CommitHandle, Committer};
use crate::config::NodeConfig;
use crate::connections::{ConnectionsByAddress, OpenConnections};
use crate::controller::{ChangeError, Controller};
use crate::durable::Synced;
use crate::hosted::HostedPartition;
use crate::hosting::Hosting;
use crate::kafka::{self, Buffers, FetchSessions, KafkaListener};
use crate::memory::Budget;
use crate::metadata_log::LocalMetadataLog;
use crate::metrics::CommitMetrics;
use crate::telemetry::Telemetry;
use crate::topics::Topics;
use crate::{grpc, http};

/// How long a shutdown waits for calls that are under way.
const DRAIN: Duration = Duration::from_millis(500);
/// Descriptors that are left for sockets and everything else.
const OTHER_DESCRIPTORS: u64 = 512;

/// What handlers need of the node.
#[derive(Debug)]
pub struct Shared {
    /// Reads the time.
    pub clock: Clock,
    /// What is hosted.
    pub topics: Arc<Topics>,
    /// Makes changes.
    pub controller: Controller,
    /// The log directory, for its gauges.
    pub directory: Arc<LogDirectory>,
    /// Where that is.
    pub data_dir: PathBuf,
    /// Commits what is appended.
    pub committer: CommitHandle,
    /// Bytes of requests that are not handled yet.
    pub request_budget: Budget,
    /// Bytes on their way to disk.
    pub append_budget: Budget,
    /// Bytes on their way to readers.
    pub fetch_budget: Budget,
    /// Where the listeners stand.
    pub addresses: Addresses,
    /// The Kafka listeners, at the addresses that they got.
    pub kafka_listeners: Vec<KafkaListener>,
    /// What the committer counts.
    pub commits: CommitMetrics,
    /// Tells of the journal's syncs.
    pub synced: Synced,
    /// Where the Kafka listeners receive.
    pub receive_buffers: Buffers,
    /// What consumers on the Kafka listeners read.
    pub fetch_sessions: FetchSessions,
    /// What clients tell of themselves.
    pub telemetry: Telemetry,
    /// What the Kafka listeners count.
    pub kafka_counts: kafka::Counts,
    /// Open connections of the Kafka listeners.
    pub kafka_connections: OpenConnections,
    /// And of each address.
    pub kafka_addresses: ConnectionsByAddress,
    /// As many as there are descriptors for.
    pub max_kafka_connections: u64,
    /// Open connections of the gRPC listener.
    pub grpc_connections: OpenConnections,
    /// Open connections of the HTTP listener.
    pub http_connections: OpenConnections,
    /// Cancelled once the node shuts down.
    pub stop: CancellationToken,
}

impl Shared {
    /// The most that one fetch on a Kafka listener brings (`fetch.max.bytes`).
    pub fn fetch_max_bytes(&self) -> usize {
        self.controller.broker_config().fetch_max_bytes as usize
    }

    /// Why nobody should send work here now, if so.
    pub fn unready(&self) -> Option<String> {
        if self.stop.is_cancelled() {
            return Some("the node is shutting down".to_owned());
        }
        if let Some(failure) = self.directory.failure() {
            return Some(failure.to_string());
        }
        let low = "free disk space is below tidelog.disk.reserve.bytes: nothing can be appended";
        self.directory.is_low_on_space().then(|| low.to_owned())
    }
}

/// Where a node's listeners stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Kafka's, by name.
    pub kafka: Vec<(String, SocketAddr)>,
    /// gRPC.
    pub grpc: SocketAddr,
    /// HTTP.
    pub http: SocketAddr,
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener that strangers could reach.
    #[error(
        "the {listener} listener would stand on {address}, which others can reach, and nothing is authenticated yet: \
         listen on 127.0.0.1, or say --insecure-listen if the network is yours"
    )]
    OpenListener {
        /// Which.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
    },
    /// Two listeners of one name.
    #[error(
        "two Kafka listeners are named {name}: give each a name of its own, as in --kafka {name}_2://127.0.0.1:9192"
    )]
    SameName {
        /// The name.
        name: String,
    },
    /// An address that cannot be had.
    #[error(
        "the {listener} listener cannot stand on {address}: {source}; stop what uses it, or name another with --{listener}"
    )]
    Bind {
        /// Which.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The data directory cannot be used.
    #[error(
        "the data directory {path} cannot be used: {source}; name one that this user may write with --data-dir"
    )]
    DataDir {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process serves it.
    #[error(
        "the data directory {path} is in use by another process: stop that one, or name another directory with --data-dir"
    )]
    Locked {
        /// Which.
        path: PathBuf,
    },
    /// Its files are not what they should be.
    #[error("the data directory {path} cannot be opened: {source}")]
    Open {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: OpenError,
    },
    /// Its metadata were written by another node.
    #[error(
        "the data directory {path} is node {owner}'s, not node {node_id}'s: start it with --node-id {owner}, \
         or name another directory with --data-dir"
    )]
    OtherNode {
        /// Which.
        path: PathBuf,
        /// Who wrote it.
        owner: NodeId,
        /// Who wants it.
        node_id: NodeId,
    },
    /// The metadata does not allow it.
    #[error(transparent)]
    Metadata(#[from] ChangeError),
    /// The metadata log cannot be read.
    #[error("the metadata log cannot be read: {0}")]
    MetadataLog(#[from] tidelog_storage::ReadError),
    /// The processor computes checksums wrong.
    #[error(transparent)]
    SelfTest(#[from] tidelog_record::SelfTestError),
}

/// A running node. Dropping it without [`Node::shut_down`] is like a crash: its threads end where they are, its listeners
/// close, and nothing acknowledged is lost.
#[derive(Debug)]
pub struct Node {
    shared: Arc<Shared>,
    stop: DropGuard,
    committer: Committer,
    tasks: TaskTracker,
    report: RecoveryReport,
    _lock: tidelog_storage::disk::DirectoryLock,
}

impl Node {
    /// Starts a node; its listeners answer when this returns.
    pub async fn start(config: NodeConfig) -> Result<Node, StartError> {
        tidelog_record::self_test()?;
        refuse_open_listeners(&config)?;
        let clock = Clock::start();
        let broker = BrokerConfig::resolve(&MetadataImage::new().layers(config.node_id, &config.written));
        let kafka_listeners = bind_kafka(&config.kafka).await?;
        let grpc_listener = bind("grpc", config.grpc).await?;
        let http_listener = bind("http", config.http).await?;
        let addresses = Addresses {
            kafka: kafka_listeners.iter().map(|(kafka, _)| (kafka.name.clone(), kafka.address)).collect(),
            grpc: local(&grpc_listener, config.grpc),
            http: local(&http_listener, config.http),
        };

        let (disk, lock) = lock_data_dir(&config)?;
        let journal_disk = journal_disk(&config, &broker, &disk)?;
        let opened = LogDirectory::open(disk, journal_disk, storage_options(&config, &broker), random_id());
        let (directory, mut logs, report) =
            opened.map_err(|source| StartError::Open { path: config.data_dir.clone(), source })?;
        let directory = Arc::new(directory);

        let topics = Arc::new(Topics::default());
        let metadata_log = take_metadata_log(&mut logs);
        let hosting = Arc::new(Hosting::new(directory.clone(), topics.clone(), logs, clock));
        let (commits, synced) = (CommitMetrics::default(), Synced::default());
        let committer = start_committer(&directory, &topics, commits.clone(), synced.clone());

        let metadata = host_metadata(&hosting, metadata_log, &config)?;
        let (controller, deleted) = Controller::replay(
            config.node_id,
            config.written.clone(),
            LocalMetadataLog::new(metadata, clock),
            hosting.clone(),
        )?;
        refuse_other_node(&controller, &config)?;
        let cluster_id = ClusterId(random_id());
        controller.register(cluster_id, Incarnation(random_id()), listeners(&addresses)).await?;
        for stray in hosting.sweep(|topic| deleted.contains(&topic))? {
            tracing::warn!(partition = %stray, "this log belongs to no topic; it is kept and not served");
        }

        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let memory_bytes = usize::try_from(broker.memory_bytes).unwrap_or(usize::MAX);
        let shared = Arc::new(Shared {
            clock,
            topics,
            controller,
            directory,
            data_dir: config.data_dir.clone(),
            committer: committer.handle(),
            request_budget: Budget::new(memory_bytes / 4),
            append_budget: Budget::new(memory_bytes / 2),
            fetch_budget: Budget::new(memory_bytes / 4),
            addresses,
            kafka_listeners: kafka_listeners.iter().map(|(kafka, _)| kafka.clone()).collect(),
            commits,
            synced,
            receive_buffers: Buffers::default(),
            fetch_sessions: FetchSessions::new(broker.fetch_sessions as usize),
            telemetry: Telemetry::default(),
            kafka_counts: kafka::Counts::default(),
            kafka_connections: OpenConnections::default(),
            kafka_addresses: ConnectionsByAddress::default(),
            max_kafka_connections: max_kafka_connections(&broker),
            grpc_connections: OpenConnections::default(),
            http_connections: OpenConnections::default(),
            stop: stop.clone(),
        });
        tasks.spawn(retain(shared.clone(), stop.clone(), broker.retention_check_interval_ms));
        tasks.spawn(shared.receive_buffers.clone().trim(stop.clone()));
        for (listener, socket) in kafka_listeners {
            tasks.spawn(kafka::serve(shared.clone(), Arc::new(listener), socket, stop.clone()));
        }
        tasks.spawn(grpc::serve(shared.clone(), grpc_listener, stop.clone()));
        tasks.spawn(http::serve(shared.clone(), http_listener, stop.clone()));
        Ok(Node { shared, stop: stop.drop_guard(), committer, tasks, report, _lock: lock })
    }

    /// Where the listeners stand.
    pub fn addresses(&self) -> &Addresses {
        &self.shared.addresses
    }

    /// What recovery did.
    pub fn recovery(&self) -> RecoveryReport {
        self.report
    }

    /// What handlers see; for tests and embedded use.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Stops: no new calls, half a second for those under way, then a checkpoint.
    pub async fn shut_down(self) {
        self.stop.disarm().cancel();
        self.tasks.close();
        if tokio::time::timeout(DRAIN, self.tasks.wait()).await.is_err() {
            tracing::info!("calls that were still under way are cut off");
        }
        let committer = self.committer;
        let stopped = tokio::task::spawn_blocking(move || committer.shut_down()).await;
        if stopped.is_err() {
            tracing::error!("the committer panicked");
        }
    }
}

fn refuse_open_listeners(config: &NodeConfig) -> Result<(), StartError> {
    let kafka = config.kafka.iter().map(|listener| ("kafka", listener.address));
    for (listener, address) in kafka.chain([("grpc", config.grpc), ("http", config.http)]) {
        if !address.ip().is_loopback() && !config.insecure_listen {
            return Err(StartError::OpenListener { listener, address });
        }
    }
    Ok(())
}

/// Each listener, at the address that it got.
async fn bind_kafka(listeners: &[KafkaListener]) -> Result<Vec<(KafkaListener, TcpListener)>, StartError> {
    let mut bound: Vec<(KafkaListener, TcpListener)> = Vec::new();
    for listener in listeners {
        if bound.iter().any(|(other, _)| other.name == listener.name) {
            return Err(StartError::SameName { name: listener.name.clone() });
        }
        let socket = bind("kafka", listener.address).await?;
        let address = local(&socket, listener.address);
        bound.push((KafkaListener { address, ..listener.clone() }, socket));
    }
    Ok(bound)
}

/// Under another id this node would lead nothing of what is here, and readers would find nothing.
fn refuse_other_node(controller: &Controller, config: &NodeConfig) -> Result<(), StartError> {
    let image = controller.image();
    match image.brokers().next() {
        Some(owner) if image.broker(config.node_id).is_none() => Err(StartError::OtherNode {
            path: config.data_dir.clone(),
            owner: owner.node_id,
            node_id: config.node_id,
        }),
        _ => Ok(()),
    }
}

async fn bind(listener: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Bind { listener, address, source })
}

fn local(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

fn lock_data_dir(
    config: &NodeConfig,
) -> Result<(Arc<dyn Disk>, tidelog_storage::disk::DirectoryLock), StartError> {
    let path = config.data_dir.clone();
    let data_dir = |source: io::Error| {
        if source.kind() == io::ErrorKind::WouldBlock {
            StartError::Locked { path: path.clone() }
        } else {
            StartError::DataDir { path: path.clone(), source }
        }
    };
    let disk = RealDisk::new(config.data_dir.clone()).map_err(data_dir)?;
    let lock = disk.lock().map_err(data_dir)?;
    Ok((Arc::new(disk), lock))
}

fn journal_disk(
    config: &NodeConfig,
    broker: &BrokerConfig,
    disk: &Arc<dyn Disk>,
) -> Result<Arc<dyn Disk>, StartError> {
    match &broker.journal_dir {
        None => Ok(disk.clone()),
        Some(path) => {
            let path = config.data_dir.join(path);
            let disk = RealDisk::new(path.clone()).map_err(|source| StartError::DataDir { path, source })?;
            Ok(Arc::new(disk))
        }
    }
}

/// Descriptors that this process may have.
fn descriptors() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Descriptors that the log directory may have.
fn open_files(broker: &BrokerConfig) -> u64 {
    let available = descriptors().saturating_sub(OTHER_DESCRIPTORS).max(64);
    broker.open_files.map_or(available / 2, u64::from).min(available)
}

/// Connections that the Kafka listeners may have: what the log directory, the other listeners and the node leave.
fn max_kafka_connections(broker: &BrokerConfig) -> u64 {
    descriptors().saturating_sub(open_files(broker) + OTHER_DESCRIPTORS / 2).max(64)
}

fn storage_options(config: &NodeConfig, broker: &BrokerConfig) -> Options {
    Options {
        journal_bytes: broker.journal_bytes,
        open_files: usize::try_from(open_files(broker)).unwrap_or(usize::MAX),
        reserve_bytes: broker.disk_reserve_bytes,
        adopt: config.adopt_data_dir,
        ..Options::default()
    }
}

fn take_metadata_log(logs: &mut Vec<Log>) -> Option<Log> {
    let at = logs.iter().position(|log| log.partition().topic == TopicId::CLUSTER_METADATA)?;
    Some(logs.swap_remove(at))
}

/// The metadata log is a partition like any other, led by this node under an epoch of its own.
fn host_metadata(
    hosting: &Hosting,
    recovered: Option<Log>,
    config: &NodeConfig,
) -> Result<Arc<HostedPartition>, StartError> {
    let id = TopicPartition { topic: TopicId::CLUSTER_METADATA, partition: PartitionId(0) };
    let epoch = recovered.as_ref().and_then(|log| log.epochs().latest()).map_or(0, |epoch| epoch.0 + 1);
    if let Some(log) = recovered {
        hosting.give_back(log);
    }
    let hosted = hosting.host(
        config.node_id,
        id,
        PartitionConfig { is_internal: true, ..PartitionConfig::default() },
    )?;
    hosted.step(Event::Lead { epoch: LeaderEpoch(epoch), in_sync: vec![config.node_id] });
    Ok(hosted)
}

fn start_committer(
    directory: &Arc<LogDirectory>,
    topics: &Arc<Topics>,
    metrics: CommitMetrics,
    synced: Synced,
) -> Committer {
    let topics = topics.clone();
    Committer::start(directory.clone(), metrics, synced, move || {
        for partition in topics.snapshot().iter().flat_map(|topic| &topic.partitions) {
            partition.step(Event::SaveProducers);
        }
    })
}

/// Lets records go that nobody keeps any longer.
async fn retain(node: Arc<Shared>, stop: CancellationToken, interval_ms: u64) {
    let mut interval = tokio::time::interval(Duration::from_millis(interval_ms.max(1)));
    interval.tick().await;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = interval.tick() => {}
        }
        let node = node.clone();
        let pass = tokio::task::spawn_blocking(move || {
            for partition in node.topics.snapshot().iter().flat_map(|topic| &topic.partitions) {
                partition.step(Event::Retain);
            }
        });
        if pass.await.is_err() {
            tracing::error!("retention panicked; it goes on at the next interval");
        }
    }
}

fn listeners(addresses: &Addresses) -> BTreeMap<String, String> {
    let own = [("GRPC".to_owned(), addresses.grpc), ("HTTP".to_owned(), addresses.http)];
    let all = own.into_iter().chain(addresses.kafka.iter().cloned());
    all.map(|(name, address)| (name, address.to_string())).collect()
}

fn random_id() -> u128 {
    Uuid::new_v4().as_u128()
}
