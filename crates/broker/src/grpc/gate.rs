//! Requests are charged before they are buffered: a request's body is read only while its bytes fit into a budget that all
//! connections share.
//!
//! gRPC puts each message behind five bytes, a flag and a length. The gate follows them: before a message that begins in
//! a frame goes on to its decoder, a permit for the whole of it is taken. A stream gives it back when its handler asks for
//! the next message, a unary call when it is answered. Who waits for a permit is not read from, so HTTP/2 flow control
//! reaches its client.
//!
//! What must stay true: nobody holds a permit while it waits for one. A message that takes longer than
//! [`MESSAGE_DEADLINE`] to arrive ends its call, so that slow senders cannot keep the budget.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::Request;
use http_body::{Frame, SizeHint};
use parking_lot::Mutex;
use tidelog_grpc_api::limits::MAX_REQUEST_BYTES;
use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;
use tower::Service;

use crate::memory::Budget;

/// Flag and length.
const PREFIX_BYTES: usize = 5;
/// How long a message may take from its first byte to its last.
const MESSAGE_DEADLINE: Duration = Duration::from_secs(30);

/// Puts the gate in front of a service.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    inner: S,
    budget: Budget,
}

/// The permit for the messages that are being worked on: kept by the call's body, and by the call until it is answered.
type Held = Arc<Mutex<Option<OwnedSemaphorePermit>>>;

/// A request's body, charged.
struct GatedBody {
    inner: Body,
    budget: Budget,
    place: Place,
    held: Held,
    waiting: Option<Waiting>,
    deadline: Option<Pin<Box<Sleep>>>,
}

struct Waiting {
    permit: Pin<Box<dyn Future<Output = OwnedSemaphorePermit> + Send>>,
    frame: Frame<Bytes>,
}

/// Where in the sequence of messages the body is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    prefix: [u8; PREFIX_BYTES],
    prefix_bytes: usize,
    /// Bytes of the message that are still to come.
    missing: usize,
}

impl<S> Gate<S> {
    /// Charges the requests of `inner` to `budget`.
    pub fn new(inner: S, budget: Budget) -> Self {
        Gate { inner, budget }
    }
}

impl<S, R> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = R>,
    S::Future: Send + 'static,
{
    type Response = R;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<R, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let held = Held::default();
        let body = |body| Body::new(GatedBody::new(body, self.budget.clone(), held.clone()));
        let answer = self.inner.call(request.map(body));
        Box::pin(async move {
            let answer = answer.await;
            drop(held);
            answer
        })
    }
}

impl GatedBody {
    fn new(inner: Body, budget: Budget, held: Held) -> Self {
        GatedBody { inner, budget, place: Place::default(), held, waiting: None, deadline: None }
    }

    /// Takes note of a frame's bytes; waits for a permit first, if messages begin in it.
    fn take(&mut self, frame: Frame<Bytes>) -> Option<Frame<Bytes>> {
        let begun = frame.data_ref().map_or(0, |data| self.place.follow(data));
        if begun == 0 {
            return Some(frame);
        }
        // The decoder asked for more, so it is done with all messages before this frame's.
        *self.held.lock() = None;
        let budget = self.budget.clone();
        match budget.try_reserve(begun) {
            Some(permit) => {
                *self.held.lock() = Some(permit);
                Some(frame)
            }
            None => {
                let permit = Box::pin(async move { budget.reserve(begun).await });
                self.waiting = Some(Waiting { permit, frame });
                None
            }
        }
    }

    /// Arms the deadline of a message that is not whole yet, and looks at it.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.place.missing == 0 {
            self.deadline = None;
            return Poll::Pending;
        }
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(MESSAGE_DEADLINE)));
        deadline.as_mut().poll(cx)
    }
}

impl http_body::Body for GatedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        loop {
            if let Some(waiting) = &mut this.waiting {
                let permit = ready!(waiting.permit.as_mut().poll(cx));
                *this.held.lock() = Some(permit);
                let frame = this.waiting.take().map(|waiting| waiting.frame);
                return Poll::Ready(frame.map(Ok));
            }
            match Pin::new(&mut this.inner).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.deadline = None;
                    if let Some(frame) = this.take(frame) {
                        return Poll::Ready(Some(Ok(frame)));
                    }
                }
                Poll::Ready(other) => return Poll::Ready(other),
                Poll::Pending => {
                    ready!(this.poll_deadline(cx));
                    return Poll::Ready(Some(Err(too_slow().into())));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Place {
    /// Follows `data`; returns the bytes of all messages that begin in it. Those that the decoder refuses for their length
    /// count nothing: it does not buffer them.
    fn follow(&mut self, mut data: &[u8]) -> usize {
        let mut begun = 0;
        while !data.is_empty() {
            if self.missing > 0 {
                let step = self.missing.min(data.len());
                self.missing -= step;
                data.advance(step);
                continue;
            }
            let step = (PREFIX_BYTES - self.prefix_bytes).min(data.len());
            self.prefix[self.prefix_bytes..self.prefix_bytes + step].copy_from_slice(&data[..step]);
            self.prefix_bytes += step;
            data.advance(step);
            if self.prefix_bytes == PREFIX_BYTES {
                let [_, length @ ..] = self.prefix;
                self.prefix_bytes = 0;
                self.missing = u32::from_be_bytes(length) as usize;
                if self.missing <= MAX_REQUEST_BYTES {
                    begun += self.missing;
                }
            }
        }
        begun
    }
}

fn too_slow() -> ErrorDetail {
    let seconds = MESSAGE_DEADLINE.as_secs();
    ErrorDetail::new(
        ErrorCode::RequestTimedOut,
        format!("a request took longer than {seconds} s to arrive: send smaller requests, or over a faster connection"),
    )
    .with_limit("time for a request to arrive", format!("{seconds} s"), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body::Body as _;
    use tokio::time::Instant;

    fn message(length: usize) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend((length as u32).to_be_bytes());
        bytes.extend(vec![7; length]);
        bytes
    }

    #[test]
    fn messages_are_counted_where_they_begin_however_they_are_cut() {
        let stream: Vec<u8> = [message(10), message(0), message(300), message(7)].concat();
        for size in 1..stream.len() {
            let mut place = Place::default();
            let begun: usize = stream.chunks(size).map(|chunk| place.follow(chunk)).sum();
            assert_eq!((begun, place.missing, place.prefix_bytes), (317, 0, 0), "in frames of {size} bytes");
        }
    }

    #[test]
    fn a_message_that_will_be_refused_is_charged_nothing() {
        let mut place = Place::default();
        let mut prefix = vec![0];
        prefix.extend((MAX_REQUEST_BYTES as u32 + 1).to_be_bytes());
        assert_eq!(place.follow(&prefix), 0);
    }

    fn body(frames: Vec<Vec<u8>>) -> Body {
        let frames = frames.into_iter().map(|frame| Ok::<_, Status>(Frame::data(Bytes::from(frame))));
        Body::new(http_body_util::StreamBody::new(tokio_stream::iter(frames)))
    }

    fn gated(body: Body, budget: &Budget) -> GatedBody {
        GatedBody::new(body, budget.clone(), Held::default())
    }

    async fn next(body: &mut GatedBody) -> Option<Bytes> {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        frame.expect("no error").into_data().ok()
    }

    #[tokio::test]
    async fn a_body_waits_until_the_others_have_given_back_their_share() {
        let budget = Budget::new(100);
        let mut first = gated(body(vec![message(80), message(20)]), &budget);
        let mut second = gated(body(vec![message(60)]), &budget);
        assert_eq!(next(&mut first).await.map(|data| data.len()), Some(85));
        assert_eq!(budget.used_bytes(), 80);
        let mut waits = Box::pin(next(&mut second));
        assert!(futures::poll!(&mut waits).is_pending());
        assert_eq!(next(&mut first).await.map(|data| data.len()), Some(25));
        assert_eq!(waits.await.map(|data| data.len()), Some(65));
        assert_eq!(budget.used_bytes(), 80);
        drop((first, second));
        assert_eq!(budget.used_bytes(), 0);
    }

    #[tokio::test]
    async fn a_unary_call_keeps_its_share_until_it_is_answered() {
        let budget = Budget::new(100);
        let (answer, answered) = tokio::sync::oneshot::channel();
        let answered = std::sync::Mutex::new(Some(answered));
        let handler = tower::service_fn(|request: Request<Body>| {
            let answered = answered.lock().expect("one call").take().expect("one call");
            async move {
                // Reads its message, is done with the body, and works on.
                let mut body = request.into_body();
                std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
                drop(body);
                answered.await
            }
        });
        let mut call =
            Box::pin(Gate::new(handler, budget.clone()).call(Request::new(body(vec![message(80)]))));
        assert!(futures::poll!(&mut call).is_pending());
        assert_eq!(budget.used_bytes(), 80);
        answer.send(()).expect("the handler waits");
        assert_eq!(call.await, Ok(()));
        assert_eq!(budget.used_bytes(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_does_not_end_ends_its_call() {
        let half = Frame::data(Bytes::from(message(50)[..20].to_vec()));
        let frames = tokio_stream::StreamExt::chain(
            tokio_stream::iter([Ok::<_, Status>(half)]),
            tokio_stream::pending(),
        );
        let mut gated = gated(Body::new(http_body_util::StreamBody::new(frames)), &Budget::new(100));
        next(&mut gated).await;
        let started = Instant::now();
        let error = std::future::poll_fn(|cx| Pin::new(&mut gated).poll_frame(cx))
            .await
            .expect("a frame")
            .expect_err("slow");
        assert_eq!(started.elapsed(), MESSAGE_DEADLINE);
        assert!(error.message().starts_with("a request took longer than 30 s"));
    }
}
