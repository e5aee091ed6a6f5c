//! A websocket to a room, with a time limit on whatever is waited for.

use std::{fmt, net::SocketAddr};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::wait::PATIENCE;

/// One end of a websocket.
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Connects to a path of a room.
    ///
    /// # Panics
    /// If the room does not take it.
    pub async fn connect(room: SocketAddr, path: &str) -> Self {
        let stream = TcpStream::connect(room).await.unwrap_or_else(|why| panic!("no room at {room}: {why}"));
        Self::over(stream, room, path).await
    }

    /// The same, with little room for what is not read yet.
    pub async fn connect_narrowly(room: SocketAddr, path: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be made");
        socket.set_recv_buffer_size(64 << 10).expect("its buffer can be made small");
        let stream = socket.connect(room).await.unwrap_or_else(|why| panic!("no room at {room}: {why}"));
        Self::over(stream, room, path).await
    }

    async fn over(stream: TcpStream, room: SocketAddr, path: &str) -> Self {
        stream.set_nodelay(true).expect("a socket can be told to send at once");
        let shaken = timeout(PATIENCE, client_async(format!("ws://{room}{path}"), stream)).await;
        let (socket, _) = shaken.expect("a room shakes hands in time").expect("a room speaks websocket");
        Self(socket)
    }

    /// Sends a text frame.
    ///
    /// # Panics
    /// If the room has closed the socket.
    pub async fn say(&mut self, text: String) {
        let said = timeout(PATIENCE, self.0.send(Message::text(text))).await;
        said.expect("a room listens").expect("the room has not closed the socket");
    }

    /// The next text frame; `None` once the socket is closed, in good order or not. A ping is answered by itself.
    ///
    /// # Panics
    /// If nothing comes in time, or a frame that is neither text, ping nor a close.
    pub async fn hear(&mut self) -> Option<String> {
        let words = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return Some(text.as_str().to_owned()),
                    Some(Ok(Message::Ping(_))) => (),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(other)) => panic!("a frame that is neither text, ping nor close: {other:?}"),
                }
            }
        };
        timeout(PATIENCE, words).await.expect("a room says something")
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}
