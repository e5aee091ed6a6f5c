//! The wire format of protocol buffers, read field by field and borrowed: what is passed over costs no memory.
//!
//! <https://protobuf.dev/programming-guides/encoding>

use std::str;

use super::point::Fault;

/// The fields of a message that are still to be read.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a [u8]);

/// A field as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire<'a> {
    /// A whole number of any length.
    Varint(u64),
    /// Eight bytes.
    Fixed64(u64),
    /// Four bytes.
    Fixed32(u32),
    /// Text, a message, or a list of numbers.
    Bytes(&'a [u8]),
}

impl<'a> Fields<'a> {
    /// The fields of a message.
    pub fn of(message: &'a [u8]) -> Self {
        Self(message)
    }

    /// The number of the next field and what it holds; `None` at the end.
    pub fn step(&mut self) -> Result<Option<(u64, Wire<'a>)>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let wire = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                Wire::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.array()?)),
            other => return Err(Fault(format!("a field of wire type {other}; there are 0, 1, 2 and 5"))),
        };
        match tag >> 3 {
            0 => Err(Fault::new("a field without a number")),
            number => Ok(Some((number, wire))),
        }
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let mut number = 0;
        for (at, byte) in self.0.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.0 = &self.0[at + 1..];
                return Ok(number);
            }
        }
        Err(Fault::new("a number that does not end"))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(|| too_short(N, self.0.len()))?;
        self.0 = rest;
        Ok(*array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(|| too_short(length, self.0.len()))?;
        self.0 = rest;
        Ok(taken)
    }
}

impl<'a> Wire<'a> {
    /// As a whole number.
    pub fn varint(self) -> Result<u64, Fault> {
        match self {
            Self::Varint(number) => Ok(number),
            other => Err(other.instead_of("a whole number")),
        }
    }

    /// As a whole number with a sign, in two's complement.
    pub fn signed(self) -> Result<i64, Fault> {
        self.varint().map(u64::cast_signed)
    }

    /// As a whole number with a sign, in zigzag.
    pub fn zigzag(self) -> Result<i64, Fault> {
        self.varint().map(unzigzag)
    }

    /// As eight bytes.
    pub fn fixed64(self) -> Result<u64, Fault> {
        match self {
            Self::Fixed64(number) => Ok(number),
            other => Err(other.instead_of("eight bytes")),
        }
    }

    /// As a number with a point.
    pub fn double(self) -> Result<f64, Fault> {
        self.fixed64().map(f64::from_bits)
    }

    /// As bytes, of a message as well.
    pub fn bytes(self) -> Result<&'a [u8], Fault> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => Err(other.instead_of("bytes")),
        }
    }

    /// As the fields of a message.
    pub fn message(self) -> Result<Fields<'a>, Fault> {
        self.bytes().map(Fields::of)
    }

    /// As text.
    pub fn text(self) -> Result<&'a str, Fault> {
        str::from_utf8(self.bytes()?).map_err(|error| Fault(format!("text that is not UTF-8: {error}")))
    }

    /// As some whole numbers of a list, which may come one by one or many together.
    pub fn varints(self, mut each: impl FnMut(u64)) -> Result<(), Fault> {
        let Self::Bytes(packed) = self else { return self.varint().map(each) };
        let mut packed = Fields(packed);
        while !packed.0.is_empty() {
            each(packed.varint()?);
        }
        Ok(())
    }

    /// The same with signs, in zigzag.
    pub fn zigzags(self, mut each: impl FnMut(i64)) -> Result<(), Fault> {
        self.varints(|number| each(unzigzag(number)))
    }

    /// As some numbers of eight bytes of a list, which may come one by one or many together.
    pub fn fixed64s(self, mut each: impl FnMut(u64)) -> Result<(), Fault> {
        let Self::Bytes(packed) = self else { return self.fixed64().map(each) };
        let (numbers, rest) = packed.as_chunks();
        numbers.iter().for_each(|number| each(u64::from_le_bytes(*number)));
        if rest.is_empty() { Ok(()) } else { Err(too_short(8, rest.len())) }
    }

    fn instead_of(self, what: &str) -> Fault {
        let found = match self {
            Self::Varint(_) => "a whole number",
            Self::Fixed64(_) => "eight bytes",
            Self::Fixed32(_) => "four bytes",
            Self::Bytes(_) => "bytes",
        };
        Fault(format!("{found} where {what} should be; is it another message?"))
    }
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn too_short(wanted: usize, found: usize) -> Fault {
    Fault(format!("{wanted} bytes are announced and {found} are there"))
}

/// Writes a whole number field.
pub fn put_varint(number: u64, value: u64, out: &mut Vec<u8>) {
    varint(number << 3, out);
    varint(value, out);
}

/// Writes a field of bytes, of text or of a message.
pub fn put_bytes(number: u64, bytes: &[u8], out: &mut Vec<u8>) {
    varint(number << 3 | 2, out);
    varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while 0x80 <= value {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_format_are_read() {
        let mut fields = Fields::of(&[0x08, 0x96, 0x01, 0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g']);
        assert_eq!(fields.step(), Ok(Some((1, Wire::Varint(150)))));
        assert_eq!(fields.step().unwrap().unwrap().1.text(), Ok("testing"));
        assert_eq!(fields.step(), Ok(None));
        let zigzag = [(0, 0), (1, -1), (2, 1), (0xffff_fffe, 0x7fff_ffff), (u64::MAX, i64::MIN)];
        for (wire, number) in zigzag {
            assert_eq!(Wire::Varint(wire).zigzag(), Ok(number));
        }
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_said() {
        for (bytes, words) in [
            (&[0x08][..], "a number that does not end"),
            (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "a number that does not end"),
            (&[0x12, 0x05, 1], "5 bytes are announced and 1 are there"),
            (
                &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                "18446744073709551615 bytes are announced",
            ),
            (&[0x09, 1], "8 bytes are announced and 1 are there"),
            (&[0x0b], "a field of wire type 3"),
            (&[0x00, 0x00], "a field without a number"),
        ] {
            let fault = Fields::of(bytes).step().unwrap_err().to_string();
            assert!(fault.starts_with(words), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 1..1_000_000_u64, value in any::<u64>(), bytes in any::<Vec<u8>>()) {
            let mut out = Vec::new();
            put_varint(number, value, &mut out);
            put_bytes(number, &bytes, &mut out);
            let mut fields = Fields::of(&out);
            prop_assert_eq!(fields.step(), Ok(Some((number, Wire::Varint(value)))));
            prop_assert_eq!(fields.step(), Ok(Some((number, Wire::Bytes(&bytes)))));
            prop_assert_eq!(fields.step(), Ok(None));
        }
    }
}
