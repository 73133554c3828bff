//! One connection to a broker: frames out, frames in, and the end of the connection as an outcome like any other.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any scenario lets a broker wait.
const DEADLINE: Duration = Duration::from_secs(5);

/// Larger than any answer to a scenario.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// A frame, without its length.
    Frame(Vec<u8>),
    /// The broker closed the connection.
    Closed,
    /// Nothing, within the deadline.
    Nothing,
}

/// A connection that is made when it is needed, again after each end.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Connection { address, stream: None }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next frame begins a new connection.
    pub(crate) fn end(&mut self) {
        self.stream = None;
    }

    /// Sends bytes as they are. A connection that ends meanwhile is seen by [`Connection::receive`].
    pub(crate) fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(connect(self.address)?),
        };
        match stream.write_all(bytes) {
            Err(error) if !is_end(error.kind()) => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn receive(&mut self) -> std::io::Result<Reply> {
        let Some(stream) = &mut self.stream else { return Ok(Reply::Closed) };
        let reply = match read_frame(stream) {
            Ok(frame) => return Ok(Reply::Frame(frame)),
            Err(error) if is_end(error.kind()) => Reply::Closed,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Reply::Nothing
            }
            Err(error) => return Err(error),
        };
        self.end();
        Ok(reply)
    }
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, DEADLINE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    Ok(stream)
}

fn read_frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_ANSWER_BYTES {
        return Err(std::io::Error::new(ErrorKind::InvalidData, format!("an answer of {length} bytes")));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame)?;
    Ok(frame)
}

fn is_end(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}
