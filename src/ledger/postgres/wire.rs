//! The connection itself: sockets and TLS live on a thread of their own, so that a call blocks the thread that makes it and
//! no runtime of the caller.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, NoTls, Socket};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::address::{PostgresAddress, Trust};
use super::failure::failure;
use crate::ledger::LedgerError;
use crate::model::address::harmless;

/// Connects. The connection ends with the client.
pub fn connect(address: &PostgresAddress) -> Result<Client, LedgerError> {
    let config = address.config.clone();
    match &address.tls {
        None => start(address, config, NoTls),
        Some(trust) => start(address, config, Tls(Arc::new(tls_config(&address.place, trust)?))),
    }
}

/// Waits for an answer on the thread of the caller. What the driver's futures wait for are channels, so they need no runtime.
pub fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

fn start<T>(address: &PostgresAddress, config: Config, tls: T) -> Result<Client, LedgerError>
where
    T: MakeTlsConnect<Socket> + Send + 'static,
    T::TlsConnect: Send,
    T::Stream: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let unreachable = |why: String| LedgerError::Unreachable { place: address.place.clone(), why };
    let (send, receive) = mpsc::channel();
    let drive = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return send.send(Err(error.to_string())).unwrap_or_default(),
        };
        runtime.block_on(async move {
            match config.connect(tls).await {
                Ok((client, connection)) => {
                    if send.send(Ok(Ok(client))).is_ok() {
                        // What breaks the connection is told to the call that waits for an answer.
                        let _ = connection.await;
                    }
                }
                Err(error) => send.send(Ok(Err(error))).unwrap_or_default(),
            }
        });
    };
    let thread = thread::Builder::new().name("postgres".to_owned()).spawn(drive);
    thread.map_err(|error| unreachable(error.to_string()))?;
    match receive.recv() {
        Ok(Ok(Ok(client))) => Ok(client),
        Ok(Ok(Err(error))) => Err(failure(&address.place, &error)),
        Ok(Err(why)) => Err(unreachable(why)),
        Err(_) => Err(unreachable("its thread ended".to_owned())),
    }
}

fn tls_config(place: &str, trust: &Trust) -> Result<ClientConfig, LedgerError> {
    let refused = |why: String| LedgerError::Unreachable { place: place.to_owned(), why };
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(error.to_string()))?;
    match trust {
        Trust::System => {
            use rustls_platform_verifier::BuilderVerifierExt;
            let builder = builder.with_platform_verifier().map_err(|error| refused(error.to_string()))?;
            Ok(builder.with_no_client_auth())
        }
        Trust::File(file) => {
            let unreadable = |why: String| refused(format!("sslrootcert {}: {why}", harmless(&file.display().to_string())));
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))? {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unreadable("it holds no certificate".to_owned()));
            }
            Ok(builder.with_root_certificates(roots).with_no_client_auth())
        }
    }
}

/// TLS by the provider that the rest of the program uses.
#[derive(Clone)]
struct Tls(Arc<ClientConfig>);

struct Handshake {
    config: Arc<ClientConfig>,
    host: ServerName<'static>,
}

struct Encrypted(TlsStream<Socket>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Encrypted;
    type TlsConnect = Handshake;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Handshake, InvalidDnsNameError> {
        Ok(Handshake { config: Arc::clone(&self.0), host: ServerName::try_from(host.to_owned())? })
    }
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(async move { TlsConnector::from(self.config).connect(self.host, stream).await.map(Encrypted) })
    }
}

impl tokio_postgres::tls::TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
