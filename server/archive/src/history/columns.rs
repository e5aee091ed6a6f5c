//! Columns of numbers as compressed bytes (`pco`).

use pco::{
    ChunkConfig,
    data_types::Number,
    standalone::{simple_compress, simple_decompress_into},
};

use crate::codec::{self, Damage, Input};

/// Chosen on the series of `examples/weigh.rs`: a higher one takes longer and saves nothing that can be seen.
const LEVEL: usize = 4;

/// Appends a column, with its length in bytes before it.
pub(crate) fn put<T: Number>(numbers: &[T], out: &mut Vec<u8>) {
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    let bytes = simple_compress(numbers, &config).expect("a level pco knows, and memory that takes what is written");
    codec::put_bytes(&bytes, out);
}

/// The next column, which has `count` numbers.
pub(crate) fn take<T: Number + Default>(input: &mut Input<'_>, count: usize) -> Result<Vec<T>, Damage> {
    let bytes = input.bytes()?;
    let mut numbers = vec![T::default(); count];
    let progress = simple_decompress_into(bytes, &mut numbers).map_err(|_| Damage::Compressed)?;
    if progress.finished && progress.n_processed == count { Ok(numbers) } else { Err(Damage::Disagrees("count")) }
}
