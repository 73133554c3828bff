//! The floor: the least that a broker can do for librdkafka's producers and consumers, so that Tidelog's cost can be told as
//! a multiple of it. A yardstick, never a product: every topic's name leads to the same partitions, nothing is recovered or
//! deleted, each API has one version, a request names one topic, a malformed one ends its connection by a panic.
//!
//! A thread a connection. All requests that one read brought go together: batches are checked (CRC-32C), stamped where they
//! lie in the receive buffer, written to their partitions' files, made durable by one write and one sync of a journal ring,
//! published, answered by one write. Fetches wait on a condition and are served by `sendfile`.

use std::fs::File;
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crc_fast::{CrcAlgorithm::Crc32Iscsi, checksum};
use rustix::fs::sendfile;
use rustix::net::{SendFlags, send};

const BUFFER: usize = 4 << 20;
const BLOCK: u64 = 4096;
const RING: u64 = 256 << 20;

struct Broker {
    port: u16,
    partitions: Vec<Partition>,
    durable: bool,
    journal: Mutex<Journal>,
    publications: Mutex<u64>,
    published: Condvar,
}

struct Partition(File, Mutex<Tail>);

struct Tail {
    /// Base offset and file position of each batch and, last, of the one to come.
    batches: Vec<(i64, u64)>,
    /// How many of the batches may be fetched.
    visible: usize,
}

struct Journal {
    ring: File,
    position: u64,
    /// Orders a sync of all partitions; waits until the order before is done, so that the half of the ring to come is free.
    checkpoints: SyncSender<()>,
}

/// The lock that orders appends, and where the requests of one read have appended.
type Appended<'a> = (MutexGuard<'a, Journal>, Vec<&'a Partition>);

/// What is left of a request.
struct Input<'a>(&'a mut [u8]);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, directory, partitions, mode] = arguments.as_slice() else {
        panic!("usage: floor ADDRESS DIR PARTITIONS durable|cached");
    };
    let options = File::options().read(true).write(true).create(true).truncate(false).clone();
    let open = |name: &str| options.open(format!("{directory}/{name}"));
    let tail = || Mutex::new(Tail { batches: vec![(0, 0)], visible: 0 });
    let partition = |index: usize| Ok(Partition(open(&format!("{index}.log"))?, tail()));
    let count = partitions.parse().expect("PARTITIONS is a number");
    let partitions = (0..count).map(partition).collect::<Result<_>>()?;
    let (durable, ring) = (mode == "durable", open("journal")?);
    let unwritten = ring.metadata()?.len()..if durable { RING } else { 0 };
    for position in unwritten.step_by(BUFFER) {
        ring.write_all_at(&[0; BUFFER], position)?;
    }
    let listener = TcpListener::bind(address)?;
    let (checkpoints, orders) = sync_channel(0);
    let broker = Arc::new(Broker {
        port: listener.local_addr()?.port(),
        partitions,
        durable,
        journal: Mutex::new(Journal { ring, position: 0, checkpoints }),
        publications: Mutex::new(0),
        published: Condvar::new(),
    });
    let syncing = broker.clone();
    std::thread::spawn(move || {
        for () in orders {
            syncing.partitions.iter().for_each(|partition| partition.0.sync_data().expect("the disk syncs"));
        }
    });
    for socket in listener.incoming() {
        let (socket, broker) = (socket?, broker.clone());
        std::thread::spawn(move || broker.serve(&socket));
    }
    Ok(())
}

impl Broker {
    fn serve(&self, mut socket: &TcpStream) -> Result<()> {
        socket.set_nodelay(true)?;
        let (mut buffer, mut start, mut end) = (vec![0; BUFFER], 0, 0);
        loop {
            let read = socket.read(&mut buffer[end..])?;
            end += read;
            let (first, mut answers, mut appended) = (start, Vec::new(), None);
            while end - start >= 4 {
                let length = Input(&mut buffer[start..]).int(4) as usize;
                let Some(frame) = buffer[start + 4..end].get_mut(..length) else { break };
                self.answer(Input(frame), &mut answers, &mut appended, socket)?;
                start += 4 + length;
            }
            if let Some(appended) = appended {
                self.commit(appended, &buffer[first..start])?;
            }
            socket.write_all(&answers)?;
            // Room for the rest of a frame, moved as seldom as may be.
            if start == end || BUFFER - start < BUFFER / 2 {
                buffer.copy_within(start..end, 0);
                (start, end) = (0, end - start);
            }
            if read == 0 {
                return Ok(());
            }
        }
    }

    fn answer<'a>(
        &'a self,
        mut input: Input,
        answers: &mut Vec<u8>,
        appended: &mut Option<Appended<'a>>,
        socket: &TcpStream,
    ) -> Result<()> {
        let (key, version, correlation, _client) = (input.int(2), input.int(2), input.int(4), input.text());
        let at = answers.len();
        put(answers, &[(0, 4), (correlation, 4)]);
        match key {
            0 => self.produce(input, answers, appended)?,
            1 => return self.fetch(input, answers, at, socket),
            2 => self.list_offsets(input, answers),
            3 => self.metadata(input, answers),
            _ => {
                // 35: unsupported version; the client then asks in version 0.
                put(answers, &[(if version == 0 { 0 } else { 35 }, 2), (5, 4)]);
                for (key, version) in [(0, 3), (1, 4), (2, 1), (3, 4), (18, 0)] {
                    put(answers, &[(key, 2), (version, 2), (version, 2)]);
                }
            }
        }
        set_length(answers, at, 0);
        Ok(())
    }

    fn produce<'a>(
        &'a self,
        mut input: Input,
        answer: &mut Vec<u8>,
        appended: &mut Option<Appended<'a>>,
    ) -> Result<()> {
        let (_journal, partitions) =
            appended.get_or_insert_with(|| (self.journal.lock().unwrap(), Vec::new()));
        let (_transaction, _acks, _timeout) = (input.text(), input.int(2), input.int(4));
        for _ in 0..one_topic(&mut input, answer) {
            let (index, length) = (input.int(4), input.int(4));
            let partition = &self.partitions[index as usize];
            let base = partition.append(input.take(length as usize))?;
            partitions.push(partition);
            put(answer, &[(index, 4), (0, 2), (base, 8), (-1, 8)]);
        }
        put(answer, &[(0, 4)]);
        Ok(())
    }

    fn commit(&self, (mut journal, partitions): Appended, requests: &[u8]) -> Result<()> {
        if self.durable {
            journal.write(requests)?;
        }
        for Partition(_, tail) in partitions {
            let mut tail = tail.lock().unwrap();
            tail.visible = tail.batches.len() - 1;
        }
        *self.publications.lock().unwrap() += 1;
        self.published.notify_all();
        Ok(())
    }

    fn fetch(&self, mut input: Input, answer: &mut Vec<u8>, at: usize, socket: &TcpStream) -> Result<()> {
        let (_replica, wait_ms, _least) = (input.int(4), input.int(4), input.int(4));
        let (mut budget, _isolation) = (input.int(4) as u64, input.int(1));
        put(answer, &[(0, 4)]); // throttle
        let count = one_topic(&mut input, answer);
        let mut asked = Vec::new();
        for _ in 0..count {
            let (index, offset, most) = (input.int(4), input.int(8), input.int(4) as u64);
            asked.push((&self.partitions[index as usize], index, offset, most));
        }
        let deadline = Instant::now() + Duration::from_millis(wait_ms as u64);
        let mut publications = self.publications.lock().unwrap();
        while asked.iter().all(|(partition, _, offset, _)| partition.end() <= *offset) {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { break };
            publications = self.published.wait_timeout(publications, left).unwrap().0;
        }
        drop(publications);
        let mut found = Vec::new();
        for (partition, index, offset, most) in asked {
            let (position, length, end) = partition.find(offset, most.min(budget));
            budget -= length.min(budget);
            found.push((partition, index, position, length, end));
        }
        let data: u64 = found.iter().map(|found| 30 + found.3).sum();
        set_length(answer, at, data as usize);
        for (partition, index, mut position, length, end) in found {
            // No error, watermark, last stable offset, no aborted transactions, the batches.
            put(answer, &[(index, 4), (0, 2), (end, 8), (end, 8), (0, 4), (length as i64, 4)]);
            if length == 0 {
                continue;
            }
            let (mut sent, mut unsent) = (0, length as usize);
            while sent < answer.len() {
                sent += send(socket, &answer[sent..], SendFlags::MORE | SendFlags::NOSIGNAL)?;
            }
            answer.clear();
            while unsent > 0 {
                unsent -= sendfile(socket, &partition.0, Some(&mut position), unsent)?;
            }
        }
        Ok(())
    }

    fn list_offsets(&self, mut input: Input, answer: &mut Vec<u8>) {
        let _replica = input.int(4);
        for _ in 0..one_topic(&mut input, answer) {
            let (index, time) = (input.int(4), input.int(8));
            let offset = if time == -2 { 0 } else { self.partitions[index as usize].end() };
            put(answer, &[(index, 4), (0, 2), (-1, 8), (offset, 8)]);
        }
    }

    fn metadata(&self, mut input: Input, answer: &mut Vec<u8>) {
        // One node, 1, without a rack; no cluster id; the node controls.
        put(answer, &[(0, 4), (1, 4), (1, 4), (9, 2)]);
        answer.extend(b"127.0.0.1");
        let topics = input.int(4).max(0);
        put(answer, &[(self.port.into(), 4), (-1, 2), (-1, 2), (1, 4), (topics, 4)]);
        for _ in 0..topics {
            put(answer, &[(0, 2)]);
            answer.extend_from_slice(input.text());
            put(answer, &[(0, 1), (self.partitions.len() as i64, 4)]);
            for index in 0..self.partitions.len() as i64 {
                // Node 1 leads it, is its one replica and its one in-sync replica.
                put(answer, &[(0, 2), (index, 4), (1, 4), (1, 4), (1, 4), (1, 4), (1, 4)]);
            }
        }
    }
}

impl Partition {
    fn append(&self, batch: &mut [u8]) -> Result<i64> {
        let checksum_said = Input(&mut batch[17..]).int(4) as u32;
        assert_eq!(checksum(Crc32Iscsi, &batch[21..]) as u32, checksum_said, "CRC-32C of a batch");
        let mut tail = self.1.lock().unwrap();
        let (base, position) = *tail.batches.last().unwrap();
        batch[..8].copy_from_slice(&base.to_be_bytes());
        batch[12..16].copy_from_slice(&[0; 4]); // the leader's epoch
        self.0.write_all_at(batch, position)?;
        let records = Input(&mut batch[23..]).int(4) + 1;
        tail.batches.push((base + records, position + batch.len() as u64));
        Ok(base)
    }

    /// The offset after the last that may be fetched.
    fn end(&self) -> i64 {
        let tail = self.1.lock().unwrap();
        tail.batches[tail.visible].0
    }

    /// Whole batches from the one with `offset` on, one at least: position, length; and the partition's end.
    fn find(&self, offset: i64, most: u64) -> (u64, u64, i64) {
        let tail = self.1.lock().unwrap();
        let visible = &tail.batches[..=tail.visible];
        let first = visible.partition_point(|(base, _)| *base <= offset) - 1;
        let position = visible[first].1;
        let last = visible.partition_point(|(_, at)| *at <= position + most) - 1;
        let last = last.max(first + 1).min(tail.visible);
        (position, visible[last].1 - position, visible[tail.visible].0)
    }
}

impl Journal {
    /// A request says its own length, a batch its own checksum: as they came they are a journal that could be read.
    fn write(&mut self, requests: &[u8]) -> Result<()> {
        let length = (requests.len() as u64).next_multiple_of(BLOCK);
        let from = if self.position + length > RING { 0 } else { self.position };
        let half = |position| position / (RING / 2);
        if half(from) != half(self.position) || half(from) != half(from + length) {
            self.checkpoints.send(()).expect("the syncing thread lives");
        }
        self.ring.write_all_at(requests, from)?;
        self.position = from + length;
        self.ring.sync_data()
    }
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> &'a mut [u8] {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut(length);
        self.0 = rest;
        taken
    }

    fn int(&mut self, width: usize) -> i64 {
        let sign = i64::from(self.0[0] as i8 >> 7);
        self.take(width).iter().fold(sign, |value, byte| value << 8 | i64::from(*byte))
    }

    /// A string with its length before it, as it is written back.
    fn text(&mut self) -> &'a [u8] {
        let length = i16::from_be_bytes([self.0[0], self.0[1]]).max(0);
        self.take(2 + length as usize)
    }
}

/// The one topic that a request names, copied into the answer; returns how many partitions follow.
fn one_topic(input: &mut Input, answer: &mut Vec<u8>) -> i64 {
    assert_eq!(input.int(4), 1, "topics in a request");
    put(answer, &[(1, 4)]);
    answer.extend_from_slice(input.text());
    let partitions = input.int(4);
    put(answer, &[(partitions, 4)]);
    partitions
}

/// Appends integers, each of so many bytes.
fn put(answer: &mut Vec<u8>, fields: &[(i64, usize)]) {
    fields.iter().for_each(|(value, width)| answer.extend_from_slice(&value.to_be_bytes()[8 - width..]));
}

/// Says how long the answer is that begins at `at`, with as many bytes as follow.
fn set_length(answer: &mut [u8], at: usize, follow: usize) {
    let length = (answer.len() - at - 4 + follow) as i32;
    answer[at..at + 4].copy_from_slice(&length.to_be_bytes());
}
