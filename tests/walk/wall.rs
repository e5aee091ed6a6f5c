//! The wall in a real browser, at the end of the walk: a room with readings behind it, and a page that shows it.
//!
//! Pictures of every state are kept under `target/screenshots`.

#[path = "wall/between.rs"]
mod between;
#[path = "wall/fits.rs"]
mod fits;
#[path = "wall/hole.rs"]
mod hole;
#[path = "wall/itself.rs"]
mod itself;
#[path = "wall/looks.rs"]
mod looks;
#[path = "wall/lost.rs"]
mod lost;
#[path = "wall/marea.rs"]
mod marea;
#[path = "wall/noted.rs"]
mod noted;
#[path = "wall/page.rs"]
mod page;
#[path = "wall/paused.rs"]
mod paused;
#[path = "wall/quiet.rs"]
mod quiet;
#[path = "wall/refused.rs"]
mod refused;
#[path = "wall/rehearsal.rs"]
mod rehearsal;
#[path = "wall/silent.rs"]
mod silent;
#[path = "wall/starting.rs"]
mod starting;
#[path = "wall/step.rs"]
mod step;
#[path = "wall/unheard.rs"]
mod unheard;
#[path = "wall/unwritten.rs"]
mod unwritten;

use std::net::SocketAddr;

use fits::WALL;
use marea::Marea;
use tests::{browser::Browser, folder::Folder, room::Room, team::TeamAgent};
use vsm::reading::Reading;

/// A room that shows Marea, its agent, and a browser that shows the room.
struct Wall {
    browser: Browser,
    agent: TeamAgent,
    sequence: u64,
    room: Room,
    marea: Marea,
    _folder: Folder,
}

impl Wall {
    /// A live wall after an hour in which nothing happened.
    async fn quiet() -> Self {
        let marea = Marea::now();
        let past = marea.past();
        Self::after(Marea::folder(), marea, &past).await
    }

    /// A live wall of some files after some readings that raise no signal.
    async fn after(folder: Folder, marea: Marea, readings: &[Reading]) -> Self {
        let room = Room::open(&folder).await;
        let mut agent = TeamAgent::join(room.address(), "marea-host").await;
        assert_eq!(agent.deliver(1, readings).await, []);
        let browser = open(room.address()).await;
        page::until_live(&browser, "quiet").await;
        Self { browser, agent, sequence: 1, room, marea, _folder: folder }
    }

    /// Delivers more readings.
    async fn deliver(&mut self, readings: &[Reading]) {
        self.sequence += 1;
        assert_eq!(self.agent.deliver(self.sequence, readings).await, []);
    }

    /// Delivers what goes wrong, until the feed is full.
    async fn alarm(&mut self) {
        let alarm = self.marea.alarm();
        self.deliver(&alarm).await;
        self.browser.until("three tiles with their traces", page::THREE_TRACES).await;
        page::until_lamp(&self.browser, "unit:search", "level-down").await;
    }
}

/// A browser of the size of the wall that shows a room.
async fn open(room: SocketAddr) -> Browser {
    let browser = Browser::open(WALL).await;
    browser.go(&format!("http://{room}/wall")).await;
    browser
}
