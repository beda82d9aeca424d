//! Being asked to stop.

use std::io;

/// The signals that ask a process to stop. They are listened for from here on, not from [`Stop::asked`] on.
pub struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    /// Listens from now on.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    /// Listens from now on.
    pub fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    /// Waits until the process is asked to stop.
    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    /// Waits until the process is asked to stop.
    pub async fn asked(self) {
        // Without a handler nothing but the system can stop the process, which is no error here.
        let _ = tokio::signal::ctrl_c().await;
    }
}
