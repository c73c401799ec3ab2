//! What the operator tells the process: to stop, and to open its source again.

use lapwing::live::reload::{Cause, Reloads};
use tokio::task::JoinHandle;

use crate::cli::commands::failure::Failure;

fn no_signals(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("signals cannot be heard: {error}"))
}

/// Done when the service is told to stop.
#[cfg(unix)]
pub(super) fn stop() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Done when the service is told to stop.
#[cfg(not(unix))]
pub(super) fn stop() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// At each SIGHUP the source is opened again.
#[cfg(unix)]
pub(super) fn reload_on_hangup(reloads: Reloads) -> Result<JoinHandle<()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).map_err(no_signals)?;
    Ok(tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // How it ended is told by the log and by /health/ready.
            let _ = reloads.reload(Cause::Signal).await;
        }
    }))
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub(super) fn reload_on_hangup(_reloads: Reloads) -> Result<JoinHandle<()>, Failure> {
    let _: fn(std::io::Error) -> Failure = no_signals;
    Ok(tokio::spawn(std::future::pending()))
}
