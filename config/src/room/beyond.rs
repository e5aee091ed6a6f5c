//! What a room says about those who come from beyond its machine: TLS, its names, how fast each may report.

use std::{net::SocketAddr, path::PathBuf};

use crate::{entry::Entry, section::Section};

/// How many readings a second one source may send where the file does not say.
pub const READINGS_A_SECOND: u32 = 20_000;
/// An agent has eight batches of a thousand on their way and takes the link for dead after 15 s without an answer.
const LEAST_READINGS: u64 = 1000;
const MOST_READINGS: u64 = 10_000_000;

/// Who speaks TLS for the room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tls {
    /// A proxy in front of it, which also decides who can reach it.
    Proxy,
    /// The room itself.
    Own(Certificate),
}

/// The room's own certificate, in PEM.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// The file of the certificate and of those between it and an authority, in this order.
    pub chain: PathBuf,
    /// The file of its private key.
    pub key: PathBuf,
}

/// `"proxy"`, or a table of two files.
pub(super) fn tls(entry: Entry<'_>) -> Option<Tls> {
    if entry.is_text() {
        return entry.one_of(&[("proxy", ())]).map(|()| Tls::Proxy);
    }
    let mut section = entry.section()?;
    let chain = section.must("certificate", "\"room.pem\"", Entry::path);
    let key = section.must("key", "\"room.key\"", Entry::path);
    section.finish();
    Some(Tls::Own(Certificate { chain: chain?, key: key? }))
}

/// A name under which browsers ask for the room: a host, with a port where it is not the usual one.
pub(super) fn name(entry: Entry<'_>) -> Option<String> {
    let is_name = |name: &&str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        !name.is_empty() && name.chars().all(allowed)
    };
    let right =
        |_: &&str| "write a host as a browser shows it, \"room.example.org\" or \"room.example.org:8443\"".to_owned();
    entry.check(Entry::text, is_name, right).map(str::to_ascii_lowercase)
}

/// How many readings a second one source may send.
pub(super) fn readings_a_second(entry: Entry<'_>) -> Option<u32> {
    let is_right = |count: &u64| (LEAST_READINGS..=MOST_READINGS).contains(count);
    let right = |_: &u64| format!("between {LEAST_READINGS} and {MOST_READINGS} is right");
    entry.check(Entry::natural, is_right, right).and_then(|count| u32::try_from(count).ok())
}

/// Nobody's readings and nobody's token travel in the clear because it was forgotten.
pub(super) fn ask_for_tls(root: &Section<'_>, listen: SocketAddr, tls: &Option<Tls>) {
    if !listen.ip().is_loopback() && tls.is_none() {
        root.fault("listen", format!("{listen} {}", NO_TLS));
    }
}

/// What is wrong with an address beyond this machine at which nobody speaks TLS, and what would be right.
pub const NO_TLS: &str = "is reached from beyond this machine, and nothing there is encrypted; listen on 127.0.0.1, write tls = \
                          { certificate = \"room.pem\", key = \"room.key\" }, or tls = \"proxy\" where a proxy in front of \
                          the room does it";

/// The setting that was there before tokens were.
pub(super) fn gone(entry: Entry<'_>) -> Option<()> {
    let words = "is no longer asked for; beyond this machine a room speaks TLS (tls = ...) and knows its agents by tokens \
                 (`synco token add`)";
    entry.fault(words.to_owned())
}
