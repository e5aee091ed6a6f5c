//! A screen that folds what the room says into a picture, as a browser does.

use std::net::SocketAddr;

use cybernet::{picture::Picture, screen::ToScreen};
use tokio::time::Instant;

use crate::{socket::Socket, wait::PATIENCE};

/// A screen with a picture on it.
pub struct Screen {
    socket: Socket,
    picture: Picture,
    /// How many whole pictures it has been given.
    pub pictures: usize,
    /// How many bytes they had.
    pub bytes: usize,
}

impl Screen {
    /// Where a room takes screens.
    pub const PATH: &str = "/api/v1/screen";

    /// Connects and waits for the picture.
    pub async fn join(room: SocketAddr) -> Self {
        Self::over(Socket::connect(room, Self::PATH).await).await
    }

    /// The same over a socket that holds little: a screen that does not read is soon felt by the room.
    pub async fn join_narrowly(room: SocketAddr) -> Self {
        Self::over(Socket::connect_narrowly(room, Self::PATH).await).await
    }

    async fn over(mut socket: Socket) -> Self {
        let first = socket.hear().await.expect("a room shows a picture first");
        match serde_json::from_str(&first) {
            Ok(ToScreen::Picture(picture)) => Self { socket, picture: *picture, pictures: 1, bytes: first.len() },
            other => panic!("first a picture, not {other:?}"),
        }
    }

    /// The picture as far as it was heard.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// Says something to the room.
    pub async fn say(&mut self, text: String) {
        self.socket.say(text).await;
    }

    /// Waits for the next frame and folds it in.
    ///
    /// # Panics
    /// If the socket closes, or a frame does not follow the one before.
    pub async fn follow(&mut self) -> &Picture {
        let text = self.socket.hear().await.expect("the room goes on");
        self.bytes += text.len();
        match serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why} in {text}")) {
            ToScreen::Picture(picture) => {
                self.pictures += 1;
                self.picture = *picture;
            }
            ToScreen::Changes(changes) => self.picture.follow(changes).expect("frames follow each other"),
            ToScreen::Pulse { .. } => (),
            ToScreen::Refused { why } => panic!("refused: {why}"),
        }
        &self.picture
    }

    /// Follows until the picture shows something.
    ///
    /// # Panics
    /// With the words of `what` if it does not show it in time.
    pub async fn until<T>(&mut self, what: &str, mut shows: impl FnMut(&Picture) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(shown) = shows(&self.picture) {
                return shown;
            }
            assert!(Instant::now() < deadline, "not on the screen within {} s: {what}", PATIENCE.as_secs());
            self.follow().await;
        }
    }

    /// Follows until the room closes the socket.
    pub async fn until_closed(mut self) {
        while self.socket.hear().await.is_some() {}
    }
}
