//! The producing side: a thread that takes events from their source, enters them in the ledger and sends them.
//!
//! It has a thread of its own because a source may block for ever (standard input). What must stay true: an event is
//! entered before it is sent, and one thread does both, so that each partition's lane has the order of its log.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tidelog_client::{Delivery, Producer, ProducerRecord, SendError, partition_for_key};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::board::Board;
use super::source::{Event, Source};
use crate::error::CliError;

/// How often, in events, it is looked whether records are refused.
const LOOK_EVERY: u64 = 256;

/// What is sent, how, and until when.
#[derive(Debug)]
pub struct Feed {
    /// Where the events come from.
    pub source: Source,
    /// How many at most.
    pub max_records: u64,
    /// For how long at most.
    pub max_duration: Duration,
    /// Where they go.
    pub topic: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// Sends them.
    pub producer: Producer,
    /// Where they are entered.
    pub board: Arc<Board>,
}

/// What there is to say at the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fed {
    /// Events that lacked the key field.
    pub unkeyed: u64,
}

impl Feed {
    /// Starts the thread.
    pub fn start(self) -> oneshot::Receiver<Result<Fed, CliError>> {
        let (sender, receiver) = oneshot::channel();
        let runtime = Handle::current();
        let run = move || {
            // Nobody waits for the feed any more once the demo was interrupted.
            let _ = sender.send(self.run(&runtime));
        };
        let named = std::thread::Builder::new().name("demo-feed".to_owned()).spawn(run);
        named.expect("the system starts threads");
        receiver
    }

    fn run(mut self, runtime: &Handle) -> Result<Fed, CliError> {
        let mut event = Event::default();
        let mut watched: Option<Delivery> = None;
        let end_nanos = self.max_duration.as_nanos().min(u64::MAX.into()) as u64;
        for number in 1..=self.max_records {
            if !self.source.next(&mut event)? || !self.board.may_feed() {
                break;
            }
            let now_nanos = self.board.now_nanos();
            if now_nanos >= end_nanos {
                break;
            }
            let delivery = self.send(runtime, number, &event, now_nanos)?;
            if number % LOOK_EVERY == 0 {
                watched = watch(watched, delivery)?;
            }
        }
        Ok(Fed { unkeyed: self.source.unkeyed() })
    }

    fn send(
        &self,
        runtime: &Handle,
        number: u64,
        event: &Event,
        now_nanos: u64,
    ) -> Result<Delivery, SendError> {
        let key = event.key.as_deref();
        let partition = match key {
            Some(key) => partition_for_key(key, self.partitions),
            // In turn.
            None => (number % u64::from(self.partitions)) as u32,
        };
        self.board.lane(partition).sent(number, key, &event.line, now_nanos);
        self.board.count_sent(event.line.len() + key.map_or(0, <[u8]>::len));
        let record = ProducerRecord {
            key,
            partition: Some(partition as i32),
            ..ProducerRecord::to(&self.topic).value(&event.line)
        };
        match self.producer.try_send(record) {
            // Waits, for memory or for the topic's description.
            Err(error) if error.is_retriable() => runtime.block_on(self.producer.send(record)),
            decided => decided,
        }
    }
}

/// Keeps an eye on one record at a time: if it is refused the feed ends, with the reason.
fn watch(watched: Option<Delivery>, next: Delivery) -> Result<Option<Delivery>, CliError> {
    let Some(mut delivery) = watched else { return Ok(Some(next)) };
    match (&mut delivery).now_or_never() {
        Some(Ok(_)) => Ok(Some(next)),
        Some(Err(error)) => Err(error.into()),
        None => Ok(Some(delivery)),
    }
}
