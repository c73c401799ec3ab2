//! Signals: SIGTERM and SIGINT stop the service, SIGHUP reloads its source.

use lapwing::live::reload::{Cause, Reloads};
use tokio::task::JoinHandle;

use crate::cli::failure::Failure;

fn no_signals(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("cannot install signal handlers: {error}"))
}

/// Completes on SIGTERM or SIGINT.
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

/// Completes on Ctrl-C.
#[cfg(not(unix))]
pub(super) fn stop() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Reloads the source on each SIGHUP.
#[cfg(unix)]
pub(super) fn reload_on_hangup(reloads: Reloads) -> Result<JoinHandle<()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).map_err(no_signals)?;
    Ok(tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // The log and /health/ready report the result.
            let _ = reloads.reload(Cause::Signal).await;
        }
    }))
}

/// Other systems have no SIGHUP.
#[cfg(not(unix))]
pub(super) fn reload_on_hangup(_reloads: Reloads) -> Result<JoinHandle<()>, Failure> {
    let _: fn(std::io::Error) -> Failure = no_signals;
    Ok(tokio::spawn(std::future::pending()))
}
