//! One websocket to one screen.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use cybernet::screen::FromScreen;
use tokio::{sync::broadcast::error::RecvError, time::timeout};

use crate::{
    acts::{self, Untaken},
    api::App,
    desk::Joined,
    frames::{self, Frame},
    happening::{Refusal, ScreenLagged, ScreenLink},
    seats::Full,
};

/// How many screens may be connected at once.
pub const SEATS: usize = 2048;
/// How long a screen may take to accept a frame before it is let go; it comes back by itself.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a screen may say at once, in bytes.
const LONGEST_WORD: usize = 16 << 10;
/// Read buffer of a socket that says next to nothing, in bytes; the default of 128 KiB is not needed for that.
const READ_BUFFER: usize = 4 << 10;

/// `GET /api/v1/screen`.
pub async fn upgrade(State(app): State<App>, socket: WebSocketUpgrade) -> Result<Response, Full> {
    let (seat, tracked) = (app.screens.take()?, app.sockets.token());
    let socket = socket.max_message_size(LONGEST_WORD).max_frame_size(LONGEST_WORD).read_buffer_size(READ_BUFFER);
    Ok(socket.on_upgrade(move |mut socket| async move {
        ScreenLink.emit_came();
        serve(&mut socket, &app).await;
        ScreenLink.emit_went();
        drop((seat, tracked));
    }))
}

/// The screen went, or the room closes.
struct Gone;

async fn serve(socket: &mut WebSocket, app: &App) {
    // A screen that falls behind is given a fresh picture rather than dropped.
    while let Some(joined) = app.desk.join().await {
        if follow(socket, app, joined).await.is_err() {
            break;
        }
    }
    timeout(Duration::from_secs(1), socket.send(Message::Close(None))).await.ok();
}

/// Until the screen falls behind.
async fn follow(socket: &mut WebSocket, app: &App, Joined { picture, mut frames }: Joined) -> Result<(), Gone> {
    send_all(socket, app, &picture).await?;
    drop(picture);
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return Err(Gone),
            told = frames.recv() => match told {
                Ok(frames) => send_all(socket, app, &frames).await?,
                Err(RecvError::Lagged(tellings)) => {
                    ScreenLagged { tellings }.emit();
                    return Ok(());
                }
                Err(RecvError::Closed) => return Err(Gone),
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) => answer(socket, app, &text).await?,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                Some(Ok(_)) => (),
            },
        }
    }
}

/// An act that is taken is answered by the change that every screen is told.
async fn answer(socket: &mut WebSocket, app: &App, said: &str) -> Result<(), Gone> {
    let taken = match FromScreen::decode(said) {
        Ok(FromScreen::Act { signal, answer }) => acts::take(app, signal, answer).await,
        Err(fault) => Err(Untaken::Said(fault)),
    };
    let Err(untaken) = taken else { return Ok(()) };
    let why = untaken.to_string();
    Refusal { who: "a screen", why: &why }.emit();
    send(socket, app, frames::refused(why)).await
}

async fn send_all(socket: &mut WebSocket, app: &App, frames: &[Frame]) -> Result<(), Gone> {
    for frame in frames {
        send(socket, app, frame.clone()).await?;
    }
    Ok(())
}

async fn send(socket: &mut WebSocket, app: &App, frame: Frame) -> Result<(), Gone> {
    tokio::select! {
        () = app.stop.cancelled() => Err(Gone),
        sent = timeout(PATIENCE, socket.send(Message::Text(frame))) => match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        },
    }
}
