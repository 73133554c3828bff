//! A connection that has one request under way.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use tidelog_kafka_wire::{Budget, Decoder, Message, Request, RequestHeader, Str, encode_request};

/// Apache Kafka takes its time to make ten thousand partitions.
const TIMEOUT: Duration = Duration::from_secs(180);

pub struct Connection(TcpStream);

impl Connection {
    pub fn open(address: &str) -> io::Result<Connection> {
        let socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        socket.set_nodelay(true)?;
        Ok(Connection(socket))
    }

    /// Sends a frame; the answer without its length.
    pub fn call(&mut self, frame: &[u8]) -> io::Result<Bytes> {
        self.0.write_all(frame)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut answer)?;
        Ok(answer.into())
    }

    /// Sends a request; its answer.
    pub fn ask<Q: Request, A: Message>(&mut self, version: i16, request: &Q) -> io::Result<A> {
        let answer = self.call(&frame(version, request))?;
        decode::<Q, A>(version, answer)
    }
}

/// A request as it is sent.
pub fn frame<Q: Request>(version: i16, request: &Q) -> Bytes {
    let client_id = Some(Str::from("request-cost"));
    let header = RequestHeader { client_id, ..RequestHeader::of::<Q>(version, 1) };
    encode_request(&header, request).expect("it can be written").to_bytes()
}

/// The answer to a `Q`.
pub fn decode<Q: Request, A: Message>(version: i16, answer: Bytes) -> io::Result<A> {
    let budget = Budget::for_frame(answer.len());
    let mut decoder = Decoder::new(answer, budget);
    let mut read = || {
        let _correlation_id = decoder.int32()?;
        decoder.set_flexible(Q::KEY.response_header_version(version) >= 1);
        decoder.skip_tags()?;
        A::decode(&mut decoder, version)
    };
    read().map_err(io::Error::other)
}
