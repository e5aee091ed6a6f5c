//! Lines out of bytes that come in pieces, in a memory that has an end.

/// How much of a line is kept, in bytes; what is beyond is passed over.
pub(super) const LONGEST_LINE: usize = 64 << 10;

/// The line that has begun and has not ended.
#[derive(Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// Hands on each line that ends within `bytes`, without its end.
    pub(super) fn feed(&mut self, bytes: &[u8], mut hand_on: impl FnMut(&str)) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            if self.begun.is_empty() {
                hand_on(&text(&rest[..end.min(LONGEST_LINE)]));
            } else {
                self.keep(&rest[..end]);
                hand_on(&text(&self.begun));
                self.begun.clear();
            }
            rest = &rest[end + 1..];
        }
        self.keep(rest);
    }

    /// Hands on the line that was never ended, if there is one: nothing comes after it.
    pub(super) fn finish(&mut self, mut hand_on: impl FnMut(&str)) {
        if !self.begun.is_empty() {
            hand_on(&text(&self.begun));
            self.begun.clear();
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST_LINE.saturating_sub(self.begun.len()).min(bytes.len());
        self.begun.extend_from_slice(&bytes[..room]);
    }
}

fn text(line: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_without_an_end_takes_no_more_memory_than_the_longest() {
        let (mut lines, mut heard) = (Lines::default(), Vec::new());
        for _ in 0..100 {
            lines.feed(&[b'x'; 8192], |line| heard.push(line.len()));
        }
        lines.feed(b"\nnext\n", |line| heard.push(line.len()));
        assert_eq!(heard, [LONGEST_LINE, 4]);
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_the_lines_are_the_same(text in "[a-c\n\ré]{0,60}", cut in 1..7usize) {
            let (mut lines, mut heard) = (Lines::default(), Vec::new());
            text.as_bytes().chunks(cut).for_each(|piece| lines.feed(piece, |line| heard.push(line.to_owned())));
            lines.finish(|line| heard.push(line.to_owned()));
            let bare = |line: &str| line.strip_suffix('\r').unwrap_or(line).to_owned();
            let whole: Vec<String> = text.split_terminator('\n').map(bare).collect();
            prop_assert_eq!(heard, whole);
        }
    }
}
