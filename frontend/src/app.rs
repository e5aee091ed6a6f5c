//! The start of a screen: its address, its board, its wire, and one redraw a frame.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use cybernet::{
    screen::ToScreen,
    starting::{Starting, Unready},
};
use leptos::prelude::*;
use vsm::id::UnitId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::{
    address::{Address, Refusal},
    board::Board,
    shown::Shown,
    store::{PictureStore, Then},
    view::wall::Wall,
    wire::{Ears, Wire},
    zone::Zone,
};

/// The path of the websocket in the room.
const SCREEN: &str = "/api/v1/screen";
/// Where a room that opens no socket says why.
const READY: &str = "/readyz";
/// How often a screen looks at its clock.
const TICK: Duration = Duration::from_millis(250);
/// How long after a message that cannot be read the page is loaded again: the room may have brought newer screens.
const RELOAD: Duration = Duration::from_secs(30);

/// Starts the screen that the page's address names.
pub fn start() {
    std::panic::set_hook(Box::new(fall));
    mount_to_body(|| {
        let board = Board::waiting();
        let address = address().inspect_err(|refusal| board.show(Shown::refused(refusal))).ok();
        if let Some(address) = &address {
            Screen::open(board, address.unit.clone());
        }
        view! { <Wall board address=address.unwrap_or_default() /> }
    });
}

fn address() -> Result<Address, Refusal> {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let search = location.search().unwrap_or_default();
    let query = web_sys::UrlSearchParams::new_with_str(&search).ok();
    let value = |key: &'static str| Some((key, query.as_ref()?.get(key)?));
    let pairs: Vec<_> = ["unit", "d", "in", "theme"].into_iter().filter_map(value).collect();
    Address::parse(&path, pairs.iter().map(|(key, value)| (*key, value.as_str())))
}

/// One screen: what it knows, and the board it shows that on.
struct Screen {
    store: RefCell<PictureStore>,
    zone: RefCell<Zone>,
    board: Board,
    unit: Option<UnitId>,
    drawing: Cell<bool>,
    reloading: Cell<bool>,
}

impl Screen {
    fn open(board: Board, unit: Option<UnitId>) {
        let screen = Rc::new(Self {
            store: RefCell::default(),
            zone: RefCell::new(Zone::new("UTC")),
            board,
            unit,
            drawing: Cell::new(false),
            reloading: Cell::new(false),
        });
        let (hearing, closing) = (Rc::clone(&screen), Rc::clone(&screen));
        let ears = Ears {
            message: Box::new(move |text| hearing.receive(text)),
            closed: Box::new(move || closing.closed()),
            now: steady,
        };
        let wire = Wire::join(url(), ears);
        set_interval(move || screen.tick(&wire), TICK);
    }

    /// A message that cannot be read is a hole in the picture.
    fn receive(self: &Rc<Self>, text: &str) -> Then {
        let then = match serde_json::from_str::<ToScreen>(text) {
            Ok(message) => self.store.borrow_mut().receive(message, steady()),
            Err(fault) => {
                web_sys::console::error_1(&format!("a message that cannot be read: {fault}").into());
                self.reload_later();
                Then::Rejoin
            }
        };
        self.draw_soon();
        then
    }

    fn reload_later(&self) {
        if !self.reloading.replace(true) {
            // A page that cannot be loaded again goes on as it is.
            set_timeout(|| drop(window().location().reload()), RELOAD);
        }
    }

    fn closed(self: &Rc<Self>) {
        self.store.borrow_mut().closed(steady());
        self.draw_soon();
        let screen = Rc::clone(self);
        spawn_local(async move {
            let starting = ask_why().await.ok().flatten();
            screen.store.borrow_mut().asked(starting);
            screen.draw_soon();
        });
    }

    fn tick(self: &Rc<Self>, wire: &Rc<Wire>) {
        self.store.borrow_mut().tick(steady());
        wire.watch();
        self.draw_soon();
    }

    /// However much arrives, the board is set once a frame.
    fn draw_soon(self: &Rc<Self>) {
        if !self.drawing.replace(true) {
            let screen = Rc::clone(self);
            request_animation_frame(move || screen.draw());
        }
    }

    fn draw(&self) {
        self.drawing.set(false);
        let store = self.store.borrow();
        if let Some(picture) = store.picture() {
            let name = &picture.organisation.time_zone;
            if self.zone.borrow().name() != name {
                self.zone.replace(Zone::new(name));
            }
        }
        let zone = self.zone.borrow();
        self.board.show(Shown::of(&store, self.unit.as_ref(), &|moment| zone.civil(moment), steady()));
    }
}

/// Time since the page began; no correction of the calendar clock moves it.
pub fn steady() -> Duration {
    let millis = window().performance().map_or(0.0, |performance| performance.now());
    Duration::from_secs_f64(millis.max(0.0) / 1000.0)
}

fn url() -> String {
    let location = window().location();
    let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    let scheme = if secure { "wss" } else { "ws" };
    format!("{scheme}://{}{SCREEN}", location.host().unwrap_or_default())
}

/// How far the room is, if it answers that it starts.
async fn ask_why() -> Result<Option<Starting>, JsValue> {
    let answer: web_sys::Response = JsFuture::from(window().fetch_with_str(READY)).await?.dyn_into()?;
    let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    Ok(serde_json::from_str(&text).ok().map(|Unready::Starting(starting)| starting))
}

/// A screen that fell must not go on showing its last picture as if it were alive: it turns grey and starts again.
fn fall(fault: &std::panic::PanicHookInfo<'_>) {
    web_sys::console::error_1(&fault.to_string().into());
    let restart = || -> Result<(), JsValue> {
        let page = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
        let root = page.document_element().ok_or(JsValue::NULL)?;
        root.set_attribute("data-link", "lost")?;
        let refresh = page.create_element("meta")?;
        refresh.set_attribute("http-equiv", "refresh")?;
        refresh.set_attribute("content", "5")?;
        root.append_child(&refresh).map(drop)
    };
    // There is nobody left to tell if even that fails.
    restart().ok();
}
