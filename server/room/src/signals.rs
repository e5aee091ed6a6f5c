//! How a person or a supervisor asks a program to end.

use tokio::signal::unix::{SignalKind, signal};

/// From now on neither SIGTERM nor SIGINT ends the program; what is given back ends with the first of them.
pub fn asked_to_end() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}
