//! Client quotas at work (KIP-13, 55, 124, 599, 612): how long a client is to be held up for what it did.
//!
//! One noun. [`Quotas`] has the limits and counts against them; time is an argument. A rate looks back on
//! `quota.window.num` windows of `quota.window.size.seconds`, as Apache Kafka's does: a client that was silent may spend
//! what it saved, and whoever is above its limit is held up until its rate is the limit again. The limit that counts for a
//! client is the first of these that there is:
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
use tidelog_metadata::{QuotaEntity, QuotaEntityType, QuotaKey, QuotaMap};

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
    limits: ArcSwap<QuotaMap>,
    rates: Mutex<BTreeMap<QuotaKey, Entries<Rate>>>,
    buckets: Mutex<Entries<Bucket>>,
    window: Window,
    mutation_window: Window,
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} client quotas", self.limits.load().len())
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
    pub fn set(&self, limits: Arc<QuotaMap>) {
        self.limits.store(limits);
    }

    /// Whether there are limits at all: without any, nothing needs to be counted.
    pub fn is_empty(&self) -> bool {
        self.limits.load().is_empty()
    }

    /// Counts `amount` (bytes, percent, connections) against the client's limit, and says for how many milliseconds it is to
    /// be held up; 0: not at all.
    pub fn record(&self, key: QuotaKey, client: Client<'_>, amount: f64, now_ms: u64) -> u64 {
        let limits = self.limits.load();
        let Some((limit, whose)) = limit(&limits, key, client) else { return 0 };
        let mut rates = self.rates.lock();
        let rate = rates.entry(key).or_default().get(whose, now_ms, self.window);
        rate.record(amount, now_ms, self.window);
        let throttle_ms = rate.throttle_ms(limit, now_ms, self.window);
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
        if let Some((_, whose)) = limit(&limits, key, client) {
            let mut rates = self.rates.lock();
            let rate = rates.entry(key).or_default().get(whose, now_ms, self.window);
            rate.record(-amount, now_ms, self.window);
        }
    }

    /// The most that a client may have at once without being above its limit for it: `None` if it has no limit. (A fetch
    /// larger than that could never be answered.)
    pub fn burst(&self, key: QuotaKey, client: Client<'_>) -> Option<u64> {
        let limits = self.limits.load();
        let (limit, _) = limit(&limits, key, client)?;
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
        let Some((limit, whose)) = limit(&limits, QuotaKey::ControllerMutationRate, client) else {
            return Ok(0);
        };
        let mut buckets = self.buckets.lock();
        let bucket = buckets.get(whose, now_ms, self.mutation_window);
        bucket.fill(limit, now_ms, self.mutation_window);
        let before = bucket.throttle_ms(limit);
        if is_strict && before > 0 {
            return Err(before);
        }
        bucket.tokens -= partitions as f64;
        Ok(if is_strict { 0 } else { bucket.throttle_ms(limit) })
    }
}

/// Whose rate it is: clients with one limit share it, or have one each, as the limit says.
type Whose = (String, String);

/// The client's limit, and whose rate it counts against.
fn limit(limits: &QuotaMap, key: QuotaKey, client: Client<'_>) -> Option<(f64, Whose)> {
    if limits.is_empty() {
        return None;
    }
    let find = |parts: &[(QuotaEntityType, Option<&str>)]| {
        let names = parts.iter().map(|(entity_type, name)| (entity_type.as_str(), *name));
        let entity = QuotaEntity::from_names(names).ok()?;
        limits.get(&entity)?.get(&key).map(|limit| limit.get())
    };
    let own = |user: &str, client_id: &str| (user.to_owned(), client_id.to_owned());
    match client {
        Client::At(address) => {
            let names = [Some(address), None];
            let limit = names.into_iter().find_map(|name| find(&[(QuotaEntityType::Ip, name)]))?;
            Some((limit, own(address, "")))
        }
        Client::Of { user, client_id } => {
            for user_name in [Some(user), None] {
                let user_part = (QuotaEntityType::User, user_name);
                for client_name in [Some(client_id), None] {
                    if let Some(limit) = find(&[user_part, (QuotaEntityType::ClientId, client_name)]) {
                        return Some((limit, own(user, client_id)));
                    }
                }
                if let Some(limit) = find(&[user_part]) {
                    return Some((limit, own(user, "")));
                }
            }
            let names = [Some(client_id), None];
            let limit = names.into_iter().find_map(|name| find(&[(QuotaEntityType::ClientId, name)]))?;
            Some((limit, own("", client_id)))
        }
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
    fn new(now_ms: u64, window: Window) -> Self {
        let mut samples = Vec::with_capacity(window.samples as usize + 1);
        samples.push(Sample::new(now_ms));
        Rate { samples, current: 0 }
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

    /// How long nothing must be counted until the rate is `limit` a second again.
    fn throttle_ms(&mut self, limit: f64, now_ms: u64, window: Window) -> u64 {
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
        let missing = u64::from(window.samples.saturating_sub(1)).saturating_sub(full);
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
        self.full_ms = now_ms + whole_ms;
    }

    fn throttle_ms(&self, limit: f64) -> u64 {
        if self.tokens < 0.0 { (-self.tokens / limit * 1000.0).round() as u64 } else { 0 }
    }
}
