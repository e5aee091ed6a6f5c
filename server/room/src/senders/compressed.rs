//! What senders compress, made whole again, and never more of it than there may be.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// No block of Snappy makes more of a byte than this: a copy of 64 bytes takes at least two.
const SNAPPY_GROWTH: usize = 64;

/// Why a body was not made whole.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotWhole {
    /// It would become too large.
    #[error("{found} bytes once decompressed; at most {most} fit")]
    TooLarge {
        /// The size, in bytes, or how it was found to be too large.
        found: String,
        /// The most that fits, in bytes.
        most: usize,
    },
    /// It is no such thing.
    #[error("not {form}: {why}")]
    NotTheForm {
        /// What it should be.
        form: &'static str,
        /// What was found.
        why: String,
    },
}

/// Makes a block of Snappy whole, if that is at most so many bytes. What it says its size is, is looked at before any memory is set aside.
pub fn snappy(body: &[u8], most: usize) -> Result<Vec<u8>, NotWhole> {
    let no_block = |why: String| NotWhole::NotTheForm { form: "a block of Snappy", why };
    let says = snap::raw::decompress_len(body).map_err(|error| no_block(error.to_string()))?;
    if most < says {
        return Err(NotWhole::TooLarge { found: says.to_string(), most });
    }
    if body.len().saturating_mul(SNAPPY_GROWTH) < says {
        return Err(no_block(format!("{} bytes that say they hold {says}", body.len())));
    }
    snap::raw::Decoder::new().decompress_vec(body).map_err(|error| no_block(error.to_string()))
}

/// Makes gzip whole, if that is at most so many bytes. It says its size only at its end, so it is read no further.
pub fn gzip(body: &[u8], most: usize) -> Result<Vec<u8>, NotWhole> {
    let mut whole = Vec::new();
    let read = MultiGzDecoder::new(body).take(most as u64 + 1).read_to_end(&mut whole);
    read.map_err(|error| NotWhole::NotTheForm { form: "gzip", why: error.to_string() })?;
    if most < whole.len() {
        return Err(NotWhole::TooLarge { found: format!("more than {most}"), most });
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// The most that fits here.
    const MOST: usize = 1 << 16;

    fn block(bytes: &[u8]) -> Vec<u8> {
        snap::raw::Encoder::new().compress_vec(bytes).unwrap()
    }

    #[test]
    fn a_bomb_is_refused_by_the_size_it_declares() {
        // A varint of four gibibytes less one, and nothing behind it.
        let bomb = snappy(&[0xff, 0xff, 0xff, 0xff, 0x0f], MOST);
        assert_eq!(bomb.unwrap_err().to_string(), "4294967295 bytes once decompressed; at most 65536 fit");
        assert!(matches!(snappy(&block(&vec![0; MOST + 1]), MOST), Err(NotWhole::TooLarge { .. })));
    }

    #[test]
    fn a_size_that_no_block_of_that_length_can_have_is_not_believed() {
        // 16 MiB in five bytes.
        let words = snappy(&[0x80, 0x80, 0x80, 0x08, 0x00], 32 << 20).unwrap_err().to_string();
        assert_eq!(words, "not a block of Snappy: 5 bytes that say they hold 16777216");
        assert_eq!(snappy(&block(&vec![0; MOST]), MOST).unwrap().len(), MOST, "the densest block there is");
    }

    #[test]
    fn gzip_is_read_no_further_than_it_may_go() {
        let words = gzip(&zipped(&vec![0; 8 * MOST]), MOST).unwrap_err().to_string();
        assert_eq!(words, "more than 65536 bytes once decompressed; at most 65536 fit");
        assert_eq!(gzip(&zipped(&vec![0; MOST]), MOST).unwrap().len(), MOST);
        assert!(gzip(b"plain", MOST).unwrap_err().to_string().starts_with("not gzip: "));
    }

    proptest! {
        #[test]
        fn what_was_compressed_is_whole_again(bytes in any::<Vec<u8>>(), noise in any::<Vec<u8>>()) {
            prop_assert_eq!(&snappy(&block(&bytes), MOST).unwrap(), &bytes);
            prop_assert_eq!(gzip(&zipped(&bytes), MOST).unwrap(), bytes);
            // Whatever else is read or refused, without a panic.
            snappy(&noise, MOST).ok();
            gzip(&noise, MOST).ok();
        }
    }
}
