//! One connection: requests are taken in their order, and answered in their order.
//!
//! Everything that one read brought is decided before one vectored write answers it. Produce has two stages: once its order
//! is fixed, the next request is taken, up to [`IN_FLIGHT`] of them; any other request waits until all before it are
//! answered, as on Apache Kafka, where a connection has one request under way.
//!
//! A client over its quota is answered at once, and nothing more is taken from it until its time has passed (KIP-219).
//!
//! A client that closes its half gets all its answers; what waits by its own wish (a long poll, a quota's time) then ends.
//!
//! What must stay true: nothing is read while more than that is open, and nothing is read while an answer waits for its
//! reader: TCP then holds the client back. An answer never overtakes another.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Either, select};
use tidelog_kafka_wire::{ApiKey, Budget, Decoder, RequestHeader, encode_response};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::api_versions;
use super::call::{Call, Peer};
use super::disconnect::Disconnect;
use super::frames::{Frame, FrameLimits, FrameReader};
use super::produce::{self, Begun, Fate, Pending};
use super::table::{self, Answer, Handler};
use super::writer::Writer;
use crate::committer::Owed;

/// Produce requests whose order is fixed and which are not answered yet.
const IN_FLIGHT: usize = 64;
/// With so many bytes of them, a commit waits for no more.
const COMMIT_BYTES: usize = 1 << 20;

/// Serves a connection until its peer goes, breaks a rule, or the node stops.
pub async fn run(stream: &mut TcpStream, peer: Arc<Peer>, limits: FrameLimits) -> Result<(), Disconnect> {
    let stop = peer.node.stop.clone();
    let (reading, writing) = stream.split();
    let frames = FrameReader::new(reading, limits);
    let writer = Writer::new(writing, peer.node.fetch_budget.clone());
    let open = Open {
        writer,
        produces: VecDeque::new(),
        owed: Owed::default(),
        owed_bytes: 0,
        gone: peer.gone.clone(),
    };
    let mut connection = Connection { frames, peer, open, muted_until: None, stop };
    connection.serve().await
}

struct Connection<'a> {
    peer: Arc<Peer>,
    frames: FrameReader<'a>,
    open: Open<'a>,
    /// Nothing is taken before.
    muted_until: Option<Instant>,
    stop: CancellationToken,
}

/// What is not answered, or not written.
struct Open<'a> {
    writer: Writer<'a>,
    produces: VecDeque<Pending>,
    /// The commit of what was appended since the last write.
    owed: Owed,
    /// How many bytes of requests wait for it.
    owed_bytes: usize,
    /// See [`Peer::gone`].
    gone: CancellationToken,
}

impl Connection<'_> {
    async fn serve(&mut self) -> Result<(), Disconnect> {
        loop {
            while self.may_take() {
                let Some(frame) = self.frames.next()? else { break };
                self.take(frame).await?;
            }
            if self.may_take() && self.open.may_commit_later() && self.fill_now()? {
                // What has come meanwhile shares the commit.
                continue;
            }
            let was_full = !self.may_take();
            self.open.write().await?;
            let may_read = self.may_take();
            if was_full && may_read {
                // There is room again, and the next frames may be here already.
                continue;
            }
            let is_waiting = !self.open.produces.is_empty();
            let muted_until = self.muted_until;
            let is_muted = muted_until.is_some();
            tokio::select! {
                biased;
                () = self.open.first_answered(), if is_waiting => {}
                more = self.frames.more(may_read), if may_read || is_muted => if !more? {
                    return self.open.settle().await;
                },
                () = sleep_until(muted_until), if is_muted => self.muted_until = None,
                () = self.stop.cancelled() => {
                    self.open.settle().await?;
                    return Err(Disconnect::Stopping);
                }
            }
        }
    }

    /// Receives what is there, without waiting; false if nothing is, or nothing comes any more.
    fn fill_now(&mut self) -> Result<bool, Disconnect> {
        let more = self.frames.fill().now_or_never();
        more.unwrap_or(Ok(false))
    }

    fn may_take(&self) -> bool {
        self.muted_until.is_none() && self.open.produces.len() < IN_FLIGHT
    }

    /// Takes no request for a while. What was taken before is answered nevertheless.
    fn mute(&mut self, throttle: Duration) {
        if !throttle.is_zero() {
            self.muted_until = Some(Instant::now() + throttle);
        }
    }

    async fn take(&mut self, frame: Frame) -> Result<(), Disconnect> {
        let Frame { bytes, mut permit } = frame;
        let fixed = RequestHeader::peek(&bytes).map_err(|source| Disconnect::Malformed {
            key: -1,
            version: -1,
            source,
        })?;
        let (key, version) = (fixed.api_key, fixed.api_version);
        let Some(entry) = table::find(key, version) else { return self.refuse_version(&fixed).await };
        let frame_bytes = bytes.len();
        let budget = Budget::for_frame(frame_bytes);
        let mut decoder = Decoder::new(bytes, budget);
        let header = RequestHeader::decode(&mut decoder).map_err(|source| Disconnect::Malformed {
            key,
            version,
            source,
        })?;
        let RequestHeader { correlation_id, mut client_id, .. } = header;
        if matches!(entry.handler, Handler::Wait(_)) {
            client_id = client_id.map(|id| id.to_detached());
        }
        let call = Call { peer: self.peer.clone(), key, version, correlation_id, client_id };
        match entry.handler {
            Handler::Produce => {
                let Begun { fate, throttle } = self.open.until(produce::begin(call, decoder)).await??;
                self.mute(throttle);
                self.open.owed_bytes += frame_bytes;
                match fate {
                    Fate::Pending(pending, owed) => {
                        self.open.produces.push_back(pending);
                        self.open.owed.join(owed);
                    }
                    Fate::Answered(answer) => {
                        self.open.settle().await?;
                        self.open.writer.push(answer);
                    }
                    Fate::Silent(owed) => self.open.owed.join(owed),
                }
            }
            Handler::Serve(serve) | Handler::Wait(serve) => {
                self.open.settle().await?;
                let mut served = serve(call, decoder);
                let answer = match futures::poll!(&mut served) {
                    Poll::Ready(answer) => answer,
                    Poll::Pending => {
                        permit.take_if(|_| matches!(entry.handler, Handler::Wait(_)));
                        self.open.until(served).await?
                    }
                };
                let Answer { frame, throttle } = answer?;
                self.open.writer.push(frame);
                self.mute(throttle);
            }
        }
        // The request's bytes are gone, or hold permits of their own.
        drop(permit);
        Ok(())
    }

    /// ApiVersions in a version that is not known yet is answered in the oldest, with what is known of that API alone
    /// (KIP-511). Anything else has no answer.
    async fn refuse_version(&mut self, header: &RequestHeader) -> Result<(), Disconnect> {
        if header.api_key != ApiKey::ApiVersions as i16 {
            return Err(Disconnect::Unsupported { key: header.api_key, version: header.api_version });
        }
        self.open.settle().await?;
        let answer =
            encode_response(header.correlation_id, ApiKey::ApiVersions, 0, &api_versions::unsupported())?;
        self.open.writer.push(answer);
        Ok(())
    }
}

impl Open<'_> {
    /// Whether there is something to commit, and so little that more may come first.
    fn may_commit_later(&self) -> bool {
        self.owed.is_owed() && self.owed_bytes < COMMIT_BYTES
    }

    /// Commits what was appended, if nobody does, and writes what is answered.
    async fn write(&mut self) -> Result<(), Disconnect> {
        self.owed_bytes = 0;
        if self.owed.commit() {
            // Readers that the commit woke are next on this worker, and nobody else may take them from it.
            tokio::task::yield_now().await;
        }
        while let Some(first) = self.produces.front_mut() {
            if !first.is_answered() {
                break;
            }
            if let Some(first) = self.produces.pop_front() {
                self.writer.push(first.encode()?);
            }
        }
        self.writer.flush().await
    }

    /// Waits for the oldest produce; cancelling it loses nothing.
    async fn first_answered(&mut self) {
        if let Some(first) = self.produces.front_mut() {
            first.answered().await;
        }
    }

    /// Waits until everything is answered and written.
    async fn settle(&mut self) -> Result<(), Disconnect> {
        self.write().await?;
        while !self.produces.is_empty() {
            self.first_answered().await;
            self.write().await?;
        }
        Ok(())
    }

    /// Drives `work`; if it takes its time, what is answered meanwhile is written.
    async fn until<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Disconnect> {
        let mut work = pin!(work);
        if let Poll::Ready(done) = futures::poll!(work.as_mut()) {
            return Ok(done);
        }
        loop {
            self.write().await?;
            if self.produces.is_empty() {
                if let Either::Left((done, _)) = select(work.as_mut(), pin!(self.writer.gone())).await {
                    return Ok(done);
                }
                self.gone.cancel();
                return Ok(work.await);
            }
            let answered = pin!(self.first_answered());
            if let Either::Left((done, _)) = select(work.as_mut(), answered).await {
                return Ok(done);
            }
        }
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline).await;
    }
}
