//! The way to a cluster: addresses, connections, calls that are tried again.
//!
//! What must stay true: each producer and each consumer has a connection of its own, so that a consumer that does not
//! read, and so lets its connection's window fill, never stops anybody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tidelog_grpc_api::limits;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout_at};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use crate::admin::Admin;
use crate::backoff::{Backoff, Random};
use crate::clock::seed;
use crate::consumer::{Consumer, ConsumerOptions};
use crate::error::{CallError, OptionsError};
use crate::producer::{Producer, ProducerOptions};

/// Where the brokers are, and how patient to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// gRPC addresses of some brokers, `host:port` each; one that answers is enough. Default: `127.0.0.1:9094`.
    pub addresses: Vec<String>,
    /// How this client calls itself, for the brokers' logs. Default: `tidelog-client`.
    pub client_id: String,
    /// How long to wait for one address to take a connection, in milliseconds. Default 10,000.
    pub connect_timeout_ms: u64,
    /// How long an administrative call may take, retries included, in milliseconds. Default 30,000.
    pub request_timeout_ms: u64,
    /// The first pause before connecting again, or calling again, in milliseconds; it doubles with each failure in a row.
    /// Default 50.
    pub reconnect_backoff_ms: u64,
    /// The largest such pause, in milliseconds. Default 1,000.
    pub reconnect_backoff_max_ms: u64,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            addresses: vec!["127.0.0.1:9094".to_owned()],
            client_id: "tidelog-client".to_owned(),
            connect_timeout_ms: 10_000,
            request_timeout_ms: 30_000,
            reconnect_backoff_ms: 50,
            reconnect_backoff_max_ms: 1_000,
        }
    }
}

impl From<&str> for ClientOptions {
    /// Addresses, separated by commas.
    fn from(addresses: &str) -> Self {
        let addresses = addresses.split(',').map(str::trim).filter(|address| !address.is_empty());
        ClientOptions { addresses: addresses.map(str::to_owned).collect(), ..ClientOptions::default() }
    }
}

impl From<String> for ClientOptions {
    fn from(addresses: String) -> Self {
        addresses.as_str().into()
    }
}

/// Why no broker could be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// No address was given.
    #[error("no broker address was given: name at least one, for example 127.0.0.1:9094")]
    NoAddress,
    /// An address is not one.
    #[error("'{address}' is not a broker address: expected host:port, for example 127.0.0.1:9094")]
    BadAddress {
        /// What was given.
        address: String,
    },
    /// None of the addresses answers.
    #[error("no broker answers: {}; is `tidelog serve` running there?", join(tried))]
    Unreachable {
        /// Each address with what happened there.
        tried: Vec<(String, String)>,
    },
}

impl ConnectError {
    /// Whether trying again may help.
    pub fn is_retriable(&self) -> bool {
        matches!(self, ConnectError::Unreachable { .. })
    }
}

fn join(tried: &[(String, String)]) -> String {
    let each = tried.iter().map(|(address, failure)| format!("{address}: {failure}"));
    each.collect::<Vec<_>>().join(", ")
}

/// A cluster that answers: where producers, consumers and administrative calls come from. Cheap to clone.
///
/// ```no_run
/// use tidelog_client::{Client, ClientOptions, ConnectError};
///
/// # async fn example() -> Result<(), ConnectError> {
/// let client = Client::connect("broker-1:9094, broker-2:9094").await?;
/// // The same, and more patient.
/// let options = ClientOptions { request_timeout_ms: 120_000, ..client.options().clone() };
/// let client = Client::connect(options).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: ClientOptions,
    endpoints: Vec<Endpoint>,
    /// The address that answered last.
    current: AtomicUsize,
    /// For calls that are not a producer's or a consumer's.
    channel: Mutex<Option<Channel>>,
}

impl Client {
    /// Finds a broker that answers.
    pub async fn connect(options: impl Into<ClientOptions>) -> Result<Client, ConnectError> {
        let options = options.into();
        if options.addresses.is_empty() {
            return Err(ConnectError::NoAddress);
        }
        let endpoints = options.addresses.iter().map(|address| endpoint(address, &options));
        let endpoints = endpoints.collect::<Result<Vec<_>, _>>()?;
        let (current, channel) = (AtomicUsize::new(0), Mutex::new(None));
        let client = Client { inner: Arc::new(Inner { options, endpoints, current, channel }) };
        client.channel().await?;
        Ok(client)
    }

    /// A new producer, with a connection of its own.
    pub fn producer(&self, options: ProducerOptions) -> Result<Producer, OptionsError> {
        Producer::start(self.clone(), options)
    }

    /// A new consumer, with a connection of its own.
    pub fn consumer(&self, options: ConsumerOptions) -> Result<Consumer, OptionsError> {
        Consumer::new(self.clone(), options)
    }

    /// Topics, configs, the cluster.
    pub fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    /// How it was made.
    pub fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    /// How long to pause between failures.
    pub(crate) fn backoff(&self) -> Backoff {
        let ClientOptions { reconnect_backoff_ms, reconnect_backoff_max_ms, .. } = self.inner.options;
        Backoff { first_ms: reconnect_backoff_ms, max_ms: reconnect_backoff_max_ms }
    }

    /// A new connection to the first broker that takes one, beginning with the one that did last.
    pub(crate) async fn dial(&self, stream_window_bytes: u32) -> Result<Channel, ConnectError> {
        let Inner { endpoints, current, .. } = &*self.inner;
        let first = current.load(Ordering::Relaxed);
        let mut tried = Vec::new();
        for step in 0..endpoints.len() {
            let index = (first + step) % endpoints.len();
            let connection_window_bytes = limits::CONNECTION_WINDOW_BYTES.max(stream_window_bytes);
            let endpoint = endpoints[index]
                .clone()
                .initial_stream_window_size(stream_window_bytes)
                .initial_connection_window_size(connection_window_bytes);
            match endpoint.connect().await {
                Ok(channel) => {
                    current.store(index, Ordering::Relaxed);
                    return Ok(channel);
                }
                Err(error) => tried.push((self.inner.options.addresses[index].clone(), innermost(&error))),
            }
        }
        Err(ConnectError::Unreachable { tried })
    }

    /// Calls until it succeeds, fails for good, or takes longer than `request_timeout_ms`.
    pub(crate) async fn call<T, F>(&self, attempt: impl Fn(Channel) -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let deadline = Instant::now() + Duration::from_millis(self.inner.options.request_timeout_ms);
        let (mut failures, mut random) = (0, Random::from_seed(seed()));
        loop {
            let error = match timeout_at(deadline, self.call_once(&attempt)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => return Err(Status::deadline_exceeded("no answer within request_timeout_ms").into()),
            };
            failures += 1;
            let pause = Duration::from_millis(self.backoff().delay_ms(failures, &mut random));
            if !error.is_retriable() || Instant::now() + pause >= deadline {
                return Err(error);
            }
            sleep(pause).await;
        }
    }

    async fn call_once<T, F>(&self, attempt: impl Fn(Channel) -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let channel = self.channel().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let error = match attempt(channel).await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) => CallError::from(status),
        };
        if matches!(error, CallError::Transport { .. }) {
            *self.inner.channel.lock().await = None;
        }
        Err(error)
    }

    async fn channel(&self) -> Result<Channel, ConnectError> {
        let mut current = self.inner.channel.lock().await;
        if let Some(channel) = &*current {
            return Ok(channel.clone());
        }
        let channel = self.dial(limits::STREAM_WINDOW_BYTES).await?;
        Ok(current.insert(channel).clone())
    }
}

/// How often a silent connection is asked whether it still lives, and how long the answer may take.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

fn endpoint(address: &str, options: &ClientOptions) -> Result<Endpoint, ConnectError> {
    let bad = || ConnectError::BadAddress { address: address.to_owned() };
    let plain = address.strip_prefix("http://").unwrap_or(address);
    let (host, port) = plain.rsplit_once(':').ok_or_else(bad)?;
    if host.is_empty() || port.parse::<u16>().is_err() {
        return Err(bad());
    }
    let endpoint = Endpoint::from_shared(format!("http://{plain}")).map_err(|_| bad())?;
    let endpoint = endpoint.user_agent(options.client_id.as_str()).map_err(|_| bad())?;
    Ok(endpoint
        .connect_timeout(Duration::from_millis(options.connect_timeout_ms))
        .max_frame_size(limits::MAX_FRAME_BYTES)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true))
}

/// The end of a chain of errors, which is what went wrong.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
