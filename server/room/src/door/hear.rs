//! How the door reads a frame: with words for what breaks the rules.

use axum::extract::ws::{Message, WebSocket};
use cybernet::{
    agent::{LONGEST_FRAME, ToRoom},
    batch::Names,
};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{
    self,
    error::{CapacityError, ProtocolError},
};

use super::End;

/// What the socket itself takes, in bytes: more than a frame may have, because what is too long is read to its end and
/// then refused. Refused any earlier, with the rest on its way, the connection is reset and the words are lost.
///
/// Half a mebibyte above twice the length, so that whoever mistakes the limit by a factor of two hears the words. Memory
/// is filled as the bytes come; a frame that is longer still is refused at its head, and its sender may find a reset.
pub(super) const SOCKET_LIMIT: usize = 2 * LONGEST_FRAME + LONGEST_FRAME / 2;
/// How much is read at once, in bytes. The default of 128 KiB would be held by every agent, however little it says.
pub(super) const READ_BUFFER: usize = 32 << 10;

/// The agent's side of a connection.
pub(super) struct Ear {
    /// The names of its last batch.
    names: Names,
    /// When it has said anything last.
    pub(super) heard: Instant,
    /// The longest frame it may send, in bytes.
    pub(super) longest: usize,
}

impl Ear {
    /// Takes frames of up to `longest` bytes.
    pub(super) fn new(longest: usize) -> Self {
        Self { names: Names::default(), heard: Instant::now(), longest }
    }

    /// The next message.
    pub(super) async fn hear(&mut self, socket: &mut WebSocket) -> Result<ToRoom, End> {
        loop {
            let message = match socket.recv().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Err(unreadable(error)),
                None => return Err(End::Gone),
            };
            self.heard = Instant::now();
            return match message {
                Message::Text(text) if text.len() <= self.longest => {
                    ToRoom::decode(&text, &mut self.names).map_err(|fault| End::Refused(fault.to_string()))
                }
                Message::Text(text) => Err(End::Refused(self.too_long(text.len()))),
                Message::Binary(bytes) => {
                    Err(End::Refused(format!("a binary frame of {} bytes; frames are JSON text", bytes.len())))
                }
                Message::Close(_) => Err(End::Gone),
                Message::Ping(_) | Message::Pong(_) => continue,
            };
        }
    }

    fn too_long(&self, found: usize) -> String {
        let when = if self.longest < LONGEST_FRAME { " before the welcome" } else { "" };
        format!("a frame of {found} bytes{when}; at most {} fit", self.longest)
    }
}

/// A frame that breaks the rules is refused with words; who vanishes is gone.
fn unreadable(error: axum::Error) -> End {
    let words = format!("a frame that cannot be read: {error}");
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => End::Gone,
        Some(tungstenite::Error::Capacity(CapacityError::MessageTooLong { size, .. })) => {
            End::Refused(format!("a frame of {size} bytes; at most {LONGEST_FRAME} fit"))
        }
        Some(tungstenite::Error::Capacity(_) | tungstenite::Error::Utf8(_) | tungstenite::Error::Protocol(_)) => {
            End::Refused(words)
        }
        _ => End::Gone,
    }
}
