//! Against a real socket to which datagrams are sent.

use std::{net::Ipv4Addr, time::Duration};

use config::agent::{StatsdSeries, Take};
use vsm::id::IndicatorId;

use super::*;

fn series(name: &str, take: &str) -> StatsdSeries {
    let (_, taken) = Take::ALL.into_iter().find(|(word, _)| *word == take).unwrap();
    let indicator = IndicatorId::parse(&format!("{name}.{take}")).unwrap();
    StatsdSeries { name: name.to_owned(), take: taken, indicator }
}

struct Sender {
    probe: Statsd,
    socket: Bound,
    seconds: u64,
}

impl Sender {
    async fn new() -> Self {
        let takes =
            [("orders", "count"), ("orders", "rate"), ("depth", "gauge"), ("answer", "p90"), ("answer", "timings")];
        let series = takes.map(|(name, take)| series(name, take)).to_vec();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut probe = Statsd::bind(StatsdServer { listen, series }).unwrap();
        let socket = Bound::bind(listen).unwrap();
        socket.connect(probe.address()).unwrap();
        assert_eq!(probe.read(Moment::default()).readings, []);
        Self { probe, socket, seconds: 0 }
    }

    /// Sends datagrams and listens until so many lines have come, or been refused.
    async fn send(&mut self, datagrams: &[&str]) {
        for datagram in datagrams {
            self.socket.send(datagram.as_bytes()).unwrap();
            let mut buffer = vec![0; LARGEST];
            let length = self.probe.socket.recv(&mut buffer).await.unwrap();
            self.probe.take(&buffer[..length]);
        }
    }

    /// The readings ten seconds later, as words.
    fn read(&mut self) -> (Vec<String>, Vec<String>) {
        self.seconds += 10;
        let readout = self.probe.read(Moment::default() + Duration::from_secs(self.seconds));
        let words = readout.readings.iter().map(|it| format!("{} {}", it.indicator, it.value())).collect();
        (words, readout.faults.iter().map(|fault| fault.why.clone()).collect())
    }
}

#[tokio::test]
async fn counters_gauges_and_timers_are_put_together_by_period() {
    let mut sender = Sender::new().await;
    sender.send(&["orders:2|c\norders:1|c|@0.1\n", "depth:7|g\ndepth:-2|g", "unknown:9|c"]).await;
    sender.send(&["answer:10|ms", "answer:30|ms|@0.5", "answer:20|ms"]).await;
    let (read, faults) = sender.read();
    assert_eq!(read, ["orders.count 12", "orders.rate 1.2", "depth.gauge 5", "answer.p90 30", "answer.timings 4"]);
    assert_eq!(faults, [""; 0]);
}

#[tokio::test]
async fn silence_of_one_name_is_a_counter_that_stands_and_silence_of_all_is_a_fault() {
    let mut sender = Sender::new().await;
    sender.send(&["depth:7|g"]).await;
    assert_eq!(sender.read().0, ["depth.gauge 7"]);
    sender.send(&["orders:5|c", "answer:1|ms"]).await;
    sender.read();
    sender.send(&["unknown:1|c"]).await;
    assert_eq!(sender.read().0, ["orders.count 0", "orders.rate 0", "depth.gauge 7"]);
    let (read, faults) = sender.read();
    assert_eq!((read, faults), (Vec::new(), vec!["nothing was sent since the last reading".to_owned()]));
}

#[tokio::test]
async fn nonsense_is_told_and_what_stands_beside_it_is_taken() {
    let mut sender = Sender::new().await;
    sender.send(&["orders:5|c\nnonsense\norders:x|c", "\u{0}\u{1}"]).await;
    let (read, faults) = sender.read();
    assert_eq!(read[0], "orders.count 5");
    let orders = "\"orders:x|c\": the value is not a finite number";
    assert_eq!(faults, ["\"nonsense\": name:value|type is right; and 1 more like it", orders]);
}

#[tokio::test]
async fn a_bad_line_is_the_reason_of_what_is_read_of_its_name_and_of_nothing_else() {
    let mut sender = Sender::new().await;
    sender.send(&["depth:hunter2|g\nhunter2"]).await;
    let readout = sender.probe.read(Moment::default() + Duration::from_secs(10));
    let (faults, told) = crate::faults::Faults::new();
    let ids = ["answer.p90", "depth.gauge", "orders.count"].map(|id| IndicatorId::parse(id).unwrap());
    faults.of_probe(ids).note(&readout);
    let said = told.borrow().iter().map(|(id, why)| format!("{id}: {why}")).collect::<Vec<_>>();
    let nothing = "nothing was sent since the last reading";
    let right = ["depth.gauge: the value is not a finite number".to_owned()];
    assert_eq!(said, [&[format!("answer.p90: {nothing}")][..], &right, &[format!("orders.count: {nothing}")]].concat());
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused_at_once() {
    let sender = Sender::new().await;
    let listen = sender.probe.address();
    assert!(Statsd::bind(StatsdServer { listen, series: Vec::new() }).is_err());
}

#[tokio::test]
async fn listening_takes_in_until_it_is_given_up() {
    let mut sender = Sender::new().await;
    sender.socket.send(b"orders:5|c").unwrap();
    let probe = &mut sender.probe;
    // The datagram is there already: the first look at the socket finds it.
    while probe.period.lines == 0 {
        tokio::select! {
            biased;
            () = probe.listen() => unreachable!("listening never ends"),
            () = tokio::task::yield_now() => (),
        }
    }
    assert_eq!(sender.read().0[0], "orders.count 5");
}
