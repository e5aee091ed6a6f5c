//! What would leave, word for word, on standard output, and what the agent's log would say of what cannot be read on
//! standard error; nothing is sent and no outbox is touched.

use std::{
    io::{self, Write},
    time::Duration,
};

use config::agent::Agent;
use cybernet::{
    agent::{Hello, encode_span},
    faults::encode,
};
use futures_util::future::join_all;
use tokio::sync::mpsc;

use crate::{
    app::{self, Refusal},
    faults::{Faults, list},
    probe::Probe,
    token,
};

/// Nobody waits an hour to see what would leave once an hour.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why a dry run ended early.
#[derive(Debug, thiserror::Error)]
pub enum DryRunFault {
    /// The agent would not start.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody takes the output.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Writes the hello, then the frames of `rounds` readings of each probe as they are taken, a frame each line, and before
/// them what cannot be read as often as that changes.
///
/// Sequences are those of an empty outbox; an older room would hear them without the `first`, and nothing of what cannot be
/// read. Between two readings of a probe is a second at most, however slow its cadence. A rehearsed past is announced on
/// standard error and left out.
pub async fn run(config: &Agent, rounds: u64, out: &mut impl Write) -> Result<(), DryRunFault> {
    let token = config.token.as_ref().map(token::shown).transpose().map_err(Refusal::from)?;
    writeln!(out, "{}", Hello { token, ..app::hello(config) }.encode())?;
    let (hand_in, mut handed) = mpsc::channel(16);
    let (faults, mut told) = Faults::new();
    let samplers = app::samplers(config, &faults)?;
    let reading = samplers.into_iter().map(|mut sampler| {
        let hand_in = hand_in.clone();
        sampler.hurry(LONGEST_PAUSE);
        async move {
            announce_past(sampler.probe());
            for _ in 0..rounds {
                let readout = sampler.tick().await;
                readout.faults.iter().for_each(|fault| eprintln!("no reading: {fault}"));
                // The printer is gone only when this is dropped with it.
                hand_in.send(readout.readings).await.ok();
            }
        }
    });
    let reading = join_all(reading);
    drop(hand_in);
    let printing = async {
        let mut sequence = 0;
        while let Some(readings) = handed.recv().await {
            let first = sequence + 1;
            sequence += readings.len() as u64;
            if told.has_changed().unwrap_or_default() {
                writeln!(out, "{}", encode(&list(&told.borrow_and_update())))?;
            }
            if !readings.is_empty() {
                writeln!(out, "{}", encode_span(first, sequence, &readings))?;
            }
        }
        out.flush()
    };
    let (_, printed) = tokio::join!(reading, printing);
    Ok(printed?)
}

fn announce_past(probe: &Probe) {
    if let Probe::Rehearsal(rehearsal) = probe {
        eprintln!("before these, {} readings of a rehearsed past would leave", rehearsal.past_readings());
    }
}
