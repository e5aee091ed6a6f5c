//! The room's side of a link, made of a real socket.

use cybernet::{
    agent::{Hello, ToAgent, ToRoom},
    batch::{Batch, Names},
    faults::Fault,
};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

/// The room's side: a door, and the session that came through it last.
pub(super) struct Room {
    pub(super) door: TcpListener,
    pub(super) names: Names,
    pub(super) socket: Option<WebSocketStream<TcpStream>>,
    /// What its welcome says that it hears.
    pub(super) hears: Vec<String>,
    /// What it says that it has above the mark.
    pub(super) ranges: Vec<[u64; 2]>,
}

impl Room {
    pub(super) async fn open() -> Self {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { door, names: Names::default(), socket: None, hears: Vec::new(), ranges: Vec::new() }
    }

    pub(super) async fn accept(&mut self) -> Hello {
        let (stream, _) = self.door.accept().await.unwrap();
        self.socket = Some(accept_async(stream).await.unwrap());
        match self.hear().await {
            Some(ToRoom::Hello(hello)) => hello,
            other => panic!("the first frame is no hello: {other:?}"),
        }
    }

    pub(super) async fn welcome(&mut self, received: u64) -> Hello {
        let hello = self.accept().await;
        self.say(&ToAgent::Welcome { received, hears: self.hears.clone(), ranges: self.ranges.clone() }).await;
        hello
    }

    pub(super) async fn hear(&mut self) -> Option<ToRoom> {
        let socket = self.socket.as_mut().unwrap();
        loop {
            match socket.next().await?.ok()? {
                Message::Text(text) => return Some(ToRoom::decode(&text, &mut self.names).unwrap()),
                Message::Close(_) => return None,
                _ => (),
            }
        }
    }

    pub(super) async fn batch(&mut self) -> Batch {
        match self.hear().await {
            Some(ToRoom::Readings(batch)) => batch,
            other => panic!("no batch: {other:?}"),
        }
    }

    /// The next set of what cannot be read, behind any batches.
    pub(super) async fn faults(&mut self) -> Vec<Fault> {
        loop {
            match self.hear().await {
                Some(ToRoom::Faults(faults)) => return faults,
                Some(ToRoom::Readings(_)) => (),
                other => panic!("no faults: {other:?}"),
            }
        }
    }

    /// The values of the batches up to the sequence `last`.
    pub(super) async fn upto(&mut self, last: u64) -> Vec<u64> {
        let mut values = Vec::new();
        loop {
            let batch = self.batch().await;
            values.extend(batch.readings.iter().map(|reading| reading.value() as u64));
            if batch.sequence == last {
                return values;
            }
        }
    }

    pub(super) async fn say(&mut self, message: &ToAgent) {
        let text = serde_json::to_string(message).unwrap();
        self.socket.as_mut().unwrap().send(Message::text(text)).await.unwrap();
    }

    pub(super) async fn receive(&mut self, sequence: u64) {
        self.say(&ToAgent::Received { sequence, refused: Vec::new() }).await;
    }
}
