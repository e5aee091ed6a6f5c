//! A peer with the tail and the episodes of our own detector behind it, so that the models can be told from what is made
//! of their scores.

use crate::{episode::Episode, peer::Peer, tail::Tail};

/// The scale of the tail is never taken to be less; these three are the constants of `cyberstride::score`.
const FLOOR: f32 = 0.001;
/// A peer can speak against an event no more, and for it no more, than this many nats.
const BOUNDS: (f64, f64) = (-5.0, 20.0);
/// Readings in which an episode fades at least, and the share of all readings so far.
const FADES: (f64, f64) = (120.0, 0.05);

/// A peer whose score is judged by the tail of its own past, and which tells an episode once.
pub(crate) struct Calibrated<P> {
    peer: P,
    readings: f64,
    tail: Tail,
    episode: Episode,
}

impl<P: Default> Default for Calibrated<P> {
    fn default() -> Self {
        Self { peer: P::default(), readings: 0.0, tail: Tail::default(), episode: Episode::default() }
    }
}

impl<P: Peer> Peer for Calibrated<P> {
    fn observe(&mut self, y: f64) -> Option<f64> {
        self.readings += 1.0;
        let score = self.peer.observe(y)?;
        let nats = self.tail.observe(score, FLOOR).clamp(BOUNDS.0, BOUNDS.1);
        self.episode.observe(nats, FADES.0.max(FADES.1 * self.readings))
    }
}
