//! Debian's Prometheus under the same load, in the same run: what a reading costs there.
//!
//! It acknowledges before the disk has what it was given, and judges nothing; what it costs is what ingest alone costs.

use std::{
    net::{SocketAddr, TcpListener},
    ops::Range,
    time::{Duration, Instant},
};

use tests::{folder::Folder, process::Process, wait::until};
use tokio::task::JoinSet;

use crate::{
    agents::{Load, Tally},
    gauge::{self, Gauge},
    prometheus,
};

/// What it used, over the time that counts.
pub(crate) struct Beside {
    pub(crate) tally: Tally,
    pub(crate) before: Gauge,
    pub(crate) after: Gauge,
}

/// Starts one, and puts it under the load of so many senders by remote write 1.0, the only version it takes.
pub(crate) async fn run(load: &Load, senders: u64, settle: Duration, lasts: Duration) -> Beside {
    let (folder, address) = (Folder::empty(), free());
    let process = start(&folder, address);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client can be made");
    until("prometheus is ready", async || {
        let answer = client.get(format!("http://{address}/-/ready")).send().await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await;
    let from = Instant::now() + settle;
    let span: Range<Instant> = from..from + lasts;
    let load = Load { room: address, span: span.clone(), ..load.clone() };
    let before = tokio::spawn(gauge::read_at(from, process.id()));
    let mut sending = JoinSet::new();
    for sender in 0..senders {
        sending.spawn(prometheus::run(load.clone(), sender, 1));
    }
    let mut tally = Tally::default();
    while let Some(sent) = sending.join_next().await {
        tally += sent.expect("a sender runs to its end");
    }
    tally.lasted = span.start.elapsed();
    let before = before.await.expect("prometheus is there to be read");
    Beside { tally, before, after: Gauge::read(process.id()) }
}

/// An address that was free a moment ago; it takes none with the port 0 and says which.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address")
}

fn start(folder: &Folder, address: SocketAddr) -> Process {
    folder.write("prometheus.yml", "global: {}\n");
    let arguments = [
        "prometheus".to_owned(),
        format!("--config.file={}", folder.file("prometheus.yml")),
        format!("--storage.tsdb.path={}", folder.file("tsdb")),
        format!("--web.listen-address={address}"),
        "--web.enable-remote-write-receiver".to_owned(),
    ];
    Process::start("/usr/bin/env", folder.path(), arguments)
}
