//! Inputs that are almost right: what was kept for a target, with something wrong in it.

/// What parsers stumble over: ends of ranges, of texts and of numbers.
const TELLING: [&[u8]; 22] = [
    b"\x00",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\n",
    b"\r\n",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"|",
    b"-",
    b"1e309",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"null",
    "é\u{10ffff}".as_bytes(),
];

/// Endless mutations of some inputs, the same for the same seed.
pub(crate) struct Mutations<'k> {
    kept: &'k [Vec<u8>],
    state: u64,
}

impl<'k> Mutations<'k> {
    /// Of `kept`, of which there is at least one.
    pub(crate) fn seeded(seed: u64, kept: &'k [Vec<u8>]) -> Self {
        Self { kept, state: seed }
    }

    /// One of the inputs with one to six things wrong.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut bytes = self.any().to_vec();
        for _ in 0..1 + self.below(6) {
            self.mutate(&mut bytes);
        }
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let (from, to) = self.range(bytes.len());
        match self.below(7) {
            0 => bytes.truncate(from),
            1 => _ = bytes.drain(from..to),
            2 => bytes.extend_from_within(from..to),
            3 if from < bytes.len() => bytes[from] ^= 1 << self.below(8),
            4 => {
                let other = self.any();
                let (begin, end) = self.range(other.len());
                bytes.splice(from..to, other[begin..end].iter().copied());
            }
            5 => _ = bytes.splice(from..to, TELLING[self.below(TELLING.len())].iter().copied()),
            _ => _ = bytes.splice(from..from, TELLING[self.below(TELLING.len())].iter().copied()),
        }
    }

    fn any(&mut self) -> &'k [u8] {
        let kept = self.kept;
        &kept[self.below(kept.len())]
    }

    /// A short range more often than a long one.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = 1 << self.below(10);
        (from, length.min(from + self.below(most + 1)))
    }

    fn below(&mut self, end: usize) -> usize {
        (self.draw() % end as u64) as usize
    }

    /// `SplitMix64` (Steele, Lea and Flood 2014).
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.state;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        drawn ^ (drawn >> 31)
    }
}
