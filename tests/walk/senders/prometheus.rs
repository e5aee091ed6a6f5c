//! A real Prometheus scrapes a page and writes what it finds to the room.

use std::{net::SocketAddr, process::Command};

use tests::{folder::Folder, process::Process, room::Room, wait::until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::watch,
};

const PAGE: &str =
    "# TYPE press_load gauge\npress_load 0.5\n# TYPE press_strokes_total counter\npress_strokes_total 7\n";

/// All that has to be written beside a room: three lines here, two in the file of Prometheus.
const MAP: &str = "[[map]]\nmetric = \"press_load\"\nunit = \"press\"\n";

#[tokio::test]
async fn a_prometheus_that_runs_already_needs_no_agent() {
    let folder = super::folder(&[], MAP);
    let mut room = Room::open(&folder).await;
    let _prometheus = prometheus(&folder, room.address(), serve(watch::channel(PAGE.to_owned()).1).await);
    let lamp = until("a lamp of the press", async || room.lamp("press.press_load").await).await;
    assert_eq!(lamp.unit.as_str(), "press");
    let tray = async || {
        let picture = room.picture().await;
        picture.lamps.keys().find(|id| id.as_str().starts_with("press_strokes_total/instance.")).cloned()
    };
    until("the rate of what no map names", tray).await;
    assert_eq!(room.figure("synco_samples_refused_total").await, 0.0);
    assert_eq!(room.close().await, Some(0));
    let readings = room.archived().into_iter().flat_map(|batch| batch.readings);
    let load: Vec<_> = readings.filter(|reading| reading.indicator.as_str() == "press.press_load").collect();
    assert!(!load.is_empty() && load.iter().all(|reading| reading.value() == 0.5), "{load:?}");
    assert!(load.is_sorted_by(|a, b| a.measured_at < b.measured_at), "each moment once: {load:?}");
}

/// Starts one that scrapes `target` each second and writes to `room`.
fn prometheus(folder: &Folder, room: SocketAddr, target: SocketAddr) -> Process {
    Command::new("prometheus").arg("--version").output().expect("prometheus is there; `cargo xtask test` installs it");
    let file = format!(
        "global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: press\n    static_configs:\n      \
         - targets: [\"{target}\"]\nremote_write:\n  - url: http://{room}/api/v1/write\n    queue_config: \
         {{ batch_send_deadline: 1s }}\n"
    );
    folder.write("prometheus.yml", &file);
    let arguments = [
        "prometheus".to_owned(),
        format!("--config.file={}", folder.file("prometheus.yml")),
        format!("--storage.tsdb.path={}", folder.file("tsdb")),
        "--web.listen-address=127.0.0.1:0".to_owned(),
    ];
    Process::start("/usr/bin/env", folder.path(), arguments)
}

/// Serves a page, as it stands when somebody asks, for as long as the test runs.
pub(crate) async fn serve(page: watch::Receiver<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let page = page.borrow().clone();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n";
            let answer = format!("{head}Content-Length: {}\r\n\r\n{page}", page.len());
            // A request of one small packet; whoever asks otherwise asks again.
            let mut asked = [0; 4096];
            if stream.read(&mut asked).await.is_ok() {
                stream.write_all(answer.as_bytes()).await.ok();
            }
        }
    });
    address
}
