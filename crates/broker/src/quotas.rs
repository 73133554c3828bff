//! Client quotas at work (KIP-13, 55, 124, 599, 612): how long a client is to be held up for what it did.
//!
//! One noun. [`Quotas`] has the limits and counts against them; time is an argument. A rate looks back on
//! `quota.window.num` windows of `quota.window.size.seconds`, as Apache Kafka's does: a client that was silent may spend
//! what it saved, and whoever is above its limit is held up until its rate is the limit again. In one thing the rates
//! differ: Kafka lets a producer save up all windows but one, and forgets such a burst after them, so that one who always
//! sends is a third above its limit over half a minute; here a producer saves up one window. (A consumer must save more: a
//! batch larger than its savings could never be fetched.)
//!
//! The limit that counts for a client is the first of these that there is:
//!
//! ```text
//! user and client id · user and any client id · user · any user and client id · any user and any client id · any user
//! client id · any client id
//! ```
//!
//! What must stay true: a client without a limit costs no memory and no lock; strangers choose client ids, so at most
//! [`ENTRIES_MAX`] rates are kept, those of the silent go first, and who comes beyond shares one rate with all who do.
//! Limits change live; what was counted stays.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tidelog_metadata::{QuotaEntityType, QuotaKey, QuotaLimits, QuotaMap};

/// How many rates are kept of each kind.
const ENTRIES_MAX: usize = 10_000;
/// Longer names are not kept: who has one shares the rate of those beyond [`ENTRIES_MAX`].
const NAME_MAX_BYTES: usize = 512;

/// Who does something, as quotas tell clients apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client<'a> {
    /// A user with a client.
    Of {
        /// `ANONYMOUS` where nobody authenticates.
        user: &'a str,
        /// What the client calls itself; empty if it does not say.
        client_id: &'a str,
    },
    /// An address, in numbers.
    At(&'a str),
}

/// How far a rate looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How many samples.
    pub samples: u32,
    /// How long each is.
    pub sample_ms: u64,
}

/// The limits, and what was counted against them.
pub struct Quotas {
    limits: ArcSwap<Limits>,
    rates: Mutex<BTreeMap<QuotaKey, Entries<Rate>>>,
    buckets: Mutex<Entries<Bucket>>,
    window: Window,
    mutation_window: Window,
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client quotas over {:?}", self.window)
    }
}

impl Quotas {
    /// Without limits. `window` is that of all rates but `controller_mutation_rate`'s.
    pub fn new(window: Window, mutation_window: Window) -> Self {
        Quotas {
            limits: ArcSwap::default(),
            rates: Mutex::default(),
            buckets: Mutex::default(),
            window,
            mutation_window,
        }
    }

    /// These limits count from now on.
    pub fn set(&self, quotas: &QuotaMap) {
        self.limits.store(Arc::new(Limits::new(quotas)));
    }

    /// Whether there are limits at all: without any, nothing needs to be counted.
    pub fn is_empty(&self) -> bool {
        self.limits.load().is_empty
    }

    /// Counts `amount` (bytes, percent, connections) against the client's limit, and says for how many milliseconds it is to
    /// be held up; 0: not at all.
    pub fn record(&self, key: QuotaKey, client: Client<'_>, amount: f64, now_ms: u64) -> u64 {
        let limits = self.limits.load();
        let Some((limit, whose)) = limits.find(key, client) else { return 0 };
        let mut rates = self.rates.lock();
        let rate = rates.entry(key).or_default().get(whose, now_ms, self.window);
        rate.record(amount, now_ms, self.window);
        let saved = match key {
            QuotaKey::ProducerByteRate => 1,
            _ => u64::from(self.window.samples.saturating_sub(1)),
        };
        let throttle_ms = rate.throttle_ms(limit, saved, now_ms, self.window);
        match key {
            // Time on a thread is given back quickly: Kafka holds nobody up for longer than a window.
            QuotaKey::RequestPercentage => throttle_ms.min(self.window.sample_ms),
            _ => throttle_ms,
        }
    }

    /// Takes back what [`Quotas::record`] counted, because it was not done: a fetch that is answered empty, a connection that
    /// is refused.
    pub fn take_back(&self, key: QuotaKey, client: Client<'_>, amount: f64, now_ms: u64) {
        let limits = self.limits.load();
        if let Some((_, whose)) = limits.find(key, client) {
            let mut rates = self.rates.lock();
            let rate = rates.entry(key).or_default().get(whose, now_ms, self.window);
            rate.record(-amount, now_ms, self.window);
        }
    }

    /// The most that a client may have at once without being above its limit for it: `None` if it has no limit. (A fetch
    /// larger than that could never be answered.)
    pub fn burst(&self, key: QuotaKey, client: Client<'_>) -> Option<u64> {
        let limits = self.limits.load();
        let (limit, _) = limits.find(key, client)?;
        let seconds = self.window.sample_ms as f64 / 1000.0;
        Some((limit * f64::from(self.window.samples.saturating_sub(1)) * seconds) as u64)
    }

    /// Counts partitions that are created or deleted. With `is_strict` a client that has spent its limit is refused: the
    /// error is after how many milliseconds to try again, and nothing is counted. Otherwise the answer is for how long it is
    /// to be held up.
    pub fn mutate(
        &self,
        client: Client<'_>,
        partitions: u64,
        is_strict: bool,
        now_ms: u64,
    ) -> Result<u64, u64> {
        let limits = self.limits.load();
        let Some((limit, whose)) = limits.find(QuotaKey::ControllerMutationRate, client) else {
            return Ok(0);
        };
        let mut buckets = self.buckets.lock();
        let bucket = buckets.get(whose, now_ms, self.mutation_window);
        bucket.fill(limit, now_ms, self.mutation_window);
        let before = bucket.throttle_ms(limit);
        if is_strict && before > 0 {
            return Err(before);
        }
        bucket.spend(partitions as f64, limit, now_ms, self.mutation_window);
        Ok(if is_strict { 0 } else { bucket.throttle_ms(limit) })
    }
}

/// Whose rate it is, by user and client id (or address): clients with one limit share it, or have one each, as the limit
/// says.
type Whose = (String, String);

/// The limits, in the order in which they are looked for.
#[derive(Debug)]
struct Limits {
    users: Named<UserLimits>,
    clients: Named<QuotaLimits>,
    addresses: Named<QuotaLimits>,
    is_empty: bool,
}

/// Something by name, or the default of all without it.
#[derive(Debug)]
struct Named<T> {
    by_name: BTreeMap<String, T>,
    default: Option<T>,
}

#[derive(Debug, Default)]
struct UserLimits {
    alone: QuotaLimits,
    clients: Named<QuotaLimits>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named { by_name: BTreeMap::new(), default: None }
    }
}

impl<T: Default> Named<T> {
    fn at(&mut self, name: Option<&str>) -> &mut T {
        match name {
            Some(name) => self.by_name.entry(name.to_owned()).or_default(),
            None => self.default.get_or_insert_default(),
        }
    }

    /// What is there by that name, then the default.
    fn under(&self, name: &str) -> impl Iterator<Item = &T> {
        self.by_name.get(name).into_iter().chain(&self.default)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::new(&QuotaMap::new())
    }
}

impl Limits {
    fn new(quotas: &QuotaMap) -> Self {
        let (mut users, mut clients, mut addresses) = (Named::default(), Named::default(), Named::default());
        for (entity, limits) in quotas {
            let part = |entity_type| entity.part(entity_type);
            let limits_at = match (part(QuotaEntityType::User), part(QuotaEntityType::ClientId)) {
                (Some(user), Some(client)) => {
                    let user: &mut UserLimits = users.at(user);
                    user.clients.at(client)
                }
                (Some(user), None) => &mut users.at(user).alone,
                (None, Some(client)) => clients.at(client),
                (None, None) => addresses.at(part(QuotaEntityType::Ip).flatten()),
            };
            *limits_at = limits.clone();
        }
        Limits { users, clients, addresses, is_empty: quotas.is_empty() }
    }

    /// The client's limit, and whose rate it counts against.
    fn find(&self, key: QuotaKey, client: Client<'_>) -> Option<(f64, Whose)> {
        if self.is_empty {
            return None;
        }
        let of = |limits: &QuotaLimits| limits.get(&key).map(|limit| limit.get());
        let (user, client_id) = match client {
            Client::At(address) => {
                let limit = self.addresses.under(address).find_map(of)?;
                return Some((limit, (address.to_owned(), String::new())));
            }
            Client::Of { user, client_id } => (user, client_id),
        };
        for limits in self.users.under(user) {
            if let Some(limit) = limits.clients.under(client_id).find_map(of) {
                return Some((limit, (user.to_owned(), client_id.to_owned())));
            }
            if let Some(limit) = of(&limits.alone) {
                return Some((limit, (user.to_owned(), String::new())));
            }
        }
        let limit = self.clients.under(client_id).find_map(of)?;
        Some((limit, (String::new(), client_id.to_owned())))
    }
}

/// What is counted for one client.
trait Entry {
    /// Nothing is counted yet.
    fn new(now_ms: u64, window: Window) -> Self;

    /// Whether forgetting it changes nothing.
    fn is_idle(&self, now_ms: u64, window: Window) -> bool;
}

/// A bounded number of them.
#[derive(Debug)]
struct Entries<T> {
    by_client: BTreeMap<Whose, T>,
    /// Of all for whom there is no room.
    shared: Option<T>,
    /// Not before this are the idle ones looked for again.
    sweep_at_ms: u64,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries { by_client: BTreeMap::new(), shared: None, sweep_at_ms: 0 }
    }
}

impl<T: Entry> Entries<T> {
    fn get(&mut self, whose: Whose, now_ms: u64, window: Window) -> &mut T {
        let is_new = !self.by_client.contains_key(&whose);
        if is_new && self.by_client.len() >= ENTRIES_MAX && now_ms >= self.sweep_at_ms {
            self.by_client.retain(|_, entry| !entry.is_idle(now_ms, window));
            self.sweep_at_ms = now_ms + window.sample_ms;
        }
        let is_long = whose.0.len().max(whose.1.len()) > NAME_MAX_BYTES;
        if is_new && (is_long || self.by_client.len() >= ENTRIES_MAX) {
            return self.shared.get_or_insert_with(|| T::new(now_ms, window));
        }
        self.by_client.entry(whose).or_insert_with(|| T::new(now_ms, window))
    }
}

/// Sums over the last windows.
#[derive(Debug)]
struct Rate {
    /// One more than the windows that count, so that the oldest fades out.
    samples: Vec<Sample>,
    current: usize,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    started_ms: u64,
    last_ms: u64,
    sum: f64,
}

impl Sample {
    fn new(now_ms: u64) -> Self {
        Sample { started_ms: now_ms, last_ms: now_ms, sum: 0.0 }
    }
}

impl Entry for Rate {
    fn new(now_ms: u64, _: Window) -> Self {
        Rate { samples: vec![Sample::new(now_ms)], current: 0 }
    }

    fn is_idle(&self, now_ms: u64, window: Window) -> bool {
        self.samples.iter().all(|sample| is_over(sample, now_ms, window))
    }
}

fn is_over(sample: &Sample, now_ms: u64, window: Window) -> bool {
    now_ms.saturating_sub(sample.last_ms) >= u64::from(window.samples) * window.sample_ms
}

impl Rate {
    fn record(&mut self, amount: f64, now_ms: u64, window: Window) {
        if now_ms.saturating_sub(self.samples[self.current].started_ms) >= window.sample_ms {
            self.current = (self.current + 1) % (window.samples as usize + 1);
            if self.current == self.samples.len() {
                self.samples.push(Sample::new(now_ms));
            } else {
                self.samples[self.current] = Sample::new(now_ms);
            }
        }
        let sample = &mut self.samples[self.current];
        sample.sum += amount;
        sample.last_ms = now_ms;
    }

    /// How long nothing must be counted until the rate is `limit` a second again, for a client that may save up `saved`
    /// windows.
    fn throttle_ms(&mut self, limit: f64, saved: u64, now_ms: u64, window: Window) -> u64 {
        for sample in &mut self.samples {
            if is_over(sample, now_ms, window) {
                *sample = Sample::new(now_ms);
            }
        }
        let sum: f64 = self.samples.iter().map(|sample| sample.sum).sum();
        let oldest = self.samples.iter().map(|sample| sample.started_ms).min().unwrap_or(now_ms);
        let elapsed_ms = now_ms.saturating_sub(oldest);
        // Windows that have not passed yet count as empty ones, the one under way as itself.
        let full = elapsed_ms / window.sample_ms;
        let missing = saved.saturating_sub(full);
        let elapsed_ms = (elapsed_ms + missing * window.sample_ms).max(1) as f64;
        let rate = sum * 1000.0 / elapsed_ms;
        if rate > limit { ((rate - limit) / limit * elapsed_ms).round() as u64 } else { 0 }
    }
}

/// What may still be done at once: it fills at the limit's rate, up to as much as all windows hold.
#[derive(Debug)]
struct Bucket {
    /// Below 0: above the limit.
    tokens: f64,
    filled_ms: Option<u64>,
    /// When a new bucket would be as full.
    full_ms: u64,
}

impl Entry for Bucket {
    fn new(now_ms: u64, _: Window) -> Self {
        Bucket { tokens: 0.0, filled_ms: None, full_ms: now_ms }
    }

    fn is_idle(&self, now_ms: u64, _: Window) -> bool {
        now_ms >= self.full_ms
    }
}

impl Bucket {
    fn fill(&mut self, limit: f64, now_ms: u64, window: Window) {
        let whole_ms = u64::from(window.samples) * window.sample_ms;
        let most = limit * whole_ms as f64 / 1000.0;
        let passed_ms = self.filled_ms.map_or(whole_ms, |filled_ms| now_ms.saturating_sub(filled_ms));
        self.tokens = (self.tokens + limit * passed_ms as f64 / 1000.0).min(most);
        self.filled_ms = Some(now_ms);
    }

    fn spend(&mut self, tokens: f64, limit: f64, now_ms: u64, window: Window) {
        self.tokens -= tokens;
        let whole_ms = u64::from(window.samples) * window.sample_ms;
        self.full_ms = now_ms.saturating_add(whole_ms).saturating_add(self.throttle_ms(limit));
    }

    fn throttle_ms(&self, limit: f64) -> u64 {
        if self.tokens < 0.0 { (-self.tokens / limit * 1000.0).round() as u64 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use tidelog_metadata::QuotaEntity;

    use super::*;

    const WINDOW: Window = Window { samples: 11, sample_ms: 1000 };
    const START_MS: u64 = 1_000_000;

    /// Entity, limit, value.
    type Limit<'a> = (&'a [(&'a str, Option<&'a str>)], QuotaKey, f64);

    fn quotas(limits: &[Limit<'_>]) -> QuotaMap {
        let mut map = QuotaMap::new();
        for (entity, key, value) in limits {
            let entity = QuotaEntity::from_names(entity.iter().copied()).unwrap();
            map.entry(entity).or_default().insert(*key, key.value(*value).unwrap());
        }
        map
    }

    fn with(limits: &[Limit<'_>]) -> Quotas {
        let machine = Quotas::new(WINDOW, WINDOW);
        machine.set(&quotas(limits));
        machine
    }

    fn client<'a>(user: &'a str, client_id: &'a str) -> Client<'a> {
        Client::Of { user, client_id }
    }

    const RATE: QuotaKey = QuotaKey::ProducerByteRate;
    const FETCH: QuotaKey = QuotaKey::ConsumerByteRate;

    /// Milliseconds since the one before, bytes, and for how many milliseconds Apache Kafka 4.4's own sensor, with 11
    /// samples of a second and a limit of 1000, holds the client up.
    const KAFKA_RATE: &[(u64, u32, u64)] = &[
        (999, 285, 0),
        (999, 154, 0),
        (999, 450, 0),
        (0, 312, 0),
        (0, 595, 0),
        (999, 738, 0),
        (400, 2842, 0),
        (100, 151, 0),
        (100, 339, 0),
        (999, 311, 0),
        (400, 79, 0),
        (400, 5492, 1352),
        (999, 546, 1899),
        (100, 7880, 9679),
        (400, 733, 10012),
        (1, 8289, 18300),
        (999, 3012, 21313),
        (400, 170, 22083),
        (999, 708, 22792),
        (400, 657, 23049),
        (999, 396, 23446),
        (1, 705, 24150),
        (100, 329, 24379),
        (1000, 852, 24231),
        (400, 5114, 30504),
        (0, 721, 31225),
        (1, 676, 31900),
        (0, 586, 32486),
        (1, 3208, 35693),
        (400, 98, 35391),
        (999, 487, 34879),
        (400, 581, 35060),
        (0, 745, 35805),
        (1, 66, 35870),
        (400, 895, 35669),
        (1, 630, 36298),
        (999, 892, 34058),
        (1000, 654, 29629),
        (100, 707, 30236),
        (999, 405, 29642),
        (1, 6657, 36298),
        (2500, 381, 16448),
        (7000, 667, 0),
        (1001, 105, 0),
        (1, 401, 0),
        (999, 448, 0),
        (1, 481, 0),
        (999, 387, 0),
        (1000, 8910, 1398),
        (999, 212, 1611),
        (1, 142, 1752),
        (12000, 864, 0),
        (2500, 6395, 0),
        (1, 677, 0),
        (999, 120, 0),
        (1, 659, 0),
        (1001, 785, 0),
        (12000, 619, 0),
        (12000, 681, 0),
        (400, 3665, 0),
    ];

    /// Milliseconds since the one before, partitions, whether strict, and the answer of Kafka's token bucket with a limit of
    /// 2 a second.
    const KAFKA_BUCKET: &[(u64, u64, bool, Result<u64, u64>)] = &[
        (12000, 5, true, Ok(0)),
        (1000, 12, true, Ok(0)),
        (400, 1, true, Ok(0)),
        (400, 3, false, Ok(0)),
        (1001, 11, true, Ok(0)),
        (7000, 12, false, Ok(1199)),
        (12000, 1, false, Ok(0)),
        (1001, 3, false, Ok(0)),
        (1, 7, false, Ok(0)),
        (7000, 10, true, Ok(0)),
        (1001, 7, false, Ok(0)),
        (100, 3, true, Ok(0)),
        (400, 4, false, Ok(0)),
        (1, 5, true, Ok(0)),
        (0, 3, false, Ok(3498)),
        (1, 9, true, Err(3497)),
        (1000, 2, true, Err(2497)),
        (7000, 1, true, Ok(0)),
        (7000, 7, false, Ok(0)),
        (100, 3, true, Ok(0)),
        (1001, 4, true, Ok(0)),
        (0, 12, true, Ok(0)),
        (12000, 5, true, Ok(0)),
        (12000, 7, true, Ok(0)),
        (0, 8, false, Ok(0)),
        (12000, 3, true, Ok(0)),
        (1001, 7, false, Ok(0)),
        (400, 7, false, Ok(0)),
        (12000, 2, true, Ok(0)),
        (1001, 8, false, Ok(0)),
        (1, 5, false, Ok(0)),
        (0, 3, false, Ok(0)),
        (400, 2, false, Ok(0)),
        (1, 2, true, Ok(0)),
        (1000, 5, false, Ok(98)),
        (1000, 6, true, Ok(0)),
        (2500, 4, false, Ok(1598)),
        (7000, 4, false, Ok(0)),
        (12000, 3, true, Ok(0)),
        (2500, 10, true, Ok(0)),
    ];

    #[test]
    fn a_client_is_held_up_as_long_as_kafka_holds_it_up() {
        let machine = with(&[(&[("client-id", Some("c"))], FETCH, 1000.0)]);
        let mut now_ms = START_MS;
        for (index, &(gap_ms, bytes, throttle_ms)) in KAFKA_RATE.iter().enumerate() {
            now_ms += gap_ms;
            let answer = machine.record(FETCH, client("u", "c"), f64::from(bytes), now_ms);
            assert_eq!(answer, throttle_ms, "row {index}");
        }
    }

    #[test]
    fn partitions_are_created_as_fast_as_kafka_lets_them_be() {
        let machine = with(&[(&[("user", Some("u"))], QuotaKey::ControllerMutationRate, 2.0)]);
        let mut now_ms = START_MS;
        for (index, &(gap_ms, partitions, is_strict, expected)) in KAFKA_BUCKET.iter().enumerate() {
            now_ms += gap_ms;
            let answer = machine.mutate(client("u", "c"), partitions, is_strict, now_ms);
            assert_eq!(answer, expected, "row {index}");
        }
    }

    #[test]
    fn a_producer_that_waits_as_told_sends_at_its_limit() {
        let limit = 1_000_000.0;
        let machine = with(&[(&[("user", None)], RATE, limit)]);
        let (mut now_ms, mut sent) = (START_MS, 0.0);
        while now_ms < START_MS + 30_000 {
            sent += 100_000.0;
            now_ms += 1 + machine.record(RATE, client("u", "c"), 100_000.0, now_ms);
        }
        let rate = sent / 30.0;
        assert!((0.95 * limit..1.05 * limit).contains(&rate), "{rate}");
    }

    #[test]
    fn the_narrowest_limit_counts() {
        let all: &[Limit<'_>] = &[
            (&[("user", Some("u")), ("client-id", Some("c"))], RATE, 1.0),
            (&[("user", Some("u")), ("client-id", None)], RATE, 2.0),
            (&[("user", Some("u"))], RATE, 3.0),
            (&[("user", None), ("client-id", Some("c"))], RATE, 4.0),
            (&[("user", None), ("client-id", None)], RATE, 5.0),
            (&[("user", None)], RATE, 6.0),
            (&[("client-id", Some("c"))], RATE, 7.0),
            (&[("client-id", None)], RATE, 8.0),
        ];
        let find = |limits: &[Limit<'_>], user: &str, client_id: &str| {
            Limits::new(&quotas(limits)).find(RATE, client(user, client_id))
        };
        let own = |user: &str, client_id: &str| (user.to_owned(), client_id.to_owned());
        let whose = [own("u", "c"), own("u", "c"), own("u", ""), own("u", "c"), own("u", "c"), own("u", "")];
        for (first, whose) in whose.into_iter().enumerate() {
            assert_eq!(find(&all[first..], "u", "c"), Some((first as f64 + 1.0, whose)));
        }
        assert_eq!(find(&all[6..], "u", "c"), Some((7.0, own("", "c"))));
        assert_eq!(find(&all[7..], "u", "c"), Some((8.0, own("", "c"))));
        assert_eq!(find(all, "u", "d"), Some((2.0, own("u", "d"))));
        assert_eq!(find(all, "v", "d"), Some((5.0, own("v", "d"))));
        assert_eq!(find(&all[..3], "v", "c"), None);
        // Of another kind of limit.
        assert_eq!(Limits::new(&quotas(all)).find(QuotaKey::ConsumerByteRate, client("u", "c")), None);
    }

    #[test]
    fn users_share_a_rate_over_their_clients_and_others_have_their_own() {
        let machine = with(&[(&[("user", None)], RATE, 1000.0)]);
        assert_eq!(machine.record(RATE, client("u", "a"), 1_000.0, START_MS), 0);
        assert_eq!(machine.record(RATE, client("u", "b"), 500.0, START_MS), 500);
        assert_eq!(machine.record(RATE, client("v", "b"), 1_000.0, START_MS), 0);
    }

    #[test]
    fn limits_change_live_and_what_was_counted_stays() {
        let machine = with(&[]);
        assert!(machine.is_empty());
        assert_eq!(machine.record(FETCH, client("u", "c"), 1e12, START_MS), 0);
        machine.set(&quotas(&[(&[("user", Some("u"))], FETCH, 1000.0)]));
        assert_eq!(machine.record(FETCH, client("u", "c"), 11_000.0, START_MS), 1000);
        machine.set(&quotas(&[(&[("user", Some("u"))], FETCH, 2000.0)]));
        assert_eq!(machine.record(FETCH, client("u", "c"), 0.0, START_MS), 0);
        assert_eq!(machine.burst(FETCH, client("u", "c")), Some(20_000));
        assert_eq!(machine.burst(FETCH, client("v", "c")), None);
    }

    #[test]
    fn what_is_taken_back_does_not_count() {
        let key = QuotaKey::ConsumerByteRate;
        let machine = with(&[(&[("client-id", None)], key, 1000.0)]);
        assert_eq!(machine.record(key, client("u", "c"), 30_000.0, START_MS), 20_000);
        machine.take_back(key, client("u", "c"), 30_000.0, START_MS);
        assert_eq!(machine.record(key, client("u", "c"), 0.0, START_MS), 0);
    }

    #[test]
    fn requests_hold_nobody_up_for_longer_than_a_window() {
        let key = QuotaKey::RequestPercentage;
        let machine = with(&[(&[("user", None)], key, 1.0)]);
        assert_eq!(machine.record(key, client("u", "c"), 5000.0, START_MS), 1000);
    }

    #[test]
    fn addresses_connect_at_their_limit() {
        let key = QuotaKey::ConnectionCreationRate;
        let machine = with(&[(&[("ip", Some("10.0.0.1"))], key, 1.0), (&[("ip", None)], key, 2.0)]);
        let connect =
            |address| (0..25).map(|_| machine.record(key, Client::At(address), 1.0, START_MS)).max();
        assert_eq!(connect("10.0.0.1"), Some(15_000));
        assert_eq!(connect("10.0.0.2"), Some(2_500));
    }

    #[test]
    fn strangers_that_invent_client_ids_share_one_rate_once_there_are_too_many() {
        let machine = with(&[(&[("client-id", None)], FETCH, 1000.0)]);
        let entries = || machine.rates.lock()[&FETCH].by_client.len();
        for id in 0..ENTRIES_MAX {
            assert_eq!(machine.record(FETCH, client("u", &id.to_string()), 6000.0, START_MS), 0);
        }
        assert_eq!(machine.record(FETCH, client("u", "x"), 6000.0, START_MS + 1), 0);
        assert_eq!(machine.record(FETCH, client("u", "y"), 6000.0, START_MS + 1), 2000);
        let long = "z".repeat(NAME_MAX_BYTES + 1);
        assert!(machine.record(FETCH, client("u", &long), 1.0, START_MS + 1) > 0);
        assert_eq!(entries(), ENTRIES_MAX);
        // All have been silent for long enough that nothing of them counts any more.
        assert_eq!(machine.record(FETCH, client("u", "new"), 6000.0, START_MS + 11_000), 0);
        assert_eq!(entries(), 1);
    }
}
