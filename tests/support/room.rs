//! A room as a process: it can be asked, killed and opened again.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use archive::{Archive, Batch, Entry, Position};
use cybernet::{
    picture::{Lamp, Picture},
    screen::ToScreen,
};
use serde_json::Value;
use vsm::time::Moment;

use crate::{
    clock::Clock,
    folder::Folder,
    http::{self, Answer},
    process::Process,
    wait::until,
};

/// A room that is open, on loopback.
pub struct Room {
    process: Process,
    address: SocketAddr,
    archive: PathBuf,
    /// What it was started with, listening aside.
    arguments: Vec<String>,
    /// What stands in its environment beside that of the test.
    variables: Vec<String>,
}

impl Room {
    /// Opens a room with the files of a folder, at a free port, on the archive that is there.
    pub async fn open(folder: &Folder) -> Self {
        Self::start(folder).await.opened().await
    }

    /// The same with a clock of its own.
    pub async fn open_by(clock: &Clock, folder: &Folder) -> Self {
        Self::start_with(folder.path(), configured(folder), clock.variables()).await.opened().await
    }

    /// Opens a room that nobody has described.
    pub async fn open_without_configuration(folder: &Folder) -> Self {
        Self::start_with(folder.path(), Vec::new(), Vec::new()).await.opened().await
    }

    /// Starts a room that may not be open yet; it listens.
    pub async fn start(folder: &Folder) -> Self {
        Self::start_with(folder.path(), configured(folder), Vec::new()).await
    }

    async fn start_with(folder: &Path, mut arguments: Vec<String>, variables: Vec<String>) -> Self {
        let archive = folder.join("archive");
        arguments.extend(["--archive".to_owned(), archive.display().to_string()]);
        let (process, address) = start(folder, &arguments, &variables, "127.0.0.1:0").await;
        Self { process, address, archive, arguments, variables }
    }

    async fn opened(self) -> Self {
        self.until_open().await;
        self
    }

    /// Waits until it is open.
    pub async fn until_open(&self) {
        until("the room is open", async || {
            let ready = self.get("/readyz").await;
            (!ready.body.starts_with(r#"{"starting":"#)).then_some(())
        })
        .await;
    }

    /// Opens it again, on the same archive and at the same port.
    pub async fn open_again(&mut self) {
        self.start_again().await;
        self.until_open().await;
    }

    /// Starts it again likewise; it listens, and may not be open yet.
    pub async fn start_again(&mut self) {
        let here = self.archive.parent().expect("the archive lies in a folder");
        let at = self.address.to_string();
        let (process, address) = start(here, &self.arguments, &self.variables, &at).await;
        (self.process, self.address) = (process, address);
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks it to close and gives its exit code.
    pub async fn close(&mut self) -> Option<i32> {
        self.process.terminate();
        self.process.ended().await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its folder of readings.
    pub fn archive(&self) -> &Path {
        &self.archive
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Asks it for a path.
    pub async fn get(&self, path: &str) -> Answer {
        http::get(self.address, path).await
    }

    /// Posts nothing to a path.
    pub async fn post(&self, path: &str) -> Answer {
        http::post(self.address, path, "").await
    }

    /// The picture as it stands.
    pub async fn picture(&self) -> Picture {
        picture(&self.get("/api/v1/picture").await)
    }

    /// The lamp of an indicator, if it hangs already.
    pub async fn lamp(&self, indicator: &str) -> Option<Lamp> {
        self.picture().await.lamps.get(indicator).cloned()
    }

    /// One of the room's own figures; 0 while there is none.
    pub async fn figure(&self, name: &str) -> f64 {
        let page = self.get("/metrics").await.body;
        let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or(0.0)
    }

    /// What history has of an indicator from a moment on, in the order of time: when each reading was measured, and its value.
    pub async fn past(&self, indicator: &str, from: Moment) -> Vec<(i64, f64)> {
        let path = format!("/api/v1/indicators/{indicator}/history?from={}&points=100000", from.unix_millis());
        let answer = self.get(&path).await;
        // Before the first reading there is no history.
        if answer.status == 404 {
            return Vec::new();
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        let history: Value = serde_json::from_str(&answer.body).expect("an answer in JSON");
        let points = history["points"].as_array().into_iter().flatten();
        points.filter_map(|point| Some((point[0].as_i64()?, point[1].as_f64()?))).collect()
    }

    /// Every batch the archive holds, in order. The room has to be closed.
    pub fn archived(&self) -> Vec<Batch> {
        let batch = |entry| match entry {
            Entry::Batch(batch) => Some(batch),
            Entry::Act(_) => None,
        };
        self.journal().into_iter().filter_map(batch).collect()
    }

    /// Everything the archive holds, in order. The room has to be closed.
    pub fn journal(&self) -> Vec<Entry> {
        let archive = Archive::open(&self.archive).expect("the archive of a closed room opens");
        let mut entries = Vec::new();
        archive.replay(Position::default(), |_, entry| entries.push(entry)).expect("the journal is whole");
        entries
    }
}

/// The picture in an answer to `GET /api/v1/picture`.
///
/// # Panics
/// If there is none in it.
pub fn picture(answer: &Answer) -> Picture {
    assert_eq!(answer.status, 200, "{}", answer.body);
    match serde_json::from_str(&answer.body) {
        Ok(ToScreen::Picture(picture)) => *picture,
        other => panic!("not a picture: {other:?}"),
    }
}

fn configured(folder: &Folder) -> Vec<String> {
    vec!["--config".to_owned(), folder.file("room.toml")]
}

async fn start(here: &Path, arguments: &[String], variables: &[String], at: &str) -> (Process, SocketAddr) {
    let serve = ["serve", "--listen", at].into_iter().chain(arguments.iter().map(String::as_str));
    let mut process = Process::start_with(variables, "synco", here, serve);
    let address = process.says("listening http://").await;
    (process, address.parse().expect("a room says the address it listens at"))
}
