//! The floor: the least that a broker can do for librdkafka's producers and consumers, so that Tidelog's cost can be told as
//! a multiple of it. A yardstick, never a product: every topic's name leads to the same partitions, nothing is recovered or
//! deleted, each API has one version, a request names one topic, a malformed one ends its connection by a panic, as the disk's
//! faults do.
//!
//! `floor ADDRESS DIR PARTITIONS durable|cached`
//!
//! A thread a connection. All requests that one read brought go together: batches are checked (CRC-32C), stamped where they
//! lie in the receive buffer, written to their partitions' files, made durable by one write and one sync of a journal ring,
//! published, answered by one write. Fetches wait on a condition and are served by `sendfile`.

use std::fs::File;
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{JoinHandle, spawn};

use crc_fast::{CrcAlgorithm::Crc32Iscsi, checksum};
use rustix::{fs::sendfile, net};

const BUFFER: usize = 4 << 20;
const HALF_RING: u64 = 128 << 20;

struct Broker {
    port: i64,
    partitions: Vec<Partition>,
    /// Its lock orders appends.
    journal: Mutex<Journal>,
    published: (Mutex<()>, Condvar),
}

/// Its batches: base offset and file position of each and, last, of the one to come; and how many may be fetched.
struct Partition(File, Mutex<(Vec<(i64, u64)>, usize)>);

/// The ring, if durable; how many bytes it ever took; the sync of all partitions that frees one half of it.
struct Journal(Option<File>, u64, Option<JoinHandle<()>>);

/// What one read leads to.
#[derive(Default)]
struct Round {
    answers: Vec<u8>,
    /// What belongs at which place between them: position and length in a file.
    files: Vec<(usize, &'static File, u64, usize)>,
    /// Where was appended.
    appended: Option<(MutexGuard<'static, Journal>, Vec<&'static Partition>)>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, directory, count, mode] = &arguments[..] else { panic!("ADDRESS DIR PARTITIONS MODE") };
    let options = File::options().read(true).write(true).create(true).truncate(true).clone();
    let open = |name: &str| options.open(format!("{directory}/{name}"));
    let partition = |index: u32| Ok(Partition(open(&format!("{index}.log"))?, Mutex::new((vec![(0, 0)], 0))));
    let ring = if mode == "durable" { Some(open("journal")?) } else { None };
    for position in (0..2 * HALF_RING).step_by(BUFFER) {
        ring.iter().try_for_each(|ring| ring.write_all_at(&[0; BUFFER], position))?;
    }
    let listener = TcpListener::bind(address)?;
    let (port, journal) = (listener.local_addr()?.port().into(), Mutex::new(Journal(ring, 0, None)));
    let partitions = (0..count.parse().expect("a number")).map(partition).collect::<Result<_>>()?;
    let broker: &Broker =
        Box::leak(Box::new(Broker { port, partitions, journal, published: Default::default() }));
    listener.incoming().try_for_each(|socket| socket.map(|socket| drop(spawn(move || broker.serve(&socket)))))
}

impl Broker {
    fn serve(&'static self, mut socket: &TcpStream) -> Result<()> {
        socket.set_nodelay(true)?;
        let (mut buffer, mut start, mut end) = (vec![0; BUFFER], 0, 0);
        while let Some(read) = std::num::NonZeroUsize::new(socket.read(&mut buffer[end..])?) {
            end += read.get();
            let (first, mut round, mut sent) = (start, Round::default(), 0);
            while end - start >= 4 {
                let [length] = ints(&mut &mut buffer[start..], [4]);
                let Some(request) = buffer[start + 4..end].get_mut(..length as usize) else { break };
                self.answer(request, &mut round);
                start += 4 + length as usize;
            }
            if let Some((mut journal, partitions)) = round.appended {
                self.commit(&mut journal, &buffer[first..start], &partitions);
            }
            for (at, file, mut position, mut length) in round.files.into_iter().filter(|file| file.3 > 0) {
                while sent < at {
                    sent += net::send(socket, &round.answers[sent..at], net::SendFlags::MORE)?;
                }
                while length > 0 {
                    length -= sendfile(socket, file, Some(&mut position), length)?;
                }
            }
            socket.write_all(&round.answers[sent..])?;
            // Room for the rest of a frame, moved as seldom as may be.
            if start == end || BUFFER - start < BUFFER / 2 {
                buffer.copy_within(start..end, 0);
                (start, end) = (0, end - start);
            }
        }
        Ok(())
    }

    fn answer(&'static self, mut request: &mut [u8], round: &mut Round) {
        let [key, version, correlation] = ints(&mut request, [2, 2, 4]);
        let (_client, at, files) = (text(&mut request), round.answers.len(), round.files.len());
        put(&mut round.answers, &[(0, 4), (correlation, 4)]);
        match key {
            0 => self.produce(request, round),
            1 => self.fetch(request, round),
            2 => {
                let [_replica] = ints(&mut request, [4]);
                for _ in 0..one_topic(&mut request, &mut round.answers) {
                    let [index, time] = ints(&mut request, [4, 8]);
                    let offset = if time == -2 { 0 } else { self.find(index, 0, 0).3 };
                    put(&mut round.answers, &[(index, 4), (0, 2), (-1, 8), (offset, 8)]);
                }
            }
            3 => self.metadata(request, &mut round.answers),
            _ => {
                // 35: unsupported version; the client then asks in version 0.
                put(&mut round.answers, &[(if version == 0 { 0 } else { 35 }, 2), (5, 4)]);
                let only = |(key, version)| put(&mut round.answers, &[(key, 2), (version, 2), (version, 2)]);
                [(0, 3), (1, 4), (2, 1), (3, 4), (18, 0)].into_iter().for_each(only);
            }
        }
        let in_files: usize = round.files[files..].iter().map(|file| file.3).sum();
        let length = (round.answers.len() - at - 4 + in_files) as u32;
        round.answers[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }

    fn produce(&'static self, mut request: &mut [u8], round: &mut Round) {
        let (_transaction, [_acks, _timeout]) = (text(&mut request), ints(&mut request, [2, 4]));
        let (_held, appended) =
            round.appended.get_or_insert_with(|| (self.journal.lock().unwrap(), Vec::new()));
        for _ in 0..one_topic(&mut request, &mut round.answers) {
            let [index, length] = ints(&mut request, [4, 4]);
            let Partition(file, tail) = &self.partitions[index as usize];
            let batch = request.split_off_mut(..length as usize).unwrap();
            let [checksum_said, _attributes, last] = ints(&mut &mut batch[17..], [4, 2, 4]);
            assert_eq!(checksum(Crc32Iscsi, &batch[21..]) as u32, checksum_said as u32, "CRC-32C of a batch");
            let batches = &mut tail.lock().unwrap().0;
            let (base, position) = *batches.last().unwrap();
            batch[..8].copy_from_slice(&base.to_be_bytes());
            batch[12..16].fill(0); // the leader's epoch
            file.write_all_at(batch, position).unwrap();
            batches.push((base + last + 1, position + length as u64));
            appended.push(&self.partitions[index as usize]);
            put(&mut round.answers, &[(index, 4), (0, 2), (base, 8), (-1, 8)]);
        }
        put(&mut round.answers, &[(0, 4)]);
    }

    /// A request says its own length, a batch its own checksum: as they came they are a journal that could be read.
    fn commit(&'static self, journal: &mut Journal, requests: &[u8], appended: &[&Partition]) {
        if let Journal(Some(ring), taken, checkpoint) = journal {
            let length = (requests.len() as u64).next_multiple_of(4096);
            if *taken / HALF_RING != (*taken + length) / HALF_RING {
                *taken = taken.next_multiple_of(HALF_RING);
                let sync = |partition: &Partition| partition.0.sync_data().unwrap();
                let before = checkpoint.replace(spawn(move || self.partitions.iter().for_each(sync)));
                before.map_or(Ok(()), JoinHandle::join).unwrap();
            }
            ring.write_all_at(requests, *taken % (2 * HALF_RING)).unwrap();
            ring.sync_data().unwrap();
            *taken += length;
        }
        for Partition(_, tail) in appended {
            let (batches, visible) = &mut *tail.lock().unwrap();
            *visible = batches.len() - 1;
        }
        drop(self.published.0.lock().unwrap());
        self.published.1.notify_all();
    }

    fn fetch(&'static self, mut request: &mut [u8], round: &mut Round) {
        let [_replica, wait_ms, _least, mut budget, _isolation] = ints(&mut request, [4, 4, 4, 4, 1]);
        put(&mut round.answers, &[(0, 4)]); // throttle
        let count = one_topic(&mut request, &mut round.answers);
        let asked: Vec<_> = (0..count).map(|_| ints(&mut request, [4, 8, 4])).collect();
        let is_new = |[index, offset, _]: &[i64; 3]| self.find(*index, 0, 0).3 > *offset;
        let (held, wait) =
            (self.published.0.lock().unwrap(), std::time::Duration::from_millis(wait_ms as u64));
        drop(self.published.1.wait_timeout_while(held, wait, |()| !asked.iter().any(is_new)));
        for [index, offset, most] in asked {
            let (file, position, length, end) = self.find(index, offset, most.min(budget));
            budget -= budget.min(length);
            // No error, watermark, last stable offset, no aborted transactions, the batches.
            put(&mut round.answers, &[(index, 4), (0, 2), (end, 8), (end, 8), (0, 4), (length, 4)]);
            round.files.push((round.answers.len(), file, position, length as usize));
        }
    }

    fn metadata(&self, mut request: &mut [u8], answer: &mut Vec<u8>) {
        let ([topics], partitions) = (ints(&mut request, [4]), self.partitions.len() as i64);
        // One node, 1, without a rack; no cluster id; the node controls.
        put(answer, &[(0, 4), (1, 4), (1, 4), (9, 2)]);
        answer.extend(b"127.0.0.1");
        put(answer, &[(self.port, 4), (-1, 2), (-1, 2), (1, 4), (topics.max(0), 4)]);
        for _ in 0..topics {
            put(answer, &[(0, 2)]);
            answer.extend_from_slice(text(&mut request));
            put(answer, &[(0, 1), (partitions, 4)]);
            // Node 1 leads each, is its one replica and its one in-sync replica.
            let partition = |index| [(0, 2), (index, 4), (1, 4), (1, 4), (1, 4), (1, 4), (1, 4)];
            (0..partitions).for_each(|index| put(answer, &partition(index)));
        }
    }

    /// Whole batches from the one with `offset` on, one at least: file, position, length; and the offset after the last one of all.
    fn find(&self, partition: i64, offset: i64, most: i64) -> (&File, u64, i64, i64) {
        let Partition(file, tail) = &self.partitions[partition as usize];
        let (batches, visible) = &*tail.lock().unwrap();
        let first = batches[..=*visible].partition_point(|(base, _)| *base <= offset) - 1;
        let position = batches[first].1;
        let last = batches[..=*visible].partition_point(|(_, at)| *at <= position + most as u64) - 1;
        let last = last.max(first + 1).min(*visible);
        (file, position, (batches[last].1 - position) as i64, batches[*visible].0)
    }
}

/// Takes integers, each of so many bytes.
fn ints<const N: usize>(request: &mut &mut [u8], widths: [usize; N]) -> [i64; N] {
    widths.map(|width| {
        let bytes = request.split_off_mut(..width).unwrap();
        bytes.iter().fold(i64::from(bytes[0] as i8 >> 7), |value, byte| value << 8 | i64::from(*byte))
    })
}

/// Takes a string with its length before it, as it is written back.
fn text<'a>(request: &mut &'a mut [u8]) -> &'a mut [u8] {
    request.split_off_mut(..2 + i16::from_be_bytes([request[0], request[1]]).max(0) as usize).unwrap()
}

/// The one topic that a request names, copied into the answer; returns how many partitions follow.
fn one_topic(request: &mut &mut [u8], answer: &mut Vec<u8>) -> i64 {
    assert_eq!(ints(request, [4]), [1], "topics in a request");
    put(answer, &[(1, 4)]);
    answer.extend_from_slice(text(request));
    let [partitions] = ints(request, [4]);
    put(answer, &[(partitions, 4)]);
    partitions
}

/// Appends integers, each of so many bytes.
fn put(answer: &mut Vec<u8>, fields: &[(i64, usize)]) {
    fields.iter().for_each(|(value, width)| answer.extend_from_slice(&value.to_be_bytes()[8 - width..]));
}
