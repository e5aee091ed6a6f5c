//! A real browser without a window, driven through chromedriver, that ends with the test.

use std::{
    fs::{self, File},
    io::ErrorKind,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{process::repository, wait::until};

/// A browser takes a core for itself; more at once only make each other late.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long one command to a browser may take.
const PATIENCE: Duration = Duration::from_secs(60);
const MISSING: &str = "the wall is tested in a real browser: install the packages chromium, chromium-driver and \
                       fonts-dejavu-core (`cargo xtask test` does so where it can)";
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    // Letters with coloured edges would count as saturated pixels.
    "--disable-lcd-text",
    "--hide-scrollbars",
];
/// Done once the typeface is there, whatever fades has faded, whatever blinks is lit, and the page was painted since.
const HOLD_STILL: &str = "
    const done = arguments[arguments.length - 1];
    const ends = it => Number.isFinite(it.effect.getComputedTiming().endTime);
    const faded = () => Promise.allSettled(document.getAnimations().filter(ends).map(it => it.finished));
    const begin = it => { it.pause(); it.currentTime = it.effect.getTiming().delay; };
    const lit = () => document.getAnimations().filter(it => !ends(it)).forEach(begin);
    const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
    document.fonts.ready.then(faded).then(lit).then(painted);";
const GO_ON: &str = "document.getAnimations().filter(it => it.playState === 'paused').forEach(it => it.play())";

/// The size of a screen in pixels.
pub type Size = (u32, u32);

/// A browser with one page.
pub struct Browser {
    driver: Option<WebDriver>,
    driven: Driven,
    _permit: SemaphorePermit<'static>,
}

/// The processes of a browser: one group, ended together.
struct Driven {
    leader: Child,
    group: Pid,
    folder: TempDir,
}

impl Browser {
    /// Opens a browser that shows nothing yet, once there is room for one more.
    ///
    /// # Panics
    /// With the names of the packages if there is no browser on this machine, or if the screens were not built.
    pub async fn open(size: Size) -> Self {
        let page = repository().join("target/screens/index.html");
        assert!(page.is_file(), "no {}; `cargo xtask screens` builds it", page.display());
        let permit = AT_ONCE.acquire().await.expect("the semaphore is never closed");
        let driven = Driven::start();
        let port = driven.port().await;
        let profile = driven.folder.path().join("profile");
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client can be made");
        let server = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::builder(server, capabilities(&profile)).client(client).connect().await;
        let driver = driver.unwrap_or_else(|why| panic!("no browser ({why}); {MISSING}"));
        let browser = Self { driver: Some(driver), driven, _permit: permit };
        browser.resize(size).await;
        browser
    }

    /// Goes to an address and waits until its document is there.
    pub async fn go(&self, url: &str) {
        self.driver().goto(url).await.unwrap_or_else(|why| panic!("{url}: {why}"));
    }

    /// Gives the page another size; that of the window would be off by its frame.
    pub async fn resize(&self, (width, height): Size) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Sends a command of the DevTools protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.driver().cdp().send_raw(method, parameters).await.unwrap_or_else(|why| panic!("{method}: {why}"))
    }

    /// What the body of a function returns in the page; `arguments` are in scope.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let returned = self.driver().execute(script, arguments).await;
        returned.unwrap_or_else(|why| panic!("{why} in {script}")).json().clone()
    }

    /// Waits until the body of a function returns neither null nor false, and gives what it returns.
    ///
    /// # Panics
    /// With the words of `what`, and with what the page says, if it does not in time.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        let look = async || {
            Some(self.run(script, Vec::new()).await).filter(|it| !matches!(it, Value::Null | Value::Bool(false)))
        };
        until(what, look).await
    }

    /// A picture of the page with everything that blinks lit, so that it does not depend on when it is taken.
    pub async fn picture(&self) -> Vec<u8> {
        let still = self.driver().execute_async(HOLD_STILL, Vec::new()).await;
        still.unwrap_or_else(|why| panic!("the page does not hold still: {why}"));
        let picture = self.driver().screenshot_as_png().await.unwrap_or_else(|why| panic!("no picture: {why}"));
        self.run(GO_ON, Vec::new()).await;
        picture
    }

    /// The same, kept as `target/screenshots/<name>.png` for a person to look at.
    ///
    /// # Panics
    /// If the disk refuses.
    pub async fn keep(&self, name: &str) -> Vec<u8> {
        let picture = self.picture().await;
        let folder = repository().join("target/screenshots");
        fs::create_dir_all(&folder).expect("a folder can be made in target");
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, &picture).expect("a picture can be kept in target");
        println!("kept {}", file.display());
        picture
    }

    /// Stops every process of it in the middle of whatever it does.
    pub fn pause(&self) {
        kill_process_group(self.driven.group, Signal::STOP).expect("a browser can be stopped");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        kill_process_group(self.driven.group, Signal::CONT).expect("a browser can go on");
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("a browser has its driver until it is dropped")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its processes are killed, so there is nobody to say goodbye to.
        self.driver.take().map(|driver| driver.leak().ok());
    }
}

impl Driven {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let said = File::create(folder.path().join("said")).expect("a file can be made in it");
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("XDG_CACHE_HOME", folder.path())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(said)
            .stderr(Stdio::null())
            .spawn();
        let leader = driver.unwrap_or_else(|why| match why.kind() {
            ErrorKind::NotFound => panic!("no chromedriver; {MISSING}"),
            _ => panic!("chromedriver does not start: {why}"),
        });
        let group = i32::try_from(leader.id()).ok().and_then(Pid::from_raw).expect("a process has a number");
        Self { leader, group, folder }
    }

    /// The free port that chromedriver chose.
    async fn port(&self) -> u16 {
        const BEFORE: &str = "started successfully on port ";
        let said: PathBuf = self.folder.path().join("said");
        until("chromedriver says its port", async || {
            let said = fs::read_to_string(&said).ok()?;
            let (port, _) = said.split_once(BEFORE)?.1.split_once('.')?;
            port.parse().ok()
        })
        .await
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // The group is gone only if the browser fell by itself.
        kill_process_group(self.group, Signal::KILL).ok();
        self.leader.wait().ok();
    }
}

fn capabilities(profile: &Path) -> ChromeCapabilities {
    let mut chrome = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.display());
    for flag in FLAGS.into_iter().chain([profile.as_str()]) {
        chrome.add_arg(flag).expect("a flag is text");
    }
    chrome
}
