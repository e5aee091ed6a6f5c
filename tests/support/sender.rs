//! A sender that is no agent, and does what a test tells it.

use std::{io::Write, net::SocketAddr};

use flate2::{Compression, write::GzEncoder};
use prost::Message;
use reqwest::Response;

use crate::{
    http,
    prompb::{v1, v2},
};

/// The type of a body in protocol buffers: of remote write 1.0, and of OTLP.
pub const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
/// The type of a body in JSON.
pub const JSON: (&str, &str) = ("content-type", "application/json");
/// The type of a request of remote write 2.0.
const SECOND: &str = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

/// What a room answered.
#[derive(Debug)]
pub struct Reply {
    /// As 204.
    pub status: u16,
    /// What was written, as the headers of remote write say: samples and histograms.
    pub written: (Option<u64>, Option<u64>),
    /// In how many whole seconds to come back, if it says so.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Writes by remote write 1.0.
pub async fn write_1(room: SocketAddr, timeseries: Vec<v1::TimeSeries>) -> Reply {
    write(room, "/api/v1/write", PROTOBUF.1, &v1::WriteRequest { timeseries }.encode_to_vec()).await
}

/// Writes by remote write 2.0.
pub async fn write_2(room: SocketAddr, request: &v2::Request) -> Reply {
    write(room, "/api/v1/write", SECOND, &request.encode_to_vec()).await
}

/// Writes a message of some type.
pub async fn write(room: SocketAddr, path: &str, content_type: &str, message: &[u8]) -> Reply {
    let headers = [("content-type", content_type), ("content-encoding", "snappy")];
    post(room, path, &headers, snappy(message)).await
}

/// Posts a body.
///
/// # Panics
/// If there is no answer.
pub async fn post(room: SocketAddr, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    let client = http::client();
    let mut request = client.post(format!("http://{room}{path}")).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap_or_else(|why| panic!("POST {path}: {why}"));
    let (status, samples, histograms) =
        (answer.status().as_u16(), count(&answer, "samples"), count(&answer, "histograms"));
    let retry_after = number(&answer, "retry-after");
    let body = answer.bytes().await.unwrap_or_else(|why| panic!("POST {path}: {why}")).to_vec();
    Reply { status, written: (samples, histograms), retry_after, body }
}

/// The same bytes as a block of Snappy.
///
/// # Panics
/// If they are more than such a block holds.
pub fn snappy(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(bytes).expect("a test's message is small")
}

/// The same bytes as gzip.
///
/// # Panics
/// Never: memory takes everything.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes everything")
}

fn count(answer: &Response, what: &str) -> Option<u64> {
    number(answer, &format!("x-prometheus-remote-write-{what}-written"))
}

fn number(answer: &Response, header: &str) -> Option<u64> {
    answer.headers().get(header)?.to_str().ok()?.parse().ok()
}
