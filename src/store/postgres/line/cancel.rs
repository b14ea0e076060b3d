//! Asks a server to stop a statement, on a connection of its own, and waits until the server closes that.
//!
//! Whoever closes it first ends PgBouncer 1.18 (Debian 12) with everybody's connections: it exits with "bad client state" when it
//! learns that the client of a request is gone which it has not passed on yet. libpq waits as well.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{CancelToken, NoTls};

use crate::store::postgres::connect::Encryption;
use crate::store::postgres::place::PostgresHost;

/// Asks the server at `host`, at the address that was connected to. One that cannot be asked shows by its silence.
pub(super) async fn ask_to_stop(
    token: &CancelToken,
    (host, address): (&PostgresHost, Option<SocketAddr>),
    encryption: &Encryption,
) {
    let connect = async |name: &str, port: u16| match address {
        Some(address) => TcpStream::connect(address).await,
        None => TcpStream::connect((name, port)).await,
    };
    let _ = match host {
        PostgresHost::Unix(dir, port) => match UnixStream::connect(dir.join(format!(".s.PGSQL.{port}"))).await {
            Ok(stream) => token.cancel_query_raw(Lingering(stream), NoTls).await,
            Err(_) => return,
        },
        PostgresHost::Tcp(name, port) => match (connect(name, *port).await, encryption) {
            (Ok(stream), Encryption::None) => token.cancel_query_raw(Lingering(stream), NoTls).await,
            (Ok(stream), Encryption::Verified(tls)) => {
                let Ok(tls) = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut tls.clone(), name);
                token.cancel_query_raw(stream, LingeringTls(tls)).await
            }
            (Err(_), _) => return,
        },
    };
}

/// A stream that is shut down by the other side.
struct Lingering<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, room)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut bytes = [0; 64];
            let mut room = ReadBuf::new(&mut bytes);
            // However it ends, the request was passed on.
            let read = ready!(Pin::new(&mut self.0).poll_read(context, &mut room));
            if read.is_err() || room.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: TlsStream + Unpin> TlsStream for Lingering<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.0.channel_binding()
    }
}

/// Encryption whose end the other side says as well.
struct LingeringTls<T>(T);

impl<S, T: TlsConnect<S>> TlsConnect<S> for LingeringTls<T>
where
    T::Stream: Unpin,
    T::Future: Send + 'static,
{
    type Stream = Lingering<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Self::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.0.connect(stream);
        Box::pin(async move { connecting.await.map(Lingering) })
    }
}
