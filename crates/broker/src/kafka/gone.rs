//! Whether a peer has gone while nothing is read from it. A client that closed its half gets what it asked for, but whoever
//! asked to wait for weeks and left must not hold a connection for weeks.

use std::io;

use tokio::io::Interest;
use tokio::net::TcpStream;

/// Waits until the peer has closed its half, or the connection has failed; takes no byte off the socket.
pub async fn read_closed(stream: &TcpStream) {
    // This interest is told of the end of the stream, however much lies unread before it.
    while let Ok(ready) = stream.ready(Interest::PRIORITY).await {
        if ready.is_read_closed() {
            return;
        }
        // Urgent data, which nobody reads here: wait for the next event.
        let nothing =
            stream.try_io(Interest::PRIORITY, || io::Result::<()>::Err(io::ErrorKind::WouldBlock.into()));
        drop(nothing);
    }
}
