//! Connections that break or stall in the middle of an answer.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;

/// What happens to a connection, once so many more bytes have been written to it.
#[derive(Debug)]
struct Trouble {
    after: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// It is reset.
    Reset,
    /// It ends.
    End,
    /// It pauses.
    Stall(Duration),
}

/// One connection, as a request sees it. A connection answers one request at a time.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Line(Arc<Mutex<Option<Trouble>>>);

impl Line {
    /// Resets the connection instead of answering.
    pub fn reset(&self) {
        *self.lock() = Some(Trouble { after: 0, kind: Kind::Reset });
    }

    /// Ends the connection in the middle of an answer with a body of this size.
    pub fn end_within(&self, body: usize) {
        *self.lock() = Some(Trouble { after: middle(body), kind: Kind::End });
    }

    /// Pauses in the middle of an answer with a body of this size.
    pub fn stall_within(&self, body: usize, pause: Duration) {
        *self.lock() = Some(Trouble { after: middle(body), kind: Kind::Stall(pause) });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes up to the middle of a body, with the head in front of it; never as many as there are, since the trouble must
/// not wait for the next answer.
fn middle(body: usize) -> usize {
    /// Bytes of the shortest head that is sent, and of a usual one.
    const HEAD: (usize, usize) = (90, 130);
    (HEAD.1 + body / 2).min(HEAD.0 + body)
}

/// A listener whose connections can break.
pub(in crate::sim) struct Fragile<L>(pub L);

impl<L: Listener<Io: Socket>> Listener for Fragile<L> {
    type Io = Connection<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = self.0.accept().await;
        (Connection { stream, line: Line::default(), pause: None }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl<L: Listener<Io: Socket>> Connected<IncomingStream<'_, Fragile<L>>> for Line {
    fn connect_info(stream: IncomingStream<'_, Fragile<L>>) -> Self {
        stream.io().line.clone()
    }
}

/// What can be reset.
pub(in crate::sim) trait Socket {
    /// Makes closing a reset.
    fn reset_on_close(&self);
}

impl Socket for TcpStream {
    fn reset_on_close(&self) {
        // Without it the connection just ends, which is trouble enough.
        let _ = self.set_zero_linger();
    }
}

impl Socket for TlsStream<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}

/// A connection that does what its [`Line`] says.
#[derive(Debug)]
pub(in crate::sim) struct Connection<S> {
    stream: S,
    line: Line,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncWrite + Socket + Unpin> Connection<S> {
    /// How many of `wanted` bytes may be written now: all of them unless trouble is ahead.
    fn poll_room(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            let mut trouble = self.line.lock();
            match trouble.as_ref().map(|trouble| (trouble.after, trouble.kind)) {
                None => return Poll::Ready(Ok(wanted)),
                Some((0, Kind::Stall(pause))) => {
                    *trouble = None;
                    self.pause = Some(Box::pin(tokio::time::sleep(pause)));
                }
                Some((0, kind)) => {
                    if matches!(kind, Kind::Reset) {
                        self.stream.reset_on_close();
                    }
                    return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
                }
                Some((after, _)) => return Poll::Ready(Ok(wanted.min(after))),
            }
        }
    }

    fn wrote(&self, bytes: usize) {
        if let Some(trouble) = self.line.lock().as_mut() {
            trouble.after = trouble.after.saturating_sub(bytes);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Socket + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let room = ready!(self.poll_room(cx, bytes.len()))?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[..room]))?;
        self.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffers: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let whole = buffers.iter().map(|buffer| buffer.len()).sum();
        if ready!(self.poll_room(cx, whole))? < whole {
            let first = buffers.iter().find(|buffer| !buffer.is_empty()).map_or(&[][..], |buffer| buffer);
            return self.poll_write(cx, first);
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, buffers))?;
        self.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
