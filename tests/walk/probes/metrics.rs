//! Probes of what programs tell of themselves: a page of metrics, and StatsD over UDP.

use std::net::{SocketAddr, UdpSocket};

use tests::{
    folder::{Folder, UNHURRIED},
    wait::until,
};
use tokio::sync::watch;

use super::Plant;
use crate::senders::prometheus::serve;

/// Two of these are payouts that do not come from a test.
const QUEUES: &str = r#"press_queue{queue="payouts",host="a"} 3
press_queue{queue="payouts",host="b"} 4
press_queue{queue="payouts",host="test-1"} 100
press_queue{queue="refunds",host="a"} 1000
"#;

const STATSD: &str = r#"
[[probe]]
kind = "statsd"
cadence = "300ms"
listen = "127.0.0.1:0"

[[probe.series]]
name = "orders"
take = "count"
indicator = "press.orders"

[[probe.series]]
name = "carts"
take = "gauge"
indicator = "press.carts"

[[probe.series]]
name = "answer"
take = "p95"
indicator = "press.answer"
"#;

fn scrape(page: SocketAddr) -> String {
    format!(
        r#"
[[probe]]
kind = "prometheus"
cadence = "300ms"
url = "http://{page}/metrics"

[[probe.series]]
metric = "press_queue"
labels = {{ queue = "payouts", host = {{ matches_not = "test-.*" }} }}
indicator = "press.queue"

[[probe.series]]
metric = "press_strokes_total"
labels = {{ side = {{ not = "spare" }} }}
rate = true
indicator = "press.strokes"
"#
    )
}

/// The page of a press that has made so many strokes.
fn page(strokes: u32) -> String {
    let spare = 2 * strokes;
    format!("{QUEUES}press_strokes_total{{side=\"left\"}} {strokes}\npress_strokes_total{{side=\"spare\"}} {spare}\n")
}

#[tokio::test]
async fn series_are_chosen_by_label_and_a_counter_that_begins_anew_has_grown_by_what_it_says() {
    let (says, said) = watch::channel(page(1000));
    let folder = Folder::of_plant(&["press.queue", "press.strokes"], UNHURRIED, "");
    let plant = Plant::start(folder, &scrape(serve(said).await)).await;
    plant.until("press.strokes", |rates| !rates.is_empty()).await;
    for (strokes, grown) in [(1600, 600.0), (5, 605.0), (25, 625.0)] {
        says.send_replace(page(strokes));
        until(&format!("it has grown by {grown}"), async || has_grown(&plant, grown).await.then_some(())).await;
    }
    let rates = plant.twice_more("press.strokes").await;
    assert!(rates.iter().all(|rate| 0.0 <= *rate), "{rates:?}");
    assert!(has_grown(&plant, 625.0).await, "{rates:?}");
    let queues = plant.values("press.queue").await;
    assert_eq!(queues, vec![7.0; queues.len()]);
}

/// Whether the counter has grown by so much since its first rate. A rate holds since the reading before.
async fn has_grown(plant: &Plant, by: f64) -> bool {
    let rates = plant.read("press.strokes").await;
    let grown: f64 = rates.windows(2).map(|pair| pair[1].1 * (pair[1].0 - pair[0].0) as f64 / 1000.0).sum();
    (grown - by).abs() < 1e-6
}

#[tokio::test]
async fn what_programs_send_over_udp_is_put_together_from_one_reading_to_the_next() {
    let folder = Folder::of_plant(&["press.orders", "press.carts", "press.answer"], UNHURRIED, "");
    let plant = Plant::start(folder, STATSD).await;
    // As long as nobody sends, the agent complains, and says at which port.
    let line = plant.agent.logs("nothing was sent since the last reading").await;
    let port = port(&line).unwrap_or_else(|| panic!("no address in {line:?}"));
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let send = |datagram: &str| socket.send_to(datagram.as_bytes(), port).expect("somebody listens");
    let answers: String = (1..=20).map(|time| format!("answer:{time}|ms\n")).collect();
    send(&format!("orders:2|c\norders:1|c|@0.1\ncarts:7|g\ncarts:-2|g\n{answers}"));
    for (indicator, value) in [("press.orders", 12.0), ("press.carts", 5.0), ("press.answer", 19.0)] {
        plant.until(indicator, |values| values == [value]).await;
    }
    send("carts:9|g");
    plant.until("press.carts", |carts| carts == [5.0, 9.0]).await;
    plant.until("press.orders", |orders| orders == [12.0, 0.0]).await;
    assert_eq!(plant.values("press.answer").await, [19.0], "of a timer that was not heard there is no zero");
}

/// Where it listens, by a line of the agent's log.
fn port(line: &str) -> Option<SocketAddr> {
    let rest = line.split("statsd ").nth(1)?;
    let address: String = rest.chars().take_while(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ':')).collect();
    address.trim_end_matches(':').parse().ok()
}
