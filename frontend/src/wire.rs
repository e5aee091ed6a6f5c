//! The one websocket of a screen: joined, watched, and joined again for ever.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::set_timeout;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::{
    link::{SILENCE, backoff},
    store::Then,
};

/// How long an attempt may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the wire tells its screen.
pub struct Ears {
    /// A message came.
    pub message: Box<dyn Fn(&str) -> Then>,
    /// The socket closed.
    pub closed: Box<dyn Fn()>,
    /// The screen's steady clock.
    pub now: fn() -> Duration,
}

/// The link of this screen to its room.
pub struct Wire {
    url: String,
    ears: Ears,
    socket: RefCell<Option<Socket>>,
    /// The last message, or the last attempt.
    stirred: Cell<Duration>,
    attempt: Cell<u32>,
    waiting: Cell<bool>,
}

impl Wire {
    /// Joins the room at `url`, as `ws://127.0.0.1:1972/api/v1/screen`.
    pub fn join(url: String, ears: Ears) -> Rc<Self> {
        let wire = Rc::new(Self {
            url,
            stirred: Cell::new((ears.now)()),
            ears,
            socket: RefCell::default(),
            attempt: Cell::default(),
            waiting: Cell::default(),
        });
        wire.open();
        wire
    }

    /// Gives up a socket on which nothing stirs. Call it a few times a second.
    pub fn watch(self: &Rc<Self>) {
        let open = self.socket.borrow().as_ref().is_some_and(Socket::is_open);
        let patience = if open { SILENCE } else { PATIENCE };
        if patience < (self.ears.now)().saturating_sub(self.stirred.get()) {
            self.open_later();
        }
    }

    fn open(self: &Rc<Self>) {
        self.stirred.set((self.ears.now)());
        let opened = Socket::open(self);
        let failed = opened.is_err();
        self.socket.replace(opened.ok());
        if failed {
            self.open_later();
        }
    }

    /// Lets go of the socket and opens another one after a pause that grows.
    fn open_later(self: &Rc<Self>) {
        if self.waiting.replace(true) {
            return;
        }
        let attempt = self.attempt.get();
        self.attempt.set(attempt.saturating_add(1));
        let wire = Rc::clone(self);
        let again = move || {
            wire.waiting.set(false);
            wire.open();
        };
        set_timeout(again, backoff(attempt));
    }

    fn message(self: &Rc<Self>, text: &str) {
        if self.waiting.get() {
            return;
        }
        self.stirred.set((self.ears.now)());
        match (self.ears.message)(text) {
            Then::Continue => self.attempt.set(0),
            Then::Rejoin => self.open_later(),
        }
    }

    fn closed(self: &Rc<Self>) {
        (self.ears.closed)();
        self.open_later();
    }
}

/// A socket with its handlers; closed and deaf when dropped.
struct Socket {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    fn open(wire: &Rc<Wire>) -> Result<Self, JsValue> {
        let socket = WebSocket::new(&wire.url)?;
        let (hearing, closing) = (Rc::clone(wire), Rc::clone(wire));
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                hearing.message(&text);
            }
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |_| closing.closed());
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { socket, _on_message: on_message, _on_close: on_close })
    }

    fn is_open(&self) -> bool {
        self.socket.ready_state() == WebSocket::OPEN
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // A socket that is already closed has nothing to say about it.
        self.socket.close().ok();
    }
}
