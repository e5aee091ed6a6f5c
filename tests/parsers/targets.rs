//! Every parser of what comes from outside, as a function of bytes that fails where what must hold does not.
//!
//! Of each must hold: it does not panic, it takes memory in proportion to what it reads, and what it has read is the same
//! again once it is written down. `cargo xtask fuzz` looks for bytes with which that does not hold; the inputs that are
//! kept, and seeded mutations of them, are read with every test.

#[path = "targets/probes.rs"]
mod probes;
#[path = "targets/senders.rs"]
mod senders;
#[path = "targets/wire.rs"]
mod wire;
#[path = "targets/written.rs"]
mod written;

/// A parser, and what must hold of it.
pub(crate) type Target = fn(&[u8]);

/// Each by its name, which its inputs have as well: `tests/fuzz/corpus/NAME`.
pub(crate) const ALL: [(&str, Target); 17] = [
    ("agent-frames", wire::agent_frames),
    ("screen-frames", wire::screen_frames),
    ("json-push", wire::json_push),
    ("remote-write-1", senders::remote_write_1),
    ("remote-write-2", senders::remote_write_2),
    ("otlp-protobuf", senders::otlp_protobuf),
    ("otlp-json", senders::otlp_json),
    ("snappy", senders::snappy),
    ("gzip", senders::gzip),
    ("statsd", probes::statsd),
    ("prometheus", probes::prometheus),
    ("stdin", probes::stdin),
    ("webhook", probes::webhook),
    ("replay", written::replay),
    ("room", written::room),
    ("organisation", written::organisation),
    ("agent", written::agent),
];

/// What a parser may hold whatever it reads, in bytes.
const AT_REST: u64 = 16 << 10;

/// Runs a parser, which may hold so many bytes at once for each byte that it reads.
fn within<T>(growth: usize, bytes: &[u8], parse: impl FnOnce() -> T) -> T {
    at_most(AT_REST + (growth * bytes.len()) as u64, parse)
}

/// Runs a parser, which may hold so many bytes at once.
fn at_most<T>(most: u64, parse: impl FnOnce() -> T) -> T {
    let mut parsed = None;
    let held = allocation_counter::measure(|| parsed = Some(parse())).bytes_max;
    assert!(held <= most, "{held} bytes were held at once; at most {most} are right");
    parsed.expect("it has just been parsed")
}
