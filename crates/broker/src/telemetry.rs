//! Clients' own metrics (KIP-714): who is asked for which, how often, and what came.
//!
//! Subscriptions are `client-metrics` configs in the metadata. A client asks for those that match it, pushes so often and
//! no more often, and what it pushed last is shown on `/metrics` until it is silent for three of its intervals.
//!
//! What must stay true: memory is bounded whatever strangers push: [`CLIENTS_MAX`] clients, [`SERIES_MAX`] series in all and
//! [`CLIENT_SERIES_MAX`] a client, texts cut to [`TEXT_MAX_BYTES`].

mod otlp;
mod subscription;

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tidelog_kafka_wire::Uuid;
use tidelog_metadata::MetadataImage;
use tidelog_model::Now;
use tidelog_record::{Compression, DecompressLimits, Decompressor};

use otlp::{Kind, Point, read_points};
use subscription::Subscriptions;

pub use subscription::{Selectors, Subscription};

/// Clients that are known at a time; the one that was silent longest makes room.
const CLIENTS_MAX: usize = 4096;
/// Series of all clients.
const SERIES_MAX: usize = 10_000;
/// Series of one client.
const CLIENT_SERIES_MAX: usize = 1000;
/// Attributes of one series.
const ATTRIBUTES_MAX: usize = 4;
/// The longest name, label or value that is shown; the rest of it is cut off.
const TEXT_MAX_BYTES: usize = 128;
/// How long a client may be silent at least.
const SILENCE_MIN_MS: u64 = 60_000;
/// How large a push may become when it is decompressed.
const DECOMPRESSED: DecompressLimits = DecompressLimits { max_bytes: 8 << 20, max_ratio: 100 };

/// What clients were asked for, and what they sent.
#[derive(Debug, Default)]
pub struct Telemetry(Mutex<Clients>);

/// Why a client is told nothing, or may not push.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryError {
    /// More often than it was told to.
    #[error("the client was to push every {push_interval_ms} ms, and comes again before that")]
    TooSoon {
        /// What it was told.
        push_interval_ms: u32,
    },
    /// It said that it would end.
    #[error("the client said that its push before this one was its last")]
    Ended,
    /// Not the subscription that the client has now.
    #[error("the client's subscription has changed: it must ask for it again")]
    UnknownSubscription,
    /// A codec that does not exist.
    #[error("there is no codec {0}")]
    UnknownCompression(i8),
    /// More than `telemetry.max.bytes`.
    #[error("the push has {bytes} bytes, and the limit is {limit_bytes} (telemetry.max.bytes)")]
    TooLarge {
        /// What came.
        bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
    /// Bytes that are no metrics.
    #[error("the push cannot be read: {0}")]
    Unreadable(String),
}

/// What a client pushes.
#[derive(Debug)]
pub struct Push<'a> {
    /// The subscription that it was told.
    pub subscription_id: i32,
    /// Whether it is its last.
    pub is_last: bool,
    /// Kafka's number of the codec.
    pub compression: i8,
    /// OTLP's `MetricsData`, compressed.
    pub metrics: &'a [u8],
}

/// One number that a client pushed last.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What tells it from the metric's other samples.
    pub labels: Vec<(String, String)>,
    /// The number.
    pub value: f64,
}

/// The samples of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Whether it only rises.
    pub is_counter: bool,
    /// All of them.
    pub samples: Vec<Sample>,
}

#[derive(Debug, Default)]
struct Clients {
    subscriptions: Subscriptions,
    by_id: BTreeMap<Uuid, Client>,
    series: usize,
}

#[derive(Debug)]
struct Client {
    subscription: Subscription,
    /// Of the subscriptions that it was made from.
    generation: u64,
    client_id: String,
    last_get_ms: Option<u64>,
    last_push_ms: Option<u64>,
    is_ended: bool,
    silent_until_ms: u64,
    series: BTreeMap<SeriesKey, Series>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SeriesKey {
    name: String,
    attributes: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Series {
    is_counter: bool,
    value: f64,
}

impl Telemetry {
    /// What the client `id` is to push. The client that asks again too soon is refused, unless its subscription changed.
    pub fn subscribe(
        &self,
        image: &MetadataImage,
        id: Uuid,
        selectors: &Selectors<'_>,
        now: Now,
    ) -> Result<Subscription, TelemetryError> {
        let mut clients = self.0.lock();
        let client = clients.client(image, id, selectors, now);
        let push_interval_ms = client.subscription.push_interval_ms;
        let last = client.last_get_ms.max(client.last_push_ms);
        if last.is_some_and(|last| now.monotonic_ms < last + u64::from(push_interval_ms)) {
            return Err(TelemetryError::TooSoon { push_interval_ms });
        }
        client.last_get_ms = Some(now.monotonic_ms);
        Ok(client.subscription.clone())
    }

    /// Takes in what the client `id` pushes, at most `limit_bytes`.
    pub fn push(
        &self,
        image: &MetadataImage,
        id: Uuid,
        selectors: &Selectors<'_>,
        push: &Push<'_>,
        limit_bytes: usize,
        now: Now,
    ) -> Result<(), TelemetryError> {
        let mut clients = self.0.lock();
        let client = clients.client(image, id, selectors, now);
        let admitted = client.admit(push, limit_bytes, now.monotonic_ms);
        client.is_ended = push.is_last;
        let compression = admitted?;
        drop(clients);
        let unreadable = |error: &dyn std::error::Error| TelemetryError::Unreadable(error.to_string());
        let mut decompressor = Decompressor::new(DECOMPRESSED);
        let message =
            decompressor.decompress(compression, push.metrics).map_err(|error| unreadable(&error))?;
        // Whole or not at all.
        read_points(message, |_| {}).map_err(|error| unreadable(&error))?;
        let mut clients = self.0.lock();
        let read = read_points(message, |point| clients.record(id, &point));
        read.map_err(|error| unreadable(&error))
    }

    /// All that clients pushed last, by metric.
    pub fn families(&self, now: Now) -> BTreeMap<String, Family> {
        let mut clients = self.0.lock();
        clients.forget_silent(now.monotonic_ms);
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        for (id, client) in &clients.by_id {
            for (key, series) in &client.series {
                let new = || Family { is_counter: series.is_counter, samples: Vec::new() };
                let family = families.entry(key.name.clone()).or_insert_with(new);
                // A name means one thing: what disagrees with the first is left out.
                if family.is_counter == series.is_counter {
                    let own =
                        [("client_instance_id", id.to_string()), ("client_id", client.client_id.clone())];
                    let own = own.map(|(name, value)| (name.to_owned(), value));
                    let labels = own.into_iter().chain(key.attributes.iter().cloned()).collect();
                    family.samples.push(Sample { labels, value: series.value });
                }
            }
        }
        families
    }
}

impl Clients {
    /// The client, with the subscription that it has now.
    fn client(
        &mut self,
        image: &MetadataImage,
        id: Uuid,
        selectors: &Selectors<'_>,
        now: Now,
    ) -> &mut Client {
        self.subscriptions.update(image);
        self.forget_silent(now.monotonic_ms);
        if !self.by_id.contains_key(&id) && self.by_id.len() >= CLIENTS_MAX {
            self.forget_one();
        }
        let generation = self.subscriptions.generation();
        let subscribe = || self.subscriptions.subscription_of(id, selectors);
        let client = self.by_id.entry(id).or_insert_with(|| Client {
            subscription: subscribe(),
            generation,
            client_id: shown(selectors.client_id),
            last_get_ms: None,
            last_push_ms: None,
            is_ended: false,
            silent_until_ms: 0,
            series: BTreeMap::new(),
        });
        if client.generation != generation {
            // The client begins anew, except that what it pushed stays.
            client.subscription = self.subscriptions.subscription_of(id, selectors);
            client.generation = generation;
            (client.last_get_ms, client.last_push_ms, client.is_ended) = (None, None, false);
        }
        let silence_ms = (u64::from(client.subscription.push_interval_ms) * 3).max(SILENCE_MIN_MS);
        client.silent_until_ms = now.monotonic_ms + silence_ms;
        client
    }

    fn forget_silent(&mut self, now_ms: u64) {
        let series = &mut self.series;
        self.by_id.retain(|_, client| {
            let stays = now_ms < client.silent_until_ms;
            if !stays {
                *series -= client.series.len();
            }
            stays
        });
    }

    fn forget_one(&mut self) {
        let longest = self.by_id.iter().min_by_key(|(_, client)| client.silent_until_ms).map(|(id, _)| *id);
        if let Some(client) = longest.and_then(|id| self.by_id.remove(&id)) {
            self.series -= client.series.len();
        }
    }

    fn record(&mut self, id: Uuid, point: &Point<'_>) {
        let Some(client) = self.by_id.get_mut(&id) else { return };
        let is_counter = point.kind != Kind::Gauge;
        let key = SeriesKey { name: metric_name(point.metric, is_counter), attributes: attributes(point) };
        let is_new = !client.series.contains_key(&key);
        let is_full = client.series.len() >= CLIENT_SERIES_MAX || self.series >= SERIES_MAX;
        if is_new && is_full || !point.value.is_finite() {
            return;
        }
        self.series += usize::from(is_new);
        let series = client.series.entry(key).or_insert(Series { is_counter, value: 0.0 });
        series.is_counter = is_counter;
        match point.kind {
            Kind::CounterDelta => series.value += point.value.max(0.0),
            Kind::Counter | Kind::Gauge => series.value = point.value,
        }
    }
}

impl Client {
    fn admit(
        &mut self,
        push: &Push<'_>,
        limit_bytes: usize,
        now_ms: u64,
    ) -> Result<Compression, TelemetryError> {
        if self.is_ended {
            return Err(TelemetryError::Ended);
        }
        let push_interval_ms = self.subscription.push_interval_ms;
        // The first push after asking comes when it comes: clients spread theirs.
        let is_due = self.last_get_ms > self.last_push_ms
            || self.last_push_ms.is_none_or(|last| now_ms >= last + u64::from(push_interval_ms));
        if is_due {
            self.last_push_ms = Some(now_ms);
        } else if !push.is_last {
            return Err(TelemetryError::TooSoon { push_interval_ms });
        }
        if push.subscription_id != self.subscription.id {
            return Err(TelemetryError::UnknownSubscription);
        }
        let compression = u8::try_from(push.compression).ok().and_then(Compression::from_id);
        let compression = compression.ok_or(TelemetryError::UnknownCompression(push.compression))?;
        let bytes = push.metrics.len();
        if bytes > limit_bytes {
            return Err(TelemetryError::TooLarge { bytes, limit_bytes });
        }
        Ok(compression)
    }
}

/// `org.apache.kafka.consumer.poll.idle.ratio.avg` is shown as `kafka_client_consumer_poll_idle_ratio_avg`. A counter's name
/// gets its `_total` where it is shown.
fn metric_name(name: &str, is_counter: bool) -> String {
    let name = shown(name.strip_prefix("org.apache.kafka.").unwrap_or(name));
    let name = format!("kafka_client_{}", label_name(&name));
    match name.strip_suffix("_total") {
        Some(stem) if is_counter => stem.to_owned(),
        _ => name,
    }
}

/// At most so many, by name, each name once, and none that is ours.
fn attributes(point: &Point<'_>) -> Vec<(String, String)> {
    let mut attributes = BTreeMap::new();
    for (key, value) in point.attributes().take(ATTRIBUTES_MAX) {
        let key = label_name(&shown(key));
        if !["client_instance_id", "client_id", "le", "quantile"].contains(&key.as_str()) {
            attributes.insert(key, shown(&value));
        }
    }
    attributes.into_iter().collect()
}

/// What Prometheus takes for a name.
fn label_name(name: &str) -> String {
    let begins_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    (if begins_well { "" } else { "x_" }).chars().chain(letters).collect()
}

fn shown(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_MAX_BYTES)].to_owned()
}

#[cfg(test)]
mod tests {
    use tidelog_metadata::ClientMetricsChanged;
    use tidelog_model::{Offset, TimestampMs};

    use super::otlp::tests::{counter, gauge};
    use super::*;

    const ID: Uuid = Uuid(0x1234_5678_9abc);
    const LIMIT_BYTES: usize = 1 << 20;
    const CLIENT: Selectors<'_> = Selectors {
        client_id: "c-1",
        software_name: "librdkafka",
        software_version: "2.13.0",
        source_address: "127.0.0.1",
        source_port: "50000",
    };

    fn at(monotonic_ms: u64) -> Now {
        Now { wall: TimestampMs(0), monotonic_ms }
    }

    /// An image with these subscriptions: name and configs.
    fn image(subscriptions: &[(&str, &[(&str, &str)])]) -> MetadataImage {
        let mut image = MetadataImage::new();
        for (offset, (subscription, configs)) in (0..).zip(subscriptions) {
            let set = configs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
            let record = ClientMetricsChanged {
                subscription: (*subscription).to_owned(),
                set,
                delete: Default::default(),
            };
            image.apply(Offset(offset), &record.into()).expect("fits");
        }
        image
    }

    fn every_second() -> MetadataImage {
        image(&[("s", &[("metrics", "*"), ("interval.ms", "1000")])])
    }

    fn push_of(
        subscription: &Subscription,
        metrics: &[u8],
        now: Now,
        telemetry: &Telemetry,
    ) -> Result<(), TelemetryError> {
        let push = Push { subscription_id: subscription.id, is_last: false, compression: 0, metrics };
        telemetry.push(&every_second(), ID, &CLIENT, &push, LIMIT_BYTES, now)
    }

    #[test]
    fn a_client_pushes_what_all_subscriptions_that_match_it_ask_for() {
        let image = image(&[
            (
                "mine",
                &[
                    ("metrics", "b.,a."),
                    ("interval.ms", "5000"),
                    ("match", "client_id=c-.*,client_software_name=librdkafka"),
                ],
            ),
            (
                "more",
                &[("metrics", "a.,c."), ("interval.ms", "7000"), ("match", "client_source_address=127.*")],
            ),
            ("half", &[("metrics", "d."), ("interval.ms", "100"), ("match", "client_id=c")]),
        ]);
        let told = Telemetry::default().subscribe(&image, ID, &CLIENT, at(0)).expect("is told");
        assert_eq!(told.metrics, ["a.", "b.", "c."]);
        assert_eq!(told.push_interval_ms, 5000);
        let stranger = Selectors { client_id: "x", source_address: "10.0.0.1", ..CLIENT };
        let told = Telemetry::default().subscribe(&image, ID, &stranger, at(0)).expect("is told");
        assert_eq!((told.metrics, told.push_interval_ms), (vec![], 300_000));
    }

    #[test]
    fn a_client_keeps_to_its_interval_until_its_subscription_changes() {
        let telemetry = Telemetry::default();
        let told = telemetry.subscribe(&every_second(), ID, &CLIENT, at(0)).expect("is told");
        let too_soon = Err(TelemetryError::TooSoon { push_interval_ms: 1000 });
        assert_eq!(telemetry.subscribe(&every_second(), ID, &CLIENT, at(999)).map(drop), too_soon);
        let ask = |ms| push_of(&told, &[], at(ms), &telemetry);
        // The first push after asking comes when it comes.
        assert_eq!(ask(500), Ok(()));
        assert_eq!(ask(1499), too_soon);
        assert_eq!(ask(1500), Ok(()));

        let changed = image(&[("s", &[("metrics", "a."), ("interval.ms", "1000")])]);
        let push = Push { subscription_id: told.id, is_last: false, compression: 0, metrics: &[] };
        let pushed = telemetry.push(&changed, ID, &CLIENT, &push, LIMIT_BYTES, at(1501));
        assert_eq!(pushed, Err(TelemetryError::UnknownSubscription));
    }

    #[test]
    fn after_its_last_push_a_client_pushes_no_more() {
        let telemetry = Telemetry::default();
        let told = telemetry.subscribe(&every_second(), ID, &CLIENT, at(0)).expect("is told");
        assert_eq!(push_of(&told, &[], at(0), &telemetry), Ok(()));
        let last = Push { subscription_id: told.id, is_last: true, compression: 0, metrics: &[] };
        // The last one need not wait.
        assert_eq!(telemetry.push(&every_second(), ID, &CLIENT, &last, LIMIT_BYTES, at(1)), Ok(()));
        assert_eq!(push_of(&told, &[], at(2000), &telemetry), Err(TelemetryError::Ended));
    }

    #[test]
    fn what_cannot_be_taken_is_refused_by_its_fault() {
        let telemetry = Telemetry::default();
        let told = telemetry.subscribe(&every_second(), ID, &CLIENT, at(0)).expect("is told");
        let mut now_ms = 0;
        let mut push = |compression, metrics: &[u8]| {
            now_ms += 1000;
            let push = Push { subscription_id: told.id, is_last: false, compression, metrics };
            telemetry.push(&every_second(), ID, &CLIENT, &push, 100, at(now_ms))
        };
        assert_eq!(push(5, &[]), Err(TelemetryError::UnknownCompression(5)));
        assert_eq!(push(-1, &[]), Err(TelemetryError::UnknownCompression(-1)));
        assert_eq!(push(0, &[0; 101]), Err(TelemetryError::TooLarge { bytes: 101, limit_bytes: 100 }));
        assert!(matches!(push(4, b"no zstd"), Err(TelemetryError::Unreadable(_))));
        assert!(matches!(push(0, &[0x0a, 9]), Err(TelemetryError::Unreadable(_))));
        assert_eq!(telemetry.families(at(now_ms)), BTreeMap::new());
    }

    #[test]
    fn what_was_pushed_last_is_shown_until_the_client_is_silent_for_long() {
        let telemetry = Telemetry::default();
        let told = telemetry.subscribe(&every_second(), ID, &CLIENT, at(0)).expect("is told");
        let total = "org.apache.kafka.producer.connection.creation.total";
        let average = "org.apache.kafka.producer.node.request.latency.avg";
        let first = [counter(total, 3.0, true, &[]), gauge(average, 9.5, &[("node_id", "1")])].concat();
        assert_eq!(push_of(&told, &first, at(0), &telemetry), Ok(()));
        let second = [counter(total, 4.0, true, &[]), gauge(average, 7.5, &[("node_id", "1")])].concat();
        assert_eq!(push_of(&told, &second, at(1000), &telemetry), Ok(()));

        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let own = [label("client_instance_id", &ID.to_string()), label("client_id", "c-1")];
        let of_node = [own.to_vec(), vec![label("node_id", "1")]].concat();
        let expected = [
            (
                "kafka_client_producer_connection_creation".to_owned(),
                Family { is_counter: true, samples: vec![Sample { labels: own.to_vec(), value: 7.0 }] },
            ),
            (
                "kafka_client_producer_node_request_latency_avg".to_owned(),
                Family { is_counter: false, samples: vec![Sample { labels: of_node, value: 7.5 }] },
            ),
        ];
        assert_eq!(telemetry.families(at(60_999)), expected.into());
        assert_eq!(telemetry.families(at(61_000)), BTreeMap::new());
    }

    #[test]
    fn strangers_fill_a_bounded_number_of_series_with_short_texts() {
        let telemetry = Telemetry::default();
        let long = "x".repeat(10_000);
        for client in 0..30 {
            let id = Uuid(ID.0 + client);
            let told = telemetry.subscribe(&every_second(), id, &CLIENT, at(0)).expect("is told");
            let metrics: Vec<u8> = (0..CLIENT_SERIES_MAX + 1)
                .flat_map(|number| gauge(&format!("{number}"), 1.0, &[("a", &long[..200])]))
                .collect();
            let push = Push { subscription_id: told.id, is_last: false, compression: 0, metrics: &metrics };
            assert_eq!(telemetry.push(&every_second(), id, &CLIENT, &push, LIMIT_BYTES, at(0)), Ok(()));
        }
        let samples: Vec<Sample> =
            telemetry.families(at(0)).into_values().flat_map(|family| family.samples).collect();
        assert_eq!(samples.len(), SERIES_MAX);
        assert!(samples.iter().all(|sample| sample.labels[2].1.len() == TEXT_MAX_BYTES));
        for client in 0..CLIENTS_MAX as u128 + 10 {
            telemetry.subscribe(&every_second(), Uuid(client), &CLIENT, at(1)).expect("is told");
        }
        assert_eq!(telemetry.0.lock().by_id.len(), CLIENTS_MAX);
    }
}
