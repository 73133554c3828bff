//! Sends cases over real sockets, and counts what was answered.
//!
//! Sound frames go in one write with others on a connection that lives on; what else there is has a connection of its own,
//! on which the sender closes its half: a broker answers what is whole, and closes. So every case has an end, and none
//! waits for a timer. A case whose connection was closed without an answer is a suspect if the broker turns out to be hurt.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::case::{Case, Change, Manner};
use crate::corpus::{Corpus, World};
use crate::random::Random;

/// Cases that a worker takes at a time.
const CHUNK: u64 = 32;
/// How long a broker may take to answer, or to close a connection whose other half is closed.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long an answer is waited for before its sender leaves: a quota that a hostile request set may hold it up for weeks.
const HELD_UP: Duration = Duration::from_secs(2);
/// How many suspects are remembered.
const SUSPECTS: usize = 400;
/// One answer in so many is decoded.
const DECODED_ONE_IN: u64 = 8;
/// A hostile answer is no reason to take gigabytes.
const ANSWER_MAX_BYTES: usize = 256 << 20;

/// See the module.
#[derive(Debug)]
pub struct Attack {
    corpus: Corpus,
    world: Mutex<Arc<World>>,
    address: SocketAddr,
    seed: u64,
    /// The next case.
    next: AtomicU64,
    /// One past the last.
    end: u64,
    /// Cases a second; 0: as many as can be.
    rate: u64,
    begun: Instant,
    counts: Counts,
    suspects: Mutex<VecDeque<u64>>,
    faults: Mutex<Vec<String>>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    closed: AtomicU64,
    abandoned: AtomicU64,
    held_up: AtomicU64,
    /// By place in the corpus.
    answered: Vec<AtomicU64>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Cases that were sent.
    pub sent: u64,
    /// Answers that came back.
    pub answered: u64,
    /// Cases after which the broker closed the connection without an answer.
    pub closed: u64,
    /// Cases whose sender did not wait for an answer.
    pub abandoned: u64,
    /// Cases that were not answered for long, and whose connection was closed when their sender had closed its half.
    pub held_up: u64,
}

/// Answers that came back, by API.
pub type Answers = BTreeMap<String, u64>;

/// How a pipeline ends.
enum End {
    /// Everything was answered.
    Answered,
    /// The broker closed the connection.
    Closed,
    /// Nothing comes.
    Silent,
}

const NOT_ENDED: &str = "left the connection open, although its sender had closed its half";

impl Attack {
    /// On the broker at `address`: the cases of `seed` from number `first` on, `cases` of them, at most `rate` a second (0:
    /// as many as can be).
    pub fn new(
        corpus: Corpus,
        world: World,
        address: SocketAddr,
        seed: u64,
        (first, cases): (u64, u64),
        rate: u64,
    ) -> Arc<Attack> {
        let answered = corpus.apis().iter().map(|_| AtomicU64::new(0)).collect();
        Arc::new(Attack {
            corpus,
            world: Mutex::new(Arc::new(world)),
            address,
            seed,
            next: AtomicU64::new(first),
            end: first + cases,
            rate,
            begun: Instant::now(),
            counts: Counts { answered, ..Counts::default() },
            suspects: Mutex::default(),
            faults: Mutex::default(),
        })
    }

    /// What requests are to speak of from now on.
    pub fn set_world(&self, world: World) {
        if !world.topics.is_empty() {
            *self.world.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(world);
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Progress {
            sent: load(&self.counts.sent),
            answered: self.counts.answered.iter().map(load).sum(),
            closed: load(&self.counts.closed),
            abandoned: load(&self.counts.abandoned),
            held_up: load(&self.counts.held_up),
        }
    }

    /// Answers, by API.
    pub fn answers(&self) -> Answers {
        let counts = self.counts.answered.iter().map(|count| count.load(Ordering::Relaxed));
        self.corpus.api_names().map(str::to_owned).zip(counts).collect()
    }

    /// What the broker did wrong on the wire, in words.
    pub fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The cases that were closed without an answer last, newest first.
    pub fn suspects(&self) -> Vec<u64> {
        self.suspects.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().copied().collect()
    }

    /// Makes a case as it is made now.
    pub fn case(&self, number: u64) -> Case {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Case::of(&self.corpus, &world, self.seed, number)
    }

    /// Sends one case alone.
    pub async fn replay(&self, number: u64) {
        let mut case = self.case(number);
        if case.manner == Manner::Pipelined {
            case.manner = Manner::HalfClosed;
        }
        self.send_alone(&case).await;
    }

    /// Takes cases and sends them, until none is left. Many may work at the same time.
    pub async fn work(self: Arc<Self>) {
        let mut line = None;
        loop {
            let first = self.next.fetch_add(CHUNK, Ordering::Relaxed);
            if first >= self.end {
                return;
            }
            self.keep_pace(first).await;
            let cases = (first..(first + CHUNK).min(self.end)).map(|number| self.case(number));
            let (mut together, alone): (VecDeque<Case>, VecDeque<Case>) =
                cases.partition(|case| case.manner == Manner::Pipelined);
            while !together.is_empty() {
                self.send_together(&mut together, &mut line).await;
            }
            for case in alone {
                self.send_alone(&case).await;
            }
        }
    }

    async fn keep_pace(&self, number: u64) {
        if let Some(due_ms) = (number * 1000).checked_div(self.rate) {
            let due = self.begun + Duration::from_millis(due_ms);
            tokio::time::sleep_until(due.into()).await;
        }
    }

    /// Pipelines the cases on `line`; what is answered, or closes the connection, is taken off the list.
    async fn send_together(&self, cases: &mut VecDeque<Case>, line: &mut Option<TcpStream>) {
        let stream = match line.take() {
            Some(stream) => stream,
            None => match self.connect().await {
                Some(stream) => stream,
                None => return cases.clear(),
            },
        };
        let mut stream = stream;
        let (mut reading, mut writing) = stream.split();
        let bytes: Vec<u8> = cases.iter().flat_map(|case| &case.frame).copied().collect();
        // A connection that is closed while this is written shows when it is read.
        let write = async { drop(writing.write_all(&bytes).await) };
        let read = async {
            while let Some(case) = cases.front() {
                // To be cut off while it looks for an answer costs none of the answer's bytes.
                if tokio::time::timeout(HELD_UP, reading.peek(&mut [0])).await.is_err() {
                    return End::Silent;
                }
                let Ok(Some(answer)) = read_answer(&mut reading).await else {
                    self.note_closed(case);
                    cases.pop_front();
                    return End::Closed;
                };
                self.note_answer(case, &answer);
                self.note_sent();
                cases.pop_front();
            }
            End::Answered
        };
        let end = tokio::select! {
            biased;
            end = read => end,
            end = async { write.await; std::future::pending().await } => end,
        };
        match end {
            End::Answered => *line = Some(stream),
            End::Closed => {}
            End::Silent => self.leave(stream, cases).await,
        }
    }

    /// Closes this half of a connection that is silent: what is answered now counts, and then it must end.
    async fn leave(&self, mut stream: TcpStream, cases: &mut VecDeque<Case>) {
        let end = async {
            drop(stream.shutdown().await);
            while let Ok(Some(answer)) = read_answer(&mut stream).await {
                let Some(case) = cases.pop_front() else { return };
                self.note_sent();
                self.note_answer(&case, &answer);
            }
        };
        let has_ended = tokio::time::timeout(PATIENCE, end).await.is_ok();
        let Some(case) = cases.pop_front() else { return };
        if has_ended {
            self.note_sent();
            self.counts.held_up.fetch_add(1, Ordering::Relaxed);
        } else {
            self.note_fault(&case, NOT_ENDED);
        }
    }

    /// Sends a case on a connection of its own, and sees it end.
    async fn send_alone(&self, case: &Case) {
        let Some(mut stream) = self.connect().await else { return };
        if matches!(case.manner, Manner::Reset | Manner::Vanished) {
            drop(stream.write_all(&case.frame).await);
            if case.manner == Manner::Reset {
                drop(stream.set_zero_linger());
            }
            self.note_sent();
            self.counts.abandoned.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (mut reading, mut writing) = stream.split();
        let write = async {
            drop(write_in(&mut writing, case).await);
            drop(writing.shutdown().await);
        };
        let read = async {
            let mut answers = 0;
            while let Ok(Some(answer)) = read_answer(&mut reading).await {
                answers += 1;
                if case.change == Change::Bytes {
                    self.count_answer(case);
                } else {
                    self.note_answer(case, &answer);
                }
            }
            answers
        };
        match tokio::time::timeout(PATIENCE, async { tokio::join!(write, read).1 }).await {
            Ok(0) => self.note_closed(case),
            Ok(_) => self.note_sent(),
            Err(_) => self.note_fault(case, NOT_ENDED),
        }
    }

    async fn connect(&self) -> Option<TcpStream> {
        for attempt in 0..50 {
            match TcpStream::connect(self.address).await {
                Ok(stream) => {
                    drop(stream.set_nodelay(true));
                    return Some(stream);
                }
                // Out of ports for a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(20 * attempt)).await,
            }
        }
        self.faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push("the broker takes no connections any more".to_owned());
        None
    }

    /// An answer to a sound frame: in order, and now and then looked at.
    fn note_answer(&self, case: &Case, answer: &[u8]) {
        self.count_answer(case);
        if let Some(fault) = self.answer_fault(case, answer) {
            self.fault(case, &fault);
        }
    }

    fn answer_fault(&self, case: &Case, answer: &[u8]) -> Option<String> {
        let id = answer.first_chunk().map(|id| i32::from_be_bytes(*id));
        if id != Some(case.number as i32) {
            return Some(format!("got the answer to request {id:?}"));
        }
        if !case.number.is_multiple_of(DECODED_ONE_IN) {
            return None;
        }
        let api = &self.corpus.apis()[self.corpus.place_of(case.api_key)?];
        let header_bytes = 4 + usize::from(api.response.header_version(case.version) == Some(1));
        match api.response.decode(answer.get(header_bytes..).unwrap_or_default(), case.version) {
            Ok((_, taken)) if header_bytes + taken == answer.len() => None,
            Ok((_, taken)) => Some(format!("got {} bytes, of which {taken} are an answer", answer.len())),
            Err(error) => Some(format!("got what is no answer: {error}")),
        }
    }

    fn note_sent(&self) {
        self.counts.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn count_answer(&self, case: &Case) {
        if let Some(place) = self.corpus.place_of(case.api_key) {
            self.counts.answered[place].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn note_closed(&self, case: &Case) {
        self.note_sent();
        self.counts.closed.fetch_add(1, Ordering::Relaxed);
        let mut suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        suspects.push_back(case.number);
        if suspects.len() > SUSPECTS {
            suspects.pop_front();
        }
    }

    fn note_fault(&self, case: &Case, fault: &str) {
        self.note_sent();
        self.fault(case, fault);
    }

    fn fault(&self, case: &Case, fault: &str) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.len() < 20 {
            faults.push(format!("a case {fault}: {case}"));
        }
    }
}

async fn write_in(stream: &mut (impl AsyncWrite + Unpin), case: &Case) -> io::Result<()> {
    match case.manner {
        Manner::Dribbled => {
            for byte in &case.frame {
                stream.write_all(std::slice::from_ref(byte)).await?;
            }
            Ok(())
        }
        Manner::Pieces => {
            let mut random = Random::of_case(case.seed, case.number);
            let mut rest = &case.frame[..];
            while !rest.is_empty() {
                let (piece, others) = rest.split_at(1 + random.below(rest.len()));
                stream.write_all(piece).await?;
                tokio::task::yield_now().await;
                rest = others;
            }
            Ok(())
        }
        _ => stream.write_all(&case.frame).await,
    }
}

/// The next answer without its length; `None` at the end.
async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let Ok(length) = stream.read_i32().await else { return Ok(None) };
    let length = usize::try_from(length).ok().filter(|length| *length <= ANSWER_MAX_BYTES);
    let length = length.ok_or_else(|| io::Error::other("no answer has such a length"))?;
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok(Some(answer))
}
