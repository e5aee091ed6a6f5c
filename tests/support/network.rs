//! A network between an agent and its room, which a test cuts and heals.

use std::{future::pending, io, net::SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// How much is handed on at once, in bytes.
const AT_ONCE: usize = 16 << 10;

/// How the network is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    /// Nothing comes through, as where a firewall drops what it is given: connections stay, and new ones say nothing.
    Stalled,
    /// What the agent says comes through, what the room says does not.
    Unanswered,
    /// Connections are reset, new ones too.
    Reset,
}

/// Whoever speaks to its address speaks to the room, as long as it is whole.
///
/// A connection that has met a cut is reset when the network is healed, at both ends, and what was held back is gone
/// with it: so does a middlebox that has forgotten it.
pub struct Network {
    address: SocketAddr,
    state: watch::Sender<Option<Cut>>,
    listening: JoinHandle<()>,
}

type State = watch::Receiver<Option<Cut>>;

impl Network {
    /// A network that leads to a room and is whole.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn to(room: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener knows where it listens");
        let (state, watched) = watch::channel(None);
        let listening = tokio::spawn(listen(listener, room, watched));
        Self { address, state, listening }
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts it.
    pub fn cut(&self, cut: Cut) {
        self.state.send_replace(Some(cut));
    }

    /// Makes it whole again.
    pub fn heal(&self) {
        self.state.send_replace(None);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, room: SocketAddr, state: State) {
    let mut connections = JoinSet::new();
    while let Ok((agent, _)) = listener.accept().await {
        connections.spawn(carry(agent, room, state.clone()));
    }
}

/// Carries one connection to its end.
async fn carry(mut agent: TcpStream, to: SocketAddr, state: State) {
    let mut room = None;
    let ended_well = tokio::select! {
        ended = talk(&mut agent, &mut room, to, state.clone()) => ended.is_ok(),
        () = forgotten(state) => false,
    };
    if !ended_well {
        // Closed like this, a connection is reset.
        for end in [Some(agent), room].into_iter().flatten() {
            end.set_zero_linger().ok();
        }
    }
}

/// Waits until the network knows nothing of a connection any more: it was cut, and is whole again or resets.
async fn forgotten(mut state: State) {
    // It says no more only at the end of the test.
    state.wait_for(Option::is_some).await.ok();
    state.wait_for(|cut| matches!(cut, None | Some(Cut::Reset))).await.ok();
}

/// Connects to the room as soon as that can be heard there, and hands on what both say until both have said everything.
async fn talk(agent: &mut TcpStream, room: &mut Option<TcpStream>, to: SocketAddr, state: State) -> io::Result<()> {
    let is_heard = agent_is_heard(*state.borrow());
    if !is_heard {
        return pending().await;
    }
    let room = room.insert(TcpStream::connect(to).await?);
    agent.set_nodelay(true)?;
    room.set_nodelay(true)?;
    let (from_agent, to_agent) = agent.split();
    let (from_room, to_room) = room.split();
    let there = hand_on(from_agent, to_room, state.clone(), agent_is_heard);
    let back = hand_on(from_room, to_agent, state, room_is_heard);
    tokio::try_join!(there, back)?;
    Ok(())
}

/// Hands on what one end says. What cannot be heard when it is said is never handed on, nor anything after it: not that
/// the end is closed, either.
async fn hand_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    state: State,
    is_heard: fn(Option<Cut>) -> bool,
) -> io::Result<()> {
    let mut bytes = vec![0; AT_ONCE];
    loop {
        let said = from.read(&mut bytes).await;
        let is_heard = is_heard(*state.borrow());
        if !is_heard {
            return pending().await;
        }
        match said? {
            0 => return to.shutdown().await,
            length => to.write_all(&bytes[..length]).await?,
        }
    }
}

fn agent_is_heard(cut: Option<Cut>) -> bool {
    matches!(cut, None | Some(Cut::Unanswered))
}

fn room_is_heard(cut: Option<Cut>) -> bool {
    cut.is_none()
}
