//! The readings of a batch as bytes, and an act: small, exact, and refused rather than misread.
//!
//! ```text
//! reading = head name? time value mark?
//! head    = varint: index of the name * 2 + (1 if a mark follows)
//! name    = varint: length of the beginning it shares with the new name before it; varint length, bytes of the rest;
//!           only where its index is new, so names are numbered as they appear
//! time    = varint: zigzag of the milliseconds since the reading before; the first, since `received_at`
//! value   = 8 bytes, little-endian, of an IEEE 754 double
//! mark    = byte: 1 if doubtful + 2 if a note follows; varint length and UTF-8 of the note
//! act     = varint length, name of the signal; varint length, name of the act
//! ```
//!
//! A varint holds seven bits a byte, the lowest first; the high bit says that more follow.

use std::collections::HashMap;

use vsm::{
    act::{Act, Answer, NoSuchAct},
    id::{IndicatorId, InvalidName},
    reading::{Mark, NotFinite, Quality, Reading},
    signal::{NotASignal, SignalId},
    time::Moment,
};

/// Head, time and value of the smallest reading.
const SMALLEST: usize = 1 + 1 + 8;
const DOUBTFUL: u8 = 1;
const NOTED: u8 = 2;

/// What is wrong with stored bytes.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Damage {
    /// The checksum does not hold.
    #[error("its checksum is {found}, what is stored gives {computed}")]
    Checksum {
        /// As stored.
        found: i64,
        /// Of what is stored.
        computed: u32,
    },
    /// A column that does not hold what the schema says.
    #[error("a column of its row holds something else than the schema says")]
    Column,
    /// A part of it that is not there.
    #[error("a part of it is missing")]
    Missing,
    /// The bytes end before what it holds.
    #[error("its bytes end in the middle of what it holds")]
    Short,
    /// What it holds ends before the bytes do.
    #[error("{0} bytes follow what it holds")]
    Long(usize),
    /// A number of more than 64 bits.
    #[error("it holds a number of more than 64 bits")]
    TooLarge,
    /// A name that was not introduced.
    #[error("it uses name {index} of {known}")]
    UnknownName {
        /// The index found.
        index: u64,
        /// How many names there are so far.
        known: usize,
    },
    /// A name that begins as a longer one than there is.
    #[error("it holds a name that shares {shared} bytes with one of {length}")]
    Shared {
        /// The length it claims to share.
        shared: u64,
        /// The length of the name before it.
        length: usize,
    },
    /// A name of an agent or an indicator that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A text that is not UTF-8.
    #[error("it holds a text that is not UTF-8")]
    Text(#[from] std::str::Utf8Error),
    /// Flags that mean nothing.
    #[error("it holds a mark of unknown kind {0:#04x}")]
    Mark(u8),
    /// A value that is no number.
    #[error(transparent)]
    Value(#[from] NotFinite),
    /// An act on what is no signal.
    #[error(transparent)]
    Signal(#[from] NotASignal),
    /// An act that there is not.
    #[error(transparent)]
    Act(#[from] NoSuchAct),
    /// It is neither a batch nor an act.
    #[error("it is of the unknown kind {0}")]
    Kind(i64),
    /// The part of the file it lies in is broken.
    #[error("the page of the file it lies in cannot be read")]
    Page,
    /// A compressed column that cannot be read.
    #[error("one of its compressed columns cannot be read")]
    Compressed,
    /// What a row says of its readings is not so.
    #[error("its {0} is not what its readings say")]
    Disagrees(&'static str),
}

/// Holds a stored checksum, as SQLite gives it, against the one of what is stored.
pub(crate) fn check(stored: i64, computed: u32) -> Result<(), Damage> {
    if stored == i64::from(computed) { Ok(()) } else { Err(Damage::Checksum { found: stored, computed }) }
}

/// Appends `readings` to `out`. `base` is the moment the batch was received.
pub(crate) fn encode(readings: &[Reading], base: Moment, out: &mut Vec<u8>) {
    let mut names = Names::default();
    names.indices.reserve(readings.len());
    let mut before = base.unix_millis();
    for reading in readings {
        let name = reading.indicator.as_str();
        let previous = names.known.last().copied().unwrap_or_default();
        let (index, new) = names.index_of(name);
        put_varint(index << 1 | u64::from(reading.mark.is_some()), out);
        if new {
            put_name(name.as_bytes(), previous.as_bytes(), out);
        }
        let measured_at = reading.measured_at.unix_millis();
        put_varint(zigzag(measured_at.wrapping_sub(before)), out);
        before = measured_at;
        out.extend_from_slice(&reading.value().to_le_bytes());
        if let Some(mark) = &reading.mark {
            put_mark(mark, out);
        }
    }
}

/// The `count` readings that `bytes` hold, exactly as they were encoded.
pub(crate) fn decode(bytes: &[u8], count: usize, base: Moment) -> Result<Vec<Reading>, Damage> {
    let mut input = Input(bytes);
    let mut names = Vec::new();
    let mut before = base.unix_millis();
    // A damaged count must not ask for more memory than the bytes could fill.
    let mut readings = Vec::with_capacity(count.min(bytes.len() / SMALLEST));
    for _ in 0..count {
        let reading = input.reading(&mut names, before)?;
        before = reading.measured_at.unix_millis();
        readings.push(reading);
    }
    if input.0.is_empty() { Ok(readings) } else { Err(Damage::Long(input.0.len())) }
}

/// Appends an act to `out`, without its moment.
pub(crate) fn encode_act(act: &Act, out: &mut Vec<u8>) {
    put_bytes(act.signal.as_str().as_bytes(), out);
    put_bytes(act.answer.name().as_bytes(), out);
}

/// The act that `bytes` hold.
pub(crate) fn decode_act(bytes: &[u8], at: Moment) -> Result<Act, Damage> {
    let mut input = Input(bytes);
    let (signal, answer) = (SignalId::parse(input.text()?)?, Answer::parse(input.text()?)?);
    if input.0.is_empty() { Ok(Act { signal, answer, at }) } else { Err(Damage::Long(input.0.len())) }
}

/// The names of one batch, numbered as they appear.
#[derive(Default)]
struct Names<'a> {
    known: Vec<&'a str>,
    indices: HashMap<&'a str, usize, foldhash::fast::RandomState>,
    expected: usize,
}

impl<'a> Names<'a> {
    /// The index of `name`, and whether it is new.
    fn index_of(&mut self, name: &'a str) -> (u64, bool) {
        let known = self.known.len();
        // Agents send their indicators in the same order again and again; asking whether this is the next one is
        // cheaper than hashing it.
        let index = match self.known.get(self.expected) {
            Some(next) if *next == name => self.expected,
            _ => *self.indices.entry(name).or_insert(known),
        };
        let new = index == known;
        if new {
            self.known.push(name);
        }
        self.expected = if index + 1 < self.known.len() { index + 1 } else { 0 };
        (index as u64, new)
    }
}

/// Agents name their indicators alike, so most of a name is its beginning.
fn put_name(name: &[u8], previous: &[u8], out: &mut Vec<u8>) {
    let shared = name.iter().zip(previous).take_while(|(a, b)| a == b).count();
    put_varint(shared as u64, out);
    put_bytes(&name[shared..], out);
}

fn put_mark(mark: &Mark, out: &mut Vec<u8>) {
    let doubtful = if mark.quality == Quality::Doubtful { DOUBTFUL } else { 0 };
    let noted = if mark.note.is_some() { NOTED } else { 0 };
    out.push(doubtful | noted);
    if let Some(note) = &mark.note {
        put_bytes(note.as_bytes(), out);
    }
}

pub(crate) fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

pub(crate) fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while 0x80 <= number {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

pub(crate) fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// What is left to decode.
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    fn reading(&mut self, names: &mut Vec<IndicatorId>, before: i64) -> Result<Reading, Damage> {
        let head = self.varint()?;
        let indicator = self.name(head >> 1, names)?;
        let measured_at = Moment::from_unix_millis(before.wrapping_add(unzigzag(self.varint()?)));
        let reading = Reading::new(indicator, measured_at, f64::from_le_bytes(self.array()?))?;
        if head & 1 == 0 { Ok(reading) } else { Ok(reading.marked(self.mark()?)) }
    }

    fn name(&mut self, index: u64, names: &mut Vec<IndicatorId>) -> Result<IndicatorId, Damage> {
        let known = names.len();
        if index == known as u64 {
            names.push(self.new_name(names.last().map_or("", IndicatorId::as_str))?);
        }
        let at = usize::try_from(index).ok();
        at.and_then(|at| names.get(at)).cloned().ok_or(Damage::UnknownName { index, known })
    }

    fn new_name(&mut self, previous: &str) -> Result<IndicatorId, Damage> {
        let shared = self.varint()?;
        let beginning = usize::try_from(shared).ok().and_then(|shared| previous.get(..shared));
        let beginning = beginning.ok_or(Damage::Shared { shared, length: previous.len() })?;
        Ok(IndicatorId::parse(&[beginning, self.text()?].concat())?)
    }

    fn mark(&mut self) -> Result<Mark, Damage> {
        let [flags] = self.array()?;
        if flags & !(DOUBTFUL | NOTED) != 0 {
            return Err(Damage::Mark(flags));
        }
        let quality = if flags & DOUBTFUL == 0 { Quality::Good } else { Quality::Doubtful };
        let note = if flags & NOTED == 0 { None } else { Some(self.text()?.to_owned()) };
        Ok(Mark { quality, note })
    }

    fn text(&mut self) -> Result<&'a str, Damage> {
        Ok(std::str::from_utf8(self.bytes()?)?)
    }

    /// As many bytes as the varint before them says.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Damage> {
        let length = usize::try_from(self.varint()?).map_err(|_| Damage::Short)?;
        self.split(length)
    }

    /// The next `length` bytes.
    pub(crate) fn split(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn varint(&mut self) -> Result<u64, Damage> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Damage::TooLarge);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damage::TooLarge)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (array, rest) = self.0.split_first_chunk().ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(*array)
    }
}

#[cfg(test)]
mod tests;
