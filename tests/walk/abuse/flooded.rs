//! A sender that sends more than its share hears when to come back, whichever way it comes, and costs nobody else.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use prost::Message;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    prompb::v1,
    room::Room,
    sender::{JSON, PROTOBUF, Reply, post, snappy},
    series::now,
    wait::until,
};

use super::{METRICS, READINGS, WRITE, otlp};

/// What a source may send at once that may send a thousand readings a second.
const AT_ONCE: usize = 10_000;
/// How many readings a source sends that goes on.
const PART: usize = 2_000;
/// How many requests the other source sends meanwhile.
const REQUESTS: u64 = 20;
const DAY: i64 = 86_400_000;

#[tokio::test]
async fn a_sender_by_remote_write_is_held_to_its_share() {
    is_held_to_its_share(Way::RemoteWrite).await;
}

#[tokio::test]
async fn a_script_is_held_to_its_share() {
    is_held_to_its_share(Way::Json).await;
}

#[tokio::test]
async fn a_sender_by_otlp_as_protocol_buffers_is_held_to_its_share() {
    is_held_to_its_share(Way::OtlpProtobuf).await;
}

#[tokio::test]
async fn a_sender_by_otlp_as_json_is_held_to_its_share() {
    is_held_to_its_share(Way::OtlpJson).await;
}

async fn is_held_to_its_share(way: Way) {
    let folder = plant(&["press", "kiln"]);
    let mut room = Room::open(&folder).await;
    let (mut press, mut kiln) = (Source::of(&room, "press", way), Source::of(&room, "kiln", way));
    assert_ne!(press.send(AT_ONCE).await.status, 429, "so much may come at once");
    let told = press.until_refused().await;
    let retry_after = told.retry_after.unwrap_or_default();
    assert!(1 <= retry_after, "{told:?}");
    assert_eq!(way.why(&told), format!("more than 1000 readings a second; come back in {retry_after} s"));

    let is_over = AtomicBool::new(false);
    let flood = async {
        while !is_over.load(Ordering::Relaxed) {
            press.send(PART).await;
        }
    };
    let others = async {
        for _ in 0..REQUESTS {
            kiln.send(1).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(flood, others);
    assert_eq!((kiln.refused, kiln.next), (0, REQUESTS), "the other source never waits");

    let taken = press.next;
    let again = async || {
        press.send(PART).await;
        (taken < press.next).then_some(())
    };
    until("it is taken again", again).await;
    // The request that is refused here is not sent again.
    press.until_refused().await;
    assert_eq!(room.figure("synco_slowed_total").await, press.refused as f64);
    assert_eq!(room.close().await, Some(0));
    for source in [press, kiln] {
        assert_eq!(journaled(&room, source.name), source.taken, "of {}: what was taken, once", source.name);
    }
}

/// A plant whose sources, which have these names, may send a thousand readings a second.
fn plant(sources: &[&str]) -> Folder {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "readings_a_second = 1000");
    for source in sources {
        folder.append("organisation.toml", &format!("\n[[source]]\nid = \"{source}\"\n"));
    }
    folder
}

/// How many readings of each request the journal has of a source.
fn journaled(room: &Room, source: &str) -> BTreeMap<u64, usize> {
    let mut requests = BTreeMap::new();
    let batches = room.archived().into_iter().filter(|batch| batch.agent.as_str() == source);
    for reading in batches.flat_map(|batch| batch.readings) {
        *requests.entry(reading.value() as u64).or_default() += 1;
    }
    requests
}

/// A source of one series. Its requests are numbered, and every reading is the number of its request.
struct Source {
    room: SocketAddr,
    name: &'static str,
    way: Way,
    /// When the first reading was measured, in Unix milliseconds.
    start: i64,
    /// The number of the next request.
    next: u64,
    /// How many readings each request had that was taken.
    taken: BTreeMap<u64, usize>,
    /// How often a request was refused.
    refused: u64,
}

impl Source {
    fn of(room: &Room, name: &'static str, way: Way) -> Self {
        let start = now().unix_millis() - DAY;
        Self { room: room.address(), name, way, start, next: 0, taken: BTreeMap::new(), refused: 0 }
    }

    /// Sends the next request, with so many readings. If it is refused, the same one is next again.
    async fn send(&mut self, count: usize) -> Reply {
        let (request, first) = (self.next as f64, self.start + (self.next as i64) * (AT_ONCE as i64));
        let readings: Vec<_> = (first..).take(count).map(|at| (at, request)).collect();
        let (path, kind, body) = self.way.request(self.name, &readings);
        let reply = post(self.room, &path, &[kind], body).await;
        match reply.status {
            200 | 204 => {
                self.taken.insert(self.next, count);
                self.next += 1;
            }
            429 => self.refused += 1,
            other => panic!("{other} is neither taken nor held back: {}", reply.words()),
        }
        reply
    }

    /// Sends until it is refused, and gives what it is told then.
    async fn until_refused(&mut self) -> Reply {
        until("it is refused", async || Some(self.send(PART).await).filter(|reply| reply.status == 429)).await
    }
}

/// How a source comes in.
#[derive(Clone, Copy)]
enum Way {
    RemoteWrite,
    Json,
    OtlpProtobuf,
    OtlpJson,
}

impl Way {
    /// Path, type and body of a request with these readings of one series, as `(milliseconds, value)`.
    fn request(self, source: &str, readings: &[(i64, f64)]) -> (String, (&'static str, &'static str), Vec<u8>) {
        let series = format!("{source}_load");
        match self {
            Self::RemoteWrite => {
                let timeseries = vec![v1::series(&series, &[], readings)];
                let message = v1::WriteRequest { timeseries }.encode_to_vec();
                (format!("{WRITE}?source={source}"), PROTOBUF, snappy(&message))
            }
            Self::Json => {
                let rows: Vec<_> = readings.iter().map(|(at, value)| json!([series, at, value])).collect();
                let body = json!({ "agent": source, "readings": rows });
                (READINGS.to_owned(), JSON, body.to_string().into_bytes())
            }
            Self::OtlpProtobuf => (format!("{METRICS}?source={source}"), PROTOBUF, gauge(&series, readings)),
            Self::OtlpJson => {
                let point = |(at, value): &(i64, f64)| {
                    json!({ "timeUnixNano": (at * 1_000_000).to_string(), "asDouble": value }).to_string()
                };
                let points: Vec<_> = readings.iter().map(point).collect();
                (format!("{METRICS}?source={source}"), JSON, otlp(&series, &points.join(",")).into_bytes())
            }
        }
    }

    /// Why a request was refused, as it is told to those who come this way.
    fn why(self, reply: &Reply) -> String {
        let told = |pointer: &str| {
            let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
            body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        match self {
            Self::RemoteWrite => reply.words().trim_end().to_owned(),
            Self::Json => told("/refused/why"),
            Self::OtlpProtobuf => Status::decode(reply.body.as_slice()).expect("a status").message,
            Self::OtlpJson => told("/message"),
        }
    }
}

/// `google.rpc.Status`, of which the room says the message.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
}

/// `ExportMetricsServiceRequest` with the data points of one gauge.
fn gauge(name: &str, readings: &[(i64, f64)]) -> Vec<u8> {
    let point = |&(at, value): &(i64, f64)| {
        // The moment is field 3 and the value field 4, each of eight bytes.
        let (nanos, value) = ((at * 1_000_000).to_le_bytes(), value.to_le_bytes());
        field(1, &[&[0x19_u8][..], &nanos[..], &[0x21][..], &value[..]].concat())
    };
    let points: Vec<u8> = readings.iter().flat_map(point).collect();
    let metric = [field(1, name.as_bytes()), field(5, &points)].concat();
    field(1, &field(2, &field(2, &metric)))
}

/// A field of a message, by its number; it holds text or a message.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![(number << 3) | 2];
    prost::encode_length_delimiter(bytes.len(), &mut field).expect("memory takes everything");
    field.extend_from_slice(bytes);
    field
}
