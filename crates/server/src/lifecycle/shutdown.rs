//! The wish to stop: a signal, or the end of standard input.

use std::io::Read;
use std::process;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Exit code of a process that was interrupted twice: 128 + SIGINT, as shells have it.
const INTERRUPTED: i32 = 130;

/// Tells every part of the server that it is time to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown {
    sender: Arc<watch::Sender<bool>>,
}

impl Shutdown {
    /// A wish that only [`Shutdown::request`] makes.
    pub fn manual() -> Self {
        Shutdown { sender: Arc::new(watch::Sender::new(false)) }
    }

    /// A wish that SIGTERM and SIGINT make, and the end of standard input if asked for. A second signal ends the
    /// process at once. Needs a tokio runtime.
    pub fn on_signals(exit_on_stdin_eof: bool) -> std::io::Result<Self> {
        let shutdown = Shutdown::manual();
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(shutdown.clone().watch_signals(terminate, interrupt));
        if exit_on_stdin_eof {
            let shutdown = shutdown.clone();
            // A thread of its own: the runtime would wait for a blocked read of its own stdin when it ends.
            std::thread::Builder::new()
                .name("stdin-eof".into())
                .spawn(move || shutdown.wait_for_stdin_eof())?;
        }
        Ok(shutdown)
    }

    /// Asks everybody to stop.
    pub fn request(&self) {
        self.sender.send_replace(true);
    }

    /// Whether somebody has asked to stop.
    pub fn is_requested(&self) -> bool {
        *self.sender.borrow()
    }

    /// Waits until somebody asks to stop.
    pub async fn requested(&self) {
        // The sender lives in `self`, so the channel cannot close while we wait.
        let _ = self.sender.subscribe().wait_for(|requested| *requested).await;
    }

    async fn watch_signals(self, mut terminate: Signal, mut interrupt: Signal) {
        for already_asked in [false, true] {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if already_asked {
                process::exit(INTERRUPTED);
            }
            tracing::info!(signal = name, "stopping; finishing what is in flight");
            self.request();
        }
    }

    fn wait_for_stdin_eof(self) {
        let mut buffer = [0_u8; 1024];
        let mut stdin = std::io::stdin().lock();
        loop {
            match stdin.read(&mut buffer) {
                Ok(read) if read > 0 => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        tracing::info!("standard input has ended; stopping");
        self.request();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wish_reaches_everybody_early_or_late() {
        let shutdown = Shutdown::manual();
        let waiting = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.requested().await }
        });
        shutdown.request();
        waiting.await.unwrap();
        shutdown.requested().await;
    }
}
