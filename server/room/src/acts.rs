//! A person's act on a signal: looked up, written down, taken in, told.

use cybernet::{picture::Picture, screen::ActFault};
use vsm::{
    act::{Act, Answer},
    signal::{Ending, SignalId},
};

use crate::{api::App, clock, journal::NotTaken};

/// Why an act was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Untaken {
    /// It cannot be read.
    #[error(transparent)]
    Said(#[from] ActFault),
    /// No such signal is open, nor was one lately.
    #[error("no signal {0} is open; GET /api/v1/signals lists those that are")]
    Unknown(SignalId),
    /// The signal is over.
    #[error("signal {signal} is over: it ended as {}; an act needs one that is open", .ending.words())]
    Over {
        /// Which.
        signal: SignalId,
        /// Why it is over.
        ending: Ending,
    },
    /// The signal ended while the act was on its way.
    #[error("signal {0} ended while the act was on its way")]
    Overtaken(SignalId),
    /// It cannot be kept.
    #[error(transparent)]
    NotKept(#[from] NotTaken),
    /// The room closes; whether the act is on disk is not known here.
    #[error("the room is closing")]
    Closing,
}

/// Takes an act on a signal. When this returns it is on disk, and the picture has taken it in.
///
/// Only what is open is written down, so that the journal keeps no acts on what never was. What a shard then makes of an
/// act is the same in every replay.
pub async fn take(app: &App, signal: SignalId, answer: Answer) -> Result<Act, Untaken> {
    let name = signal.clone();
    app.desk.look(move |picture| find(picture, &name)).await.ok_or(Untaken::Closing)??;
    let act = Act { signal, answer, at: clock::now() };
    let receipt = app.journal.act(act.clone()).await.ok_or(Untaken::Closing)?;
    match receipt.await.map_err(|_| Untaken::Closing)?? {
        true => Ok(act),
        false => Err(Untaken::Overtaken(act.signal)),
    }
}

/// Whether a signal is open.
fn find(picture: &Picture, signal: &SignalId) -> Result<(), Untaken> {
    if picture.signals.contains_key(signal) {
        return Ok(());
    }
    match picture.memory.iter().find(|cleared| cleared.id == *signal) {
        Some(cleared) => Err(Untaken::Over { signal: signal.clone(), ending: cleared.ending }),
        None => Err(Untaken::Unknown(signal.clone())),
    }
}
