//! What stands between a browser and its room, and lets through what a test lets it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use futures_util::{SinkExt, StreamExt};
use tests::wait::until;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_tungstenite::{accept_async, client_async, tungstenite::Message};

const SCREEN: &str = "/api/v1/screen";

/// A room as seen through someone else's hands.
pub(crate) struct Between {
    address: SocketAddr,
    hands: Arc<Hands>,
    listening: JoinHandle<()>,
}

/// What is done with what the room says to screens.
struct Hands {
    room: SocketAddr,
    is_silent: bool,
    swallows: AtomicBool,
    joined: AtomicUsize,
}

impl Between {
    /// Lets everything through until it is told otherwise.
    pub(crate) async fn of(room: SocketAddr) -> Self {
        Self::with(room, false).await
    }

    /// Gives out the screens and never says a word to them.
    pub(crate) async fn silent(room: SocketAddr) -> Self {
        Self::with(room, true).await
    }

    async fn with(room: SocketAddr, is_silent: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener knows where it listens");
        let hands =
            Arc::new(Hands { room, is_silent, swallows: AtomicBool::default(), joined: AtomicUsize::default() });
        let listening = tokio::spawn(listen(listener, Arc::clone(&hands)));
        Self { address, hands, listening }
    }

    /// Where it stands.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Keeps the next changes from the screen.
    pub(crate) fn swallow_the_next_changes(&self) {
        self.hands.swallows.store(true, SeqCst);
    }

    /// Waits until they were kept from it.
    pub(crate) async fn swallowed(&self) {
        until("changes are swallowed", async || (!self.hands.swallows.load(SeqCst)).then_some(())).await;
    }

    /// Waits until the screen has joined so many times.
    pub(crate) async fn joined(&self, times: usize) {
        let what = format!("the screen joins, {times} in all");
        until(&what, async || (times <= self.hands.joined.load(SeqCst)).then_some(())).await;
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, hands: Arc<Hands>) {
    let mut guests = JoinSet::new();
    while let Ok((guest, _)) = listener.accept().await {
        let hands = Arc::clone(&hands);
        guests.spawn(async move { hands.serve(guest).await });
    }
}

impl Hands {
    /// Nothing if either end has gone.
    async fn serve(&self, mut guest: TcpStream) -> Option<()> {
        if !wants_a_picture(&guest).await? {
            let mut room = TcpStream::connect(self.room).await.ok()?;
            copy_bidirectional(&mut guest, &mut room).await.ok()?;
            return Some(());
        }
        let mut screen = accept_async(guest).await.ok()?;
        self.joined.fetch_add(1, SeqCst);
        if self.is_silent {
            while screen.next().await.is_some() {}
            return Some(());
        }
        let stream = TcpStream::connect(self.room).await.ok()?;
        let (mut room, _) = client_async(format!("ws://{}{SCREEN}", self.room), stream).await.ok()?;
        while let Some(Ok(said)) = room.next().await {
            if !self.keeps(&said) {
                screen.send(said).await.ok()?;
            }
        }
        Some(())
    }

    fn keeps(&self, said: &Message) -> bool {
        let are_changes = matches!(said, Message::Text(text) if text.starts_with("{\"changes\""));
        are_changes && self.swallows.swap(false, SeqCst)
    }
}

/// Whether the first line asks for the websocket of screens; nothing is taken from the stream.
async fn wants_a_picture(guest: &TcpStream) -> Option<bool> {
    let mut head = [0; 256];
    loop {
        guest.readable().await.ok()?;
        let seen = guest.peek(&mut head).await.ok()?;
        let line = String::from_utf8_lossy(&head[..seen]).into_owned();
        if seen == 0 {
            return None;
        }
        if line.contains("\r\n") || seen == head.len() {
            return Some(line.contains(SCREEN));
        }
    }
}
