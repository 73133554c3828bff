//! How many connections each listener has open.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tonic::transport::server::Connected;

/// One listener's open connections.
#[derive(Clone, Debug, Default)]
pub struct OpenConnections(Arc<AtomicU64>);

impl OpenConnections {
    /// How many there are now.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one for as long as what is returned lives.
    pub fn count_one(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }

    /// Counts `stream` for as long as it lives.
    pub fn counted(&self, stream: TcpStream) -> Connection {
        Connection { stream, _counted: self.count_one() }
    }
}

/// Open connections by the address that they come from.
#[derive(Clone, Debug, Default)]
pub struct ConnectionsByAddress(Arc<Mutex<BTreeMap<IpAddr, u32>>>);

/// One connection from an address.
#[derive(Debug)]
pub struct CountedAddress {
    address: IpAddr,
    counts: ConnectionsByAddress,
}

impl ConnectionsByAddress {
    /// Counts one more from `address` for as long as what is returned lives; `None` if it has `limit` already.
    pub fn count_one(&self, address: IpAddr, limit: u32) -> Option<CountedAddress> {
        let mut counts = self.0.lock();
        let count = counts.entry(address).or_default();
        if *count >= limit {
            if *count == 0 {
                counts.remove(&address);
            }
            return None;
        }
        *count += 1;
        Some(CountedAddress { address, counts: self.clone() })
    }
}

impl Drop for CountedAddress {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock();
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Counts as one open connection.
#[derive(Debug)]
pub struct Counted(OpenConnections);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that is counted.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    _counted: Counted,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Connected for Connection {
    type ConnectInfo = <TcpStream as Connected>::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.stream.connect_info()
    }
}

/// The HTTP listener, counted.
#[derive(Debug)]
pub struct CountedListener {
    /// Where connections come from.
    pub listener: TcpListener,
    /// Where they are counted.
    pub open: OpenConnections,
}

impl axum::serve::Listener for CountedListener {
    type Io = Connection;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Connection, Self::Addr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        (self.open.counted(stream), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
